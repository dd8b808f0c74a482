"""What each table of an instrument's data file may hold, entry by entry, in words and as a test."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_args

from supervision_kit.instruments.instrument import KINDS, RELIABILITIES, SURENESS, Direction, Statistic

Test = Callable[[Any], bool]

MOST_ITEMS = 500
_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Entry:
    """One entry of a table of the file: what it holds, in words, the test of it, and whether it may be left out."""

    holds: str
    test: Test
    optional: bool = False


def _one_of(names: Iterable[str]) -> Entry:
    names = tuple(names)
    return Entry(f"one of {', '.join(names)}", lambda value: value in names)


def _or_none(entry: Entry) -> Entry:
    return Entry(entry.holds, entry.test, optional=True)


def _list_of(what: str, test: Test, *, filled: bool = True) -> Entry:
    return Entry(
        f"a list of {what}",
        lambda value: isinstance(value, list) and (bool(value) or not filled) and all(map(test, value)),
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Return whether the value is a number that an instrument can have."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def known_raters() -> tuple[str, ...]:
    """Return who may rate."""
    from supervision_kit.tables import RATERS  # brings pandas, which nobody needs who only looks at an instrument

    return RATERS


TEXT = Entry("text", _is_text)
NOTE = Entry("text", lambda value: isinstance(value, str), optional=True)
NUMBER = Entry("a number", is_number)
YES_OR_NO = Entry("true or false", lambda value: isinstance(value, bool))
TABLE = Entry("a table", lambda value: isinstance(value, dict))
TABLES = Entry("a list of tables", lambda value: isinstance(value, list) and all(isinstance(v, dict) for v in value))
NAMES = _list_of("names", _is_text)
ITEMS = _list_of("item numbers", _is_whole)
NUMBERS = _list_of("numbers", is_number)
SURE = {"sureness": _one_of(SURENESS), "sureness_note": NOTE, "after": NOTE}

FILE = {
    "key": Entry("small letters, digits and _, beginning with a letter", lambda v: _is_text(v) and is_key(v)),
    "title": TEXT,
    "short_title": TEXT,
    "kind": _one_of(KINDS),
    "better_is": _one_of(get_args(Direction)),
    "raters": _list_of("raters (client, therapist, observer)", lambda value: value in known_raters()),
    "aliases": _or_none(_list_of("names", _is_text, filled=False)),
    "shared_names": _or_none(NAMES),
    "citation": _or_none(TEXT),
    "source": TEXT,
    "doi": NOTE,
    "licence": TEXT,
    "items": TABLE,
    "scales": TABLE,
    "missing": TABLE,
    "codes": _or_none(TABLE),
}
OF_ITEMS = {
    "count": Entry(
        f"a whole number from 1 to {MOST_ITEMS}", lambda value: _is_whole(value) and 1 <= value <= MOST_ITEMS
    ),
    "lowest": NUMBER,
    "highest": NUMBER,
    "whole_numbers": YES_OR_NO,
    "reversed": _or_none(_list_of("item numbers", _is_whole, filled=False)),
    "reversal": _or_none(TABLE),
    "risk": _or_none(TABLE),
    "other_answers": _or_none(TABLES),
    "conditional": _or_none(TABLES),
    **SURE,
}
OF_OTHER_ANSWERS = {"items": ITEMS, "lowest": NUMBER, "highest": NUMBER}
OF_CONDITION = {"items": ITEMS, "where_item": Entry("an item number", _is_whole), "is": NUMBER}
OF_SCALE = {
    "title": TEXT,
    "items": ITEMS,
    "statistic": _one_of(get_args(Statistic)),
    "multiplier": Entry("a number above 0", lambda value: is_number(value) and value > 0, optional=True),
    "better_is": _or_none(_one_of(get_args(Direction))),
    "fewest_answered": Entry("a whole number", _is_whole),
    "missing": _or_none(TABLE),
    "cutoffs": _or_none(TABLES),
    "bands": _or_none(TABLE),
    "reliable_change": _or_none(TABLE),
    "norms": _or_none(TABLE),
    **{name: _or_none(entry) for name, entry in SURE.items()},
}
OF_CUTOFF = {"name": NOTE, "line": NUMBER, "marks": _one_of(("below", "at or above")), **SURE}
OF_BANDS = {"lines": NUMBERS, "labels": NAMES, **SURE}
OF_CHANGE = {"points": Entry("a number above 0", lambda value: is_number(value) and value > 0), **SURE}
POPULATIONS = {"clinical": _or_none(TABLE), "functional": _or_none(TABLE)}
OF_NORMS = {
    "population": TEXT,
    "mean": NUMBER,
    "sd": Entry("a number above 0", lambda value: is_number(value) and value > 0),
    "n": Entry("a whole number above 0", lambda value: _is_whole(value) and value > 0, optional=True),
    "reliability": Entry("a number between 0 and 1", lambda value: is_number(value) and 0 < value < 1, optional=True),
    "reliability_is": _or_none(_one_of(RELIABILITIES)),
    "source": TEXT,
    "doi": NOTE,
    "sureness": SURE["sureness"],
    "sureness_note": NOTE,
}
OF_MISSING = {"rule": TEXT, "impute_from": _or_none(NAMES), **SURE}
OF_CODES = {"names": TABLE, **SURE}


def is_key(value: str) -> bool:
    """Return whether the text is written as keys are."""
    return _KEY.fullmatch(value) is not None


@dataclass
class Faults:
    """What is wrong so far, each as "place in the file: what is wrong, and what is allowed"."""

    found: list[str] = field(default_factory=list)

    def add(self, where: str, sentence: str) -> None:
        """Add one fault."""
        self.found.append(f"{where}: {sentence}")

    def check_table(self, raw: Any, entries: Mapping[str, Entry], where: str = "") -> dict[str, Any]:
        """Return the entries of a table that hold what they should; the others are faults."""
        if not isinstance(raw, dict):
            return {}
        at = f"{where}." if where else ""
        for name in raw:
            if name not in entries:
                near = get_close_matches(str(name), entries, n=2)
                hint = f" Did you mean {' or '.join(near)}?" if near else ""
                self.add(f"{at}{name}", f"is not known.{hint} Known here: {', '.join(entries)}.")
        for name, entry in entries.items():
            if name not in raw and not entry.optional:
                self.add(f"{at}{name}", f"is missing. It is {entry.holds}.")
            elif name in raw and not entry.test(raw[name]):
                self.add(f"{at}{name}", f"is not {entry.holds}.")
        return {name: raw[name] for name, entry in entries.items() if name in raw and entry.test(raw[name])}
