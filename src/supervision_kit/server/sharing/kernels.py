"""The kernels of a shared server: each belongs to the viewer whose page it runs, and none takes what others need."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from tornado.web import HTTPError
from traitlets import Int

from supervision_kit.environment import ROLE, VIEWER
from supervision_kit.server.kernels import PageKernels
from supervision_kit.server.sharing.limits import MOST_KEPT, Budget
from supervision_kit.server.sharing.sign_ins import FACILITATOR, Viewer

PAGES_EACH = 4
"""Pages that a viewer can have open: a further one ends the oldest."""

MEMORY = 1024**3
"""Bytes that a kernel may take beyond what it begins with; pages need a tenth of that."""

_OPENED_AT_ONCE, _OPENED_PER_SECOND = 12, 1 / 4
_NICENESS, _ENDED_FIRST = 5, "500"
_BEGINS_WITH = 3 * 2**29  # bytes, asked for by the libraries that pages import
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

_visitor: ContextVar[Viewer] = ContextVar("visitor")


class SharedKernels(PageKernels):
    """Starts a kernel for each page that a viewer opens, and knows whose it is."""

    most_viewers = Int(15, help="participants whose pages can be open at once", config=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._owners: dict[str, Viewer] = {}  # by kernel, the oldest first
        self._coming: list[Viewer] = []
        self._openings: OrderedDict[str, Budget] = OrderedDict()

    async def start_kernel(self, **settings: Any) -> str:  # type: ignore[override]  # as in its base
        """Start a kernel for whoever is visiting, who finds only what the server tells it."""
        viewer = _visitor.get()
        told = {
            name: value
            for name, value in settings.get("env", {}).items()
            if name.startswith(_PASSED_ON + _OF_A_REQUEST)
        }
        settings["env"] = {**told, ROLE: viewer.role, VIEWER: viewer.id}
        kernel_id: str = await super().start_kernel(**settings)
        self._owners[kernel_id] = viewer
        hold_back(getattr(self.get_kernel(kernel_id).provisioner, "pid", None))
        for old in self.pages_of(viewer.id)[:-PAGES_EACH]:
            self._end(old)
        return kernel_id

    @contextmanager
    def expecting(self, viewer: Viewer) -> Iterator[None]:
        """Keep a place for somebody whose page opens within; its kernel will be theirs."""
        before = _visitor.set(viewer)
        self._coming.append(viewer)
        try:
            yield
        finally:
            self._coming.remove(viewer)
            _visitor.reset(before)

    def owns(self, kernel_id: str, viewer_id: str) -> bool:
        """Tell whether a kernel is this viewer's."""
        owner = self._owners.get(kernel_id)
        return owner is not None and owner.id == viewer_id and kernel_id in self

    def pages_of(self, viewer_id: str) -> list[str]:
        """Return the kernels of a viewer, the oldest first."""
        self._forget_ended()
        return [kernel for kernel, owner in self._owners.items() if owner.id == viewer_id]

    def has_room_for(self, viewer: Viewer) -> bool:
        """Tell whether somebody may open a page: who has one open may, and the facilitator always has a place."""
        here = self.participants_here()
        return viewer.role == FACILITATOR or viewer.id in here or len(here) < self.most_viewers

    def participants_here(self) -> set[str]:
        """Return the ids of the participants who have a page open."""
        self._forget_ended()
        return {one.id for one in (*self._owners.values(), *self._coming) if one.role != FACILITATOR}

    def may_open_another(self, viewer: Viewer) -> bool:
        """Tell whether somebody may open another page so soon."""
        budget = self._openings.get(viewer.id) or Budget(_OPENED_AT_ONCE, _OPENED_PER_SECOND)
        self._openings[viewer.id] = budget
        self._openings.move_to_end(viewer.id)
        while len(self._openings) > MOST_KEPT:
            self._openings.popitem(last=False)
        return budget.take()

    async def end_pages_of(self, viewer_id: str) -> None:
        """End all kernels of a viewer."""
        await asyncio.gather(*(self._end(kernel) for kernel in self.pages_of(viewer_id)))

    async def end_pages_unless(self, holds: Callable[[Viewer], bool]) -> None:
        """End the kernels of viewers who are signed in no more."""
        self._forget_ended()
        for viewer in {*self._owners.values()}:
            if not holds(viewer):
                await self.end_pages_of(viewer.id)

    def _end(self, kernel_id: str) -> asyncio.Future[None]:
        async def end() -> None:
            with suppress(KeyError, HTTPError):  # it has ended meanwhile
                await self.shutdown_kernel(kernel_id, now=True)

        self._owners.pop(kernel_id, None)
        return asyncio.ensure_future(end())

    def _forget_ended(self) -> None:
        for kernel_id in [one for one in self._owners if one not in self]:
            del self._owners[kernel_id]


def hold_back(pid: int | None) -> None:
    """Let a kernel's process stand back: after the server for the processor, with its own measure of memory.

    Linux only; elsewhere the operating system shares out as it does.
    """
    if pid is None or not hasattr(os, "setpriority"):
        return
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)
        Path(f"/proc/{pid}/oom_score_adj").write_text(_ENDED_FIRST, encoding="ascii")
    limit_memory(pid)


def limit_memory(pid: int) -> None:
    """Limit the memory that a process can ask for beyond what it has, or will have once it has imported everything."""
    import resource

    if hasattr(resource, "prlimit"):
        with suppress(OSError):
            most = max(_asked_for(pid), _BEGINS_WITH) + MEMORY
            resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))


def _asked_for(pid: int) -> int:
    """Return the bytes that a process has asked for; it has touched a tenth of that, and shares most of it."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmData:")), 0)
