"""Weeks since a case's first session, rounded: the only thing that is ever published of when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from supervision_kit.disclosure.layout import Layout, Numbers
from supervision_kit.errors import SettingError
from supervision_kit.words import say, say_number

USUAL_ROUNDING = 4  # weeks; the kit's own choice
FINEST_ROUNDING = 2  # a week would be the date of a weekly session
COARSER = (1, 2, 4)  # how many times as coarse, before a class goes without


def check_weeks(weeks: bool | int) -> int:  # noqa: FBT001 - either asked for, or with how many weeks
    """Return to how many weeks to round, 0 for no weeks at all."""
    if isinstance(weeks, bool):
        return USUAL_ROUNDING if weeks else 0
    if not isinstance(weeks, int) or (weeks and weeks < FINEST_ROUNDING):
        raise SettingError(
            say("Weeks are rounded to a whole number of them, {n} or more.", n=say_number(FINEST_ROUNDING))
        )
    return weeks


def count_weeks(
    layout: Layout, number: Numbers, of_case: Numbers, *, rounding: int, smallest: int
) -> tuple[pd.Series, int]:
    """Return the rounded weeks of each row, and for how many cases there are none.

    A class of cases in which fewer than `smallest` last equally long is rounded twice and four times as coarsely, and
    goes without weeks where that does not do. <NA> too where the case's first session, or this one, has no date.

    Parameters
    ----------
    number
        Which session of its case each row is, 0 where it is not published.
    of_case
        The class of each case.
    """
    exact = exact_weeks(layout, number)
    last = np.full(len(layout.cases), np.nan)
    rows = np.flatnonzero(number)
    last[layout.case[rows]] = exact[rows]  # rows are in the order of sessions
    times = np.zeros(of_case.max(initial=-1) + 1, dtype=np.int64)
    there = np.flatnonzero(of_case >= 0)
    for coarser in reversed(COARSER):
        ends = np.nan_to_num(_round(last[there], coarser * rounding), nan=-1)
        _, at, size = np.unique(
            np.column_stack([of_case[there], ends]), axis=0, return_inverse=True, return_counts=True
        )
        fewest = np.full(len(times), len(there), dtype=np.int64)
        np.minimum.at(fewest, of_case[there], size[at.ravel()])
        times[fewest >= smallest] = coarser
    by = np.zeros(len(number))
    by[rows] = times[of_case[layout.case[rows]]] * rounding
    with np.errstate(divide="ignore", invalid="ignore"):
        rounded = np.where(by > 0, _round(exact, np.where(by > 0, by, 1)), np.nan)
    return pd.Series(rounded).astype("Int64"), int((times[of_case[there]] == 0).sum())


def _round(weeks: np.ndarray, by: np.ndarray | int) -> np.ndarray:
    rounded: np.ndarray = np.floor(weeks / by + 0.5) * by
    return rounded


def exact_weeks(layout: Layout, number: Numbers) -> np.ndarray:
    """Return the weeks from the first published session of a case to that of each row."""
    rows = np.flatnonzero(number)
    day = layout.table["date"].to_numpy(dtype="datetime64[D]")[rows]
    sessions = layout.case[rows] * (number.max(initial=0) + 1) + number[rows]
    starts = np.flatnonzero(np.append(True, np.diff(sessions) != 0)) if len(rows) else np.zeros(0, dtype=np.int64)
    as_number = np.where(np.isnat(day), np.inf, day.astype("int64").astype(np.float64))
    of_session = np.minimum.reduceat(as_number, starts) if len(starts) else as_number
    of_row = np.repeat(of_session, np.diff(np.append(starts, len(rows))))
    first = np.full(len(layout.cases), np.inf)
    is_first = number[rows] == 1
    first[layout.case[rows[is_first]]] = of_row[is_first]
    weeks = np.full(len(number), np.nan)
    with np.errstate(invalid="ignore"):
        since = (of_row - first[layout.case[rows]]) / 7
    since[~np.isfinite(since)] = np.nan
    weeks[rows] = np.where(since < 0, 0, since)
    return weeks
