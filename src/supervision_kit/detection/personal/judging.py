"""Ratings and hyper-parameters → what was expected, where the limit lies, how rare the rating is."""

from __future__ import annotations

import numpy as np

from supervision_kit.detection.personal.filter import Foresight, foresee
from supervision_kit.detection.personal.odds import CAP, FIRST, HELD, SETTLED, Odds, needed_scores
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.series import Matrix

# Ratings that go before the first one that can be judged.
RATINGS_BEFORE = FIRST + 1
RAREST = 1e-12
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
    expected, limit, score = (np.full(x.shape, np.nan) for _ in range(3))
    odds = Odds(prior.autocorrelation)
    from scipy.special import ndtri

    form = prior.form
    lower, upper = form.interval(fill_on(x).T, softness=prior.softness)
    held = np.zeros(len(x))
    for t, foresight in enumerate(foresee(lower, upper, prior.people(x.shape[1]))):
        z = -ndtri(np.clip(foresight.tail, RAREST, 1 - RAREST))
        score[:, t] = z
        expected[:, t] = form.score((foresight.weight * foresight.mean).sum(axis=0), softness=prior.softness)
        if t >= max(RATINGS_BEFORE, since):
            needed = needed_scores(rate * kept_at(t), odds.carry)[min(t, SETTLED)]
            z_needed = np.interp(held, HELD, needed)
            limit[:, t] = form.score(find_quantile(foresight, z_needed), softness=prior.softness)
        if t >= FIRST:
            held = np.minimum(odds.of(z, held), CAP)
    is_missing = np.isnan(x)
    for part in (expected, limit, score):
        part[is_missing] = np.nan
    return expected, limit, score


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

    Newton on the normal score of the mixture's tail, which is nearly a straight line; it starts at the quantile of
    mean, variance and fourth moment (Cornish–Fisher).
    """
    from scipy.special import ndtr, ndtri

    weight, mean, per_sd = foresight.weight, foresight.mean, 1 / foresight.sd
    centre = (weight * mean).sum(axis=0)
    variances = foresight.sd**2 + (mean - centre) ** 2
    variance = (weight * variances).sum(axis=0)
    heavy = (weight * variances**2).sum(axis=0) / variance**2 - 1  # excess kurtosis / 3
    at: Matrix = centre - np.sqrt(variance) * (needed + (needed**3 - 3 * needed) * heavy / 8)
    for _ in range(2):
        z = (at - mean) * per_sd
        tail = np.clip((weight * ndtr(z)).sum(axis=0), RAREST, 1 - RAREST)
        score = ndtri(tail)
        density = (weight * np.exp(-0.5 * z * z) * per_sd).sum(axis=0)
        at -= (score + needed) * np.exp(-0.5 * score**2) / np.maximum(density, 1e-300)
    return at
