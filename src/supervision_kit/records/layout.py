"""A sheet → its layout: which column holds which field, item or score, and what the file says besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Flags, Sheet
from supervision_kit.records.counters import ask_for_case
from supervision_kit.records.doubles import settle_doubles
from supervision_kit.records.finding import SESSIONS, WIDE, Finding, Layout
from supervision_kit.records.header import (
    LOOKED_FOR,
    column_name,
    count_recognised,
    find_header,
    find_repeats,
    first_rows,
    list_headings,
    name_columns,
    quote,
)
from supervision_kit.records.headings import (
    FieldRole,
    Role,
    rater_in,
    read_heading,
    read_heading_of,
    read_rater,
)
from supervision_kit.records.leftovers import take_leftovers
from supervision_kit.records.open_questions import refuse_open_questions
from supervision_kit.records.overlooked import (
    refuse_overlooked_ratings,
    refuse_overlooked_sessions,
    refuse_unsure_t_scores,
    say_dates,
)
from supervision_kit.records.redcap import SHAPE as REDCAP
from supervision_kit.records.redcap import take_redcap
from supervision_kit.records.rows import name_rows
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
from supervision_kit.records.vocabulary import FIELDS, MEANINGS, heading_key, squeeze

FEWEST_OF_A_TABLE = 3  # headings: the case, the session or day, and a rating
MOST_COMPARED = 50  # rows that could be headings
_FIELD_WORDS = {"case_id": "case", "therapist_id": "therapist"}


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
    _note_unused(finding)
    repeats = _note_repeats(finding)
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
        word = _FIELD_WORDS.get(name, name)
        if len(best) > 1 and name in ("case_id", "session"):
            names = quote([finding.headings[at] for at in best])
            raise RecordsError(
                f"{finding.sheet.source}: {names} could each be the {word} column. "
                f"Say which it is: columns={{“{finding.headings[best[0]]}”: “{name}”}}."
            )
        finding.fields[name] = best[0]
        for _, at in columns[1:]:
            finding.leave(at, f"“{finding.headings[best[0]]}” is read as the {word}")


def _check_complete(finding: Finding, shape: str) -> None:
    missing = [] if "case_id" in finding.fields else [MEANINGS["case_id"]]
    missing += [] if finding.has_sessions() else [MEANINGS["session"]]
    if shape == WIDE and not finding.slots:
        missing.append(MEANINGS["rating"])
    if missing:
        by_day = "" if finding.has_sessions() else say_dates(finding)
        one = len(missing) == 1 and missing != [MEANINGS["rating"]]
        raise finding.refuse(
            f"{' and '.join(missing)} {'was' if one else 'were'} not found.",
            f"{LOOKED_FOR} {by_day}{_suggest_instrument(finding)}Rename the headings, "
            "or say which is which: columns={“their name”: “ours”}.",
        )
    if not (finding.sheet.filled[finding.header.row + 1 :]).any():
        raise RecordsError(f"{finding.sheet.source} has headings and no row of ratings beneath them.")


def _suggest_instrument(finding: Finding) -> str:
    """Return which instrument= would make headings known that are not."""
    unknown = [heading for heading, role in zip(finding.headings, finding.roles, strict=True) if heading and not role]
    for heading in unknown:
        keys = [key for key in INSTRUMENTS if read_heading_of(heading, key)]
        names = ", ".join(INSTRUMENTS[key].short_title for key in keys)
        if len(keys) == 1:
            return f"If “{heading}” is of the {names}, pass instrument=“{keys[0]}”. "
        if keys:
            return f"“{heading}” could be of several forms ({names}): pass the right instrument=, {' or '.join(keys)}. "
    return ""


def _find_rater(finding: Finding, given: str | None) -> tuple[str | None, str]:
    """Return the rater that the caller, a title row or the whole name of the sheet or file says, and which of them."""
    sheet = finding.sheet
    titles = {rater for row in range(finding.header.top) for rater in _raters_of_title(sheet.row(row))}
    if given or len(titles) == 1:
        return given or titles.pop(), "" if given else "a row above the headings"
    for name, alone in ((sheet.name, read_rater(sheet.name)), (sheet.file_stem, None)):
        rater = rater_in(name) or (alone if len(name) > 1 else None)
        if rater:
            return rater, "the name of the sheet or file"
    return None, ""


def _raters_of_title(cells: Sequence[str]) -> set[str]:
    """Return the raters that a row above the headings speaks of: in a title, or as the only word of it."""
    filled = [cell for cell in cells if cell]
    alone = read_rater(filled[0]) if len(filled) == 1 and len(filled[0]) > 1 else None  # not “Therapist | NAME”
    return {rater for rater in (*map(rater_in, filled), alone) if rater}


def _note_repeats(finding: Finding) -> Flags:
    """Return the rows that say the headings again, which are no data, and say how many there are."""
    repeats = find_repeats(finding.sheet, finding.header)
    for row in _other_headings(finding, repeats):
        cells = zip(finding.headings, finding.sheet.row(row), strict=True)
        if not all(_mean_the_same(heading, cell) for heading, cell in cells if cell):
            raise finding.refuse(
                f"the headings of another table stand in row {finding.sheet.number(np.array([row]))[0]}.",
                "Put each table in a file or sheet of its own.",
            )
        repeats[row] = True
    if n_repeats := int(repeats.sum()):
        rows = name_rows(finding.sheet.number(np.flatnonzero(repeats)))
        finding.notes.append(f"{n_repeats:,} row(s) say the headings again, and are no data: {rows}.")
    return repeats


def _other_headings(finding: Finding, repeats: Flags) -> list[int]:
    """Return the rows beneath the headings that are headings too, in other words."""
    column = finding.sheet.columns[finding.fields["case_id"]]
    words = frozenset().union(*FIELDS["case_id"])
    likely = column.spread(np.array([squeeze(text) in words for text in column.texts], dtype=bool)) & ~repeats
    rows = [int(row) for row in np.flatnonzero(likely) if row > finding.header.row][:MOST_COMPARED]
    return [row for row in rows if count_recognised(finding.sheet.row(row), {}) >= FEWEST_OF_A_TABLE]


def _mean_the_same(heading: str, cell: str) -> bool:
    one, other = read_heading(heading), read_heading(cell)
    if isinstance(one, FieldRole) and isinstance(other, FieldRole):
        return one.field == other.field
    return one == other


def _note_unused(finding: Finding) -> None:
    used = {*finding.fields.values(), *(slot.position for slot in finding.slots)} | finding.explained
    unused = [at for at in range(len(finding.headings)) if at not in used]
    if named := {at: finding.headings[at] for at in unused if finding.headings[at]}:
        finding.notes.append(f"Not used: {name_columns(named)}.")
    beneath = slice(finding.header.row + 1, None)
    last = max(at for at, heading in enumerate(finding.headings) if heading)
    nameless = {
        at: ""
        for at in unused
        if not finding.headings[at] and not finding.sheet.columns[at].blank[beneath].all()
        if at < last or not finding.sheet.delimiter  # in a text, rows that reach beyond the headings are set aside
    }
    if nameless:
        finding.notes.append(f"Not used, for want of a heading: {name_columns(nameless)}.")
    if finding.header.top != finding.header.row:
        finding.notes.append(f"The headings in rows {finding.header.top + 1} and {finding.header.row + 1} were joined.")
    elif finding.header.row:
        finding.notes.append(f"The headings stand in row {finding.header.row + 1}.")


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
        raise RecordsError(f"columns=: there is no column {quote(missing)}. {found}".strip())
