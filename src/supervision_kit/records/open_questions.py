"""What a table leaves open once its columns are known, so that it could be read two ways: refused, with a question."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Column
from supervision_kit.records.finding import Finding, Slot
from supervision_kit.records.folding import squeeze
from supervision_kit.records.headings import read_heading
from supervision_kit.records.lines import LENGTH, has_lines
from supervision_kit.records.naming import read_instrument, read_rater
from supervision_kit.records.numbers import read_numbers
from supervision_kit.records.roles import ItemRole
from supervision_kit.records.units import MILLIMETRES, SLACK
from supervision_kit.records.values import read_codes
from supervision_kit.records.vocabulary import RATER_WORDS
from supervision_kit.records.wording import quote
from supervision_kit.words import say

FEWEST_ROWS = 2  # in which a total and the items beside it differ
_ITEM_0 = re.compile(r"(.*\||.*[^0-9|])0+")
_REVERSED = re.compile(r"(.*[0-9])[\s_-]*\(?(?:r|rev|reversed|umgepolt|inv)\)?", re.IGNORECASE)

Values = npt.NDArray[np.float64]


def refuse_open_questions(finding: Finding) -> None:
    """Refuse a table of which it cannot be told how its ratings are meant; note the items without a column.

    Raises
    ------
    RecordsError
        Says what could be meant, and how to say which it is.
    """
    _refuse_lost_sessions(finding)
    _refuse_item_0(finding)
    _refuse_reversed_items(finding)
    _refuse_parted_table(finding)
    for key, slots in _items_of(finding).items():
        _refuse_totals_as_items(finding, key, slots)
        _refuse_items_of_another(finding, key, slots)
        _note_missing_items(finding, key, slots)


def _items_of(finding: Finding) -> dict[str, list[Slot]]:
    """Return the columns of items by instrument."""
    found: dict[str, list[Slot]] = {}
    for slot in finding.slots:
        if slot.instrument and slot.item:
            found.setdefault(slot.instrument, []).append(slot)
    return found


def _refuse_lost_sessions(finding: Finding) -> None:
    """Refuse columns of sessions that are of no instrument, where nothing else says the session."""
    if not finding.has_sessions():
        raise finding.refuse(
            say("the columns with a session in their headings do not say which instrument they are of."),
            say("Name it in each heading (“SRS S1”), pass instrument=, or add a session column."),
        )


def _refuse_item_0(finding: Finding) -> None:
    """Refuse items counted from 0."""
    items = {squeeze(finding.headings[slot.position]): slot for slot in finding.slots if slot.item}
    for at, heading in enumerate(finding.headings):
        zeroth = _ITEM_0.fullmatch(squeeze(heading))
        if zeroth and not finding.is_said(at) and f"{zeroth[1]}1" in items:
            raise finding.refuse(
                say("“{heading}” counts the items from 0, and they are counted from 1 here.", heading=heading),
                say(
                    "Count them from 1, say which item each is (columns={{“{heading}”: “wai_sr:1”}}), or leave it "
                    "out: columns={{“{heading}”: “ignore”}}.",
                    heading=heading,
                ),
            )


def _refuse_reversed_items(finding: Finding) -> None:
    """Refuse ``WAI-S 4R`` where there is no other item 4: it could be as answered, or turned round already."""
    there = {(slot.instrument, slot.rater, slot.item) for slot in finding.slots}
    for at, heading in enumerate(finding.headings):
        match = _REVERSED.fullmatch(heading.strip())
        role = read_heading(match[1]) if match and finding.roles[at] is None and not finding.is_said(at) else None
        if not isinstance(role, ItemRole):
            continue
        keys = {role.instrument} if role.instrument else {key for key, _, item in there if item and key}
        if len(keys) == 1 and not any((key, role.rater, role.item) in there for key in keys):
            key = next(iter(keys))
            raise finding.refuse(
                say(
                    "“{heading}” could be item {item} as it was answered, or turned round already.",
                    heading=heading,
                    item=role.item,
                ),
                say(
                    "If it is as answered, say so: columns={{“{heading}”: “{key}:{item}”}}; if not, turn it back. Or "
                    "leave it out: columns={{“{heading}”: “ignore”}}.",
                    heading=heading,
                    key=key,
                    item=role.item,
                ),
            )


def _refuse_parted_table(finding: Finding) -> None:
    """Refuse rows that hold nothing but the name of a rater or an instrument: what stands beneath is of it."""
    sheet = finding.sheet
    filled = np.flatnonzero(sheet.filled)
    filled = filled[filled > finding.header.row]
    n_filled = np.zeros(sheet.n_rows, dtype=np.int64)
    for column in sheet.columns:
        n_filled += ~column.blank
    said = {finding.fields[name] for name in ("rater", "instrument") if name in finding.fields}
    parting = []
    for row in filled[:-1][n_filled[filled[:-1]] == 1].tolist():
        (at, cell), *_ = [(at, cell) for at, cell in enumerate(sheet.row(row)) if cell]
        if at not in said and _parts(cell):
            parting.append(row)
    if parting:
        rows = ", ".join(str(number) for number in sheet.number(np.array(parting))[:FEWEST_ROWS])
        raise finding.refuse(
            say(
                "{row} {rows} holds only the name of a rater or an instrument, as if to part the table.",
                row=say(sheet.row_word),
                rows=rows,
            ),
            say("Put each part in a file or sheet of its own, or add a column that says it in each row."),
        )


def _parts(cell: str) -> bool:
    return squeeze(cell) not in RATER_WORDS and (read_rater(cell) or read_instrument(cell)) is not None


def _refuse_totals_as_items(finding: Finding, key: str, slots: list[Slot]) -> None:
    """Refuse ``SRS1`` … ``SRS4`` in a row per case, where they could be the totals of its sessions."""
    if "session" in finding.fields or not has_lines(INSTRUMENTS[key]) or any(slot.session for slot in slots):
        return
    named = [finding.headings[slot.position] for slot in slots if not finding.is_said(slot.position)]
    if len(named) < len(slots) or any(squeeze(name).rstrip("0123456789").endswith("item") for name in named):
        return
    codes = read_codes(case := _beneath(finding, finding.fields["case_id"]))[_beneath_codes(case)]
    given = [code for code in codes if code is not None]
    values = np.concatenate([_values(finding, slot) for slot in slots])
    values = values[~np.isnan(values)]
    highest = LENGTH * INSTRUMENTS[key].n_items
    could_be_totals = len(values) and values.max() <= highest and 2 * (values > LENGTH).sum() >= len(values)
    if could_be_totals and len(set(given)) == len(given):
        title = INSTRUMENTS[key].short_title
        raise finding.refuse(
            say("{names} could be items in millimetres, or totals of several sessions.", names=quote(named)),
            say("Call them “{title} Item 1” and so on, or “{title} S1”.", title=title),
        )


def _refuse_items_of_another(finding: Finding, key: str, slots: list[Slot]) -> None:
    """Refuse items whose headings name no instrument, where they do not make the total that stands beside them."""
    known = INSTRUMENTS[key]
    totals = [slot for slot in finding.slots if slot.instrument == key and slot.scale == "total"]
    bare = [slot for slot in slots if getattr(finding.roles[slot.position], "instrument", key) is None]
    items = {slot.item for slot in bare}
    if len(totals) != 1 or len(bare) != known.n_items or len(items) != known.n_items:
        return
    if any(finding.is_said(slot.position) for slot in (*bare, *totals)):
        return
    answers = np.array([_values(finding, slot) for slot in sorted(bare, key=lambda slot: slot.item or 0)])
    for item, row in zip(known.items, answers, strict=True):
        row[:] = item.lowest + item.highest - row if item.is_reversed else row
    total, made = _values(finding, totals[0]), answers.sum(axis=0)
    both = ~np.isnan(total) & ~np.isnan(made)
    ways = [made, made / known.n_items, made / MILLIMETRES, made * known.scales["total"].multiplier]
    near = np.any([np.abs(total - way) <= SLACK * (np.abs(way) > known.items[0].highest) + 0.1 for way in ways], axis=0)
    if both.sum() >= FEWEST_ROWS and 2 * (both & ~near).sum() > both.sum():
        names = [finding.headings[slot.position] for slot in (*bare, *totals)]
        raise finding.refuse(
            say(
                "{names} do not make the total in “{total}”: they could be of another form.",
                names=quote(names[:-1]),
                total=names[-1],
            ),
            say(
                "If they are of the {form}, call the first “{form} 1” and so on; if not, leave each of them out: "
                "columns={{“{name}”: “ignore”}}.",
                form=known.short_title,
                name=names[0],
            ),
        )


def _note_missing_items(finding: Finding, key: str, slots: list[Slot]) -> None:
    known = INSTRUMENTS[key]
    missing = sorted(set(range(1, known.n_items + 1)) - {slot.item for slot in slots if slot.item})
    if missing:
        finding.notes.append(
            say(
                "No column for {questionnaire} item(s) {items}.",
                questionnaire=known.short_title,
                items=", ".join(map(str, missing)),
            )
        )


def _beneath(finding: Finding, at: int) -> Column:
    return finding.beneath(finding.sheet.filled_down(at, beneath=finding.header.row))


def _beneath_codes(column: Column) -> npt.NDArray[np.int64]:
    codes: npt.NDArray[np.int64] = column.codes[~column.blank].astype(np.int64)
    return codes


def _values(finding: Finding, slot: Slot) -> Values:
    column = finding.beneath(finding.sheet.columns[slot.position])
    values: Values = column.spread(read_numbers(column.texts).values)
    return values
