"""A text field that is kept while one types, and says whether it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Dict, Int, Unicode

from supervision_kit.apps.page import Page
from supervision_kit.words import say

N_REMEMBERED = 8  # texts shown before whose last words may still be on their way


class KeptText(anywidget.AnyWidget):
    """A field for text: what is typed is handed over after a moment, and the field says what became of it.

    It says "Saved." only once the text has been kept, "Not saved yet." until then, and after some seconds without an
    answer that the text is not saved and what to do: so it does when the kernel is gone. What was typed for one case is
    kept for that case, even where the page has gone on to the next in the meantime. It takes no words before it was
    given a text to show, for they would belong to nothing.

    Parameters
    ----------
    label
        What the field is for; read out by screen readers as well.
    page
        The page it stands on, which says what went wrong in keeping.
    rows
        How many lines it shows.
    hint
        A few words on what may be written here.

    Attributes
    ----------
    text
        What stands in the field, as far as it has been handed over.
    """

    _esm = Path(__file__).with_name("kept_text.js")
    label = Unicode().tag(sync=True)
    hint = Unicode().tag(sync=True)
    rows = Int(2).tag(sync=True)
    words = Dict().tag(sync=True)
    field = Dict().tag(sync=True)

    def __init__(self, label: str, *, page: Page, rows: int = 2, hint: str = "") -> None:
        words = {
            "saved": say("Saved."),
            "waiting": say("Not saved yet …"),
            "lost": say("Not saved: this page gets no answer. Copy your text, then reload the page."),
        }
        super().__init__(label=label, hint=hint, rows=rows, words=words, field={"about": 0, "text": ""})
        self._keepers: dict[int, tuple[Callable[[str], None], Callable[[str], None]]] = {}
        self.add_class("sk-kept-text")
        self.on_msg(page.guard(self._take))

    @property
    def text(self) -> str:
        """What stands in the field."""
        return str(self.field["text"])

    def show(self, text: str, *, keep: Callable[[str], None], done: Callable[[str], None] = lambda _text: None) -> None:
        """Show this text instead; `keep` keeps what is typed from now on, `done` is called when the field is left."""
        about = int(self.field["about"]) + 1
        self._keepers[about] = (keep, done)
        self._keepers = dict(list(self._keepers.items())[-N_REMEMBERED:])
        self.field = {"about": about, "text": text}

    def _take(self, _widget: object, message: Any, _buffers: object) -> None:
        about, text = message["about"], str(message["text"])
        if about not in self._keepers:
            return
        if about == self.field["about"]:
            self.field = {"about": about, "text": text}
        keep, done = self._keepers[about]
        keep(text)
        self.send({"about": about, "kept": message["n"]})
        if message["is_left"]:
            done(text)
