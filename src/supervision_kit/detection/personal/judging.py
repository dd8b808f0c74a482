"""Ratings and hyper-parameters → what was expected, where the limit lies, how rare the rating is."""

from __future__ import annotations

import numpy as np

from supervision_kit.detection.personal.filter import Foresight, foresee
from supervision_kit.detection.personal.odds import CAP, FIRST, HELD, SETTLED, Odds, needed_scores
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal.tails import share_below
from supervision_kit.series import Matrix

# Ratings that go before the first one that can be judged.
RATINGS_BEFORE = FIRST + 1
RAREST = 1e-12
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
        Limits are needed from this rating on, counted from 0.

    Returns
    -------
    tuple
        Three arrays of the shape of `x`; NaN where there is no rating, the limit also where fewer than three go before.
    """
    from scipy.special import ndtri

    expected, limit, score = (np.full(x.T.shape, np.nan) for _ in range(3))
    odds, form = Odds(prior.autocorrelation), prior.form
    lower, upper = form.interval(fill_on(x).T, softness=prior.softness)
    held = np.zeros(len(x))
    people = prior.people(x.shape[1], len(x))
    for t, foresight in enumerate(foresee(lower, upper, people, tail_from=min(since, FIRST))):
        if foresight.tail is not None:
            score[t] = -ndtri(np.clip(foresight.tail, RAREST, 1 - RAREST))
        if t >= since:
            expected[t] = form.score((foresight.weight * foresight.mean).sum(axis=0), softness=prior.softness)
        if t >= max(RATINGS_BEFORE, since):
            needed = needed_scores(rate * kept_at(t), odds.carry, min(t, SETTLED))
            limit[t] = form.score(find_quantile(foresight, _between(needed, held)), softness=prior.softness)
        if t >= FIRST:
            held = np.minimum(odds.of(score[t], held), CAP)
    is_missing = np.isnan(x.T)
    for part in (expected, limit, score):
        part[is_missing] = np.nan
    return expected.T, limit.T, score.T


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
    score = ndtri(np.clip(below.sum(axis=0), RAREST, 1 - RAREST))
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
