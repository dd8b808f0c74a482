"""How sure a simulated share or mean is, where ratings of one simulated caseload belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z = 1.959963984540054  # the 97.5 % point of the standard normal


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; all NaN where nothing was counted."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Estimate:
        """Return the estimate in another unit."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


NOTHING = Estimate(np.nan, np.nan, np.nan)


def estimate_share(hits: npt.ArrayLike, trials: npt.ArrayLike) -> Estimate:
    """Estimate a share from hits and trials counted in each of several simulated caseloads.

    Wilson's interval with the number of trials divided by the design effect: the variance of the share between
    caseloads (linearised ratio, with Student's t for few caseloads) over that of independent trials, never below 1. It
    stays within 0 and 1 and is honest where there is no hit at all.

    Parameters
    ----------
    hits, trials
        Counts, one each per caseload.

    References
    ----------
    Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953; the design effect after Kish (1965).

    Examples
    --------
    >>> none = estimate_share([0, 0], [10, 10])  # 0 of 20: up to z² / (20 + z²)
    >>> none.value, none.low, round(none.high, 4)
    (0.0, 0.0, 0.1611)
    """
    hits, trials = np.asarray(hits, dtype=float), np.asarray(trials, dtype=float)
    n = trials.sum()
    if n == 0:
        return NOTHING
    share = hits.sum() / n
    k = len(hits)
    independent = n * share * (1 - share)
    between = ((hits - share * trials) ** 2).sum() * k / (k - 1) * (_student(k) / Z) ** 2 if k > 1 else 0.0
    n_effective = n / max(1.0, between / independent) if independent > 0 else n
    centre = (share + Z**2 / (2 * n_effective)) / (1 + Z**2 / n_effective)
    half = Z / (1 + Z**2 / n_effective) * np.sqrt(share * (1 - share) / n_effective + (Z / (2 * n_effective)) ** 2)
    # at a share of 0 or 1 the interval ends there, but for rounding
    low, high = max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))
    return Estimate(float(share), float(low), float(high))


def estimate_mean(totals: npt.ArrayLike, counts: npt.ArrayLike) -> Estimate:
    """Estimate a mean from totals and counts in each of several simulated caseloads, by the jackknife over caseloads.

    Parameters
    ----------
    totals, counts
        Sum of the values and how many there were, one each per caseload.

    References
    ----------
    Tukey (1958); the delete-one jackknife of a ratio.

    Examples
    --------
    >>> estimate_mean([2, 4], [2, 2]).value
    1.5
    """
    totals, counts = np.asarray(totals, dtype=float), np.asarray(counts, dtype=float)
    n = counts.sum()
    if n == 0:
        return NOTHING
    value = float(totals.sum() / n)
    rest = counts.sum() - counts
    k = int((rest > 0).sum())
    if k < 2:  # noqa: PLR2004 - one caseload says nothing of how caseloads differ
        return Estimate(value, np.nan, np.nan)
    without = (totals.sum() - totals)[rest > 0] / rest[rest > 0]
    half = _student(k) * float(np.sqrt((k - 1) / k * ((without - without.mean()) ** 2).sum()))
    return Estimate(value, value - half, value + half)


def _student(n_caseloads: int) -> float:
    """Return the 97.5 % point of Student's t for a variance between so many caseloads."""
    from scipy.special import stdtrit

    return float(stdtrit(n_caseloads - 1, 0.975))
