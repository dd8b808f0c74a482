"""The kernels of a shared server: each belongs to the viewer whose page it runs, and none takes what others need."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from tornado.web import HTTPError
from traitlets import Int

from supervision_kit.environment import ROLE, VIEWER
from supervision_kit.server.kernels import PageKernels
from supervision_kit.server.sharing.allowances import Allowances
from supervision_kit.server.sharing.holding_back import ProcessorTime, hold_back
from supervision_kit.server.sharing.limits import Budgets
from supervision_kit.server.sharing.open_pages import OpenPages
from supervision_kit.server.sharing.seats import OpenPage, Seats
from supervision_kit.server.sharing.sign_ins import FACILITATOR, Viewer

_OPENED_AT_ONCE, _OPENED_PER_SECOND = 12, 1 / 4
_OPENED_AT_ONCE_EACH, _OPENED_PER_SECOND_EACH = 4, 1 / 30  # from one address, for each viewer there can be
_PASSED_ON = (
    "LANG",
    "LC_",
    "TZ",
    "PATH",
    "HOME",
    "TMPDIR",
    "PYTHON",
    "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
    "DYLD_",
    "XDG_",
)
_OF_A_REQUEST = ("QUERY_STRING", "HTTP_ACCEPT_LANGUAGE", "VOILA_", "SCRIPT_NAME", "SERVER_")

_coming: ContextVar[OpenPage] = ContextVar("coming")
_log = logging.getLogger("supervision_kit.server")


class SharedKernels(PageKernels):
    """Starts a kernel for each page that a viewer opens, and knows whose it is."""

    most_viewers = Int(15, help="participants whose pages can be open at once", config=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        n = self.most_viewers
        self.seats = Seats(n)
        self.allowances = Allowances()
        self.open_pages = OpenPages()
        self._openings = Budgets(_OPENED_AT_ONCE, _OPENED_PER_SECOND)
        self._openings_of_place = Budgets(_OPENED_AT_ONCE_EACH * n, _OPENED_PER_SECOND_EACH * n)
        self._processor: dict[str, ProcessorTime] = {}

    async def start_kernel(self, **settings: Any) -> str:  # type: ignore[override]  # as in its base
        """Start a kernel for whoever is visiting, who finds only what the server tells it."""
        page = _coming.get()
        passed_on = self.passed_on(settings.get("env", {}))
        settings["env"] = {**passed_on, ROLE: page.viewer.role, VIEWER: page.viewer.id}
        kernel_id: str = await super().start_kernel(**settings)
        ending = self.seats.take(kernel_id, page)
        pid = getattr(self.get_kernel(kernel_id).provisioner, "pid", None)
        if pid is not None:
            hold_back(pid)
            self._processor[kernel_id] = ProcessorTime(pid)
        self._end(*ending)
        return kernel_id

    def passed_on(self, env: dict[str, str]) -> dict[str, str]:
        """Return what of the server's environment, and of a request, a kernel is told."""
        own = (ROLE, VIEWER)
        return {k: v for k, v in env.items() if k.startswith(_PASSED_ON + _OF_A_REQUEST) or k in own}

    @contextmanager
    def expecting(self, viewer: Viewer, *, place: str, notebook: str) -> Iterator[None]:
        """Keep a seat for somebody whose page opens within; its kernel will be theirs."""
        with self.seats.expecting(viewer, place=place, notebook=notebook) as page:
            before = _coming.set(page)
            try:
                yield
            finally:
                _coming.reset(before)

    def owner(self, kernel_id: str) -> Viewer | None:
        """Return whose page a kernel runs; None where there is no such kernel."""
        return self.seats[kernel_id].viewer if kernel_id in self.seats and kernel_id in self else None

    def owns(self, kernel_id: str, viewer: Viewer) -> bool:
        """Tell whether a kernel is this viewer's."""
        owner = self.owner(kernel_id)
        return owner is not None and owner.id == viewer.id

    def is_open_to(self, kernel_id: str) -> bool:
        """Tell whether the page of a kernel is open to its viewer now."""
        page = self.seats[kernel_id]
        return page.notebook in self.open_pages(page.viewer.role)

    def make_room_for(self, viewer: Viewer, *, place: str) -> bool:
        """Tell whether somebody may open a page; where another has to stand up for it, their pages end."""
        self._forget_ended()
        leaving = self.seats.find(viewer, place=place)
        for one in leaving or ():
            self.end_pages_of(one)
        return leaving is not None

    def may_open_another(self, viewer: Viewer, *, place: str) -> bool:
        """Tell whether somebody may open another page so soon: everybody by themselves, and all of an address."""
        if viewer.role == FACILITATOR:
            return self._openings.take(viewer.id)
        return self._openings.take(viewer.id) and self._openings_of_place.take(place)

    def end_pages_of(self, viewer_id: str) -> asyncio.Future[Any]:
        """End all kernels of a viewer."""
        return self._end(*self.seats.of(viewer_id))

    def end_pages_unless(self, holds: Callable[[Viewer], bool]) -> asyncio.Future[Any]:
        """End the kernels of viewers who are signed in no more."""
        self._forget_ended()
        gone = {viewer for viewer in {self.seats[kernel].viewer for kernel in self.seats} if not holds(viewer)}
        return self._end(*(kernel for kernel in self.seats if self.seats[kernel].viewer in gone))

    def end_closed_pages(self) -> asyncio.Future[Any]:
        """End the kernels of pages that are not open to their viewers any more."""
        return self._end(*(kernel for kernel in self.seats if not self.is_open_to(kernel)))

    def end_greedy_pages(self) -> asyncio.Future[Any]:
        """Put kernels that use much of the processor behind all others, and end those that use too much."""
        self._forget_ended()
        greedy = [kernel for kernel, measure in self._processor.items() if measure.is_too_much()]
        for _ in greedy:
            _log.error("A page used too much of the processor, and was ended.")
        return self._end(*greedy)

    def _end(self, *kernels: str) -> asyncio.Future[Any]:
        async def end(kernel_id: str) -> None:
            with suppress(KeyError, HTTPError):  # it has ended meanwhile
                await self.shutdown_kernel(kernel_id, now=True)

        for kernel_id in kernels:
            self._forget(kernel_id)
        return asyncio.gather(*map(end, kernels))

    def _forget_ended(self) -> None:
        for kernel_id in [one for one in self.seats if one not in self]:
            self._forget(kernel_id)

    def _forget(self, kernel_id: str) -> None:
        self.seats.free(kernel_id)
        self._processor.pop(kernel_id, None)
