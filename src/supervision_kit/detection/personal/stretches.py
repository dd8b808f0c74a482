"""Series as they came → judged: gaps closed, stretch of columns by stretch, each by its own hyper-parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from supervision_kit.detection.measuring import Flags, Positions, close_gaps
from supervision_kit.detection.personal.judging import RATINGS_BEFORE, judge_together
from supervision_kit.detection.personal.looking_back import judge_looking_back
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal.side_by_side import Judged, Task
from supervision_kit.series import Matrix

# So many series are judged at a time, that what the filter holds stays small beside a caseload of any size.
AT_ONCE = 2**15

# From which column on which hyper-parameters hold.
Priors = tuple[tuple[int, LimitsPrior], ...]
# Which series of a draft: all of them as a slice, which is no copy.
Rows = slice | Positions


@dataclass(frozen=True)
class Draft:
    """Series `x`, by which hyper-parameters they are judged, and what comes out: three arrays of their shape."""

    x: Matrix
    priors: Priors
    expected: Matrix
    limit: Matrix
    evidence: Matrix

    @classmethod
    def of(cls, x: Matrix, priors: Priors) -> Self:
        """Begin: nothing is known of any rating."""
        return cls(x, priors, *(np.full(x.shape, np.nan) for _ in range(3)))

    def portions(self) -> Iterator[Draft]:
        """Give the draft in portions of series; what is written to them is written to it."""
        for first in range(0, len(self.x), AT_ONCE):
            rows = slice(first, first + AT_ONCE)
            yield Draft(self.x[rows], self.priors, self.expected[rows], self.limit[rows], self.evidence[rows])


@dataclass(frozen=True)
class _Stretch:
    """Columns of some series of a draft that are judged alike: which rating each cell holds, and whether any."""

    draft: Draft
    rows: Rows
    columns: slice
    place: Positions
    is_rated: Flags

    def keep(self, judged: Judged) -> None:
        """Write to the draft what came out for its ratings without gaps."""
        for part, values in zip((self.draft.expected, self.draft.limit, self.draft.evidence), judged, strict=True):
            part[self.rows, self.columns] = np.where(
                self.is_rated, np.take_along_axis(values, self.place, axis=1), np.nan
            )


def look_ahead(drafts: Sequence[Draft], *, rate: float) -> None:
    """Judge each rating from those before it, some thousand series at a time."""
    waiting: list[tuple[_Stretch, Task]] = []
    for draft in drafts:
        for portion in draft.portions():
            waiting += _stretches(portion)
            if sum(task.n_series for _, task in waiting) >= AT_ONCE:
                _judge(waiting, rate)
                waiting = []
    _judge(waiting, rate)


def look_back(drafts: Sequence[Draft], *, rate: float) -> None:
    """Judge each rating from all of its series."""
    for draft in drafts:
        for portion in draft.portions():
            is_rated = ~np.isnan(portion.x)
            nth = np.cumsum(is_rated, axis=1) - 1
            is_judged = is_rated & (nth[:, -1:] >= RATINGS_BEFORE)
            for _, prior in portion.priors:
                judged = judge_looking_back(close_gaps(portion.x)[0], prior=prior, rate=rate)
                _Stretch(portion, slice(None), slice(None), np.maximum(nth, 0), is_judged).keep(judged)


def _stretches(draft: Draft) -> Iterator[tuple[_Stretch, Task]]:
    """Part a draft into stretches of columns; their ratings are followed from the first one on.

    Series without a rating in a stretch have no part in it.
    """
    ratings, _ = close_gaps(draft.x)
    is_rated = ~np.isnan(draft.x)
    nth = np.cumsum(is_rated, axis=1) - 1
    n_columns = draft.x.shape[1]
    starts = [min(start, n_columns) for start, _ in draft.priors]
    for (start, end), (_, prior) in zip(pairwise([*starts, n_columns]), draft.priors, strict=True):
        here = slice(start, end)
        has_part = is_rated[:, here].any(axis=1)
        if not has_part.any():
            continue
        rows: Rows = slice(None) if has_part.all() else np.flatnonzero(has_part)
        place = nth[rows, here]
        task = Task(ratings[rows, : int(place.max()) + 1], prior, since=int(place[:, 0].min()))
        yield _Stretch(draft, rows, here, np.maximum(place, 0), is_rated[rows, here]), task


def _judge(stretches: Sequence[tuple[_Stretch, Task]], rate: float) -> None:
    judged = judge_together([task for _, task in stretches], rate=rate)
    for (stretch, _), one in zip(stretches, judged, strict=True):
        stretch.keep(one)
