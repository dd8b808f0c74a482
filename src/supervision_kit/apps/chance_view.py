"""What chance alone would give, said beside what a page counts; worked out beside the page, once it is seen."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable

import ipywidgets as ipw

from supervision_kit.apps.arrival import Arrival
from supervision_kit.apps.background import Background
from supervision_kit.apps.line_state import LineState
from supervision_kit.apps.page import Page
from supervision_kit.words import later, say

WORKING = later("What chance alone would give is being worked out …")
QUIET = 0.8  # seconds without a change before the work begins: who tries one setting after another waits for none of it


class ChanceView(ipw.VBox):
    """The sentences of :attr:`LineState.chance_in_words`, a moment after the page itself.

    Parameters
    ----------
    state, page
        What is shown, and where.
    then
        Shows what else of the page takes long; called after the sentences stand.
    """

    def __init__(self, state: LineState, page: Page, *, then: Callable[[], None] = lambda: None) -> None:
        self.state, self.page, self.then, self.is_seen, self.is_said = state, page, then, False, False
        self.text = ipw.HTML(say_working())
        self.work = Background(lambda: self.state.chance_in_words, self._show, tell=self._tell_share, page=page)
        super().__init__([self.text, Arrival(page.guard(self._begin))])
        self.add_class("sk-chance")

    def follow(self, *traits: str) -> None:
        """Say it anew whenever one of these changes; to be called after all else that follows them."""
        self.page.follow(self.state, self._begin_anew, *traits)

    def let_go(self, _change: object = None) -> None:
        """Let go of what is being worked out, for it will be asked for anew: nobody waits for it, and it takes time."""
        self.work.give_up()

    def prepare(self) -> None:
        """Say it now, before the page is seen."""
        self._say(self.state.chance_in_words)

    def _begin(self, *_message: object) -> None:
        self.is_seen = True
        if self.is_said:
            self.then()
        else:
            self.work.begin()

    def _begin_anew(self) -> None:
        self.is_said = False
        self.text.value = say_working()
        if self.is_seen:
            self.work.begin(after=QUIET)

    def _tell_share(self, share: float) -> None:
        self.text.value = say_working(share)

    def _show(self, sentences: Iterable[str]) -> None:
        self._say(sentences)
        self.then()

    def _say(self, sentences: Iterable[str]) -> None:
        self.text.value = "".join(f'<p role="status">{html.escape(sentence)}</p>' for sentence in sentences)
        self.is_said = True


def say_working(share: float = 0.0) -> str:
    """Return what stands there meanwhile; a bar, once some of it is done, says how much."""
    said = html.escape(say(WORKING))
    bar = f'<progress value="{share:.2f}" aria-label="{said}"></progress>' if share > 0 else ""
    return f'<p role="status" class="sk-working">{said}</p>{bar}'
