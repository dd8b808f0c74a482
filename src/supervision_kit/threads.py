"""Work shared among the processors of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


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
