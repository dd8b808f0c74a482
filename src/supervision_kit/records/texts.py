"""Delimited text → cells, block by block: which encoding, what parts the cells, which columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Column
from supervision_kit.records.dialects import Dialect, find_dialect, named_delimiter
from supervision_kit.records.encodings import LOOKED_AT, decoded, possible_encodings
from supervision_kit.records.growing import GrowingTable
from supervision_kit.records.progress import Progress, Report
from supervision_kit.words import later, say

if TYPE_CHECKING:
    from supervision_kit.records.files import File

ROWS_AT_ONCE = 500  # more make the interpreter's collector look through them again and again
MOST_NAMED = 5  # rows in a message
LONGEST_CELL = 1 << 24  # characters; a longer one is the rest of a file after a stray quotation mark
_END = "\ue000"  # a line after the last, which stands alone unless a quotation mark is open
_PADDING = "\x00\x1a"  # after the text of some programs
_NO_TEXT = later(
    "{file} is neither text in columns nor a workbook. Save it as CSV (UTF-8) or Excel (.xlsx) and read that."
)


def read_text(
    file: File, *, recognised: Callable[[list[str]], int], report: Report
) -> tuple[tuple[Column, ...], Dialect]:
    """Return the columns of delimited text, and how it is made.

    The text is read once, block by block; of each column every distinct text is held once. Each record is a row, also
    one without any cell filled. A first line such as ``sep=;`` names the delimiter and is no row, as in Excel.

    Raises
    ------
    RecordsError
        It is no text, a quotation mark is never closed, or a row is far too long.
    """
    start = file.head(LOOKED_AT)
    for encoding in possible_encodings(start):
        text = decoded(start, encoding) or ""
        try:
            return _read(file, encoding, text.rstrip(_PADDING), recognised, report)
        except UnicodeDecodeError:
            continue
    raise RecordsError(say(_NO_TEXT, file=file.name))


def _read(
    file: File, encoding: str, start: str, recognised: Callable[[list[str]], int], report: Report
) -> tuple[tuple[Column, ...], Dialect]:
    named = named_delimiter(start.partition("\n")[0].rstrip("\r"))
    beginning = start.partition("\n")[2] if named else start
    dialect = find_dialect(beginning, named=named, recognised=recognised)
    table = GrowingTable(file.name)
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    with file.open() as stream, io.TextIOWrapper(stream, encoding, newline="") as text:
        lines = _Lines(text, file.name)
        rows = dialect.rows(islice(lines, 1 if named else 0, None))
        whole = False
        try:
            while block := list(islice(rows, ROWS_AT_ONCE)):
                if block[-1] == [_END]:
                    whole = True
                    block.pop()
                if block:
                    table.add(block, n_characters=lines.n_characters)
                report(Progress(stream.position, file.size, f"Reading {file.name}"))
        except csv.Error:
            whole = False
    if not whole:
        raise RecordsError(
            say(
                "{file}: a quotation mark opens a cell and is never closed, so the rows after it cannot be told apart. "
                "Close or remove it, or save the table again as Excel (.xlsx).",
                file=file.name,
            )
        )
    columns = table.finished(stand_in=(dialect.delimiter, dialect.stand_in) if len(dialect.delimiter) > 1 else None)
    if dialect.by_spaces:
        _check_spaced(columns, file.name)
    return columns, dialect


class _Lines:
    """The lines of a text, counted, without what some programs fill its end with, and one more that says it is over."""

    def __init__(self, text: io.TextIOWrapper, source: str) -> None:
        self.text, self.source = text, source
        self.n_characters = 0

    def __iter__(self) -> Iterator[str]:
        over = False
        for line in self.text:
            self.n_characters += len(line)
            if over and line.strip(_PADDING + "\r\n "):
                raise RecordsError(say(_NO_TEXT, file=self.source))
            if "\x00" in line or line[-1] == "\x1a":
                over = over or "\x00" in line
                line = line.rstrip(_PADDING + "\r\n ")  # noqa: PLW2901
                if "\x00" in line:
                    raise RecordsError(say(_NO_TEXT, file=self.source))
            if line:
                yield line
        yield _END


def _check_spaced(columns: tuple[Column, ...], source: str) -> None:
    """Refuse a row with fewer cells than others: with spaces between cells nobody can tell which is empty."""
    full = ~columns[-1].blank
    first = int(full.argmax())
    short = [int(row) + 1 for row in (~full).nonzero()[0] if row > first and not columns[0].blank[row]]
    if short:
        named = ", ".join(map(str, short[:MOST_NAMED])) + (say(" and others") if len(short) > MOST_NAMED else "")
        raise RecordsError(
            say(
                "{file}: spaces part the cells, and row {row} has fewer cells than the headings, so that nobody can "
                "tell which is empty. Save the table with a comma, semicolon or tab between the cells.",
                file=source,
                row=named,
            )
        )
