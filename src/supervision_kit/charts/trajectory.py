"""One case's alliance by session: what was rated, what was marked, what became of it, and the outcome beneath."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import altair as alt
import pandas as pd

from supervision_kit.charts import rows, said_rows
from supervision_kit.charts import trajectory_layers as layers
from supervision_kit.charts.encodings import chart_of, empty_chart, name_numbers
from supervision_kit.charts.filled import fill
from supervision_kit.charts.layout import FEWEST_SESSIONS, Bands, Panel
from supervision_kit.charts.sentences import Rows, axis_title, summary
from supervision_kit.charts.series_choice import (
    Series,
    check_case,
    choose_series,
    of_case,
    outcome_measures,
    scale_range,
)
from supervision_kit.instruments import find_scale
from supervision_kit.tables import ANNOTATIONS, JUDGEMENTS, MARKS, REPAIRS, SCORES
from supervision_kit.words import keep_what_is_said, say
from supervision_kit.words.raters import say_rated_by, say_rating_of

SECOND_RATER = {"client": "therapist", "therapist": "client", "observer": "client"}


def trajectory(
    marks: pd.DataFrame,
    repairs: pd.DataFrame | None = None,
    *,
    case_id: str,
    scores: pd.DataFrame | None = None,
    annotations: pd.DataFrame | None = None,
    judgements: pd.DataFrame | None = None,
    method: str | None = None,
    rater: str = "client",
    instrument: str | None = None,
    scale: str | None = None,
    provenance: str = "",
    is_judged: bool = True,
    width: int | Literal["container"] = "container",
    height: int = 190,
    is_small: bool = False,
) -> alt.LayerChart | alt.Chart:
    """Draw one case's alliance by session, its marked sessions and episodes, and the outcome measure beneath.

    The line breaks where a session has no score, and where limits start anew. Marked sessions are orange triangles with
    the letter R, sessions that cannot be judged hollow circles, sessions without a score a × in words "no form".
    Everything of the case is in the chart's datasets, what its axes span and are called included: the charts of two
    cases with as many outcome measures, or of two raters or scales of one case, differ in ``datasets`` and in what is
    said of the picture alone.

    Parameters
    ----------
    marks, repairs, scores
        See :mod:`supervision_kit.tables`. `scores` adds the other rater's line and the outcome measures; without it
        the other rater's line comes from `marks`.
    annotations, judgements
        What the supervisor says: what happened around sessions, each with a letter on the axis and its kind in the
        tooltip, and the judgements of the drawn series, whichever method's mark they are about, in a row of their own
        beside the method's. Free text is never drawn. Without both, there are no rows for them.
    case_id
        The case to draw.
    method, instrument, scale
        Which of several to draw. Default: the first method; the alliance instrument with most rated sessions; its total
        or else its first scale.
    rater
        Whose rating is judged and drawn as the main line.
    provenance
        A line that says how the method was set, such as its ``in_words``; shown under the title, as far as there is
        room.
    is_judged
        Whether to show what the method says; without it, only what was rated is drawn, for people to judge by
        themselves first.
    width, height
        Width of the chart in px, or that of the element that holds it; height of the alliance's band in px.
    is_small
        Whether to draw the alliance alone, for paper and for many side by side: without caption, flags, key and outcome
        measures, which stand beside it in words.

    Raises
    ------
    UnknownNameError
        A case, rater, instrument, scale or method that the tables do not have; lists those that they have.
    TableError
        A table that breaks its contract.

    Examples
    --------
    >>> scores = pd.DataFrame({"case_id": "C07", "rater": "client", "instrument": "wai_sr", "scale": "total",
    ...                        "session": [1, 2, 3], "score": [4.2, 4.3, 3.1]})
    >>> trajectory(mark_sessions(scores, method="adjacent_drop"), case_id="C07")  # doctest: +SKIP
    """
    check_case(case_id, marks, scores)
    judged, scored = of_case(marks, MARKS, case_id), of_case(scores, SCORES, case_id)
    series = choose_series(judged, rater=rater, instrument=instrument, scale=scale, method=method)
    if series is None:
        return empty_chart(
            say("Case {case}", case=case_id),
            say("There are no alliance ratings here ({rated_by}).", rated_by=say_rated_by(rater)),
            width,
        )
    other = SECOND_RATER[rater]
    second = series.pick(scored, rater=other)
    case = _Case(
        case_id=case_id,
        series=series,
        judged=series.pick(judged),
        second=second if len(second) else series.pick(judged, rater=other),
        repairs=series.pick(of_case(repairs, REPAIRS, case_id)),
        annotations=of_case(annotations, ANNOTATIONS, case_id),
        judgements=replace(series, method="").pick(of_case(judgements, JUDGEMENTS, case_id)),
        measures=[] if is_small else outcome_measures(scored),
        bands=Bands(
            height,
            has_said=not is_small and (annotations is not None or judgements is not None),
            has_key=is_judged and not is_small,
            is_small=is_small,
        ),
    )
    if not is_judged:
        case = replace(case, series=replace(series, method=""), repairs=REPAIRS.empty())
    judged_by = (provenance or say("judged by: {method}", method=series.method_title)) if is_judged else ""
    told = _told(case)
    return fill(
        _draw(len(case.measures), case.bands, width),
        _datasets(case, told, judged_by=judged_by),
        usermeta=name_numbers("columns", told),
        description=_describe(series, is_judged=is_judged),
    )


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What is drawn of one case, each table in session order, and where."""

    case_id: str
    series: Series
    judged: pd.DataFrame
    second: pd.DataFrame
    repairs: pd.DataFrame
    annotations: pd.DataFrame
    judgements: pd.DataFrame
    measures: list[tuple[Series, pd.DataFrame]]
    bands: Bands

    @property
    def is_judged(self) -> bool:
        """Whether it is shown what a method says."""
        return bool(self.series.method)

    @property
    def starts(self) -> list[int]:
        """The sessions at which limits start anew."""
        is_start = self.annotations["rebases"].fillna(value=False).astype(bool)
        return self.annotations.loc[is_start, "session"].to_list()

    @property
    def panel(self) -> Panel:
        """The alliance's panel, on the instrument's own scale."""
        lowest, highest = scale_range(find_scale(self.series.instrument, self.series.scale), self.judged["score"])
        return Panel(self.bands.title, self.bands.top, self.bands.bottom, lowest, highest)

    def panel_of(self, n: int) -> Panel:
        """Place the n-th outcome measure, from 0, beneath the alliance."""
        measure, table = self.measures[n]
        lowest, highest = scale_range(find_scale(measure.instrument, measure.scale), table["score"])
        bands = self.bands
        return Panel(bands.outcome_title(n), bands.outcome_top(n), bands.outcome_bottom(n), lowest, highest)


def _datasets(case: _Case, told: dict[str, str], *, judged_by: str) -> dict[str, Rows]:
    rater = case.series.rater
    ratings = rows.rating_rows if case.is_judged else rows.unjudged_rows
    lines = {"ratings": ratings(case.judged, case.starts), "second": rows.line_rows(case.second, case.starts)}
    lines |= {f"outcome_{n}": rows.line_rows(table) for n, (_, table) in enumerate(case.measures, 1)}
    usual: dict[str, Rows] = {"expected": [], "limit": []}
    if case.is_judged:
        usual = {name: rows.step_rows(case.judged, name, case.starts) for name in usual}
    said = {
        "judgements": said_rows.judgement_rows(case.judgements),
        "annotations": said_rows.annotation_rows(case.annotations),
    }
    sessions = [*case.judged["session"], *(row["session"] for line in lines.values() for row in line)]
    last = max([*sessions, *(row["session"] for row in said["annotations"])])
    reach = max(last, FEWEST_SESSIONS)
    drawn = lines | usual
    drawn["no_form"] = rows.no_form_rows(case.judged, max(sessions))
    drawn["episodes"] = rows.with_flags(rows.episode_rows(case.repairs), reach)
    drawn["columns"] = rows.column_rows(last, lines, drawn["no_form"], drawn["episodes"])
    if case.bands.has_said:
        drawn |= said | {"said_labels": said_rows.said_labels(said, case.bands)}
        drawn["columns"] = said_rows.with_said(drawn["columns"], said)
    drawn["columns"] = [row | {"told": {title: row[name] for name, title in told.items()}} for row in drawn["columns"]]
    drawn["panels"] = _panels(case)
    ends = {rater: (lines["ratings"], "score"), SECOND_RATER[rater]: (lines["second"], "score")}
    if not case.bands.is_small:
        ends |= {name: (steps, "value") for name, steps in usual.items()}
    drawn["labels"] = rows.label_rows(ends, case.panel)
    drawn |= {f"line_{n}": rows.published_line(measure) for n, (measure, _) in enumerate(case.measures, 1)}
    rated = say("{scale}, {rated_by}", scale=case.series.title, rated_by=say_rated_by(rater))
    drawn["caption"] = [{"title": say("Case {case}", case=case.case_id), "rated": rated, "judged": judged_by}]
    measured = [(measure, lines[f"outcome_{n}"]) for n, (measure, _) in enumerate(case.measures, 1)]
    says = summary(case.case_id, case.series, drawn, measured)
    empty = "" if lines["ratings"] else say("No form has a score yet.")
    drawn["frame"] = [{"left": 0.5, "right": reach + 0.5, "says": says, "empty": empty}]
    return drawn


def _panels(case: _Case) -> Rows:
    """One row per panel: its title and where that stands, and the points that it spans."""
    shown = [(case.series, case.panel), *((measure, case.panel_of(n)) for n, (measure, _) in enumerate(case.measures))]
    return [
        {"title": axis_title(series), "top": panel.title, "lowest": panel.lowest, "highest": panel.highest}
        for series, panel in shown
    ]


def _told(case: _Case) -> dict[str, str]:
    """Return the columns of the numbers behind the picture, with what each is called."""
    rater = case.series.rater
    told = {
        "session": say("session"),
        "ratings": say_rating_of(rater),
        **({"judged": say("judged"), "episode": say("episode")} if case.bands.has_key else {}),
        "second": say_rating_of(SECOND_RATER[rater]),
    } | {f"outcome_{n}": measure.title for n, (measure, _) in enumerate(case.measures, 1)}
    if case.bands.has_said:
        told |= {"judgement": say("the supervisor says"), "annotation": say("what happened")}
    return told


@keep_what_is_said(32)
def _draw(n_measures: int, bands: Bands, width: int | Literal["container"]) -> alt.LayerChart:
    """Draw what is the same for all cases, raters and scales; kept, for Altair takes a quarter of a second for it."""
    bottom = bands.total(n_measures)
    if bands.is_small:
        return chart_of(
            [
                *layers.frame(bands),
                layers.untitled(),
                layers.bands_of_episodes(bands),
                layers.alliance(bands),
                *layers.no_form(bands),
            ],
            independent=("y", "fill", "stroke", "shape"),
            axis_x=layers.WORDS_BESIDE,
            width=width,
            height=bottom,
        )
    return chart_of(
        [
            *layers.frame(bands),
            *layers.episodes(bands),
            *layers.caption(),
            layers.titles(),
            layers.alliance(bands),
            *layers.no_form(bands),
            *(layers.said(bands) if bands.has_said else ()),
            *(layers.outcome(n, bands) for n in range(1, n_measures + 1)),
            layers.columns(bands, bottom),
        ],
        independent=("y", "fill", "stroke", "shape"),
        width=width,
        height=bottom,
    )


def _describe(series: Series, *, is_judged: bool) -> str:
    about = {"scale": series.title, "rated_by": say_rated_by(series.rater)}
    if not is_judged:
        return say("Alliance by session for one case: {scale}, {rated_by}.", **about)
    return say(
        "Alliance by session for one case: {scale}, {rated_by}, with the sessions that a method marked, and what "
        "became of them.",
        **about,
    )
