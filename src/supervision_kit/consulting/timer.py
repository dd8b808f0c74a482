"""The time that each part of a consultation has."""

from __future__ import annotations

from dataclasses import dataclass, replace

from supervision_kit.errors import ConsultationError
from supervision_kit.words import later, say

MINUTES = 15
PARTS = (later("Telling of the case"), later("Exploring it"), later("What to try"))
"""The three parts, of 15 minutes each: the kit's own choice, after how peer groups part an hour."""
LONGEST = 180  # minutes


@dataclass(frozen=True)
class Timer:
    """How far a part has come; times are seconds since 1970, as :func:`time.time` gives them.

    Attributes
    ----------
    minutes
        How long each part may take.
    part
        Which part it is, from 1.
    spent
        Seconds that were used up before it was last started.
    started
        When that was; ``None`` while it is stopped.
    """

    minutes: tuple[int, ...] = (MINUTES,) * len(PARTS)
    part: int = 1
    spent: float = 0.0
    started: float | None = None

    @property
    def is_running(self) -> bool:
        """Whether time runs."""
        return self.started is not None

    def left(self, now: float) -> float:
        """Return how many seconds are left of this part; below 0 once it is over."""
        return 60.0 * self.minutes[self.part - 1] - self._spent(now)

    def start(self, now: float) -> Timer:
        """Let time run, on from where it was stopped."""
        return self if self.is_running else replace(self, started=now)

    def stop(self, now: float) -> Timer:
        """Stop it."""
        return replace(self, spent=self._spent(now), started=None)

    def go_to(self, part: int, now: float) -> Timer:
        """Go to a part, which begins anew; time runs on if it ran."""
        if part not in range(1, len(self.minutes) + 1):
            raise ConsultationError(say("A consultation has {n} parts.", n=len(self.minutes)))
        return replace(self, part=part, spent=0.0, started=now if self.is_running else None)

    def allow(self, minutes: tuple[int, ...]) -> Timer:
        """Give the parts other lengths; what was used up stays used up."""
        if len(minutes) != len(PARTS) or not all(1 <= n <= LONGEST for n in minutes):
            raise ConsultationError(say("Each part takes from 1 to {most} minutes.", most=LONGEST))
        return replace(self, minutes=tuple(minutes))

    def _spent(self, now: float) -> float:
        return self.spent + (0.0 if self.started is None else max(now - self.started, 0.0))
