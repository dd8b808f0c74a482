"""The disclosure report: what was removed, what remains, and what it still tells, in sentences and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import pandas as pd

from supervision_kit.advice import IN_PYTHON


@dataclass(frozen=True)
class DisclosureReport:
    """What was removed, what remains, who is most at risk, and what to change.

    Attributes
    ----------
    parts
        The sentences, under their headings.
    numbers
        One row a figure: ``key``, ``what`` (in words), ``value``, ``said`` (as one reads it).
    title, titles_of_numbers
        The report's own title, those of the numbers and of their two columns: in the language of the sentences.
    not_for_readers
        Headings, and keys of numbers, that are for whoever publishes: to readers they would say whom to look for.
    advice
        Of sentences that advise something, the key of how it is done: see :mod:`supervision_kit.advice`.
    """

    parts: Mapping[str, Sequence[str]]
    numbers: pd.DataFrame
    title: str
    titles_of_numbers: tuple[str, str, str]
    not_for_readers: tuple[str, ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence, without the headings."""
        return tuple(sentence for part in self.parts.values() for sentence in part)

    def for_readers(self) -> Self:
        """Return the report as those may see it to whom the cases are shown."""
        shown = {heading: told for heading, told in self.parts.items() if heading not in self.not_for_readers}
        numbers = self.numbers[~self.numbers["key"].isin(self.not_for_readers)].reset_index(drop=True)
        return replace(self, parts=shown, numbers=numbers)

    def with_ways(self, ways: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """Return the parts, with how it is done behind each piece of advice, as far as `ways` says it of its key."""

        def with_way(sentence: str) -> str:
            way = ways.get(self.advice.get(sentence, ""))
            return f"{sentence} ({way})" if way else sentence

        return {heading: tuple(map(with_way, sentences)) for heading, sentences in self.parts.items()}

    def to_markdown(self, *, ways: Mapping[str, str] = IN_PYTHON) -> str:
        """Return the report as a page to read or print; `ways` as for :meth:`with_ways`."""
        numbers, what, value = self.titles_of_numbers
        lines = [f"# {self.title}"]
        for heading, sentences in self.with_ways(ways).items():
            lines += ["", f"## {heading}", "", *(f"- {sentence}" for sentence in sentences)]
        lines += ["", f"## {numbers}", "", f"| {what} | {value} |", "|---|---|"]
        lines += [f"| {row.what} | {row.said} |" for row in self.numbers.itertuples()]
        return "\n".join(lines) + "\n"

    def to_json(self) -> str:
        """Return the report for programs: ``parts`` and ``numbers``."""
        told: dict[str, Any] = {
            "parts": {heading: list(sentences) for heading, sentences in self.parts.items()},
            "numbers": dict(zip(self.numbers["key"], self.numbers["value"], strict=True)),
        }
        return json.dumps(told, ensure_ascii=False, indent=1)
