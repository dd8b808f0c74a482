"""Estimates of many cases, each unsure, drawn towards what the cases have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

FEWEST_CASES = 5  # the kit's own choice: fewer say too little of how cases differ
Z = 1.959963984540054  # the 97.5 % point of the standard normal
N_SPREADS = 400  # steps of the grid over the spread between cases
MOST_CELLS = 4_000_000  # of a table of steps by cases held in memory at once
WIDEST = 5  # the grid ends at so many standard deviations of the estimates


@dataclass(frozen=True)
class Shrunken:
    """What is to be believed of each case: the mean and the 95 % interval."""

    mean: Array
    low: Array
    high: Array


def shrink(estimates: Array, variances: Array) -> Shrunken:
    """Draw each case's estimate towards the mean of all, the more the less sure it is.

    yᵢ ~ N(θᵢ, vᵢ), θᵢ ~ N(μ, τ²). Given τ, θᵢ is a weighted mean of yᵢ and μ (:func:`shrink_given`). τ is not known:
    the result is averaged over a grid of τ, each weighted by its likelihood with μ integrated out (a flat prior on μ
    and τ). So intervals hold what is not known of τ, and do not collapse where its best estimate is 0.

    Parameters
    ----------
    estimates, variances
        One per case, none missing, variances above 0.

    Returns
    -------
    Shrunken
        NaN with fewer than :data:`FEWEST_CASES` cases.

    References
    ----------
    Gelman (2006), Bayesian Analysis 1(3), 515–534, https://doi.org/10.1214/06-BA117A, for the prior on τ.
    """
    if len(estimates) < FEWEST_CASES:
        nothing = np.full(len(estimates), np.nan)
        return Shrunken(nothing, nothing, nothing)
    widest = WIDEST * max(float(np.std(estimates, ddof=1)), float(np.sqrt(variances.mean())))
    between = (((np.arange(N_SPREADS) + 0.5) * widest / N_SPREADS) ** 2)[:, None]
    blocks = np.array_split(between, -(-N_SPREADS * len(estimates) // MOST_CELLS))
    log_weight = np.concatenate([_log_likelihood(estimates, variances, block) for block in blocks])
    weight = np.exp(log_weight - log_weight.max())
    mean, square, at = np.zeros(len(estimates)), np.zeros(len(estimates)), 0
    for block in blocks:
        centre, variance = shrink_given(estimates, variances, block)
        share = weight[at : at + len(block)] / weight.sum()
        mean += share @ centre
        square += share @ (variance + centre**2)
        at += len(block)
    half = Z * np.sqrt(np.maximum(square - mean**2, 0))
    return Shrunken(mean, mean - half, mean + half)


def shrink_given(estimates: Array, variances: Array, between: Array | float) -> tuple[Array, Array]:
    """Return mean and variance of each case's θ where the variance between cases, τ², is known.

    `between` may be a column of several: then a row for each comes back.

    References
    ----------
    Raudenbush & Bryk (1985), Journal of Educational Statistics 10(2), 75–98,
    https://doi.org/10.3102/10769986010002075
    """
    weight = 1 / (variances + between)
    total = weight.sum(axis=-1, keepdims=True)
    centre = (weight * estimates).sum(axis=-1, keepdims=True) / total
    own = between * weight
    return own * estimates + (1 - own) * centre, own * variances + (1 - own) ** 2 / total


def _log_likelihood(estimates: Array, variances: Array, between: Array) -> Array:
    """Return the logarithm of the likelihood of each τ², with μ integrated out (the restricted likelihood)."""
    weight = 1 / (variances + between)
    total = weight.sum(axis=-1, keepdims=True)
    centre = (weight * estimates).sum(axis=-1, keepdims=True) / total
    squares = (weight * (estimates - centre) ** 2).sum(axis=-1)
    log_likelihood: Array = (np.log(weight).sum(axis=-1) - np.log(total[:, 0]) - squares) / 2
    return log_likelihood
