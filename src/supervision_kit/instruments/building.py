"""A parsed data file → the instrument that it describes. What is wrong with one is found in ``checking`` before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from supervision_kit.instruments.instrument import (
    Bands,
    CutoffLine,
    Instrument,
    Item,
    Norms,
    Provenance,
    ReliableChange,
    Scale,
)

Raw = Mapping[str, Any]
# A mark on a line of 10 cm is read to the millimetre.
FINE_ANSWER = 0.1


def build_instrument(raw: Raw) -> Instrument:
    """Return the instrument of a data file that has been found to be right."""
    items = _items(raw["items"])
    cite, missing, codes = raw.get("citation", raw["source"]), raw["missing"], raw.get("codes")
    of_items = _provenance(raw["items"], cite)
    of_missing = _provenance(missing, cite)
    scales = {
        key: replace(
            _scale(key, spec, items, better_is=raw["better_is"], of_items=of_items, of_missing=of_missing, cite=cite),
            answer_step=1.0 if raw["items"]["whole_numbers"] else FINE_ANSWER,
        )
        for key, spec in raw["scales"].items()
    }
    return Instrument(
        key=raw["key"],
        title=raw["title"],
        short_title=raw["short_title"],
        kind=raw["kind"],
        better_is=raw["better_is"],
        raters=tuple(raw["raters"]),
        aliases=tuple(raw.get("aliases", ())),
        shared_names=tuple(name.casefold() for name in raw.get("shared_names", ())),
        citation=cite,
        source=raw["source"],
        doi=raw.get("doi", ""),
        licence=raw["licence"],
        items=items,
        whole_numbers=raw["items"]["whole_numbers"],
        items_provenance=of_items,
        reversed_provenance=_own(raw["items"].get("reversal"), of_items, cite),
        risk_provenance=_provenance(raw["items"]["risk"], cite) if "risk" in raw["items"] else None,
        scales=MappingProxyType(scales),
        missing_rule=missing["rule"],
        missing_provenance=of_missing,
        impute_from=tuple(missing.get("impute_from", ())),
        codes=MappingProxyType({key: tuple(names) for key, names in codes["names"].items()} if codes else {}),
        codes_provenance=_provenance(codes, cite) if codes else None,
    )


def _items(raw: Raw) -> tuple[Item, ...]:
    ranges = {n: each for each in raw.get("other_answers", ()) for n in each["items"]}
    conditions = {n: each for each in raw.get("conditional", ()) for n in each["items"]}
    risk = raw.get("risk", {}).get("items", ())
    return tuple(
        Item(
            n,
            float(ranges.get(n, raw)["lowest"]),
            float(ranges.get(n, raw)["highest"]),
            is_reversed=n in raw.get("reversed", ()),
            is_risk=n in risk,
            only_where=(conditions[n]["where_item"], float(conditions[n]["is"])) if n in conditions else None,
        )
        for n in range(1, raw["count"] + 1)
    )


def _scale(
    key: str,
    raw: Raw,
    items: tuple[Item, ...],
    *,
    better_is: Any,
    of_items: Provenance,
    of_missing: Provenance,
    cite: str,
) -> Scale:
    bands, change = raw.get("bands"), raw.get("reliable_change")
    lowest, highest = score_range(raw, [(item.lowest, item.highest) for item in items])
    return Scale(
        key=key,
        title=raw["title"],
        items=tuple(raw["items"]),
        statistic=raw["statistic"],
        multiplier=float(raw.get("multiplier", 1)),
        fewest_answered=raw["fewest_answered"],
        lowest=lowest,
        highest=highest,
        better_is=raw.get("better_is", better_is),
        items_provenance=_own(raw if "sureness" in raw else None, of_items, cite),
        missing_provenance=_own(raw.get("missing"), of_missing, cite),
        cutoffs=tuple(
            CutoffLine(float(each["line"]), each["marks"], _provenance(each, cite), each.get("name", ""))
            for each in raw.get("cutoffs", ())
        ),
        bands=Bands(tuple(map(float, bands["lines"])), tuple(bands["labels"]), _provenance(bands, cite))
        if bands
        else None,
        reliable_change=ReliableChange(float(change["points"]), _provenance(change, cite)) if change else None,
        norms=_norms(raw, "clinical"),
        functional_norms=_norms(raw, "functional"),
    )


def _norms(raw: Raw, population: str) -> Norms | None:
    one = raw.get("norms", {}).get(population)
    if one is None:
        return None
    return Norms(
        population=one["population"],
        mean=float(one["mean"]),
        sd=float(one["sd"]),
        provenance=Provenance(one["sureness"], one.get("sureness_note", ""), one["source"]),
        n=one.get("n"),
        reliability=one.get("reliability"),
        reliability_is=one.get("reliability_is", ""),
        doi=one.get("doi", ""),
    )


def score_range(raw: Raw, answers: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the lowest and highest score of a scale, by the lowest and highest answer of every item of the form."""
    of_scale = [answers[item - 1] for item in raw["items"]]
    share = raw.get("multiplier", 1) / (len(of_scale) if raw["statistic"] == "item mean" else 1)
    lowest, highest = (sum(ends) * share for ends in zip(*of_scale, strict=True))
    return round(lowest, 10), round(highest, 10)


def _provenance(raw: Raw, cite: str) -> Provenance:
    return Provenance(raw["sureness"], raw.get("sureness_note", ""), raw.get("after", cite))


def _own(raw: Raw | None, otherwise: Provenance, cite: str) -> Provenance:
    return _provenance(raw, cite) if raw else otherwise
