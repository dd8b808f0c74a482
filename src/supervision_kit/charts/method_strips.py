"""What each method says of each session of a case: a strip per method, those that look back only apart."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.encodings import by_session, by_state, chart_of, empty_chart, layer, tooltip
from supervision_kit.charts.layout import FEWEST_SESSIONS, LEFT, RIGHT
from supervision_kit.charts.rows import rating_rows
from supervision_kit.charts.sentences import Rows
from supervision_kit.charts.series_choice import check_case, choose_series, of_case
from supervision_kit.detection import METHODS
from supervision_kit.tables import MARKS
from supervision_kit.words import later, say, say_n

HEADING, NAME, STRIP = 26, 16, 20  # px of a heading, a method's name, its strip
LOOKS = {
    "back": later("Judged from earlier sessions alone"),
    "whole": later("Judged from the whole series, for looking back"),
}


def method_strips(
    marks: pd.DataFrame,
    *,
    case_id: str,
    looks: dict[str, str],
    right: float | None = None,
    rater: str = "client",
    width: int | Literal["container"] = "container",
) -> alt.LayerChart | alt.Chart:
    """Draw a strip per method: marked, not marked, cannot be judged, by session.

    Parameters
    ----------
    marks
        The case judged by several methods; see :data:`supervision_kit.tables.MARKS`.
    case_id
        The case to draw.
    looks
        Method, as ``marks`` names it → ``"back"`` where it judges from earlier sessions alone, else ``"whole"``.
    right
        Where the axis of sessions ends, such as that of the trajectory above.
    rater
        Whose rating is judged.
    width
        Width of the chart in px, or that of the element that holds it.

    Raises
    ------
    UnknownNameError
        A case that the table does not have.
    TableError
        The table breaks its contract.
    """
    check_case(case_id, marks)
    judged = of_case(marks, MARKS, case_id)
    series = choose_series(judged, rater=rater, instrument=None, scale=None, method=None)
    if series is None or judged["score"].isna().all():
        return empty_chart(say("Methods"), say("There is no rating to judge."), width)
    on_scale = judged[(judged["instrument"] == series.instrument) & (judged["scale"] == series.scale)]
    datasets, height = _datasets(on_scale[on_scale["rater"] == rater], looks)
    last = max([FEWEST_SESSIONS, *(row["session"] for row in datasets["strips"])])
    n_methods = len(datasets["names"])
    says = say_n("{n} method, session by session.", "{n} methods, session by session.", n_methods)
    datasets["frame"] = [{"left": 0.5, "right": right or last + 0.5, "says": says}]
    return chart_of(
        _layers(height),
        datasets=datasets,
        independent=("fill", "stroke", "shape"),
        width=width,
        height=height,
        numbers=(
            "strips",
            {"name": say("method"), "session": say("session"), "rated": say("rating"), "verdict": say("judged")},
        ),
        description=say("What each method says of each session: marked, not marked, or cannot be judged."),
    )


def _datasets(judged: pd.DataFrame, looks: dict[str, str]) -> tuple[dict[str, Rows], int]:
    drawn: dict[str, Rows] = {"headings": [], "names": [], "strips": []}
    at = 0
    methods = list(judged["method"].unique())
    for look, heading in LOOKS.items():
        chosen = [method for method in methods if looks[method] == look]
        if not chosen:
            continue
        drawn["headings"].append({"y": at + HEADING - 10, "name": say(heading)})
        at += HEADING
        for method in chosen:
            title = say(METHODS[method].title) if method in METHODS else method
            drawn["names"].append({"y": at + NAME - 4, "name": title})
            strip = rating_rows(judged[judged["method"] == method].sort_values("session"))
            middle = at + NAME + STRIP // 2
            drawn["strips"] += [row | {"y": middle, "name": title, "says": f"{title}: {row['says']}"} for row in strip]
            at += NAME + STRIP
    return drawn, at


def _layers(height: int) -> list[alt.Chart]:
    # the axis is invisible and as wide as the trajectory's, so that sessions stand under each other
    y = alt.Y(
        "y",
        type="quantitative",
        title=None,
        scale=alt.Scale(domain=[0, height], range=[0, height]),
        axis=alt.Axis(labels=False, grid=False, minExtent=LEFT, maxExtent=LEFT),
    )
    states = by_state()
    for channel in states.values():
        channel.legend = None
    return [
        layer("frame", "frame")
        .mark_rule(color=theme.GRID, y=height)
        .encode(x=by_session("left", room=RIGHT), x2="right:Q", description="says:N"),
        layer("headings", "headings")
        .mark_text(align="left", x=-LEFT - 4, fontWeight=600, fontSize=theme.TEXT_SIZE)
        .encode(y=y, text="name:N"),
        layer("names", "names").mark_text(align="left", x=0, color=theme.QUIET_TEXT).encode(y=y, text="name:N"),
        layer("strips", "strips")
        .mark_point(
            size={"expr": f"datum.state === '{theme.MARKED}' ? 80 : datum.state === '{theme.NOT_JUDGED}' ? 30 : 14"},
            strokeWidth=1.4,
            opacity=1,
        )
        .encode(
            x=by_session(room=RIGHT), y=y, description="says:N", tooltip=tooltip({"says": say("method")}), **states
        ),
    ]
