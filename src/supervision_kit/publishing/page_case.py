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
from supervision_kit.apps.shared_words import tell_cut, words_in_html
from supervision_kit.charts.sentences import Rows, axis_title
from supervision_kit.charts.series_choice import Series, outcome_measures, scale_range
from supervision_kit.headline import tell_rated
from supervision_kit.instruments import find_scale, name_scale
from supervision_kit.words import say

_DRAWN = ("ratings", "second", "expected", "limit", "no_form", "episodes")


def case_in_html(
    state: CaseState, *, at: int, notes: pd.DataFrame, codes: pd.DataFrame, settings: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return the case that `state` shows as an article, and what is drawn in it.

    Parameters
    ----------
    state
        What its page would show.
    at
        Its place among the cases, for its address.
    notes, codes, settings
        What of it was chosen for publication, of all cases; see :class:`supervision_kit.Deidentified`.
    """
    *sentences, basis = state.summary
    told = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in [*sentences, state.agreed] if sentence)
    n_sessions = int(state.source.cases[state.case_id]["session"].max())
    head = f'<h2 tabindex="-1">{html.escape(state.case_id)}</h2>{quiet(_about(state))}'
    afterwards = (
        f"{prompts_in_words(state.prompts)}{falls_table(state.judged, nothing=state.no_falls)}"
        f"{words_in_html(state.case_id, notes=notes, codes=codes)}"
    )
    drawn, numbers = _draw(state)
    body = (
        f"{head}{quiet(cut) if (cut := tell_cut(settings, n_sessions=n_sessions)) else ''}"
        f'<div class="sk-afterwards"><div class="sk-summary">{told}</div>{quiet(basis)}{note(state.advice)}</div>'
        f'<div class="sk-stage-place"></div>{numbers}'
        f'<div class="sk-afterwards">{afterwards}</div>'
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
    """Return what the page draws of each scale of the form, and the same as tables; nothing where none was rated."""
    if not state.series.scale:
        nothing = quiet(say("There is no alliance rating to draw."))
        return {"name": state.case_id, "charts": [], "measures": []}, nothing
    headline, drawn, tables, measures = state.scale, list[dict[str, Any]](), "", list[dict[str, Any]]()
    for at, scale in enumerate([headline, *(other for other in state.scales if other != headline)]):
        state.scale = scale
        chart = charts.trajectory(
            state.marks,
            state.series_falls,
            case_id=state.case_id,
            scores=state.case_line.scores,
            **state.series._asdict(),
        )
        rows: Mapping[str, Rows] = chart.datasets
        drawn.append(_draw_series(state, rows))
        tables += _numbers(rows["columns"], chart.usermeta["numbers"]["columns"], at=at)
        measures = measures or _draw_measures(state, rows)
    state.scale = headline
    return {"name": state.case_id, "charts": drawn, "measures": measures}, tables


def _draw_series(state: CaseState, tables: Mapping[str, Rows]) -> dict[str, Any]:
    series, frame = Series(*state.series), tables["frame"][0]
    return {
        "scale": state.scale,
        "name": name_scale(series.instrument, series.scale),
        "title": axis_title(series),
        "range": _range(series, state.marks["score"]),
        "last": tables["columns"][-1]["session"] if tables["columns"] else 1,
        "reach": frame["right"] - frame["left"],
        "says": frame["says"],
        "tables": {name: [_shorter(row) for row in tables[name]] for name in _DRAWN},
    }


def _draw_measures(state: CaseState, tables: Mapping[str, Rows]) -> list[dict[str, Any]]:
    """Return the outcome measures, which are the same beneath every scale."""
    return [
        {
            "title": axis_title(measure),
            "range": _range(measure, table["score"]),
            "rows": tables[f"outcome_{n}"],
            "line": tables[f"line_{n}"],
        }
        for n, (measure, table) in enumerate(outcome_measures(state.case_line.scores), 1)
    ]


def _range(series: Series, scores: pd.Series) -> tuple[float, float]:
    return scale_range(find_scale(series.instrument, series.scale), scores)


def _shorter(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the drawing does not look at, and digits that nobody sees."""
    kept = {name: value for name, value in row.items() if name not in ("rated", "verdict", "onset")}
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in kept.items()}


def _numbers(rows: Rows, columns: Mapping[str, str], *, at: int) -> str:
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
    later_scale = " hidden" if at else ""
    return f'<div class="sk-numbers" data-chart="{at}"{later_scale}>{fold(title, scrolling(table, label=title))}</div>'
