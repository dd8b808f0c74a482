"""Shares of cases by number of cases, within the limits of chance; a point is named only when one points at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.encodings import chart_of, empty_chart, layer, tooltip
from supervision_kit.tables import FUNNEL, FUNNEL_LIMITS
from supervision_kit.words import say, say_number, say_share

HEIGHT = 320  # px
_LINES = {"95": (1, 0), "998": (6, 3)}


def supervisee_funnel(
    funnel: pd.DataFrame, limits: pd.DataFrame, *, width: int | Literal["container"] = "container"
) -> alt.LayerChart | alt.Chart:
    """Draw each therapist's share of cases whose fall has not come back, within limits of 95 and 99.8 in 100.

    Parameters
    ----------
    funnel, limits
        See :data:`supervision_kit.tables.FUNNEL` and :data:`supervision_kit.tables.FUNNEL_LIMITS`.
    width
        Width of the chart in px, or that of the element that holds it.

    Raises
    ------
    TableError
        A table that breaks its contract.
    """
    points, lines = FUNNEL.check(funnel), FUNNEL_LIMITS.check(limits)
    title = say("Share of cases with a fall that has not come back in time")
    if points.empty or lines.empty:
        return empty_chart(title, say("There is nothing to compare."), width)
    datasets = {
        "points": [_point(row) for row in points.to_dict("records")],
        "limits": [
            {"n": row["n_cases"], "kind": kind, "side": side, "share": row[f"{side}_{kind}"]}
            for row in lines.to_dict("records")
            for kind in _LINES
            for side in ("low", "high")
        ],
        "whole": [{"share": float(lines["whole"].iloc[0])}],
    }
    reach = float(lines["n_cases"].max()) + 0.5
    x = alt.X(
        "n", type="quantitative", title=say("Cases that can be told"), scale=alt.Scale(domain=[0, reach], nice=False)
    )
    y = alt.Y(
        "share",
        type="quantitative",
        title=None,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    drawn = [
        layer("limits", f"limits_{kind}")
        .transform_filter(f"datum.kind === '{kind}'")
        .mark_line(color=theme.USUAL, strokeDash=list(dash), strokeWidth=1.4, aria=False)
        .encode(x=x, y=y, detail="side:N")
        for kind, dash in _LINES.items()
    ]
    whole = layer("whole", "whole").mark_rule(color=theme.USUAL, strokeWidth=1, aria=False).encode(y=y)
    told = {"therapist": say("therapist"), "n": say("cases"), "said": say("not back in time")}
    limits_told = {"within_95": say("95 % limits"), "within_998": say("99.8 % limits")}
    dots = (
        layer("points", "points")
        .mark_point(shape="circle", size=70, filled=True, color=theme.RATING, opacity=1)
        .encode(x=x, y=y, description="says:N", tooltip=tooltip(told))
    )
    return chart_of(
        [*drawn, whole, dots],
        independent=(),
        numbers=("points", told | limits_told),
        datasets=datasets,
        width=width,
        height=HEIGHT,
        title=alt.TitleParams(
            text=title, anchor="start", frame="bounds", fontSize=theme.TEXT_SIZE, fontWeight="normal"
        ),
        description=say("A point for each therapist within limits of chance: solid 95 %, dashed 99.8 %."),
    )


def _point(row: Mapping[Any, Any]) -> dict[str, Any]:
    said = say("{n} of {cases}, {share}", n=row["n_not_back"], cases=row["n_cases"], share=say_share(row["share"]))
    says = say("A therapist with {cases} cases: {said}", cases=say_number(row["n_cases"]), said=said)
    within = {
        f"within_{kind}": say("{low} to {high}", low=say_share(row[f"low_{kind}"]), high=say_share(row[f"high_{kind}"]))
        for kind in _LINES
    }
    about = {"therapist": row["therapist_id"], "n": row["n_cases"], "share": row["share"]}
    return about | {"said": said, "says": says} | within
