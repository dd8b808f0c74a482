"""Scores ↔ matrix: one row a series, one column a rating in session order, NaN where a form has no score.

Columns are the ratings of a series in the order of its sessions, not the session numbers themselves, so a gap in the
numbering costs no memory and is neither filled nor read as a value: every method steps over it. Series of like length
share a matrix (lengths up to the same power of two), so memory follows the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.tables import SERIES_KEY

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Some series of a table as matrices, and where each cell came from.

    `rows` holds positions in the table, `series` and `column` the cell of each; all three are aligned.
    """

    n_series: int
    n_columns: int
    rows: npt.NDArray[np.int64]
    series: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]

    def matrix(self, values: pd.Series) -> Matrix:
        """Return `values`, a column of the table, as (n_series, n_columns), NaN where there is none."""
        cells = np.full((self.n_series, self.n_columns), np.nan)
        cells[self.series, self.column] = values.to_numpy(dtype=np.float64, na_value=np.nan)[self.rows]
        return cells

    def cells(self, matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the matrix's values in the order of `rows`."""
        return matrix[self.series, self.column]


def iter_blocks(table: pd.DataFrame, *, key: tuple[str, ...] = SERIES_KEY) -> Iterator[Block]:
    """Cut a table that has one row per series and session into blocks of series of like length.

    Parameters
    ----------
    table
        Any table with the columns of `key` and ``session``; the order of its rows does not matter.
    key
        The columns that make a series.

    Yields
    ------
    Block
        Every row of the table stands in exactly one block.
    """
    if table.empty:
        return
    # sort=True numbers the series by their key, so results come out in the same order whatever the order of the rows
    code = table.groupby(list(key), sort=True, dropna=False).ngroup().to_numpy()
    order = np.lexsort((table["session"].to_numpy(), code))
    code = code[order]
    length = np.bincount(code)
    first = np.concatenate([[0], np.cumsum(length)[:-1]])
    column = np.arange(len(code)) - first[code]
    size = np.ceil(np.log2(length)).astype(int)
    for bucket in np.unique(size):
        chosen = np.flatnonzero(size == bucket)
        inside = size[code] == bucket
        yield Block(
            n_series=len(chosen),
            n_columns=int(length[chosen].max()),
            rows=order[inside],
            series=np.searchsorted(chosen, code[inside]),
            column=column[inside],
        )
