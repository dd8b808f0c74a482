"""One case of the page that opens by double click: what is said of it as HTML, and what its drawing is made of."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pandas as pd

from supervision_kit import charts
from supervision_kit.apps.case_rows import name_therapist
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.falls_table import falls_table
from supervision_kit.apps.page import fold, note, quiet, scrolling
from supervision_kit.apps.prompts_view import prompts_in_words
from supervision_kit.apps.shared_words import words_in_html
from supervision_kit.charts.sentences import Rows, axis_title
from supervision_kit.charts.series_choice import Series, outcome_measures, scale_range
from supervision_kit.headline import tell_rated
from supervision_kit.instruments import find_scale, name_scale
from supervision_kit.words import say

_DRAWN = ("ratings", "second", "expected", "limit", "no_form", "episodes")


def case_in_html(state: CaseState, *, at: int, notes: pd.DataFrame, codes: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    """Return the case that `state` shows as an article, and what is drawn in it.

    Parameters
    ----------
    state
        What its page would show.
    at
        Its place among the cases, for its address.
    notes, codes
        What of it was chosen for publication, of all cases; see :class:`supervision_kit.Deidentified`.
    """
    drawn, numbers = _draw(state)
    *sentences, basis = state.summary
    told = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in [*sentences, state.agreed] if sentence)
    body = (
        f'<h2 tabindex="-1">{html.escape(state.case_id)}</h2>{quiet(_about(state))}'
        f'<div class="sk-afterwards"><div class="sk-summary">{told}</div>{quiet(basis)}{note(state.advice)}</div>'
        f'<div class="sk-stage-place"></div>{numbers}'
        f'<div class="sk-afterwards">{prompts_in_words(state.prompts)}'
        f"{falls_table(state.judged, nothing=state.no_falls)}"
        f"{words_in_html(state.case_id, notes=notes, codes=codes)}</div>"
    )
    return f'<article class="sk-shared-case" id="{address_of(at)}">{body}</article>', drawn


def address_of(at: int) -> str:
    """Return the address of a case within the page, by its place."""
    return f"at-{at + 1}"  # not a code: these are drawn, and this is an order


def _about(state: CaseState) -> str:
    therapists = state.source.cases[state.case_id]["therapist_id"].dropna().unique()
    rated = {state.rater: len(state.sessions)}
    series = state.series
    return ", ".join(
        [
            *map(name_therapist, therapists),
            tell_rated(rated.get("client", 0), rated.get("therapist", 0)),
            *([name_scale(series.instrument, series.scale)] if series.scale else []),
        ]
    )


def _draw(state: CaseState) -> tuple[dict[str, Any], str]:
    """Return what the page draws, and the same as a table; nothing where no alliance was rated."""
    case = {"name": state.case_id, "chart": None}
    if not state.series.scale:
        return case, quiet(say("There is no alliance rating to draw."))
    chart = charts.trajectory(
        state.marks, state.series_falls, case_id=state.case_id, scores=state.case_line.scores, **state.series._asdict()
    )
    tables: Mapping[str, Rows] = chart.datasets
    series, frame = Series(*state.series), tables["frame"][0]
    drawn = {
        "title": axis_title(series),
        "range": _range(series, state.marks["score"]),
        "last": tables["columns"][-1]["session"] if tables["columns"] else 1,
        "reach": frame["right"] - frame["left"],
        "says": frame["says"],
        "tables": {name: [_shorter(row) for row in tables[name]] for name in _DRAWN},
        "measures": [
            {
                "title": axis_title(measure),
                "range": _range(measure, table["score"]),
                "rows": tables[f"outcome_{n}"],
                "line": tables[f"line_{n}"],
            }
            for n, (measure, table) in enumerate(outcome_measures(state.case_line.scores), 1)
        ],
    }
    return case | {"chart": drawn}, _numbers(tables["columns"], chart.usermeta["numbers"]["columns"])


def _range(series: Series, scores: pd.Series) -> tuple[float, float]:
    return scale_range(find_scale(series.instrument, series.scale), scores)


def _shorter(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the drawing does not look at, and digits that nobody sees."""
    kept = {name: value for name, value in row.items() if name not in ("rated", "verdict", "onset")}
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in kept.items()}


def _numbers(rows: Rows, columns: Mapping[str, str]) -> str:
    later = {name: ' class="sk-afterwards"' if name == "episode" else "" for name in columns}  # tells how it ended
    head = "".join(f'<th scope="col"{later[name]}>{html.escape(title)}</th>' for name, title in columns.items())
    body = "".join(
        f'<tr data-session="{int(row["session"])}">'
        + "".join(f"<td{later[name]}>{html.escape(str(row[name]))}</td>" for name in columns)
        + "</tr>"
        for row in rows
    )
    title = say("The numbers behind this picture")
    table = f'<table class="sk-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="sk-numbers">{fold(title, scrolling(table, label=title))}</div>'
