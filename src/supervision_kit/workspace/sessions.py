"""Sessions that were counted from dates: one count over the dates of all files.

A file without session numbers has its sessions counted from its own dates. The next file of the same case counts from
1 again, so the count is made anew over what the workspace holds and what the file brings. Where other forms of a case
carry numbers, a date takes the number that these say for it; a date without one is not placed: nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

NUMBER, DATE = "number", "date"
_NO_NUMBER = "its date is not among the sessions that carry a number"
_NOT_ALL = "the case is kept by date, and this file does not number all of these dates"


@dataclass(frozen=True)
class Placed:
    """Where each form brought belongs.

    Attributes
    ----------
    session, session_from
        Of the forms brought.
    reason
        Of the forms brought: why one has no place; empty where it has.
    renumbered
        Stored forms whose session changes: id, case_number, old, session, session_from.
    """

    session: np.ndarray
    session_from: np.ndarray
    reason: np.ndarray
    renumbered: pd.DataFrame


def place_sessions(stored: pd.DataFrame, brought: pd.DataFrame, days: pd.DataFrame) -> Placed:
    """Give every form its session.

    Both tables have case_number (−1: new), session and date; `brought` has is_dated, too. `days` has case_number and
    day: what counts as a session of the cases kept by date, in the workspace and in the file.
    """
    session = brought["session"].to_numpy(dtype=np.int64, copy=True)
    session_from = np.where(brought["is_dated"].to_numpy(dtype=bool), DATE, NUMBER).astype(object)
    reason = np.full(len(brought), "", dtype=object)
    by_date = set(stored.loc[stored["session_from"] == DATE, "case_number"])
    by_date |= set(brought.loc[brought["is_dated"] & (brought["case_number"] >= 0), "case_number"])
    renumbered = [pd.DataFrame(columns=["id", "case_number", "old", "session", "session_from"])]
    if by_date:
        of_case = _rows_of(brought["case_number"], by_date)
        kept = _rows_of(stored["case_number"], by_date)
        of_case_days = {case: sorted(set(there)) for case, there in days.groupby("case_number")["day"]}
        for case, rows in of_case.items():
            here = stored.loc[kept.get(case, np.array([], dtype=np.int64))]
            new, origin, why, moved = _place_case(here, brought.loc[rows], of_case_days.get(case, []))
            session[rows], session_from[rows], reason[rows] = new, origin, why
            renumbered.append(moved)
    return Placed(session, session_from, reason, pd.concat([part for part in renumbered if len(part)] or renumbered))


def _rows_of(cases: pd.Series, wanted: set[int]) -> dict[int, np.ndarray]:
    there = cases[cases.isin(wanted)]
    return {case: there.index[there == case].to_numpy() for case in there.unique().tolist()}


def _place_case(
    stored: pd.DataFrame, brought: pd.DataFrame, counted: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, pd.DataFrame]:
    is_dated = brought["is_dated"].to_numpy(dtype=bool)
    stored_dated = (stored["session_from"] == DATE).to_numpy(dtype=bool)
    days, stored_days = _days(brought["date"]), _days(stored["date"])
    said = [
        (stored_days[~stored_dated], stored["session"][~stored_dated]),
        (days[~is_dated], brought["session"][~is_dated]),
    ]
    counted = sorted({*counted, *days[is_dated], *stored_days[stored_dated]})
    numbers = _one_number_a_day(said)
    reason = np.full(len(brought), "", dtype=object)
    if stored_dated.all() and is_dated.all():
        numbers, origin = {day: at for at, day in enumerate(counted, start=1)}, DATE
    else:
        origin = NUMBER
        dated = sorted(set(stored_days[stored_dated]))
        if len({numbers[day] for day in dated if day in numbers}) < len(dated):
            # what is kept stays; the counting of the file's own dates goes on where no number is claimed
            reason[~is_dated] = _NOT_ALL
            numbers = {day: at for at, day in enumerate(counted, start=1)}
            origin = DATE
    placed = np.array([numbers.get(day, 0) for day in days], dtype=np.int64)
    reason[is_dated & (placed == 0)] = _NO_NUMBER
    session = np.where(is_dated, placed, brought["session"].to_numpy(dtype=np.int64))
    moved = _moved(stored[stored_dated], [numbers[day] for day in stored_days[stored_dated]], origin)
    return session, np.full(len(brought), origin, dtype=object), reason, moved


def _days(dates: pd.Series) -> np.ndarray:
    return np.array([date[:10] if isinstance(date, str) else "" for date in dates], dtype=object)


def _one_number_a_day(said: list[tuple[np.ndarray, pd.Series]]) -> dict[str, int]:
    """Return the session of each day that has exactly one."""
    found: dict[str, set[int]] = {}
    for days, sessions in said:
        for day, session in zip(days, sessions, strict=True):
            if day:
                found.setdefault(day, set()).add(int(session))
    return {day: next(iter(numbers)) for day, numbers in found.items() if len(numbers) == 1}


def _moved(stored: pd.DataFrame, session: list[int], session_from: str) -> pd.DataFrame:
    moved = pd.DataFrame(
        {
            "id": stored["id"],
            "case_number": stored["case_number"],
            "old": stored["session"],
            "session": session,
            "session_from": session_from,
        }
    )
    return moved[(moved["old"] != moved["session"]) | (stored["session_from"] != session_from)]
