"""The date column → the day of each row; a date that can be read two ways is asked about, never guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from supervision_kit.records.dates import Dates, read_dates
from supervision_kit.records.folding import fold
from supervision_kit.records.no_answer import unanswered
from supervision_kit.words import later, say, say_number

if TYPE_CHECKING:
    from supervision_kit.records.body import Body
    from supervision_kit.records.cells import Column

_SAYS_DATE = re.compile("dat(e|um)|fecha")
EARLIEST = np.datetime64("1950-01-01")  # a session before is likely a day of birth, or a century mistaken

_READ = later("Dates are read as 2025-03-28, 28.03.2025, 28/03/2025 or 28 March 2025.")
_OPEN = later("The date can be read day first or month first, and the column does not show which.")
_SAID = {True: later("day first"), False: later("month first"), None: ""}
_TORN = later("The date can be read day first or month first, and the column holds dates of either order.")
_REWRITE = later("Write the days of the column as 2025-03-28.")
_NO_DAY = later("The table has no session numbers, and this row no day by which to number it.")


def read_days(body: Body, *, day_first: bool | None) -> None:
    """Read the day of each row of the body, and whether it is unclear."""
    position, column = body.column("date")
    body.date = np.full(body.n_rows, np.datetime64("NaT"), dtype="datetime64[us]")
    body.day_unclear = np.zeros(body.n_rows, dtype=bool)
    if column is None:
        return
    dates = read_dates(column.texts, day_first=day_first)
    heading = body.layout.headings[position]
    no_date = dates.unreadable | unanswered(column.texts)
    if dates.unreadable.any() and no_date.all() and not _SAYS_DATE.search(fold(heading)):  # “completed: yes” is no day
        body.notes.append(say("“{heading}” was left aside: no cell of it is a date.", heading=heading))
        return
    body.date = column.spread(dates.values)
    body.date_order = dates.order or _SAID[day_first]
    body.day_unclear = column.spread(dates.is_open)
    _flag_days(body, column, dates)
    body.notes += [f"“{heading}”{note}" for note in _notes(column, dates)]


def _flag_days(body: Body, column: Column, dates: Dates) -> None:
    position, _ = body.column("date")
    message, suggestion = (say(_TORN), say(_REWRITE)) if dates.torn else (say(_OPEN), "")
    body.problems.flag(
        body.day_unclear,
        position=position,
        column=column,
        rule="date_ambiguous",
        message=message,
        suggestion=suggestion,
    )
    unreadable = column.spread(dates.unreadable)
    body.problems.flag(unreadable, position=position, column=column, rule="date_unreadable", message=say(_READ))
    if body.is_dated:
        missing = column.spread(unanswered(column.texts)) & body.spread.is_form & ~body.is_summary
        body.problems.flag(missing, position=position, column=column, rule="date_missing", message=say(_NO_DAY))


def _notes(column: Column, dates: Dates) -> list[str]:
    """Return what is to be said of how the column was read, to come after its heading."""
    n_rows = np.bincount(column.codes, minlength=len(column.texts))
    counts = {
        later(": {n} number(s) were read as Excel counts days, from 1900."): dates.serial,
        later(": {n} date(s) lie in the future."): dates.values > np.datetime64("today"),
        later(": {n} date(s) lie before 1950."): dates.values < EARLIEST,
    }
    notes = [say(" was read {order}, as its values over 12 show.", order=say(dates.order))] if dates.order else []
    notes += [say(note, n=say_number(n)) for note, which in counts.items() if (n := int(n_rows[which].sum()))]
    if dates.swapped:
        notes.append(
            say(
                ": the real dates have days up to 12, those in text days above. Excel has likely swapped day and "
                "month of the former: compare them with the source."
            )
        )
    return notes
