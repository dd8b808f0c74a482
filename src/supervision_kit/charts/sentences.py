"""What a chart says in words: in its tooltips, to screen readers and where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.series_choice import Series
from supervision_kit.detection import say_note
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.words import say, say_list, say_n, say_number
from supervision_kit.words.raters import say_rated_by

Rows = list[dict[str, Any]]


def in_words(number: float) -> str:
    """Return a score as people write it: at most two decimals, and none where there is nothing behind the point."""
    return say_number(float(number))


def listing(sessions: Iterable[int]) -> str:
    """Return session numbers in words: "session 4", "sessions 1, 2 and 5"."""
    numbers = [str(session) for session in sessions]
    return say_n("session {sessions}", "sessions {sessions}", len(numbers), sessions=say_list(numbers))


def span(first: int, last: int) -> str:
    """Return a stretch of sessions in words: "session 4", "sessions 4 to 6"."""
    if first == last:
        return say("session {session}", session=first)
    return say("sessions {first} to {last}", first=first, last=last)


def verdict(mark: Mapping[Any, Any]) -> str:
    """Say what the method says of one rated session."""
    if pd.isna(mark["is_rupture"]):
        if pd.notna(mark["note"]) and mark["note"]:
            return say("cannot be judged: {why}", why=say_note(mark["note"]))
        return say("cannot be judged")
    said = say("marked") if mark["is_rupture"] else say("not marked")
    if pd.isna(mark["limit"]):
        return said
    return say("{verdict} (limit {limit})", verdict=said, limit=in_words(mark["limit"]))


def outcome_look(repair: Mapping[Any, Any]) -> str:
    """Return which look a followed episode has: its outcome, or that it came back too late for the rule."""
    is_late = repair["outcome"] in ("unrepaired", "partly repaired") and pd.notna(repair["back_session"])
    return theme.LATE if is_late else str(repair["outcome"])


def how_it_ended(repair: Mapping[Any, Any]) -> str:
    """Say in two or three words what became of a followed episode."""
    if repair["outcome"] == "undetermined" and pd.notna(repair["back_session"]):
        return say("came back unseen")
    return say(theme.OUTCOME_WORDS[outcome_look(repair)])


def axis_title(series: Series) -> str:
    """Name a scale and say which way is better."""
    known = INSTRUMENTS.get(series.instrument)
    if known is None:
        return series.title
    is_higher = known.better_is == "higher"
    if known.kind == "alliance":
        return say("Alliance (higher is stronger)") if is_higher else say("Alliance (lower is stronger)")
    scale = series.title
    return (
        say("{scale} (higher is better)", scale=scale) if is_higher else say("{scale} (lower is better)", scale=scale)
    )


def summary(case_id: str, series: Series, drawn: Mapping[str, Rows], measures: list[tuple[Series, Rows]]) -> str:
    """Say in sentences what the trajectory shows, for readers who do not see it."""
    ratings = drawn["ratings"]
    about = {"case": case_id, "scale": series.title, "rated_by": say_rated_by(series.rater)}
    if not ratings:
        return say("Case {case}, {scale}, {rated_by}: no rating with a score.", **about)
    low, high = (in_words(extreme(row["score"] for row in ratings)) for extreme in (min, max))
    latest = ratings[-1]
    marked, unjudged = (
        [row["session"] for row in ratings if row["state"] == state] for state in (theme.MARKED, theme.NOT_JUDGED)
    )
    sentences = [
        say_n(
            "Case {case}, {scale}, {rated_by} at {n} session, from {low} to {high}.",
            "Case {case}, {scale}, {rated_by} at {n} sessions, from {low} to {high}.",
            len(ratings),
            low=low,
            high=high,
            **about,
        ),
        say("Latest {score} at session {session}.", score=in_words(latest["score"]), session=latest["session"]),
    ]
    if series.method:
        told = listing(marked) if marked else say("no session")
        sentences.append(say("Marked by {method}: {sessions}.", method=series.method_title, sessions=told))
    if unjudged:
        sentences.append(say("Cannot be judged: {sessions}.", sessions=listing(unjudged)))
    if drawn["no_form"]:
        empty = listing(row["session"] for row in drawn["no_form"])
        sentences.append(say("No form or no score: {sessions}.", sessions=empty))
    sentences += [say("Episode in {sessions}.", sessions=row["says"]) for row in drawn["episodes"]]
    sentences += [f"{row['says']}." for name in ("judgements", "annotations") for row in drawn.get(name, ())]
    return " ".join(sentences + [_measured(measure, rows) for measure, rows in measures])


def _measured(measure: Series, rows: Rows) -> str:
    first, last = rows[0], rows[-1]
    told = {"measure": measure.title, "score": in_words(first["score"]), "session": first["session"]}
    if last is first:
        return say("{measure}: {score} at session {session}.", **told)
    return say(
        "{measure}: {score} at session {session}, {last_score} at session {last_session}.",
        last_score=in_words(last["score"]),
        last_session=last["session"],
        **told,
    )
