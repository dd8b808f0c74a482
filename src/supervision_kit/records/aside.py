"""The rows set aside, cell by cell under their own headings, to be corrected and read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import IO, TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.body import Body
from supervision_kit.records.cells import Column, Texts
from supervision_kit.records.finding import Layout
from supervision_kit.records.headings import read_heading
from supervision_kit.records.wording import column_name
from supervision_kit.words import later, say

if TYPE_CHECKING:
    from xlsxwriter import Workbook

OURS = ("source", "row", "reason")
REASON = OURS.index("reason")
MOST_ROWS = 1_048_575  # of a sheet, beneath its headings
LONGEST_CELL = 32_767
WIDTHS = (8, 60)  # of a column, in letters
LONGEST_NAME = 31  # of a sheet
_CUT = later("A cell of this row is longer than Excel holds, and was cut here.")


@dataclass(frozen=True, eq=False)
class AsideRows:
    """The rows of one sheet that were set aside, as they stand there."""

    source: str
    headings: tuple[str, ...]
    numbers: npt.NDArray[np.int64]
    columns: tuple[Column, ...]
    said: Mapping[str, str]

    @classmethod
    def of(cls, body: Body) -> AsideRows:
        """Return the rows that the body's problems set aside."""
        rows, sheet = np.flatnonzero(body.set_aside), body.spread.sheet
        named = body.layout.headings[: len(sheet)]
        headings = (*named, *map(column_name, range(len(named), len(sheet))))
        columns = tuple(column.take(rows) for column in sheet)
        return cls(body.source, headings, body.sheet_numbers[rows], columns, _said_elsewhere(body.layout))

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def column_names(self) -> list[str]:
        """The headings, those that occur twice or are like ours with the letter of their column."""
        seen, unlike = set(OURS), []
        for at, heading in enumerate(self.headings):
            unlike.append(f"{heading} ({column_name(at)})" if heading in seen else heading)
            seen.add(heading)
        return unlike

    def reasons(self, problems: pd.DataFrame) -> Texts:
        """Return for each row why it was set aside and what to do, cell by cell."""
        here = problems[(problems["source"] == self.source) & ~problems["kept"]]
        where = here["column"].where(here["column"] == "", here["column"] + ": ")
        said = where + here["message"] + " " + here["suggestion"]
        several = here["row"].duplicated(keep=False)
        joined = said[several].groupby(here["row"]).agg(" ".join)
        alone = said[~several].set_axis(here.loc[~several, "row"])
        reasons: Texts = pd.concat([joined, alone]).reindex(self.numbers).to_numpy(dtype=object)
        return reasons


def _said_elsewhere(layout: Layout) -> dict[str, str]:
    """Return the instrument and the rater where neither rows nor headings say them: a title or the caller did."""
    roles = [read_heading(layout.headings[slot.position]) for slot in layout.slots]
    unsaid = not roles or any(getattr(role, "instrument", None) is None for role in roles)
    said = {"instrument": layout.instrument if unsaid else None, "rater": layout.rater}
    there = {*layout.fields, *map(str.casefold, layout.headings)}
    return {name: value for name, value in said.items() if value and name not in there}


def rows_set_aside(parts: Sequence[AsideRows], problems: pd.DataFrame) -> pd.DataFrame:
    """Return all rows set aside: source, row, reason, then their cells as text."""
    tables = [pd.DataFrame({name: pd.Series(dtype="str") for name in OURS}).astype({"row": "int64"})]
    for part in parts:
        if len(part):
            cells = {name: column.cells for name, column in zip(part.column_names, part.columns, strict=True)}
            ours = {"source": part.source, "row": part.numbers, "reason": part.reasons(problems)}
            tables.append(pd.DataFrame(ours | cells).astype(dict.fromkeys(("source", "reason", *cells), "str")))
    return pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]


def write_set_aside(
    parts: Sequence[AsideRows], problems: pd.DataFrame, target: str | PathLike[str] | IO[bytes]
) -> None:
    """Write the rows set aside as a workbook with a sheet for each source; every cell is text, as it was read.

    The instrument and the rater get columns of their own where nothing else in the sheet would say them.
    """
    from xlsxwriter import Workbook

    filled = [part for part in parts if len(part)]
    with Workbook(target, {"in_memory": True}) as book:
        names = _sheet_names(filled)
        for part in filled:
            _write_sheets(book, part, part.reasons(problems), names)
        if not filled:
            book.add_worksheet(say("nothing set aside")).write_row(0, 0, OURS)


def _write_sheets(book: Workbook, part: AsideRows, reasons: Texts, names: Iterator[str]) -> None:
    headings = (*OURS, *part.said, *part.headings)
    ours = (np.full(len(part), part.source, dtype=object), part.numbers.astype(str).astype(object), reasons)
    said = [np.full(len(part), value, dtype=object) for value in part.said.values()]
    columns = [*ours, *said, *(column.cells for column in part.columns)]
    too_long = np.any([[len(text) > LONGEST_CELL for text in column] for column in columns], axis=0)
    columns[REASON] = np.where(too_long, say(_CUT) + " " + reasons, reasons)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for start in range(0, len(part), MOST_ROWS):
        sheet = book.add_worksheet(next(names))
        sheet.freeze_panes(1, len(OURS))
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for at, (heading, column) in enumerate(zip(headings, columns, strict=True)):
            texts = column[start : start + MOST_ROWS]
            longest = max(map(len, (heading, *texts)))
            sheet.set_column(at, at, min(max(longest + 2, WIDTHS[0]), WIDTHS[1]))
            sheet.write_string(0, at, heading, bold)
            for row, text in enumerate(texts, start=1):
                if text:
                    sheet.write_string(row, at, text[:LONGEST_CELL], wrapped if at == REASON else None)


def _sheet_names(parts: Sequence[AsideRows]) -> Iterator[str]:
    """Yield a name for each sheet that is needed: the source's, without what Excel forbids, and no two alike."""
    used = {"history"}  # Excel keeps it for itself
    for part in parts:
        plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in part.source).strip(" '") or "rows"
        for _ in range(0, len(part), MOST_ROWS):
            name, again = plain[:LONGEST_NAME].rstrip("' "), 1
            while name.casefold() in used:
                again += 1
                name = f"{plain[: LONGEST_NAME - len(f' ({again})')]} ({again})"
            used.add(name.casefold())
            yield name
