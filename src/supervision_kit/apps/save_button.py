"""A button that saves a file from a page: the bytes go to the browser alone, nothing is written on the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Dict, Unicode

from supervision_kit.words import say


class SaveButton(anywidget.AnyWidget):
    """A button with which the viewer saves a file.

    Parameters
    ----------
    make
        Returns the file's name and its bytes; called when the button is pressed.
    guard
        Wraps the call; see :meth:`supervision_kit.apps.page.Page.guard`.
    """

    _esm = Path(__file__).with_name("save_button.js")
    description = Unicode().tag(sync=True)
    words = Dict().tag(sync=True)

    def __init__(self, make: Callable[[], tuple[str, bytes]], guard: Callable[..., Any], *, description: str) -> None:
        words = {"saved": say("Saved as {name}.", name="{name}"), "making": say("Being made …")}
        super().__init__(description=description, words=words)
        self.add_class("sk-open")
        self._make = make
        self.on_msg(guard(self._hand_over))

    def _hand_over(self, _widget: object, _message: object, _buffers: object) -> None:
        name, content = self._make()
        self.send({"name": name}, [content])
