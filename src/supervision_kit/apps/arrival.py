"""What takes long waits until the page is seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anywidget


class Arrival(anywidget.AnyWidget):
    """Nothing to see: calls `begin` when the page has arrived in a browser."""

    _esm = Path(__file__).with_name("arrival.js")

    def __init__(self, begin: Callable[..., None]) -> None:
        super().__init__()
        self.on_msg(begin)
