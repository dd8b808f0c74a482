"""Texts → dates; the order of day and month is decided for a whole column, or left open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.cells import Flags, Texts
from supervision_kit.records.no_answer import unanswered
from supervision_kit.records.vocabulary import MONTHS, fold

YEARS = (1900, 2100)
MONTHS_IN_A_YEAR = 12
DAYS_IN_A_MONTH = 31
SERIALS = (25_000, 80_000)  # Excel's count of days from 1968 to 2119
EXCEL_DAY_0 = np.datetime64("1899-12-30")
FIRST_YEAR_OF_LAST_CENTURY = 70  # of years written with two digits: 70 is 1970, 69 is 2069

_TIME = r"(?:[t\s,]+[0-9]{1,2}:[0-9]{2}.*)?"
_DAY = r"([0-9]{1,2})"
_YEAR = r"([0-9]{4}|[0-9]{2})"
_MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
# pattern, and which of its groups are year, month and day
_PLAIN = (
    (rf"([0-9]{{4}})[-/.]{_DAY}[-/.]{_DAY}{_TIME}", (0, 1, 2)),
    (r"([0-9]{4})([0-9]{2})([0-9]{2})", (0, 1, 2)),
    (rf"{_DAY}\.\s*{_DAY}\.\s*{_YEAR}{_TIME}", (2, 1, 0)),
    (rf"(?:[a-z]+\.?,?\s+)?{_DAY}(?:st|nd|rd|th)?[\s.-]*{_MONTH}[\s.,-]*{_YEAR}{_TIME}", (2, 1, 0)),
    (rf"(?:[a-z]+\.?,?\s+)?{_MONTH}[\s.-]*{_DAY}(?:st|nd|rd|th)?[\s.,-]+{_YEAR}{_TIME}", (2, 0, 1)),
)
_EITHER_WAY = rf"{_DAY}[/-]{_DAY}[/-]{_YEAR}{_TIME}"


@dataclass(frozen=True)
class Dates:
    """The day of each text (``NaT`` where empty, open or unreadable), what is unreadable, and how it was decided.

    `serial` are the days written as Excel's count of them; `swapped` is whether Excel seems to have taken days for
    months: the dates that it knows have days up to 12, those that it left as text have days above.
    """

    values: npt.NDArray[np.datetime64]
    unreadable: Flags
    n_open: int
    order: str
    serial: Flags
    swapped: bool


def read_dates(texts: Texts, *, day_first: bool | None) -> Dates:
    """Return the dates of a column's distinct texts.

    ISO dates, dotted dates (day first) and dates with the month in letters speak for themselves. Of dates with slashes
    or dashes, a part over 12 shows the order for all of them. Where none does, or they contradict each other, they are
    left empty and counted in ``n_open``, unless `day_first` says how to read them.
    """
    folded = pd.Series([fold(text) for text in texts], dtype="str")
    values = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    for pattern, order in _PLAIN:
        _put(values, folded, pattern, order)
    parts = folded.str.extract(f"^{_EITHER_WAY}$").astype("Float64").fillna(0).to_numpy(dtype=float)
    slashed = parts[:, 0] > 0
    day_first, words, is_open = _decide(parts[slashed], given=day_first)
    if slashed.any() and not is_open:
        _put(values, folded, _EITHER_WAY, (2, 1, 0) if day_first else (2, 0, 1))
    serial = folded.str.fullmatch(r"[0-9]{5}(\.[0-9]+)?").to_numpy(dtype=bool)
    counted = np.array([float(text) if yes else 0 for text, yes in zip(folded, serial, strict=True)]).astype(np.int64)
    serial = (counted >= SERIALS[0]) & (counted <= SERIALS[1])
    values[serial] = (EXCEL_DAY_0 + counted[serial].astype("timedelta64[D]")).astype("datetime64[us]")
    readable = ~np.isnat(values)
    if is_open:
        possible = (
            slashed & (parts[:, :2].min(axis=1) <= MONTHS_IN_A_YEAR) & (parts[:, :2].max(axis=1) <= DAYS_IN_A_MONTH)
        )
        readable |= possible
    unreadable = ~readable & ~unanswered(texts)
    iso = folded.str.match("[0-9]{4}-").to_numpy(dtype=bool)
    n_open = int((readable & np.isnat(values)).sum())
    return Dates(values, unreadable, n_open, words, serial, _swapped(values, iso))


def like_dates(texts: Texts) -> Flags:
    """Return which texts are what Excel makes of a number that it takes for a date (``03. Mai``, ``Jan 05``)."""
    folded = pd.Series([fold(text) for text in texts], dtype="str")
    short = folded.str.fullmatch(rf"(?:{_DAY}[\s.-]*{_MONTH}\.?|{_MONTH}\.?[\s.-]*[0-9]{{2}})")
    return (short | folded.str.match(rf"{_PLAIN[0][0]}$")).to_numpy(dtype=bool)


def _swapped(values: npt.NDArray[np.datetime64], iso: Flags) -> bool:
    there = ~np.isnat(values)
    day = pd.Series(values).dt.day.to_numpy()
    known, left = day[there & iso], day[there & ~iso]
    return bool(len(known) and len(left) and (known <= MONTHS_IN_A_YEAR).all() and (left > MONTHS_IN_A_YEAR).all())


def _decide(parts: npt.NDArray[np.float64], *, given: bool | None) -> tuple[bool, str, bool]:
    """Return the order, the words for how it was found, and whether it stays open."""
    if given is not None:
        return given, "", False
    first, second = parts[:, 0], parts[:, 1]
    day_shown = bool(((first > MONTHS_IN_A_YEAR) & (second <= MONTHS_IN_A_YEAR)).any())
    month_shown = bool(((second > MONTHS_IN_A_YEAR) & (first <= MONTHS_IN_A_YEAR)).any())
    if day_shown != month_shown:
        return day_shown, "day first" if day_shown else "month first", False
    return True, "", bool((first != second).any())


def _put(values: npt.NDArray[np.datetime64], folded: pd.Series, pattern: str, order: tuple[int, int, int]) -> None:
    groups = folded.str.extract(f"^{pattern}$")
    found = groups[0].notna().to_numpy(dtype=bool)
    if not found.any():
        return
    year, month, day = (groups.loc[found, at] for at in order)
    numbers = pd.DataFrame(
        {
            "year": year.astype(int),
            "month": month.map(lambda word: MONTHS.get(word, word)).astype(int),
            "day": day.astype(int),
        }
    )
    short = numbers["year"] < 100  # noqa: PLR2004
    numbers.loc[short, "year"] += np.where(numbers.loc[short, "year"] < FIRST_YEAR_OF_LAST_CENTURY, 2000, 1900)
    numbers.loc[~numbers["year"].between(*YEARS), "month"] = 0  # no month: unreadable
    values[found] = pd.to_datetime(numbers, errors="coerce").astype("datetime64[us]").to_numpy()
