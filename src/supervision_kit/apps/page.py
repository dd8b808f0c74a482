"""What every page has: its look, its banner, and the one wrapper around callbacks."""

from __future__ import annotations

import functools
import html
import logging
import os
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.pressing import Pressing
from supervision_kit.apps.turns import Turns
from supervision_kit.apps.working import Working
from supervision_kit.errors import SupervisionKitError
from supervision_kit.words import later, say

logger = logging.getLogger("supervision_kit.apps")

NOTHING = "–"  # in a cell of a table that has nothing to say
LOAD_NOTEBOOK, CASELOAD_NOTEBOOK = "1_load_ratings.ipynb", "2_caseload.ipynb"

SORRY = later(
    "Something went wrong and the page shows what it showed before. Please try another choice, or reload the page."
)


class Page(ipw.VBox):
    """The root box of a page: style, banner, and the parts given to :meth:`lay_out`."""

    name = ""
    is_for_anybody = True  # whoever opens it sees the same
    _is_guarded = False  # within a callback, which may set off others
    _has_failed = False  # one of these did

    def __init__(self) -> None:
        ipw.register_comm_target()  # a kernel forked from a warmed process has none: browsers then ask widget by widget
        self.banner, self.working = ipw.HTML(layout=ipw.Layout(display="none")), Working()
        self._turns = Turns(self._do)
        super().__init__()
        self.add_class("sk-page")
        if self.name:
            self.add_class(f"sk-page-{self.name}")

    def lay_out(self, *parts: ipw.Widget) -> None:
        """Put the parts below the banner."""
        style = ipw.HTML(f"<style>{_style(self.name)}</style>")
        self.children = (style, self.banner, self.working, Pressing(), *parts)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"  # of ipywidgets' own, which goes through all parts, a page shows nothing

    def prepare(self) -> None:
        """Work out now what the page works out beside itself once it is seen."""

    def guard(self, callback: Callable[..., None]) -> Callable[..., None]:
        """Wrap a callback so that an error shows a plain banner and a redacted line in the log, and nothing else.

        What was clicked meets the page as it should stand: all that waits to be shown is shown first.
        """

        @functools.wraps(callback)
        def guarded(*args: Any, **more: Any) -> None:
            if not self._is_guarded:
                self._turns.catch_up()
            self._run_guarded(functools.partial(callback, *args, **more))

        return guarded

    def guard_choice(self, choose: Callable[..., None]) -> Callable[..., None]:
        """Wrap a callback that only sets what a state shows: it waits for nothing, and the last of several wins."""

        @functools.wraps(choose)
        def guarded(*args: Any, **more: Any) -> None:
            self._run_guarded(functools.partial(choose, *args, **more))

        return guarded

    def follow(self, state: Any, show: Callable[[], None], *traits: str) -> None:
        """Show something anew whenever one of these changes, once for all the changes that are waiting already."""
        state.observe(lambda _change: self._turns.draw(show), list(traits))

    def guard_beside(self, work: Callable[..., None]) -> Callable[..., None]:
        """Wrap work that goes on in another thread as a callback is wrapped; that it went well wipes nothing away."""

        @functools.wraps(work)
        def guarded(*args: Any, **more: Any) -> None:
            if said := said_of_error(work, *args, **more):
                self.announce(said)

        return guarded

    def soon(self, work: Callable[[], None]) -> None:
        """Do this as soon as what is to be drawn has left the kernel, and before any other callback but a choice.

        Only the latest work waits. Where no kernel runs that could come back to it, it is done at once.
        """
        self._turns.then(work)

    def catch_up(self) -> None:
        """Do what waits."""
        self._turns.catch_up()

    def _run_guarded(self, callback: Callable[[], None]) -> None:
        """Call back; where all went well that this set off, what the banner said is wiped away."""
        if self._is_guarded:
            self._do(callback)
            return
        self._has_failed = False
        self._do(callback)
        if not self._has_failed:
            self.announce("")

    def _do(self, work: Callable[[], None]) -> None:
        """Do some work, by itself or within other work, and announce what goes wrong with it."""
        was_guarded, self._is_guarded = self._is_guarded, True
        try:
            with nullcontext() if was_guarded else self.working.during():
                said = said_of_error(work)
        finally:
            self._is_guarded = was_guarded
        if said:
            self._has_failed = True
            self.announce(said)

    def announce(self, message: str) -> None:
        """Show a plain sentence in the banner; an empty one takes the banner away."""
        self.banner.value = f'<div role="alert">{html.escape(message)}</div>' if message else ""
        self.banner.layout.display = "" if message else "none"
        (self.banner.add_class if message else self.banner.remove_class)("sk-banner-error")


def said_of_error(callback: Callable[..., None], *args: Any, **more: Any) -> str:
    """Call back, and return what a viewer is told of the error that comes up; nothing where none does."""
    try:
        callback(*args, **more)
    except SupervisionKitError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - the one place: a viewer never sees a traceback
        # the error's text can quote data: only its kind and place are logged
        logger.error("%s in %s", type(error).__name__, _place(error))  # noqa: TRY400
        return say(SORRY)
    return ""


def close_pages() -> None:
    """Close every widget of this process."""
    ipw.Widget.close_all()


def error_box(message: str) -> ipw.Widget:
    """Return a page that has nothing to show but what went wrong and what to do."""
    page = Page()
    page.lay_out()
    page.announce(message)
    return page


def fold(title: str, body: str) -> str:
    """Return a part of a page that is folded away until wanted; `body` is HTML, `title` is text."""
    return f"<details><summary>{html.escape(title)}</summary><div>{body}</div></details>"


def heading(level: int, words: str, *, anchor: str = "") -> ipw.HTML:
    """Return a heading of a page; `anchor` is what links on the page lead to."""
    place = f' id="{html.escape(anchor)}" tabindex="-1"' if anchor else ""
    return ipw.HTML(f"<h{level}{place}>{html.escape(words)}</h{level}>")


def quiet(sentence: str) -> str:
    """Return a sentence in small print, as HTML; nothing where there is none."""
    return f'<p class="sk-quiet">{html.escape(sentence)}</p>' if sentence else ""


def as_code(lines: str) -> str:
    """Return the lines of Python that repeat what a page shows, folded away."""
    return fold(say("As code"), f'<pre class="sk-code" tabindex="0">{html.escape(lines)}</pre>')


def scrolling(table: str, *, label: str) -> str:
    """Return a table, as HTML, in a box that scrolls sideways where it is wider than the page, by keyboard as well."""
    return f'<div class="sk-scroll" role="group" tabindex="0" aria-label="{html.escape(label)}">{table}</div>'


def table_of(heads: Iterable[str], rows: Iterable[Iterable[str]], *, label: str, in_cards: bool = False) -> str:
    """Return a table of texts as HTML; `in_cards` makes a card of each row where the page is narrow."""
    names = [html.escape(text) for text in heads]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(f"<tr>{''.join(map(_cell, names, row))}</tr>" for row in rows)
    look = "sk-table sk-cards" if in_cards else "sk-table"
    table = f'<table class="{look}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return scrolling(table, label=label)


def _cell(name: str, text: str) -> str:
    empty = " data-empty" if text in ("", NOTHING) else ""
    return f'<td data-head="{name}"{empty}>{html.escape(text)}</td>'


def note(sentence: str) -> str:
    """Return a sentence set apart, as HTML; nothing where there is none."""
    return f'<p class="sk-note">{html.escape(sentence)}</p>' if sentence else ""


def is_served() -> bool:
    """Tell whether this kernel runs behind a Voila page, where links between pages work."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def where_to_keep(*, is_shared: bool = False) -> str:
    """Return as HTML what to do where ratings are only shown and nothing said of them can be kept."""
    if is_shared:
        return quiet(say("These pages are for looking together: nothing that is said of the cases is kept here."))
    said = say("What you say of these cases is kept once their ratings are in a workspace.")
    how = say("Import them on the page Load")
    link = f'<a href="{LOAD_NOTEBOOK}">{html.escape(how)}</a>' if is_served() else html.escape(how)
    return f'<p class="sk-note">{html.escape(said)} {link}.</p>'


@functools.cache
def _style(name: str) -> str:
    """Return the look of all pages, and what the page of that name adds to it."""
    sheets = (Path(__file__).with_name(f"{sheet}.css") for sheet in ("page", name))
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.exists())


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "an unknown place"
