"""Which rows of a table make a series, and in which order.

Tables mostly come in good order: the rows of a series stand together, session after session. Then comparing each row
with its neighbour says all there is to know, and only the first row of each stretch needs a closer look. Tables in any
other order are sorted; the result is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.text_columns import any_of, arrow_of, number_texts, texts_at, where_it_changes
from supervision_kit.threads import work_through

Positions = npt.NDArray[np.int64]
Columns = pd.DataFrame | Mapping[str, pd.Series]


@dataclass(frozen=True)
class Ordering:
    """The series of a table, one after the other, each by session.

    Attributes
    ----------
    length
        How many rows each series has.
    rows
        The positions of the rows in that order; ``None`` where they stand so already.
    number
        For each column of the key and each series a number that says which text the series has there.
    n_repeated
        How many rows repeat the series and session of another.
    """

    length: Positions
    rows: Positions | None
    number: Mapping[str, Positions]
    n_repeated: int = 0

    @property
    def n_series(self) -> int:
        """How many series there are."""
        return len(self.length)

    @cached_property
    def start(self) -> Positions:
        """Where in the order each series begins."""
        start: Positions = np.cumsum(self.length) - self.length
        return start

    @cached_property
    def first_row(self) -> Positions:
        """The position in the table of the first row of each series."""
        return self.start if self.rows is None else self.rows[self.start]

    def kinds(self, table: Columns, *columns: str) -> tuple[Positions, list[tuple[str, ...]]]:
        """Return a number for each series by its texts in `columns`, and the texts that belong to each number."""
        code = combine_numbers([self.number[name] for name in columns])
        kind, first = _count_up(code)
        texts = [texts_at(table[name], self.first_row[first]) for name in columns]
        return kind, list(zip(*texts, strict=True))

    def part_at(self, places: Positions) -> Ordering:
        """Return the ordering in which a series begins at each of these places in the order as well."""
        start = np.union1d(self.start, places)
        series = np.searchsorted(self.start, start, side="right") - 1
        length = np.diff(np.append(start, self.length.sum()))
        return Ordering(length, self.rows, {name: numbers[series] for name, numbers in self.number.items()})

    def of_rows(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return, for each row of the table, the value of its series."""
        in_order = np.repeat(values, self.length)
        if self.rows is None:
            return in_order
        of_row = np.empty_like(in_order)
        of_row[self.rows] = in_order
        return of_row

    def keep(self, chosen: npt.NDArray[np.bool_]) -> tuple[Ordering, npt.NDArray[np.bool_]]:
        """Return the ordering of the table that holds the `chosen` series only, and which rows that table keeps."""
        is_kept, rows = self.of_rows(chosen), None
        if self.rows is not None:
            rows = (np.cumsum(is_kept) - 1)[self.rows[is_kept[self.rows]]]
        number = {name: numbers[chosen] for name, numbers in self.number.items()}
        return Ordering(self.length[chosen], rows, number), is_kept


def order_series(table: Columns, *, key: tuple[str, ...], within: str) -> Ordering:
    """Find the series of a table.

    Parameters
    ----------
    table
        A table, or its columns by name: text in those of `key`, nowhere missing, and whole numbers in `within`. The
        rows may stand in any order.
    key
        The columns that make a series.
    within
        The column that orders the rows of a series, such as ``session``.

    Returns
    -------
    Ordering
        Every row stands in exactly one series.
    """
    session = table[within].to_numpy()
    if not len(session):
        return Ordering(_NONE, None, dict.fromkeys(key, _NONE))
    starts, number = _stretches(table, key)
    code = combine_numbers(list(number.values()))
    length = np.diff(np.append(starts, len(session)))
    rises = session[1:] > session[:-1]
    rises[starts[1:] - 1] = True
    if rises.all() and _all_differ(code):
        return Ordering(length, None, number)
    return _sort(session, np.repeat(np.arange(len(starts)), length), code, number)


def count_cells(is_so: pd.Series, ordering: Ordering) -> Positions:
    """Return in how many of its rows a column of true and false is true, for each series."""
    cells = is_so.to_numpy(dtype=np.int64)
    counts: Positions = np.add.reduceat(cells if ordering.rows is None else cells[ordering.rows], ordering.start)
    return counts


def combine_numbers(numbers: list[Positions]) -> Positions:
    """Return one number for each combination of numbers."""
    code = numbers[0]
    for more in numbers[1:]:
        width = int(more.max(initial=0)) + 1
        if width == 1:
            continue
        if int(code.max(initial=0)) >= np.iinfo(np.int64).max // width:
            code = np.unique(code, return_inverse=True)[1]
        code = code * width + more
    return code


_NONE = np.zeros(0, dtype=np.int64)


def _stretches(table: Columns, key: tuple[str, ...]) -> tuple[Positions, dict[str, Positions]]:
    """Return the rows where the key changes, and a number for each of them by its text in each column of the key."""
    columns = {name: arrow_of(table[name]) for name in key}
    compared = work_through(columns.values(), where_it_changes, n_rows=len(columns[key[0]]))
    changes = {name: changed for name, changed in zip(columns, compared, strict=True) if changed is not None}
    starts = np.append(0, np.flatnonzero(any_of(changes.values())) + 1) if changes else np.zeros(1, dtype=np.int64)
    number = dict.fromkeys(key, np.zeros(len(starts), dtype=np.int64))
    for name, changed in changes.items():
        is_new = np.append(True, np.asarray(changed.take(starts[1:] - 1)))
        of_own = number_texts(columns[name].take(starts[is_new]))
        number[name] = of_own if is_new.all() else of_own[np.cumsum(is_new) - 1]
    return starts, number


def _all_differ(code: Positions) -> bool:
    if (code[1:] > code[:-1]).all():
        return True
    ordered = np.sort(code)
    return bool((ordered[1:] > ordered[:-1]).all())


def _sort(session: Positions, stretch: Positions, code: Positions, number: Mapping[str, Positions]) -> Ordering:
    code = code[stretch]
    rows = _sorted_rows(session, code)
    same = code[rows[1:]] == code[rows[:-1]]
    start = np.append(0, np.flatnonzero(~same) + 1)
    return Ordering(
        length=np.diff(np.append(start, len(session))),
        rows=rows,
        number={name: of_stretch[stretch[rows[start]]] for name, of_stretch in number.items()},
        n_repeated=int(np.count_nonzero(same & (session[rows[1:]] == session[rows[:-1]]))),
    )


def _sorted_rows(session: Positions, code: Positions) -> Positions:
    """Return the rows by code, then session, then as they stand.

    Where the three fit into one number, sorting those numbers takes an eighth of the time of sorting by each.
    """
    n, lowest = len(session), int(session.min())
    width = int(session.max()) - lowest + 1
    if (int(code.max()) + 1) * width * n > np.iinfo(np.int64).max:
        return np.lexsort((session, code))
    key = code * width
    key += session - lowest
    key *= n
    key += np.arange(n)
    key.sort()
    key %= n
    return key


def _count_up(code: Positions) -> tuple[Positions, Positions]:
    """Return the codes numbered from 0, and where each number comes first."""
    highest = int(code.max())
    if highest == 0:
        return code, np.zeros(1, dtype=np.int64)
    if highest > len(code):
        _, first, kind = np.unique(code, return_index=True, return_inverse=True)
        return kind, first
    first = np.full(highest + 1, -1)
    first[code[::-1]] = np.arange(len(code))[::-1]
    is_used = first >= 0
    return (np.cumsum(is_used) - 1)[code], first[is_used]
