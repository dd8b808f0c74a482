"""A sheet of text cells, column by column: each distinct text once, and for every row which one it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.words import later

Texts = npt.NDArray[np.object_]
Rows = npt.NDArray[np.signedinteger]
Flags = npt.NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)


SURE, EXACT = 10**15, 2**53  # below, every whole number is what was typed; and what was stored


def printable(text: str) -> str:
    """Return the text without control characters and what else a terminal acts on; other white space is a space."""
    return "".join(letter if letter.isprintable() else " " if letter.isspace() else "" for letter in text)


def cell_text(cell: Any) -> str:
    """Return the text of a cell that a program has stored as a number, a date or the like; nothing is an empty text."""
    if isinstance(cell, str):
        return cell
    if cell is None or cell != cell or cell is pd.NaT:  # noqa: PLR0124 - nan differs from itself
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return _float_text(cell)
    if isinstance(cell, bytes):
        return bytes_text(cell)
    return cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else str(cell)


def _float_text(number: float) -> str:
    """Return a number's digits; of one with more than it can hold, which may be of several codes, as many as are sure.

    A spreadsheet keeps 15 digits and puts zeros for the rest; nothing with 64 bits keeps whole numbers beyond 2 ** 53.
    """
    if not number.is_integer():
        return repr(number)
    whole = int(number)
    is_sure = abs(whole) < SURE or (abs(whole) < EXACT and whole % 10)
    return str(whole) if is_sure else f"{number:.14E}"


def bytes_text(cell: bytes) -> str:
    """Return bytes as the text that they are, and as hexadecimal digits where they are none, as in binary ids."""
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        return cell.hex()
    return text if text.isprintable() else cell.hex()


def widened(cell: Any) -> Any:
    """Return a number that was stored with 32 bits as the shortest that stands for it: 9.4, not 9.399999618…."""
    return float(str(np.float32(cell))) if isinstance(cell, float) else cell


def narrowed(codes: npt.NDArray[Any], n_texts: int) -> Rows:
    """Return the codes of so many texts as the smallest integers that hold them."""
    return codes.astype(next(kind for kind in (np.int8, np.int16, np.int32, np.int64) if n_texts <= np.iinfo(kind).max))


@dataclass(frozen=True, eq=False)
class Column:
    """A column of cells: `texts` holds each distinct text (trimmed), `codes` says for each row which of them it is.

    What a text means is worked out once per distinct text and spread over the rows, so reading takes the time of the
    distinct values, not of the rows.
    """

    codes: Rows
    texts: Texts

    @classmethod
    def of(cls, cells: Sequence[str]) -> Column:
        """Build a column from the text of each row."""
        codes, texts = pd.factorize(np.asarray(cells, dtype=object))
        trimmed = np.array([text.strip() for text in texts], dtype=object)
        return cls(narrowed(codes, len(texts)), trimmed)

    def __len__(self) -> int:
        return len(self.codes)

    def spread(self, per_text: npt.NDArray[T]) -> npt.NDArray[T]:
        """Return for every row what `per_text` says of its text."""
        return per_text[self.codes]

    def take(self, rows: Rows) -> Column:
        """Return the column of these rows only, with the texts that occur in them."""
        codes = self.codes[rows]
        used = np.flatnonzero(np.bincount(codes, minlength=len(self.texts)))
        renumbered = np.zeros(len(self.texts), dtype=codes.dtype)
        renumbered[used] = np.arange(len(used))
        return Column(renumbered[codes], self.texts[used])

    @property
    def blank(self) -> Flags:
        """Whether each row's cell is empty."""
        return self.spread(self.texts == "")

    @property
    def cells(self) -> Texts:
        """The text of each row."""
        return self.spread(self.texts)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row of a sheet (from 0) before its cells are read: the column's heading, rule, message."""

    row: int
    heading: str
    rule: str
    message: str


@dataclass(frozen=True, eq=False)
class Sheet:
    """One table of cells from one file; `source` is how messages call it.

    `delimiter` is what parts the cells of a text, and empty for anything else. `numbers` says what messages call each
    row, where that is not 1, 2, 3, …, and `row_word` what a row is called. `merged` holds the areas of merged cells
    (top, left, bottom, right, from 0); the text of an area stands in its first cell. Where a table `has_own_headings`,
    as its format keeps them, they are its first row and need not be looked for.
    """

    source: str
    columns: tuple[Column, ...]
    file_stem: str = ""
    name: str = ""
    delimiter: str = ""
    numbers: npt.NDArray[np.int64] | None = None
    row_word: str = later("row")
    merged: tuple[tuple[int, int, int, int], ...] = ()
    faults: tuple[Fault, ...] = ()
    has_own_headings: bool = False

    @property
    def n_rows(self) -> int:
        """Rows, counting those that are empty."""
        return len(self.columns[0]) if self.columns else 0

    def row(self, number: int) -> list[str]:
        """Return the cells of one row, counted from 0."""
        return [str(column.texts[column.codes[number]]) for column in self.columns]

    def number(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Return what messages call these rows, counted from 0."""
        return (rows + 1 if self.numbers is None else self.numbers[rows]).astype(np.int64)

    def filled_down(self, position: int, *, beneath: int) -> Column:
        """Return a column with the text of each of its merged cells beneath a row in all of their rows."""
        column = self.columns[position]
        codes = column.codes.copy()
        for top, left, bottom, right in self.merged:
            if left == right == position and top > beneath:
                codes[top : bottom + 1] = codes[top]
        return Column(codes, column.texts)

    @property
    def filled(self) -> Flags:
        """Whether each row has any cell that is not empty."""
        filled = np.zeros(self.n_rows, dtype=bool)
        for column in self.columns:
            filled |= ~column.blank
        return filled
