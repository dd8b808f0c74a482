"""A page that follows what others do, for as long as somebody has it open."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from threading import Event, Thread

import anywidget

from supervision_kit.apps.page import Page

EVERY = 0.25  # seconds between two looks
PATIENCE = 100.0  # seconds without a sign of the page, after which nobody has it open; a hidden tab gives one a minute


class Following(anywidget.AnyWidget):
    """Nothing to see: looks after others' changes while the page is open in a browser, and stops when it is not.

    Parameters
    ----------
    look
        Called several times a second, in a thread of its own.
    page
        The page it stands on, which says what goes wrong.
    arrive
        Called when the page has come to be seen, and every now and then while it is.
    """

    _esm = Path(__file__).with_name("following.js")

    def __init__(self, look: Callable[[], None], *, page: Page, arrive: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._look, self._arrive = page.guard_beside(look), page.guard_beside(arrive)
        self._heard, self._closed = 0.0, Event()
        self._thread: Thread | None = None
        self.on_msg(lambda *_message: self.hear())

    @property
    def is_following(self) -> bool:
        """Whether others' changes are looked after now."""
        return self._thread is not None and self._thread.is_alive()

    def hear(self) -> None:
        """Take in a sign that the page is open."""
        self._heard = time.monotonic()
        self._arrive()
        if not self.is_following and not self._closed.is_set():
            context = copy_context()  # the language, and to which cell of a notebook it belongs
            self._thread = Thread(target=context.run, args=(self._follow,), daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop for good."""
        self._closed.set()
        super().close()

    def _follow(self) -> None:
        while time.monotonic() - self._heard < PATIENCE and not self._closed.wait(EVERY):
            self._look()
