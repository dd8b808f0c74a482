"""A list of cases in a page: one piece of HTML with buttons in it, however many cases there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Unicode

from supervision_kit.apps.page import Page


class CaseList(anywidget.AnyWidget):
    """HTML whose buttons call Python; after each change the keyboard stays where it was.

    A button says with ``data-do`` what it does, and with further ``data-…`` to what; text fields inside the same
    ``form`` are handed over by their names.

    Parameters
    ----------
    page
        The page it stands on.
    actions
        What to call for each ``data-do``, with what the button says as named texts.

    Attributes
    ----------
    content
        The HTML. Whoever sets it has escaped what comes from data.
    heard
        What screen readers say when it changes.
    """

    _esm = Path(__file__).with_name("case_list.js")
    content = Unicode().tag(sync=True)
    heard = Unicode().tag(sync=True)

    def __init__(self, *, page: Page, actions: Mapping[str, Callable[..., None]]) -> None:
        super().__init__()
        self._actions = actions
        self.add_class("sk-case-list")
        self.on_msg(page.guard(self._act))

    def _act(self, _widget: object, message: Any, _buffers: object) -> None:
        given = {str(name): str(value) for name, value in message.items()}
        self._actions[given.pop("do")](**given)
