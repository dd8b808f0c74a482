"""How often something may be done: budgets that fill up again, and ever longer waits after wrong passwords."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE_TRIES = 5
"""Wrong passwords from one place before the next has to wait."""

LONGEST_WAIT = 15 * 60
"""Seconds; nobody is locked out for longer, however often the wrong password was tried."""

FORGOTTEN_AFTER = 60 * 60
"""Seconds after the last wrong password from a place."""

MOST_KEPT = 10_000
"""Places that are kept in mind; beyond, the one heard of longest ago is forgotten."""

# wrong passwords of all strangers together: a hundred at once, then ten a minute
_STRANGERS, _STRANGERS_PER_SECOND = 100, 1 / 6

Clock = Callable[[], float]


class Budget:
    """So many at once, so many a second."""

    def __init__(self, most: float, per_second: float, *, clock: Clock = time.monotonic) -> None:
        self._most, self._per_second, self._clock = most, per_second, clock
        self._left, self._at = most, clock()

    def take(self, n: float = 1) -> bool:
        """Take `n` and tell whether there were as many; if not, take none."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < n:
            return False
        self._left -= n
        return True

    def give_back(self) -> None:
        """Give one back."""
        self._left = min(self._most, self._left + 1)


@dataclass
class _Place:
    wrong: int = 0
    last: float = 0.0


class Tries:
    """Wrong passwords, by place: an address, or a browser that has signed in before.

    A try counts as wrong from its beginning, so that many at once count as many.
    """

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._places: OrderedDict[str, _Place] = OrderedDict()
        self._strangers = Budget(_STRANGERS, _STRANGERS_PER_SECOND, clock=clock)

    def begin(self, place: str, *, is_known: bool) -> float:
        """Count a try and return 0, or return for how many seconds there is none.

        Known browsers wait for their own wrong passwords only, so that strangers can keep nobody out who was in before.
        """
        now = self._clock()
        kept = self._place(place, now)
        wait = kept.last + _wait_after(kept.wrong) - now
        if wait > 0:
            return wait
        if not is_known and not self._strangers.take():
            return 1 / _STRANGERS_PER_SECOND
        kept.wrong, kept.last = kept.wrong + 1, now
        return 0.0

    def succeed(self, place: str, *, is_known: bool) -> None:
        """Forget the wrong passwords of a place."""
        self._places.pop(place, None)
        if not is_known:
            self._strangers.give_back()

    def _place(self, place: str, now: float) -> _Place:
        kept = self._places.pop(place, None)
        if kept is None or now - kept.last > FORGOTTEN_AFTER:
            kept = _Place()
        self._places[place] = kept
        while len(self._places) > MOST_KEPT:
            self._places.popitem(last=False)
        return kept

    def __len__(self) -> int:
        return len(self._places)


def _wait_after(wrong: int) -> float:
    return 0.0 if wrong < FREE_TRIES else min(2.0 ** (wrong - FREE_TRIES), LONGEST_WAIT)
