"""Rows → entries: every cell of a rating judged, and each rating told apart by form, item and scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS, Instrument
from supervision_kit.records.cells import Flags
from supervision_kit.records.headings import read_item, read_scale
from supervision_kit.records.layout import LONG_ITEMS, LONG_SCORES, Slot
from supervision_kit.records.rows import INSTRUMENT_KEYS, Body, suggest
from supervision_kit.records.units import Unit, choose_unit, unit_of
from supervision_kit.records.values import Numbers, read_numbers, unanswered
from supervision_kit.tables import RATERS

SCALE = 1_000  # slots from here on are scales, those below are item numbers


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


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells of one column that are ratings of one item or scale (`slot`) with one instrument."""

    position: int
    rows: Flags
    instrument: str
    slot: int
    rater: str | None = None
    statistic: str | None = None

    @property
    def scale(self) -> str | None:
        return list(INSTRUMENTS[self.instrument].scales)[self.slot - SCALE] if self.slot >= SCALE else None


def read_entries(body: Body) -> Entries:
    """Return the ratings of the rows that are not set aside; what cannot be read is in the body's problems."""
    groups = list(_groups(body))
    numbers = {position: read_numbers(body.columns[position].texts) for position in {each.position for each in groups}}
    units = _choose_units(body, groups)
    parts = []
    for group, unit in zip(groups, units, strict=True):
        values = _judge(body, group, numbers[group.position], unit)
        parts.append(_entries(body, group, values))
    entries = Entries.joined(parts) if parts else Entries.none()
    _flag_unrated(body, entries)
    kept = _without_strange_blanks(entries.only(~body.problems.bad[entries.row]))
    _note_unanswered(body, kept)
    return kept


def _groups(body: Body) -> Iterator[_Cells]:
    if body.layout.shape == LONG_ITEMS:
        yield from _long_groups(body, "item", "response")
    elif body.layout.shape == LONG_SCORES:
        yield from _long_groups(body, "scale", "score")
    else:
        for slot in body.layout.slots:
            yield from _wide_groups(body, slot)


def _long_groups(body: Body, name: str, of: str) -> Iterator[_Cells]:
    position, column = body.column(name)
    rated, _ = body.column(of)
    if column is None:
        return
    none = unanswered(column.texts)
    empty = column.spread(none)
    body.problems.flag(
        empty, position=position, column=column, rule=f"{name}_missing", message=f"Say which {name} the row is of."
    )
    for code, rows in _by_instrument(body):
        instrument = INSTRUMENTS[INSTRUMENT_KEYS[code]]
        slots = _item_slots(column.texts, instrument) if name == "item" else _scale_slots(column.texts, instrument)
        unknown = ~none & (slots < 0)
        which = rows & column.spread(unknown)
        messages = suggest(column.texts, unknown, _names(instrument, name), _what_there_is(instrument, name))
        message = column.spread(messages)
        body.problems.flag(which, position=position, column=column, rule=f"{name}_unknown", message=message)
        of_row = column.spread(np.where(none, -1, slots))
        for slot in np.unique(of_row[rows]):
            if slot >= 0:
                yield _Cells(rated, rows & (of_row == slot), instrument.key, int(slot))


def _wide_groups(body: Body, slot: Slot) -> Iterator[_Cells]:
    if slot.instrument:
        everywhere = np.ones(body.n_rows, dtype=bool)
        yield _Cells(slot.position, everywhere, slot.instrument, _slot_code(slot), slot.rater, slot.statistic)
        return
    column = body.columns[slot.position]
    for code, rows in _by_instrument(body):
        instrument = INSTRUMENTS[INSTRUMENT_KEYS[code]]
        if slot.item <= instrument.n_items if slot.item else slot.scale in instrument.scales:
            here = replace(slot, instrument=instrument.key)
            yield _Cells(slot.position, rows, instrument.key, _slot_code(here), slot.rater, slot.statistic)
            continue
        name = "item" if slot.item else "scale"
        given = rows & ~column.spread(unanswered(column.texts))
        message = _what_there_is(instrument, name)
        body.problems.flag(given, position=slot.position, column=column, rule=f"{name}_unknown", message=message)


def _by_instrument(body: Body) -> Iterator[tuple[int, Flags]]:
    for code in np.unique(body.instrument[body.instrument >= 0]):
        yield int(code), body.instrument == code


def _slot_code(slot: Slot) -> int:
    return slot.item or SCALE + list(INSTRUMENTS[slot.instrument or ""].scales).index(slot.scale or "")


def _item_slots(texts: npt.NDArray[np.object_], instrument: Instrument) -> npt.NDArray[np.int64]:
    items = np.array([read_item(text) or -1 for text in texts], dtype=np.int64)
    return np.where(items <= instrument.n_items, items, -1)


def _scale_slots(texts: npt.NDArray[np.object_], instrument: Instrument) -> npt.NDArray[np.int64]:
    scales = list(instrument.scales)
    found = [read_scale(text) for text in texts]
    return np.array([SCALE + scales.index(each) if each in scales else -1 for each in found], dtype=np.int64)


def _names(instrument: Instrument, name: str) -> dict[str, str]:
    return {} if name == "item" else {scale: scale for scale in instrument.scales}


def _what_there_is(instrument: Instrument, name: str) -> str:
    if name == "item":
        return f"{instrument.short_title} has the items 1 to {instrument.n_items}."
    return f"{instrument.short_title} has the scale(s) {', '.join(instrument.scales)}."


def _choose_units(body: Body, groups: list[_Cells]) -> list[Unit | None]:
    """Return for each group of scores its unit; one that its values leave open goes with the instrument's others."""
    units: list[Unit | None] = []
    for group in groups:
        if group.scale is None:
            units.append(None)
            continue
        values = body.columns[group.position].take(np.flatnonzero(group.rows))
        read = values.spread(read_numbers(values.texts).values)
        units.append(choose_unit(read, instrument=group.instrument, scale=group.scale, hint=group.statistic))
    for at, (group, unit) in enumerate(zip(groups, units, strict=True)):
        if unit and not unit.decided and group.scale:
            settled = {
                other.statistic
                for each, other in zip(groups, units, strict=True)
                if other and other.decided and each.instrument == group.instrument
            }
            if len(settled) == 1:
                units[at] = unit_of(group.instrument, group.scale, settled.pop())
    _note_units(body, groups, units)
    return units


def _note_units(body: Body, groups: list[_Cells], units: list[Unit | None]) -> None:
    said: dict[str, None] = {}
    for group, unit in zip(groups, units, strict=True):
        if unit is None or group.scale is None:
            continue
        instrument = INSTRUMENTS[group.instrument]
        scale, name = instrument.scales[group.scale], f"{instrument.short_title} {group.scale}"
        if not unit.decided:
            said[f"{name}: the values could be sums or item means; read as {unit.words}."] = None
        elif unit.statistic != scale.statistic:
            said[f"{name}: read as {unit.words}, and turned into {scale.statistic}s."] = None
        elif scale.statistic != "sum":
            said[f"{name}: read as {unit.words}."] = None
    body.notes.extend(said)


def _judge(body: Body, group: _Cells, numbers: Numbers, unit: Unit | None) -> npt.NDArray[np.float64]:
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
            where = group.rows & column.spread(which)
            body.problems.flag(
                where,
                position=group.position,
                column=column,
                rule=f"{kind}_{rule}",
                message=f"{allowed}; blank where not given.",
            )
    return column.spread(values)


def _entries(body: Body, group: _Cells, values: npt.NDArray[np.float64]) -> Entries:
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
    message = "The file has no column of this row’s instrument. Add its items or scores."
    body.problems.flag(
        ~rated & ~body.problems.bad, position=position, column=column, rule="nothing_rated", message=message
    )


def _without_strange_blanks(entries: Entries) -> Entries:
    """Drop the blank form of a rater who does not fill that form in, beside one in the same row that has answers."""
    usual = np.array([[rater in INSTRUMENTS[key].raters for rater in RATERS] for key in INSTRUMENT_KEYS])
    strange = ~usual[entries.instrument, entries.rater]
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
