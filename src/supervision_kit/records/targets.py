"""What a caller says of columns: ``columns={"their name": "ours"}``, ``instrument=`` and ``rater=``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from supervision_kit.errors import RecordsError, UnknownNameError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.field_words import FIELDS
from supervision_kit.records.finding import Slot
from supervision_kit.records.folding import heading_key
from supervision_kit.records.naming import read_instrument, read_rater
from supervision_kit.records.roles import MOST_ITEMS, FieldRole, ItemRole, Role, ScoreRole
from supervision_kit.records.units import REPORTED, STATISTICS
from supervision_kit.tables import RATERS
from supervision_kit.words import say

IGNORE = "ignore"
OF_THE_ROW = "*"
_SESSION = re.compile(r"session 0*([1-9][0-9]{0,3})")


@dataclass(frozen=True)
class Said:
    """What is said of a sheet, by the caller or by a saved mapping, besides what stands in it."""

    targets: Mapping[str, Role | None]
    instrument: str | None = None
    rater: str | None = None
    day_first: bool | None = None

    @classmethod
    def by(
        cls,
        *,
        columns: Mapping[str, str] | None = None,
        instrument: str | None = None,
        rater: str | None = None,
        day_first: bool | None = None,
    ) -> Said:
        """Return what these settings of :func:`read_ratings` say.

        Raises
        ------
        RecordsError, UnknownNameError
            One of them is nothing that can be said.
        """
        return cls(read_targets(columns), check_instrument(instrument), check_rater(rater), day_first)

    def before(self, other: Said) -> Said:
        """Return what this says and, where it says nothing, the other."""
        return Said(
            {**other.targets, **self.targets},
            self.instrument or other.instrument,
            self.rater or other.rater,
            other.day_first if self.day_first is None else self.day_first,
        )


def list_allowed() -> str:
    """Return in a sentence what ``columns=`` may say of a column."""
    return say(
        "Allowed are {fields}, {ignore}, and INSTRUMENT:ITEM or INSTRUMENT:SCALE such as “wai_sr:3” or "
        "“srs:total”, with the rater, the statistic ({statistics}) or the session after another colon "
        "where it is needed: “srs:total:therapist”, “wai_sr:bond:sum”, “srs:total:session 3”. The "
        "instrument of the row or the file is {of_the_row}: “{of_the_row}:3”. Instruments: {known}.",
        fields=", ".join(FIELDS),
        ignore=IGNORE,
        statistics=", ".join((*STATISTICS, REPORTED)),
        of_the_row=OF_THE_ROW,
        known=", ".join(sorted(INSTRUMENTS)),
    )


def say_role(role: Role) -> str:
    """Return the role as ``columns=`` says it."""
    if isinstance(role, FieldRole):
        return role.field
    what = str(role.item) if isinstance(role, ItemRole) else role.scale
    statistic = role.statistic if isinstance(role, ScoreRole) else None
    session = f"session {role.session}" if role.session else None
    return ":".join(filter(None, (role.instrument or OF_THE_ROW, what, role.rater, statistic, session)))


def say_slot(slot: Slot) -> str:
    """Return the column of ratings as ``columns=`` says it."""
    if slot.item:
        return say_role(ItemRole(slot.instrument, slot.rater, slot.item, session=slot.session))
    return say_role(ScoreRole(slot.instrument, slot.rater, slot.scale or "", slot.statistic, session=slot.session))


def read_targets(columns: Mapping[str, str] | None) -> dict[str, Role | None]:
    """Return for each of the caller's names, squeezed, what its column holds; ``None`` is a column to leave aside.

    Raises
    ------
    RecordsError
        Names every target that is none, and lists what is allowed.
    """
    if not isinstance(columns, Mapping | None):
        raise RecordsError(
            say(
                "columns= is a {kind}: give {{“their name”: “ours”}}. {allowed}",
                kind=type(columns).__name__,
                allowed=list_allowed(),
            )
        )
    targets: dict[str, Role | None] = {}
    wrong = []
    for theirs, ours in (columns or {}).items():
        if heading_key(str(theirs)) in targets:
            raise RecordsError(
                say("columns=: “{theirs}” is the same heading as another one given. Name it once.", theirs=theirs)
            )
        parts = [part.strip().casefold() for part in str(ours).split(":")]
        role = _role(parts)
        if role is None and parts != [IGNORE]:
            wrong.append(str(ours))
        targets[heading_key(str(theirs))] = role
    if wrong:
        raise RecordsError(
            say(
                "columns=: {names} is nothing to read as. {allowed}",
                names=", ".join(f"“{each}”" for each in wrong),
                allowed=list_allowed(),
            )
        )
    return targets


def _role(parts: list[str]) -> Role | None:
    if len(parts) == 1:
        return FieldRole(parts[0], -1) if parts[0] in FIELDS else None
    named, what, *rest = parts
    known = INSTRUMENTS.get(named) or INSTRUMENTS.get((read_instrument(named) or ("", None))[0])
    statistic = next(
        (each for each in rest if each in (*STATISTICS, REPORTED)), "item mean" if "mean" in rest else None
    )
    rater = next((each for each in rest if each in RATERS), None)
    session = next((int(found[1]) for each in rest if (found := _SESSION.fullmatch(each))), None)
    n_said = sum(each is not None for each in (statistic, rater, session))
    if (known is None and named != OF_THE_ROW) or len(rest) != n_said:
        return None
    key = known.key if known else None
    if what.isdecimal():
        fits = 1 <= int(what) <= (known.n_items if known else MOST_ITEMS)
        return ItemRole(key, rater, int(what), session=session) if fits and statistic is None else None
    scales = known.scales if known else {scale for each in INSTRUMENTS.values() for scale in each.scales}
    return ScoreRole(key, rater, what, statistic, session=session) if what in scales else None


def check_instrument(instrument: str | None) -> str | None:
    """Return the registered key for what the caller calls the instrument.

    Raises
    ------
    UnknownNameError
        Lists the registered keys and the nearest ones.
    """
    if instrument is None:
        return None
    if not isinstance(instrument, str):
        raise RecordsError(
            say(
                "instrument= is one of {known}, not a {kind}.",
                known=", ".join(sorted(INSTRUMENTS)),
                kind=type(instrument).__name__,
            )
        )
    if instrument in INSTRUMENTS:
        return instrument
    found = read_instrument(instrument)
    if found is None:
        raise UnknownNameError("instrument", instrument, INSTRUMENTS)
    return found[0]


def check_rater(rater: str | None) -> str | None:
    """Return the rater that the caller means, in any word that is known for it.

    Raises
    ------
    RecordsError
        Says which raters there are.
    """
    if rater is None:
        return None
    found = read_rater(rater) if isinstance(rater, str) else None
    if found is None:
        raise RecordsError(say("rater= is none of {raters}.", raters=", ".join(RATERS)))
    return found
