"""Tables → the rows that the charts draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.layout import Panel, place_flags, spread_labels
from supervision_kit.charts.sentences import Rows, how_it_ended, in_words, outcome_look, span, verdict
from supervision_kit.charts.series_choice import Series
from supervision_kit.instruments import find_scale
from supervision_kit.words import say
from supervision_kit.words.raters import say_rated_by, say_rater

LEVEL = 1e-9  # differences below this are rounding
MOSTLY = 0.5  # share of sessions above which a value is a line and no level
INSET = 0.46  # of a session to either side, so that bands of neighbouring episodes do not touch


def rating_rows(judged: pd.DataFrame, starts: Sequence[int] = ()) -> Rows:
    """One row per rated session: its score, its state (marked, not marked, cannot be judged) and what is said of it."""
    rated = judged[judged["score"].notna()]
    return [
        {
            "session": int(row["session"]),
            "score": float(row["score"]),
            "run": run,
            "state": state_of(row["is_rupture"]),
            "rated": in_words(row["score"]),
            "verdict": verdict(row),
            "says": say(
                "Session {session}: {score}, {verdict}",
                session=row["session"],
                score=in_words(row["score"]),
                verdict=verdict(row),
            ),
        }
        for row, run in zip(rated.to_dict("records"), _runs(rated["session"], starts), strict=True)
    ]


def unjudged_rows(judged: pd.DataFrame, starts: Sequence[int] = ()) -> Rows:
    """One row per rated session with its score alone: what a method says of it is not shown."""
    return [row | {"state": theme.NOT_MARKED, "rated": in_words(row["score"])} for row in line_rows(judged, starts)]


def state_of(is_rupture: Any) -> str:
    """Return the state of a rating by what a method says of it."""
    if pd.isna(is_rupture):
        return theme.NOT_JUDGED
    return theme.MARKED if is_rupture else theme.NOT_MARKED


def line_rows(table: pd.DataFrame, starts: Sequence[int] = ()) -> Rows:
    """One row per rated session of a plain line, with the unbroken run that it belongs to."""
    rated = table[table["score"].notna()].drop_duplicates("session")
    return [
        {
            "session": int(session),
            "score": float(score),
            "run": run,
            "verdict": "–",
            "says": say(
                "Session {session}: {score}, {rated_by}",
                session=session,
                score=in_words(score),
                rated_by=say_rated_by(rater),
            ),
        }
        for session, score, rater, run in zip(
            rated["session"], rated["score"], rated["rater"], _runs(rated["session"], starts), strict=True
        )
    ]


def _runs(sessions: pd.Series, starts: Sequence[int]) -> list[int]:
    """Give each session the number of its unbroken run."""
    return [int(run) for run in _breaks(sessions, starts).cumsum()]


def _breaks(sessions: pd.Series, starts: Sequence[int]) -> pd.Series:
    """Tell where no line is drawn from the session before: across a missing session, and into a new start."""
    n_starts = pd.Series(np.searchsorted(sorted(starts), sessions, side="right"), index=sessions.index)
    return (sessions.diff().fillna(1) != 1) | (n_starts.diff().fillna(0) > 0)


def step_rows(judged: pd.DataFrame, column: str, starts: Sequence[int] = ()) -> Rows:
    """Lay out what a method expects, or its limit: as levels, or as a line from session to session.

    A value that holds for several sessions is a level: its ends stand at the edges of its sessions, and the steps
    between levels are not drawn. A value that differs from most sessions to the next is a line through them, broken
    where a session has none, and at `starts`, where limits start anew. Nothing is drawn where the column only repeats
    the score before, which the line of ratings shows already.
    """
    known = judged[judged[column].notna()]
    before = judged["score"].ffill().shift()[known.index]
    if len(known) > 1 and np.allclose(known[column], before):
        return []
    breaks, moves = _breaks(known["session"], starts), known[column].diff().fillna(0).abs() > LEVEL
    is_line = len(known) > 1 and moves.mean() > MOSTLY
    run = (breaks if is_line else breaks | moves).cumsum()
    lone = run.map(run.value_counts()) == 1
    return [
        {"at": session + side, "value": float(value), "run": int(number)}
        for session, value, number, is_lone in zip(known["session"], known[column], run, lone, strict=True)
        for side in ((0,) if is_line and not is_lone else (-0.5, 0.5))
    ]


def no_form_rows(judged: pd.DataFrame, last: int) -> Rows:
    """One row per session up to the last that has no score of this series, with the reason."""
    scored = set(judged.loc[judged["score"].notna(), "session"])
    seen = set(judged["session"])
    return [
        {"session": session, "says": say("form without a score") if session in seen else say("no form")}
        for session in range(1, last + 1)
        if session not in scored
    ]


def episode_rows(repairs: pd.DataFrame) -> Rows:
    """One row per episode: from onset to the session that is back, or to its end, and its outcome in words."""
    drawn = []
    for repair in repairs.to_dict("records"):
        onset, end = int(repair["onset"]), int(repair["end"])
        if pd.notna(repair["back_session"]):
            end = max(end, int(repair["back_session"]))
        word = how_it_ended(repair)
        says = say("{sessions}: {word}", sessions=span(onset, end), word=word)
        about = {"outcome": outcome_look(repair), "word": word, "says": says}
        drawn.append({"onset": onset, "from": onset - INSET, "to": end + INSET, **about})
    return drawn


def with_flags(episodes: Rows, last: int) -> Rows:
    """Add where the flag of each episode stands."""
    flags = place_flags([row["onset"] for row in episodes], [row["word"] for row in episodes], last)
    return [row | flag for row, flag in zip(episodes, flags, strict=True)]


def label_rows(ends: Mapping[str, tuple[Rows, str]], panel: Panel) -> Rows:
    """One row per direct label at the right edge, level with the end of its line, none upon another.

    The first of `ends` is the line that the picture is about.
    """
    main = next(iter(ends), "")
    levels = {name: float(rows[-1][column]) for name, (rows, column) in ends.items() if rows}
    spread = spread_labels(list(levels.values()), panel)
    words = {"limit": say("marked below"), "expected": say("expected")}
    return [
        {"line": name, "label": words.get(name) or say_rater(name), "at": at, "is_main": name == main}
        for name, at in zip(levels, spread, strict=True)
    ]


def column_rows(last: int, lines: Mapping[str, Rows], no_forms: Rows, episodes: Rows) -> Rows:
    """One row per session up to the last: what the reader is told who points at it."""
    said = {row["session"]: row["verdict"] for row in lines["ratings"]}
    said |= {row["session"]: row["says"] for row in no_forms}
    values = {name: {row["session"]: in_words(row["score"]) for row in rows} for name, rows in lines.items()}
    return [
        {
            "session": session,
            "left": session - 0.5,
            "right": session + 0.5,
            **{name: by_session.get(session, "–") for name, by_session in values.items()},
            "judged": said.get(session, "–"),
            "episode": "; ".join(row["says"] for row in episodes if row["from"] < session < row["to"]) or "–",
        }
        for session in range(1, last + 1)
    ]


def published_line(measure: Series) -> Rows:
    """Return the outcome measure's published line, where it has one."""
    scale = find_scale(measure.instrument, measure.scale)
    if scale is None or scale.cutoff is None:
        return []
    line = in_words(scale.cutoff.line)
    if scale.cutoff.provenance.sureness == "unconfirmed":
        return [{"line": scale.cutoff.line, "label": say("line {line},\nnot confirmed", line=line)}]
    return [{"line": scale.cutoff.line, "label": say("published\nline {line}", line=line)}]
