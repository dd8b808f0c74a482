"""A sheet → its layout: which column holds which field, item or score, and what the file says besides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Sheet
from supervision_kit.records.header import LOOKED_FOR, column_letter, find_header, quote, role_of
from supervision_kit.records.headings import (
    FieldRole,
    ItemRole,
    Role,
    ScoreRole,
    instruments_in,
    read_heading,
    read_rater,
)
from supervision_kit.records.vocabulary import MEANINGS, squeeze

WIDE, LONG_ITEMS, LONG_SCORES = "a row per form", "a row per item", "a row per score"
_FIELD_WORDS = {"case_id": "case", "therapist_id": "therapist"}
_SESSION_COLUMN = re.compile(r"(s|session|sitzung|visit|week|woche|t)\|?[0-9]+")
_NUMBERED = re.compile(r"(.*?)\|?0*([1-9][0-9]{0,2})")


@dataclass(frozen=True)
class Slot:
    """A column of ratings: one item, or one scale's score; ``None`` is left to the row or to the file."""

    position: int
    instrument: str | None
    rater: str | None
    item: int | None = None
    scale: str | None = None
    statistic: str | None = None


@dataclass(frozen=True)
class Layout:
    """What stands where in a sheet; `instrument` and `rater` hold where neither heading nor row says them."""

    header: int
    headings: tuple[str, ...]
    shape: str
    fields: Mapping[str, int]
    slots: tuple[Slot, ...]
    instrument: str | None
    rater: str | None
    notes: tuple[str, ...]


@dataclass
class _Finding:
    sheet: Sheet
    header: int
    headings: tuple[str, ...]
    roles: list[Role | None]
    fields: dict[str, int] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    explained: set[int] = field(default_factory=set)

    def leave(self, position: int, why: str) -> None:
        """Leave a column aside and say why."""
        self.explained.add(position)
        self.notes.append(f"“{self.headings[position]}” was left aside: {why}.")

    def refuse(self, wrong: str, what_to_do: str = "") -> RecordsError:
        found = f"Columns found: {quote(self.headings)}."
        return RecordsError(" ".join(part for part in (f"{self.sheet.source}: {wrong}", found, what_to_do) if part))


def find_layout(
    sheet: Sheet, *, targets: Mapping[str, Role | None], instrument: str | None, rater: str | None
) -> Layout:
    """Return where the sheet holds what.

    Raises
    ------
    RecordsError
        There is no heading row, no case or session column, or nothing rated; two columns claim to be the same; or the
        instrument is not said. It lists the columns found and what was looked for.
    """
    header = find_header(sheet, targets)
    headings = tuple(" ".join(cell.split()) for cell in sheet.row(header))
    finding = _Finding(sheet, header, headings, [role_of(heading, targets) for heading in headings])
    _settle_either_way(finding.roles)
    _take_fields(finding)
    shape = _take_slots(finding)
    default = _find_instrument(finding, instrument)
    _take_numbered(finding, shape, default)
    _check_complete(finding, shape)
    _settle_instruments(finding, shape, default)
    _settle_doubles(finding)
    _note_unused(finding)
    return Layout(
        header,
        tuple(heading or f"column {column_letter(at)}" for at, heading in enumerate(headings)),
        shape,
        finding.fields,
        tuple(finding.slots),
        default,
        rater or _find_rater(finding),
        tuple(finding.notes),
    )


def _settle_either_way(roles: list[Role | None]) -> None:
    """Read ``phq9`` as item 9 where the header has phq1 to phq8 too, and as the total where it has not."""
    items = {(role.instrument, role.rater, role.item) for role in roles if isinstance(role, ItemRole)}
    for at, role in enumerate(roles):
        if isinstance(role, ScoreRole) and role.as_item is not None:
            others = {(role.instrument, role.rater, item) for item in range(1, role.as_item)}
            if others <= items and (role.instrument, role.rater, role.as_item) not in items:
                roles[at] = ItemRole(role.instrument, role.rater, role.as_item)


def _take_fields(finding: _Finding) -> None:
    claims: dict[str, list[tuple[int, int]]] = {}
    for at, role in enumerate(finding.roles):
        if isinstance(role, FieldRole):
            claims.setdefault(role.field, []).append((role.rank, at))
    for name, columns in claims.items():
        columns.sort()
        best = [at for rank, at in columns if rank == columns[0][0]]
        word = _FIELD_WORDS.get(name, name)
        if len(best) > 1 and name in ("case_id", "session"):
            names = quote([finding.headings[at] for at in best])
            raise RecordsError(
                f"{finding.sheet.source}: {names} could each be the {word} column. "
                f"Say which it is: columns={{“{finding.headings[best[0]]}”: “{name}”}}."
            )
        finding.fields[name] = best[0]
        for _, at in columns[1:]:
            finding.leave(at, f"“{finding.headings[best[0]]}” is read as the {word}")


def _take_slots(finding: _Finding) -> str:
    fields = finding.fields
    given = fields.get("response", fields.get("score"))
    if "item" in fields and given is not None:
        fields["response"] = given
        return LONG_ITEMS
    given = fields.get("score", fields.get("response"))
    if "scale" in fields and given is not None:
        fields["score"] = given
        return LONG_SCORES
    for at, role in enumerate(finding.roles):
        if isinstance(role, ItemRole):
            finding.slots.append(Slot(at, role.instrument, role.rater, item=role.item))
        elif isinstance(role, ScoreRole):
            finding.slots.append(Slot(at, role.instrument, role.rater, scale=role.scale, statistic=role.statistic))
    if given is not None and not any(slot.scale == "total" for slot in finding.slots):
        finding.slots.append(Slot(given, None, None, scale="total"))
    for name in ("item", "scale", "response", "score"):
        fields.pop(name, None)
    return WIDE


def _find_instrument(finding: _Finding, given: str | None) -> str | None:
    """Return the instrument that the caller, the title rows, the sheet, the file or the other headings name."""
    if given:
        return given
    sheet = finding.sheet
    title = " ".join(cell for row in range(finding.header) for cell in sheet.row(row))
    named = {slot.instrument for slot in finding.slots if slot.instrument}
    places = (
        ("the rows above the headings name it", instruments_in(title)),
        ("the sheet’s name says so", instruments_in(sheet.name)),
        ("the file’s name says so", instruments_in(sheet.file_stem)),
        ("the other columns are of it", named),
    )
    for why, instruments in places:
        if len(instruments) == 1:
            (found,) = instruments
            if any(slot.instrument is None for slot in finding.slots) or not finding.slots:
                finding.notes.append(f"Read as {INSTRUMENTS[found].short_title}: {why}.")
            return found
    return None


def _take_numbered(finding: _Finding, shape: str, default: str | None) -> None:
    """Take columns such as ``v1`` … ``v12`` for the items, where the instrument is said and has exactly so many."""
    if shape != WIDE or finding.slots or not (default or "instrument" in finding.fields):
        return
    families: dict[str, dict[int, int]] = {}
    for at, heading in enumerate(finding.headings):
        match = _NUMBERED.fullmatch(squeeze(heading))
        of_session = "session" not in finding.fields and _SESSION_COLUMN.fullmatch(squeeze(heading))
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


def _check_complete(finding: _Finding, shape: str) -> None:
    squeezed = [squeeze(heading) for heading in finding.headings]
    if any(heading.startswith("redcap") for heading in squeezed):
        raise finding.refuse("This is a REDCap export, which is not read yet.", "Make a table with a row per form.")
    if "session" not in finding.fields and sum(map(bool, map(_SESSION_COLUMN.fullmatch, squeezed))) > 1:
        raise finding.refuse(
            "It has a column for each session, which is not read yet.",
            "Make a table with a row per form and a session column.",
        )
    missing = [MEANINGS[name] for name in ("case_id", "session") if name not in finding.fields]
    if shape == WIDE and not finding.slots:
        missing.append(MEANINGS["rating"])
    if missing:
        raise finding.refuse(
            f"{' and '.join(missing)} {'was' if len(missing) == 1 else 'were'} not found.",
            f"{LOOKED_FOR} Rename the headings, or say which is which: columns={{“their name”: “ours”}}.",
        )
    if not (finding.sheet.filled[finding.header + 1 :]).any():
        raise RecordsError(f"{finding.sheet.source} has headings and no row of ratings beneath them.")


def _settle_instruments(finding: _Finding, shape: str, default: str | None) -> None:
    by_row = "instrument" in finding.fields
    bare = [slot for slot in finding.slots if slot.instrument is None]
    if by_row and (bare or shape != WIDE):
        return
    if by_row:
        finding.leave(finding.fields.pop("instrument"), "the headings name the instrument")
    if default is None and (shape != WIDE or len(bare) == len(finding.slots) or any(slot.item for slot in bare)):
        raise finding.refuse(
            "which instrument the ratings are of is not said.",
            f"Pass instrument=, one of {', '.join(sorted(INSTRUMENTS))}.",
        )
    settled = []
    for slot in finding.slots:
        if slot.instrument is None and not _belongs(slot, default):
            if slot.item and default:
                raise RecordsError(_too_many_items(finding, slot.item, default))
            finding.leave(slot.position, "its instrument is not said")
            continue
        settled.append(replace(slot, instrument=slot.instrument or default))
    finding.slots = settled


def _belongs(slot: Slot, instrument: str | None) -> bool:
    if instrument is None:
        return False
    known = INSTRUMENTS[instrument]
    return slot.item <= known.n_items if slot.item else slot.scale in known.scales


def _too_many_items(finding: _Finding, item: int, default: str) -> str:
    known = INSTRUMENTS[default]
    return (
        f"{finding.sheet.source}: there is a column for item {item}, but {known.short_title} has {known.n_items} "
        f"items. Pass the right instrument=, one of {', '.join(sorted(INSTRUMENTS))}."
    )


def _settle_doubles(finding: _Finding) -> None:
    """Keep one column for each score, the one in the instrument's own statistic; refuse two for one item."""
    kept: dict[tuple[object, ...], Slot] = {}
    for slot in finding.slots:
        key = (slot.instrument, slot.rater, slot.item, slot.scale)
        first = kept.get(key)
        if first is None:
            kept[key] = slot
            continue
        if slot.item:
            names = [finding.headings[each.position] for each in (first, slot)]
            raise RecordsError(
                f"{finding.sheet.source}: {quote(names)} could each be item {slot.item} of the same form. "
                f"Say which it is, or leave one out: columns={{“{names[1]}”: “ignore”}}."
            )
        own = INSTRUMENTS[slot.instrument].scales[slot.scale or ""].statistic if slot.instrument else None
        if own is not None and slot.statistic == own and first.statistic != own:
            first, slot = slot, first  # noqa: PLW2901
        kept[key] = first
        finding.leave(slot.position, f"“{finding.headings[first.position]}” holds the same score")
    finding.slots = list(kept.values())


def _find_rater(finding: _Finding) -> str | None:
    """Return the rater where the whole name of the sheet or file says it: ``srs_therapist``, sheet ``Therapist``."""
    sheet = finding.sheet
    for name, alone in ((sheet.name, read_rater(sheet.name)), (sheet.file_stem, None)):
        role = read_heading(name)
        rater = role.rater if isinstance(role, ScoreRole) else alone if len(name) > 1 else None
        if rater:
            return rater
    return None


def _note_unused(finding: _Finding) -> None:
    used = {*finding.fields.values(), *(slot.position for slot in finding.slots)} | finding.explained
    if unused := [heading for at, heading in enumerate(finding.headings) if heading and at not in used]:
        finding.notes.append(f"Not used: {quote(unused)}.")
    if finding.header:
        finding.notes.append(f"The headings stand in row {finding.header + 1}.")


def check_found(targets: Mapping[str, Role | None], layouts: Sequence[Layout], *, theirs: Mapping[str, str]) -> None:
    """Refuse a name in ``columns=`` that no sheet has.

    Raises
    ------
    RecordsError
        Names what is missing and lists the columns there are.
    """
    found = [heading for layout in layouts for heading in layout.headings]
    there = {squeeze(heading) for heading in found}
    missing = [name for name in theirs if squeeze(name) in targets and squeeze(name) not in there]
    if missing:
        raise RecordsError(
            f"columns=: there is no column {quote(missing)}. Columns found: {quote(list(dict.fromkeys(found)))}."
        )
