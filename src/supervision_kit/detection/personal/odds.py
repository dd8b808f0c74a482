"""The odds that a fall is under way, and how high they may rise by chance.

Before each session the filter foresees the rating's distribution; z_t is the normal score of the rating in it, high for
a low rating. If the model holds, z_1, z_2, … are independent standard normal draws whatever the caseload (Rosenblatt
1952), so how high the odds rise by chance is known once and for all: by quadrature, without a simulation.
"""

from __future__ import annotations

import math
from copy import copy
from functools import lru_cache

import numpy as np

from supervision_kit.series import Matrix

# The statistic, a capped Shiryaev–Roberts sum (the kit's own choices, compared by simulation): a fall of DEPTH
# within-person SD; odds of the past count for CARRIED; they are held at CAP so that one odd rating does not mark the
# ordinary next ones.
DEPTH, CARRIED, CAP = 1.0, 0.3, 4.0
# Ratings before this one (counted from 0) leave the odds alone: the level is hardly known.
FIRST = 2
# From the tenth rating on the law of the odds no longer changes in the third decimal.
SETTLED = 9
CARRY_STEP = 0.05  # critical values are computed for φ on this grid
# R is carried as a distribution over so many cells, even in its logarithm; the first holds all that is lower.
LOWEST, N_CELLS = 1e-4, 120
CELL = math.log(CAP / LOWEST) / (N_CELLS - 1)


class Odds:
    """The odds statistic where deviations carry over to the next session by `carry` (φ): one for all, or one a person.

    Λ_t = exp(d₁ z_t − d₁²/2) + ρ R_(t−1) exp(d₂ z_t − d₂²/2), R_t = min(Λ_t, cap); d₁ = d / √(1 − φ²),
    d₂ = d₁ (1 − φ/2).
    """

    def __init__(self, carry: float | Matrix) -> None:
        self.carry = np.round(np.asarray(carry, dtype=np.float64) / CARRY_STEP) * CARRY_STEP
        self.d1 = DEPTH / np.sqrt(1 - self.carry**2)
        self.d2 = self.d1 * (1 - self.carry / 2)
        self.carries, self.whose = np.unique(self.carry, return_inverse=True)

    def among(self, which: slice) -> Odds:
        """Return the statistic of some of the people."""
        if self.carry.size == 1:
            return self
        some = copy(self)
        some.carry, some.d1, some.d2 = self.carry[which], self.d1[which], self.d2[which]
        some.whose = self.whose[which]
        return some

    def of(self, z: Matrix, held: Matrix) -> Matrix:
        """Return Λ of ratings with normal scores `z`, after odds `held` (R)."""
        fresh = np.exp(self.d1 * z - self.d1**2 / 2)
        going_on = CARRIED * held * np.exp(self.d2 * z - self.d2**2 / 2)
        return np.asarray(fresh + going_on)

    def needed(self, critical: float, held: Matrix) -> Matrix:
        """Return the normal score at which log Λ reaches `critical`.

        log Λ is convex and increasing in z, so Newton's steps from above come down to it; four give 1e-6.
        """
        with np.errstate(divide="ignore"):
            past = np.log(CARRIED * held) - self.d2**2 / 2
        z = np.full(np.shape(held), (critical + self.d1**2 / 2) / self.d1)
        for _ in range(5):
            fresh, going_on = self.d1 * z - self.d1**2 / 2, past + self.d2 * z
            log_odds = np.logaddexp(fresh, going_on)
            share = np.exp(fresh - log_odds)
            z -= (log_odds - critical) / (self.d1 * share + self.d2 * (1 - share))
        return z

    def needed_after(self, held: Matrix, *, rate: float, nth: int) -> Matrix:
        """Return the normal score that marks people's nth rating (from 0) after the odds `held`."""
        needed = np.concatenate([needed_scores(rate, float(carry), min(nth, SETTLED)) for carry in self.carries])
        place = held * ((len(HELD) - 1) / CAP)
        below = np.minimum(place.astype(np.intp), len(HELD) - 2)
        share = place - below
        if len(self.carries) > 1:
            below += self.whose * len(HELD)
        low = needed[below]
        between: Matrix = low + share * (needed[below + 1] - low)
        return between


# Odds held at which the normal scores needed are worked out; between them they are all but straight (to 1e-6).
HELD = np.linspace(0, CAP, 1001)


@lru_cache(maxsize=512)
def needed_scores(rate: float, carry: float, nth: int) -> Matrix:
    """Return the normal score needed after each of the odds `HELD`, for the nth rating (from 0)."""
    return Odds(carry).needed(critical_value(rate, carry, min(nth, SETTLED)), HELD)


@lru_cache(maxsize=512)
def critical_value(rate: float, carry: float, nth: int) -> float:
    """Return the log odds that a rupture-free nth rating (from 0) exceeds with chance `rate`.

    R is independent of the next z, so the critical value solves E[1 − Φ(z needed after R)] = rate. Ratings after
    `SETTLED` take its value.
    """
    from scipy.special import ndtr

    odds = Odds(carry)
    held, chance = _held_before(carry)[min(nth, SETTLED)]
    low, high = -1.0, 6.0
    while high - low > 1e-5:  # noqa: PLR2004 - fifty times finer than a reader can see
        middle = (low + high) / 2
        too_often = (chance * ndtr(-odds.needed(middle, held))).sum() > rate
        low, high = (middle, high) if too_often else (low, middle)
    return (low + high) / 2


@lru_cache(maxsize=16)
def _held_before(carry: float) -> tuple[tuple[Matrix, Matrix], ...]:
    """Return the law of R before the 1st, 2nd, … 10th rating: the means of its cells and their chances."""
    odds = Odds(carry)
    z = np.linspace(-5, 6.5, 401)
    p_z = np.exp(-0.5 * z * z)
    p_z /= p_z.sum()
    held, p = np.zeros(1), np.ones(1)
    laws = [(held, p)]
    for t in range(SETTLED):
        if t >= FIRST:
            after = np.minimum(odds.of(z[None, :], held[:, None]), CAP).ravel()
            share = (p[:, None] * p_z[None, :]).ravel()
            cell = np.clip(np.ceil(np.log(after / LOWEST) / CELL), 0, N_CELLS - 1).astype(np.intp)
            total, p = np.bincount(cell, share * after), np.bincount(cell, share).astype(np.float64)
            held, p = total[p > 0] / p[p > 0], p[p > 0]
        laws.append((held, p))
    return tuple(laws)
