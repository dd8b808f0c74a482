"""The sheets of an agenda: one for each supervisee, whatever the file that they become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from supervision_kit import charts
from supervision_kit.agenda.blocks import Block, Heading, NewPage, Paragraph, Picture, Points, RoomToWrite
from supervision_kit.agenda.naming import Names
from supervision_kit.agenda.questions import is_own_question
from supervision_kit.charts.picture import draw_picture
from supervision_kit.headline import find_therapist_headline, tell_rated
from supervision_kit.instruments import rates_alliance
from supervision_kit.words import say, say_day

CHART_WIDTH, CHART_HEIGHT = 470, 84  # px
WIDE, SMALL = 12.0, 9.0  # of a chart on paper, in cm
ROOMY_CASES = 1  # on a sheet; with more, charts are small and there is a line to write on instead of two
LINES = 2  # to write on, beneath a question and for what is agreed


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What the line makes of the ratings; see :mod:`supervision_kit.tables`. `falls` are repairs."""

    scores: pd.DataFrame
    marks: pd.DataFrame
    falls: pd.DataFrame
    caseload: pd.DataFrame
    rebases: pd.DataFrame


def compose_sheets(
    tables: Tables, agenda: pd.DataFrame, decisions: pd.DataFrame, *, names: Names, with_notes: bool
) -> Iterator[Block]:
    """Give the blocks of all sheets.

    Parameters
    ----------
    tables
        Of the whole caseload.
    agenda
        The items in order, with their ``therapist_id`` (empty where none is known).
    decisions
        The open ones, with ``therapist_id`` and ``said``: what the ratings did since.
    names
        What cases are called, and the sheets.
    with_notes
        Whether what somebody wrote stands on them: questions of one's own, decisions.
    """
    on_paper = pd.concat([agenda[["case_id", "therapist_id"]], decisions[["case_id", "therapist_id"]]])
    for at, (therapist, heading) in enumerate(sorted(_sheets(on_paper, names), key=lambda sheet: sheet[1])):
        if at:
            yield NewPage()
        yield Heading(heading, 1)
        yield Paragraph(_about(names, with_notes=with_notes), is_quiet=True)
        cases = on_paper.loc[on_paper["therapist_id"] == therapist, "case_id"].unique()
        is_tight = len(cases) > ROOMY_CASES
        for case in cases:
            yield from _compose_case(
                case,
                tables,
                agenda[agenda["case_id"] == case],
                decisions[decisions["case_id"] == case],
                names=names,
                with_notes=with_notes,
                is_tight=is_tight,
            )
        yield Paragraph(
            say(
                "Ratings go up and down by themselves: what changed after something was agreed has not always changed "
                "by it. Nothing marked is not to say that nothing happened."
            ),
            is_quiet=True,
        )


def _sheets(on_paper: pd.DataFrame, names: Names) -> Iterator[tuple[str, str]]:
    for therapist in on_paper["therapist_id"].unique():
        yield therapist, names.sheets[therapist]


def _about(names: Names, *, with_notes: bool) -> str:
    """Say what kind of paper this is."""
    if not names.is_coded:
        return say("Supervision agenda. It names the cases as the clinic does: keep it as you keep their files.")
    if with_notes:
        return say(
            "Supervision agenda, coded, with what was written: look that no text names anybody. Coded is not "
            "anonymous: keep it as you keep the files."
        )
    return say(
        "Supervision agenda, coded: the key to the codes is in the workspace alone; dates and what was written are "
        "left out. Coded is not anonymous: keep it as you keep the files."
    )


def _compose_case(
    case_id: str,
    tables: Tables,
    agenda: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    names: Names,
    with_notes: bool,
    is_tight: bool,
) -> Iterator[Block]:
    lines = 1 if is_tight else LINES
    name = names.cases[case_id]
    of_case = tables.caseload[tables.caseload["case_id"] == case_id]
    scores = tables.scores[tables.scores["case_id"] == case_id]
    n_by_therapist = int(find_therapist_headline(scores)["score"].count())
    yield Heading(say("Case {name}", name=name), 2)
    for case in of_case.to_dict("records"):
        yield Paragraph(f"{tell_rated(case['n_sessions'], n_by_therapist)}.")
        if case["reasons"]:
            yield Points(tuple((reason, ()) for reason in case["reasons"]))
    yield from _draw(case_id, name, tables, width=SMALL if is_tight else WIDE)
    if len(agenda):
        yield Heading(say("Questions"), 3)
    for question in agenda["text"]:
        own = is_own_question(question)
        yield Paragraph(say("A question, its words left out here.") if own and not with_notes else question)
        yield RoomToWrite(lines)
    if len(decisions):
        yield Heading(say("What became of what we agreed"), 3)
        yield Points(
            tuple((_decision(one, names, with_notes=with_notes), one["said"]) for one in decisions.to_dict("records"))
        )
    yield Heading(say("What we agree"), 3)
    yield RoomToWrite(lines)


def _decision(decision: Mapping[Any, Any], names: Names, *, with_notes: bool) -> str:
    text = decision["text"] if with_notes else say("A decision, its words left out here.")
    session = decision["session"]
    after = say("At an unknown session") if pd.isna(session) else say("After session {session}", session=session)
    return f"{after}: {text}" if names.is_coded else f"{after} ({say_day(decision['at'].date())}): {text}"


def _draw(case_id: str, name: str, tables: Tables, *, width: float) -> Iterator[Block]:
    """Draw the case's alliance under the name that it has on the paper; nothing where it was not rated."""
    marks, falls, scores = (
        table[table["case_id"] == case_id].assign(case_id=name) for table in (tables.marks, tables.falls, tables.scores)
    )
    is_alliance = marks["instrument"].map(rates_alliance).astype(bool)
    if not (is_alliance & marks["rater"].eq("client") & marks["score"].notna()).any():
        return
    alliance = scores[scores["instrument"].map(rates_alliance).astype(bool)]
    chart = charts.trajectory(marks, falls, case_id=name, scores=alliance, width=CHART_WIDTH, height=CHART_HEIGHT)
    yield Picture(draw_picture(chart), chart.datasets["frame"][0]["says"], width)
