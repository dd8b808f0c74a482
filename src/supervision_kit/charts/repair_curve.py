"""How long it takes until falls are repaired: the share by sessions since the onset, with those still followed."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from supervision_kit.charts import theme
from supervision_kit.charts.encodings import chart_of, empty_chart, layer, tooltip
from supervision_kit.charts.sentences import Rows
from supervision_kit.tables import TIME_TO_REPAIR
from supervision_kit.words import say, say_share

TOP, BOTTOM, AT_RISK, HEIGHT = 8, 168, 196, 206  # px: the curve's stretch, the row of numbers under it
NUMBERS = 34  # px that a number at risk needs


def repair_curve(
    times: pd.DataFrame, *, group: str = "all", width: int | Literal["container"] = "container"
) -> alt.LayerChart | alt.Chart:
    """Draw the share of falls that are back by each session after their onset, with its interval and the falls at risk.

    Parameters
    ----------
    times
        See :data:`supervision_kit.tables.TIME_TO_REPAIR`.
    group
        Which of its groups to draw.
    width
        Width of the chart in px, or that of the element that holds it.

    Raises
    ------
    TableError
        The table breaks its contract.
    """
    checked = TIME_TO_REPAIR.check(times)
    curve = checked[checked["group"] == group]
    if curve.empty:
        return empty_chart(say("Time to repair"), say("There is no fall to follow."), width)
    return chart_of(
        [_frame(), _band(), _line(), *_numbers(), _columns()],
        datasets=_datasets(curve),
        independent=(),
        width=width,
        height=HEIGHT,
        numbers=("columns", _told()),
        description=say(
            "Share of falls that are back by sessions since the onset, with its 95 % interval; under it the number of "
            "falls still followed."
        ),
    )


def _datasets(curve: pd.DataFrame) -> dict[str, Rows]:
    rows: Rows = []
    for row in curve.sort_values("sessions").to_dict("records"):
        has_interval, sessions = pd.notna(row["low"]), int(row["sessions"])
        interval = (
            say("{low} to {high}", low=say_share(row["low"]), high=say_share(row["high"])) if has_interval else "–"
        )
        place = {"sessions": sessions, "from": sessions - 0.5, "to": sessions + 0.5}
        ends = {"low": row["low"], "high": row["high"]} if has_interval else {}
        told = {"told": say_share(row["share_repaired"]), "interval": interval}
        rows.append(place | {"share": row["share_repaired"], "at_risk": int(row["at_risk"])} | ends | told)
    first, last = rows[0], rows[-1]
    # a step of its own for the last session, which would have no width otherwise
    drawn = [*rows, last | {"sessions": last["to"]}]
    band = [row for row in drawn if "low" in row]
    says = say(
        "After {sessions} sessions {share} of {falls} falls are back.",
        sessions=last["sessions"],
        share=last["told"],
        falls=first["at_risk"],
    )
    return {"frame": [{"left": 0, "right": last["to"], "says": says}], "curve": drawn, "band": band, "columns": rows}


def _sessions(field: str = "sessions") -> alt.X:
    return alt.X(
        field,
        type="quantitative",
        title=say("Sessions since the fall began"),
        scale=alt.Scale(domain={"expr": "[-0.5, data('frame')[0].right]"}, nice=False, zero=False),
        axis=alt.Axis(format="d", tickMinStep=1, grid=False, titleAnchor="start", titleAlign="left"),
    )


def _share(field: str) -> alt.Y:
    return alt.Y(
        field,
        type="quantitative",
        title=say("Share of falls that are back"),
        scale=alt.Scale(domain=[0, 1], range=[BOTTOM, TOP]),
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
    )


def _frame() -> alt.Chart:
    frame: alt.Chart = (
        layer("frame", "frame")
        .mark_rule(color=theme.GRID, y=BOTTOM)
        .encode(x=_sessions("left"), x2="right:Q", description="says:N")
    )
    return frame


def _band() -> alt.Chart:
    band: alt.Chart = (
        layer("band", "band")
        .mark_area(interpolate="step-after", color=theme.REPAIR, opacity=0.14, aria=False)
        .encode(x=_sessions(), y=_share("low"), y2="high:Q")
    )
    return band


def _line() -> alt.Chart:
    line: alt.Chart = (
        layer("curve", "curve")
        .mark_line(interpolate="step-after", color=theme.REPAIR, strokeWidth=2, aria=False)
        .encode(x=_sessions(), y=_share("share"))
    )
    return line


def _numbers() -> list[alt.Chart]:
    """Write the falls at risk under the curve, as many numbers as there is room for."""
    step = f"max(1, ceil({NUMBERS} * (data('frame')[0].right + 0.5) / width))"
    return [
        layer("columns", "at_risk")
        .transform_filter(f"datum.sessions % {step} == 0")
        .mark_text(y=AT_RISK, color=theme.QUIET_TEXT)
        .encode(x=_sessions(), text="at_risk:Q"),
        layer("frame", "at_risk_label").mark_text(
            y=AT_RISK - 14, x=0, align="left", text=say("still followed, not back before"), color=theme.QUIET_TEXT
        ),
    ]


def _told() -> dict[str, str]:
    return {
        "sessions": say("sessions since"),
        "told": say("are back"),
        "interval": say("95 % interval"),
        "at_risk": say("still followed"),
    }


def _columns() -> alt.Chart:
    """Lay an invisible column over each session; pointed at it tells."""
    columns: alt.Chart = (
        layer("columns", "columns")
        .mark_rect(fill=theme.QUIET_TEXT, fillOpacity=0, y=TOP, y2=HEIGHT, aria=False)
        .encode(x=_sessions("from"), x2="to:Q", tooltip=tooltip(_told()))
    )
    return columns
