"""Headings that speak of a session: ``S1``, ``Session 1``, ``WAI-SR S1 Bond``, ``3. Sitzung``, ``T2``, ``Week 4``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.folding import fold, squeeze, words
from supervision_kit.records.headings import read_heading, read_heading_of
from supervision_kit.records.naming import instruments_in, read_rater
from supervision_kit.records.roles import FieldRole, ItemRole, Role, ScoreRole
from supervision_kit.records.vocabulary import SESSION_PLURALS, SESSION_WORDS, TIME_WORDS
from supervision_kit.words import say

if TYPE_CHECKING:
    from supervision_kit.records.finding import Finding

FEWEST_SESSIONS = 2
_WORDS = "|".join(sorted(SESSION_WORDS | TIME_WORDS, key=len, reverse=True))
_NUMBER = r"0*(?P<number>[1-9][0-9]{0,3})(?![0-9])"
_MARKS = (
    re.compile(rf"(?<![a-z])(?P<word>{_WORDS})[\s._:#-]*(?:(?:no|nr|num|number|nummer|n)[\s._:#°-]*)?{_NUMBER}"),
    re.compile(rf"(?<![a-z0-9])(?P<word>[st])[\s_#-]?{_NUMBER}"),
    re.compile(rf"(?<![0-9]){_NUMBER}(?:\.|st|nd|rd|th|a|o|e|er|re|ere|eme)?[\s._-]*(?P<word>{_WORDS})(?![a-z])"),
)
_OF_A_RATER = re.compile(r"(.*?)(?<![a-z0-9])([ckpt])[\s_#-]?0*([1-9][0-9]{0,2})(?![0-9])(.*)")
_BARE = re.compile(r"0*[1-9][0-9]{0,2}")
_ITEM = re.compile(r"[^\w]*_*0*([1-9][0-9]{0,2})[^\w]*")


@dataclass(frozen=True)
class SessionMark:
    """The session that a heading speaks of, the word it uses for it, and what else it says."""

    session: int
    word: str
    rest: str


def read_mark(heading: str) -> SessionMark | None:
    """Return the session that a heading speaks of; ``None`` where it is none, or could be one or another."""
    folded = fold(heading)
    found = {match.span(): match for pattern in _MARKS for match in pattern.finditer(folded)}
    if len(found) != 1:
        return None
    (match,) = found.values()
    rest = f"{folded[: match.start()]} {folded[match.end() :]}"
    return SessionMark(int(match["number"]), match["word"], rest)


def read_session_heading(heading: str, instrument: str | None = None) -> Role | None:
    """Return what a column with this heading holds of its session: a day, an item, or a score (the total, if bare)."""
    mark = read_mark(heading)
    if mark is None:
        return None
    squeezed = squeeze(mark.rest)
    if not squeezed:
        return ScoreRole(None, None, "total", session=mark.session)
    if rater := read_rater(mark.rest):
        return ScoreRole(None, rater, "total", session=mark.session)
    if item := _ITEM.fullmatch(mark.rest):
        return ItemRole(None, None, int(item[1]), session=mark.session)
    role = read_heading(mark.rest) or (read_heading_of(mark.rest, instrument) if instrument else None)
    if isinstance(role, FieldRole):
        return replace(role, session=mark.session) if role.field == "date" else None
    return replace(role, session=mark.session) if role else None


def take_session_columns(finding: Finding, instrument: str | None) -> None:
    """Read columns as of a session each, where there are several and no column says the session of the row."""
    fields = {role.field for role in finding.roles if isinstance(role, FieldRole)}
    if "session" in fields:
        return
    by_rater = _by_rater(finding, instrument)
    found = by_rater | {
        at: role
        for at, heading in enumerate(finding.headings)
        if finding.roles[at] is None and not finding.is_said(at) and at not in by_rater
        if (role := read_session_heading(heading, instrument))
    }
    if (
        not found
        and not any(isinstance(role, (ItemRole, ScoreRole)) for role in finding.roles)
        and "date" not in fields
    ):
        found = _bare_numbers(finding, instrument)
    sessions = sorted({role.session or 0 for role in found.values() if not isinstance(role, FieldRole)})
    said = any(isinstance(role, (ItemRole, ScoreRole)) and role.session for role in finding.roles)
    if len(sessions) < FEWEST_SESSIONS and not (said and found):
        return
    for at, role in found.items():
        if isinstance(role, FieldRole):
            finding.session_dates[role.session or 0] = at
            finding.explained.add(at)
        else:
            finding.roles[at] = role
    finding.notes.append(
        say("A column for each session: {sessions} were found in the headings.", sessions=say_sessions(sessions))
    )
    times = {mark.word for at in found if at not in by_rater and (mark := read_mark(finding.headings[at]))} & (
        TIME_WORDS | {"t"}
    )
    if times:
        finding.notes.append(
            say("The headings count weeks or points in time; each was read as the session of that number.")
        )


def _by_rater(finding: Finding, instrument: str | None) -> dict[int, Role]:
    """Return the columns C1, T1, C2, T2, …: the client's and the therapist's of each session, not points in time.

    Raises
    ------
    RecordsError
        Their numbers differ, or a date column says the session of the row, so that they could be something else.
    """
    families: dict[str, dict[str, dict[int, int]]] = {}
    for at, heading in enumerate(finding.headings if finding.redcap is None else ()):
        if not finding.is_said(at) and (match := _OF_A_RATER.fullmatch(fold(heading))):
            before, letter, number, behind = match.groups()
            families.setdefault(squeeze(f"{before} {behind}"), {}).setdefault(letter, {})[int(number)] = at
    found: dict[int, Role] = {}
    for rest, columns in families.items():
        others = sorted(set(columns) - {"t"})
        if "t" not in columns or not others or any(finding.roles[at] for at in columns["t"].values()):
            continue
        names = " and ".join(f"“{finding.headings[min(columns[letter].values())]}”" for letter in (*others, "t"))
        by_day = any(isinstance(role, FieldRole) and role.field == "date" for role in finding.roles)
        score = _total_of(rest, instrument)
        if len(others) > 1 or columns[others[0]].keys() != columns["t"].keys() or by_day or score is None:
            raise finding.refuse(
                say("{names} could be of two raters, of points in time or items.", names=names),
                say("Say it in the headings: “S1 client” and “S1 therapist” are the ratings of session 1."),
            )
        for letter, rater in ((others[0], "client"), ("t", "therapist")):
            found |= {at: replace(score, rater=rater, session=number) for number, at in columns[letter].items()}
        finding.notes.append(
            say("{names} were read as the client’s and the therapist’s, each number as a session.", names=names)
        )
    return found


def _total_of(rest: str, instrument: str | None) -> ScoreRole | None:
    """Return the score that the rest of a heading names, the total where it names none."""
    role = (read_heading(rest) or (read_heading_of(rest, instrument) if instrument else None)) if rest else None
    if rest:
        return role if isinstance(role, ScoreRole) and role.rater is None else None
    return ScoreRole(None, None, "total")


def has_bare_numbers(row: Sequence[str]) -> bool:
    """Return whether plain numbers stand beside headings that are known: sessions or items, with some left out."""
    cells = [cell.strip() for cell in row if cell.strip()]
    numbers = [int(cell) for cell in cells if _BARE.fullmatch(cell)]
    others = [cell for cell in cells if not _BARE.fullmatch(cell)]
    rising = all(one < other for one, other in pairwise(numbers))
    return len(numbers) >= FEWEST_SESSIONS and rising and bool(others) and all(map(read_heading, others))


def number_columns(row: Sequence[str]) -> dict[int, int]:
    """Return the cells of a row that are numbers, where there are several, from 1 upwards."""
    numbers = {at: int(cell) for at, cell in enumerate(row) if _BARE.fullmatch(cell.strip())}
    rising = all(one < other for one, other in pairwise(numbers.values()))
    return numbers if len(numbers) >= FEWEST_SESSIONS and rising and min(numbers.values()) == 1 else {}


def _bare_numbers(finding: Finding, instrument: str | None) -> dict[int, Role]:
    """Return the columns 1, 2, 3, … as of a session each; refuse them where they could as well be the items."""
    numbers = number_columns(finding.headings)
    title = " ".join(cell for row in range(finding.header.top) for cell in finding.sheet.row(row))
    places = (title, finding.sheet.name, finding.sheet.file_stem)
    known = {instrument} if instrument else set().union(*map(instruments_in, places))
    said = any(word.rstrip("s") in SESSION_WORDS or word in SESSION_PLURALS for word in words(title))
    if not said and any(INSTRUMENTS[key].n_items == len(numbers) for key in known):
        raise finding.refuse(
            say("the columns 1 to {n} could be the items or the sessions.", n=len(numbers)),
            say("Call them “Item 1” and add a session column, or call them “Session 1”."),
        )
    return {at: ScoreRole(None, None, "total", session=number) for at, number in numbers.items()}


def say_sessions(sessions: list[int]) -> str:
    """Return the numbers for a sentence."""
    first, last = sessions[0], sessions[-1]
    whole = last - first == len(sessions) - 1
    return (
        say("sessions {first} to {last}", first=first, last=last)
        if whole
        else say("{n} sessions from {first} to {last}", n=len(sessions), first=first, last=last)
    )


def set_sessionless_aside(finding: Finding) -> None:
    """Leave aside the ratings that are of no session, in a table with a column for each."""
    if any(slot.session for slot in finding.slots):
        for slot in [slot for slot in finding.slots if not slot.session]:
            finding.slots.remove(slot)
            finding.leave(slot.position, say("the heading does not say of which session it is"))
