"""Where a case's limits start anew: what was rated before is no measure for what comes after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.ordering import Ordering, Positions
from supervision_kit.tables import REBASES


@dataclass(frozen=True)
class Parted:
    """The series of a table, parted where their cases start anew.

    `is_later` tells of each part whether it follows a new start; `whole` says of which series it is a part.
    """

    ordering: Ordering
    is_later: np.ndarray
    whole: Positions


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
    places: list[int] = []
    if starts and ordering.n_series:
        case = table["case_id"].iloc[ordering.first_row].to_numpy(dtype=object)
        session = table["session"].to_numpy()
        for number in np.flatnonzero(np.isin(case, list(starts))):
            rows = slice(ordering.start[number], ordering.start[number] + ordering.length[number])
            of_series = session[rows] if ordering.rows is None else session[ordering.rows[rows]]
            places += list(ordering.start[number] + np.searchsorted(of_series, starts[case[number]]))
    parted = ordering
    if places := [place for place in places if place < len(table)]:
        parted = ordering.part_at(np.array(places))
    whole = np.searchsorted(ordering.start, parted.start, side="right") - 1
    is_later = np.append(False, np.diff(whole) == 0) if len(whole) else np.zeros(0, dtype=bool)
    return Parted(parted, is_later, whole)


def next_starts(episodes: pd.DataFrame, rebases: pd.DataFrame | None) -> pd.Series:
    """Return the session at which each episode's case starts anew after its onset; ``<NA>`` where it does not."""
    starts = read_rebases(rebases)
    later = [
        min((start for start in starts.get(case, ()) if start > onset), default=None)
        for case, onset in zip(episodes["case_id"].to_list(), episodes["onset"].to_list(), strict=True)
    ]
    return pd.Series(later, index=episodes.index, dtype="Int64")
