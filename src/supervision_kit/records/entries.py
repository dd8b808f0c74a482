"""Rows → entries: every cell of a rating judged, and each rating told apart by form, item and scale."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Flags
from supervision_kit.records.finding import WIDE
from supervision_kit.records.grouping import RatedCells, group_cells
from supervision_kit.records.judging import Readings, judge_cells
from supervision_kit.records.lines import LENGTH, are_millimetres, has_lines, say_lines
from supervision_kit.records.numbers import Numbers, read_numbers
from supervision_kit.records.rows import Body, instrument_keys
from supervision_kit.records.units import MILLIMETRES, OPEN, STATISTICS, Unit, choose_units, unit_of
from supervision_kit.tables import RATERS


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
    units = _choose_units(body, groups, numbers)
    parts, readings = [], Readings()
    for group, unit in zip(groups, units, strict=True):
        values = judge_cells(body, group, numbers[group.position], unit, readings)
        parts.append(_entries(body, group, values))
    entries = Entries.joined(parts) if parts else Entries.none()
    _flag_unrated(body, entries)
    kept = _without_strange_blanks(entries.only(~body.problems.bad[entries.row]))
    _note_unanswered(body, kept)
    body.notes += readings.notes(body.problems.bad)
    _note_strange(body, kept)
    return kept


def _choose_units(body: Body, groups: list[RatedCells], numbers: dict[int, Numbers]) -> list[Unit | None]:
    """Return for each group of scores its unit; the scores of one form are weighed together.

    Answers have a unit where they are in millimetres, which all items of one rater's instrument show together.
    """
    form = body.form
    answers = _answer_units(body, groups, numbers)
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
    chosen = {key: _choose(scales, key[0], hints[key]) for key, scales in given.items()}
    units = [
        chosen[each.instrument, each.rater][each.scale] if each.scale else answers.get((each.instrument, each.rater))
        for each in groups
    ]
    _note_units(body, groups, units)
    return units


def _choose(
    scales: dict[str, npt.NDArray[np.float64]], instrument: str, hints: dict[str, str | None]
) -> dict[str, Unit]:
    """Return the unit of each scale; of lines, after it is known whether they are in millimetres."""
    in_millimetres = set()
    if has_lines(INSTRUMENTS[instrument]):
        for scale, values in scales.items():
            own = unit_of(instrument, scale, hints[scale] or INSTRUMENTS[instrument].scales[scale].statistic)
            if are_millimetres(values, highest=own.highest):
                in_millimetres.add(scale)
    centimetres = {scale: values / 10 if scale in in_millimetres else values for scale, values in scales.items()}
    units = choose_units(centimetres, instrument=instrument, hints=hints)
    return {scale: unit.in_millimetres() if scale in in_millimetres else unit for scale, unit in units.items()}


def _answer_units(
    body: Body, groups: list[RatedCells], numbers: dict[int, Numbers]
) -> dict[tuple[str, str | None], Unit]:
    """Return the unit of the answers that are lines in millimetres, by instrument and rater; say how all are read."""
    lines: dict[tuple[str, str | None], list[npt.NDArray[np.float64]]] = {}
    for group in groups:
        if group.scale is None and has_lines(INSTRUMENTS[group.instrument]):
            values = body.columns[group.position].spread(numbers[group.position].values)
            rows = group.rows & ~body.problems.bad
            lines.setdefault((group.instrument, group.rater), []).append(values[rows])
    units = {}
    for (instrument, rater), parts in lines.items():
        values = np.concatenate(parts)
        unit = Unit("answer", 0, LENGTH, 1)
        if are_millimetres(values, highest=LENGTH):
            unit = units[instrument, rater] = unit.in_millimetres()
        name = f"{INSTRUMENTS[instrument].short_title} items{', ' if rater else ''}{rater or ''}"
        if not np.isnan(values).all():
            body.notes.append(f"{name}: {say_lines(values, unit)}")
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
    spec = INSTRUMENTS[group.instrument].scales[group.scale or ""]
    own = spec.score_words if spec.multiplier != 1 else spec.statistic
    if unit.doubt:
        others = (
            "sums or item means" if unit.multiplier == 1 else f"{unit.statistic}s, or {unit.multiplier:g} times them"
        )
        asked = f"the values could be {others}; read as {unit.words}."
        if unit.doubt == OPEN:
            return asked
        other = next(each for each in STATISTICS if (each != unit.statistic) is (unit.multiplier == 1))
        way = f"columns={{“{body.layout.headings[group.position]}”: “{group.instrument}:{group.scale}:{other}”}}"
        return f"most of {asked} If they are {other}s, say so: {way if body.layout.shape == WIDE else 'convert them'}."
    if unit.millimetres and unit.factor * MILLIMETRES == 1:
        return f"read as {unit.words}, and turned into centimetres."
    if unit.factor != 1:
        return f"read as {unit.words}, and turned into {own}s."
    if unit.multiplier != 1:
        return f"read as {unit.words}."
    return f"read as {unit.words}." if own != "sum" else ""


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
    usual = np.array([[rater in INSTRUMENTS[key].raters for rater in RATERS] for key in instrument_keys()])
    return ~usual[entries.instrument, entries.rater]


def _note_strange(body: Body, entries: Entries) -> None:
    strange = entries.only(_is_strange(entries) & ~np.isnan(entries.value))
    for instrument, rater in sorted(set(zip(strange.instrument.tolist(), strange.rater.tolist(), strict=True))):
        known = INSTRUMENTS[instrument_keys()[instrument]]
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
    form = (entries.row.astype(np.int64) * n_raters + entries.rater) * len(instrument_keys()) + entries.instrument
    form_answered = np.bincount(form, weights=answered)[form] > 0
    row_answered = np.bincount(entries.row, weights=answered, minlength=n_rows)[entries.row] > 0
    return entries.only(~(strange & ~form_answered & row_answered))


def _note_unanswered(body: Body, entries: Entries) -> None:
    if n := int(np.isnan(entries.value).sum()):
        body.notes.append(f"{n:,} cell(s) without an answer (blank, n/a, -, …) were read as unanswered.")
