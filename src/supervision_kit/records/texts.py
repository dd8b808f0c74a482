"""Delimited text → cells: which encoding, which delimiter, which columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from itertools import islice

import pandas as pd

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Column

DELIMITERS = (",", ";", "\t", "|")
ROWS_LOOKED_AT = 40
LOOKED_AT = 500_000  # characters
WIDEST = 16_384  # columns, as many as an Excel sheet has
ROOMY = 5_000_000  # cells; below this a ragged file may hold more empty cells than text

_MARKED = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")
_SEPARATOR_LINE = re.compile(r"\Asep=([,;\t|])\r?\n", re.IGNORECASE)
_NO_TEXT = "is neither text in columns nor a workbook. Save it as CSV (UTF-8) or Excel (.xlsx) and read that."


def decode(content: bytes, *, source: str) -> str:
    """Return the text of a file in UTF-8, in UTF-16 with its mark, or in Windows' western encoding (cp1252)."""
    marked = next((encoding for mark, encoding in _MARKED if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding).rstrip("\x1a")  # DOS programs end a text with it
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text, 0, LOOKED_AT) and "\x00" not in text:
            return text
    raise RecordsError(f"{source} {_NO_TEXT}")


def read_text(text: str, *, source: str, recognised: Callable[[list[str]], int]) -> tuple[tuple[Column, ...], str]:
    """Return the columns of delimited text and the delimiter, the one under which most headings are recognised.

    Each record is a row, also one without any cell filled; a line break inside a quoted cell starts no new one. A first
    line such as ``sep=;`` names the delimiter and is no row, as in Excel.
    """
    named = _SEPARATOR_LINE.match(text)
    if named:
        text = text[named.end() :]
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    delimiter = named[1] if named else _find_delimiter(text, recognised)
    width = _count_columns(text, delimiter, source)
    try:
        cells = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=range(width),
            index_col=False,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=delimiter != "\t",
            low_memory=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        raise RecordsError(_unclosed(source)) from None
    return tuple(Column.of(cells[position].to_list()) for position in range(width)), delimiter


def _find_delimiter(text: str, recognised: Callable[[list[str]], int]) -> str:
    start = text[:LOOKED_AT]

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(islice(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), ROWS_LOOKED_AT))
        except csv.Error:
            return (-1, 0)
        return max(map(recognised, rows), default=0), max(map(len, rows), default=0)

    return max(DELIMITERS, key=worth)


def _count_columns(text: str, delimiter: str, source: str) -> int:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if '"' in text:
        try:
            width = max(map(len, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), default=1)
        except csv.Error:
            raise RecordsError(_unclosed(source)) from None
    else:
        width = 1 + max(line.count(delimiter) for line in lines)
    if width > WIDEST or len(lines) * width > max(ROOMY, 4 * len(text)):
        raise RecordsError(
            f"{source}: one row has {width:,} columns, more than a table of ratings has. "
            "Look for a line that does not belong to the table."
        )
    return max(width, 1)


def _unclosed(source: str) -> str:
    return (
        f"{source}: a quotation mark opens a cell and is never closed, so the rows after it cannot be told apart. "
        "Close or remove it, or save the table again as Excel (.xlsx)."
    )
