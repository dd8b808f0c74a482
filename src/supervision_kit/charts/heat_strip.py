"""A case in one line, session by session, as SVG: for lists of many cases, where a chart each would be too much.

Each cell says one thing twice, by colour and by shape: a bar as high as the rating, an orange bar under a triangle for
a marked session, a hollow bar where the rating cannot be judged, a cross where there is no form, a dot beneath what is
new. The height is within the case's own range, as in the caseload overview: compare within a strip, not between them.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Iterator

import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.caseload_overview import row_window
from supervision_kit.charts.rows import state_of
from supervision_kit.charts.sentences import Rows, in_words, verdict
from supervision_kit.words import say, say_n

CELL, HEIGHT, TOP, FOOT = 14, 40, 11, 7  # px
LOWEST_BAR = 3  # px, so that a lowest rating is still a bar
MOST_SESSIONS = 40  # of a longer therapy the latest are shown
_READ = ("session", "score", "is_rupture", "limit", "note")
LEGEND = ("rated", "marked", "unjudged", "none", "new")


def heat_strip(marks: pd.DataFrame, *, last_session: int, new_sessions: Collection[int] = ()) -> str:
    """Draw the sessions of one series of a case as a strip.

    Parameters
    ----------
    marks
        The marks of the series; see :data:`supervision_kit.tables.MARKS`.
    last_session
        The case's latest session with any form: sessions up to it without a rating are shown as such.
    new_sessions
        Sessions with forms that came in since the last supervision.

    Returns
    -------
    str
        An ``<svg>`` that says in words what it shows; colours come from the page's style.
    """
    ratings, none = _read(marks, last_session)
    if not ratings and not none:
        return ""
    lowest, highest = (
        row_window(marks["instrument"].iloc[0], marks["scale"].iloc[0], marks["score"]) if ratings else (0, 1)
    )
    cells = {row["session"]: _bar(row, (row["score"] - lowest) / ((highest - lowest) or 1)) for row in ratings}
    cells |= {row["session"]: _cross(row) for row in none}
    shown = sorted(cells)[-MOST_SESSIONS:]
    new = set(new_sessions)
    drawn = "".join(
        f'<g transform="translate({place * CELL} 0)"><title>{cells[session][1]}</title>{cells[session][0]}'
        f"{_dot() if session in new else ''}</g>"
        for place, session in enumerate(shown)
    )
    by = say("Rated by the therapist.") if marks["rater"].eq("therapist").any() else ""
    said = html.escape(" ".join(filter(None, [by, *_in_words(ratings, none, sorted(new & set(cells)))])))
    width = CELL * len(shown)
    return (
        f'<svg class="sk-strip" role="img" aria-label="{said}" viewBox="0 0 {width} {HEIGHT}" width="{width}" '
        f'height="{HEIGHT}">{drawn}</svg>'
    )


def _read(marks: pd.DataFrame, last_session: int) -> tuple[Rows, Rows]:
    """Return a row per rating, and one per session without; read column by column, for a page shows many strips."""
    columns = [marks[name].to_list() for name in _READ]
    rows = [dict(zip(_READ, values, strict=True)) for values in zip(*columns, strict=True)]
    ratings: Rows = [
        row | {"state": state_of(row["is_rupture"]), "says": f"{in_words(row['score'])}, {verdict(row)}"}
        for row in rows
        if not pd.isna(row["score"])
    ]
    rated, seen = {row["session"] for row in ratings}, {row["session"] for row in rows}
    none: Rows = [
        {"session": session, "says": say("form without a score") if session in seen else say("no form")}
        for session in range(1, max(last_session, *seen, 0) + 1)
        if session not in rated
    ]
    return ratings, none


def strip_legend(*, has_new: bool = True) -> str:
    """Return as HTML what the signs of a strip mean; without what is new where nothing can be."""
    words = {
        "rated": say("a rating, as high as it is"),
        "marked": say("marked"),
        "unjudged": say("cannot be judged"),
        "none": say("no form"),
        "new": say("new"),
    }
    signs = {
        "rated": _rect("rated", 0.7),
        "marked": _rect("marked", 0.35) + _triangle(),
        "unjudged": _rect("unjudged", 0.7),
        "none": _x(),
        "new": _rect("rated", 0.7) + _dot(),
    }
    parts = "".join(
        f'<span><svg class="sk-strip" aria-hidden="true" viewBox="0 0 {CELL} {HEIGHT}" width="{CELL}" '
        f'height="{HEIGHT}">{signs[name]}</svg> {html.escape(words[name])}</span>'
        for name in LEGEND
        if has_new or name != "new"
    )
    return f'<p class="sk-legend">{parts}</p>'


def _bar(row: dict[str, object], share: float) -> tuple[str, str]:
    kind = {theme.MARKED: "marked", theme.NOT_MARKED: "rated"}.get(str(row["state"]), "unjudged")
    said = html.escape(say("Session {session}: {what}", session=row["session"], what=row["says"]))
    return _rect(kind, share) + (_triangle() if kind == "marked" else ""), said


def _cross(row: dict[str, object]) -> tuple[str, str]:
    said = say("Session {session}: {what}", session=row["session"], what=row["says"])
    return _x(), html.escape(said)


def _rect(kind: str, share: float) -> str:
    room = HEIGHT - TOP - FOOT
    height = LOWEST_BAR + round(max(0.0, min(1.0, share)) * (room - LOWEST_BAR), 1)
    return f'<rect class="{kind}" x="1.5" y="{HEIGHT - FOOT - height:g}" width="{CELL - 3}" height="{height:g}"/>'


def _triangle() -> str:
    return f'<path class="sign" d="M2 1h{CELL - 4}l-{(CELL - 4) / 2:g} 8z"/>'


def _x() -> str:
    middle = HEIGHT - FOOT - 6
    return f'<path class="none" d="M4 {middle - 3}l6 6m0 -6l-6 6"/>'


def _dot() -> str:
    return f'<circle class="new" cx="{CELL / 2:g}" cy="{HEIGHT - 3}" r="2.2"/>'


def _in_words(ratings: Rows, none: Rows, new: list[int]) -> Iterator[str]:
    """Say what a strip shows, for readers who do not see it."""
    if not ratings:
        yield say("No rating with a score.")
        return
    yield say_n(
        "{n} rated session, the latest {latest}.",
        "{n} rated sessions, the latest {latest}.",
        len(ratings),
        latest=in_words(ratings[-1]["score"]),
    )
    marked, unjudged = (
        _numbers(row for row in ratings if row["state"] == state) for state in (theme.MARKED, theme.NOT_JUDGED)
    )
    yield say("Marked: {sessions}.", sessions=marked) if marked else say("None is marked.")
    if unjudged:
        yield say("Cannot be judged: {sessions}.", sessions=unjudged)
    if none:
        yield say("No form or no score: {sessions}.", sessions=_numbers(none))
    if new:
        yield say("New: {sessions}.", sessions=", ".join(map(str, new)))


def _numbers(rows: Rows | Iterator[dict[str, object]]) -> str:
    return ", ".join(str(row["session"]) for row in rows)
