"""Each episode followed to what became of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.repair.line import RatingLine
from supervision_kit.repair.rule import RepairRule, find_lines
from supervision_kit.repair.shapes import name_shapes
from supervision_kit.tables import EPISODES, REPAIRS, SCORES


def follow_repairs(
    episodes: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    rule: RepairRule = RepairRule(),
    marks: pd.DataFrame | None = None,
    rebases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Follow each episode and say whether the alliance was repaired.

    Ratings after the nadir and no later than ``onset + within`` count. The outcome is

    - *repaired*: the ratings are back, by the kind of the rule; the first that is gives the ``repair_session``. By
      ``"level"`` and ``"half"`` that is a rating after the episode's end; by ``"limits"`` the first of two ratings in a
      row after the nadir that are no lower than the limit the onset fell through, both within the window;
    - *partly repaired*: not that, but at least the share `partly` of the fall was regained, and the window is over;
    - *unrepaired*: less than that, and the window is over;
    - *undetermined*: the series ends before the window does (censored), no rating was given in it after the onset, its
      last sessions were not rated and the next rating is back (it may have come back in time, unseen), there is no
      level before or no fall below it to come back from, or (``"limits"``) no limit that the onset fell through. Never
      counted as unrepaired.

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
    marks
        The marks that the episodes were found in; asked for by ``RepairRule(kind="limits")`` only.
    rebases
        The new starts that they were found with, see :data:`supervision_kit.tables.REBASES`. An episode is followed up
        to the next of them, as if the series ended there: what comes after is measured anew, and is no repair.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.REPAIRS`, one row per episode, in their order. ``regained`` is the best share
        of the depth regained within the window (1 = all of it, above 1 = more; 0 where the fall went on to the
        window's end), ``<NA>`` where no rating shows it. ``back_session`` is the first rating that is back, whenever it
        came: later than the window, it is too late for *repaired*. ``shape`` is explained in
        :func:`supervision_kit.repair.shapes.name_shapes`.

    Raises
    ------
    TableError
        A table breaks its contract, or an episode's series is not among the scores, or its onset not among the marks.
    SettingError
        The rule asks for limits, and no marks are given.

    Examples
    --------
    >>> from supervision_kit import find_episodes, mark_sessions
    >>> scores = pd.DataFrame({"case_id": "C1", "rater": "client", "instrument": "wai_sr", "scale": "total",
    ...                        "session": range(1, 9), "score": [4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4]})
    >>> episodes = find_episodes(mark_sessions(scores, method="adjacent_drop"))
    >>> follow_repairs(episodes, scores)[["onset", "outcome", "repair_session", "shape"]].values.tolist()
    [[4, 'repaired', 6, 'V']]
    """
    followed, (checked, ordering) = EPISODES.check(episodes), SCORES.check_in_order(scores)
    if followed.empty:
        return REPAIRS.empty()
    line = RatingLine.lay_out(checked, episodes=followed, ordering=ordering, rebases=rebases)
    back_from = find_lines(followed, rule, marks)
    window_end = followed["onset"].to_numpy() + rule.within
    after_nadir, after_window = line.place_after(followed["nadir"]), line.place_after(window_end)
    since = after_nadir if rule.kind == "limits" else line.place_after(followed["end"])
    back = line.first_back(since, line.stop, line=back_from, in_a_row=rule.in_a_row)
    is_in_time = (back >= 0) & (back + rule.in_a_row <= after_window)

    depth = followed["depth"].where(followed["depth"] > ROUNDING).to_numpy()
    regained = 1 - (followed["pre_level"].to_numpy() - line.highest(after_nadir, after_window)) / depth
    can_judge = ~np.isnan(depth) & ~np.isnan(back_from) & _is_seen(line, followed, after_window, window_end, back_from)
    regained = np.where(can_judge & np.isnan(regained), 0.0, regained)  # the fall went on to the end of the window
    outcome = np.select(
        [is_in_time, can_judge & (regained >= rule.partly - ROUNDING), can_judge],
        ["repaired", "partly repaired", "unrepaired"],
        "undetermined",
    )
    back_session = pd.Series(line.sessions_at(back)).astype("Int64")
    repair_session = back_session.where(is_in_time)
    return REPAIRS.of(
        {
            **followed,
            "outcome": outcome,
            "repair_session": repair_session,
            "sessions_to_repair": repair_session - followed["onset"],
            "regained": regained,
            "back_session": back_session,
            "back_from": back_from,
            "shape": name_shapes(line, followed, within=rule.within),
        }
    )


def _is_seen(
    line: RatingLine, episodes: pd.DataFrame, after_window: np.ndarray, window_end: np.ndarray, back_from: np.ndarray
) -> np.ndarray:
    """Tell whether the ratings show how the window ended.

    They do where something was rated in it, and either its last session was, or the next rating is not back: a rating
    that is back may have been so in time, unseen.
    """
    last_session = line.session[after_window - 1]  # the onset itself where nothing was rated since
    is_rated = last_session > episodes["onset"].to_numpy()
    has_next = after_window < line.stop
    next_score = np.where(has_next, np.append(line.score, np.nan)[after_window], np.nan)
    is_over = (last_session == window_end) | (has_next & ~(next_score >= back_from - ROUNDING))
    seen: np.ndarray = is_rated & is_over
    return seen
