"""The yardstick: the one-step rule that knows everything but the person.

No method can know more of a caseload than how it was simulated. The rule here is given just that (the law of levels
and of spreads, autocorrelation, growth, the form) and judges each rating by how unlikely so low a rating was, given the
same person's ratings before it. What it finds is called *attainable*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from supervision_kit.series import Matrix

Column = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class TrueModel:
    """How ratings without a rupture come about, known to the last number.

    A person's latent rating in session t is ``level + growth[t] + e[t]``; levels are normal, ``e`` is a stationary
    first-order autoregression whose standard deviation is the person's own, one of `spreads`. The form shows the latent
    rating rounded to `step` and cut at its ends. ``LimitsPrior`` has much the same numbers; the two are kept apart, so
    that what tests a method shares no code with it.

    Parameters
    ----------
    level, level_sd
        Mean and standard deviation of people's levels, in scale points.
    spreads, weights
        Within-person standard deviations that occur, and how often (adding up to 1).
    autocorrelation
        Of neighbouring sessions, 0 to below 1.
    growth
        Scale points added in session 1, 2, …; shorter than a series: the last one stays.
    step, lowest, highest
        The form: 0 and infinite for a scale without steps and ends.
    """

    level: float
    level_sd: float
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    autocorrelation: float = 0.0
    growth: tuple[float, ...] = (0.0,)
    step: float = 0.0
    lowest: float = -np.inf
    highest: float = np.inf

    def growth_over(self, n_sessions: int) -> Column:
        """Return the growth in sessions 1 to `n_sessions`."""
        return np.asarray(self.growth)[np.minimum(np.arange(n_sessions), len(self.growth) - 1)]

    def draw_latent(self, n_sessions: npt.NDArray[np.int64], *, rng: np.random.Generator) -> tuple[Matrix, Column]:
        """Draw latent ratings, NaN after the end of each series, and each person's within-person standard deviation."""
        shape = (len(n_sessions), int(n_sessions.max()))
        sd = rng.choice(self.spreads, size=shape[0], p=self.weights)
        error = rng.normal(size=shape)
        for t in range(1, shape[1]):
            error[:, t] = self.autocorrelation * error[:, t - 1] + np.sqrt(1 - self.autocorrelation**2) * error[:, t]
        level = rng.normal(self.level, self.level_sd, size=(shape[0], 1))
        latent = level + self.growth_over(shape[1]) + sd[:, None] * error
        return np.where(np.arange(shape[1]) < n_sessions[:, None], latent, np.nan), sd

    def put_on_form(self, latent: Matrix) -> Matrix:
        """Return the ratings that the form shows."""
        if self.step == 0:
            return latent
        return np.clip(np.round(latent / self.step) * self.step, self.lowest, self.highest)

    def interval(self, x: Matrix) -> tuple[Matrix, Matrix]:
        """Return the ends of the latent ratings that the form shows as `x`; infinite where there is no rating."""
        low, high = x - self.step / 2, x + self.step / 2
        low = np.where(np.isnan(x) | (x <= self.lowest + self.step / 4), -np.inf, low)
        return low, np.where(np.isnan(x) | (x >= self.highest - self.step / 4), np.inf, high)


def exact_tail(x: Matrix, *, model: TrueModel) -> Matrix:
    """Return how unlikely a rating this low was, given the person's ratings before it and the true `model`.

    Given the spread σ, everything is normal: before a rating the person's level m has mean a and variance v, and the
    deviation r of the last session mean E, variance V and covariance c with m. The next latent rating is then normal
    with mean μ = growth + (1−φ)a + φE and variance S = (1−φ)²v + φ²V + 2φ(1−φ)c + σ²(1−φ²), and its covariance with m
    is C = (1−φ)v + φc. Seeing that it lies in an interval shifts its mean by d and leaves it the variance W; with
    K = C/S the level gets mean a + Kd and variance v − K²(S − W). Each spread that occurs is weighed by how well it
    foretold the ratings so far, and the tail is the weighted mean of the normal tails.

    On a scale without steps this is exact. On a form the distribution of (m, r) after a rating, a normal cut to an
    interval, is replaced by the normal of the same moments, the only approximation (checked in the tests against
    summation over a grid). On a form half the chance of the rating itself counts ("mid-P"), so that on average a tail
    lies below 2 % in two of a hundred sessions there, too.

    Parameters
    ----------
    x
        Ratings, (n_series, n_sessions), NaN where there is none: the session took place, its rating is unknown.
    model
        How the ratings came about.

    Returns
    -------
    numpy.ndarray
        Probabilities of the shape of `x`, NaN where there is no rating. Marking where they fall below a rate is
        the rule with that rate of false alarms.

    Examples
    --------
    >>> known = TrueModel(level=4.0, level_sd=1e-9, spreads=(0.5,), weights=(1.0,))
    >>> exact_tail(np.array([[4.0, 3.5]]), model=known).round(4)  # as Φ(0) and Φ(−1)
    array([[0.5   , 0.1587]])
    """
    low, high = model.interval(x)
    see = _see_number if model.step == 0 else _see_interval
    growth, phi = model.growth_over(x.shape[1]), model.autocorrelation
    spread = np.asarray(model.spreads)
    shape = (len(x), len(spread))
    weight = np.broadcast_to(np.asarray(model.weights), shape)
    a, v = np.full(shape, model.level), np.full(shape, model.level_sd**2)
    mean, variance, covariance = a, v + spread**2, v
    tail = np.full(x.shape, np.nan)
    for t in range(x.shape[1]):
        seen = see(low[:, [t]] - growth[t], high[:, [t]] - growth[t], mean=mean, variance=variance)
        tail[:, t] = (weight * seen.tail).sum(axis=1)
        weight = weight * seen.chance
        weight = weight / weight.sum(axis=1, keepdims=True)
        gain = covariance / variance
        a, v = a + gain * seen.shift, v - gain**2 * (variance - seen.variance)
        last_mean, last_variance, last_covariance = mean + seen.shift, seen.variance, gain * seen.variance
        # the deviation r is the latent rating less the level: y = m + r
        e, c = last_mean - a, last_covariance - v
        big = last_variance - 2 * last_covariance + v
        mean = a + phi * e
        covariance = v + phi * c
        variance = v + 2 * phi * c + phi**2 * big + spread**2 * (1 - phi**2)
    tail[np.isnan(x)] = np.nan
    return tail


class _Seen(NamedTuple):
    tail: Matrix
    chance: Matrix
    shift: Matrix
    variance: Matrix


def _see_interval(low: Matrix, high: Matrix, *, mean: Matrix, variance: Matrix) -> _Seen:
    """Return what a rating in an interval says of a normal: mid tail, chance (or density), shift of mean, variance."""
    from scipy.special import ndtr

    sd = np.sqrt(variance)
    a, b = (low - mean) / sd, (high - mean) / sd
    # on the side where it is small, the chance is a difference of small numbers and keeps its digits
    swap = a > 0
    a, b = np.where(swap, -b, a), np.where(swap, -a, b)
    below, up_to = ndtr(a), ndtr(b)
    chance = np.maximum(up_to - below, 1e-300)
    at_a, at_b = _density(a), _density(b)
    shift = (at_a - at_b) / chance
    kept = 1 + (_times(a, at_a) - _times(b, at_b)) / chance - shift**2
    far = chance < 1e-12  # noqa: PLR2004 - below it the quotients lose their digits
    nearest = np.where(np.abs(a) < np.abs(b), a, b)
    shift, kept = np.where(far, nearest, shift), np.where(far, 0.0, np.clip(kept, 0.0, 1.0))
    mid = (below + up_to) / 2
    return _Seen(np.where(swap, 1 - mid, mid), chance, np.where(swap, -shift, shift) * sd, kept * variance)


def _see_number(low: Matrix, high: Matrix, *, mean: Matrix, variance: Matrix) -> _Seen:
    """Return the same for a rating that is known to the last digit, or not at all."""
    from scipy.special import ndtr

    known = low == high
    shift = np.where(known, low, mean) - mean
    z = shift / np.sqrt(variance)
    chance = np.where(known, _density(z) / np.sqrt(variance), 1.0)
    return _Seen(ndtr(z), np.maximum(chance, 1e-300), shift, np.where(known, 0.0, variance))


def _density(z: Matrix) -> Matrix:
    density: Matrix = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return density


def _times(z: Matrix, density: Matrix) -> Matrix:
    return np.where(np.isinf(z), 0.0, z) * density
