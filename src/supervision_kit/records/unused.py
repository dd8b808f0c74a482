"""Columns that nothing is read from: how they are named, and what could make them known."""

from __future__ import annotations

from difflib import get_close_matches

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.finding import Finding
from supervision_kit.records.folding import squeeze, words
from supervision_kit.records.headings import names_a_person, read_heading_of, squeeze_ours
from supervision_kit.records.instrument_names import instrument_names
from supervision_kit.records.phrases import read_rating
from supervision_kit.records.pieces import NUMBER
from supervision_kit.records.wording import name_columns
from supervision_kit.words import say

SHORTEST_NAME = 3  # letters: “v1” is no instrument’s
MOST_SUGGESTED = 3
ALIKE = 0.65  # of a name, as difflib counts: HAQQ is like HAQ-II, SEQ is like none


def note_unused(finding: Finding) -> None:
    """Name the columns that nothing is read from, and the row of the headings where it is not the first."""
    used = {*finding.fields.values(), *(slot.position for slot in finding.slots)} | finding.explained
    unused = [at for at in range(len(finding.headings)) if at not in used]
    if named := {at: finding.headings[at] for at in unused if finding.headings[at]}:
        finding.notes.append(say("Not used: {columns}.", columns=name_columns(named)))
    if alike := suggest_names(finding):
        finding.notes.append(alike)
    beneath = slice(finding.header.row + 1, None)
    last = max(at for at, heading in enumerate(finding.headings) if heading)
    nameless = {
        at: ""
        for at in unused
        if not finding.headings[at] and not finding.sheet.columns[at].blank[beneath].all()
        if at < last or not finding.sheet.delimiter  # in a text, rows that reach beyond the headings are set aside
    }
    if nameless:
        finding.notes.append(say("Not used, for want of a heading: {columns}.", columns=name_columns(nameless)))
    if finding.header.top != finding.header.row:
        finding.notes.append(
            say(
                "The headings in rows {first} and {second} were joined.",
                first=finding.header.top + 1,
                second=finding.header.row + 1,
            )
        )
    elif finding.header.row:
        finding.notes.append(say("The headings stand in row {row}.", row=finding.header.row + 1))


def suggest_instrument(finding: Finding) -> str:
    """Return which instrument= would make headings known that are not."""
    unknown = [heading for heading, role in zip(finding.headings, finding.roles, strict=True) if heading and not role]
    for heading in unknown:
        keys = [key for key in INSTRUMENTS if read_heading_of(heading, key)]
        names = ", ".join(INSTRUMENTS[key].short_title for key in keys)
        if len(keys) == 1:
            return say(
                "If “{heading}” is of the {names}, pass instrument=“{key}”.", heading=heading, names=names, key=keys[0]
            )
        if keys:
            return say(
                "“{heading}” could be of several forms ({names}): pass the right instrument=, {keys}.",
                heading=heading,
                names=names,
                keys=say(" or ").join(keys),
            )
    return ""


def suggest_names(finding: Finding, *, nothing_rated: bool = False) -> str:
    """Return which instruments are called like those in headings that are not known.

    Where nothing else is rated and none is called alike, it is all that there are.
    """
    open_columns = [
        at
        for at, role in enumerate(finding.roles)
        if role is None and at not in finding.explained and not finding.is_said(at)
    ]
    unknown = {at: names for at in open_columns if (names := _unknown_names(finding.headings[at]))}
    near = {at: next(filter(None, map(_near, names)), []) for at, names in unknown.items()}
    alike = list(dict.fromkeys(title for titles in near.values() for title in titles))
    if alike:
        columns = name_columns({at: finding.headings[at] for at in unknown if near[at]})
        return say(
            "No instrument is known by the name in {columns}. Did you mean {names}?",
            columns=columns,
            names=say(" or ").join(alike),
        )
    if unknown and nothing_rated:
        columns = name_columns({at: finding.headings[at] for at in unknown})
        return say(
            "No instrument is known by the name in {columns}. Known: {known}.",
            columns=columns,
            known=", ".join(sorted(INSTRUMENTS)),
        )
    return ""


def _unknown_names(heading: str) -> list[str]:
    """Return what could be the name before an item's number or a scale, longest first, where no instrument has it."""
    run = words(heading) if squeeze_ours(heading) and not names_a_person(heading) else []
    parts = [(squeeze(" ".join(run[:end])), squeeze(" ".join(run[end:]))) for end in range(len(run) - 1, 0, -1)]
    names = [name for name, rest in parts if NUMBER.fullmatch(rest) or read_rating(rest)]
    return [] if _all_names() & {*names} else [name for name in names if len(name) >= SHORTEST_NAME]


def _near(name: str) -> list[str]:
    names = get_close_matches(name, instrument_names(), n=MOST_SUGGESTED, cutoff=ALIKE)
    return list(dict.fromkeys(INSTRUMENTS[instrument_names()[each].key].short_title for each in names))


def _all_names() -> set[str]:
    """Return the names of instruments, those too that several share."""
    return {squeeze(name) for known in INSTRUMENTS.values() for name in (*known.names, *known.shared_names)}
