"""A sheet → its layout: which column holds which field, item or score, and what the file says besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Sheet
from supervision_kit.records.counters import ask_for_case
from supervision_kit.records.doubles import settle_doubles
from supervision_kit.records.field_words import MEANINGS
from supervision_kit.records.finding import SESSIONS, WIDE, Finding, Layout
from supervision_kit.records.folding import heading_key
from supervision_kit.records.header import count_recognised, find_header, first_rows, list_headings, say_looked_for
from supervision_kit.records.headings import read_heading_of
from supervision_kit.records.leftovers import take_leftovers
from supervision_kit.records.naming import rater_in, read_rater
from supervision_kit.records.open_questions import refuse_open_questions
from supervision_kit.records.overlooked import (
    refuse_overlooked_ratings,
    refuse_overlooked_sessions,
    refuse_unsure_t_scores,
    say_dates,
)
from supervision_kit.records.redcap import SHAPE as REDCAP
from supervision_kit.records.redcap import take_redcap
from supervision_kit.records.repeats import find_repeats
from supervision_kit.records.roles import FieldRole, Role
from supervision_kit.records.session_columns import set_sessionless_aside, take_session_columns
from supervision_kit.records.slots import (
    find_instrument,
    settle_instruments,
    settle_repeats,
    settle_short,
    take_numbered,
    take_slots,
)
from supervision_kit.records.targets import Said
from supervision_kit.records.two_rows import role_of
from supervision_kit.records.unused import note_unused, suggest_instrument, suggest_names
from supervision_kit.records.wording import column_name, quote
from supervision_kit.words import later, say

_FIELD_WORDS = {
    "case_id": later("case"),
    "therapist_id": later("therapist"),
    "session": later("session"),
    "date": later("date"),
    "rater": later("rater"),
    "instrument": later("instrument"),
}


def find_layout(sheet: Sheet, *, said: Said, note: str = "") -> Layout:
    """Return where the sheet holds what; `note` is said of it besides what is found.

    Raises
    ------
    RecordsError
        There is no heading row, no case or session column, or nothing rated; two columns claim to be the same; or the
        instrument is not said. It lists the columns found and what was looked for.
    """
    targets = said.targets
    header = find_header(sheet, targets)
    headings = tuple(
        heading or (column_name(at) if heading_key(column_name(at)) in targets else "")
        for at, heading in enumerate(header.headings)
    )
    finding = Finding(sheet, header, headings, [said_role(heading, said) for heading in headings], targets)
    finding.notes += [note] if note else []
    take_redcap(finding)
    take_session_columns(finding, said.instrument)
    settle_repeats(finding)
    settle_short(finding)
    _take_fields(finding)
    take_leftovers(finding, said.instrument)
    ask_for_case(finding)
    shape = take_slots(finding)
    default = find_instrument(finding, said.instrument)
    take_numbered(finding, shape, default)
    _check_complete(finding, shape)
    settle_instruments(finding, shape, default)
    settle_doubles(finding)
    set_sessionless_aside(finding)
    refuse_unsure_t_scores(finding)
    refuse_overlooked_ratings(finding)
    refuse_overlooked_sessions(finding)
    refuse_open_questions(finding)
    by_session = any(slot.session for slot in finding.slots)
    note_unused(finding)
    repeats = find_repeats(finding)
    return Layout(
        header.row,
        tuple(range(header.top, header.row + 1)),
        max(at for at, heading in enumerate(headings) if heading) + 1,
        tuple(heading or column_name(at) for at, heading in enumerate(headings)),
        REDCAP if finding.redcap and shape == WIDE else SESSIONS if by_session else shape,
        finding.fields,
        tuple(finding.slots),
        default,
        *_find_rater(finding, said.rater),
        tuple(finding.notes),
        repeats,
        by_session or finding.redcap is not None,
        finding.session_dates,
        finding.redcap,
    )


def said_role(heading: str, said: Said) -> Role | None:
    """Return the role of a heading, of ``WAI_1`` too where the caller says which of the family it is."""
    role = role_of(heading, said.targets) if heading else None
    if role is not None or said.instrument is None or heading_key(heading) in said.targets:
        return role
    return read_heading_of(heading, said.instrument)


def _take_fields(finding: Finding) -> None:
    claims: dict[str, list[tuple[int, int]]] = {}
    for at, role in enumerate(finding.roles):
        if isinstance(role, FieldRole):
            claims.setdefault(role.field, []).append((role.rank, at))
    for name, columns in claims.items():
        columns.sort()
        best = [at for rank, at in columns if rank == columns[0][0]]
        word = say(_FIELD_WORDS.get(name, name))
        if len(best) > 1 and name in ("case_id", "session"):
            names = quote([finding.headings[at] for at in best])
            raise RecordsError(
                say(
                    "{file}: {names} could each be the {word} column. Say which it is: columns={{“{heading}”: "
                    "“{name}”}}.",
                    file=finding.sheet.source,
                    names=names,
                    word=word,
                    heading=finding.headings[best[0]],
                    name=name,
                )
            )
        finding.fields[name] = best[0]
        for _, at in columns[1:]:
            finding.leave(at, say("“{heading}” is read as the {word}", heading=finding.headings[best[0]], word=word))


def _check_complete(finding: Finding, shape: str) -> None:
    missing = [] if "case_id" in finding.fields else [MEANINGS["case_id"]]
    missing += [] if finding.has_sessions() else [MEANINGS["session"]]
    if shape == WIDE and not finding.slots:
        missing.append(MEANINGS["rating"])
    if missing:
        by_day = "" if finding.has_sessions() else say_dates(finding)
        unrated = MEANINGS["rating"] in missing
        one, said = len(missing) == 1 and not unrated, say(" and ").join(map(say, missing))
        hint = suggest_instrument(finding) or suggest_names(finding, nothing_rated=unrated)
        raise finding.refuse(
            say("{columns} was not found.", columns=said) if one else say("{columns} were not found.", columns=said),
            f"{say_looked_for()} {by_day}{hint}".strip(),
            say("Rename the headings, or say which is which: columns={“their name”: “ours”}."),
        )
    if not (finding.sheet.filled[finding.header.row + 1 :]).any():
        raise RecordsError(say("{file} has headings and no row of ratings beneath them.", file=finding.sheet.source))


def _find_rater(finding: Finding, given: str | None) -> tuple[str | None, str]:
    """Return the rater that the caller, a title row or the whole name of the sheet or file says, and which of them."""
    sheet = finding.sheet
    titles = {rater for row in range(finding.header.top) for rater in _raters_of_title(sheet.row(row))}
    if given or len(titles) == 1:
        return given or titles.pop(), "" if given else say("a row above the headings")
    for name, alone in ((sheet.name, read_rater(sheet.name)), (sheet.file_stem, None)):
        rater = rater_in(name) or (alone if len(name) > 1 else None)
        if rater:
            return rater, say("the name of the sheet or file")
    return None, ""


def _raters_of_title(cells: Sequence[str]) -> set[str]:
    """Return the raters that a row above the headings speaks of: in a title, or as the only word of it."""
    filled = [cell for cell in cells if cell]
    alone = read_rater(filled[0]) if len(filled) == 1 and len(filled[0]) > 1 else None  # not “Therapist | NAME”
    return {rater for rater in (*map(rater_in, filled), alone) if rater}


def check_found(targets: Mapping[str, Role | None], sheets: Sequence[Sheet], *, theirs: Mapping[str, str]) -> None:
    """Refuse a name in ``columns=`` that no sheet has.

    Raises
    ------
    RecordsError
        Names what is missing and lists the columns there are.
    """
    there = {heading_key(cell) for sheet in sheets for row in first_rows(sheet) for cell in sheet.row(row)}
    there |= {heading_key(column_name(at)) for sheet in sheets for at in range(len(sheet.columns))}
    missing = [name for name in theirs if heading_key(name) not in there]
    if missing:
        rows = [(sheet, row) for sheet in sheets for row in first_rows(sheet)]
        sheet, row = max(rows, key=lambda each: count_recognised(each[0].row(each[1]), targets))
        found = list_headings(sheet, row, targets)
        raise RecordsError(
            say("columns=: there is no column {names}. {found}", names=quote(missing), found=found).strip()
        )
