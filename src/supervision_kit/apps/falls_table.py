"""The falls of a case, what became of each by its method, and what the supervisor says of it, side by side."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

from supervision_kit.apps.page import NOTHING, quiet, table_of
from supervision_kit.charts.sentences import how_it_ended
from supervision_kit.charts.theme import OUTCOME_WORDS
from supervision_kit.detection import METHODS
from supervision_kit.instruments import name_scale
from supervision_kit.lens import TYPES, VERDICTS
from supervision_kit.words import say, say_number, say_share
from supervision_kit.words.raters import say_rater


def falls_table(judged: pd.DataFrame, *, nothing: str) -> str:
    """Return the falls as HTML, in plain words; `nothing` is said where there are none.

    Parameters
    ----------
    judged
        See :data:`supervision_kit.tables.JUDGED`.
    nothing
        A sentence.
    """
    title = f"<h2>{html.escape(say('Falls and repairs'))}</h2>"
    if judged.empty:
        return title + quiet(nothing)
    is_part = judged["scale"] != "total"
    ordered = judged.assign(is_part=is_part).sort_values(["rater", "is_part", "scale", "onset"], kind="stable")
    rows = [_row(fall) for fall in ordered.to_dict("records")]
    if ordered["verdict"].isna().all():
        rows = [{name: cell for name, cell in row.items() if name != say("the supervisor says")} for row in rows]
    return title + table_of(
        rows[0], (row.values() for row in rows), label=say("Falls and repairs, a table"), in_cards=True
    )


def _row(fall: dict[Any, Any]) -> dict[str, str]:
    return {
        say("rated by"): say_rater(fall["rater"]),
        say("scale"): name_scale(fall["instrument"], fall["scale"]),
        say("fell at session"): _whole(fall["onset"]),
        say("marked by"): _method(fall["method"]),
        say("outcome"): NOTHING if pd.isna(fall["outcome"]) else how_it_ended(fall),
        say("the supervisor says"): _supervisor(fall),
        say("lowest at"): _whole(fall["nadir"]),
        say("level before"): _points(fall["pre_level"]),
        say("points lost"): _points(fall["depth"]),
        say("back at session"): _whole(fall["back_session"]),
        say("regained"): _share(fall["regained"]),
    }


def _supervisor(fall: dict[Any, Any]) -> str:
    """Say what the supervisor makes of a fall: the verdict, the kind, other dates, what became of it."""
    if pd.isna(fall["verdict"]):
        return NOTHING
    said = [say(VERDICTS[fall["verdict"]].words)]
    if pd.notna(fall["type"]) and fall["type"]:
        said.append(say(TYPES[fall["type"]].words))
    dated = [fall[name] for name in ("supervisor_onset", "supervisor_end")]
    if (dated[0] != fall["onset"]) or (pd.notna(dated[1]) and dated[1] != fall["end"]):
        said.append(_dates(*dated))
    if pd.notna(fall["supervisor_outcome"]) and fall["supervisor_outcome"]:
        said.append(say(OUTCOME_WORDS[fall["supervisor_outcome"]]))
    return "; ".join(said)


def _dates(onset: Any, end: Any) -> str:
    if pd.isna(end) or end == onset:
        return say("at session {first}", first=say_number(onset))
    return say("sessions {first} to {last}", first=say_number(onset), last=say_number(end))


def _method(method: str) -> str:
    return say(METHODS[method].title) if method in METHODS else say(method)


def _whole(number: Any) -> str:
    return NOTHING if pd.isna(number) else say_number(number)


def _points(number: Any) -> str:
    return NOTHING if pd.isna(number) else say_number(number, digits=1)


def _share(share: Any) -> str:
    if pd.isna(share):
        return NOTHING
    return say("all") if share >= 1 else say_share(share)
