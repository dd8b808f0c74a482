"""Who is there: by sign-ins, as a server cannot know people."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from supervision_kit.consulting.stage import Stage

AWAY = 90  # seconds without a sign of a page, after which its viewer counts as gone; hidden tabs give one a minute


def count_present(read: Callable[..., list[tuple[Any, ...]]], stage: Stage) -> int:
    """Return how many sign-ins have the page open or have answered what is asked now; `read` runs a query."""
    query = """SELECT count(*) FROM (
        SELECT viewer FROM seats WHERE seen > ? UNION SELECT viewer FROM answers WHERE round = ?)"""
    return int(read(query, time.time() - AWAY, stage.round if stage.is_open else 0)[0][0])
