"""Rows beneath the headings that say them again, as printed pages do, and are no data."""

from __future__ import annotations

import numpy as np

from supervision_kit.records.cells import Flags, Sheet
from supervision_kit.records.field_words import FIELDS
from supervision_kit.records.finding import Finding
from supervision_kit.records.folding import squeeze
from supervision_kit.records.header import count_recognised
from supervision_kit.records.headings import read_heading
from supervision_kit.records.roles import FieldRole
from supervision_kit.records.two_rows import Header
from supervision_kit.records.wording import name_rows
from supervision_kit.words import say, say_number

FEWEST_OF_A_TABLE = 3  # headings: the case, the session or day, and a rating
MOST_COMPARED = 50  # rows that could be headings


def find_repeats(finding: Finding) -> Flags:
    """Return the rows that say the headings again, which are no data, and say how many there are."""
    repeats = _repeated(finding.sheet, finding.header)
    for row in _other_headings(finding, repeats):
        cells = zip(finding.headings, finding.sheet.row(row), strict=True)
        if not all(_mean_the_same(heading, cell) for heading, cell in cells if cell):
            raise finding.refuse(
                say("the headings of another table stand in row {row}.", row=finding.sheet.number(np.array([row]))[0]),
                say("Put each table in a file or sheet of its own."),
            )
        repeats[row] = True
    if n_repeats := int(repeats.sum()):
        rows = name_rows(finding.sheet.number(np.flatnonzero(repeats)))
        finding.notes.append(
            say("{n} row(s) say the headings again, and are no data: {rows}.", n=say_number(n_repeats), rows=rows)
        )
    return repeats


def _repeated(sheet: Sheet, header: Header) -> Flags:
    """Return which rows beneath the headings repeat them cell by cell, as printed pages do."""
    again = [_says_again(sheet, row, after=header.row) for row in range(header.top, header.row + 1)]
    repeats = again[0].copy()
    for lower in again[1:]:  # only beneath the upper one: a lower row alone could be data
        repeats[1:] |= lower[1:] & again[0][:-1]
    return repeats


def _says_again(sheet: Sheet, row: int, *, after: int) -> Flags:
    same = np.ones(sheet.n_rows, dtype=bool)
    for column, cell in zip(sheet.columns, sheet.row(row), strict=True):
        same &= column.spread(column.texts == cell)
    same[: after + 1] = False
    return same


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
