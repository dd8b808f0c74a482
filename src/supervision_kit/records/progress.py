"""How far a long read has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """What is being done, how much of it is done, and how much there is where that is known.

    While a file is read `done` and `total` are bytes of it; `stage` is in plain words (``Reading march.csv``).
    """

    done: int
    total: int | None
    stage: str


Report = Callable[[Progress], None]


def say_nothing(_: Progress) -> None:
    """Take no notice."""
