"""Ratings and hyper-parameters → what was expected, where the limit lies, how rare the rating is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from supervision_kit.detection.personal.filter import Foresight, People, foresee
from supervision_kit.detection.personal.nodes import on_few_nodes
from supervision_kit.detection.personal.odds import CAP, FIRST, HELD, SETTLED, Odds, needed_scores
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal.tails import share_below
from supervision_kit.series import Matrix

# Ratings that go before the first one that can be judged.
RATINGS_BEFORE = FIRST + 1
RAREST = 1e-12
# Single precision does where levels and growth reach less far than so many spreads; it cannot tell densities below
# `RARE` per spread, nor how high a rating is that fewer than `HIGH` come above.
MOST_SPREADS, RARE, HIGH = 300, 1e-18, 1e-5
# A step of more SD than this towards a quantile is followed by another, at most so many in all.
LONG, MOST_STEPS = 0.1, 8
# From which rating on (counted from 0) this share of the asked rate is spent: the guard against dips, which costs more
# the longer a series is, and hyper-parameters that are estimated use up the rest (by simulation).
KEPT = ((0, 0.95), (7, 0.9), (15, 0.83), (31, 0.79))


def judge_ratings(x: Matrix, *, prior: LimitsPrior, rate: float, since: int) -> tuple[Matrix, Matrix, Matrix]:
    """Return expected rating, limit and normal score of every rating.

    Parameters
    ----------
    x
        Ratings without gaps, (n_series, n_ratings); NaN after the end of a series only. Some thousand series at a time:
        what the filter holds is faster in the processor's cache.
    rate
        False alarms per rupture-free rating.
    since
        Limits are needed from this rating on, counted from 0; below 0 for all.

    Returns
    -------
    tuple
        Three arrays of the shape of `x`; NaN where there is no rating, the limit also where fewer than three go before.
    """
    prior = on_few_nodes(prior)
    form, unit, soft = prior.form, prior.typical_spread, prior.softness
    lower, upper = np.empty((2, x.shape[1], len(x)))
    for low, high, ratings in zip(lower, upper, fill_on(x).T, strict=True):
        for end, latent in zip((low, high), form.interval(ratings, softness=soft), strict=True):
            np.divide(latent - prior.level, unit, out=end)
    people = prior.in_spreads().people(x.shape[1], len(x))
    rates = [rate * kept_at(t) for t in range(x.shape[1])]
    if _fits_single_precision(prior):
        judged = _judge_in_single_precision(lower, upper, people, rates, since)
    else:
        judged, _ = _judge(lower, upper, people, rates, since)
    for part in judged[:2]:
        for values in part[max(since, 0) :]:
            values[:] = form.score(prior.level + unit * values, softness=soft)
    is_missing = np.isnan(x.T)
    for part in judged:
        part[is_missing] = np.nan
    expected, limit, score = judged
    return expected.T, limit.T, score.T


def _fits_single_precision(prior: LimitsPrior) -> bool:
    """Return whether levels differ so little beside the spreads that seven digits do for both."""
    reach = max(prior.between, *map(abs, prior.growth))
    return reach < MOST_SPREADS * min(prior.spreads)


def _judge_in_single_precision(
    lower: Matrix, upper: Matrix, people: People, rates: list[float], since: int
) -> tuple[Matrix, Matrix, Matrix]:
    """Judge in numbers of half the size: that takes half the time, and is right to 1e-3 of a spread, mostly to 1e-6.

    From a rating on that is rarer than they tell, a person is judged in full ones.
    """
    single = people.in_single_precision()
    judged, is_rare = _judge(lower.astype(np.float32), upper.astype(np.float32), single, rates, since)
    rare = np.flatnonzero(is_rare.any(axis=0))
    if len(rare):
        again, _ = _judge(lower[:, rare], upper[:, rare], people.of(len(rare)), rates, since)
        comes_after = np.logical_or.accumulate(is_rare[:, rare], axis=0)
        for part, anew in zip(judged, again, strict=True):
            part[:, rare] = np.where(comes_after, anew, part[:, rare])
    return judged


def _judge(
    lower: Matrix, upper: Matrix, people: People, rates: list[float], since: int
) -> tuple[tuple[Matrix, Matrix, Matrix], npt.NDArray[np.bool_]]:
    """Judge ratings in spreads from the mean level; return, too, which are rarer than single precision tells."""
    from scipy.special import ndtri

    expected, limit, score = (np.full(lower.shape, np.nan) for _ in range(3))
    is_rare = np.zeros(lower.shape, dtype=bool)
    odds = Odds(float(people.carry[0]))
    held = np.zeros(lower.shape[1])
    for t, foresight in enumerate(foresee(lower, upper, people, tail_from=min(since, FIRST))):
        np.less(foresight.density, RARE, out=is_rare[t])
        if foresight.tail is not None:
            tail = foresight.tail.astype(np.float64)
            is_rare[t] |= tail > 1 - HIGH
            score[t] = -ndtri(np.clip(tail, RAREST, 1 - RAREST))
        if t >= since:
            expected[t] = (foresight.weight * foresight.mean).sum(axis=0)
        if t >= max(RATINGS_BEFORE, since):
            needed = needed_scores(rates[t], odds.carry, min(t, SETTLED))
            limit[t] = find_quantile(foresight, _between(needed, held).astype(lower.dtype))
        if t >= FIRST:
            held = np.minimum(odds.of(score[t], held), CAP)
    return (expected, limit, score), is_rare


def _between(needed: Matrix, held: Matrix) -> Matrix:
    """Return the normal scores needed after these odds, of those after the odds `HELD`."""
    place = held * ((len(HELD) - 1) / CAP)
    below = np.minimum(place.astype(np.intp), len(HELD) - 2)
    low = needed[below]
    between: Matrix = low + (place - below) * (needed[below + 1] - low)
    return between


def kept_at(t: int) -> float:
    """Return the share of the asked rate that is spent at a rating, counted from 0."""
    return next(share for start, share in reversed(KEPT) if t >= start)


def fill_on(x: Matrix) -> Matrix:
    """Return `x` with each series' last rating in place of what follows its end; 0 where there is none at all."""
    filled = x.copy()
    filled[:, 0] = np.where(np.isnan(x[:, 0]), 0.0, x[:, 0])
    for t in range(1, x.shape[1]):
        np.copyto(filled[:, t], filled[:, t - 1], where=np.isnan(x[:, t]))
    return filled


def find_quantile(foresight: Foresight, needed: Matrix) -> Matrix:
    """Return the latent rating whose normal score is `needed`: the quantile of the mixture over spreads.

    It starts at the quantile of the mixture's mean, variance, skewness and kurtosis (Cornish–Fisher) and goes on by
    Halley's steps, mostly one or two, until they are short. What is left is less than 1e-4 of the SD foreseen.
    """
    mean, per_sd, weight = foresight.mean, foresight.per_sd, foresight.weight
    centre = (weight * mean).sum(axis=0)
    away = mean - centre
    squares = away * away
    squares += foresight.variance
    each = weight * squares
    variance = each.sum(axis=0)
    sd, z = np.sqrt(variance), -needed
    each /= variance
    lean = (each * away).sum(axis=0) / sd  # skewness / 3, but for Σ w away³, which is next to nothing
    each *= squares
    heavy = np.minimum(each.sum(axis=0) / variance - 1, 1)  # excess kurtosis / 3, but for the fourth powers
    at: Matrix = centre + sd * (z + (z * z - 1) * lean / 2 + z * (z * z - 3) * heavy / 8)
    far = np.arange(len(at))
    for _ in range(MOST_STEPS):
        whose = slice(None) if len(far) == len(at) else far  # all of them are no copy
        step = _halley(at[whose], z[whose], mean[:, whose], per_sd[:, whose], weight[:, whose])
        step = np.clip(step, -sd[whose], sd[whose])
        at[whose] += step
        far = far[np.abs(step) > LONG * sd[whose]]
        if not len(far):
            break
    return at


def _halley(at: Matrix, asked: Matrix, mean: Matrix, per_sd: Matrix, weight: Matrix) -> Matrix:
    """Return Halley's step from `at` to where the normal score of the mixture's share below is `asked`.

    With F the share below `at`, F1 and F2 its derivatives, and φ the standard normal density at s = Φ⁻¹(F), the score s
    has the derivatives s1 = F1/φ and s2 = F2/φ + s s1².
    """
    from scipy.special import ndtri

    z = at - mean
    z *= per_sd
    bell = z * z
    bell *= -0.5
    np.exp(bell, out=bell)
    below = share_below(z, bell)
    below *= weight
    score = ndtri(np.clip(below.sum(axis=0).astype(np.float64), RAREST, 1 - RAREST))
    bell *= weight
    bell *= per_sd
    density = bell.sum(axis=0)
    z *= bell
    z *= per_sd
    per_density = np.exp(0.5 * score * score)
    slope = np.maximum(density * per_density, 1e-300)
    bend = score * slope**2 - z.sum(axis=0) * per_density
    newton = (asked - score) / slope
    step: Matrix = newton / np.clip(1 + newton * bend / (2 * slope), 0.5, 2.0)
    return step
