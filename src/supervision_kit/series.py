"""Scores ↔ matrix: one row a series, one column a rating in session order, NaN where a form has no score.

Columns are the ratings of a series in the order of its sessions, not the session numbers themselves, so a gap in the
numbering costs no memory and is neither filled nor read as a value: every method steps over it. Shorter series are
filled up with NaN at their end, which says nothing either.

A matrix lies column by column in memory, and never has fewer than two rows. NumPy then adds up a series from its first
session to its last, so what comes out for a series is the same to the last digit whatever stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.ordering import Ordering, Positions

Matrix = npt.NDArray[np.float64]
# Cells of a matrix: few enough for it and what is computed of it to stay in a processor's cache.
CELLS = 2**16
_FEWEST_SERIES = 2


@dataclass(frozen=True)
class Block:
    """Some series of a table as matrices, and where each cell came from.

    `chosen` says which series these are, by their number in the ordering; `rows` holds the positions of their ratings
    in the table, series after series, each in the order of its sessions; `length` their numbers of ratings.
    """

    chosen: slice | Positions
    rows: slice | Positions
    length: Positions
    n_columns: int

    @property
    def n_series(self) -> int:
        """How many series the block holds."""
        return len(self.length)

    @property
    def n_cells(self) -> int:
        """How many cells its matrix has."""
        return self.n_series * self.n_columns

    @property
    def numbers(self) -> Positions:
        """The number of each series in the ordering."""
        if isinstance(self.chosen, slice):
            return np.arange(self.chosen.start, self.chosen.stop)
        return self.chosen

    @property
    def is_full(self) -> bool:
        """Whether all series are of the same length."""
        return bool((self.length == self.n_columns).all())

    def matrix(self, values: npt.NDArray[Any]) -> Matrix:
        """Return a column of the table as a matrix, NaN where a series has no such rating.

        Its shape is (n_series, n_columns), with a row of NaN more where there is one series only.
        """
        cells = np.full((self.n_columns, max(self.n_series, _FEWEST_SERIES)), np.nan).T
        if self.is_full:
            cells[: self.n_series] = values[self.rows].reshape(self.n_series, self.n_columns)
        else:
            cells[: self.n_series][self._is_rating] = values[self.rows]
        return cells

    def cells(self, matrix: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the matrix's values in the order of `rows`."""
        of_series = matrix[: self.n_series]
        return of_series.ravel() if self.is_full else of_series[self._is_rating]

    def put(self, matrix: npt.NDArray[Any], column: npt.NDArray[Any]) -> None:
        """Write the matrix's values to their rows of a column of the table."""
        if isinstance(self.rows, slice) and self.is_full:
            column[self.rows].reshape(self.n_series, self.n_columns)[:] = matrix[: self.n_series]
        else:
            column[self.rows] = self.cells(matrix)

    @property
    def _is_rating(self) -> npt.NDArray[np.bool_]:
        is_rating: npt.NDArray[np.bool_] = np.arange(self.n_columns) < self.length[:, None]
        return is_rating


def column_of(values: pd.Series) -> Matrix:
    """Return a column of numbers, NaN where there is none."""
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def iter_blocks(
    ordering: Ordering, chosen: npt.NDArray[np.bool_] | None = None, *, cells: int = CELLS
) -> Iterator[Block]:
    """Cut the series of a table into blocks of series of like length.

    Parameters
    ----------
    ordering
        The series, see :meth:`supervision_kit.tables.Table.check_in_order`.
    chosen
        Which of them to take; all without.
    cells
        So many cells a block has at most, unless a single series is longer.

    Yields
    ------
    Block
        Every series of `chosen` stands in exactly one block. A few series make one block, whatever their lengths;
        many make several, in which none is more than twice as long as another.
    """
    numbers = np.arange(ordering.n_series) if chosen is None else np.flatnonzero(chosen)
    if not len(numbers):
        return
    length, start = ordering.length[numbers], ordering.start[numbers]
    size = np.zeros(len(numbers), dtype=np.int8)
    if len(numbers) * int(length.max()) > cells:
        size = np.ceil(np.log2(length)).astype(np.int8)
    for one in np.flatnonzero(np.bincount(size)):
        alike = np.flatnonzero(size == one)
        step = max(cells // int(length[alike].max()), 1)
        for first in range(0, len(alike), step):
            some = alike[first : first + step]
            yield Block(
                chosen=_as_slice(numbers[some]),
                rows=_rows(ordering, start[some], length[some]),
                length=length[some],
                n_columns=int(length[some].max()),
            )


def _rows(ordering: Ordering, start: Positions, length: Positions) -> slice | Positions:
    """Return the positions of the rows of series that begin at `start` in the ordering."""
    if ordering.rows is None and (start[1:] == start[:-1] + length[:-1]).all():
        return slice(int(start[0]), int(start[-1] + length[-1]))
    within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    place = np.repeat(start, length) + within
    rows: Positions = place if ordering.rows is None else ordering.rows[place]
    return rows


def _as_slice(numbers: Positions) -> slice | Positions:
    """Return numbers that follow one another as a slice: what it takes out of an array is no copy."""
    if len(numbers) == int(numbers[-1]) - int(numbers[0]) + 1:
        return slice(int(numbers[0]), int(numbers[-1]) + 1)
    return numbers
