"""The heading row: where it stands, and how to speak of a sheet in which there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Sheet
from supervision_kit.records.headings import Role, read_heading
from supervision_kit.records.vocabulary import MEANINGS, heading_key

ROWS_SEARCHED = 30
FEWEST_HEADINGS = 2
MOST_LISTED = 30
_DATA_LIKE = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}.*")
LOOKED_FOR = f"Looked for: {'; '.join(MEANINGS.values())}."


def role_of(heading: str, targets: Mapping[str, Role | None]) -> Role | None:
    """Return what the caller says of the heading or, where nothing, what its words say."""
    key = heading_key(heading)
    return targets[key] if key in targets else read_heading(heading)


def count_recognised(row: Sequence[str], targets: Mapping[str, Role | None]) -> int:
    """Return how many cells of a row are headings that are known; a row with numbers or dates in it has none."""
    return 0 if _holds_data(row) else sum(1 for cell in row if cell.strip() and _is_known(cell, targets))


def _is_known(cell: str, targets: Mapping[str, Role | None]) -> bool:
    return heading_key(cell) in targets or read_heading(cell.strip()) is not None


def _holds_data(row: Sequence[str]) -> bool:
    numbers = [cell.strip() for cell in row if _DATA_LIKE.fullmatch(cell.strip())]
    return bool(numbers) and numbers != [str(n) for n in range(1, len(numbers) + 1)]  # 1 2 3 …: headings of items


def find_header(sheet: Sheet, targets: Mapping[str, Role | None]) -> int:
    """Return the row, counted from 0, with the most known headings among the first rows.

    Raises
    ------
    RecordsError
        No row is one of headings. The cells of the row that comes nearest are listed only where the rows beneath show
        that it is one of headings: they could be people's names.
    """
    filled = [row for row in range(min(sheet.n_rows, 4 * ROWS_SEARCHED)) if any(sheet.row(row))][:ROWS_SEARCHED]
    counts = {row: count_recognised(sheet.row(row), targets) for row in filled}
    best = max(counts, key=lambda row: counts[row], default=-1)
    if best >= 0 and counts[best] >= FEWEST_HEADINGS:
        return best
    raise RecordsError(f"{sheet.source}: no heading row for ratings was found. {_likely_headings(sheet, filled)}")


def may_be_listed(sheet: Sheet, header: int, targets: Mapping[str, Role | None]) -> bool:
    """Return whether a message may list the row's cells: not where it could be ``Client: | NAME`` above the table."""
    cells = [cell for cell in sheet.row(header) if cell]
    beneath = [cell for cell in sheet.row(header + 1) if cell] if header + 1 < sheet.n_rows else []
    filled = len(beneath) >= len(cells) - 1 and any(_DATA_LIKE.fullmatch(cell) for cell in beneath)
    return filled or 2 * sum(_is_known(cell, targets) for cell in cells) > len(cells)


def _likely_headings(sheet: Sheet, filled: list[int]) -> str:
    for row, after in pairwise(filled):
        cells = [cell for cell in sheet.row(row) if cell]
        if len(cells) >= FEWEST_HEADINGS and not any(_DATA_LIKE.fullmatch(cell) for cell in cells):
            if any(_DATA_LIKE.fullmatch(cell) for cell in sheet.row(after)):
                return f"Columns found: {quote(cells)}. {LOOKED_FOR}"
            break
    return f"{LOOKED_FOR} Put the headings in the row above the ratings."


def quote(headings: Sequence[str]) -> str:
    """Return the headings in quotation marks, the first of them where they are many."""
    shown = [f"“{heading[:40]}”" for heading in headings if heading][:MOST_LISTED]
    more = sum(1 for heading in headings if heading) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def column_letter(position: int) -> str:
    """Return the letters that Excel has for the column at this position."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
