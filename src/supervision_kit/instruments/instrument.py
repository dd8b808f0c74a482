"""What an instrument is: its items, its scales, its rules, and how sure each number is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from supervision_kit.errors import UnknownNameError

SURENESS = MappingProxyType(
    {
        "seen": "seen in the source",
        "secondary": "seen in a secondary source",
        "unconfirmed": "not confirmed in the source",
        "kit": "the kit's own choice",
    }
)

# The kit's own choices (no instrument publishes them), as shares of a scale's range so that every scale is treated
# alike: 0.3 and 0.25 points on item means of 1 to 5, 3 and 2.5 points on totals of 0 to 40.
MIN_DROP_SHARE = 0.075
TOLERANCE_SHARE = 0.0625


@dataclass(frozen=True)
class Provenance:
    """How sure a number is, one of the keys of :data:`SURENESS`, and what else there is to say of it."""

    sureness: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.sureness not in SURENESS:
            raise UnknownNameError("degree of sureness", self.sureness, SURENESS)

    @property
    def words(self) -> str:
        """The sureness in words, with the note."""
        return f"{SURENESS[self.sureness]}. {self.note}".strip() if self.note else SURENESS[self.sureness]


@dataclass(frozen=True)
class CutoffLine:
    """A published line on a scale and the side of it that counts as clinical or in need of a word."""

    line: float
    marks: Literal["below", "at or above"]
    provenance: Provenance


@dataclass(frozen=True)
class ReliableChange:
    """The points of change that exceed measurement error by the published or usual criterion."""

    points: float
    provenance: Provenance


@dataclass(frozen=True)
class Scale:
    """A score made of some of the instrument's items."""

    key: str
    title: str
    items: tuple[int, ...]
    statistic: Literal["item mean", "sum"]
    fewest_answered: int
    lowest: float
    highest: float
    cutoff: CutoffLine | None = None
    reliable_change: ReliableChange | None = None

    @property
    def min_drop(self) -> float:
        """The smallest fall, in scale points, that a method may mark; the kit's own choice."""
        return MIN_DROP_SHARE * (self.highest - self.lowest)

    @property
    def tolerance(self) -> float:
        """How near to the level before, in scale points, counts as back; the kit's own choice."""
        return TOLERANCE_SHARE * (self.highest - self.lowest)


@dataclass(frozen=True)
class Instrument:
    """A questionnaire: its key, items, scales, rules, source and licence. Never its wording."""

    key: str
    title: str
    short_title: str
    kind: Literal["alliance", "outcome"]
    better_is: Literal["higher", "lower"]
    raters: tuple[str, ...]
    aliases: tuple[str, ...]
    source: str
    doi: str
    licence: str
    n_items: int
    lowest_answer: float
    highest_answer: float
    whole_numbers: bool
    reversed_items: tuple[int, ...]
    items_provenance: Provenance
    scales: Mapping[str, Scale]
    missing_rule: str
    missing_provenance: Provenance

    @property
    def answers(self) -> str:
        """The answers that the form allows, in words."""
        kind = "whole numbers" if self.whole_numbers else "numbers"
        return f"{kind} from {self.lowest_answer:g} to {self.highest_answer:g}"

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> Instrument:
        """Build an instrument from a parsed data file of the shape of those beside this module."""
        items, missing = raw["items"], raw["missing"]
        scales = {key: _scale(key, spec, items) for key, spec in raw["scales"].items()}
        return cls(
            key=raw["key"],
            title=raw["title"],
            short_title=raw["short_title"],
            kind=raw["kind"],
            better_is=raw["better_is"],
            raters=tuple(raw["raters"]),
            aliases=tuple(raw["aliases"]),
            source=raw["source"],
            doi=raw["doi"],
            licence=raw["licence"],
            n_items=items["count"],
            lowest_answer=float(items["lowest"]),
            highest_answer=float(items["highest"]),
            whole_numbers=items["whole_numbers"],
            reversed_items=tuple(items["reversed"]),
            items_provenance=_provenance(items),
            scales=MappingProxyType(scales),
            missing_rule=missing["rule"],
            missing_provenance=_provenance(missing),
        )


def _provenance(raw: Mapping[str, Any]) -> Provenance:
    return Provenance(raw["sureness"], raw["sureness_note"])


def _scale(key: str, raw: Mapping[str, Any], items: Mapping[str, Any]) -> Scale:
    n = len(raw["items"]) if raw["statistic"] == "sum" else 1
    cutoff, change = raw.get("cutoff"), raw.get("reliable_change")
    return Scale(
        key=key,
        title=raw["title"],
        items=tuple(raw["items"]),
        statistic=raw["statistic"],
        fewest_answered=raw["fewest_answered"],
        lowest=float(items["lowest"] * n),
        highest=float(items["highest"] * n),
        cutoff=CutoffLine(float(cutoff["line"]), cutoff["marks"], _provenance(cutoff)) if cutoff else None,
        reliable_change=ReliableChange(float(change["points"]), _provenance(change)) if change else None,
    )
