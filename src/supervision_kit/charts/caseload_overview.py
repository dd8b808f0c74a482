"""The whole caseload at a glance: one row per case, most in need of a word first."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import altair as alt
import pandas as pd

from supervision_kit.charts import caseload_layers as layers
from supervision_kit.charts import rows
from supervision_kit.charts.encodings import chart_of, empty_chart
from supervision_kit.charts.layout import FEWEST_SESSIONS
from supervision_kit.charts.sentences import Rows
from supervision_kit.charts.series_choice import Series, choose_series, scale_range, wish
from supervision_kit.instruments import find_scale
from supervision_kit.tables import CASELOAD, MARKS, REPAIRS, SCORES, Table
from supervision_kit.words import say, say_n, say_number
from supervision_kit.words.raters import say_rated_by

LEAST_SPAN = 0.4  # of the scale's range


def caseload_overview(
    caseload: pd.DataFrame,
    scores: pd.DataFrame,
    marks: pd.DataFrame | None = None,
    repairs: pd.DataFrame | None = None,
    *,
    method: str | None = None,
    rater: str = "client",
    n_cases: int = 40,
    width: int | Literal["container"] = "container",
) -> alt.LayerChart | alt.Chart:
    """Draw a row per case, in the order of the caseload: its ratings by session, its marks, what became of them.

    Each row reaches from the case's own best rating down to its lowest, and over 40 % of the scale's range at least, so
    that a fall shows and small wavering stays small. The words at the right tell what became of the latest episode.

    Parameters
    ----------
    caseload, scores, marks, repairs
        See :mod:`supervision_kit.tables`. Without `marks`, ratings are drawn without a judgement.
    method
        Which of several methods in `marks` to draw; default the first.
    rater
        Whose rating is drawn.
    n_cases
        How many rows at most; a sentence says how many more there are.
    width
        Width of the chart in px, or that of the element that holds it.

    Raises
    ------
    UnknownNameError
        A rater or a method that is not there; lists those that are.
    TableError
        A table that breaks its contract.
    """
    listed = CASELOAD.check(caseload)
    if listed.empty:
        return empty_chart(say("Caseload"), say("There are no cases yet: load ratings first."), width)
    shown = listed.head(n_cases)
    judged = _shown(scores, SCORES, shown) if marks is None else _judged(marks, shown, method)
    chosen = _choose(judged, rater)
    datasets = _datasets(shown, judged, chosen, _shown(repairs, REPAIRS, shown))
    title = _title(len(shown), len(listed), rater)
    reach = max([FEWEST_SESSIONS, *(row["session"] for row in datasets["cells"])])
    datasets["cells"] += _rest_of_rows(shown["case_id"], datasets["cells"], reach + 0.5)
    datasets["frame"] = [{"left": 0.5, "right": reach + 0.5, "title": title, "says": " ".join(title)}]
    return chart_of(
        [
            *layers.cases(),
            layers.episodes(),
            *layers.ratings(with_states=marks is not None),
            layers.no_form(),
            layers.cells(rater),
        ],
        datasets=datasets,
        independent=("fill", "stroke", "shape"),
        width=width,
        height=alt.Step(layers.ROW_HEIGHT),
        title=layers.title(),
        numbers=("cells", layers.told(rater)),
        description=say(
            "Alliance by session, one row per case, {rated_by}; most in need of a word first.",
            rated_by=say_rated_by(rater),
        ),
    )


def _shown(table: pd.DataFrame | None, contract: Table, shown: pd.DataFrame) -> pd.DataFrame:
    if table is None:
        return contract.empty()
    if "case_id" in table:
        table = table[table["case_id"].astype("str").isin(shown["case_id"])]
    return contract.check(table)


def _judged(marks: pd.DataFrame, shown: pd.DataFrame, method: str | None) -> pd.DataFrame:
    judged = _shown(marks, MARKS, shown)
    return judged if judged.empty else judged[judged["method"] == wish("method", method, judged["method"].unique())]


def _choose(judged: pd.DataFrame, rater: str) -> dict[str, Series]:
    found = {
        str(case): choose_series(table, rater=rater, instrument=None, scale=None, method=None)
        for case, table in judged.groupby("case_id", sort=False)
    }
    return {case: series for case, series in found.items() if series is not None}


def _datasets(
    shown: pd.DataFrame, judged: pd.DataFrame, chosen: dict[str, Series], repairs: pd.DataFrame
) -> dict[str, Rows]:
    ratings_of, repairs_of = ({str(case): t for case, t in table.groupby("case_id")} for table in (judged, repairs))
    drawn: dict[str, Rows] = {name: [] for name in ("cases", "ratings", "no_form", "episodes", "cells")}
    for case in shown.to_dict("records"):
        key = str(case["case_id"])
        if key in chosen:
            of_case = _case_rows(case, chosen[key], ratings_of[key], repairs_of.get(key, repairs.head(0)))
        else:
            of_case = {"cases": [{"words": say("no ratings")}]}
        for name, found in of_case.items():
            drawn[name] += [{"case_id": key, **row} for row in found]
    return drawn


def _case_rows(
    case: dict[Hashable, Any], series: Series, judged: pd.DataFrame, repairs: pd.DataFrame
) -> dict[str, Rows]:
    table, followed = series.pick(judged), series.pick(repairs)
    lowest, highest = row_window(series.instrument, series.scale, table["score"])
    ratings = rows.rating_rows(table) if "is_rupture" in table else rows.line_rows(table)
    last = max([*table["session"], *([] if pd.isna(case["last_session"]) else [int(case["last_session"])])])
    no_forms, episodes = rows.no_form_rows(table, last), rows.episode_rows(followed)
    columns = rows.column_rows(last, {"ratings": ratings}, no_forms, episodes)
    reasons = case["reasons"]
    why = next(iter(reasons), "–") if isinstance(reasons, list | tuple) else "–"
    latest = say("down now") if case["open_ruptures"] else episodes[-1]["word"] if episodes else ""
    return {
        "cases": [{"words": latest if ratings else say("no ratings")}],
        "ratings": [row | {"share": (row["score"] - lowest) / (highest - lowest)} for row in ratings],
        "no_form": no_forms,
        "episodes": episodes,
        "cells": [row | {"why": why} for row in columns],
    }


def _rest_of_rows(cases: pd.Series, cells: Rows, right: float) -> Rows:
    """One cell per case for what lies behind its last session, so that a row can be picked anywhere."""
    ends = dict.fromkeys(cases, 0.5) | {row["case_id"]: row["right"] for row in cells}
    blank = dict.fromkeys(("session", "ratings", "judged", "episode", "why"), "–")
    return [{"case_id": case, "left": left, "right": right, **blank} for case, left in ends.items() if left < right]


def row_window(instrument: str, scale: str, scores: pd.Series) -> tuple[float, float]:
    """Return the lower and upper end of what a row's height stands for, in scale points."""
    floor, top = scale_range(find_scale(instrument, scale), scores)
    lowest, highest = (scores.min(), scores.max()) if scores.notna().any() else (floor, top)
    return float(min(lowest, highest - LEAST_SPAN * (top - floor))), float(highest)


def _title(n_shown: int, n_all: int, rater: str) -> list[str]:
    if n_all > n_shown:
        more = say_number(n_all - n_shown)
        cases = say("The {n} cases most in need of a word … and {more} more.", n=say_number(n_shown), more=more)
    else:
        cases = say_n("One case.", "{n} cases, most in need of a word first.", n_all)
    compare = say("Alliance {rated_by}. Compare within a row, not between rows.", rated_by=say_rated_by(rater))
    return [cases, compare]
