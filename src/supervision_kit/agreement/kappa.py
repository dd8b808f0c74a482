"""Cohen's kappa of two ways to judge the same sessions, with an interval that knows which sessions are one case's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FEWEST_CASES = 5  # for an interval; the kit's own choice
_PERFECT = 1 - 1e-12  # its Fisher transform is infinite

Counts = npt.NDArray[np.float64]  # (…, 4): both mark, only the first, only the second, neither


def kappa_of(counts: Counts) -> npt.NDArray[np.float64]:
    """Return Cohen's kappa of counts of shape (…, 4): both mark, only the first, only the second, neither.

    NaN where it is not defined: nothing was judged by both, or both mark all sessions, or none.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20(1), 37–46,
    https://doi.org/10.1177/001316446002000104
    """
    both, only_a, only_b, neither = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    n = both + only_a + only_b + neither
    # kappa = (p − e) / (1 − e), both parts times n²: whole numbers, so that "not defined" is an exact 0
    marked_a, marked_b = both + only_a, both + only_b
    by_chance = marked_a * marked_b + (n - marked_a) * (n - marked_b)
    kappa: npt.NDArray[np.float64] = np.divide(
        (both + neither) * n - by_chance, n**2 - by_chance, out=np.full(n.shape, np.nan), where=n**2 > by_chance
    )
    return kappa


def kappa_interval(counts: Counts) -> tuple[float, float]:
    """Return the 95 % interval of kappa over cases, from counts of shape (n_cases, 4).

    Sessions of one case are not independent: who is marked once is likely to be marked again. So the spread is taken
    between cases: the delete-one-case jackknife of the Fisher transform of kappa, with Student's t. In simulated
    caseloads it covers 95 to 96 of 100 true values from 8 cases on, and 92 with 5.

    Returns
    -------
    tuple of float
        NaN with fewer than :data:`FEWEST_CASES` cases, where kappa is not defined without one of them, and where it
        is 1 or −1: that resampling cannot say how sure perfect agreement is.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 11.
    """
    counts = np.asarray(counts, dtype=np.float64)
    counts = counts[counts.sum(axis=1) > 0]
    n, total = len(counts), counts.sum(axis=0)
    kappas = np.append(kappa_of(total - counts), kappa_of(total))
    if n < FEWEST_CASES or not (np.abs(kappas) < _PERFECT).all():  # false for NaN, too
        return np.nan, np.nan
    from scipy.stats import t  # heavy

    *without, whole = np.arctanh(kappas)
    spread = np.sqrt((n - 1) / n * ((without - np.mean(without)) ** 2).sum())
    half = float(t.ppf(0.975, n - 1)) * spread
    return float(np.tanh(whole - half)), float(np.tanh(whole + half))
