"""How a session is judged: one file per published method, the registry of them, and scores → marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from supervision_kit.detection.adjacent_drop import AdjacentDrop
from supervision_kit.detection.change_point import ChangePoint
from supervision_kit.detection.control_chart import SETTLED_SESSIONS, ControlChart
from supervision_kit.detection.cutoff import Cutoff
from supervision_kit.detection.ewma import Ewma
from supervision_kit.detection.gumz import Gumz
from supervision_kit.detection.marking import find_method, judge_scores, name_methods, say_note
from supervision_kit.detection.method import Judgement, Method
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal_limits import PersonalLimits, learn_prior
from supervision_kit.detection.points_drop import PointsDrop
from supervision_kit.detection.reliable_drop import ReliableDrop
from supervision_kit.detection.run_rules import RunRules

__all__ = [
    "METHODS",
    "SETTLED_SESSIONS",
    "AdjacentDrop",
    "ChangePoint",
    "ControlChart",
    "Cutoff",
    "Ewma",
    "Gumz",
    "Judgement",
    "LimitsPrior",
    "Method",
    "PersonalLimits",
    "PointsDrop",
    "ReliableDrop",
    "RunRules",
    "learn_prior",
    "mark_sessions",
    "say_note",
]

METHODS: Mapping[str, type[Method]] = MappingProxyType(
    {
        method.key: method
        for method in (
            PersonalLimits,
            ControlChart,
            RunRules,
            Ewma,
            ChangePoint,
            AdjacentDrop,
            Gumz,
            PointsDrop,
            ReliableDrop,
            Cutoff,
        )
    }
)


def mark_sessions(
    scores: pd.DataFrame,
    *,
    method: str | Method | Iterable[str | Method],
    rebases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Judge for every session of every alliance series whether its rating is a fall that deserves a word.

    A mark is what a method says of one rating; it is not a diagnosis of a rupture, and "not marked" does not mean that
    there was none. Outcome measures in the table are not judged. An instrument that is not registered is judged as it
    stands, on the caller's word that higher is a stronger alliance.

    Parameters
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`; scores in scale points.
    method
        A key of :data:`METHODS` (with default settings), a method with settings such as ``ControlChart(sigmas=2)``,
        or a list of these.
    rebases
        Where cases start anew, see :data:`supervision_kit.tables.REBASES`: from such a session on, each of the case's
        series is judged as a series of its own, in which nothing that was rated before plays a part. Methods learn from
        a case up to its first new start.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.MARKS`: one row per alliance score and method, method by method in the
        order of the scores. ``method`` holds the method's key, with its settings where one key is asked for twice.
        ``is_rupture`` is ``<NA>`` where the session cannot be judged, and ``note`` says why.

    Raises
    ------
    TableError
        The table breaks its contract.
    UnknownNameError
        No method of that key.

    Examples
    --------
    >>> scores = pd.DataFrame({"case_id": "C1", "rater": "client", "instrument": "wai_sr", "scale": "total",
    ...                        "session": range(1, 6), "score": [4.2, 4.3, 4.2, 3.1, 4.1]})
    >>> mark_sessions(scores, method="adjacent_drop").query("is_rupture")["session"].to_list()
    [4]
    """
    asked = list(method) if isinstance(method, Iterable) and not isinstance(method, str) else [method]
    return judge_scores(scores, methods=name_methods(find_method(one, known=METHODS) for one in asked), rebases=rebases)
