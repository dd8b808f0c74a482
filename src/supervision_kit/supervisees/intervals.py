"""How sure the difference of two shares or two means is, where each case counts once."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from supervision_kit.calibration.intervals import NOTHING, Estimate, estimate_mean, estimate_share

Numbers = npt.NDArray[np.float64]


def share_of(is_so: npt.NDArray[np.bool_]) -> Estimate:
    """Estimate the share of cases of which something is so (Wilson)."""
    return estimate_share([is_so.sum()], [len(is_so)])


def mean_of(values: Numbers) -> Estimate:
    """Estimate the mean over cases (Student)."""
    return estimate_mean(values, np.ones(len(values)))


def compare_shares(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> Estimate:
    """Estimate the share in `b` minus that in `a`, with the hybrid score interval (Newcombe 1998, method 10).

    Examples
    --------
    >>> one = compare_shares(np.arange(80) < 48, np.arange(70) < 56)
    >>> round(one.value, 4), round(one.low, 4), round(one.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    first, second = share_of(a), share_of(b)
    value = second.value - first.value
    down = math.hypot(second.value - second.low, first.high - first.value)
    up = math.hypot(second.high - second.value, first.value - first.low)
    return Estimate(value, value - down, value + up)


def compare_means(a: Numbers, b: Numbers) -> Estimate:
    """Estimate the mean of `b` minus that of `a`, with Welch's interval; none with fewer than two values in either."""
    if min(len(a), len(b)) < 2:  # noqa: PLR2004 - a spread takes two
        return NOTHING
    from scipy.special import stdtrit

    value = float(b.mean() - a.mean())
    parts = [float(one.var(ddof=1)) / len(one) for one in (a, b)]
    if not sum(parts):
        return Estimate(value, math.nan, math.nan)
    degrees = sum(parts) ** 2 / sum(part**2 / (len(one) - 1) for part, one in zip(parts, (a, b), strict=True))
    half = float(stdtrit(degrees, 0.975)) * math.sqrt(sum(parts))
    return Estimate(value, value - half, value + half)
