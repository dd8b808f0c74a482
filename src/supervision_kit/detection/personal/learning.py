"""All series of a scale → hyper-parameters for each session, learnt from no later one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from supervision_kit.detection.measuring import sum_of
from supervision_kit.detection.personal.fitting import Sample, fit_in_turn
from supervision_kit.detection.personal.form import Form
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.series import Matrix

# The first column that has a fit, counted from 1; the next ones come after twice as many.
FIRST_FIT = 4
# So many series say enough about how people differ; of more, evenly many of all kinds are taken.
MOST_SERIES = 300


def learn_in_turn(matrices: Iterable[Matrix], form: Form) -> tuple[tuple[int, LimitsPrior], ...]:
    """Return from which column on which hyper-parameters hold.

    Those that hold from a column on are learnt from the columns up to it, of all series; only the growth of a later
    session is learnt up to that session. Columns without any rating do not count.
    """
    matrices = [x for x in matrices if x.size]
    columns = _rated_columns(matrices)
    lasts = [FIRST_FIT]
    while lasts[-1] <= len(columns):
        lasts.append(2 * lasts[-1])
    samples = tuple(
        take_sample(matrices, columns[: after - 1], n_fitted=n) for n, after in pairwise(lasts) if n <= len(columns)
    )
    starts = [int(columns[sample.n_fitted - 1]) for sample in samples]
    return tuple(zip(starts, fit_in_turn(samples, form), strict=True))


def learn_at_once(matrices: Iterable[Matrix], form: Form) -> LimitsPrior:
    """Return the hyper-parameters of all series over all their sessions."""
    matrices = list(matrices)
    columns = _rated_columns(matrices)
    return fit_in_turn((take_sample(matrices, columns, n_fitted=len(columns)),), form)[0]


def _rated_columns(matrices: Sequence[Matrix]) -> npt.NDArray[np.int64]:
    """Return the columns in which any series has a rating."""
    rated = [np.flatnonzero(~np.isnan(x).all(axis=0)) for x in matrices]
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *rated]))


def take_sample(matrices: Sequence[Matrix], columns: npt.NDArray[np.int64], *, n_fitted: int) -> Sample:
    """Take at most `MOST_SERIES` series: evenly among all, put in order by the values that are fitted.

    The order of the rows does not matter, but for which of several series that begin alike is taken.
    """
    places = [_place_in_order(take_columns(x, columns[:n_fitted])) for x in matrices]
    order = np.argsort(np.concatenate(places), kind="stable")
    order = order[: sum(int(np.count_nonzero(~np.isnan(place))) for place in places)]  # no rating: sorted last
    if len(order) > MOST_SERIES:
        order = order[np.linspace(0, len(order) - 1, MOST_SERIES).astype(int)]
    starts = np.cumsum([0, *map(len, matrices)])
    taken = np.empty((len(order), len(columns)))
    for x, start, end in zip(matrices, starts[:-1], starts[1:], strict=True):
        here = (order >= start) & (order < end)
        taken[here] = _lay_out(take_columns(x[order[here] - start], columns), n_fitted)
    return Sample.of(taken, n_fitted=n_fitted)


def _place_in_order(x: Matrix) -> Matrix:
    """Return a number for each series that only equal series share; NaN where there is no rating."""
    # powers of e are no multiples of one another, nor sums of such
    closed = close_gaps(x) * np.exp(np.arange(x.shape[1]) / x.shape[1])
    place = sum_of(np.where(np.isnan(closed), 0.0, closed))[:, 0]
    return np.where(np.isnan(x).all(axis=1), np.nan, place)


def _lay_out(x: Matrix, n_fitted: int) -> Matrix:
    """Close gaps in the columns that are fitted. After them only series without a gap go on.

    So the nth column holds nth ratings, and none that came in a later column.
    """
    has_gap = np.logical_or.accumulate(np.isnan(x), axis=1)[:, n_fitted:]
    return np.concatenate([close_gaps(x[:, :n_fitted]), np.where(has_gap, np.nan, x[:, n_fitted:])], axis=1)


def take_columns(x: Matrix, columns: npt.NDArray[np.int64]) -> Matrix:
    """Return these columns; those that `x` is too narrow for hold no rating."""
    there = columns[columns < x.shape[1]]
    return np.pad(x[:, there], ((0, 0), (0, len(columns) - len(there))), constant_values=np.nan)


def close_gaps(x: Matrix) -> Matrix:
    """Return the ratings of each series one after the other; NaN after the last."""
    is_missing = np.isnan(x)
    if not (is_missing[:, :-1] & ~is_missing[:, 1:]).any():
        return x
    return np.take_along_axis(x, np.argsort(is_missing, axis=1, kind="stable"), axis=1)
