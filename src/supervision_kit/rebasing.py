"""Where a case's limits start anew: what was rated before is no measure for what comes after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.ordering import Ordering
from supervision_kit.tables import REBASES


@dataclass(frozen=True)
class Parted:
    """The series of a table, parted where their cases start anew; `is_later` tells which parts follow a new start."""

    ordering: Ordering
    is_later: npt.NDArray[np.bool_]


def read_rebases(rebases: pd.DataFrame | None) -> dict[str, list[int]]:
    """Return the sessions at which each case starts anew, in order; a session may be named more than once.

    Raises
    ------
    TableError
        The table breaks its contract, see :data:`supervision_kit.tables.REBASES`.
    """
    if rebases is None or rebases.empty:
        return {}
    known = rebases[rebases.columns.intersection(list(REBASES.columns))].drop_duplicates()
    checked = REBASES.check(known).sort_values(list(REBASES.key))
    return {str(case): of_case["session"].to_list() for case, of_case in checked.groupby("case_id")}


def part_series(table: pd.DataFrame, ordering: Ordering, rebases: pd.DataFrame | None) -> Parted:
    """Part the series of a checked table at the sessions at which their cases start anew.

    A part begins with the first row at or after such a session; where no row comes before it or after it, nothing is
    parted.
    """
    starts = read_rebases(rebases)
    unparted = Parted(ordering, np.zeros(ordering.n_series, dtype=bool))
    if not starts or not ordering.n_series:
        return unparted
    case = table["case_id"].iloc[ordering.first_row].to_numpy(dtype=object)
    places = [
        place
        for number in np.flatnonzero(np.isin(case, list(starts)))
        for place in _places(table["session"].to_numpy(), ordering, int(number), starts[case[number]])
    ]
    if not places:
        return unparted
    parted = ordering.part_at(np.array(places))
    return Parted(parted, ~np.isin(parted.start, ordering.start))


def _places(session: npt.NDArray[np.int64], ordering: Ordering, number: int, starts: list[int]) -> Iterator[int]:
    """Give the places in the order at which a series begins anew: the first row at or after each start."""
    first, length = int(ordering.start[number]), int(ordering.length[number])
    rows = slice(first, first + length)
    of_series = session[rows] if ordering.rows is None else session[ordering.rows[rows]]
    for place in np.searchsorted(of_series, starts):
        if 0 < place < length:
            yield first + int(place)


def next_starts(episodes: pd.DataFrame, rebases: pd.DataFrame | None) -> pd.Series:
    """Return the session at which each episode's case starts anew after its onset; ``<NA>`` where it does not."""
    starts = read_rebases(rebases)
    later = [
        min((start for start in starts.get(case, ()) if start > onset), default=None)
        for case, onset in zip(episodes["case_id"].to_list(), episodes["onset"].to_list(), strict=True)
    ]
    return pd.Series(later, index=episodes.index, dtype="Int64")
