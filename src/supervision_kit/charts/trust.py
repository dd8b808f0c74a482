"""How far each method can be trusted: its false alarms and what it finds, and what a threshold would mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.encodings import KEY, chart_of, empty_chart, layer, tooltip
from supervision_kit.charts.sentences import Rows
from supervision_kit.detection import METHODS
from supervision_kit.detection.method import n_digits
from supervision_kit.words import later, say, say_number, say_share

NAME, ROW = 16, 38  # px of a method's name, and of its whole row
LOOKS = (later("judges from earlier sessions alone"), later("looks at the whole series"))
FALSE_ALARMS, FOUND, ANY_SHAPE = "false alarms per 100 sessions", "share found", "any"
Width = int | Literal["container"]


def false_alarms(calibration: pd.DataFrame, *, width: Width = "container") -> alt.LayerChart | alt.Chart:
    """Draw for each method how many of 100 sessions without any rupture it marks, with the interval.

    Parameters
    ----------
    calibration
        One scale and rater of :data:`supervision_kit.tables.CALIBRATION`.
    width
        Width of the chart in px, or that of the element that holds it.
    """
    rows = calibration[calibration["measure"] == FALSE_ALARMS]
    reach = max(1.0, float(rows["high"].max())) if rows["high"].notna().any() else 1.0
    return _dots(
        rows,
        kinds=tuple(map(say, LOOKS)),
        kind=[say(LOOKS[row != "back"]) for row in rows["looks"]],
        said=lambda value: say("{n} of 100", n=say_number(value, digits=1)),
        title=say("False alarms per 100 sessions without a rupture"),
        domain=[0, reach],
        axis_format=",.2~f",
        width=width,
    )


def share_found(calibration: pd.DataFrame, *, width: Width = "container") -> alt.LayerChart | alt.Chart:
    """Draw for each method the share of planted ruptures that it finds, by their depth, with the interval.

    See :func:`false_alarms` for the parameters.
    """
    rows = calibration[(calibration["measure"] == FOUND) & (calibration["shape"] == ANY_SHAPE)]
    sizes = sorted(rows["size"].unique())
    kinds = tuple(say("{size} SD deep", size=say_number(size)) for size in sizes)
    return _dots(
        rows,
        kinds=kinds,
        kind=[kinds[sizes.index(size)] for size in rows["size"]],
        said=say_share,
        title=say("Share of planted ruptures found"),
        domain=[0, 1],
        axis_format=".0%",
        width=width,
    )


def _dots(
    rows: pd.DataFrame,
    *,
    kinds: tuple[str, ...],
    kind: list[str],
    said: Any,
    title: str,
    domain: list[float],
    axis_format: str,
    width: Width,
) -> alt.LayerChart | alt.Chart:
    if rows.empty:
        return empty_chart(title, say("There is nothing to show yet."), width)
    methods = list(dict.fromkeys(rows["method"]))
    names: Rows = [{"y": n * ROW + NAME - 4, "name": _title(method)} for n, method in enumerate(methods)]
    dots: Rows = []
    for row, what in zip(rows.to_dict("records"), kind, strict=True):
        about = {"name": _title(row["method"]), "kind": what, "y": methods.index(row["method"]) * ROW + NAME + 9}
        if pd.isna(row["value"]):
            names[methods.index(row["method"])]["name"] = say(
                "{method}: cannot judge these ratings", method=about["name"]
            )
            continue
        told = {"told": said(row["value"])}
        told["interval"] = say("{low} to {high}", low=said(row["low"]), high=said(row["high"]))
        says = say("{method}, {kind}: {told}, interval {interval}", method=about["name"], kind=what, **told)
        dots.append(about | told | {"value": row["value"], "low": row["low"], "high": row["high"], "says": says})
    height = len(methods) * ROW
    y = alt.Y("y", type="quantitative", title=None, scale=alt.Scale(domain=[0, height], range=[0, height]), axis=None)

    def x(field: str) -> alt.X:
        axis = alt.Axis(format=axis_format, grid=True, tickCount=6, titleAnchor="start", titleAlign="left")
        return alt.X(field, type="quantitative", title=title, scale=alt.Scale(domain=domain, nice=True), axis=axis)

    dots_layer = layer("dots", "dots").mark_point(size=70, strokeWidth=1.6, opacity=1)
    return chart_of(
        [
            layer("names", "names").mark_text(align="left", x=0).encode(y=y, text="name:N"),
            layer("dots", "intervals")
            .mark_rule(strokeWidth=1.4, color=theme.USUAL, aria=False)
            .encode(x=x("low"), x2="high:Q", y=y),
            dots_layer.encode(
                x=x("value"),
                y=y,
                description="says:N",
                tooltip=tooltip({"says": say("says")}),
                shape=_scale(alt.Shape, kinds, ("circle", "square", "diamond", "triangle-up")),
                fill=_scale(alt.Fill, kinds, (theme.RATING, theme.PAPER, theme.PAPER, theme.PAPER)),
                stroke=_scale(alt.Stroke, kinds, (theme.RATING,) * 4),
            ),
        ],
        datasets={"names": names, "dots": dots},
        independent=("fill", "stroke", "shape"),
        width=width,
        height=height,
        numbers=(
            "dots",
            {"name": say("method"), "kind": say("what"), "told": say("how many"), "interval": say("95 % interval")},
        ),
        description=say("{title}, by method, with 95 % intervals.", title=title),
    )


def _scale(channel: Any, kinds: tuple[str, ...], looks: tuple[str, ...]) -> Any:
    scale = alt.Scale(domain=list(kinds), range=list(looks[: len(kinds)]))
    return channel("kind", type="nominal", scale=scale, legend=KEY)


def _title(method: str) -> str:
    return say(METHODS[method].title) if method in METHODS else method


def threshold_curve(
    thresholds: pd.DataFrame, *, chosen: float, setting: str, width: Width = "container"
) -> alt.LayerChart | alt.Chart:
    """Draw at each threshold how many sessions of the caseload are marked, and about how many chance alone would mark.

    Parameters
    ----------
    thresholds
        One scale and rater of :data:`supervision_kit.tables.THRESHOLDS`.
    chosen
        The threshold to point at.
    setting
        What the threshold is called.
    width
        Width of the chart in px, or that of the element that holds it.
    """
    if thresholds.empty:
        return empty_chart(say("Marks by threshold"), say("There is nothing to show yet."), width)
    columns = ["threshold", "n_marks", "n_by_chance", "low", "high"]
    rows: Rows = [
        {column: float(row[column]) for column in columns} | _tell_threshold(row)
        for row in thresholds.sort_values("threshold").to_dict("records")
    ]
    lines = (
        ("n_marks", theme.RATING, [1, 0], say("marks here")),
        ("n_by_chance", theme.USUAL, [5, 3], say("by chance")),
    )
    last = rows[-1]
    ends: Rows = [{"threshold": last["threshold"], "n": last[field], "name": name} for field, _, _, name in lines]

    def x() -> alt.X:
        scale = alt.Scale(zero=False, nice=False, range=[0, {"expr": "width - 80"}])
        axis = alt.Axis(grid=False, titleAnchor="start", titleAlign="left", tickCount=6)
        return alt.X("threshold", type="quantitative", title=setting, scale=scale, axis=axis)

    def y(field: str) -> alt.Y:
        return alt.Y(field, type="quantitative", title=say("Sessions marked"), axis=alt.Axis(tickMinStep=1))

    return chart_of(
        [
            layer("curve", "chance_band")
            .mark_area(color=theme.USUAL, opacity=0.16, aria=False)
            .encode(x=x(), y=y("low"), y2="high:Q"),
            *(
                layer("curve", field)
                .mark_line(color=colour, strokeDash=dash, strokeWidth=1.8, aria=False)
                .encode(x=x(), y=y(field))
                for field, colour, dash, _ in lines
            ),
            layer("curve", "points")
            .mark_point(color=theme.RATING, fill=theme.RATING, size=40, opacity=1)
            .encode(x=x(), y=y("n_marks"), description="says:N", tooltip=tooltip({"says": say("says")})),
            layer("chosen", "chosen").mark_rule(color=theme.TEXT, strokeWidth=1.4, aria=False).encode(x=x()),
            layer("ends", "ends")
            .mark_text(align="left", dx=6, color=theme.QUIET_TEXT)
            .encode(x=x(), y=y("n"), text="name:N"),
        ],
        datasets={"curve": rows, "ends": ends, "chosen": [{"threshold": chosen}]},
        independent=(),
        width=width,
        height=200,
        numbers=(
            "curve",
            {"at": setting, "marks": say("Sessions marked"), "chance": say("by chance")},
        ),
        description=say("Sessions marked at each threshold, beside the number that chance alone would mark."),
    )


def _tell_threshold(row: Mapping[Any, Any]) -> dict[str, str]:
    at, marks = say_number(row["threshold"], digits=n_digits(row["threshold"])), say_number(row["n_marks"])
    chance = say(
        "about {n} ({low} to {high})",
        n=say_number(row["n_by_chance"], digits=0),
        low=say_number(row["low"], digits=0),
        high=say_number(row["high"], digits=0),
    )
    says = say("At {threshold}: {marks} marks, {chance} by chance", threshold=at, marks=marks, chance=chance)
    return {"at": at, "marks": marks, "chance": chance, "says": says}
