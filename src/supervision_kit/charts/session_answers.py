"""The answers of one session beside those of the session before and of the first, an item a row."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.encodings import KEY, chart_of, layer, said, tooltip
from supervision_kit.charts.filled import fill
from supervision_kit.charts.sentences import Rows, in_words
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.words import keep_what_is_said, later, say, say_number

NAME, ROW, TOP, EDGE = 15, 20, 4, 12  # px of an item's name, its line of answers, above all, beside the scale
# What an answer is → shape, fill, outline. A weaker answer is told by its shape as well as by its colour.
LOOKS = {
    later("first session"): ("diamond", theme.PAPER, theme.SECOND),
    later("session before"): ("square", theme.PAPER, theme.SECOND),
    later("this session"): ("circle", theme.RATING, theme.RATING),
    later("this session, weaker than before"): ("triangle-down", theme.RUPTURE, theme.RUPTURE),
}
FIRST, BEFORE, THIS, WEAKER = LOOKS


def session_answers(
    answers: pd.DataFrame, *, instrument: str, width: int | Literal["container"] = "container"
) -> alt.LayerChart:
    """Draw how each item was answered, in the order of the table.

    Answers stand as they were given. Where an item is worded the other way, so that a lower answer is the stronger one,
    its name says so. An item that was not answered has no sign.

    Parameters
    ----------
    answers
        A row an item: item, label, first, previous, this, change, stronger; the ``answers`` of a case's state.
    instrument
        Key of the instrument, for the range of its answers; where it is not registered, these span the range.
    width
        Width of the chart in px, or that of the element that holds it.

    Examples
    --------
    >>> state.session = 6  # doctest: +SKIP
    >>> session_answers(state.answers, instrument=state.instrument)  # doctest: +SKIP
    """
    drawn: dict[str, Rows] = {"names": [], "answers": [], "moves": []}
    for n, item in enumerate(answers.to_dict("records")):
        top = TOP + n * (NAME + ROW)
        drawn["names"].append({"y": top, "name": _name(item)} | _numbers(item))
        drawn["answers"] += _signs(item, top + NAME + ROW / 2)
        if pd.notna(item["previous"]) and pd.notna(item["this"]):
            drawn["moves"].append(
                {"y": top + NAME + ROW / 2, "from": float(item["previous"]), "to": float(item["this"])}
            )
    lowest, highest = _range(answers, instrument)
    drawing = _draw(TOP + max(len(answers), 1) * (NAME + ROW), lowest, highest, width)
    return fill(drawing, drawn)


def _name(item: dict[Any, Any]) -> str:
    name = say("Item {number}", number=say_number(item["item"]))
    named = f"{name}: {item['label']}" if item["label"] else name
    return say("{name} (here a lower answer is stronger)", name=named) if item["stronger"] == "lower" else named


def _numbers(item: dict[Any, Any]) -> dict[str, str]:
    """Return what was answered in numbers, for the table."""
    return {
        name: "–" if pd.isna(item[name]) else in_words(item[name]) for name in ("first", "previous", "this", "change")
    }


def _signs(item: dict[Any, Any], y: float) -> Rows:
    """One row per answer there is, the newest last, so that it lies on top."""
    is_weaker = (item["change"] < 0) if item["stronger"] != "lower" else (item["change"] > 0)
    answers = {FIRST: item["first"], BEFORE: item["previous"], (WEAKER if is_weaker else THIS): item["this"]}
    return [
        {
            "y": y,
            "answer": float(answer),
            "look": look,
            "says": f"{_name(item)}: {in_words(answer)}, {say(look)}",
        }
        for look, answer in answers.items()
        if pd.notna(answer)
    ]


def _range(answers: pd.DataFrame, instrument: str) -> tuple[float, float]:
    if instrument in INSTRUMENTS:
        items = INSTRUMENTS[instrument].items
        return min(item.lowest for item in items), max(item.highest for item in items)
    given = answers[["first", "previous", "this"]].to_numpy(dtype=float)
    return (np.nanmin(given), np.nanmax(given)) if np.isfinite(given).any() else (0.0, 1.0)


@keep_what_is_said(16)
def _draw(height: int, lowest: float, highest: float, width: int | Literal["container"]) -> alt.LayerChart:
    """Draw what is the same for all sessions of an instrument."""
    x = alt.X(
        "answer",
        type="quantitative",
        title=say("answer, as it was given"),
        scale=alt.Scale(domain=[lowest, highest], range=[EDGE, {"expr": f"width - {EDGE}"}], nice=False, zero=False),
        axis=alt.Axis(orient="bottom", tickMinStep=1, tickCount=10, grid=True, titleAnchor="start", titleAlign="left"),
    )
    y = alt.Y("y", type="quantitative", title=None, axis=None, scale=alt.Scale(domain=[0, height], range=[0, height]))
    move = x.copy()
    move.shorthand = "from"
    looks = [
        (channel, [look[n] for look in LOOKS.values()]) for n, channel in enumerate((alt.Shape, alt.Fill, alt.Stroke))
    ]
    key = KEY.copy()
    key.columns = {"expr": "width < 520 ? 2 : 4"}
    key.labelExpr = said({look: look for look in LOOKS})
    return chart_of(
        [
            layer("names", "names")
            .mark_text(align="left", baseline="top", x=0, limit={"expr": "width"})
            .encode(y=y, text="name:N"),
            layer("moves", "moves")
            .mark_rule(color=theme.USUAL, strokeWidth=2, aria=False)
            .encode(x=move, x2="to:Q", y=y),
            layer("answers", "answers")
            .mark_point(size=80, strokeWidth=1.6, opacity=1)
            .encode(
                x=x,
                y=y,
                description="says:N",
                tooltip=tooltip({"says": say("answer")}),
                **{
                    channel.__name__.lower(): channel(
                        "look", type="nominal", scale=alt.Scale(domain=list(LOOKS), range=values), legend=key
                    )
                    for channel, values in looks
                },
            ),
        ],
        independent=("fill", "stroke", "shape"),
        numbers=(
            "names",
            {
                "name": say("item"),
                "first": say("first session"),
                "previous": say("session before"),
                "this": say("this session"),
                "change": say("change"),
            },
        ),
        width=width,
        height=height,
        description=say("The answers of one session beside those of the session before and of the first."),
    )
