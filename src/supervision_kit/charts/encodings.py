"""How marks and episodes look, in every chart of the kit: one definition for shape, colour, dash and words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt

from supervision_kit.charts import theme
from supervision_kit.words import say

HALO = {"stroke": theme.PAPER, "strokeWidth": 3, "strokeOpacity": 0.8, "strokeJoin": "round"}
KEY = alt.Legend(title=None, orient="bottom", direction="horizontal", offset=10, columnPadding=14, labelLimit=0)
CASE_LABELS = 84  # px


def layer(dataset: str, name: str) -> alt.Chart:
    """Begin a named view over a named dataset."""
    return alt.Chart(alt.NamedData(dataset), name=name)


def group(*layers: alt.Chart) -> alt.LayerChart:
    """Lay views over each other, for a place within a larger layered chart.

    The second shell keeps the names of the views: Altair adds a number to those of a group that it finds in a group.
    """
    return alt.LayerChart(layer=[alt.LayerChart(layer=list(layers))])


def chart_of(
    layers: Sequence[alt.Chart | alt.LayerChart],
    *,
    independent: tuple[str, ...],
    numbers: tuple[str, dict[str, str]] | None = None,
    axis_x: Mapping[str, Any] | None = None,
    **properties: Any,
) -> alt.LayerChart:
    """Lay `layers` over each other, with the kit's look, scales shared but for the `independent` ones.

    `numbers` name the dataset that holds what the chart shows, and its columns with their headings: a page shows it as
    a table beneath the chart (see :func:`name_numbers`, where these differ among the fillings of one drawing).
    `axis_x` is what its x axis has otherwise than others.

    All at once: each change of a layered chart afterwards copies it through and through.
    """
    return alt.LayerChart(
        layer=list(layers),
        resolve={"scale": dict.fromkeys(independent, "independent")},
        config=theme.config() | ({"axisX": dict(axis_x)} if axis_x else {}),
        usermeta=name_numbers(*numbers) if numbers else alt.Undefined,
        **properties,
    )


def name_numbers(table: str, columns: dict[str, str]) -> dict[str, Any]:
    """Return what a chart says of the dataset that holds what it shows: its name, its columns and their headings."""
    return {"numbers": {"table": table, "columns": columns}}


def by_state(*, has_key: bool = True) -> dict[str, Any]:
    """Tell apart by fill, outline and shape what a method says of a rating, with a key beneath the chart."""
    key = KEY.copy()
    key.labelExpr = said({state: state for state in theme.STATES})
    channels = (
        ("fill", alt.Fill, theme.STATE_FILLS),
        ("stroke", alt.Stroke, theme.STATE_STROKES),
        ("shape", alt.Shape, theme.STATE_SHAPES),
    )
    return {
        name: channel(
            "state",
            type="nominal",
            scale=alt.Scale(domain=list(theme.STATES), range=list(looks)),
            legend=key if has_key else None,
        )
        for name, channel, looks in channels
    }


def by_end() -> dict[str, Any]:
    """Tell apart by fill, outline and shape how an episode ended, with a key beneath the chart."""
    key = alt.Legend(
        title=None,
        orient="bottom",
        offset=10,
        columns={"expr": "width < 460 ? 2 : 5"},
        columnPadding=14,
        labelExpr=said(theme.OUTCOME_WORDS),
    )
    channels = (
        ("fill", alt.Fill, theme.OUTCOME_SIGN_FILLS),
        ("stroke", alt.Stroke, theme.OUTCOME_COLOURS),
        ("shape", alt.Shape, theme.OUTCOME_SHAPES),
    )
    return {
        name: channel(
            "outcome",
            type="nominal",
            scale=alt.Scale(domain=list(theme.OUTCOME_WORDS), range=list(signs)),
            legend=key,
        )
        for name, channel, signs in channels
    }


def said(words: Mapping[str, str]) -> str:
    """Return the expression that labels a key's entries, by their values in the data, in the language of the page."""
    return f"{json.dumps({value: say(text) for value, text in words.items()})}[datum.label]"


def by_session(field: str = "session", *, orient: Literal["top", "bottom"] = "bottom", room: float) -> alt.X:
    """Place `field` on the axis of session numbers, whose reach is the frame's; `room` px stay free at the right."""
    return alt.X(
        field,
        type="quantitative",
        title=say("Session"),
        scale=alt.Scale(
            domain={"expr": "[data('frame')[0].left, data('frame')[0].right]"},
            range=[0, {"expr": f"width - {room}"}],
            zero=False,
            nice=False,
        ),
        axis=alt.Axis(
            orient=orient,
            format="d",
            tickMinStep=1,
            tickCount={"expr": "max(2, width / 34)"},
            grid=False,
            titleAnchor="start",
            titleAlign="left",
        ),
    )


def by_case() -> alt.Y:
    """Place a case on its row, in the order of the data."""
    return alt.Y(
        "case_id",
        type="nominal",
        sort=None,
        title=None,
        scale=alt.Scale(paddingInner=0, paddingOuter=0),
        axis=alt.Axis(labelColor=theme.TEXT, labelLimit=CASE_LABELS, labelOverlap=False, grid=True, tickBand="extent"),
    )


def stroke_by_outcome() -> alt.Stroke:
    """Colour an outline by what became of the episode."""
    return alt.Stroke("outcome", type="nominal", scale=_outcome_colours(), legend=None)


def episode_band(name: str, **place: Any) -> alt.Chart:
    """Draw what became of each episode as a band, told apart by fill and outline.

    Not for screen readers: the frame says it in words, and Vega leaves an emptied group its role without a name.
    """

    def by_outcome(looks: tuple[Any, ...]) -> dict[str, str]:
        return {"expr": f"{json.dumps(dict(zip(theme.OUTCOME_WORDS, looks, strict=True)))}[datum.outcome]"}

    band: alt.Chart = (
        layer("episodes", name)
        .mark_rect(
            strokeWidth=1.2,
            strokeDash=by_outcome(theme.OUTCOME_DASHES),
            fillOpacity=by_outcome(theme.OUTCOME_FILL_OPACITY),
            aria=False,
            **place,
        )
        .encode(
            fill=alt.Fill("outcome", type="nominal", scale=_outcome_colours(), legend=None),
            stroke=stroke_by_outcome(),
        )
    )
    return band


def _outcome_colours() -> alt.Scale:
    return alt.Scale(type="ordinal", domain=list(theme.OUTCOME_WORDS), range=list(theme.OUTCOME_COLOURS))


def tooltip(told: dict[str, str]) -> list[alt.Tooltip]:
    """Tell the columns of `told`, each under its title."""
    return [alt.Tooltip(field, type="nominal", title=title) for field, title in told.items()]


def empty_chart(title: str, sentence: str, width: int | Literal["container"]) -> alt.Chart:
    """Return a chart that says in words why there is nothing to draw."""
    words = alt.Chart(alt.NamedData("caption"), name="caption", width=width, height=48, description=sentence)
    text = words.mark_text(align="left", baseline="top", x=0, y=0, lineBreak="\n", fontSize=theme.TEXT_SIZE)
    datasets = {"caption": [{"words": f"{title}\n{sentence}"}]}
    chart: alt.Chart = text.encode(text="words:N").properties(datasets=datasets).configure(**theme.config())
    return chart
