"""Two columns for one item or score: one is kept where both say the same, and else nobody can tell which is right."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.finding import Finding, Slot
from supervision_kit.records.numbers import read_numbers
from supervision_kit.records.wording import column_name, quote
from supervision_kit.words import say

ROUNDING = 0.05  # of a score with one decimal, or of an item mean
MOST_NAMED = 5  # rows in one message

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def settle_doubles(finding: Finding) -> None:
    """Keep one column for each score, the one in the instrument's own statistic; refuse two for one item.

    Raises
    ------
    RecordsError
        Two columns could be the same item, or are of the same score and differ.
    """
    kept: dict[tuple[object, ...], Slot] = {}
    for slot in finding.slots:
        key = (slot.instrument, slot.rater, slot.item, slot.scale, slot.session)
        first = kept.get(key)
        if first is None:
            kept[key] = slot
            continue
        if slot.item:
            raise _ask(finding, first, slot, say("could each be item {item} of the same form", item=slot.item))
        own = INSTRUMENTS[slot.instrument].scales[slot.scale or ""].statistic if slot.instrument else None
        if own is not None and slot.statistic == own and first.statistic != own:
            first, slot = slot, first  # noqa: PLW2901
        _refuse_differing(finding, first, slot)
        kept[key] = first
        finding.leave(slot.position, say("“{heading}” is read as this score", heading=finding.headings[first.position]))
    finding.slots = list(kept.values())


def _refuse_differing(finding: Finding, kept: Slot, left: Slot) -> None:
    """Refuse two columns of one score that differ; sums and item means may do so by the number of items, rounded."""
    beneath = finding.sheet.filled.copy()
    beneath[: finding.header.row + 1] = False
    rows = np.flatnonzero(beneath)
    one, other = (
        column.spread(read_numbers(column.texts).values)
        for column in (finding.sheet.columns[slot.position].take(rows) for slot in (kept, left))
    )
    differing = min((_differing(one, other, factor) for factor in _factors(kept, left)), key=np.count_nonzero)
    if differing.any():
        named = finding.sheet.number(rows[differing])
        more = say(" and more") if len(named) > MOST_NAMED else ""
        where = f"{say(finding.sheet.row_word)} {', '.join(map(str, named[:MOST_NAMED]))}{more}"
        raise _ask(
            finding, kept, left, say("are read as the same score of the same form, and differ in {where}", where=where)
        )


def _factors(first: Slot, second: Slot) -> tuple[float, ...]:
    """Return by which numbers the first has to be multiplied to be like the second, one of them at least."""
    if first.statistic == second.statistic or first.instrument is None:
        return (1.0,)
    n_items = len(INSTRUMENTS[first.instrument].scales[first.scale or ""].items)
    means = [slot.statistic == "item mean" for slot in (first, second)]
    if None not in (first.statistic, second.statistic):
        return (float(n_items),) if means[0] else (1 / n_items,)
    return (1.0, float(n_items), 1 / n_items)


def _differing(kept: Values, left: Values, factor: float) -> Flags:
    """Return in which rows two columns differ by more than rounding, or only the one that is left holds a number."""
    far = np.abs(kept * factor - left) > ROUNDING * max(factor, 1) + 1e-9
    lost: Flags = np.isnan(kept) & ~np.isnan(left)
    return far | lost


def _ask(finding: Finding, first: Slot, second: Slot, what: str) -> RecordsError:
    names = [finding.headings[slot.position] for slot in (first, second)]
    if names[0] == names[1]:
        places = say(" and ").join(column_name(slot.position) for slot in (first, second))
        answer = say("Give each a heading of its own, with the rater or the session in it, or take one out")
        return RecordsError(
            say(
                "{file}: {places}, both headed {heading}, {what}. {answer}.",
                file=finding.sheet.source,
                places=places,
                heading=quote(names[:1]),
                what=what,
                answer=answer,
            )
        )
    answer = say("Say which it is, or leave one out: columns={{“{name}”: “ignore”}}.", name=names[1])
    return RecordsError(f"{finding.sheet.source}: {quote(names)} {what}. {answer}")
