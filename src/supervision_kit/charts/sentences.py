"""What a chart says in words: in its tooltips, to screen readers and where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.series_choice import Series
from supervision_kit.instruments import INSTRUMENTS

Rows = list[dict[str, Any]]


def in_words(number: float) -> str:
    """Return a score as people write it: at most two decimals, and none where there is nothing behind the point."""
    return f"{round(float(number), 2):g}"


def listing(sessions: Iterable[int]) -> str:
    """Return session numbers in words: "session 4", "sessions 1, 2 and 5"."""
    *others, last = map(str, sessions)
    return f"sessions {', '.join(others)} and {last}" if others else f"session {last}"


def span(first: int, last: int) -> str:
    """Return a stretch of sessions in words: "session 4", "sessions 4 to 6"."""
    return f"session {first}" if first == last else f"sessions {first} to {last}"


def verdict(mark: Mapping[Any, Any]) -> str:
    """Say what the method says of one rated session."""
    if pd.isna(mark["is_rupture"]):
        return f"cannot be judged: {mark['note']}" if pd.notna(mark["note"]) and mark["note"] else "cannot be judged"
    said = "marked" if mark["is_rupture"] else "not marked"
    return said if pd.isna(mark["limit"]) else f"{said} (limit {in_words(mark['limit'])})"


def outcome_look(repair: Mapping[Any, Any]) -> str:
    """Return which look a followed episode has: its outcome, or that it came back too late for the rule."""
    is_late = repair["outcome"] in ("unrepaired", "partly repaired") and pd.notna(repair["back_session"])
    return theme.LATE if is_late else str(repair["outcome"])


def how_it_ended(repair: Mapping[Any, Any]) -> str:
    """Say in two or three words what became of a followed episode."""
    if repair["outcome"] == "undetermined" and pd.notna(repair["back_session"]):
        return "came back unseen"
    return theme.OUTCOME_WORDS[outcome_look(repair)]


def axis_title(series: Series) -> str:
    """Name a scale and say which way is better."""
    known = INSTRUMENTS.get(series.instrument)
    if known is None:
        return series.title
    if known.kind == "alliance":
        return f"Alliance ({known.better_is} is stronger)"
    return f"{series.title} ({known.better_is} is better)"


def summary(case_id: str, series: Series, drawn: Mapping[str, Rows], measures: list[tuple[Series, Rows]]) -> str:
    """Say in sentences what the trajectory shows, for readers who do not see it."""
    ratings, opening = drawn["ratings"], f"Case {case_id}, {series.title} by the {series.rater}"
    if not ratings:
        return f"{opening}: no rating with a score."
    low, high = (in_words(extreme(row["score"] for row in ratings)) for extreme in (min, max))
    latest = ratings[-1]
    marked, unjudged = (
        [row["session"] for row in ratings if row["state"] == state] for state in (theme.MARKED, theme.NOT_JUDGED)
    )
    sentences = [
        f"{opening}: rated {'once' if len(ratings) == 1 else f'at {len(ratings)} sessions'}, from {low} to {high}.",
        f"Latest {in_words(latest['score'])} at session {latest['session']}.",
        f"Marked by {series.method_title}: {listing(marked) if marked else 'no session'}.",
    ]
    if unjudged:
        sentences.append(f"Cannot be judged: {listing(unjudged)}.")
    if drawn["no_form"]:
        sentences.append(f"No form or no score: {listing(row['session'] for row in drawn['no_form'])}.")
    sentences += [f"Episode in {row['says']}." for row in drawn["episodes"]]
    return " ".join(sentences + [_measured(measure, rows) for measure, rows in measures])


def _measured(measure: Series, rows: Rows) -> str:
    first, last = rows[0], rows[-1]
    said = f"{measure.title}: {in_words(first['score'])} at session {first['session']}"
    if last is not first:
        said += f", {in_words(last['score'])} at session {last['session']}"
    return f"{said}."
