"""That the page is at work, said where something takes longer than a moment."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Condition, Thread

import ipywidgets as ipw

from supervision_kit.threads import telling
from supervision_kit.words import later, say

LONG = 0.5  # seconds after which it is said
SMALLEST_STEP = 0.02  # of a share that is worth a message
WORKING = later("One moment, this is being worked out …")


class Working(ipw.HTML):
    """A line with a bar that comes up while something takes long, of itself: a thread looks at the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.add_class("sk-at-work")
        self._changed = Condition()
        self._is_under_way, self._is_said, self._share = False, False, 0.0

    @contextmanager
    def during(self) -> Iterator[None]:
        """Say it while the work within takes longer than :data:`LONG`, with its share where the work tells that."""
        watch = Thread(target=copy_context().run, args=(self._say_if_long,), daemon=True)
        self._is_under_way, self._share = True, 0.0
        watch.start()
        try:
            with telling(self._tell):
                yield
        finally:
            with self._changed:
                self._is_under_way = False
                self._changed.notify_all()
            watch.join()

    def _say_if_long(self) -> None:
        with self._changed:
            if self._changed.wait_for(lambda: not self._is_under_way, LONG):
                return
            while self._is_under_way:
                self.value = _in_words(self._share)
                self._changed.wait()
            self.value = ""

    def _tell(self, share: float) -> None:
        with self._changed:
            if share - self._share >= SMALLEST_STEP:
                self._share = share
                self._changed.notify_all()


def _in_words(share: float) -> str:
    said = html.escape(say(WORKING))
    done = f' value="{share:.2f}"' if share else ""
    return f'<p role="status">{said}</p><progress{done} aria-label="{said}"></progress>'
