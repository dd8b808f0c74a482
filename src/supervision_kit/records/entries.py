"""Rows → entries: every cell of a rating judged, and each rating told apart by form, item and scale."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.body import Body, instrument_keys
from supervision_kit.records.cells import Flags
from supervision_kit.records.grouping import RatedCells, group_cells
from supervision_kit.records.judging import Readings, judge_cells
from supervision_kit.records.numbers import read_numbers
from supervision_kit.records.scaling import choose_group_units
from supervision_kit.records.shifted import flag_shifted_answers
from supervision_kit.records.small_forms import flag_small_forms
from supervision_kit.tables import RATERS
from supervision_kit.words import say, say_number
from supervision_kit.words.raters import say_rater


@dataclass(frozen=True, eq=False)
class Entries:
    """Ratings, one each: its row, rater, instrument, slot (item number, or SCALE + place of the scale) and value."""

    row: npt.NDArray[np.int32]
    rater: npt.NDArray[np.int8]
    instrument: npt.NDArray[np.int16]
    slot: npt.NDArray[np.int16]
    value: npt.NDArray[np.float64]
    position: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.row)

    def only(self, which: Flags) -> Entries:
        """Return these entries only."""
        return Entries(*(getattr(self, name)[which] for name in _PARTS))

    def after(self, n_rows: int) -> Entries:
        """Return the entries with their rows counted on from `n_rows`."""
        return replace(self, row=self.row + np.int32(n_rows))

    @classmethod
    def joined(cls, parts: list[Entries]) -> Entries:
        """Return all of the parts' entries."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in _PARTS))

    @classmethod
    def none(cls) -> Entries:
        """Return no entries."""
        return cls(*(np.empty(0, dtype=kind) for kind in ("i4", "i1", "i2", "i2", "f8", "i2")))


_PARTS = ("row", "rater", "instrument", "slot", "value", "position")


def read_entries(body: Body) -> Entries:
    """Return the ratings of the rows that are not set aside; what cannot be read is in the body's problems."""
    groups = list(group_cells(body))
    numbers = {position: read_numbers(body.columns[position].texts) for position in {each.position for each in groups}}
    units = choose_group_units(body, groups, numbers)
    parts, readings = [], Readings()
    for group, unit in zip(groups, units, strict=True):
        values = judge_cells(body, group, numbers[group.position], unit, readings)
        parts.append(_entries(body, group, values))
    flag_small_forms(body, groups, numbers, units)
    flag_shifted_answers(body, groups, numbers)
    entries = Entries.joined(parts) if parts else Entries.none()
    _flag_unrated(body, entries)
    kept = _without_strange_blanks(entries.only(~body.problems.bad[entries.row]))
    _note_unanswered(body, kept)
    body.notes += readings.notes(body.problems.bad)
    readings.list_unanswered(body.problems)
    _note_strange(body, kept)
    return kept


def _entries(body: Body, group: RatedCells, values: npt.NDArray[np.float64]) -> Entries:
    rows = np.flatnonzero(group.rows).astype(np.int32)
    rater = np.full(len(rows), RATERS.index(group.rater)) if group.rater else body.rater[rows]
    return Entries(
        rows,
        rater.astype(np.int8),
        np.full(len(rows), instrument_keys().index(group.instrument), dtype=np.int16),
        np.full(len(rows), group.slot, dtype=np.int16),
        values[rows],
        np.full(len(rows), group.position, dtype=np.int16),
    )


def _flag_unrated(body: Body, entries: Entries) -> None:
    rated = np.zeros(body.n_rows, dtype=bool)
    rated[entries.row] = True
    position, column = body.column("instrument")
    message = say("The file has no column of this row’s instrument.")
    body.problems.flag(
        body.spread.is_form & ~rated & ~body.problems.bad,
        position=position,
        column=column,
        rule="nothing_rated",
        message=message,
    )


def _is_strange(entries: Entries) -> Flags:
    """Return which ratings are of a form that their rater does not fill in."""
    usual = np.array([[rater in INSTRUMENTS[key].raters for rater in RATERS] for key in instrument_keys()])
    return ~usual[entries.instrument, entries.rater]


def _note_strange(body: Body, entries: Entries) -> None:
    strange = entries.only(_is_strange(entries) & ~np.isnan(entries.value))
    for instrument, rater in sorted(set(zip(strange.instrument.tolist(), strange.rater.tolist(), strict=True))):
        known = INSTRUMENTS[instrument_keys()[instrument]]
        body.notes.append(
            say(
                "{form} is a form of the {raters}, and stands in rows of the {rater} too: read as the {rater}’s "
                "ratings.",
                form=known.short_title,
                raters=say(" and the ").join(map(say_rater, known.raters)),
                rater=say_rater(RATERS[rater]),
            )
        )


def _without_strange_blanks(entries: Entries) -> Entries:
    """Drop the blank form of a rater who does not fill that form in, beside one in the same row that has answers."""
    strange = _is_strange(entries)
    if not strange.any():
        return entries
    answered = ~np.isnan(entries.value)
    n_rows, n_raters = int(entries.row.max()) + 1, len(RATERS)
    form = (entries.row.astype(np.int64) * n_raters + entries.rater) * len(instrument_keys()) + entries.instrument
    form_answered = np.bincount(form, weights=answered)[form] > 0
    row_answered = np.bincount(entries.row, weights=answered, minlength=n_rows)[entries.row] > 0
    return entries.only(~(strange & ~form_answered & row_answered))


def _note_unanswered(body: Body, entries: Entries) -> None:
    if n := int(np.isnan(entries.value).sum()):
        body.notes.append(
            say("{n} cell(s) without an answer (blank, n/a, -, …) were read as unanswered.", n=say_number(n))
        )
