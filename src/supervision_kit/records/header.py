"""The headings: in which row they stand, or in which two, and how to speak of a sheet in which there are none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Flags, Sheet, printable
from supervision_kit.records.dates import read_dates
from supervision_kit.records.headings import (
    FieldRole,
    ItemRole,
    Role,
    names_a_person,
    read_heading,
    read_rater,
)
from supervision_kit.records.session_columns import number_columns, read_mark
from supervision_kit.records.two_rows import Header, join_rows, tidy
from supervision_kit.records.vocabulary import HEADING_WORDS, MEANINGS, heading_key, words

ROWS_SEARCHED = 30
ROWS_COMPARED = 5  # beneath a row, to see whether it is one of headings
FEWEST_HEADINGS = 2
MOST_LISTED = 30
SHORTEST_WORD = 4  # letters; shorter ones are parts of names too
_DATA_LIKE = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}.*")
_TWO_CAPITALS = re.compile(r"(\w+\.? +)*[^\W\d_a-z][^\W\d_]+,? +[^\W\d_a-z][^\W\d_]+")
_WITH_INITIAL = re.compile(r"[^\W\d_a-z][^\W\d_]{2,},? [^\W\d_a-z]\.?|[^\W\d_a-z]\. ?[^\W\d_a-z][^\W\d_]+")
LOOKED_FOR = f"Looked for: {'; '.join(MEANINGS.values())}."


def count_recognised(row: Sequence[str], targets: Mapping[str, Role | None]) -> int:
    """Return how many cells of a row are headings that are known; a row with numbers or dates in it has none."""
    if _holds_data(row):
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
                f"{sheet.source}: the columns are headed by dates. Give each rating a row with the case and the date, "
                "or call the columns “Session 1”, “Session 2”, …."
            )
        what = f"{sheet.source}: no heading row for ratings was found."
        raise RecordsError(" ".join(filter(None, (what, found, LOOKED_FOR, "Put the headings above the ratings."))))
    for row in (best - 1, best):
        if joined := join_rows(sheet, row, targets):
            return joined
    return Header(best, best, tuple(tidy(cell) for cell in sheet.row(best)))


def _are_dates(cells: Sequence[str]) -> bool:
    """Return whether several cells are filled, and all of them are dates."""
    filled = np.array([cell for cell in cells if cell], dtype=object)
    return len(filled) >= FEWEST_HEADINGS and not read_dates(filled, day_first=True).unreadable.any()


def find_repeats(sheet: Sheet, header: Header) -> Flags:
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


def first_rows(sheet: Sheet) -> list[int]:
    """Return the rows, from 0, among which the headings are looked for."""
    return [row for row in range(min(sheet.n_rows, 4 * ROWS_SEARCHED)) if any(sheet.row(row))][:ROWS_SEARCHED]


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
            return f"Columns found: {name_columns({at: cell if cell in known else '' for at, cell in cells.items()})}."
        sure = len(known) >= FEWEST_HEADINGS
        over_data = {at for at in cells if all(_DATA_LIKE.fullmatch(each[at]) for each in beneath)}
        plain = {at for at, cell in cells.items() if sure or at in over_data or cell in known or cell[0].islower()}
        return f"Columns found: {name_columns({at: cell if at in plain else '' for at, cell in cells.items()})}."
    if not known:
        return ""
    n_others = len(cells) - len(known)
    others = f" and {n_others} other{'s' if n_others > 1 else ''} in row {row + 1}" if n_others else ""
    return f"Columns found: {quote(known)}{others}."


def _is_like_first_name(cell: str, targets: Mapping[str, Role | None]) -> bool:
    """Return whether a heading begins with a capital, and no word of it is one that headings have."""
    known = any(len(word) >= SHORTEST_WORD and word in HEADING_WORDS for word in words(cell))
    return cell[:1].isupper() and not cell.isupper() and not known and not is_known(cell, targets)


def _is_whole(known: Sequence[str], targets: Mapping[str, Role | None]) -> bool:
    """Return whether the known headings say case and session, so that the others are no cases."""
    roles = [targets.get(heading_key(cell)) or read_heading(cell) for cell in known]
    return {"case_id", "session"} <= {role.field for role in roles if isinstance(role, FieldRole)}


def name_columns(headings: Mapping[int, str]) -> str:
    """Return the headings by position in quotation marks; one that is empty or like a name is called by its column."""
    shown = [
        f"“{heading[:40]}”" if heading and not _is_like_a_name(heading) else column_name(at)
        for at, heading in headings.items()
    ]
    more = f" and {len(shown) - MOST_LISTED} more" if len(shown) > MOST_LISTED else ""
    return ", ".join(shown[:MOST_LISTED]) + more


def _is_like_a_name(heading: str) -> bool:
    """Return whether the heading could be a person's name: capitals, and no word that headings have."""
    return (
        (_TWO_CAPITALS.fullmatch(heading) or _WITH_INITIAL.fullmatch(heading)) is not None
        and not names_a_person(heading)
        and not any(len(word) >= SHORTEST_WORD and word in HEADING_WORDS for word in words(heading))
    )


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


def quote(headings: Sequence[str]) -> str:
    """Return the headings in quotation marks, the first of them where they are many."""
    shown = [f"“{printable(heading)[:40]}”" for heading in headings if heading][:MOST_LISTED]
    more = sum(1 for heading in headings if heading) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def column_name(position: int) -> str:
    """Return what the column at this position is called where it has no heading: ``column D``."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return f"column {letters}"
