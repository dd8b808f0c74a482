"""The questions of a FHIR questionnaire → headings, and their answers → cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from supervision_kit.records.folding import heading_key
from supervision_kit.records.header import is_known
from supervision_kit.records.json_values import Number, as_dict, as_dicts, as_text
from supervision_kit.records.roles import Role

# LOINC's codes of the two questionnaires that most programmes exchange under them (https://loinc.org), in item order
_LOINC = {
    "PHQ-9": "44250-9 44255-8 44259-0 44254-1 44251-7 44258-2 44252-5 44253-3 44260-8",
    "GAD-7": "69725-0 68509-9 69733-4 69734-2 69735-9 69689-8 69736-7",
}
LOINC_FORMS = {"44249-1": "PHQ-9", "69737-5": "GAD-7"}
_LOINC_HEADINGS = {
    code: f"{form} item {number}" for form, codes in _LOINC.items() for number, code in enumerate(codes.split(), 1)
} | {"44261-6": "PHQ-9 total", "70274-6": "GAD-7 total"}
_LOINC_ANSWERS = {"LA6568-5": "0", "LA6569-3": "1", "LA6570-1": "2", "LA6571-9": "3"}  # not at all … nearly every day
_WEIGHTS = ("/ordinalValue", "/itemWeight", "/iso21090-CO-value")  # ends of the addresses of extensions
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_NUMBERED = re.compile(r"(.*?)0*([1-9][0-9]{0,2})")
_MEASURES = {  # units in which a line may be measured; others (points, {score}) say nothing
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), "mm"),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres", "zentimeter"), "cm"),
    **dict.fromkeys(("%", "percent", "prozent"), "%"),
    **dict.fromkeys(("m", "meter", "metre", "dm", "in", "[in_i]", "inch"), "in another unit"),
}
_DEEPEST = 50  # groups within groups

FIRST_ITEMS = 2  # one of them is answered in a form whose link ids number its items


@dataclass
class Questions:
    """What a Questionnaire resource, or the answers themselves, say of the questions of one form, by link id."""

    names: dict[str, list[str]] = field(default_factory=dict)
    weights: dict[tuple[str, str, str], str] = field(default_factory=dict)  # by link id, system and code

    def learn(self, items: object) -> None:
        """Take in the questions of a Questionnaire resource, with the weights of its answers."""
        for item in walk_items(items):
            codes = [as_text(code.get("code")) for code in as_dicts(item.get("code"))]
            self.names.setdefault(link_id(item), []).extend([*codes, as_text(item.get("text"))])
            for option in as_dicts(item.get("answerOption")):
                coding = as_dict(option.get("valueCoding"))
                if weight := _weight(option) or _weight(coding):
                    link, code = link_id(item), as_text(coding.get("code"))
                    self.weights[link, as_text(coding.get("system")), code] = weight
                    self.weights.setdefault((link, "", code), weight)

    def answers(self, items: object) -> dict[str, str]:
        """Return the cell of each question; where it is answered more than once, it shows all answers."""
        found: dict[str, list[str]] = {}
        for item in walk_items(items):
            found.setdefault(link_id(item), []).extend(
                self._answer(link_id(item), each) for each in as_dicts(item.get("answer"))
            )
        return {link: "; ".join(answers) for link, answers in found.items()}

    def headings(self, links: Iterable[str], texts: Mapping[str, str], targets: Mapping[str, Role | None]) -> list[str]:
        """Return a heading for each question: what the caller or its words say it is, else its number or link id."""
        links = list(links)
        found = {link: self._heading(link, texts.get(link, ""), targets) for link in links}
        numbers = {link: match for link in links if not found[link] and (match := _NUMBERED.fullmatch(link))}
        stems: dict[str, dict[int, str]] = {}
        for link, match in numbers.items():
            stems.setdefault(match[1], {})[int(match[2])] = link
        for stem in stems.values():  # a question that nobody answered is not there; a lone high number is no item
            items = {number: link for number, link in stem.items() if number <= 2 * len(stem)}
            if len(items) > 1 and min(items) <= FIRST_ITEMS:
                found |= {link: f"Item {number}" for number, link in items.items()}
        return [found[link] or link for link in links]

    def _heading(self, link: str, text: str, targets: Mapping[str, Role | None]) -> str:
        if heading_key(link) in targets:
            return link
        names = [link, *self.names.get(link, ()), text]
        loinc = (_LOINC_HEADINGS.get(name.rpartition("/")[2]) for name in names)
        return next(filter(None, loinc), None) or next((name for name in names if name and is_known(name, targets)), "")

    def _answer(self, link: str, answer: Mapping[str, Any]) -> str:
        kind = next((name for name in answer if name.startswith("value")), "")
        value = answer.get(kind)
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, str):
            return value
        given = as_dict(value)
        if kind == "valueCoding":
            return self._coded(link, answer, given)
        units = (as_text(given.get(name)).strip().casefold() for name in ("code", "unit"))
        unit = next(filter(None, map(_MEASURES.get, units)), "")
        return f"{as_text(given.get('value'))} {unit}".strip() or as_text(given.get("reference"))

    def _coded(self, link: str, answer: Mapping[str, Any], coding: Mapping[str, Any]) -> str:
        """Return the weight of a coding: its own, else the one that its question gives it, else the code."""
        code, display = as_text(coding.get("code")), as_text(coding.get("display"))
        system = as_text(coding.get("system"))
        learnt = self.weights.get((link, system, code)) or self.weights.get((link, "", code))
        weight = _weight(coding) or _weight(answer) or learnt or _LOINC_ANSWERS.get(code)
        return weight or next((each for each in (code, display) if _PLAIN_NUMBER.fullmatch(each)), code or display)


def link_id(item: Mapping[str, Any]) -> str:
    """Return what an item is told apart by."""
    return as_text(item.get("linkId")) or as_text(item.get("text"))


def walk_items(items: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the items, those within groups and within answers among them."""
    if depth > _DEEPEST:
        return
    for item in as_dicts(items):
        yield item
        yield from walk_items(item.get("item"), depth + 1)
        for answer in as_dicts(item.get("answer")):
            yield from walk_items(answer.get("item"), depth + 1)


def is_well_formed(items: object, depth: int = 0) -> bool:
    """Return whether items are lists of objects throughout, as FHIR has them, and not nested without end."""
    if items is None:
        return True
    return (
        depth <= _DEEPEST
        and isinstance(items, list)
        and all(
            isinstance(item, dict)
            and bool(link_id(item))
            and isinstance(item.get("answer", []), list)
            and all(isinstance(answer, dict) for answer in item.get("answer", []))
            and is_well_formed(item.get("item"), depth + 1)
            and all(is_well_formed(answer.get("item"), depth + 1) for answer in item.get("answer", []))
            for item in items
        )
    )


def _weight(holder: Mapping[str, Any]) -> str:
    for extension in as_dicts(holder.get("extension")):
        if as_text(extension.get("url")).endswith(_WEIGHTS):
            return next((value for value in extension.values() if isinstance(value, Number)), "")
    return ""
