"""How many sessions it takes until a rupture is repaired."""

from __future__ import annotations

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.errors import TableError, UnknownNameError
from supervision_kit.repair.line import RatingLine
from supervision_kit.tables import REPAIRS, SCORES, TIME_TO_REPAIR

CONFIDENCE = 0.95


def time_to_repair(
    repairs: pd.DataFrame, scores: pd.DataFrame, *, by: str | None = None, rebases: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Estimate the share of falls that are repaired within 0, 1, 2, … sessions of their onset.

    A fall is repaired at its ``back_session``, the first rating that is back by the rule it was followed with, however
    late: the rule's window plays no part. A fall that is not back is censored at the last rated session of its series:
    it may have come back later, and counts as at risk until then, never as unrepaired. The share is one minus the
    product-limit estimate of Kaplan and Meier (1958), its interval the one on the log(−log) scale with Greenwood's
    variance, both by lifelines.

    Parameters
    ----------
    repairs
        Followed episodes; pass :func:`falls_among` of them to leave out marks that are no fall. Episodes that have
        nothing to come back to (no level before, no fall below it, no limit) are left out.
    scores
        The scores that they were found in; see :data:`supervision_kit.tables.SCORES`.
    by
        A column of `repairs`, such as ``"shape"`` or ``"rater"``, for one curve per value; rows without a value are
        left out. ``None`` for one curve of all.
    rebases
        The new starts that they were followed with, see :data:`supervision_kit.tables.REBASES`: a fall that is not back
        by the next of them is censored there.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.TIME_TO_REPAIR`: for each group a row per session from 0 to the longest time
        that a fall was followed. Empty where no fall can be followed.

    Raises
    ------
    TableError
        A table breaks its contract, or an episode's series is not among the scores.
    UnknownNameError
        No column of that name.

    Notes
    -----
    Sessions count by their numbers. A form that is missing hides when exactly the alliance was back: the first rating
    that shows it counts, so gaps make times longer. The interval takes falls as independent; where some cases give
    several, it is a little too narrow.

    References
    ----------
    Kaplan & Meier (1958), Journal of the American Statistical Association 53(282), 457–481,
    https://doi.org/10.1080/01621459.1958.10501452; Davidson-Pilon (2019), Journal of Open Source Software 4(40), 1317,
    https://doi.org/10.21105/joss.01317.

    Examples
    --------
    >>> from supervision_kit import find_episodes, follow_repairs, mark_sessions
    >>> scores = pd.DataFrame({"case_id": "C1", "rater": "client", "instrument": "wai_sr", "scale": "total",
    ...                        "session": range(1, 9), "score": [4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4]})
    >>> repairs = follow_repairs(find_episodes(mark_sessions(scores, method="adjacent_drop")), scores)
    >>> time_to_repair(repairs, scores)[["sessions", "at_risk", "share_repaired"]].values.tolist()
    [[0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [2.0, 1.0, 1.0]]
    """
    followed, ratings = REPAIRS.check(repairs), SCORES.check(scores)
    if "back_from" not in repairs:
        raise TableError("time_to_repair: repairs have no column back_from; pass a table of follow_repairs.")
    if by is not None and by not in REPAIRS.columns:
        raise UnknownNameError("column of repairs", by, REPAIRS.columns)
    line = RatingLine.lay_out(ratings, episodes=followed, rebases=rebases)
    last_rated = pd.Series(line.session[line.stop - 1], dtype="Int64")
    times = pd.DataFrame(
        {
            "time": followed["back_session"].fillna(last_rated) - followed["onset"],
            "is_repaired": followed["back_session"].notna(),
            "group": "all" if by is None else followed[by].astype("str"),
        }
    ).astype({"time": "int64"})
    can_come_back = followed["back_from"].notna() & (followed["depth"] > ROUNDING)
    groups = times[can_come_back & times["group"].notna()].groupby("group")
    curves = [_curve(of_group).assign(group=group) for group, of_group in groups]
    return TIME_TO_REPAIR.check(pd.concat(curves)) if curves else TIME_TO_REPAIR.empty()


def _curve(times: pd.DataFrame) -> pd.DataFrame:
    """Return the curve of one group of falls, a row per session."""
    from lifelines import KaplanMeierFitter

    sessions = np.arange(times["time"].max() + 1)
    fitted = KaplanMeierFitter(alpha=1 - CONFIDENCE).fit(times["time"], times["is_repaired"], timeline=sessions)
    n_repaired, n_ended = (
        np.bincount(times.loc[times["is_repaired"] == is_so, "time"], minlength=len(sessions))
        for is_so in (True, False)
    )
    share = 1 - fitted.survival_function_.to_numpy()[:, 0]
    has_interval = (share > 0) & (share < 1)
    low, high = np.where(has_interval, np.sort(1 - fitted.confidence_interval_.to_numpy(), axis=1).T, np.nan)
    return pd.DataFrame(
        {
            "sessions": sessions,
            "share_repaired": share,
            "low": low,
            "high": high,
            "at_risk": [int((times["time"] >= session).sum()) for session in sessions],
            "n_repaired": n_repaired,
            "n_censored": n_ended,
        }
    )
