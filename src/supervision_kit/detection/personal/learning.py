"""All series of a scale → hyper-parameters for each session, learnt from no later one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

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

    Those that hold from a column on are learnt from the columns up to it, of all series. Columns without any rating do
    not count.
    """
    matrices = [x for x in matrices if x.size]
    n_columns = max((x.shape[1] for x in matrices), default=0)
    is_rated = np.zeros(n_columns, dtype=bool)
    for x in matrices:
        is_rated[: x.shape[1]] |= ~np.isnan(x).all(axis=0)
    rated = np.flatnonzero(is_rated)
    starts = []
    n = FIRST_FIT
    while n <= len(rated):
        starts.append(int(rated[n - 1]))
        n *= 2
    samples = tuple(take_sample(matrices, start + 1) for start in starts)
    return tuple(zip(starts, fit_in_turn(samples, form), strict=True))


def take_sample(matrices: Iterable[Matrix], n_columns: int) -> Sample:
    """Take at most `MOST_SERIES` series, cut to their first columns: evenly among all, put in order by their values.

    The order of the rows does not matter.
    """
    parts = []
    for x in matrices:
        part = close_gaps(x[:, :n_columns])
        part = part[~np.isnan(part[:, 0])]
        parts.append(np.pad(part, ((0, 0), (0, n_columns - part.shape[1])), constant_values=np.nan))
    together = np.concatenate(parts)
    # powers of e are no multiples of one another, nor sums of such, so only equal series come out at the same place
    spells = np.exp(np.arange(n_columns) / n_columns)
    place = sum_of(np.where(np.isnan(together), 0.0, together * spells))[:, 0]
    order = np.argsort(place, kind="stable")
    if len(order) > MOST_SERIES:
        order = order[np.linspace(0, len(order) - 1, MOST_SERIES).astype(int)]
    return Sample.of(together[order])


def close_gaps(x: Matrix) -> Matrix:
    """Return the ratings of each series one after the other; NaN after the last."""
    is_missing = np.isnan(x)
    if not (is_missing[:, :-1] & ~is_missing[:, 1:]).any():
        return x
    return np.take_along_axis(x, np.argsort(is_missing, axis=1, kind="stable"), axis=1)
