"""Rows that come in blocks → columns, in memory that grows with rows and distinct texts, not with the text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Column, Rows, narrowed
from supervision_kit.words import say, say_number

WIDEST = 16_384  # columns, as many as an Excel sheet has
ROOMY = 5_000_000  # cells; below this a ragged file may hold more empty cells than text


class _Numbers(dict[str, int]):
    """Gives each new text the next number."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


class GrowingColumn:
    """A column to which cells are added from above; `n_rows` empty ones stand in it already."""

    def __init__(self, n_rows: int = 0) -> None:
        self._numbers = _Numbers({"": 0} if n_rows else {})
        self._blocks: list[Rows] = [np.zeros(n_rows, dtype=np.int8)]

    def add(self, cells: Sequence[str]) -> None:
        """Add a cell for each of the next rows."""
        codes: npt.NDArray[np.int64] = np.fromiter(
            map(self._numbers.__getitem__, cells), dtype=np.int64, count=len(cells)
        )
        self._blocks.append(narrowed(codes, len(self._numbers)))

    def finished(self, *, stand_in: tuple[str, str] | None = None) -> Column:
        """Return the column; of `stand_in` the first is put back for the second in each text."""
        texts = [text.strip() for text in self._numbers]
        if stand_in:
            texts = [text.replace(stand_in[1], stand_in[0]) for text in texts]
        held = np.empty(len(texts), dtype=object)
        held[:] = texts
        return Column(np.concatenate(self._blocks), held)


class GrowingTable:
    """A table to which rows are added; rows may be shorter or longer than others."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.n_rows = 0
        self.columns: list[GrowingColumn] = []

    def add(self, rows: list[list[str]], *, n_characters: int) -> None:
        """Add the next rows; `n_characters` is how much of the text has been read so far.

        Raises
        ------
        RecordsError
            A row is so long that the table would be mostly empty cells.
        """
        width = max(len(self.columns), *map(len, rows))
        n_rows = self.n_rows + len(rows)
        if width > WIDEST or n_rows * width > max(ROOMY, 4 * n_characters):
            raise RecordsError(
                say(
                    "{file}: one row has {n} columns, more than a table of ratings has. Look for a line that does not "
                    "belong to the table.",
                    file=self.source,
                    n=say_number(width),
                )
            )
        self.columns += [GrowingColumn(self.n_rows) for _ in range(len(self.columns), width)]
        cells = zip(*rows, strict=True) if all(len(row) == width for row in rows) else zip_longest(*rows, fillvalue="")
        empty = [""] * len(rows)
        for column in self.columns:
            column.add(next(cells, empty))
        self.n_rows = n_rows

    def finished(self, *, stand_in: tuple[str, str] | None = None) -> tuple[Column, ...]:
        """Return the columns, one at least."""
        columns = self.columns or [GrowingColumn()]
        self.columns = []
        return tuple(column.finished(stand_in=stand_in) for column in columns)
