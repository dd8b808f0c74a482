"""The falls of a caseload: a row per case, each fall from its onset over its lowest rating to where it came back."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.encodings import (
    by_case,
    by_end,
    by_session,
    chart_of,
    empty_chart,
    episode_band,
    layer,
    tooltip,
)
from supervision_kit.charts.layout import FEWEST_SESSIONS
from supervision_kit.charts.rows import INSET, episode_rows
from supervision_kit.charts.sentences import Rows
from supervision_kit.tables import CASELOAD, REPAIRS
from supervision_kit.words import say, say_n, say_number

ROW_HEIGHT, BAND = 28, 14  # px
ROOM_FOR_WORDS = 66  # px at the right, for what is open


def episode_timeline(
    repairs: pd.DataFrame,
    caseload: pd.DataFrame,
    *,
    width: int | Literal["container"] = "container",
) -> alt.LayerChart | alt.Chart:
    """Draw the falls of each case on one axis of sessions.

    A thin line reaches over the case's sessions, a band from each fall's onset to the session that is back (or to the
    fall's end), a triangle stands at the lowest rating, a sign at the band's end says how it ended. "down now"
    stands at the right where the latest rating is down.

    Parameters
    ----------
    repairs
        The falls, of one series per case; see :data:`supervision_kit.tables.REPAIRS`.
    caseload
        See :data:`supervision_kit.tables.CASELOAD`; gives the order of the cases. Cases without a fall have no row.
    width
        Width of the chart in px, or that of the element that holds it.

    Raises
    ------
    TableError
        A table breaks its contract.
    """
    cases, falls = CASELOAD.check(caseload), REPAIRS.check(repairs)
    cases = cases[cases["case_id"].isin(falls["case_id"])]
    if cases.empty:
        return empty_chart(say("Falls"), say("There is no fall to draw."), width)
    band = episode_band("episodes", height=BAND).encode(**_place("from"), x2="to:Q")
    return chart_of(
        [*_life_lines(), band, *_signs(), _cells()],
        datasets=_datasets(cases, falls),
        independent=("fill", "stroke", "shape"),
        width=width,
        height=alt.Step(ROW_HEIGHT),
        numbers=("episodes", {"case_id": say("case"), "fell": say("fell")}),
        description=say("Falls of the rating by session, a row per case, with what became of each."),
    )


def _datasets(cases: pd.DataFrame, falls: pd.DataFrame) -> dict[str, Rows]:
    drawn: dict[str, Rows] = {"cases": [], "episodes": [], "cells": []}
    falls_of = {str(case): table.sort_values("onset") for case, table in falls.groupby("case_id")}
    for case in cases.to_dict("records"):
        key, down = {"case_id": str(case["case_id"])}, say("down now") if case["open_ruptures"] else ""
        episodes = _episodes(falls_of[key["case_id"]])
        drawn["cases"].append(key | {"left": 0.5, "right": int(case["last_session"]) + 0.5, "down": down})
        drawn["episodes"] += [
            key | row | {"says": say("case {case}, {fall}", case=case["case_id"], fall=row["fell"])} for row in episodes
        ]
        drawn["cells"].append(key | {"fell": "; ".join(row["fell"] for row in episodes), "down": down or "–"})
    reach = max(FEWEST_SESSIONS + 0.5, *(row["right"] for row in drawn["cases"]))
    n_falls = say_n("{n} fall", "{n} falls", len(drawn["episodes"]))
    says = say_n("{falls} in {n} case.", "{falls} in {n} cases.", len(cases), falls=n_falls)
    drawn["frame"] = [{"left": 0.5, "right": reach, "says": says}]
    return drawn


def _episodes(falls: pd.DataFrame) -> Rows:
    """Add to each fall where its signs stand, and how deep it was in words."""
    return [
        row
        | {
            "at": row["to"] - INSET,
            "nadir": int(fall["nadir"]),
            "fell": say(
                "{episode}, {points} points, lowest at {session}",
                episode=row["says"],
                points=say_number(fall["depth"], digits=1),
                session=fall["nadir"],
            ),
        }
        for row, fall in zip(episode_rows(falls), falls.to_dict("records"), strict=True)
    ]


def _session(field: str) -> alt.X:
    return by_session(field, orient="top", room=ROOM_FOR_WORDS)


def _place(field: str) -> dict[str, Any]:
    return {"x": _session(field), "y": by_case()}


def _life_lines() -> list[alt.Chart]:
    """Set the reach of the session axis; draw a thin line over the sessions of each case."""
    return [
        layer("frame", "frame")
        .mark_rule(color=theme.GRID, y=0)
        .encode(x=_session("left"), x2="right:Q", description="says:N"),
        layer("cases", "life_lines")
        .mark_rule(color=theme.UNJUDGED, strokeWidth=1, aria=False)
        .encode(x2="right:Q", **_place("left")),
    ]


def _signs() -> list[alt.Chart]:
    """Draw the lowest rating of each fall, how it ended, and which case is down now."""
    return [
        layer("episodes", "nadirs")
        .mark_point(shape="triangle-down", size=36, color=theme.TEXT, fill=theme.TEXT, opacity=1, aria=False)
        .encode(**_place("nadir")),
        layer("episodes", "ends")
        .mark_point(size=80, strokeWidth=1.8, opacity=1)
        .encode(description="says:N", **_place("at"), **by_end()),
        layer("cases", "down_now")
        .mark_text(align="left", x={"expr": f"width - {ROOM_FOR_WORDS - 8}"}, color=theme.RUPTURE_TEXT)
        .encode(y=by_case(), text="down:N"),
    ]


def _cells() -> alt.Chart:
    """Lay an invisible row over each case; pointed at it tells, clicked it picks the case."""
    picked = alt.selection_point(name="picked", fields=["case_id"], empty=False)
    laid: alt.Chart = (
        layer("cells", "cells")
        .mark_rect(fill=theme.QUIET_TEXT, height=ROW_HEIGHT, aria=False)
        .encode(
            y=by_case(),
            fillOpacity=alt.when(picked).then(alt.value(0.12)).otherwise(alt.value(0)),
            tooltip=tooltip({"case_id": say("case"), "fell": say("fell"), "down": say("now")}),
        )
        .add_params(picked)
    )
    return laid
