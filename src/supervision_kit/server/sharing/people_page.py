"""Who is here: a page for the facilitator."""

from __future__ import annotations

from supervision_kit.server.page_language import language_of
from supervision_kit.server.sharing.refusals import PlainPage
from supervision_kit.server.sharing.sign_ins import PARTICIPANT, SignIns
from supervision_kit.words import say_n, speaking


class PeoplePage(PlainPage):
    """Tells the facilitator how many are here, and signs all participants out when asked to."""

    def initialize(self, sign_ins: SignIns) -> None:
        """Take where sign-ins are kept."""
        self.sign_ins = sign_ins

    def get(self) -> None:
        """Tell how many."""
        n_signed_in, n_seated = self.sign_ins.count(PARTICIPANT), len(self.settings["kernel_manager"].seats.seated())
        with speaking(language_of(self)):
            told = (
                say_n("{n} participant is signed in.", "{n} participants are signed in.", n_signed_in),
                say_n("{n} of them has a page open.", "{n} of them have a page open.", n_seated),
            )
        self.write_page("people.html", told=told, n=n_signed_in, form_token=self.xsrf_form_html())

    async def post(self) -> None:
        """Send everyone out, and tell how many there are then."""
        self.sign_ins.end_all(PARTICIPANT)
        await self.settings["kernel_manager"].end_pages_unless(self.sign_ins.holds)
        self.redirect(f"{self.settings['base_url']}people", status=303)
