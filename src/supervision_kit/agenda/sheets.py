"""The sheets of an agenda: one for each supervisee, whatever the file that they become."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import pandas as pd

from supervision_kit import charts
from supervision_kit.agenda.blocks import Beside, Block, Heading, Look, Paragraph, Picture, Points, RoomToWrite, Sheet
from supervision_kit.agenda.naming import Names
from supervision_kit.agenda.questions import is_own_question
from supervision_kit.charts.picture import draw_picture
from supervision_kit.headline import find_therapist_headline, tell_rated
from supervision_kit.instruments import rates_alliance
from supervision_kit.words import say, say_day, say_n

CHART, SMALL_CHART = (470, 84), (300, 46)  # width and height, in px


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
) -> Iterator[Sheet]:
    """Give the sheets, each of which can be composed in any look.

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
    draw = cache(partial(_draw, tables=tables))
    for therapist, heading in sorted(_sheets(on_paper, names), key=lambda sheet: sheet[1]):
        cases = on_paper.loc[on_paper["therapist_id"] == therapist, "case_id"].unique()
        said = [
            _Case(
                case_id=case,
                tables=tables,
                agenda=agenda[agenda["case_id"] == case],
                decisions=decisions[decisions["case_id"] == case],
                names=names,
                with_notes=with_notes,
                draw=draw,
            )
            for case in cases
        ]
        yield Sheet(len(said), partial(_compose_sheet, heading, _about(names, with_notes=with_notes), said))


def _compose_sheet(heading: str, about: str, cases: Sequence[_Case], look: Look, goes_on: bool) -> list[Block]:  # noqa: FBT001 - as Sheet has it
    longer = say("More stands here than one page holds: it goes on overleaf.")
    signs = say("In the pictures: a triangle with R is a marked session, a hollow circle one that cannot be judged.")
    care = say(
        "Ratings go up and down by themselves: what changed after something was agreed has not always changed "
        "by it. Nothing marked is not to say that nothing happened."
    )
    return [
        Heading(heading, 1),
        Paragraph(f"{about} {longer}" if goes_on else about, is_quiet=True),
        *(block for case in cases for block in _compose_case(case, look)),
        Paragraph(f"{signs} {care}" if look.is_beside else care, is_quiet=True),
    ]


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


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A case on a sheet: what is known of it, and what is to be said of it."""

    case_id: str
    tables: Tables
    agenda: pd.DataFrame
    decisions: pd.DataFrame
    names: Names
    with_notes: bool
    draw: Callable[..., tuple[bytes, str] | None]

    @property
    def name(self) -> str:
        """What it is called on this paper."""
        return self.names.cases[self.case_id]

    @property
    def rated(self) -> str:
        """Who rated how often; empty where nobody did."""
        scores = self.tables.scores[self.tables.scores["case_id"] == self.case_id]
        n_by_therapist = int(find_therapist_headline(scores)["score"].count())
        return " ".join(f"{tell_rated(row['n_sessions'], n_by_therapist)}." for row in self._row)

    @property
    def reasons(self) -> list[str]:
        """Why it needs a word."""
        return [reason for row in self._row for reason in row["reasons"]]

    @property
    def _row(self) -> list[dict[Any, Any]]:
        return self.tables.caseload[self.tables.caseload["case_id"] == self.case_id].to_dict("records")

    @property
    def questions(self) -> list[str]:
        """The questions, without those in somebody's own words where these are left out."""
        left_out = say("A question, its words left out here.")
        return [left_out if is_own_question(text) and not self.with_notes else text for text in self.agenda["text"]]

    @property
    def agreed(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """After which session what was agreed, and what became of it."""
        return [
            (_after(one, is_coded=self.names.is_coded), _words(one, with_notes=self.with_notes), one["said"])
            for one in self.decisions.to_dict("records")
        ]


def _compose_case(case: _Case, look: Look) -> list[Block]:
    heading = Heading(say("Case {name}", name=case.name), 2, case.rated)
    shown = [*_reasons(case, look), *_picture(case, look)]
    if not look.is_beside:
        return [heading, *shown, *_talk(case, look)]
    return [Beside(heading, tuple(reversed(shown)), tuple(_talk_beside(case)))]


def _reasons(case: _Case, look: Look) -> Iterator[Block]:
    told, rest = case.reasons[: look.n_reasons], case.reasons[look.n_reasons :]
    if rest:
        told = [*told, say_n("{n} more reason: see the caseload.", "{n} more reasons: see the caseload.", len(rest))]
    if told:
        yield Points(tuple((reason, ()) for reason in told))


def _picture(case: _Case, look: Look) -> Iterator[Block]:
    if drawn := case.draw(case.case_id, case.name, is_small=look.is_beside):
        yield Picture(*drawn, look.picture)


def _talk(case: _Case, look: Look) -> Iterator[Block]:
    """Give what is asked and agreed, under headings."""
    if case.questions:
        yield Heading(say("Questions"), 3)
    for question in case.questions:
        yield Paragraph(question)
        yield RoomToWrite(look.lines)
    if case.agreed:
        yield Heading(say("What became of what we agreed"), 3)
        yield Points(tuple((f"{after}: {text}", said) for after, text, said in case.agreed))
    yield Heading(say("What we agree"), 3)
    yield RoomToWrite(look.lines)


def _talk_beside(case: _Case) -> Iterator[Block]:
    """Give what is asked and agreed in a column."""
    for question in case.questions:
        yield Paragraph(question, lead=say("Question:"))
    for after, text, said in case.agreed:
        yield Paragraph(text, lead=f"{after}:")
        if said:
            yield Points(tuple((one, ()) for one in said))
    yield RoomToWrite(1, lead=say("What we agree:"))


def _after(decision: Mapping[Any, Any], *, is_coded: bool) -> str:
    session = decision["session"]
    after = say("At an unknown session") if pd.isna(session) else say("After session {session}", session=session)
    return after if is_coded else f"{after} ({say_day(decision['at'].date())})"


def _words(decision: Mapping[Any, Any], *, with_notes: bool) -> str:
    return str(decision["text"]) if with_notes else say("A decision, its words left out here.")


def _draw(case_id: str, name: str, *, tables: Tables, is_small: bool) -> tuple[bytes, str] | None:
    """Draw the case's alliance under the name that it has on the paper, with its words; nothing where not rated."""
    marks, falls, scores = (
        table[table["case_id"] == case_id].assign(case_id=name) for table in (tables.marks, tables.falls, tables.scores)
    )
    is_alliance = marks["instrument"].map(rates_alliance).astype(bool)
    if not (is_alliance & marks["rater"].eq("client") & marks["score"].notna()).any():
        return None
    alliance = scores[scores["instrument"].map(rates_alliance).astype(bool)]
    width, height = SMALL_CHART if is_small else CHART
    chart = charts.trajectory(
        marks, falls, case_id=name, scores=alliance, width=width, height=height, is_small=is_small
    )
    return draw_picture(chart), chart.datasets["frame"][0]["says"]
