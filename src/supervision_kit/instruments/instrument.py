"""What an instrument is: its items, its scales, its rules, and how sure each number is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from types import MappingProxyType
from typing import Literal

from supervision_kit.errors import UnknownNameError
from supervision_kit.words import later, say

Kind = Literal["alliance", "outcome", "rupture"]
Direction = Literal["higher", "lower"]
Statistic = Literal["item mean", "sum"]

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "alliance": "Alliance measure",
        "outcome": "Outcome measure",
        "rupture": "Report of ruptures: neither a level of the alliance nor an outcome, and never judged as one",
    }
)
SURENESS = MappingProxyType(
    {
        "seen": later("seen in the source"),
        "secondary": later("seen in a secondary source"),
        "unconfirmed": later("not confirmed in the source"),
        "kit": later("the kit's own choice"),
    }
)

RELIABILITIES = ("internal consistency", "test-retest")

# The kit's own choices (no instrument publishes them), as shares of a scale's range so that every scale is treated
# alike: 0.3 and 0.25 points on item means of 1 to 5, 3 and 2.5 points on totals of 0 to 40.
MIN_DROP_SHARE = 0.075
TOLERANCE_SHARE = 0.0625


@dataclass(frozen=True)
class Provenance:
    """How sure a number is, one of the keys of :data:`SURENESS`, after whom, and what else there is to say of it."""

    sureness: str
    note: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.sureness not in SURENESS:
            raise UnknownNameError("degree of sureness", self.sureness, SURENESS)

    @property
    def short(self) -> str:
        """The sureness in words; what is not confirmed is never called its author's."""
        if self.sureness == "unconfirmed" and self.source:
            return say("after {source}, not confirmed", source=self.source)
        return say(SURENESS[self.sureness])

    @property
    def words(self) -> str:
        """The sureness in words, with the note."""
        return f"{self.short}. {self.note}" if self.note else self.short


@dataclass(frozen=True)
class CutoffLine:
    """A published line on a scale, the side of it that counts as clinical or in need of a word, and for whom."""

    line: float
    marks: Literal["below", "at or above"]
    provenance: Provenance
    name: str = ""


@dataclass(frozen=True)
class Bands:
    """Published labels of stretches of a scale; each stretch but the lowest begins at its line."""

    lines: tuple[float, ...]
    labels: tuple[str, ...]
    provenance: Provenance

    def label(self, score: float) -> str | None:
        """Return the label of a score, ``None`` where there is no score."""
        if score != score:  # noqa: PLR0124 - not a number
            return None
        return self.labels[sum(score >= line for line in self.lines)]


@dataclass(frozen=True)
class ReliableChange:
    """The points of change that exceed measurement error by the published or usual criterion."""

    points: float
    provenance: Provenance


@dataclass(frozen=True)
class Norms:
    """How a population scored, in scale points, and how reliably it was measured where that is known.

    `reliability` is a share of the variance, ``None`` where no source gives it; `reliability_is` says of which kind.
    """

    population: str
    mean: float
    sd: float
    provenance: Provenance
    n: int | None = None
    reliability: float | None = None
    reliability_is: str = ""
    doi: str = ""

    @property
    def measurement_error(self) -> float | None:
        """The standard error of one score, SD · √(1 − r), in scale points; ``None`` where r is not known."""
        return None if self.reliability is None else self.sd * math.sqrt(1 - self.reliability)


@dataclass(frozen=True)
class Item:
    """One item: the answers that it allows, how it counts, and where it counts at all."""

    number: int
    lowest: float
    highest: float
    is_reversed: bool = False
    is_risk: bool = False
    only_where: tuple[int, float] | None = None  # an item and its answer


@dataclass(frozen=True)
class Scale:
    """A score made of some of the instrument's items: their sum or mean, times the multiplier.

    `norms` are those of people in treatment, `functional_norms` those of people who are not.
    """

    key: str
    title: str
    items: tuple[int, ...]
    statistic: Statistic
    multiplier: float
    fewest_answered: int
    lowest: float
    highest: float
    better_is: Direction
    items_provenance: Provenance
    missing_provenance: Provenance
    cutoffs: tuple[CutoffLine, ...] = ()
    bands: Bands | None = None
    reliable_change: ReliableChange | None = None
    answer_step: float = 1.0  # how finely its items can be answered
    norms: Norms | None = None
    functional_norms: Norms | None = None

    @property
    def step(self) -> float:
        """The distance between neighbouring scores where every item is answered."""
        share = 1 if self.statistic == "sum" else 1 / len(self.items)
        return self.answer_step * self.multiplier * share

    @property
    def cutoff(self) -> CutoffLine | None:
        """The line that holds where nothing else is said: the first."""
        return self.cutoffs[0] if self.cutoffs else None

    @property
    def score_words(self) -> str:
        """How the score is made, in words: ``"sum"``, ``"10 × item mean"``."""
        return self.statistic if self.multiplier == 1 else f"{self.multiplier:g} × {self.statistic}"

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
    """A questionnaire: its key, items, scales, rules, source and licence. Never its wording.

    Attributes
    ----------
    kind
        ``"alliance"`` (judged session by session), ``"outcome"``, or ``"rupture"``, which is neither.
    aliases
        What headings and cells may call it, beside its key and titles.
    shared_names
        Names that other questionnaires have too: never enough to name this one.
    items
        In their published order.
    impute_from
        The scales whose rounded mean stands in for their blank items; empty where the answered items alone count.
    codes
        What an observer's coding system calls its codes, by scale.
    labels
        The clinic's own item labels, see :meth:`with_labels`; empty where there are none.
    """

    key: str
    title: str
    short_title: str
    kind: Kind
    better_is: Direction
    raters: tuple[str, ...]
    aliases: tuple[str, ...]
    shared_names: tuple[str, ...]
    citation: str
    source: str
    doi: str
    licence: str
    items: tuple[Item, ...]
    whole_numbers: bool
    items_provenance: Provenance
    reversed_provenance: Provenance
    risk_provenance: Provenance | None
    scales: Mapping[str, Scale]
    missing_rule: str
    missing_provenance: Provenance
    impute_from: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]
    codes_provenance: Provenance | None
    labels: tuple[str, ...] = ()

    @property
    def n_items(self) -> int:
        """How many items the form has."""
        return len(self.items)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that is this instrument's alone."""
        names = (*self.aliases, self.key, self.title, self.short_title)
        return tuple(name for name in names if name.casefold() not in self.shared_names)

    @property
    def sole_rater(self) -> str | None:
        """Who fills it in, where that is one person and not the client."""
        return self.raters[0] if len(self.raters) == 1 and self.raters[0] != "client" else None

    @property
    def reversed_items(self) -> tuple[int, ...]:
        """The items that are turned before they count."""
        return tuple(item.number for item in self.items if item.is_reversed)

    @property
    def risk_items(self) -> tuple[int, ...]:
        """The items that ask about danger to life or limb: to be shown by themselves, whatever the score."""
        return tuple(item.number for item in self.items if item.is_risk)

    @property
    def answers(self) -> str:
        """The answers that the form allows, in words."""
        kind = "whole numbers" if self.whole_numbers else "numbers"
        ranges: dict[str, list[int]] = {}
        for item in self.items:
            ranges.setdefault(f"{kind} from {item.lowest:g} to {item.highest:g}", []).append(item.number)
        if len(ranges) == 1:
            return next(iter(ranges))
        return ", ".join(f"{words} (item {', '.join(map(str, items))})" for words, items in ranges.items())

    def answers_of(self, item: int) -> str:
        """Return the answers that one item allows, in words."""
        one = self.items[item - 1]
        ends = {"lowest": f"{one.lowest:g}", "highest": f"{one.highest:g}"}
        if self.whole_numbers:
            return say("whole numbers from {lowest} to {highest}", **ends)
        return say("numbers from {lowest} to {highest}", **ends)

    def item_label(self, item: int) -> str:
        """Return the clinic's label of an item, or ``"Item 7"`` where there is none.

        Labels come from :meth:`with_labels`, or from ``labels/<key>.toml`` in the user's configuration folder.

        Raises
        ------
        InstrumentError
            The label file in the configuration folder does not fit the instrument.
        UnknownNameError
            The instrument has no item of that number.
        """
        from supervision_kit.instruments.labels import labels_in_configuration

        if not 1 <= item <= self.n_items:
            raise UnknownNameError("item", item, map(str, range(1, self.n_items + 1)))
        labels = self.labels or labels_in_configuration(self)
        return labels[item - 1] if labels else f"Item {item}"

    def with_labels(self, path: str | PathLike[str]) -> Instrument:
        """Return this instrument with the item labels of a local file, which the kit never ships.

        Raises
        ------
        InstrumentError
            Says what in the file does not fit the instrument.
        """
        from supervision_kit.instruments.labels import read_labels

        return replace(self, labels=read_labels(path, self))
