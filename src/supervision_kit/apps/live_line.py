"""A line that says what has just happened, read out by screen readers without taking the focus away."""

from __future__ import annotations

from pathlib import Path

import anywidget
from traitlets import Unicode


class LiveLine(anywidget.AnyWidget):
    """A line of text whose changes are announced politely; `said` is what it says."""

    _esm = Path(__file__).with_name("live_line.js")
    said = Unicode().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.add_class("sk-live")
