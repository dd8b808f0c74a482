"""The headings: in which row they stand, or in which two, and how to speak of a sheet in which there are none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Sheet
from supervision_kit.records.dates import read_dates
from supervision_kit.records.field_words import MEANINGS, PERHAPS_SESSION
from supervision_kit.records.folding import heading_key
from supervision_kit.records.headings import names_a_person, read_heading
from supervision_kit.records.naming import read_rater
from supervision_kit.records.roles import FieldRole, ItemRole, Role
from supervision_kit.records.session_columns import has_bare_numbers, number_columns, read_mark
from supervision_kit.records.two_rows import Header, join_rows, tidy
from supervision_kit.records.wording import has_heading_word, name_columns, quote
from supervision_kit.words import say, say_n

ROWS_SEARCHED = 30
ROWS_COMPARED = 5  # beneath a row, to see whether it is one of headings
FEWEST_HEADINGS = 2
_DATA_LIKE = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}.*")


def say_looked_for() -> str:
    """Say which columns there have to be."""
    return say("Looked for: {columns}.", columns="; ".join(map(say, MEANINGS.values())))


def count_recognised(row: Sequence[str], targets: Mapping[str, Role | None]) -> int:
    """Return how many cells of a row are headings that are known.

    A row with numbers or dates in it has none, unless it names case and session.
    """
    if _holds_data(row) and not _is_whole(row, targets):
        return 0
    known = sum(1 for cell in row if cell.strip() and is_known(cell, targets))
    of_sessions = sum(1 for cell in row if cell.strip() and read_mark(cell) and not is_known(cell, targets))
    return known + (of_sessions if of_sessions > 1 else 0)


def is_known(cell: str, targets: Mapping[str, Role | None]) -> bool:
    """Return whether the cell is a heading that is known, by its words or by what the caller says of it."""
    return heading_key(cell) in targets or read_heading(cell.strip()) is not None


def _holds_data(row: Sequence[str]) -> bool:
    numbers = [cell.strip() for cell in row if _DATA_LIKE.fullmatch(cell.strip())]
    return bool(numbers) and numbers != [str(n) for n in range(1, len(numbers) + 1)]  # 1 2 3 …: headings of items


def find_header(sheet: Sheet, targets: Mapping[str, Role | None]) -> Header:
    """Return the row with the most known headings among the first rows, joined with the next where both hold them.

    Raises
    ------
    RecordsError
        No row is one of headings, or two are that make no whole.
    """
    if sheet.has_own_headings:
        return Header(0, 0, tuple(tidy(cell) for cell in sheet.row(0)))
    filled = first_rows(sheet)
    counts = {row: count_recognised(sheet.row(row), targets) for row in filled}
    best = max(counts, key=lambda row: counts[row], default=-1)
    if best < 0 or counts[best] < FEWEST_HEADINGS:  # perhaps the sessions are plain numbers
        best = next((row for row in filled if counts[row] and number_columns(sheet.row(row))), -1)
    if best < 0:
        at = next((row for row in filled if sum(map(bool, sheet.row(row))) >= FEWEST_HEADINGS), None)
        found = list_headings(sheet, at, targets) if at is not None else ""
        if at is not None and _are_dates(sheet.row(at)[1:]):
            raise RecordsError(
                say(
                    "{file}: the columns are headed by dates. Give each rating a row with the case and the date, or "
                    "call the columns “Session 1”, “Session 2”, ….",
                    file=sheet.source,
                )
            )
        what = say("{file}: no heading row for ratings was found.", file=sheet.source)
        raise RecordsError(" ".join(filter(None, (what, found, say_looked_for(), _what_to_do(sheet, at)))))
    for row in (best - 1, best):
        if joined := join_rows(sheet, row, targets):
            return joined
    return Header(best, best, tuple(tidy(cell) for cell in sheet.row(best)))


def _are_dates(cells: Sequence[str]) -> bool:
    """Return whether several cells are filled, and all of them are dates."""
    filled = np.array([cell for cell in cells if cell], dtype=object)
    return len(filled) >= FEWEST_HEADINGS and not read_dates(filled, day_first=True).unreadable.any()


def first_rows(sheet: Sheet) -> list[int]:
    """Return the rows, from 0, among which the headings are looked for."""
    return [row for row in range(min(sheet.n_rows, 4 * ROWS_SEARCHED)) if any(sheet.row(row))][:ROWS_SEARCHED]


def _what_to_do(sheet: Sheet, row: int | None) -> str:
    """Return what helps where this row, if any, looks most like one of headings."""
    if row is not None and has_bare_numbers(sheet.row(row)):
        return say(
            "In row {row} are plain numbers, with some left out: call them “Session 1” and so on if they are sessions; "
            "if they are items, “Item 1”, and add a session column.",
            row=row + 1,
        )
    return say("Put the headings above the ratings.")


def list_headings(sheet: Sheet, row: int, targets: Mapping[str, Role | None]) -> str:
    """Return the cells of a row for a message: those that are known words, and others only where they are headings.

    ``Client: | NAME`` above a table, or a first row of data without headings, must not put a name into a message. Over
    what looks like a table all cells are listed, but those like a name are called by their column.
    """
    cells = {at: tidy(cell) for at, cell in enumerate(sheet.row(row)) if cell}
    known = [cell for cell in cells.values() if is_known(cell, targets)]
    beneath = [each for at in range(row + 1, sheet.n_rows)[:ROWS_COMPARED] if any(each := sheet.row(at))]
    if _is_table(list(cells.values()), beneath):
        if any(_is_like_first_name(cell, targets) for cell in cells.values()) and not _is_whole(known, targets):
            return say(
                "Columns found: {columns}.",
                columns=name_columns({at: cell if cell in known else "" for at, cell in cells.items()}),
            )
        sure = len(known) >= FEWEST_HEADINGS
        over_data = {at for at in cells if all(_DATA_LIKE.fullmatch(each[at]) for each in beneath)}
        plain = {at for at, cell in cells.items() if sure or at in over_data or cell in known or cell[0].islower()}
        return say(
            "Columns found: {columns}.",
            columns=name_columns({at: cell if at in plain else "" for at, cell in cells.items()}),
        )
    if not known:
        return ""
    n_others = len(cells) - len(known)
    if not n_others:
        return say("Columns found: {columns}.", columns=quote(known))
    return say_n(
        "Columns found: {columns} and {n} other in row {row}.",
        "Columns found: {columns} and {n} others in row {row}.",
        n_others,
        columns=quote(known),
        row=row + 1,
    )


def _is_like_first_name(cell: str, targets: Mapping[str, Role | None]) -> bool:
    """Return whether a heading begins with a capital, and no word of it is one that headings have."""
    is_known_word = has_heading_word(cell) or is_known(cell, targets) or heading_key(cell) in PERHAPS_SESSION
    return cell[:1].isupper() and not cell.isupper() and not is_known_word


def _is_whole(row: Sequence[str], targets: Mapping[str, Role | None]) -> bool:
    """Return whether headings say case and session, so that the others are neither cases nor data."""
    roles = [targets.get(heading_key(cell)) or read_heading(cell.strip()) for cell in row if cell.strip()]
    return {"case_id", "session"} <= {role.field for role in roles if isinstance(role, FieldRole)}


def _is_table(cells: Sequence[str], beneath: Sequence[Sequence[str]]) -> bool:
    """Return whether the rows beneath hold data in as many columns as there are cells."""
    return (
        bool(beneath)
        and not _holds_data(cells)
        and all(sum(map(bool, each)) >= len(cells) - 1 for each in beneath)
        and all(any(map(_DATA_LIKE.fullmatch, each)) for each in beneath)
        and not any(map(_is_form, beneath))
    )


def _is_form(cells: Sequence[str]) -> bool:
    """Return whether a row has labels of what stands beside them; a table has raters, scales and one item in a row."""
    roles = [read_heading(cell) for cell in cells]
    fields = (cell for cell, role in zip(cells, roles, strict=True) if isinstance(role, FieldRole))
    n_items = sum(isinstance(role, ItemRole) for role in roles)
    return n_items > 1 or any(map(names_a_person, cells)) or any(read_rater(cell) is None for cell in fields)
