"""The button that takes the last change back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anywidget
from traitlets import Unicode

from supervision_kit.apps.page import Page
from supervision_kit.words import say


class UndoButton(anywidget.AnyWidget):
    """A button that is there while there is something to take back; Ctrl+Z outside of text fields does the same.

    Parameters
    ----------
    page
        The page it stands on.
    undo
        Takes the last change back and returns what it was, in plain words.

    Attributes
    ----------
    description
        What the button says; empty where there is nothing to take back.
    told
        What was taken back, for the reader's eye and for screen readers.
    """

    _esm = Path(__file__).with_name("undo_button.js")
    description = Unicode().tag(sync=True)
    told = Unicode().tag(sync=True)

    def __init__(self, *, page: Page, undo: Callable[[], str | None]) -> None:
        super().__init__()
        self._undo = undo
        self._undoable: str | None = None
        self._is_taken_back = False
        self.add_class("sk-undo")
        self.on_msg(page.guard(self._take_back))

    def show(self, undoable: str | None) -> None:
        """Show what would be taken back, or nothing."""
        self.description = say("Undo: {what}", what=undoable) if undoable else ""
        if self._is_taken_back:
            self._is_taken_back = False
        elif undoable != self._undoable:  # something was done since
            self.told = ""
        self._undoable = undoable

    def _take_back(self, _widget: object, _message: object, _buffers: object) -> None:
        self._is_taken_back = True  # what is told of it outlasts the page's being drawn anew, however late
        done = self._undo()
        self.told = say("Taken back: {what}.", what=done) if done else say("There is nothing to take back.")
