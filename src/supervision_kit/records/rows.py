"""Layout and cells → rows: of which case, session and day each is, by whom and with which instrument."""

from __future__ import annotations

import numpy as np

from supervision_kit.records.body import Body
from supervision_kit.records.cells import Column, Rows, Sheet
from supervision_kit.records.contradictions import flag_contradictions
from supervision_kit.records.days import read_days
from supervision_kit.records.field_columns import (
    read_case_column,
    read_instrument_column,
    read_rater_column,
    read_session_column,
)
from supervision_kit.records.finding import Layout
from supervision_kit.records.problems import ProblemList
from supervision_kit.records.reshaping import leave_rows, spread_forms
from supervision_kit.records.unshapely import flag_long_rows, flag_swallowed_rows
from supervision_kit.records.wording import name_rows
from supervision_kit.words import say, say_number

_FILLED_DOWN = ("case_id", "therapist_id", "rater", "instrument", "session", "date")


def read_body(sheet: Sheet, layout: Layout, *, rater: str | None, day_first: bool | None) -> Body:
    """Return the rows of a sheet with case, session, therapist, date, rater and instrument read.

    Rows without any filled cell are no rows. What cannot be read is in the body's problems.
    """
    rows = np.flatnonzero(sheet.filled)
    rows = rows[(rows > layout.header) & ~layout.repeats[rows]]
    columns = tuple(column.take(rows) for column in _filled_down(sheet, layout))
    spread = spread_forms(columns, layout) if layout.by_form else leave_rows(columns, layout)
    numbers = sheet.number(rows)[spread.row]
    body = Body(sheet.source, spread, numbers, ProblemList(len(numbers)), list(layout.notes), sheet.row_word)
    _flag_faults(body, sheet, rows[spread.row])
    if sheet.delimiter:
        flag_long_rows(body)
        flag_swallowed_rows(body, sheet.delimiter)
    read_case_column(body)
    read_session_column(body)
    read_days(body, day_first=day_first)
    read_instrument_column(body)
    read_rater_column(body, rater)
    flag_contradictions(body)
    _note_rows_without_form(body)
    return body


def _note_rows_without_form(body: Body) -> None:
    without = np.flatnonzero(~body.spread.is_form & ~body.problems.bad)
    if len(without):
        body.notes.append(
            say(
                "{n} row(s) hold nothing rated, and count as kept without a form: {rows}.",
                n=say_number(len(without)),
                rows=name_rows(body.numbers[without]),
            )
        )


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
