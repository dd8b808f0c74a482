"""Layout and cells → rows: of which case, session and day each is, by whom and with which instrument."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Column, Flags, Rows, Sheet, Texts
from supervision_kit.records.contradictions import flag_contradictions, read_instrument_besides
from supervision_kit.records.days import read_days
from supervision_kit.records.finding import Layout
from supervision_kit.records.headings import read_instrument, read_rater
from supervision_kit.records.no_answer import unanswered
from supervision_kit.records.problems import ProblemList
from supervision_kit.records.reshaping import Spread, leave_rows, spread_forms
from supervision_kit.records.unshapely import flag_long_rows, flag_swallowed_rows
from supervision_kit.records.values import LAST_SESSION, read_codes, read_sessions
from supervision_kit.records.vocabulary import EXTREMES, SUMMARIES, squeeze
from supervision_kit.tables import RATERS

Ints = npt.NDArray[np.int64]

MOST_RUNS = 20  # of rows, in one sentence
_FILLED_DOWN = ("case_id", "therapist_id", "rater", "instrument")
_N_EQUALS = re.compile(r"[nN]\s*=")


def instrument_keys() -> tuple[str, ...]:
    """Return the instruments by their codes in `Body.instrument`; those added later come behind."""
    return tuple(INSTRUMENTS)


@dataclass
class Body:
    """The filled rows beneath the headings, and what is known of each so far.

    Where a row holds several forms that stand for themselves, each of them is a row here: see `spread`.
    """

    source: str
    spread: Spread
    numbers: Ints
    problems: ProblemList
    notes: list[str]
    case: Texts = field(init=False)
    therapist: Texts = field(init=False)
    session: Ints = field(init=False)
    date: npt.NDArray[np.datetime64] = field(init=False)
    day_unclear: Flags = field(init=False)
    date_order: str = field(init=False, default="")
    is_summary: Flags = field(init=False)
    rater: Ints = field(init=False)
    instrument: Ints = field(init=False)

    @property
    def layout(self) -> Layout:
        """What stands where in the columns."""
        return self.spread.layout

    @property
    def columns(self) -> tuple[Column, ...]:
        """The cells."""
        return self.spread.columns

    @property
    def is_dated(self) -> bool:
        """Whether the rows have no session but their day."""
        return "session" not in self.layout.fields

    @property
    def n_rows(self) -> int:
        """Rows to be read, a row for each form that stands for itself."""
        return len(self.numbers)

    @property
    def sheet_numbers(self) -> Ints:
        """The number of each filled row of the sheet."""
        numbers = np.zeros(int(self.spread.row.max(initial=-1)) + 1, dtype=np.int64)
        numbers[self.spread.row] = self.numbers
        return numbers

    @property
    def set_aside(self) -> Flags:
        """Which filled rows of the sheet are set aside, in whole or in part."""
        return np.bincount(self.spread.row, weights=self.problems.bad) > 0

    def covers(self, position: int) -> Flags:
        """Return which rows have a cell of their own in this column of ratings."""
        return self.spread.covers.get(position, np.ones(self.n_rows, dtype=bool))

    def list_problems(self) -> pd.DataFrame:
        """Return the problems with rows numbered and columns named as in the sheet."""
        return self.problems.table(
            source=self.source, numbers=self.numbers, headings=self.layout.headings, origin=self.spread.origin
        )

    @property
    def form(self) -> Ints:
        """A number for each row, the same for rows of the same case and session."""
        case = pd.factorize(self.case)[0].astype(np.int64)
        return pd.factorize(case * (LAST_SESSION + 1) + self.session)[0].astype(np.int64)

    def column(self, name: str) -> tuple[int, Column | None]:
        """Return the position and the column of a field, (-1, None) where the sheet has none."""
        position = self.layout.fields.get(name, -1)
        return position, self.columns[position] if position >= 0 else None


def read_body(sheet: Sheet, layout: Layout, *, rater: str | None, day_first: bool | None) -> Body:
    """Return the rows of a sheet with case, session, therapist, date, rater and instrument read.

    Rows without any filled cell are no rows. What cannot be read is in the body's problems.
    """
    rows = np.flatnonzero(sheet.filled)
    rows = rows[(rows > layout.header) & ~layout.repeats[rows]]
    columns = tuple(column.take(rows) for column in _filled_down(sheet, layout))
    spread = spread_forms(columns, layout) if layout.by_form else leave_rows(columns, layout)
    numbers = sheet.number(rows)[spread.row]
    body = Body(sheet.source, spread, numbers, ProblemList(len(numbers)), list(layout.notes))
    _flag_faults(body, sheet, rows[spread.row])
    if sheet.delimiter:
        flag_long_rows(body)
        flag_swallowed_rows(body, sheet.delimiter)
    _read_case(body)
    _read_session(body)
    read_days(body, day_first=day_first)
    _read_instrument(body)
    _read_rater(body, rater)
    flag_contradictions(body)
    _note_rows_without_form(body)
    return body


def _note_rows_without_form(body: Body) -> None:
    without = np.flatnonzero(~body.spread.is_form & ~body.problems.bad)
    if len(without):
        body.notes.append(
            f"{len(without):,} row(s) hold nothing rated, and count as kept without a form: "
            f"{name_rows(body.numbers[without])}."
        )


def name_rows(numbers: Ints) -> str:
    """Return the rows for a sentence, those that follow each other as ``2 to 9``, or the first of many."""
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1)
    named = [f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    more = [f"{len(named) - MOST_RUNS} more"] if len(named) > MOST_RUNS else []
    return f"row {', '.join([*named[:MOST_RUNS], *more])}"


def _filled_down(sheet: Sheet, layout: Layout) -> list[Column]:
    """Return the columns with merged cells filled down where they say of whom or of what the rows are."""
    columns = list(sheet.columns)
    for name in _FILLED_DOWN:
        if name in layout.fields:
            position = layout.fields[name]
            columns[position] = sheet.filled_down(position, beneath=layout.header)
    return columns


def _flag_faults(body: Body, sheet: Sheet, rows: Rows) -> None:
    """Set aside the rows that were found faulty before their cells were read."""
    alike: dict[tuple[str, str, str], list[int]] = {}
    for fault in sheet.faults:
        alike.setdefault((fault.heading, fault.rule, fault.message), []).append(fault.row)
    for (heading, rule, message), faulty in alike.items():
        position = body.layout.headings.index(heading) if heading in body.layout.headings else -1
        body.problems.flag(
            np.isin(rows, faulty),
            position=position,
            column=body.columns[position] if position >= 0 else None,
            rule=rule,
            message=message,
        )


def _read_case(body: Body) -> None:
    position, column = body.column("case_id")
    if column is None:
        raise RecordsError(f"{body.source}: there is no case column.")
    codes = read_codes(column)
    body.case = column.spread(codes)
    if len(pd.unique(codes)) < len(codes):
        heading = body.layout.headings[position]
        body.notes.append(f"“{heading}”: codes that differ only by stray spaces or unseen marks were read as the same.")
    body.problems.flag(
        pd.isna(body.case),
        position=position,
        column=column,
        rule="case_missing",
        message="The cell that says which case it is has no code in it.",
    )
    body.is_summary = column.spread(_sums_up(column.texts))
    body.problems.flag(
        body.is_summary,
        position=position,
        column=column,
        rule="summary_row",
        message="The row sums up others and is of no case.",
    )
    _, column = body.column("therapist_id")
    body.therapist = column.spread(read_codes(column)) if column else np.full(body.n_rows, None, dtype=object)


def _sums_up(texts: Texts) -> Flags:
    """Return which cells of the case column say that the row is a total, a mean or the like."""
    names = [squeeze(text) for text in texts]
    found = np.array(
        [name in SUMMARIES or bool(_N_EQUALS.match(text)) for name, text in zip(names, texts, strict=True)], dtype=bool
    )
    return found | np.array([name in EXTREMES for name in names], dtype=bool) if found.any() else found


def _read_session(body: Body) -> None:
    position, column = body.column("session")
    if column is None:
        body.session = np.zeros(body.n_rows, dtype=np.int64)
        return
    none = column.spread(unanswered(column.texts)) & body.spread.is_form
    body.session = column.spread(read_sessions(column.texts))
    wanted = f"A session is a whole number from 1 to {LAST_SESSION:,}."
    body.problems.flag(none, position=position, column=column, rule="session_missing", message=wanted)
    body.problems.flag(
        body.spread.is_form & ~none & (body.session == 0),
        position=position,
        column=column,
        rule="session_not_a_number",
        message=wanted,
    )


def _read_instrument(body: Body) -> None:
    position, column = body.column("instrument")
    default = instrument_keys().index(body.layout.instrument) if body.layout.instrument else -1
    body.instrument = np.full(body.n_rows, default)
    body.rater = np.full(body.n_rows, -1)
    if column is None:
        return
    none, keys = unanswered(column.texts), instrument_keys()
    by_headings = bool(body.layout.slots) and all(slot.instrument for slot in body.layout.slots)
    found = [(read_instrument_besides if by_headings else read_instrument)(text) for text in column.texts]
    codes = np.array([keys.index(each[0]) if each else -1 for each in found], dtype=np.int64)
    named = np.array([RATERS.index(each[1]) if each and each[1] else -1 for each in found], dtype=np.int64)
    codes[none] = default
    body.instrument, body.rater = column.spread(codes), column.spread(named)
    known = f"Known instruments: {', '.join(sorted(INSTRUMENTS))}."
    missing = column.spread(none & (codes < 0) & (not by_headings))
    body.problems.flag(
        missing, position=position, column=column, rule="instrument_missing", message=f"No instrument is named. {known}"
    )
    unknown = ~none & (codes < 0)
    body.problems.flag(
        column.spread(unknown),
        position=position,
        column=column,
        rule="instrument_unknown",
        message=known,
        suggestion=column.spread(suggest(column.texts, unknown, _instrument_names())),
    )


def _read_rater(body: Body, given: str | None) -> None:
    """Read the rater column, else what the instrument's cell, the caller, the sheet's or the file's name say."""
    position, column = body.column("rater")
    instrument = body.layout.instrument
    usual = (instrument and INSTRUMENTS[instrument].sole_rater) or "client"
    default = RATERS.index(given or body.layout.rater or usual)
    if column is not None:
        none = unanswered(column.texts)
        codes = np.array([RATERS.index(read_rater(text) or "client") for text in column.texts], dtype=np.int64)
        unknown = np.array([read_rater(text) is None for text in column.texts], dtype=bool) & ~none
        wanted = f"The rater is one of {', '.join(RATERS)}."
        if given is None:
            body.problems.flag(
                column.spread(none), position=position, column=column, rule="rater_missing", message=wanted
            )
        body.problems.flag(
            column.spread(unknown), position=position, column=column, rule="rater_unknown", message=wanted
        )
        codes[none] = default
        body.rater = column.spread(codes)
        return
    unsaid = body.rater < 0
    body.rater[unsaid] = default
    if given is None and unsaid.any() and not (body.layout.slots and all(slot.rater for slot in body.layout.slots)):
        reason = f", as {body.layout.rater_from} says" if given is None and body.layout.rater_from else ""
        body.notes.append(f"No rater column: read as the {RATERS[default]}’s ratings{reason}.")


def _instrument_names() -> dict[str, str]:
    """Return the names to suggest for an unknown one, folded → key."""
    names = {key: key for key in INSTRUMENTS}
    return names | {instrument.short_title.casefold(): key for key, instrument in INSTRUMENTS.items()}


def suggest(texts: Texts, which: Flags, known: dict[str, str]) -> Texts:
    """Return for each text a question with the nearest known names, empty where none is near."""
    suggestions = np.full(len(texts), "", dtype=object)
    for at in np.flatnonzero(which)[:200]:  # a column of free text need not be compared to its end
        near = dict.fromkeys(known[name] for name in get_close_matches(str(texts[at]).casefold()[:60], known, n=3))
        if near:
            suggestions[at] = f"Did you mean {' or '.join(near)}?"
    return suggestions
