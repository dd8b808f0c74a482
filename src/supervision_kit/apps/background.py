"""Work that takes seconds, done beside a page that goes on answering."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import copy_context
from threading import Event, Thread
from typing import Generic, TypeVar

from supervision_kit.apps.page import Page
from supervision_kit.threads import telling

Found = TypeVar("Found")
BRIEFLY = (
    0.0005  # seconds for which what is clicked waits each time until other work lets Python go on; else it is 0.005
)


class _GivenUpError(BaseException):
    """Nobody waits for this work any more; no error that anybody should see, or catch."""


class Background(Generic[Found]):
    """Work of which only the latest counts: beginning anew gives up what was begun before.

    Parameters
    ----------
    work
        What takes long; gives what is to be shown.
    show
        Shows it.
    tell
        Takes the share that is done, where the work says how far it has come.
    page
        Whose banner says what goes wrong.
    """

    def __init__(
        self, work: Callable[[], Found], show: Callable[[Found], None], *, tell: Callable[[float], None], page: Page
    ) -> None:
        self._work, self._show, self._tell = work, show, tell
        self._run_guarded = page.guard_beside(self._run)
        self._given_up, self._thread = Event(), Thread()

    def begin(self, *, after: float = 0.0) -> None:
        """Begin anew, once so many seconds have gone by in which nobody else did."""
        self.give_up()
        self._given_up = Event()
        context = copy_context()  # the language, and to which cell of a notebook it belongs
        self._thread = Thread(target=context.run, args=(self._run_guarded, self._given_up, after), daemon=True)
        self._thread.start()

    def give_up(self) -> None:
        """Let go of what was begun; nothing of it is shown."""
        self._given_up.set()

    def wait(self, *, seconds: float = 60.0) -> None:
        """Wait until what was begun last has been shown."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _run(self, given_up: Event, after: float) -> None:
        def heed(share: float) -> None:
            if given_up.is_set():
                raise _GivenUpError
            self._tell(share)

        if given_up.wait(after):
            return
        sys.setswitchinterval(BRIEFLY)  # of this process, from now on
        try:
            with telling(heed):
                found = self._work()
        except _GivenUpError:
            return
        if not given_up.is_set():
            self._show(found)
