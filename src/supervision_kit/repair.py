"""Episodes + scores → repairs: did the alliance come back, how far, how soon, or is it too early to say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.detection.method import UNKNOWN_SCALE_MIN_DROP, check_number
from supervision_kit.errors import SettingError, TableError
from supervision_kit.instruments import find_scale
from supervision_kit.instruments.instrument import MIN_DROP_SHARE, TOLERANCE_SHARE
from supervision_kit.tables import EPISODES, REPAIRS, SCORES, SERIES_KEY

# The same share of the range that the floor on an unregistered scale supposes: 0.25 points on item means of 1 to 5.
UNKNOWN_SCALE_TOLERANCE = UNKNOWN_SCALE_MIN_DROP / MIN_DROP_SHARE * TOLERANCE_SHARE


@dataclass(frozen=True, kw_only=True)
class RepairRule:
    """When a rupture counts as repaired: back near the level before, soon enough.

    Parameters
    ----------
    within
        Sessions after the onset in which the repair must come, by session number (onset 4, within 3: sessions 5 to 7).
    tolerance
        How near to the level before counts as back, in scale points; ``None`` takes 6.25 % of the scale's range (0.25
        points on item means of 1 to 5).
    partly
        Share of the fall that must be regained for *partly repaired*.

    Notes
    -----
    After Stevens et al. (2007), who looked for a return to within 0.25 points in 3 to 5 sessions; parameters not
    confirmed. Whatever the tolerance, *repaired* also asks for at least the share `partly` of the fall, so that a
    shallow fall is not "repaired" where it stands.
    """

    within: int = 3
    tolerance: float | None = None
    partly: float = 0.5

    def __post_init__(self) -> None:
        for name in ("within", "tolerance", "partly"):
            check_number("RepairRule", name, getattr(self, name), whole=name == "within")
        if self.within < 1:
            raise SettingError("RepairRule: within must be 1 or more sessions.")
        if self.tolerance is not None and self.tolerance < 0:
            raise SettingError("RepairRule: tolerance must be 0 or more scale points, or None.")
        if not 0 < self.partly <= 1:
            raise SettingError("RepairRule: partly must be a share above 0 and at most 1.")


def follow_repairs(episodes: pd.DataFrame, scores: pd.DataFrame, *, rule: RepairRule = RepairRule()) -> pd.DataFrame:
    """Follow each episode and say whether the alliance was repaired.

    Ratings after the nadir and no later than ``onset + within`` count. The outcome is

    - *repaired*: a rating after the episode's end is back within the tolerance of the level before, with at least the
      share `partly` regained; the first such rating is the ``repair_session``;
    - *partly repaired*: not that, but at least the share `partly` of the fall was regained, and the window is over;
    - *unrepaired*: less than that, and the window is over;
    - *undetermined*: the series ends before the window does (censored), no rating was given in it after the onset, its
      last sessions were not rated and the next rating is back (it may have come back in time, unseen), or there is no
      level before or no fall below it to come back from. Never counted as unrepaired.

    The window is over when the series has a rating at ``onset + within`` or later. A form missing inside the window is
    stepped over, read neither as low nor as high.

    Parameters
    ----------
    episodes
        See :data:`supervision_kit.tables.EPISODES`.
    scores
        The scores that the episodes were found in; see :data:`supervision_kit.tables.SCORES`.
    rule
        The settings.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.REPAIRS`, one row per episode, in their order. ``regained`` is the best share
        of the depth regained within the window (1 = all of it, above 1 = more; 0 where the fall went on to the
        window's end), ``<NA>`` where no rating shows it. ``back_session`` is the first rating after the end that is
        back, whenever it came: later than the window, it is too late for *repaired*.

    Raises
    ------
    TableError
        A table breaks its contract, or an episode's series is not among the scores.
    """
    followed = EPISODES.check(episodes)
    ratings = SCORES.check(scores).dropna(subset="score")[[*SERIES_KEY, "session", "score"]]
    if followed.empty:
        return REPAIRS.empty()
    row = followed.assign(row=np.arange(len(followed)))
    pairs = row[[*SERIES_KEY, "row", "onset", "nadir", "end", "pre_level", "depth"]].merge(ratings, on=list(SERIES_KEY))
    if pairs["row"].nunique() < len(followed):
        raise TableError("follow_repairs: some episodes belong to series that are not in scores; pass the same scores.")
    pairs["tolerance"] = pairs["row"].map(_tolerance(followed, rule))
    fall = pairs["depth"].where(pairs["depth"] > ROUNDING)
    gap_allowed = np.minimum(pairs["tolerance"], (1 - rule.partly) * fall)
    is_back = pairs["score"] >= pairs["pre_level"] - gap_allowed - ROUNDING
    window_end = pairs["onset"] + rule.within
    in_window = pairs["session"].between(pairs["onset"] + 1, window_end)
    after = pairs[in_window & (pairs["session"] > pairs["nadir"])]

    index = range(len(followed))
    repair_session = _first(pairs[in_window & is_back & (pairs["session"] > pairs["end"])], index)
    back_session = _first(pairs[is_back & (pairs["session"] > pairs["end"])], index)
    best = after.groupby("row")["score"].max().reindex(index)
    regained = 1 - (followed["pre_level"] - best) / followed["depth"].where(followed["depth"] > ROUNDING)
    rated_to = pairs[in_window].groupby("row")["session"].max().reindex(index)
    next_rated = _first(pairs[pairs["session"] > window_end], index)
    next_back = _first(pairs[(pairs["session"] > window_end) & is_back], index)
    # back at the next rating, and the window's last sessions not rated: it may have come back in time, unseen
    ends_seen = (rated_to == followed["onset"] + rule.within) | (next_rated.notna() & (next_rated != next_back))
    can_judge = rated_to.notna() & ends_seen & (followed["depth"] > ROUNDING)
    regained = regained.mask(can_judge & regained.isna(), 0.0)  # the fall went on to the end of the window
    outcome = np.select(
        [repair_session.notna(), can_judge & (regained >= rule.partly - ROUNDING), can_judge],
        ["repaired", "partly repaired", "unrepaired"],
        "undetermined",
    )
    return REPAIRS.check(
        followed.assign(
            outcome=outcome,
            repair_session=repair_session.astype("Int64"),
            sessions_to_repair=(repair_session - followed["onset"]).astype("Int64"),
            regained=regained,
            back_session=back_session.astype("Int64"),
        )
    )


def _first(pairs: pd.DataFrame, index: range) -> pd.Series:
    """Return the first session of each episode's rows; NaN where it has none."""
    return pairs.groupby("row")["session"].min().reindex(index)


def _tolerance(episodes: pd.DataFrame, rule: RepairRule) -> pd.Series:
    """Return the tolerance of each episode's scale, in scale points."""
    if rule.tolerance is not None:
        return pd.Series(float(rule.tolerance), index=episodes.index)
    scales = episodes.groupby(["instrument", "scale"]).ngroup()
    known = {
        code: find_scale(one["instrument"].iloc[0], one["scale"].iloc[0]) for code, one in episodes.groupby(scales)
    }
    return scales.map({code: scale.tolerance if scale else UNKNOWN_SCALE_TOLERANCE for code, scale in known.items()})
