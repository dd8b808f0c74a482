"""A button that folds a part of a page away and says whether it is open."""

from __future__ import annotations

from pathlib import Path

import anywidget
import ipywidgets as ipw
from traitlets import Bool, Unicode


class FoldButton(anywidget.AnyWidget):
    """A button before a part of a page that is shown only while it is open.

    Parameters
    ----------
    description
        What is folded away.
    body
        The part.
    """

    _esm = Path(__file__).with_name("fold_button.js")
    description = Unicode().tag(sync=True)
    is_open = Bool(default_value=False).tag(sync=True)

    def __init__(self, description: str, body: ipw.DOMWidget) -> None:
        super().__init__(description=description)
        self._body = body
        self.observe(self._fold, "is_open")
        self._fold()

    def _fold(self, _change: object = None) -> None:
        self._body.layout.display = "" if self.is_open else "none"
