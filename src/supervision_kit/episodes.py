"""Marks → episodes: one row per rupture, from its onset over its nadir to its end."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING, median_of, standard_deviation
from supervision_kit.detection.method import UNKNOWN_SCALE_MIN_DROP
from supervision_kit.instruments import find_scale
from supervision_kit.ordering import Positions
from supervision_kit.rebasing import part_series
from supervision_kit.series import Block, Matrix, column_of, iter_blocks
from supervision_kit.tables import EPISODES, MARKS, SERIES_KEY
from supervision_kit.threads import work_through

# The kit's own choices. The median of three is neither moved by one high rating before a fall (a rating picked because
# the next is lower tends to be high by chance) nor by one that already slid; half way back is the line of "partly".
LEVEL_SESSIONS = 3
END_SHARE = 0.5
# So many marks are walked through at a time: fewer and longer steps than methods take.
AT_ONCE = 2**18


def find_episodes(marks: pd.DataFrame, *, rebases: pd.DataFrame | None = None) -> pd.DataFrame:
    """Join marked sessions into episodes, one row per rupture.

    An episode begins with a marked session (onset). It goes on until a rating is no longer marked *and* has regained at
    least half of the fall; the rated session before that one is its end, the lowest rating within it the nadir. An
    episode that has not ended reaches to the last rated session, or to a further fall: where three ratings in a row
    were not marked, the ratings have settled down there, and a marked rating below all of the episode begins another.
    Sessions without a score are stepped over.

    The level before (``pre_level``) is the median of the last three scores before the onset that lie outside any
    episode, of fewer where there are fewer; before a further fall it is the median of the three it had settled at.
    Where there are none (a marked first session) it is ``<NA>``, and so are ``depth`` and ``depth_sd``; such an episode
    ends with the first rating that is not marked.

    Parameters
    ----------
    marks
        See :data:`supervision_kit.tables.MARKS`; several methods may stand in it, each gives its own episodes.
    rebases
        The new starts that were judged with, see :data:`supervision_kit.tables.REBASES`. No episode reaches over one,
        and its level before is none from ahead of it.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.EPISODES`, sorted by its key; empty where nothing is marked. The episodes of
        a series and method are disjoint and in order. ``depth`` is in scale points, ``depth_sd`` in standard
        deviations (n − 1) of all scores of the series, of those between two new starts where there are any.

    Raises
    ------
    TableError
        The table breaks its contract.

    Notes
    -----
    That an episode outlasts its marks (entered below one line, left above another) is the kit's own rule, and so are
    the three sessions of the level, the half and the further fall: methods that compare neighbouring sessions mark only
    the fall itself.
    """
    checked, ordering = MARKS.check_in_order(marks)
    if checked.empty:
        return EPISODES.empty()
    parted = part_series(checked, ordering, rebases)
    ordering = parted.ordering
    columns = _Columns(*(column_of(checked[name]) for name in ("score", "session", "is_rupture")))
    blocks = iter_blocks(ordering, cells=AT_ONCE)
    found = work_through(blocks, partial(_episodes_of_block, columns=columns), n_rows=len(checked))
    episodes = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    if not len(episodes["series"]):
        return EPISODES.empty()
    series, of_series = np.unique(episodes.pop("series"), return_inverse=True)
    about = checked[[*SERIES_KEY, "method"]].take(ordering.first_row[series])
    return _sort_and_count(about, of_series, episodes, is_parted=bool(parted.is_later.any()))


def smallest_fall(instrument: str, key: str) -> float:
    """Return the fall, in scale points, below which nothing is called one on this scale."""
    scale = find_scale(instrument, key)
    return scale.min_drop if scale else UNKNOWN_SCALE_MIN_DROP


def falls_among(episodes: pd.DataFrame) -> pd.DataFrame:
    """Return the episodes, or followed episodes, that fell by the scale's smallest fall or more.

    The others are marks that are no fall below the ratings before them: a low first session, a return from one high
    rating, or less than the scale's floor (7.5 % of its range; the kit's own choice).
    """
    return episodes[episodes["depth"].to_numpy() >= smallest_falls(episodes) - ROUNDING].copy()


def smallest_falls(episodes: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return, for each episode, the fall below which nothing is called one on its scale."""
    keys = zip(episodes["instrument"].to_list(), episodes["scale"].to_list(), strict=True)
    return np.array([smallest_fall(*key) for key in keys], dtype=np.float64)


def _sort_and_count(
    about: pd.DataFrame, series: Positions, episodes: dict[str, npt.NDArray[Any]], *, is_parted: bool
) -> pd.DataFrame:
    """Return the episodes as a table, sorted and counted; `series` says which row of `about` is an episode's."""
    keys = list(zip(*(about[name].to_numpy(dtype=object) for name in about), strict=True))
    by_key = sorted(range(len(keys)), key=keys.__getitem__)
    rank = np.argsort(by_key)
    if is_parted:  # the parts of a series have the same key, and are counted through
        differs = [before != after for before, after in pairwise(keys[n] for n in by_key)]
        rank = np.append(0, np.cumsum(differs))[rank]
    rank = rank[series]
    order = np.lexsort((episodes["onset"], rank))
    columns = about.take(series[order]).to_dict("series")
    columns = {name: text.reset_index(drop=True) for name, text in columns.items()}
    columns["episode"] = np.arange(len(order)) - np.searchsorted(rank[order], rank[order]) + 1
    columns |= {name: values[order] for name, values in episodes.items()}
    return pd.DataFrame({name: columns[name] for name in EPISODES.columns}, copy=False)


class _Columns(NamedTuple):
    """What is read of each mark."""

    score: Matrix
    session: Matrix
    is_rupture: Matrix


def _episodes_of_block(block: Block, *, columns: _Columns) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of the episodes of a block, each with the number of its series in the ordering."""
    is_marked = block.matrix(columns.is_rupture) == 1
    with_marks = np.flatnonzero(is_marked.any(axis=1))
    score, session = (block.matrix(values)[with_marks] for values in (columns.score, columns.session))
    walk = _Walk(len(with_marks))
    for t in range(block.n_columns if len(with_marks) else 0):
        walk.step(t, score[:, t], is_marked[with_marks, t])
    walk.close(walk.onset >= 0)
    closed = {name: np.concatenate([part[name] for part in walk.closed]) for name in walk.closed[0]}
    series = closed["series"]
    sd = standard_deviation(score)[series, 0]
    depth = closed["pre_level"] - closed["low"]
    return {
        "series": block.numbers[with_marks[series]],
        **{name: session[series, closed[name]].astype(np.int64) for name in ("onset", "nadir", "end")},
        "n_sessions": closed["n_sessions"],
        "pre_level": closed["pre_level"],
        "depth": depth,
        "depth_sd": np.divide(depth, sd, out=np.full(len(sd), np.nan), where=sd > ROUNDING),
    }


class _Walk:
    """One pass over the columns for all series at once: who is inside an episode, since when, how deep."""

    def __init__(self, n_series: int) -> None:
        self.recent = np.full((LEVEL_SESSIONS, n_series), np.nan)  # last scores outside episodes
        self.latest = np.full((LEVEL_SESSIONS, n_series), np.nan)  # last scores, wherever they lie
        self.n_settled = np.zeros(n_series, dtype=np.int64)  # ratings in a row, inside an episode, that are not marked
        self.onset = np.full(n_series, -1)  # columns; -1 = outside
        self.nadir = np.full(n_series, -1)
        self.end = np.full(n_series, -1)
        self.n_sessions = np.zeros(n_series, dtype=np.int64)
        self.pre_level = np.full(n_series, np.nan)
        self.low = np.full(n_series, np.nan)
        self.closed: list[dict[str, np.ndarray]] = []

    def step(self, t: int, score: np.ndarray, is_marked: np.ndarray) -> None:
        """Take in column `t`."""
        scored = ~np.isnan(score)
        depth = self.pre_level - self.low
        half_way = np.where(depth > ROUNDING, self.pre_level - END_SHARE * depth, -np.inf)
        is_over = ~is_marked & (score >= half_way - ROUNDING)
        falls_further = is_marked & (self.n_settled >= LEVEL_SESSIONS) & (score < self.low - ROUNDING)
        np.copyto(self.recent, self.latest, where=falls_further)
        self.close((self.onset >= 0) & scored & (is_over | falls_further))

        begins = np.flatnonzero((self.onset < 0) & scored & is_marked)
        if len(begins):
            self.onset[begins] = t
            self.n_sessions[begins] = 0
            self.pre_level[begins] = median_of(self.recent[:, begins].T)[:, 0]
            self.low[begins] = np.inf

        inside = (self.onset >= 0) & scored
        self.end[inside] = t
        self.n_sessions += inside
        lower = inside & (score < self.low)
        self.nadir[lower] = t
        self.low[lower] = score[lower]

        outside = (self.onset < 0) & scored
        for scores, which in ((self.recent, outside), (self.latest, scored)):
            np.copyto(scores[:-1], scores[1:], where=which)
            np.copyto(scores[-1], score, where=which)
        self.n_settled += scored
        self.n_settled[scored & (is_marked | (self.onset < 0))] = 0

    def close(self, which: np.ndarray) -> None:
        """End the episodes of the series of `which` and put them down."""
        series = np.flatnonzero(which)
        if self.closed and not len(series):
            return
        names = ("onset", "nadir", "end", "n_sessions", "pre_level", "low")
        self.closed.append({"series": series} | {name: getattr(self, name)[series] for name in names})
        self.onset[series] = -1
