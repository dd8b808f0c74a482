"""The shape of a rupture: how the ratings fell, and how they came back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING, median_of
from supervision_kit.repair.line import Places, RatingLine

# The kit's own choices: one step that makes up half of a fall, or of the way back, is sudden; half way is back (where
# an episode ends); three ratings make a level.
SUDDEN_SHARE = 0.5
BACK_SHARE = 0.5
LEVEL_RATINGS = 3


def name_shapes(line: RatingLine, episodes: pd.DataFrame, *, within: int) -> npt.NDArray[np.object_]:
    """Name the shape of each episode's path from the level before to where it came back.

    The fall is *sudden* where one step from a rating to the next, from the rating before the onset to the nadir, makes
    up at least half of the depth; else it is slow. It *came back* where a rating after the episode's end has regained
    at least half of the depth, no more than `within` sessions after the bottom: the lower end of the first sudden step,
    or the nadir of a slow fall. The way back is sudden where one step on it, from the nadir to that rating, makes up at
    least half of the depth.

    ============  =============================  ==========================================
    fall          came back                      did not
    ============  =============================  ==========================================
    sudden        V                              step
    slow          slow decline, sudden repair    slow decline, or inverted U where the level
                  (if the way back is sudden)    before lies at least half of the depth above
                  or U (if it is slow)           the median of the series' first three ratings
    ============  =============================  ==========================================

    Returns
    -------
    numpy.ndarray
        One name per episode, one of :data:`supervision_kit.tables.SHAPES`; ``None`` where there is no level before or
        no fall below it, or where it has not come back and the ratings end less than `within` sessions after the
        bottom.

    Notes
    -----
    The literature names V (the most common), slow decline with sudden repair (the next), step, linear decline and
    inverted U; how to tell them apart from ratings is the kit's own rule.
    """
    depth = episodes["depth"].where(episodes["depth"] > ROUNDING).to_numpy()
    nadir, end = episodes["nadir"].to_numpy(), episodes["end"].to_numpy()
    onset_place, after_nadir, after_end = (
        line.place_after(session) for session in (episodes["onset"].to_numpy() - 1, nadir, end)
    )
    rise = np.diff(line.score, prepend=np.nan)
    sudden = SUDDEN_SHARE * depth - ROUNDING
    steep = _first_step(-rise, onset_place, after_nadir, at_least=sudden)
    bottom = np.where(steep >= 0, line.session[steep], nadir)

    half_way = episodes["pre_level"].to_numpy() - BACK_SHARE * depth
    back = line.first_back(after_end, line.place_after(bottom + within), line=half_way, in_a_row=1)
    leaps = _first_step(rise, after_nadir, np.where(back >= 0, back + 1, after_nadir), at_least=sudden)
    rose = episodes["pre_level"].to_numpy() - _first_level(line, onset_place) >= BACK_SHARE * depth - ROUNDING
    is_early = (back < 0) & (line.session[line.stop - 1] < bottom + within)
    shape = np.select(
        [(steep >= 0) & (back >= 0), steep >= 0, leaps >= 0, back >= 0, rose],
        ["V", "step", "slow decline, sudden repair", "U", "inverted U"],
        "slow decline",
    ).astype(object)
    shape[np.isnan(depth) | is_early] = None
    return shape


def _first_step(step: npt.NDArray[np.float64], since: Places, until: Places, *, at_least: npt.ArrayLike) -> Places:
    """Return the place of each episode's first step of that size from `since` to before `until`; -1 where none is."""
    length = np.maximum(until - since, 0)
    episode = np.repeat(np.arange(len(since)), length)
    place = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length) + since[episode]
    is_large = step[place] >= np.asarray(at_least)[episode]
    found = np.full(len(since), -1)
    found[episode[is_large][::-1]] = place[is_large][::-1]  # the first one is written last
    return found


def _first_level(line: RatingLine, until: Places) -> npt.NDArray[np.float64]:
    """Return the median of each series' first three ratings, of fewer where fewer lie before `until`."""
    places = line.first[:, None] + np.arange(LEVEL_RATINGS)
    there = np.minimum(places, len(line.score) - 1)  # an onset that somebody dated may lie behind the last rating
    early = np.where(places < until[:, None], line.score[there], np.nan)
    return median_of(early)[:, 0]
