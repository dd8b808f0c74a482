"""What was pressed is clicked, though the page was drawn anew before the pointer was let go."""

from __future__ import annotations

from pathlib import Path

import anywidget


class Pressing(anywidget.AnyWidget):
    """Nothing to see: makes the clicks that a browser leaves out where a control moves or is replaced under it."""

    _esm = Path(__file__).with_name("pressing.js")
