"""How often something may be done: budgets that fill up again, and ever longer waits after wrong passwords."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

FREE_TRIES = 5
"""Wrong passwords from one place before the next has to wait."""

LONGEST_WAIT = 2 * 60
"""Seconds; an address can be a whole clinic's, so nobody is locked out for longer, however often somebody was wrong."""

FORGOTTEN_AFTER = 60 * 60
"""Seconds after the last wrong password from a place."""

SIGN_INS_AT_ONCE, SIGN_INS_PER_SECOND = 30, 1 / 10
"""Participants' sign-ins with the right password from one place: a group, and then one after the other."""

MOST_WAITING_EACH = 30
"""Passwords from one place that wait for each other: a group that signs in at once."""

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

    def spend(self, n: float) -> bool:
        """Take `n`, which is gone already, and tell whether there were as many; no debts are kept."""
        if self.take(n):
            return True
        self._left = 0.0
        return False

    def give_back(self) -> None:
        """Give one back."""
        self._left = min(self._most, self._left + 1)


class Budgets:
    """The same budget for each of many names; those heard of longest ago are forgotten."""

    def __init__(self, most: float, per_second: float, *, clock: Clock = time.monotonic) -> None:
        self._new = partial(Budget, most, per_second, clock=clock)
        self._each: OrderedDict[str, Budget] = OrderedDict()

    def take(self, name: str, n: float = 1) -> bool:
        """Take `n` from the budget of a name and tell whether there were as many."""
        budget = self._each.pop(name, None) or self._new()
        self._each[name] = budget
        while len(self._each) > MOST_KEPT:
            self._each.popitem(last=False)
        return budget.take(n)


@dataclass
class Place:
    """Where passwords come from, and what became of them."""

    wrong: int = 0
    last: float = 0.0
    not_before: float = 0.0
    deciding: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    @property
    def is_busy(self) -> bool:
        """Whether one more, were all under way wrong, would be beyond what is free."""
        return self.deciding >= max(1, FREE_TRIES - self.wrong)


class Tries:
    """Wrong passwords, by place: an address, or a browser that a facilitator has signed in with.

    Passwords that come at once wait for each other, so that many at once are no more than one after the other, and a
    group that signs in together is kept waiting and not refused.

    Parameters
    ----------
    viewers
        How many participants there can be, all of them maybe in one place.
    """

    def __init__(self, *, viewers: int = SIGN_INS_AT_ONCE // 2, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._came_in = Budgets(max(SIGN_INS_AT_ONCE, 2 * viewers), SIGN_INS_PER_SECOND, clock=clock)
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._strangers = Budget(_STRANGERS, _STRANGERS_PER_SECOND, clock=clock)

    async def begin(self, name: str, *, is_known: bool) -> Place | float:
        """Begin a try and return its place, or return for how many seconds there is none.

        Known browsers wait for their own wrong passwords only, so that strangers cannot keep a facilitator out.
        """
        place = self._place(name)
        if len(place.waiting) >= MOST_WAITING_EACH:
            return 1.0
        while place.is_busy:
            turn = asyncio.get_running_loop().create_future()
            place.waiting.append(turn)
            await turn
        wait = max(place.last + _wait_after(place.wrong), place.not_before) - self._clock()
        if wait <= 0 and not is_known and not self._strangers.take():
            wait = 1 / _STRANGERS_PER_SECOND
        if wait > 0:
            self._next(place)
            return wait
        place.deciding += 1
        return place

    def may_come_in(self, name: str, place: Place) -> float:
        """Return for how many seconds a participant has to wait who knows the password; 0 mostly.

        A group comes in at once, and one person does not come in time and again: what is asked beyond, is looked at
        once a second.
        """
        if self._came_in.take(name):
            return 0.0
        place.not_before = self._clock() + 1
        return 1 / SIGN_INS_PER_SECOND

    def end(self, place: Place, *, was_right: bool, is_known: bool, clears: bool = False) -> None:
        """End a try. A right one takes no wrong one back, unless it `clears`: a participant could guess in between."""
        place.deciding -= 1
        if was_right and not is_known:
            self._strangers.give_back()
        if clears:
            place.wrong = 0
        elif not was_right:
            place.wrong, place.last = place.wrong + 1, self._clock()
        self._next(place)

    def _next(self, place: Place) -> None:
        while place.waiting:
            turn = place.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _place(self, name: str) -> Place:
        kept = self._places.pop(name, None)
        if kept is None or (not kept.deciding and self._clock() - kept.last > FORGOTTEN_AFTER):
            kept = Place()
        self._places[name] = kept
        while len(self._places) > MOST_KEPT:
            self._places.popitem(last=False)
        return kept

    def __len__(self) -> int:
        return len(self._places)


def _wait_after(wrong: int) -> float:
    return 0.0 if wrong < FREE_TRIES else min(2.0 ** (wrong - FREE_TRIES), LONGEST_WAIT)
