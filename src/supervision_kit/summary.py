"""What can be said of one case, in plain sentences: first what happened, then what that rests on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pandas as pd

from supervision_kit.caseload.looking import place_falls
from supervision_kit.detection import SETTLED_SESSIONS, say_note
from supervision_kit.detection.marking import AFTER_START
from supervision_kit.detection.method import Method
from supervision_kit.episodes import falls_among, find_episodes, smallest_fall
from supervision_kit.errors import TableError, UnknownNameError
from supervision_kit.headline import find_headline
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.reasons.falls import fall_reasons
from supervision_kit.rebasing import read_rebases
from supervision_kit.tables import MARKS, REPAIRS, SCORES, SERIES_KEY
from supervision_kit.words import say, say_list, say_n, say_number


def describe_case(
    scores: pd.DataFrame,
    marks: pd.DataFrame,
    caseload: pd.DataFrame,
    *,
    case_id: str,
    method: Method,
    rebases: pd.DataFrame | None = None,
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
    rebases
        The new starts that were judged with, see :data:`supervision_kit.tables.REBASES`.

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
    return (*reasons, *_describe_ratings(headline, marks, method, rebases))


def describe_series(
    scores: pd.DataFrame,
    marks: pd.DataFrame,
    repairs: pd.DataFrame,
    *,
    method: Method,
    rebases: pd.DataFrame | None = None,
) -> tuple[str, ...]:
    """Say what happened in one series, whichever it is: what fell and came back, what is marked, and by what.

    Parameters
    ----------
    scores
        The ratings of one series, see :data:`supervision_kit.tables.SCORES`.
    marks, repairs
        What the line makes of them.
    method, rebases
        As in :func:`describe_case`.

    Raises
    ------
    TableError
        A table breaks its contract, or `marks` do not hold the series judged by one method.
    """
    scores, marks = SCORES.check(scores), MARKS.check(marks)
    if scores["score"].notna().sum() == 0:
        return (say("There is no alliance rating to judge."),)
    falls = place_falls(falls_among(REPAIRS.check(repairs)), scores, rebases).assign(is_unrecognised=False, verdict="")
    fallen = (one.sentence for one in fall_reasons(falls))
    return (*fallen, *_describe_ratings(scores, marks, method, rebases))


def _describe_ratings(
    ratings: pd.DataFrame, marks: pd.DataFrame, method: Method, rebases: pd.DataFrame | None
) -> Iterator[str]:
    """Say what is marked in the ratings of one series, and what that rests on."""
    key = ratings[list(SERIES_KEY)].iloc[0]
    judged = marks[(marks[list(SERIES_KEY)] == key).all(axis=1) & marks["score"].notna()]
    if judged.empty or judged["session"].duplicated().any():
        raise TableError("describe_case: marks must hold this case, judged by one method.")
    yield from _what_is_marked(judged, smallest_fall(key["instrument"], key["scale"]), rebases)
    first, last = int(judged["session"].min()), int(judged["session"].max())
    starts = [start for start in read_rebases(rebases).get(key["case_id"], ()) if first < start <= last]
    if starts:
        at = _in_runs(starts)
        yield say_n(
            "The limits start anew at session {sessions}.",
            "The limits start anew at sessions {sessions}.",
            len(starts),
            sessions=at,
        )
    n_behind = method.limits_rest_on(int((judged["session"] >= max(starts, default=first)).sum()))
    yield _what_it_rests_on(key["instrument"], len(judged), n_behind, method)


def _what_is_marked(judged: pd.DataFrame, floor: float, rebases: pd.DataFrame | None) -> Iterator[str]:
    """Say which sessions are marked, which of those are no fall of `floor` points, and which cannot be judged."""
    is_unjudged = judged["is_rupture"].isna()
    if is_unjudged.all():
        yield say("These ratings cannot be judged ({why}).", why=say_note(judged["note"].iloc[-1]))
        return
    marked = judged.loc[judged["is_rupture"].fillna(value=False), "session"].to_list()
    falls = falls_among(find_episodes(judged, rebases=rebases))
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
        why = say_note(judged.loc[is_unjudged, "note"].iloc[-1].removeprefix(AFTER_START))
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


def _what_it_rests_on(instrument: str, n_ratings: int, n_behind: int | None, method: Method) -> str:
    name = INSTRUMENTS[instrument].short_title if instrument in INSTRUMENTS else instrument
    few = n_behind is not None and n_behind < SETTLED_SESSIONS
    told = {"method": say(method.title), "measure": name}
    if not few:
        return say_n(
            "{method} over {n} rating on the {measure}.",
            "{method} over {n} ratings on the {measure}.",
            n_ratings,
            **told,
        )
    return say_n(
        "{method} over {n} rating on the {measure}; its limits rest on {behind}, fewer than {settled}, and are "
        "provisional.",
        "{method} over {n} ratings on the {measure}; its limits rest on {behind}, fewer than {settled}, and are "
        "provisional.",
        n_ratings,
        behind=n_behind,
        settled=SETTLED_SESSIONS,
        **told,
    )
