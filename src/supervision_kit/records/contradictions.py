"""Rows that name another instrument or rater than the headings, or than the rater column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Flags
from supervision_kit.records.naming import instruments_in, rater_in, read_instrument
from supervision_kit.records.no_answer import unanswered
from supervision_kit.tables import RATERS
from supervision_kit.words import say

if TYPE_CHECKING:
    from supervision_kit.records.body import Body


def read_instrument_besides(text: str) -> tuple[str, str | None] | None:
    """Return the instrument and the rater that a cell speaks of beside headings that name the instrument.

    There other words may stand in it too: ``SRS V3.0``, ``ORS on paper``.
    """
    found = instruments_in(text)
    return read_instrument(text) or ((found.pop(), rater_in(text)) if len(found) == 1 else None)


def flag_contradictions(body: Body) -> None:
    """Set aside the rows whose instrument cell names what none of their filled columns is of."""
    position, column = body.column("instrument")
    if column is None:
        return
    found = [read_instrument_besides(text) for text in column.texts]
    named = column.spread(np.array([each[0] if each else "" for each in found], dtype=object))
    said = column.spread(np.array([_rater_besides(each) for each in found], dtype=np.int64))
    other = _other_instrument(body, named)
    for wrong, message in (
        (other, say("The row names another instrument than the headings of its ratings.")),
        (~other & _other_rater(body, named, said), say("The row names two raters: in its instrument, and elsewhere.")),
    ):
        body.problems.flag(wrong, position=position, column=column, rule="form_contradicted", message=message)


def _rater_besides(found: tuple[str, str | None] | None) -> int:
    """Return the rater that a cell says beside the instrument; one that the instrument alone has is not said."""
    if found is None or found[1] is None or found[1] == INSTRUMENTS[found[0]].sole_rater:
        return -1
    return RATERS.index(found[1])


def _other_instrument(body: Body, named: np.typing.NDArray[np.object_]) -> Flags:
    filled, own = _none(body), _none(body)
    for slot in body.layout.slots:
        column = body.columns[slot.position]
        here = column.spread(~unanswered(column.texts)) & body.covers(slot.position)
        filled |= here
        own |= here & (named == slot.instrument) if slot.instrument else here
    wrong: Flags = filled & ~own & (named != "")
    return wrong


def _other_rater(body: Body, named: np.typing.NDArray[np.object_], said: np.typing.NDArray[np.int64]) -> Flags:
    wrong = (said >= 0) & (body.rater >= 0) & (body.rater != said) if "rater" in body.layout.fields else _none(body)
    of_slots, same = _none(body), _none(body)
    for slot in body.layout.slots:
        if slot.rater:
            column = body.columns[slot.position]
            here = column.spread(~unanswered(column.texts)) & (named == slot.instrument)
            of_slots |= here
            same |= here & (said == RATERS.index(slot.rater))
    return wrong | ((said >= 0) & of_slots & ~same)


def _none(body: Body) -> Flags:
    return np.zeros(body.n_rows, dtype=bool)
