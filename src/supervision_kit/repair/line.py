"""The ratings of all series end to end, so that each episode can be followed along its own without a loop over them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.errors import TableError
from supervision_kit.ordering import Ordering, combine_numbers, order_series
from supervision_kit.rebasing import read_rebases
from supervision_kit.tables import SERIES_KEY
from supervision_kit.text_columns import arrow_of, join_columns, number_texts

Places = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RatingLine:
    """All ratings that have a score, series after series in session order, and where each episode's series lies.

    `session` and `score` run along the line; `first` and `stop` hold, for each episode, the place where its series
    begins and the place after its last rating.
    """

    session: Places
    score: Numbers
    first: Places
    stop: Places
    _order: Places  # series · span + session: rises along the line
    _series: Places
    _span: int

    @classmethod
    def lay_out(
        cls,
        scores: pd.DataFrame,
        *,
        episodes: pd.DataFrame,
        ordering: Ordering | None = None,
        rebases: pd.DataFrame | None = None,
    ) -> RatingLine:
        """Lay the ratings end to end; both tables are checked ones, `ordering` is that of `scores` where it is known.

        Where a case starts anew, an episode's series reaches from the start before its onset to the next.

        Raises
        ------
        TableError
            An episode's series has no score; session numbers that no therapy reaches.
        """
        ordering = ordering or order_series(scores, key=SERIES_KEY, within="session")
        line = cls.along(scores, ordering, series=_number_series(scores, ordering, episodes))
        return line if rebases is None else line.between_starts(episodes, rebases)

    @classmethod
    def along(cls, scores: pd.DataFrame, ordering: Ordering, *, series: Places) -> RatingLine:
        """Do what :meth:`lay_out` does, where the number of each episode's series in the ordering is known."""
        session, score = (scores[name].to_numpy() for name in ("session", "score"))
        if ordering.rows is not None:
            session, score = session[ordering.rows], score[ordering.rows]
        span = int(session.max(initial=0)) + 2
        if span * (ordering.n_series + 1) > np.iinfo(np.int64).max:
            raise TableError("scores: some session numbers are far too large; number the sessions from 1.")
        order = np.repeat(np.arange(ordering.n_series), ordering.length) * span + session
        is_rated = ~np.isnan(score)
        session, score, order = session[is_rated], score[is_rated], order[is_rated]
        first, stop = np.searchsorted(order, series * span), np.searchsorted(order, (series + 1) * span)
        if (first == stop).any():
            raise TableError("episodes: some belong to series that are not in scores; pass the same scores.")
        return cls(session, score, first, stop, order, series, span)

    def between_starts(self, episodes: pd.DataFrame, rebases: pd.DataFrame) -> RatingLine:
        """Return the line in which an episode's series reaches from the start before its onset to the next."""
        starts = read_rebases(rebases)
        first, stop = np.zeros(len(self.first), dtype=np.int64), np.full(len(self.first), self._span)
        for n, (case, onset) in enumerate(zip(episodes["case_id"], episodes["onset"], strict=True)):
            if case in starts:
                first[n] = max((start for start in starts[case] if start <= onset), default=0)
                stop[n] = min((start for start in starts[case] if start > onset), default=self._span)
        return replace(self, first=self.place_after(first - 1), stop=self.place_after(stop - 1))

    def place_after(self, session: npt.ArrayLike) -> Places:
        """Return the place of each episode's first rating after the session given for it, or the end of its series."""
        session = np.clip(np.asarray(session, dtype=np.int64), -1, self._span - 1)
        place = np.searchsorted(self._order, self._series * self._span + session, side="right")
        within: Places = np.clip(place, self.first, self.stop)  # a series may be parted by new starts
        return within

    def first_back(self, since: Places, until: Places, *, line: Numbers, in_a_row: int) -> Places:
        """Return the place of the first of `in_a_row` ratings at or above each episode's line; -1 where there is none.

        Only ratings from `since` to before `until` are looked at, all episodes at once, one rating further each time.
        """
        found, run = np.full(len(since), -1), np.zeros(len(since), dtype=np.int64)
        waiting, step = np.flatnonzero(since < until), 0
        while len(waiting):
            place = since[waiting] + step
            run[waiting] = np.where(self.score[place] >= line[waiting] - ROUNDING, run[waiting] + 1, 0)
            is_back = run[waiting] == in_a_row
            found[waiting[is_back]] = place[is_back] - in_a_row + 1
            step += 1
            waiting = waiting[~is_back & (place + 1 < until[waiting])]
        return found

    def highest(self, since: Places, until: Places) -> Numbers:
        """Return each episode's highest score from `since` to before `until`; NaN where there is none."""
        high, some = np.full(len(since), np.nan), since < until
        if some.any():
            bounds = np.column_stack([since[some], until[some]]).ravel()
            high[some] = np.maximum.reduceat(np.append(self.score, -np.inf), bounds)[::2]
        return high

    def lowest(self, since: Places, until: Places) -> Numbers:
        """Return each episode's lowest score from `since` to before `until`; NaN where there is none."""
        return -replace(self, score=-self.score).highest(since, until)

    def sessions_at(self, places: Places) -> Numbers:
        """Return the session numbers at `places`; NaN where a place is -1."""
        return np.where(places >= 0, self.session[places], np.nan)


def _number_series(scores: pd.DataFrame, ordering: Ordering, episodes: pd.DataFrame) -> Places:
    """Return the number of each episode's series in the ordering; where it is not in it, the number after the last."""
    texts = [
        join_columns([arrow_of(scores[name]).take(ordering.first_row), arrow_of(episodes[name])]) for name in SERIES_KEY
    ]
    code = combine_numbers([number_texts(text) for text in texts])
    known, place = np.unique(code[: ordering.n_series], return_index=True)
    asked = code[ordering.n_series :]
    at = np.minimum(np.searchsorted(known, asked), max(len(known) - 1, 0))
    return np.where(known[at] == asked, place[at], ordering.n_series) if len(known) else np.zeros_like(asked)
