"""What was asked for of a publication, held against what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from supervision_kit import __version__
from supervision_kit.detection import METHODS
from supervision_kit.disclosure.generalising import SMALLEST
from supervision_kit.errors import SettingError, UnknownNameError
from supervision_kit.words import say, say_number

LOWEST = 3  # in a group of two, each knows who the other is
USUAL_METHOD = "personal_limits"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The settings of a publication; see :func:`supervision_kit.deidentify`."""

    audience: str
    smallest: int
    methods: tuple[str, ...]
    weeks: int
    items: bool
    lens: bool
    notes: tuple[int, ...]
    therapists: bool
    headline: bool
    rounding: float | None
    jitter: float | None
    seeded: bool

    @property
    def settings(self) -> dict[str, Any]:
        """Return what the manifest says of it: which notes were chosen stays here."""
        said = {name: value for name, value in vars(self).items() if name != "notes"}
        return said | {"methods": list(self.methods), "n_notes": len(self.notes), "kit_version": __version__}


def check_smallest(audience: str, smallest: int | None) -> int:
    """Return how many cases a group has at least."""
    if audience not in SMALLEST:
        raise UnknownNameError("audience", audience, SMALLEST)
    if smallest is None:
        return SMALLEST[audience]
    if isinstance(smallest, bool) or not isinstance(smallest, int) or smallest < LOWEST:
        raise SettingError(say("A group of cases is a whole number of them, {n} or more.", n=say_number(LOWEST)))
    return smallest


def check_methods(methods: Iterable[str] | str | None) -> tuple[str, ...]:
    """Return the keys of the methods by which pictures are compared."""
    chosen = (USUAL_METHOD,) if methods is None else (methods,) if isinstance(methods, str) else tuple(methods)
    for key in chosen:
        if key not in METHODS:
            raise UnknownNameError("method", key, METHODS)
    return chosen
