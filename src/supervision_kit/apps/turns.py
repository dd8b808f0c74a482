"""What a page does when: pictures once nobody asks for more, the rest a moment later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

A_BLINK = 0.004  # seconds in which the next of several clicks in a row comes out of the kernel's queue
LONGEST_BLINK = 0.25  # seconds after which something is drawn even though more and more is asked
A_MOMENT = 0.03  # seconds in which the kernel hands on a picture, and the browser draws it


class Turns:
    """What waits to be shown, each thing once however often it was asked for.

    Parameters
    ----------
    run
        Does one thing, whatever goes wrong with it.
    """

    def __init__(self, run: Callable[[Callable[[], None]], None]) -> None:
        self._run = run
        self._pictures: dict[Callable[[], None], None] = {}  # in the order in which they were first asked for
        self._rest: Callable[[], None] | None = None
        self._asked_at, self._is_catching_up = 0.0, False
        self._timer: asyncio.TimerHandle | None = None

    def draw(self, picture: Callable[[], None]) -> None:
        """Draw this once no more is asked: of several clicks in a row only the last is drawn."""
        if not self._pictures:
            self._asked_at = time.monotonic()
        self._pictures[picture] = None
        self._wait()

    def then(self, rest: Callable[[], None]) -> None:
        """Do this once the pictures have left the kernel; only the latest rest waits."""
        self._rest = rest
        self._wait()

    def catch_up(self) -> None:
        """Do all that waits, and what it asks for in turn."""
        if self._is_catching_up:
            return
        self._is_catching_up = True
        try:
            while self._pictures or self._rest:
                self._draw()
                rest, self._rest = self._rest, None
                if rest is not None:
                    self._run(rest)
        finally:
            self._is_catching_up = False

    def _draw(self) -> None:
        pictures, self._pictures = self._pictures, {}
        for picture in pictures:
            self._run(picture)

    def _wait(self) -> None:
        if self._is_catching_up:
            return
        loop = _loop_of_kernel()
        if loop is None:
            self.catch_up()
            return
        if self._timer is not None:
            self._timer.cancel()
        if not self._pictures:
            seconds = A_MOMENT
        else:
            seconds = min(A_BLINK, max(0.0, self._asked_at + LONGEST_BLINK - time.monotonic()))
        self._timer = loop.call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        if not self._pictures:
            self.catch_up()
            return
        self._draw()
        if self._rest is not None:
            self._wait()


def is_in_kernel() -> bool:
    """Tell whether this process is a kernel of Jupyter's."""
    from IPython.core.getipython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def _loop_of_kernel() -> asyncio.AbstractEventLoop | None:
    """Return what runs a kernel's callbacks; None outside a kernel, and in threads of its own."""
    if not is_in_kernel():
        return None
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
