"""The layers of the caseload overview, each over one named dataset, all on one row per case."""

from __future__ import annotations

from typing import Any

import altair as alt

from supervision_kit.charts import theme
from supervision_kit.charts.encodings import by_case, by_session, by_state, episode_band, layer, tooltip
from supervision_kit.words import say
from supervision_kit.words.raters import say_rating_of

ROW_HEIGHT, PADDING = 34, 7  # px
ROOM_FOR_WORDS = 100  # px at the right, for what became of the latest episode
WORDS_AT = {"expr": f"width - {ROOM_FOR_WORDS - 8}"}


def title() -> alt.TitleParams:
    """Return the title, in words that come from the data."""
    return alt.TitleParams(
        text={"expr": "data('frame')[0].title"},
        anchor="start",
        frame="bounds",
        fontSize=theme.TEXT_SIZE,
        fontWeight="normal",
        color=theme.TEXT,
        lineHeight=17,
        offset=10,
    )


def session(field: str = "session") -> alt.X:
    """Place `field` on the session axis above the rows."""
    return by_session(field, orient="top", room=ROOM_FOR_WORDS)


def share() -> alt.YOffset:
    """Place a rating within its row."""
    return alt.YOffset(
        "share", type="quantitative", scale=alt.Scale(domain=[0, 1], range=[ROW_HEIGHT - PADDING, PADDING])
    )


def cases() -> list[alt.Chart]:
    """Set the reach of the session axis; lay out one row per case, with what became of its latest episode in words."""
    return [
        layer("frame", "frame")
        .mark_rule(color=theme.GRID, y=0)
        .encode(x=session("left"), x2="right:Q", description="says:N"),
        layer("cases", "words")
        .mark_text(align="left", x=WORDS_AT, color=theme.QUIET_TEXT)
        .encode(y=by_case(), text="words:N"),
    ]


def episodes() -> alt.Chart:
    """Draw a band per episode."""
    banded: alt.Chart = episode_band("episodes", height=ROW_HEIGHT - 4).encode(
        x=session("from"), x2="to:Q", y=by_case()
    )
    return banded


def ratings(*, with_states: bool) -> list[alt.Chart]:
    """Draw each case's ratings as a small line, broken where a session has none, with its marks."""
    place: dict[str, Any] = {"x": session(), "y": by_case(), "yOffset": share()}
    points = layer("ratings", "ratings")
    drawn = (
        points.mark_point(
            size={"expr": f"datum.state === '{theme.MARKED}' ? 60 : datum.state === '{theme.NOT_JUDGED}' ? 26 : 12"},
            strokeWidth=1.3,
            opacity=1,
        ).encode(description="says:N", **place, **by_state())
        if with_states
        else points.mark_point(shape="circle", size=12, color=theme.RATING, fill=theme.RATING, opacity=1).encode(
            description="says:N", **place
        )
    )
    return [
        layer("ratings", "ratings_line")
        .mark_line(color=theme.RATING, strokeWidth=1.3, aria=False)
        .encode(detail=["case_id:N", "run:N"], order="session:Q", **place),
        drawn,
    ]


def no_form() -> alt.Chart:
    """Draw a small × for each session without a score."""
    crosses: alt.Chart = (
        layer("no_form", "no_form")
        .mark_text(text="×", color=theme.QUIET_TEXT, aria=False)
        .encode(x=session(), y=by_case())
    )
    return crosses


def told(rater: str) -> dict[str, str]:
    """Return what is told of a case and session: column of the cells → heading."""
    return {
        "case_id": say("case"),
        "session": say("session"),
        "ratings": say_rating_of(rater),
        "judged": say("judged"),
        "episode": say("episode"),
        "why": say("why here"),
    }


def cells(rater: str) -> alt.Chart:
    """Lay an invisible cell per case and session; pointed at it tells, clicked it picks the case."""
    picked = alt.selection_point(name="picked", fields=["case_id"], empty=False)
    laid: alt.Chart = (
        layer("cells", "cells")
        .mark_rect(fill=theme.QUIET_TEXT, height=ROW_HEIGHT, aria=False)
        .encode(
            x=session("left"),
            x2="right:Q",
            y=by_case(),
            fillOpacity=alt.when(picked).then(alt.value(0.12)).otherwise(alt.value(0)),
            tooltip=tooltip(told(rater)),
        )
        .add_params(picked)
    )
    return laid
