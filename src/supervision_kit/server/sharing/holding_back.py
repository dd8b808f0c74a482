"""Kernels stand back: after the server for the processor, with a measure of memory and of processor time each.

Linux only; elsewhere the operating system shares out as it does.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from supervision_kit.server.sharing.limits import Budget, Clock

MEMORY = 1024**3
"""Bytes that a kernel may take beyond what it begins with; pages need a tenth of that."""

BUSY_AT_ONCE, BUSY_PER_SECOND = 15.0, 0.25
"""Seconds of processor time: whoever uses more stands behind all others from then on."""

MOST_AT_ONCE, MOST_PER_SECOND = 120.0, 0.25
"""The same: whoever uses more ends."""

_NICENESS, _LAST, _ENDED_FIRST = 5, 19, "500"
_BEGINS_WITH = 3 * 2**29  # bytes, asked for by the libraries that pages import
_USER, _SYSTEM = 13, 14  # where /proc/PID/stat says how long a process ran, counted from 0


def hold_back(pid: int | None) -> None:
    """Let a kernel's process stand back, and limit its memory."""
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


@dataclass
class ProcessorTime:
    """What one kernel uses of the processor: much is put last, too much ends it."""

    pid: int
    clock: Clock = time.monotonic
    _used: float = 0.0
    _is_last: bool = False
    _busy: Budget = field(init=False)
    _most: Budget = field(init=False)

    def __post_init__(self) -> None:
        self._used = seconds_used(self.pid)
        self._busy = Budget(BUSY_AT_ONCE, BUSY_PER_SECOND, clock=self.clock)
        self._most = Budget(MOST_AT_ONCE, MOST_PER_SECOND, clock=self.clock)

    def is_too_much(self) -> bool:
        """Take from its measure what it has used since this was last asked; tell whether it is to end."""
        used = seconds_used(self.pid)
        more, self._used = max(0.0, used - self._used), used
        if not self._busy.spend(more) and not self._is_last:
            self._is_last = True
            put_last(self.pid)
        return not self._most.spend(more)


def put_last(pid: int) -> None:
    """Let all others go before a process, for as long as it lives."""
    with suppress(OSError, AttributeError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(thread.name), _LAST)


def seconds_used(pid: int) -> float:
    """Return how long a process has run on the processor; 0 where that cannot be told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[_USER - 2]) + int(fields[_SYSTEM - 2])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0
