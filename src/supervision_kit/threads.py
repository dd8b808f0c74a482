"""Work shared among the processors of this machine, and how far long work has come."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_listener: ContextVar[Callable[[float], None] | None] = ContextVar("listener", default=None)
_FEW_ROWS = 2**16  # are done sooner than threads start


def work_through(items: Iterable[Item], work: Callable[[Item], Result], *, n_rows: int) -> list[Result]:
    """Return what `work` makes of each item, in their order.

    Where there are many rows of data in all, all processors have a part in it: NumPy and Arrow let other threads run
    while they compute. An error that an item raises comes up here.
    """
    if n_rows <= _FEW_ROWS:
        return [work(item) for item in items]
    with ThreadPoolExecutor(_count_processors()) as threads:
        return list(threads.map(work, items))


def _count_processors() -> int:
    """Return how many processors this process may use, at most ``OMP_NUM_THREADS`` where that is set."""
    free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    return min(free, int(told)) if told.isdecimal() and int(told) else free


@contextmanager
def telling(listener: Callable[[float], None]) -> Iterator[None]:
    """Have long work in this thread tell `listener` which share of it is done; by raising, the listener ends it."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell_share(share: float) -> None:
    """Tell who listens, if anybody does, which share of long work is done, from 0 to 1."""
    if listener := _listener.get():
        listener(share)
