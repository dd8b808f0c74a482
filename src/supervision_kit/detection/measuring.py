"""What methods measure of every series of a matrix at once; all of it steps over missing scores.

Matrices lie column by column in memory where they come from :mod:`supervision_kit.series`, so what is done here goes
from column to column, and what it returns lies as its input does: a series is then added up in one order, whatever
stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from supervision_kit.series import Matrix

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]

# Differences below this are rounding of binary fractions (4.2 − 3.9 is 0.30000000000000027), not of ratings.
ROUNDING = 1e-9
# Mean and median range of two draws from a normal distribution with standard deviation 1, 2/√π and √2 · 0.6745, to
# the three decimals that the published tables of control-chart constants print.
D2 = 1.128
D4 = 0.954


def steps_of(x: Matrix) -> Iterator[tuple[Matrix, Matrix]]:
    """Go through the sessions: yield the scores of each and the latest scores before it, NaN where there is none."""
    before = np.full(len(x), np.nan)
    for score in x.T:
        yield score, before
        before = np.where(np.isnan(score), before, score)


def previous_score(x: Matrix) -> Matrix:
    """Return, for each session, the latest score before it; NaN where there is none."""
    previous = np.empty_like(x)
    for column, (_, before) in zip(previous.T, steps_of(x), strict=True):
        column[:] = before
    return previous


def n_scored(x: Matrix) -> Matrix:
    """Return the number of scores of each series, as a column."""
    return np.count_nonzero(~np.isnan(x), axis=1, keepdims=True).astype(np.float64)


def spread(x: Matrix) -> Matrix:
    """Return highest minus lowest score of each series, as a column; NaN where there is no score."""
    high: Matrix = np.fmax.reduce(x, axis=1, keepdims=True, initial=np.nan)
    low: Matrix = np.fmin.reduce(x, axis=1, keepdims=True, initial=np.nan)
    return high - low


def spread_so_far(x: Matrix) -> Matrix:
    """Return, for each session, highest minus lowest score up to it; NaN before the first score."""
    so_far = np.empty_like(x)
    high = low = np.full(len(x), np.nan)
    for column, score in zip(so_far.T, x.T, strict=True):
        high, low = np.fmax(high, score), np.fmin(low, score)
        np.subtract(high, low, out=column)
    return so_far


def sum_of(x: Matrix) -> Matrix:
    """Return the sum of each series, as a column; no cell is NaN.

    Added up from the first session to the last, so that it is the same to the last digit whatever stands beside the
    series: NumPy's own sum takes cells together in an order that depends on the shape of the matrix.
    """
    total = np.zeros(len(x))
    for session in x.T:
        total += session
    return total[:, np.newaxis]


def mean_of(x: Matrix, *, where: Flags) -> Matrix:
    """Return the mean of each series over the cells of `where`, as a column; NaN where there are none."""
    n = np.count_nonzero(where, axis=1, keepdims=True)
    mean: Matrix = np.divide(sum_of(np.where(where, x, 0.0)), n, out=np.full(n.shape, np.nan), where=n > 0)
    return mean


def standard_deviation(x: Matrix) -> Matrix:
    """Return the standard deviation (n − 1) of each series' scores, as a column; NaN below two scores."""
    scored = ~np.isnan(x)
    n = np.count_nonzero(scored, axis=1, keepdims=True)
    squares = sum_of(np.where(scored, (x - mean_of(x, where=scored)) ** 2, 0.0))
    variance: Matrix = np.divide(squares, n - 1, out=np.full(n.shape, np.nan), where=n > 1)
    return np.sqrt(variance)


def centre_and_range(x: Matrix, *, first: int | None = None) -> tuple[Matrix, Matrix]:
    """Return mean score and mean moving range of each series, as columns; NaN where there are none.

    A moving range is the absolute difference between a score and the one before. `first` takes that many of the first
    scores of each series.
    """
    total, ranges, n = np.zeros((3, len(x)))
    for score, before in steps_of(x):
        counts = ~np.isnan(score)
        moved = np.fmax(np.abs(score - before), 0.0)  # 0 where there is no score
        if first is not None:
            counts &= n < first
            moved[~counts] = 0.0
        total += np.where(counts, score, 0.0)
        ranges += moved
        n += counts
    with np.errstate(invalid="ignore", divide="ignore"):
        return (total / n)[:, None], np.where(n > 1, ranges / (n - 1), np.nan)[:, None]


def median_range(x: Matrix, *, first: int | None = None) -> Matrix:
    """Return the median moving range of each series, or of the first scores of it, as a column."""
    ranges = np.abs(x - previous_score(x))
    if first is not None:
        ranges[np.cumsum(~np.isnan(x), axis=1) > first] = np.nan
    return median_of(ranges)


def median_of(x: Matrix) -> Matrix:
    """Return the median of each row, as a column; NaN where there is no value."""
    ordered = np.sort(x, axis=1)  # NaN goes to the end
    n = np.count_nonzero(~np.isnan(ordered), axis=1)
    row = np.arange(len(x))
    middle: Matrix = (ordered[row, (n - 1) // 2] + ordered[row, n // 2]) / 2
    return middle[:, None]


@dataclass(frozen=True)
class Gaps:
    """Which series have a score after a missing one (`rows`), and in which columns of theirs the scores stood."""

    rows: Positions
    stood: Positions

    def stood_at(self, series: Positions, columns: Positions) -> Positions:
        """Return in which column the score stood that stands in this column of this series now."""
        place = np.minimum(np.searchsorted(self.rows, series), len(self.rows) - 1)
        return np.where(self.rows[place] == series, self.stood[place, columns], columns)


def close_gaps(x: Matrix) -> tuple[Matrix, Gaps | None]:
    """Return each series with its missing scores moved to its end, and where the scores stood before.

    Where no series has a score after a missing one, the matrix itself comes back, and ``None``.
    """
    missing = np.isnan(x)
    rows = np.flatnonzero((missing[:, :-1] & ~missing[:, 1:]).any(axis=1))
    if not len(rows):
        return x, None
    # as whole numbers: NumPy sorts short rows of these five times as fast as rows of true and false
    stood = np.argsort(missing[rows].astype(np.int64), axis=1, kind="stable")
    closed = x.copy(order="F")
    closed[rows] = np.take_along_axis(x[rows], stood, axis=1)
    return closed, Gaps(rows, stood)


def open_gaps(values: Matrix, gaps: Gaps) -> Matrix:
    """Put the cells of a matrix without gaps back where :func:`close_gaps` took them from."""
    opened = values.copy(order="F")
    with_gap = np.empty(gaps.stood.shape)
    np.put_along_axis(with_gap, gaps.stood, values[gaps.rows], axis=1)
    opened[gaps.rows] = with_gap
    return opened
