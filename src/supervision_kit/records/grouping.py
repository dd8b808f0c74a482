"""Rows → groups of cells: which cells of which column are ratings of one item or scale with one instrument."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS, Instrument
from supervision_kit.records.body import Body, instrument_keys
from supervision_kit.records.cells import Flags
from supervision_kit.records.finding import LONG_ITEMS, LONG_SCORES, Slot
from supervision_kit.records.naming import read_item, read_scale
from supervision_kit.records.no_answer import unanswered
from supervision_kit.records.suggesting import suggest
from supervision_kit.tables import RATERS
from supervision_kit.words import later, say

_NO_SLOT = {
    "item": later("The row does not say which item it is of."),
    "scale": later("The row does not say which scale it is of."),
}


SCALE = 1_000  # slots from here on are scales, those below are item numbers


@dataclass(frozen=True, eq=False)
class RatedCells:
    """The cells of one column that are ratings of one item or scale (`slot`) with one instrument."""

    position: int
    rows: Flags
    instrument: str
    slot: int
    rater: str | None = None
    statistic: str | None = None

    @property
    def scale(self) -> str | None:
        """The scale's key, ``None`` for an item."""
        return list(INSTRUMENTS[self.instrument].scales)[self.slot - SCALE] if self.slot >= SCALE else None


def group_cells(body: Body) -> Iterator[RatedCells]:
    """Yield the groups of rated cells; items, scales and rows that there are not are in the body's problems.

    The scores of several raters in one column are groups of their own.
    """
    if body.layout.shape == LONG_ITEMS:
        yield from _long_groups(body, "item", "response")
    elif body.layout.shape == LONG_SCORES:
        for group in _long_groups(body, "scale", "score"):
            yield from _by_rater(body, group)
    else:
        for slot in body.layout.slots:
            for group in _wide_groups(body, slot):
                yield from _by_rater(body, group)


def _by_rater(body: Body, group: RatedCells) -> Iterator[RatedCells]:
    if group.rater or group.scale is None:
        yield group
        return
    for code in np.unique(body.rater[group.rows]):
        yield replace(group, rater=RATERS[code], rows=group.rows & (body.rater == code))


def _long_groups(body: Body, name: str, of: str) -> Iterator[RatedCells]:
    position, column = body.column(name)
    rated, _ = body.column(of)
    if column is None:
        return
    none = unanswered(column.texts)
    empty = column.spread(none)
    body.problems.flag(
        empty,
        position=position,
        column=column,
        rule=f"{name}_missing",
        message=say(_NO_SLOT[name]),
    )
    for code, rows in _by_instrument(body):
        instrument = INSTRUMENTS[instrument_keys()[code]]
        slots = _item_slots(column.texts, instrument) if name == "item" else _scale_slots(column.texts, instrument)
        unknown = ~none & (slots < 0)
        which = rows & column.spread(unknown)
        body.problems.flag(
            which,
            position=position,
            column=column,
            rule=f"{name}_unknown",
            message=_what_there_is(instrument, name),
            suggestion=column.spread(suggest(column.texts, unknown, _names(instrument, name))),
        )
        of_row = column.spread(np.where(none, -1, slots))
        for slot in np.unique(of_row[rows]):
            if slot >= 0:
                yield RatedCells(rated, rows & (of_row == slot), instrument.key, int(slot))


def _wide_groups(body: Body, slot: Slot) -> Iterator[RatedCells]:
    if slot.instrument:
        yield RatedCells(
            slot.position, body.covers(slot.position), slot.instrument, _slot_code(slot), slot.rater, slot.statistic
        )
        return
    column = body.columns[slot.position]
    for code, of_instrument in _by_instrument(body):
        instrument, rows = INSTRUMENTS[instrument_keys()[code]], of_instrument & body.covers(slot.position)
        if slot.is_of(instrument.key):
            here = replace(slot, instrument=instrument.key)
            yield RatedCells(slot.position, rows, instrument.key, _slot_code(here), slot.rater, slot.statistic)
            continue
        name = "item" if slot.item else "scale"
        given = rows & ~column.spread(unanswered(column.texts))
        message = _what_there_is(instrument, name)
        body.problems.flag(given, position=slot.position, column=column, rule=f"{name}_unknown", message=message)


def _by_instrument(body: Body) -> Iterator[tuple[int, Flags]]:
    for code in np.unique(body.instrument[body.instrument >= 0]):
        yield int(code), body.instrument == code


def _slot_code(slot: Slot) -> int:
    """Return the slot of a column; a scale of one item is that item, so that it is scored as the instrument says."""
    if slot.item:
        return slot.item
    scales = INSTRUMENTS[slot.instrument or ""].scales
    scale = scales[slot.scale or ""]
    is_item = len(scale.items) == 1 and scale.multiplier == 1
    return scale.items[0] if is_item else SCALE + list(scales).index(scale.key)


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
        return say("{form} has the items 1 to {n}.", form=instrument.short_title, n=instrument.n_items)
    return say("{form} has the scale(s) {scales}.", form=instrument.short_title, scales=", ".join(instrument.scales))
