"""A list of what was written down, each with a button to change it and one to take it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ipywidgets as ipw

from supervision_kit.apps.page import Page, quiet
from supervision_kit.words import say


@dataclass(frozen=True)
class Written:
    """One thing written down: its number, the thing as HTML, and what it is called on its buttons."""

    number: int
    shown: str
    name: str


class SaidList(ipw.VBox):
    """What was written down, in a row each; nothing is sent to the page where nothing changed.

    Parameters
    ----------
    page
        The page it stands on.
    change, remove
        Called with the number of what is to be changed, or taken out.
    nothing
        A sentence for where there is nothing.
    """

    def __init__(
        self, page: Page, *, change: Callable[[int], None], remove: Callable[[int], None], nothing: str = ""
    ) -> None:
        super().__init__()
        self.page, self.nothing, self.written = page, nothing, tuple[Written, ...]()
        self._act = {"change": change, "remove": remove}
        self._rows: list[ipw.Widget] = []
        self._lay_out()

    def show(self, written: Sequence[Written]) -> None:
        """Show these instead."""
        if tuple(written) != self.written:
            self.written = tuple(written)
            self._lay_out()

    def _lay_out(self) -> None:
        before, self._rows = self._rows, [self._row(one) for one in self.written] or [ipw.HTML(quiet(self.nothing))]
        self.children = self._rows
        for row in before:
            for part in getattr(row, "children", ()):
                part.close()
            row.close()

    def _row(self, one: Written) -> ipw.Widget:
        change = self._button(say("Change"), say("Change {what}", what=one.name), "change", one.number)
        remove = self._button(say("Take out"), say("Take {what} out", what=one.name), "remove", one.number)
        row = ipw.Box([ipw.HTML(one.shown), change, remove])
        row.add_class("sk-said-row")
        return row

    def _button(self, words: str, tooltip: str, act: str, number: int) -> ipw.Button:
        button = ipw.Button(description=words, tooltip=tooltip)
        button.add_class("sk-open")
        button.on_click(self.page.guard(lambda _button: self._act[act](number)))
        return button
