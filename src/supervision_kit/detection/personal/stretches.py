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

    def keep(self, judged: Judged, columns: slice, place: Positions, is_kept: Flags) -> None:
        """Write to some columns what came out for ratings without gaps, each cell's rating at its `place`."""
        for part, values in zip((self.expected, self.limit, self.evidence), judged, strict=True):
            part[:, columns] = np.where(is_kept, np.take_along_axis(values, place, axis=1), np.nan)


@dataclass(frozen=True)
class _Stretch:
    """Columns of a draft that are judged alike: which rating each cell holds, and whether it holds any."""

    task: Task
    draft: Draft
    columns: slice
    place: Positions
    is_rated: Flags


def look_ahead(drafts: Sequence[Draft], *, rate: float) -> None:
    """Judge each rating from those before it, some thousand series at a time."""
    stretches: list[_Stretch] = []
    for draft in drafts:
        for portion in draft.portions():
            stretches += _stretches(portion)
            if sum(one.task.n_series for one in stretches) >= AT_ONCE:
                _judge(stretches, rate)
                stretches = []
    _judge(stretches, rate)


def look_back(drafts: Sequence[Draft], *, rate: float) -> None:
    """Judge each rating from all of its series."""
    for draft in drafts:
        for portion in draft.portions():
            is_rated = ~np.isnan(portion.x)
            nth = np.cumsum(is_rated, axis=1) - 1
            is_judged = is_rated & (nth[:, -1:] >= RATINGS_BEFORE)
            for _, prior in portion.priors:
                judged = judge_looking_back(close_gaps(portion.x)[0], prior=prior, rate=rate)
                portion.keep(judged, slice(None), np.maximum(nth, 0), is_judged)


def _stretches(draft: Draft) -> Iterator[_Stretch]:
    """Part a draft into stretches of columns; their ratings are followed from the first one on."""
    ratings, _ = close_gaps(draft.x)
    is_rated = ~np.isnan(draft.x)
    nth = np.cumsum(is_rated, axis=1) - 1
    n_columns = draft.x.shape[1]
    starts = [min(start, n_columns) for start, _ in draft.priors]
    for (start, end), (_, prior) in zip(pairwise([*starts, n_columns]), draft.priors, strict=True):
        if start < end:
            here = slice(start, end)
            task = Task(ratings[:, :end], prior, since=int(nth[:, start].min()))
            yield _Stretch(task, draft, here, np.maximum(nth[:, here], 0), is_rated[:, here])


def _judge(stretches: Sequence[_Stretch], rate: float) -> None:
    for one, judged in zip(stretches, judge_together([one.task for one in stretches], rate=rate), strict=True):
        one.draft.keep(judged, one.columns, one.place, one.is_rated)
