"""The layers of the trajectory, each over one named dataset."""

from __future__ import annotations

from typing import Any

import altair as alt

from supervision_kit.charts import theme
from supervision_kit.charts.encodings import (
    HALO,
    by_session,
    by_state,
    episode_band,
    group,
    layer,
    stroke_by_outcome,
)
from supervision_kit.charts.layout import LANE, LEFT, N_LANES, RIGHT, SAID_ROW, WIDE, Bands
from supervision_kit.words import say

INDENT = -LEFT - 4
WORDS_AT = {"expr": f"width - {RIGHT - 8}"}
WORDS_BESIDE = {"titleX": WORDS_AT, "titleY": 17, "titleBaseline": "bottom"}  # of a small chart's axis
PX_PER_SESSION = f"(width - {RIGHT}) / span(domain('x'))"


def session(field: str = "session") -> alt.X:
    """Place `field` on the one session axis, whose reach comes from the data."""
    return by_session(field, room=RIGHT)


def points(field: str, n: int, stretch: tuple[float, float], *, ticks: int) -> alt.Y:
    """Place `field` on the n-th panel's own stretch of pixels; the points that it spans come from the data."""
    spanned = {"expr": f"[data('panels')[{n}].lowest, data('panels')[{n}].highest]"}
    return alt.Y(
        field,
        type="quantitative",
        title=None,
        scale=alt.Scale(domain=spanned, range=list(stretch), nice=False, zero=False),
        axis=alt.Axis(orient="left", tickCount=ticks, grid=True, minExtent=LEFT, maxExtent=LEFT),
    )


def titles() -> alt.Chart:
    """Write above each panel what it shows."""
    chart: alt.Chart = (
        layer("panels", "panel_titles")
        .mark_text(align="left", baseline="top", x=INDENT, y={"expr": "datum.top"})
        .encode(text="title:N")
    )
    return chart


def untitled() -> alt.Chart:
    """Carry what the panel spans, and draw nothing: Vega leaves out data that no layer names."""
    chart: alt.Chart = layer("panels", "panels").mark_point(opacity=0, aria=False)
    return chart


def dense(size: int, *, marked: int | None = None) -> dict[str, str]:
    """Return an area for points in px² that shrinks where sessions stand close, to a third at the least."""
    full = f"(datum.state === '{theme.MARKED}' ? {marked} : {size})" if marked else str(size)
    return {"expr": f"{full} * clamp({PX_PER_SESSION} / 18, 0.35, 1)"}


def caption() -> list[alt.Chart]:
    """Title and subtitles, in words that come from the data."""
    lines: list[tuple[str, int, dict[str, Any]]] = [
        ("title", 0, {"fontSize": theme.TITLE_SIZE, "fontWeight": 600}),
        ("rated", 23, {"fontSize": theme.TEXT_SIZE}),
        ("judged", 39, {"color": theme.QUIET_TEXT}),
    ]
    return [
        *(
            layer("caption", f"caption_{field}")
            .mark_text(align="left", baseline="top", x=INDENT, y=top, limit={"expr": f"width + {LEFT}"}, **style)
            .encode(text=alt.Text(field, type="nominal"))
            for field, top, style in lines
        )
    ]


def frame(bands: Bands) -> list[alt.Chart]:
    """Set the reach of the session axis, carry the summary in words, and say so where there is nothing to draw."""
    base = layer("frame", "frame")
    return [
        base.mark_rect(fill=theme.PAPER, fillOpacity=0, y=bands.top, y2=bands.bottom).encode(
            x=session("left"), x2="right:Q", description="says:N"
        ),
        layer("frame", "empty")
        .mark_text(align="left", baseline="top", dx=8, y=bands.top + 8, fontSize=theme.TEXT_SIZE)
        .encode(x=session("left"), text="empty:N"),
    ]


def columns(bands: Bands, bottom: int) -> alt.Chart:
    """One invisible column per session: points at, clicked, it stands for all that the session holds."""
    picked = alt.selection_point(name="picked", fields=["session"], empty=False)
    chart: alt.Chart = (
        layer("columns", "columns")
        .mark_rect(fill=theme.QUIET_TEXT, y=bands.top, y2=bottom, aria=False, tooltip={"expr": "datum.told"})
        .encode(
            x=session("left"),
            x2="right:Q",
            fillOpacity=alt.when(picked).then(alt.value(0.14)).otherwise(alt.value(0)),
        )
        .add_params(picked)
    )
    return chart


def episodes(bands: Bands) -> list[alt.Chart]:
    """Draw a band per episode, told apart by fill, outline and the word on its flag."""
    lane = f"(width < {WIDE + RIGHT} ? datum.narrow_lane : datum.wide_lane)"
    word = f"width < {WIDE + RIGHT} ? datum.narrow_word : datum.wide_word"
    text_top = f"{bands.flags + (N_LANES - 1) * LANE} - {LANE} * {lane}"
    return [
        bands_of_episodes(bands),
        layer("episodes", "flag_poles")
        .mark_rule(y={"expr": text_top}, y2=bands.top - 4, aria=False)
        .encode(x=session("from"), stroke=stroke_by_outcome()),
        *(
            layer("episodes", name)
            .mark_text(align="left", baseline="top", dx=4, y={"expr": text_top}, text={"expr": word}, **style)
            .encode(x=session("from"))
            for name, style in (
                ("flag_halo", HALO | {"aria": False}),
                ("flags", {"color": theme.TEXT}),
            )
        ),
    ]


def bands_of_episodes(bands: Bands) -> alt.Chart:
    """Draw a band per episode, without its flag."""
    band: alt.Chart = episode_band("episodes", y=bands.top - 4, y2=bands.bottom).encode(x=session("from"), x2="to:Q")
    return band


def alliance(bands: Bands) -> alt.LayerChart:
    """Draw the usual, the other rater's line and the ratings, on the instrument's own scale."""

    def level(field: str) -> alt.Y:
        return points(field, 0, (bands.bottom, bands.top), ticks=5)

    return group(
        *(
            layer(name, name)
            .mark_line(color=theme.USUAL, strokeWidth=1.2, strokeDash=dash, aria=False)
            .encode(x=session("at"), y=level("value"), detail="run:N")
            for name, dash in (("expected", [1, 0]), ("limit", [5, 3]))
        ),
        layer("second", "second_line")
        .mark_line(color=theme.SECOND, strokeWidth=1.2, aria=False)
        .encode(x=session(), y=level("score"), detail="run:N"),
        layer("second", "second_points")
        .mark_point(shape="square", color=theme.SECOND, fill=theme.SECOND, size=dense(24), opacity=1, aria=False)
        .encode(x=session(), y=level("score")),
        layer("ratings", "ratings_line")
        .mark_line(color=theme.RATING, strokeWidth=2, aria=False)
        .encode(x=session(), y=level("score"), detail="run:N"),
        layer("ratings", "ratings")
        .mark_point(size=dense(70, marked=120), strokeWidth=1.6, opacity=1)
        .encode(x=session(), y=level("score"), description="says:N", **by_state(has_key=bands.has_key)),
        *(
            layer("ratings", name)
            .transform_filter(alt.datum.state == theme.MARKED)
            .mark_text(text="R", dy=14, fontWeight=700, aria=False, **style)
            .encode(x=session(), y=level("score"))
            for name, style in (("letter_halo", HALO), ("letters", {"color": theme.RUPTURE_TEXT}))
        ),
        layer("labels", "labels")
        .mark_text(align="left", x=WORDS_AT, aria=False)
        .encode(
            y=level("at"),
            text="label:N",
            color=alt.when(alt.datum.is_main).then(alt.value(theme.RATING_TEXT)).otherwise(alt.value(theme.QUIET_TEXT)),
        ),
    )


def no_form(bands: Bands) -> list[alt.Chart]:
    """Draw a × under each session without a score, in words at the right."""
    return [
        layer("no_form", "no_form")
        .mark_text(text="×", fontSize=theme.TEXT_SIZE, color=theme.QUIET_TEXT, y=bands.no_form, aria=True)
        .encode(x=session(), description="says:N"),
        layer("no_form", "no_form_label")
        .transform_aggregate(n="count()")
        .transform_filter(alt.datum.n > 0)
        .mark_text(text=say("no form"), align="left", x=WORDS_AT, y=bands.no_form, color=theme.QUIET_TEXT, aria=False),
    ]


def said(bands: Bands) -> list[alt.Chart]:
    """Draw what the supervisor says beneath the ratings: judgements as outlines, annotations as letters on the axis."""
    return [
        layer("judgements", "judgements")
        .mark_rect(
            stroke=theme.OUTCOME,
            fill=theme.OUTCOME,
            strokeWidth=1.4,
            strokeDash={"expr": "datum.dash"},
            fillOpacity={"expr": "datum.opacity"},
            y=bands.judged - SAID_ROW / 2 + 1,
            y2=bands.judged + SAID_ROW / 2 - 1,
        )
        .encode(x=session("from"), x2="to:Q", description="says:N"),
        layer("judgements", "judgement_signs")
        .mark_text(y=bands.judged, fontWeight=700, aria=False)
        .encode(x=session("middle"), text="sign:N"),
        layer("annotations", "annotation_poles")
        .mark_rule(
            color=theme.SECOND, strokeDash=[2, 3], y=bands.top, y2=bands.annotations - SAID_ROW / 2 + 2, aria=False
        )
        .encode(x=session()),
        layer("annotations", "annotations")
        .mark_text(y=bands.annotations, fontWeight=700, fontSize=theme.TEXT_SIZE, aria=True)
        .encode(x=session(), text="letters:N", description="says:N"),
        layer("said_labels", "said_labels")
        .mark_text(align="left", x=WORDS_AT, color=theme.QUIET_TEXT, y={"expr": "datum.at"}, aria=False)
        .encode(text="label:N"),
    ]


def outcome(n: int, bands: Bands) -> alt.LayerChart:
    """Draw the n-th outcome measure, from 1, with its published line; not every session is meant to have its form."""

    def level(field: str) -> alt.Y:
        return points(field, n, (bands.outcome_bottom(n - 1), bands.outcome_top(n - 1)), ticks=3)

    line = layer(f"line_{n}", f"published_line_{n}")
    return group(
        line.mark_rule(color=theme.USUAL, strokeDash=[5, 3], x=0, x2={"expr": f"width - {RIGHT}"}).encode(
            y=level("line")
        ),
        layer(f"line_{n}", f"published_line_{n}_label")
        .mark_text(align="left", x=WORDS_AT, lineBreak="\n", baseline="middle", color=theme.QUIET_TEXT, aria=False)
        .encode(y=level("line"), text="label:N"),
        layer(f"outcome_{n}", f"outcome_{n}_line")
        .mark_line(color=theme.OUTCOME, strokeWidth=1.4, aria=False)
        .encode(x=session(), y=level("score")),
        layer(f"outcome_{n}", f"outcome_{n}")
        .mark_point(shape="diamond", color=theme.OUTCOME, fill=theme.OUTCOME, size=dense(36), opacity=1)
        .encode(x=session(), y=level("score"), description="says:N"),
    )
