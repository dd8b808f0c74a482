"""What a caller says of columns: ``columns={"their name": "ours"}``, ``instrument=`` and ``rater=``."""

from __future__ import annotations

from collections.abc import Mapping

from supervision_kit.errors import RecordsError, UnknownNameError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.headings import FieldRole, ItemRole, Role, ScoreRole, read_instrument, read_rater
from supervision_kit.records.units import STATISTICS
from supervision_kit.records.vocabulary import FIELDS, heading_key
from supervision_kit.tables import RATERS

IGNORE = "ignore"
ALLOWED = (
    f"Allowed are {', '.join(FIELDS)}, {IGNORE}, and INSTRUMENT:ITEM or INSTRUMENT:SCALE such as “wai_sr:3” or "
    f"“srs:total”, with the rater or the statistic ({', '.join(STATISTICS)}) after another colon where it is needed: "
    f"“srs:total:therapist”, “wai_sr:bond:sum”. Instruments: {', '.join(sorted(INSTRUMENTS))}."
)


def read_targets(columns: Mapping[str, str] | None) -> dict[str, Role | None]:
    """Return for each of the caller's names, squeezed, what its column holds; ``None`` is a column to leave aside.

    Raises
    ------
    RecordsError
        Names every target that is none, and lists what is allowed.
    """
    if not isinstance(columns, Mapping | None):
        raise RecordsError(f"columns= is a {type(columns).__name__}: give {{“their name”: “ours”}}. {ALLOWED}")
    targets: dict[str, Role | None] = {}
    wrong = []
    for theirs, ours in (columns or {}).items():
        if heading_key(str(theirs)) in targets:
            raise RecordsError(f"columns=: “{theirs}” is the same heading as another one given. Name it once.")
        parts = [part.strip().casefold() for part in str(ours).split(":")]
        role = _role(parts)
        if role is None and parts != [IGNORE]:
            wrong.append(str(ours))
        targets[heading_key(str(theirs))] = role
    if wrong:
        raise RecordsError(f"columns=: {', '.join(f'“{each}”' for each in wrong)} is nothing to read as. {ALLOWED}")
    return targets


def _role(parts: list[str]) -> Role | None:
    if len(parts) == 1:
        return FieldRole(parts[0], -1) if parts[0] in FIELDS else None
    named, what, *rest = parts
    instrument = INSTRUMENTS.get(named) or INSTRUMENTS.get((read_instrument(named) or ("", None))[0])
    statistic = next((each for each in rest if each in STATISTICS), "item mean" if "mean" in rest else None)
    rater = next((each for each in rest if each in RATERS), None)
    if instrument is None or len(rest) != (statistic is not None) + (rater is not None):
        return None
    if what.isdecimal() and statistic is None and 1 <= int(what) <= instrument.n_items:
        return ItemRole(instrument.key, rater, int(what))
    return ScoreRole(instrument.key, rater, what, statistic) if what in instrument.scales else None


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
            f"instrument= is one of {', '.join(sorted(INSTRUMENTS))}, not a {type(instrument).__name__}."
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
        raise RecordsError(f"rater= is none of {', '.join(RATERS)}.")
    return found
