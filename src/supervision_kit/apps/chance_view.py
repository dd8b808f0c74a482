"""What chance alone would give, said beside what a page counts; worked out once the page is seen."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as ipw

from supervision_kit.apps.arrival import Arrival
from supervision_kit.apps.line_state import LineState
from supervision_kit.apps.page import Page
from supervision_kit.words import later, say

WORKING = later("What chance alone would give is being worked out …")


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
        self.state, self.page, self.then, self.is_seen = state, page, then, False
        self.text = ipw.HTML(_said([say(WORKING)]))
        super().__init__([self.text, Arrival(page.guard(self._begin))])
        self.add_class("sk-chance")

    def follow(self, *traits: str) -> None:
        """Say it anew whenever one of these changes; to be called after all else that follows them."""
        self.state.observe(self.page.guard(self._tell), list(traits))

    def _begin(self, *_message: object) -> None:
        self.is_seen = True
        self._tell()

    def _tell(self, _change: object = None) -> None:
        self.text.value = _said([say(WORKING)])
        if self.is_seen:
            self.text.value = _said(self.state.chance_in_words)
            self.then()


def _said(sentences: list[str] | tuple[str, ...]) -> str:
    return "".join(f'<p role="status">{html.escape(sentence)}</p>' for sentence in sentences)
