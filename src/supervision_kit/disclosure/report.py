"""The disclosure report: what was removed, what remains, and what it still tells, in sentences and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from supervision_kit.words import say


@dataclass(frozen=True)
class DisclosureReport:
    """What was removed, what remains, who is most at risk, and what to change.

    Attributes
    ----------
    parts
        The sentences, under their headings.
    numbers
        One row a figure: ``key``, ``what`` (in words), ``value``.
    """

    parts: Mapping[str, Sequence[str]]
    numbers: pd.DataFrame

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence, without the headings."""
        return tuple(sentence for part in self.parts.values() for sentence in part)

    def to_markdown(self) -> str:
        """Return the report as a page to read or print."""
        lines = ["# " + say("Disclosure report")]
        for heading, sentences in self.parts.items():
            lines += ["", f"## {heading}", "", *(f"- {sentence}" for sentence in sentences)]
        lines += ["", "## " + say("In numbers"), "", f"| {say('what')} | {say('value')} |", "|---|---|"]
        lines += [
            f"| {what} | {value} |" for what, value in zip(*map(self.numbers.get, ("what", "value")), strict=True)
        ]
        return "\n".join(lines) + "\n"

    def to_json(self) -> str:
        """Return the report for programs: ``parts`` and ``numbers``."""
        told: dict[str, Any] = {
            "parts": {heading: list(sentences) for heading, sentences in self.parts.items()},
            "numbers": dict(zip(self.numbers["key"], self.numbers["value"], strict=True)),
        }
        return json.dumps(told, ensure_ascii=False, indent=1)
