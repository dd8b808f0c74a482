"""Roles → the columns of ratings: each with its instrument, one for each item or score."""

from __future__ import annotations

import re
from dataclasses import replace

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.finding import LONG_ITEMS, LONG_SCORES, WIDE, Finding, Slot
from supervision_kit.records.folding import heading_key, squeeze
from supervision_kit.records.leftovers import names_instruments, part_of_rows
from supervision_kit.records.naming import instruments_in
from supervision_kit.records.roles import FieldRole, ItemRole, ScoreRole
from supervision_kit.records.session_columns import read_mark
from supervision_kit.records.wording import quote
from supervision_kit.words import say

_NUMBERED = re.compile(r"(.*?)\|?0*([1-9][0-9]{0,2})")
_AGAIN = re.compile(r"(.+)\.[1-9][0-9]?")


def settle_repeats(finding: Finding) -> None:
    """Read ``SRS.1`` beside ``SRS`` as the same heading again, as pandas and R write it, and not as an item."""
    for at, heading in enumerate(finding.headings):
        first = _AGAIN.fullmatch(heading)
        if first is None or first[1] not in finding.headings or finding.is_said(at):
            continue
        role = finding.roles[finding.headings.index(first[1])]
        if isinstance(role, (ItemRole, ScoreRole)):
            finding.roles[at] = role


def settle_short(finding: Finding) -> None:
    """Read ``phq2`` and ``phq9`` as items where phq1 and most of those between stand in the header too.

    Alone, ``phq9`` is the total and ``phq2`` another questionnaire.
    """
    roles = finding.roles
    short = {
        (role.instrument, role.rater, role.session, role.item)
        for role in roles
        if isinstance(role, ItemRole) and role.short
    }
    for at, role in enumerate(roles):
        number = role.as_item if isinstance(role, ScoreRole) else role.item if isinstance(role, ItemRole) else None
        if not isinstance(role, (ScoreRole, ItemRole)) or number is None or not getattr(role, "short", True):
            continue
        before = [item for item in range(1, number) if (role.instrument, role.rater, role.session, item) in short]
        is_item = number == 1 or (1 in before and 2 * len(before) >= number - 1)
        if isinstance(role, ItemRole) and not is_item:
            roles[at] = None
            finding.leave(at, say("without the items before it, it could be another questionnaire"))
        elif (
            isinstance(role, ScoreRole) and is_item and (role.instrument, role.rater, role.session, number) not in short
        ):
            roles[at] = ItemRole(role.instrument, role.rater, number, session=role.session)


def take_slots(finding: Finding) -> str:
    """Take the columns of ratings, and return the shape of the table."""
    fields = finding.fields
    given = fields.get("response", fields.get("score"))
    if "item" in fields and given is not None:
        fields["response"] = given
        _refuse_besides(finding, LONG_ITEMS)
        return LONG_ITEMS
    given = fields.get("score", fields.get("response"))
    if "scale" in fields and given is not None:
        fields["score"] = given
        _refuse_besides(finding, LONG_SCORES)
        return LONG_SCORES
    for at, role in enumerate(finding.roles):
        if isinstance(role, ItemRole):
            finding.slots.append(Slot(at, role.instrument, role.rater, item=role.item, session=role.session))
        elif isinstance(role, ScoreRole):
            finding.slots.append(
                Slot(at, role.instrument, role.rater, scale=role.scale, statistic=role.statistic, session=role.session)
            )
    if given is not None:
        role = finding.roles[given]
        said = isinstance(role, FieldRole) and role.rank < 0
        if said or not finding.slots:
            finding.slots.append(Slot(given, None, None, scale="total"))
        else:
            finding.leave(given, say("other columns say what they rate, and this one does not"))
    if (part := part_of_rows(finding, finding.slots)) is not None:
        return _take_one_column(finding, part)
    _leave_texts(finding)
    for name in ("item", "scale", "response", "score"):
        fields.pop(name, None)
    return WIDE


def _leave_texts(finding: Finding) -> None:
    """Leave aside columns of text that are called by no more than a scale, where others are rated."""
    bare = [slot for slot in finding.slots if slot.scale and slot.instrument is None and finding.is_text(slot.position)]
    for slot in bare if len(bare) < len(finding.slots) else ():
        finding.slots.remove(slot)
        finding.leave(slot.position, say("it holds text"))


def _take_one_column(finding: Finding, part: str) -> str:
    """Read the one column of ratings as the answers or scores of the items or scales that the rows name."""
    (slot,) = finding.slots
    finding.slots = []
    finding.instrument_of_rows = slot.instrument
    finding.fields["response" if part == "item" else "score"] = slot.position
    return LONG_ITEMS if part == "item" else LONG_SCORES


def _refuse_besides(finding: Finding, shape: str) -> None:
    """Refuse a column that the caller calls a rating, in a table whose ratings all stand in one column."""
    said = [
        heading
        for heading, role in zip(finding.headings, finding.roles, strict=True)
        if isinstance(role, (ItemRole, ScoreRole)) and heading_key(heading) in finding.targets
    ]
    if said:
        raise RecordsError(
            say(
                "columns=: {names} cannot be read beside the others: {file} has {shape}. Leave it out, or call "
                "the item or scale column “ignore”.",
                names=quote(said),
                file=finding.sheet.source,
                shape=say(shape),
            )
        )


def find_instrument(finding: Finding, given: str | None) -> str | None:
    """Return the instrument that the caller, the title rows, the sheet, the file or the other headings name."""
    if given:
        return given
    sheet = finding.sheet
    title = " ".join(cell for row in range(finding.header.top) for cell in sheet.row(row))
    named = {slot.instrument for slot in finding.slots if slot.instrument}
    if finding.instrument_of_rows:
        return finding.instrument_of_rows
    places = (
        (say("the rows above the headings name it"), instruments_in(title)),
        (say("the sheet’s name says so"), instruments_in(sheet.name)),
        (say("the file’s name says so"), instruments_in(sheet.file_stem)),
        (say("the other columns are of it"), named),
    )
    for why, instruments in places:
        if len(instruments) == 1:
            (found,) = instruments
            if any(slot.instrument is None for slot in finding.slots) or not finding.slots:
                finding.notes.append(say("Read as {form}: {why}.", form=INSTRUMENTS[found].short_title, why=why))
            return found
    return None


def take_numbered(finding: Finding, shape: str, default: str | None) -> None:
    """Take columns such as ``v1`` … ``v12`` for the items, where the instrument is said and has exactly so many."""
    if shape != WIDE or finding.slots or not (default or "instrument" in finding.fields):
        return
    families: dict[str, dict[int, int]] = {}
    for at, heading in enumerate(finding.headings):
        match = _NUMBERED.fullmatch(squeeze(heading))
        of_session = "session" not in finding.fields and read_mark(heading)
        if match and finding.roles[at] is None and not of_session:
            families.setdefault(match[1], {})[int(match[2])] = at
    whole = [
        family
        for stem, family in families.items()
        if sorted(family) == list(range(1, len(family) + 1))
        and (len(family) == INSTRUMENTS[default].n_items if default else not stem)
    ]
    if len(whole) == 1:
        finding.slots += [Slot(at, None, None, item=item) for item, at in sorted(whole[0].items())]
        for at in whole[0].values():
            finding.roles[at] = ItemRole(None, None, 1)


def settle_instruments(finding: Finding, shape: str, default: str | None) -> None:
    """Give each column of ratings its instrument, or leave it to the row; refuse where it is not said."""
    by_row = "instrument" in finding.fields
    bare = [slot for slot in finding.slots if slot.instrument is None]
    if by_row and (bare or shape != WIDE):
        return
    if by_row and not names_instruments(finding, finding.fields["instrument"]):
        finding.leave(finding.fields.pop("instrument"), say("the headings name the instrument"))
    if default is None and (shape != WIDE or len(bare) == len(finding.slots) or any(slot.item for slot in bare)):
        raise finding.refuse(
            say("which instrument the ratings are of is not said."),
            say("Pass instrument=, one of {known}.", known=", ".join(sorted(INSTRUMENTS))),
        )
    settled = []
    for slot in finding.slots:
        if slot.instrument is None and not (default and slot.is_of(default)):
            if slot.item and default:
                raise RecordsError(_too_many_items(finding, slot.item, default))
            finding.leave(slot.position, say("its instrument is not said"))
            continue
        settled.append(replace(slot, instrument=slot.instrument or default))
    finding.slots = settled


def _too_many_items(finding: Finding, item: int, default: str) -> str:
    known = INSTRUMENTS[default]
    return say(
        "{file}: there is a column for item {item}, but {form} has {n} items. Pass the right "
        "instrument=, one of {known}.",
        file=finding.sheet.source,
        item=item,
        form=known.short_title,
        n=known.n_items,
        known=", ".join(sorted(INSTRUMENTS)),
    )
