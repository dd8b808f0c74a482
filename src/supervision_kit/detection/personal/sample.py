"""Some series of a caseload, enough to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from supervision_kit.detection.measuring import close_gaps, sum_of
from supervision_kit.series import Matrix

# So many series say enough about how people differ; of more, evenly many of all kinds are taken.
MOST_SERIES = 300


@dataclass(frozen=True)
class Sample:
    """Ratings to fit, as bytes, so that what they give can be remembered.

    One row a series, no gaps, NaN after its end; the first `n_fitted` columns are fitted, the others go on from there.
    """

    shape: tuple[int, int]
    raw: bytes
    n_fitted: int

    @classmethod
    def of(cls, x: Matrix, *, n_fitted: int) -> Sample:
        """Return the ratings `x` as a sample."""
        return cls((x.shape[0], x.shape[1]), np.ascontiguousarray(x).tobytes(), n_fitted)

    @property
    def ratings(self) -> Matrix:
        """The ratings, (n_series, n_ratings)."""
        return np.frombuffer(self.raw).reshape(self.shape)


def take_sample(matrices: Sequence[Matrix], columns: npt.NDArray[np.int64], *, n_fitted: int) -> Sample:
    """Take at most `MOST_SERIES` series: evenly among all, put in order by the values that are fitted.

    The order of the rows does not matter, but for which of several series that begin alike is taken.
    """
    places = [_place_in_order(take_columns(x, columns[:n_fitted])) for x in matrices]
    order = spread_evenly(np.concatenate(places), most=MOST_SERIES)
    starts = np.cumsum([0, *map(len, matrices)])
    taken = np.empty((len(order), len(columns)))
    for x, start, end in zip(matrices, starts[:-1], starts[1:], strict=True):
        here = (order >= start) & (order < end)
        taken[here] = _lay_out(take_columns(x[order[here] - start], columns), n_fitted)
    return Sample.of(taken, n_fitted=n_fitted)


def spread_evenly(place: Matrix, *, most: int) -> npt.NDArray[np.int64]:
    """Return which series to take, in the order of their places: all that have one, or at most so many, evenly."""
    ordered = np.sort(place)
    n = int(np.searchsorted(ordered, np.nan))  # NaN is sorted last
    rank = np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(int)
    # only the series of the places asked for are put in order: of a million few
    asked = np.unique(ordered[rank])
    nearest = asked[np.minimum(np.searchsorted(asked, place), len(asked) - 1)] if len(asked) else place
    some = np.flatnonzero(nearest == place)
    some = some[np.argsort(place[some], kind="stable")]
    before = np.searchsorted(ordered, ordered[rank])
    within = np.searchsorted(place[some], ordered[rank])
    order: npt.NDArray[np.int64] = some[within + rank - before]
    return order


def _place_in_order(x: Matrix) -> Matrix:
    """Return a number for each series that only equal series share; NaN where there is no rating."""
    # powers of e are no multiples of one another, nor sums of such
    closed = close_gaps(x)[0] * np.exp(np.arange(x.shape[1]) / x.shape[1])
    place = sum_of(np.where(np.isnan(closed), 0.0, closed))[:, 0]
    return np.where(np.isnan(x).all(axis=1), np.nan, place)


def _lay_out(x: Matrix, n_fitted: int) -> Matrix:
    """Close gaps in the columns that are fitted. After them only series without a gap go on.

    So the nth column holds nth ratings, and none that came in a later column.
    """
    has_gap = np.logical_or.accumulate(np.isnan(x), axis=1)[:, n_fitted:]
    return np.concatenate([close_gaps(x[:, :n_fitted])[0], np.where(has_gap, np.nan, x[:, n_fitted:])], axis=1)


def take_columns(x: Matrix, columns: npt.NDArray[np.int64]) -> Matrix:
    """Return these columns; those that `x` is too narrow for hold no rating."""
    there = columns[columns < x.shape[1]]
    return np.pad(x[:, there], ((0, 0), (0, len(columns) - len(there))), constant_values=np.nan)
