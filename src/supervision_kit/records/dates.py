"""Texts → dates; the order of day and month is decided for a whole column, or left open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.cells import Flags, Texts
from supervision_kit.records.folding import fold
from supervision_kit.records.months import MONTHS
from supervision_kit.records.no_answer import unanswered

YEARS = (1900, 2100)
MONTHS_IN_A_YEAR = 12
DAYS_IN_A_MONTH = 31
SERIALS = (25_000, 80_000)  # Excel's count of days from 1968 to 2119
EXCEL_DAY_0 = np.datetime64("1899-12-30")
FIRST_YEAR_OF_LAST_CENTURY = 70  # of years written with two digits: 70 is 1970, 69 is 2069

_TIME = r"(?:[t:\s,]+[0-9]{1,2}[:.h][0-9]{2}.*)?"
_DAY = r"([0-9]{1,2})"
_NTH = rf"{_DAY}(?:st|nd|rd|th|er)?"
_YEAR = r"([0-9]{4}|[0-9]{2})"
_MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
_WEEKDAY = r"(?:[a-z]+\.?,?\s+)?"
_OF = r"(?:de\s+)?"
# pattern, and which of its groups are year, month and day
_PLAIN = tuple(
    (f"{_WEEKDAY}{pattern}", groups)
    for pattern, groups in (
        (rf"([0-9]{{4}})[-/. ]\s?{_DAY}[-/. ]\s?{_DAY}\.?{_TIME}", (0, 1, 2)),
        (r"([0-9]{4})([0-9]{2})([0-9]{2})(?:t?[0-9]{4,6}.*)?", (0, 1, 2)),
        (rf"{_DAY}\.\s*{_DAY}\.\s*{_YEAR}{_TIME}", (2, 1, 0)),
        (rf"{_NTH}[\s./-]*{_OF}{_MONTH}[\s.,/-]*{_OF}{_YEAR}{_TIME}", (2, 1, 0)),
        (rf"{_MONTH}[\s./-]*{_NTH}[\s.,/-]+{_YEAR}{_TIME}", (2, 0, 1)),
        (rf"([0-9]{{4}})[\s./-]*{_MONTH}[\s./-]*{_DAY}{_TIME}", (0, 1, 2)),
    )
)
_DOTTED = rf"{_WEEKDAY}{_DAY}\.\s*{_DAY}\.\s*{_YEAR}{_TIME}"
_EITHER_WAY = rf"{_WEEKDAY}{_DAY}[/ -]{_DAY}[/ -]{_YEAR}{_TIME}"


@dataclass(frozen=True)
class Dates:
    """The day of each text (``NaT`` where empty, open or unreadable), what is open or unreadable, and how it was read.

    `order` says in words which order the column's values show, `torn` whether some show the one and some the other.
    `serial` are the days written as Excel's count of them; `swapped` is whether Excel seems to have taken days for
    months: the dates that it knows have days up to 12, those that it left as text have days above.
    """

    values: npt.NDArray[np.datetime64]
    is_open: Flags
    unreadable: Flags
    order: str
    torn: bool
    serial: Flags
    swapped: bool


def read_dates(texts: Texts, *, day_first: bool | None) -> Dates:
    """Return the dates of a column's distinct texts.

    ISO dates, dotted dates (day first) and dates with the month in letters speak for themselves; a dotted date that can
    only be month first leaves the dotted ones open that could be either. Of dates with slashes
    or dashes, a part over 12 shows the order for all of them. Where none does, or they contradict each other, those
    that can be read two ways are open, unless `day_first` says how to read them.
    """
    folded = pd.Series([fold(text) for text in texts], dtype="str")
    values = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    for pattern, groups in _PLAIN:
        _put(values, folded, pattern, groups)
    parts = _parts_of(folded, _EITHER_WAY)
    shows_day, shows_month, either = _shown(parts)
    _, dotted_month, dotted_either = _shown(_parts_of(folded, _DOTTED))
    against = (dotted_month | dotted_either) & dotted_month.any()  # a dotted date whose day comes second
    torn = day_first is None and bool(shows_day.any() and shows_month.any())
    order = day_first
    if order is None and shows_day.any() != shows_month.any():
        order = bool(shows_day.any())
    is_open = either if order is None else np.zeros(len(texts), dtype=bool)
    slashed = (parts[:, 0] > 0) & np.isnat(values)
    as_day = slashed & ~is_open & (~shows_month if order is None else order)
    _put(values, folded.where(as_day, ""), _EITHER_WAY, (2, 1, 0))
    _put(values, folded.where(slashed & ~is_open & ~as_day, ""), _EITHER_WAY, (2, 0, 1))
    if day_first is None:
        is_open, values[against] = is_open | against, np.datetime64("NaT")
    elif not day_first:
        _put(values, folded.where(against, ""), _DOTTED, (2, 0, 1))
    serial = _put_serial(values, folded)
    unreadable = np.isnat(values) & ~is_open & ~unanswered(texts)
    iso = folded.str.match("[0-9]{4}-").to_numpy(dtype=bool)
    said = "" if day_first is not None or order is None else "day first" if order else "month first"
    return Dates(values, is_open, unreadable, said, torn, serial, _swapped(values, iso))


def _parts_of(folded: pd.Series, pattern: str) -> npt.NDArray[np.float64]:
    """Return the first two numbers of the dates that are written so, 0 where they are not."""
    found: npt.NDArray[np.float64] = (
        folded.str.extract(f"^{pattern}$")[[0, 1]].astype("Float64").fillna(0).to_numpy(dtype=float)
    )
    return found


def _shown(parts: npt.NDArray[np.float64]) -> tuple[Flags, Flags, Flags]:
    """Return of which pairs of parts the first has to be the day, the second has to be, and either could be."""
    first, second = parts[:, 0], parts[:, 1]
    least, most = parts.min(axis=1), parts.max(axis=1)
    possible = (least >= 1) & (least <= MONTHS_IN_A_YEAR) & (most <= DAYS_IN_A_MONTH)
    long = most > MONTHS_IN_A_YEAR
    return possible & long & (first > second), possible & long & (second > first), possible & ~long & (first != second)


def _put_serial(values: npt.NDArray[np.datetime64], folded: pd.Series) -> Flags:
    """Put the days that are written as Excel counts them, and return which they are."""
    written = folded.str.fullmatch(r"[0-9]{5}(?:[.,][0-9]+)?").to_numpy(dtype=bool)
    counted = np.array([int(text[:5]) if yes else 0 for text, yes in zip(folded, written, strict=True)], dtype=np.int64)
    serial: Flags = (counted >= SERIALS[0]) & (counted <= SERIALS[1])
    values[serial] = (EXCEL_DAY_0 + counted[serial].astype("timedelta64[D]")).astype("datetime64[us]")
    return serial


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
