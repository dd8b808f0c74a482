"""What is known of a sheet's columns while its layout is being found, and the layout itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Column, Flags, Sheet
from supervision_kit.records.dates import read_dates
from supervision_kit.records.folding import heading_key
from supervision_kit.records.header import list_headings
from supervision_kit.records.numbers import read_numbers
from supervision_kit.records.redcap import RedcapColumns
from supervision_kit.records.roles import Role
from supervision_kit.records.two_rows import Header
from supervision_kit.records.wording import column_name
from supervision_kit.words import later, say

WIDE, LONG_ITEMS, LONG_SCORES = later("a row per form"), later("a row per item"), later("a row per score")
SESSIONS = later("a row per case, with a column for each session")


@dataclass(frozen=True)
class Slot:
    """A column of ratings: one item, or one scale's score; ``None`` is left to the row or to the file."""

    position: int
    instrument: str | None
    rater: str | None
    item: int | None = None
    scale: str | None = None
    statistic: str | None = None
    session: int | None = None

    def is_of(self, instrument: str) -> bool:
        """Return whether the instrument has this item or scale."""
        known = INSTRUMENTS[instrument]
        return self.item <= known.n_items if self.item else self.scale in known.scales


@dataclass(frozen=True)
class Layout:
    """What stands where in a sheet; `instrument` and `rater` hold where neither heading nor row says them.

    `header` is the last row of headings, from 0, `header_rows` are all of them, and `width` is the number of columns up
    to the last heading. `repeats` are the rows beneath that say the headings again and are no data. Where `by_form` is
    true each form of a row stands for itself; `session_dates` holds the columns of days by session, and `redcap` says
    where a REDCap export says which session a row is of.
    """

    header: int
    header_rows: tuple[int, ...]
    width: int
    headings: tuple[str, ...]
    shape: str
    fields: Mapping[str, int]
    slots: tuple[Slot, ...]
    instrument: str | None
    rater: str | None
    rater_from: str
    notes: tuple[str, ...]
    repeats: Flags
    by_form: bool = False
    session_dates: Mapping[int, int] = field(default_factory=dict)
    redcap: RedcapColumns | None = None


@dataclass
class Finding:
    """A sheet's headings, their roles, and what has been settled so far."""

    sheet: Sheet
    header: Header
    headings: tuple[str, ...]
    roles: list[Role | None]
    targets: Mapping[str, Role | None]
    fields: dict[str, int] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    explained: set[int] = field(default_factory=set)
    session_dates: dict[int, int] = field(default_factory=dict)
    redcap: RedcapColumns | None = None
    instrument_of_rows: str | None = None

    def is_said(self, position: int) -> bool:
        """Return whether the caller or a saved mapping says what the column is."""
        return heading_key(self.headings[position] or column_name(position)) in self.targets

    def is_text(self, position: int) -> bool:
        """Return whether the column holds something beneath its heading, and no number."""
        numbers = read_numbers(self.beneath(self.sheet.columns[position]).texts)
        return bool(numbers.unreadable.any()) and bool(np.isnan(numbers.values).all())

    def has_sessions(self) -> bool:
        """Return whether something says which session a form is of: a column, the headings, REDCap, or the day."""
        by_redcap = self.redcap is not None and self.redcap.says_sessions([*map(self.beneath, self.sheet.columns)])
        return "session" in self.fields or by_redcap or any(slot.session for slot in self.slots) or self.has_days()

    def beneath(self, column: Column) -> Column:
        """Return what stands beneath the headings."""
        return column.take(np.arange(self.header.row + 1, len(column)))

    def has_days(self) -> bool:
        """Return whether there is a date column with dates in it, to number sessions by."""
        if "date" not in self.fields:
            return False
        column = self.beneath(self.sheet.columns[self.fields["date"]])
        dates = read_dates(column.texts, day_first=None)
        return bool(dates.is_open.any()) or not bool(np.isnat(dates.values).all())

    def leave(self, position: int, why: str) -> None:
        """Leave a column aside and say why."""
        self.explained.add(position)
        twice = self.headings.count(self.headings[position]) > 1
        where = f" ({column_name(position)})" if twice else ""
        self.notes.append(
            say("“{heading}”{where} was left aside: {why}.", heading=self.headings[position], where=where, why=why)
        )

    def refuse(self, wrong: str, *what_to_do: str) -> RecordsError:
        """Return an error that names the sheet and the columns found."""
        found = list_headings(self.sheet, self.header.row, self.targets)
        return RecordsError(" ".join(part for part in (f"{self.sheet.source}: {wrong}", found, *what_to_do) if part))
