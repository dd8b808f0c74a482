"""What is answered instead: a plain page with a sentence, or the way to the sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tornado.web import RequestHandler

from supervision_kit.server.page_language import language_of
from supervision_kit.words import later


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered, or where it has to go first."""

    status: int
    sentence: str = ""
    advice: str = ""
    named: tuple[tuple[str, object], ...] = ()
    """What fills the places of the sentence."""

    retry_after: int = 0
    """Seconds; 0 where waiting makes no difference."""

    to: str = ""
    """Another address, in place of the sentence."""

    again: str = ""
    """The same address once more: a browser that comes by another site's link shows its cookie only then."""


WENT_WRONG = Refusal(500, later("This did not work"), later("Please try again in a moment."))


class PlainPage(RequestHandler):
    """A page without scripts, from one of the kit's own templates."""

    def write_page(self, template: str, **named: Any) -> None:
        """Write the page in the viewer's language."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            self.settings["voila_jinja2_env"]
            .get_template(template)
            .render(base_url=self.settings["base_url"], sk_language=language_of(self), sk_pages=[], **named)
        )

    def refuse(self, refusal: Refusal) -> None:
        """Answer with a refusal."""
        self.set_status(refusal.status)
        if refusal.retry_after:
            self.set_header("Retry-After", str(refusal.retry_after))
        if refusal.to:
            self.redirect(refusal.to, status=refusal.status)
        elif refusal.again:
            self.write_page("once_more.html", address=refusal.again)
        else:
            self.write_page("refused.html", refusal=refusal, named=dict(refusal.named))

    def write_error(self, status_code: int, **_more: Any) -> None:  # noqa: ARG002 - Tornado has set the status
        """Write that it did not work, and no word of why."""
        self.write_page("refused.html", refusal=WENT_WRONG, named={})


class Refused(PlainPage):
    """Answers with a refusal, before anything of the request is used."""

    def initialize(self, refusal: Refusal) -> None:
        """Take the refusal."""
        self.refusal = refusal

    def check_xsrf_cookie(self) -> None:
        """Ask for no token: nothing is done here."""

    def prepare(self) -> None:
        """Answer."""
        self.refuse(self.refusal)
