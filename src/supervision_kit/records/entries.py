"""Rows → entries: every cell of a rating judged, and each rating told apart by form, item and scale."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Flags
from supervision_kit.records.dates import like_dates
from supervision_kit.records.finding import WIDE
from supervision_kit.records.grouping import RatedCells, group_cells
from supervision_kit.records.rows import INSTRUMENT_KEYS, Body
from supervision_kit.records.units import OPEN, STATISTICS, Unit, choose_units
from supervision_kit.records.values import Numbers, read_numbers
from supervision_kit.tables import RATERS


@dataclass(frozen=True, eq=False)
class Entries:
    """Ratings, one each: its row, rater, instrument, slot (item number, or SCALE + place of the scale) and value."""

    row: npt.NDArray[np.int32]
    rater: npt.NDArray[np.int8]
    instrument: npt.NDArray[np.int8]
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
        return cls(*(np.empty(0, dtype=kind) for kind in ("i4", "i1", "i1", "i2", "f8", "i2")))


_PARTS = ("row", "rater", "instrument", "slot", "value", "position")


def read_entries(body: Body) -> Entries:
    """Return the ratings of the rows that are not set aside; what cannot be read is in the body's problems."""
    groups = list(group_cells(body))
    numbers = {position: read_numbers(body.columns[position].texts) for position in {each.position for each in groups}}
    units = _choose_units(body, groups, numbers)
    parts = []
    for group, unit in zip(groups, units, strict=True):
        values = _judge(body, group, numbers[group.position], unit)
        parts.append(_entries(body, group, values))
    entries = Entries.joined(parts) if parts else Entries.none()
    _flag_unrated(body, entries)
    kept = _without_strange_blanks(entries.only(~body.problems.bad[entries.row]))
    _note_unanswered(body, kept)
    _note_strange(body, kept)
    return kept


def _choose_units(body: Body, groups: list[RatedCells], numbers: dict[int, Numbers]) -> list[Unit | None]:
    """Return for each group of scores its unit; the scores of one form are weighed together."""
    form = body.form
    given: dict[tuple[str, str | None], dict[str, npt.NDArray[np.float64]]] = {}
    hints: dict[tuple[str, str | None], dict[str, str | None]] = {}
    for group in groups:
        if group.scale is None:
            continue
        values = body.columns[group.position].spread(numbers[group.position].values)
        rows = group.rows & ~body.problems.bad & ~np.isnan(values)
        key = (group.instrument, group.rater)
        empty = np.full(int(form.max(initial=-1)) + 1, np.nan)
        given.setdefault(key, {}).setdefault(group.scale, empty)[form[rows]] = values[rows]
        hints.setdefault(key, {})[group.scale] = group.statistic
    chosen = {key: choose_units(scales, instrument=key[0], hints=hints[key]) for key, scales in given.items()}
    units = [chosen[each.instrument, each.rater][each.scale] if each.scale else None for each in groups]
    _note_units(body, groups, units)
    return units


def _note_units(body: Body, groups: list[RatedCells], units: list[Unit | None]) -> None:
    said: dict[str, dict[str, str]] = {}
    for group, unit in zip(groups, units, strict=True):
        if unit and group.scale and (sentence := _say_unit(body, group, unit)):
            name = f"{INSTRUMENTS[group.instrument].short_title} {group.scale}"
            said.setdefault(name, {})[group.rater or ""] = sentence
    for name, sentences in said.items():
        if len(set(sentences.values())) == 1:
            body.notes.append(f"{name}: {next(iter(sentences.values()))}")
        else:
            body.notes += [f"{name}, {rater}: {sentence}" for rater, sentence in sentences.items()]


def _say_unit(body: Body, group: RatedCells, unit: Unit) -> str:
    own = INSTRUMENTS[group.instrument].scales[group.scale or ""].statistic
    if unit.doubt:
        asked = f"the values could be sums or item means; read as {unit.words}."
        if unit.doubt == OPEN:
            return asked
        other = next(each for each in STATISTICS if each != unit.statistic)
        way = f"columns={{“{body.layout.headings[group.position]}”: “{group.instrument}:{group.scale}:{other}”}}"
        return f"most of {asked} If they are {other}s, say so: {way if body.layout.shape == WIDE else 'convert them'}."
    if unit.statistic != own:
        return f"read as {unit.words}, and turned into {own}s."
    return f"read as {unit.words}." if own != "sum" else ""


def _judge(body: Body, group: RatedCells, numbers: Numbers, unit: Unit | None) -> npt.NDArray[np.float64]:
    """Flag the group's cells that cannot be, and return its value for each row of the body."""
    instrument, column, values = INSTRUMENTS[group.instrument], body.columns[group.position], numbers.values
    given = ~np.isnan(values)
    if unit is None:
        outside = given & ~((values >= instrument.lowest_answer) & (values <= instrument.highest_answer))
        broken = given & ~outside & (values % 1 != 0) if instrument.whole_numbers else np.zeros_like(given)
        faults = {"not_a_number": numbers.unreadable, "out_of_range": outside, "not_whole": broken}
        kind, allowed = "response", f"{instrument.short_title} answers are {instrument.answers}"
    else:
        faults = {"not_a_number": numbers.unreadable, "out_of_range": given & ~unit.fits(values)}
        kind, allowed = "score", f"{instrument.short_title} {group.scale} is read as {unit.words}"
        values = unit.convert(values)
    for rule, which in faults.items():
        if which.any():
            suggestion = np.full(len(which), "", dtype=object)
            if rule == "not_a_number":
                suggestion[like_dates(column.texts)] = (
                    "Excel has turned a number into a date: format the column as numbers and type it again."
                )
            body.problems.flag(
                group.rows & column.spread(which),
                position=group.position,
                column=column,
                rule=f"{kind}_{rule}",
                message=f"{allowed}; blank where not given.",
                suggestion=column.spread(suggestion),
            )
    return column.spread(values)


def _entries(body: Body, group: RatedCells, values: npt.NDArray[np.float64]) -> Entries:
    rows = np.flatnonzero(group.rows).astype(np.int32)
    rater = np.full(len(rows), RATERS.index(group.rater)) if group.rater else body.rater[rows]
    return Entries(
        rows,
        rater.astype(np.int8),
        np.full(len(rows), INSTRUMENT_KEYS.index(group.instrument), dtype=np.int8),
        np.full(len(rows), group.slot, dtype=np.int16),
        values[rows],
        np.full(len(rows), group.position, dtype=np.int16),
    )


def _flag_unrated(body: Body, entries: Entries) -> None:
    rated = np.zeros(body.n_rows, dtype=bool)
    rated[entries.row] = True
    position, column = body.column("instrument")
    message = "The file has no column of this row’s instrument."
    body.problems.flag(
        body.spread.is_form & ~rated & ~body.problems.bad,
        position=position,
        column=column,
        rule="nothing_rated",
        message=message,
    )


def _is_strange(entries: Entries) -> Flags:
    """Return which ratings are of a form that their rater does not fill in."""
    usual = np.array([[rater in INSTRUMENTS[key].raters for rater in RATERS] for key in INSTRUMENT_KEYS])
    return ~usual[entries.instrument, entries.rater]


def _note_strange(body: Body, entries: Entries) -> None:
    strange = entries.only(_is_strange(entries) & ~np.isnan(entries.value))
    for instrument, rater in sorted(set(zip(strange.instrument.tolist(), strange.rater.tolist(), strict=True))):
        known = INSTRUMENTS[INSTRUMENT_KEYS[instrument]]
        body.notes.append(
            f"{known.short_title} is a form of the {' and the '.join(known.raters)}, and stands in rows of the "
            f"{RATERS[rater]} too: read as the {RATERS[rater]}’s ratings."
        )


def _without_strange_blanks(entries: Entries) -> Entries:
    """Drop the blank form of a rater who does not fill that form in, beside one in the same row that has answers."""
    strange = _is_strange(entries)
    if not strange.any():
        return entries
    answered = ~np.isnan(entries.value)
    n_rows, n_raters = int(entries.row.max()) + 1, len(RATERS)
    form = (entries.row.astype(np.int64) * n_raters + entries.rater) * len(INSTRUMENT_KEYS) + entries.instrument
    form_answered = np.bincount(form, weights=answered)[form] > 0
    row_answered = np.bincount(entries.row, weights=answered, minlength=n_rows)[entries.row] > 0
    return entries.only(~(strange & ~form_answered & row_answered))


def _note_unanswered(body: Body, entries: Entries) -> None:
    if n := int(np.isnan(entries.value).sum()):
        body.notes.append(f"{n:,} cell(s) without an answer (blank, n/a, -, …) were read as unanswered.")
