"""Ruptures that a person dated, followed up as those are that a method marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.episodes import END_SHARE, LEVEL_SESSIONS
from supervision_kit.repair import RepairRule, follow_repairs
from supervision_kit.repair.line import RatingLine
from supervision_kit.tables import EPISODES, REPAIRS, SERIES_KEY

BY_HAND = "by hand"

Row = dict[str, Any]


def follow_dated(
    dated: pd.DataFrame, scores: pd.DataFrame | None, *, rule: RepairRule, rebases: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Follow up ruptures whose onset somebody dated, and whose end perhaps; see :func:`judge_beside`.

    `dated` has the columns of a series, ``onset`` and ``end``; `scores` are checked ones, ``None``
    where there are none. Returns :data:`supervision_kit.tables.REPAIRS`, in the order of `dated`.
    """
    episodes = _undated(dated)
    if scores is None or dated.empty or rule.kind == "limits":
        return _unfollowed(episodes)
    rated = set(scores.loc[scores["score"].notna(), list(SERIES_KEY)].itertuples(index=False, name=None))
    is_rated = np.array([key in rated for key in episodes[list(SERIES_KEY)].itertuples(index=False, name=None)])
    if not is_rated.any():
        return _unfollowed(episodes)
    seen = episodes[is_rated].reset_index(drop=True)
    line = RatingLine.lay_out(scores, episodes=seen, rebases=rebases)
    measured = pd.DataFrame(_measure(line, seen, list(dated["end"][is_rated])), index=seen.index)
    seen[measured.columns] = measured
    followed = follow_repairs(seen, scores, rule=rule, rebases=rebases)
    followed.index = episodes.index[is_rated]
    return REPAIRS.check(pd.concat([followed, _unfollowed(episodes[~is_rated])]).sort_index())


def _undated(dated: pd.DataFrame) -> pd.DataFrame:
    """Return the ruptures as episodes of their onset alone."""
    own = dated[list(SERIES_KEY)].reset_index(drop=True).assign(method=BY_HAND)
    onset = dated["onset"].astype("int64").reset_index(drop=True)
    number = own.groupby(list(SERIES_KEY)).cumcount() + 1
    own = own.assign(episode=number, onset=onset, nadir=onset, end=onset, n_sessions=0)
    return EPISODES.check(own.assign(pre_level=np.nan, depth=np.nan, depth_sd=np.nan))


def _unfollowed(episodes: pd.DataFrame) -> pd.DataFrame:
    return REPAIRS.check(episodes.reindex(columns=list(REPAIRS.columns)).assign(outcome="undetermined"))


def _measure(line: RatingLine, episodes: pd.DataFrame, ends: list[Any]) -> Iterator[Row]:
    """Give for each dated rupture its nadir, its end, the level before and how deep it was."""
    begin = line.place_after(episodes["onset"] - 1)
    for n, (onset, end) in enumerate(zip(episodes["onset"], ends, strict=True)):
        first, start, stop = int(line.first[n]), int(begin[n]), int(line.stop[n])
        scores, sessions = line.score[start:stop], line.session[start:stop]
        before = line.score[max(first, start - LEVEL_SESSIONS) : start]
        level = float(np.median(before)) if len(before) else np.nan
        length = _count_within(scores, level) if pd.isna(end) else int(np.searchsorted(sessions, end, side="right"))
        if not length:
            yield {"nadir": onset, "end": onset, "n_sessions": 0, "pre_level": level}
            continue
        nadir = int(np.argmin(scores[:length]))
        depth, rated = level - float(scores[nadir]), line.score[first:stop]
        spread = float(np.std(rated, ddof=1)) if len(rated) > 1 else 0.0
        yield {
            "nadir": int(sessions[nadir]),
            "end": int(sessions[length - 1]),
            "n_sessions": length,
            "pre_level": level,
            "depth": depth,
            "depth_sd": depth / spread if spread > ROUNDING else np.nan,
        }


def _count_within(scores: np.ndarray, level: float) -> int:
    """Return how many ratings go by before one has regained half of the fall below `level`; at least the first."""
    low = np.inf
    for n, score in enumerate(scores):
        if n and not (low < level - ROUNDING and score < level - END_SHARE * (level - low) - ROUNDING):
            return n
        low = min(low, score)
    return len(scores)
