"""How far reading has come, told on one line of the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from supervision_kit.records.progress import Progress, Report

LONGEST_STAGE, SECONDS_SHOWN = 60, 0.1


@contextmanager
def progress_line() -> Iterator[Report | None]:
    """Keep one line on the terminal that says how far reading has come; elsewhere than on a terminal say nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    last = 0.0

    def show(progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last > SECONDS_SHOWN:
            last = time.monotonic()
            share = f" {min(100 * progress.done // progress.total, 100)} %" if progress.total else ""
            sys.stderr.write(f"\r{progress.stage[:LONGEST_STAGE]}{share} …\x1b[K")
            sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")


@contextmanager
def case_line() -> Iterator[Callable[[int, int], None]]:
    """Keep one line on the terminal that says how many cases are done; elsewhere than on a terminal say nothing."""
    is_seen = sys.stderr.isatty()

    def show(done: int, of: int) -> None:
        if is_seen:
            sys.stderr.write(f"\rCase {done} of {of} …\x1b[K")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if is_seen:
            sys.stderr.write("\r\x1b[K")
