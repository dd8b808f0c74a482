"""What the registered instruments, and the lines of their forms, are called."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.folding import squeeze
from supervision_kit.records.roles import ItemRole, ScoreRole
from supervision_kit.records.vocabulary import ITEM_NAMES, RATER_LETTERS, RATERS

_LAST_NUMBER = re.compile(r"\|?[0-9]+$")


class NamedInstrument(NamedTuple):
    """The instrument that a name means and, of a version that only one rater fills in (WAI-SRT), that rater."""

    key: str
    rater: str | None


@cache
def instrument_names() -> dict[str, NamedInstrument]:
    """Return each squeezed name with what it means."""
    return {
        squeeze(name): NamedInstrument(instrument.key, _rater_of(name, instrument.key) or instrument.sole_rater)
        for instrument in INSTRUMENTS.values()
        for name in instrument.names
    }


def _rater_of(name: str, key: str) -> str | None:
    """Return the rater that the name adds to the instrument's key: ``wai_sr`` → ``WAI-SR client``, ``WAI-SRT``."""
    stem = squeeze(key)
    added = squeeze(name).removeprefix(stem) if squeeze(name).startswith(stem) else ""
    return RATER_LETTERS.get(added) or next((rater for rater, known in RATERS.items() if added in known), None)


@cache
def family_names() -> frozenset[str]:
    """Return the names that make another name with a number: PHQ-9 is one of several questionnaires called PHQ."""
    names = instrument_names()
    return frozenset({_LAST_NUMBER.sub("", name) for name in names if name[-1:].isdigit()} & names.keys())


@cache
def line_names() -> dict[str, ItemRole | ScoreRole]:
    """Return each squeezed name with a word for a line of the form (``SRS Relationship``), or “overall” for the total.

    “Overall” is the total only where no line of the form is called so.
    """
    roles: dict[str, ItemRole | ScoreRole] = {}
    for name, (key, rater) in instrument_names().items():
        lines = ITEM_NAMES.get(key, ())
        roles |= {name + word: ItemRole(key, rater, item) for item, words in enumerate(lines, 1) for word in words}
        if not lines:
            roles[f"{name}overall"] = ScoreRole(key, rater, "total")
    return roles


for _kept in (instrument_names, family_names, line_names):
    INSTRUMENTS.when_grown(_kept.cache_clear)
