"""What can be said of one case, in plain sentences: first what happened, then what that rests on."""

from __future__ import annotations

from itertools import groupby

import pandas as pd

from supervision_kit.caseload import find_headline
from supervision_kit.detection import SETTLED_SESSIONS
from supervision_kit.detection.method import Method
from supervision_kit.errors import UnknownNameError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.tables import OUTCOMES, SCORES, SERIES_KEY


def describe_case(
    scores: pd.DataFrame, marks: pd.DataFrame, caseload: pd.DataFrame, *, case_id: str, method: Method
) -> tuple[str, ...]:
    """Say what happened in a case by its headline series, and how far the ratings carry that.

    Parameters
    ----------
    scores, marks, caseload
        The tables of one run of the line with `method`.
    case_id
        The case.
    method
        The method that judged.

    Returns
    -------
    tuple of str
        Sentences, the most important first. Where nothing is marked or nothing can be judged, they say so, and that
        this is not to say that there was no rupture.

    Raises
    ------
    UnknownNameError
        No such case.
    """
    if case_id not in set(caseload["case_id"]):
        raise UnknownNameError("case", case_id, caseload["case_id"])
    case = caseload.set_index("case_id").loc[case_id]
    reasons = tuple(case["reasons"])
    headline = find_headline(SCORES.check(scores[scores["case_id"] == case_id]))
    if headline["score"].notna().sum() == 0:
        return (*reasons, "There is no alliance rating from the client to judge.")
    key = headline[list(SERIES_KEY)].iloc[0]
    judged = marks[(marks[list(SERIES_KEY)] == key).all(axis=1) & marks["score"].notna()]
    has_fall = case["outcome_class"] in OUTCOMES
    return (*reasons, _what_is_marked(judged, has_fall=has_fall), _what_it_rests_on(key["instrument"], judged, method))


def _what_is_marked(judged: pd.DataFrame, *, has_fall: bool) -> str:
    is_rupture = judged["is_rupture"]
    if is_rupture.isna().all():
        return f"These ratings cannot be judged ({judged['note'].iloc[-1]})."
    marked = judged.loc[is_rupture.fillna(value=False), "session"].to_list()
    if not marked:
        return "No rating is marked. That does not mean that there was no rupture."
    verb = f"Session {marked[0]} is" if len(marked) == 1 else f"Sessions {_in_runs(marked)} are"
    return f"{verb} marked{'' if has_fall else ', but without a fall below the ratings before'}."


def _in_runs(sessions: list[int]) -> str:
    """Write 5, 6, 7, 9, 10 as "5 to 7, 9 and 10"."""
    parts: list[str] = []
    for _, numbered in groupby(enumerate(sessions), key=lambda pair: pair[1] - pair[0]):
        run = [n for _, n in numbered]
        parts += map(str, run) if len(run) < 3 else [f"{run[0]} to {run[-1]}"]  # noqa: PLR2004 - "5 and 6", "5 to 7"
    return " and ".join(", ".join(parts).rsplit(", ", 1))


def _what_it_rests_on(instrument: str, judged: pd.DataFrame, method: Method) -> str:
    name = INSTRUMENTS[instrument].short_title if instrument in INSTRUMENTS else instrument
    few = f"; fewer than {SETTLED_SESSIONS}, so its limits are provisional" if len(judged) < SETTLED_SESSIONS else ""
    return f"{method.title} over {len(judged)} ratings on the {name}{few}."
