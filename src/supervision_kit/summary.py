"""What can be said of one case, in plain sentences: first what happened, then what that rests on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pandas as pd

from supervision_kit.detection import SETTLED_SESSIONS, say_note
from supervision_kit.detection.method import Method
from supervision_kit.episodes import falls_among, find_episodes, smallest_fall
from supervision_kit.errors import TableError, UnknownNameError
from supervision_kit.headline import find_headline
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.tables import MARKS, SCORES, SERIES_KEY
from supervision_kit.words import say, say_list, say_n, say_number


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
    TableError
        A table breaks its contract, or `marks` do not hold the case judged by one method.
    """
    if case_id not in set(caseload["case_id"]):
        raise UnknownNameError("case", case_id, caseload["case_id"], from_data=True)
    scores, marks = SCORES.check(scores), MARKS.check(marks)
    case = caseload.set_index("case_id").loc[case_id]
    reasons = tuple(case["reasons"])
    headline = find_headline(scores[scores["case_id"] == case_id])
    if headline["score"].notna().sum() == 0:
        return reasons or (say("There is no alliance rating from the client to judge."),)
    key = headline[list(SERIES_KEY)].iloc[0]
    judged = marks[(marks[list(SERIES_KEY)] == key).all(axis=1) & marks["score"].notna()]
    if judged.empty or judged["session"].duplicated().any():
        raise TableError("describe_case: marks must hold this case, judged by one method.")
    return (
        *reasons,
        *_what_is_marked(judged, smallest_fall(key["instrument"], key["scale"])),
        _what_it_rests_on(key["instrument"], judged, method),
    )


def _what_is_marked(judged: pd.DataFrame, floor: float) -> Iterator[str]:
    """Say which sessions are marked, which of those are no fall of `floor` points, and which cannot be judged."""
    is_unjudged = judged["is_rupture"].isna()
    if is_unjudged.all():
        yield say("These ratings cannot be judged ({why}).", why=say_note(judged["note"].iloc[-1]))
        return
    marked = judged.loc[judged["is_rupture"].fillna(value=False), "session"].to_list()
    falls = falls_among(find_episodes(judged))
    no_falls = [n for n in marked if not falls["onset"].le(n).mul(falls["end"].ge(n)).any()]
    if not marked:
        yield say("No rating is marked. That does not mean that there was no rupture.")
    elif no_falls == marked:
        yield say_n(
            "Session {sessions} is marked, but without a fall of {floor} points below those before.",
            "Sessions {sessions} are marked, but without a fall of {floor} points below those before.",
            len(marked),
            sessions=_in_runs(marked),
            floor=say_number(floor),
        )
    else:
        yield say_n(
            "Session {sessions} is marked.",
            "Sessions {sessions} are marked.",
            len(marked),
            sessions=_in_runs(marked),
        )
        if no_falls:
            yield say_n(
                "Session {sessions} is without a fall of {floor} points below those before.",
                "Sessions {sessions} are without a fall of {floor} points below those before.",
                len(no_falls),
                sessions=_in_runs(no_falls),
                floor=say_number(floor),
            )
    unjudged = judged.loc[is_unjudged, "session"].to_list()
    if len(unjudged) > 1:
        why = say_note(judged.loc[is_unjudged, "note"].iloc[-1])
        yield say("Sessions {sessions} cannot be judged ({why}).", sessions=_in_runs(unjudged), why=why)


def _in_runs(sessions: list[int]) -> str:
    """Write 5, 6, 7, 9, 10 as "5 to 7, 9 and 10"."""
    parts: list[str] = []
    for _, numbered in groupby(enumerate(sessions), key=lambda pair: pair[1] - pair[0]):
        run = [n for _, n in numbered]
        parts += map(str, run) if len(run) < 3 else [_reach(run)]  # noqa: PLR2004 - "5 and 6", "5 to 7"
    return say_list(parts)


def _reach(run: list[int]) -> str:
    return say("{first} to {last}", first=run[0], last=run[-1])


def _what_it_rests_on(instrument: str, judged: pd.DataFrame, method: Method) -> str:
    name = INSTRUMENTS[instrument].short_title if instrument in INSTRUMENTS else instrument
    n_behind = method.limits_rest_on(len(judged))
    few = n_behind is not None and n_behind < SETTLED_SESSIONS
    told = {"method": say(method.title), "measure": name}
    if not few:
        return say_n(
            "{method} over {n} rating on the {measure}.",
            "{method} over {n} ratings on the {measure}.",
            len(judged),
            **told,
        )
    return say_n(
        "{method} over {n} rating on the {measure}; its limits rest on {behind}, fewer than {settled}, and are "
        "provisional.",
        "{method} over {n} ratings on the {measure}; its limits rest on {behind}, fewer than {settled}, and are "
        "provisional.",
        len(judged),
        behind=n_behind,
        settled=SETTLED_SESSIONS,
        **told,
    )
