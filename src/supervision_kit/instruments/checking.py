"""A parsed data file of an instrument → everything that is wrong with it, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from supervision_kit.instruments.building import score_range
from supervision_kit.instruments.entries import (
    FILE,
    ITEMS,
    NAMES,
    OF_BANDS,
    OF_CHANGE,
    OF_CODES,
    OF_CONDITION,
    OF_CUTOFF,
    OF_ITEMS,
    OF_MISSING,
    OF_NORMS,
    OF_OTHER_ANSWERS,
    OF_SCALE,
    POPULATIONS,
    SURE,
    Faults,
    is_key,
    known_raters,
)

Raw = Mapping[str, Any]

FEWEST_LETTERS = 2  # of a name; one letter stands before the numbers of any questionnaire's items
COMMON = frozenset(
    {"case", "client", "code", "date", "form", "id", "instrument", "item", "mean", "question", "rater", "rating"}
    | {"response", "scale", "score", "session", "sum", "total", "value"}
)


def find_faults(raw: Raw) -> list[str]:
    """Return what is wrong with the file, all at once; an empty list where it can be built."""
    faults = Faults()
    top = faults.check_table(raw, FILE)
    for name in (*top.get("aliases", ()), top.get("short_title", ""), top.get("title", "")):
        if name and _is_common(name):
            faults.add("aliases, key or titles", f"“{name}” is too short or too common a word to name an instrument.")
    items = faults.check_table(top.get("items"), OF_ITEMS, "items")
    answers = _check_items(items, faults)
    scales = {key: _check_scale(key, scale, answers, faults) for key, scale in top.get("scales", {}).items()}
    if "scales" in top and not scales:
        faults.add("scales", "is empty. An instrument has at least one scale.")
    _check_use(scales, answers, faults)
    missing = faults.check_table(top.get("missing"), OF_MISSING, "missing")
    for key in missing.get("impute_from", ()):
        if key not in scales:
            faults.add("missing.impute_from", f"“{key}” is no scale of the form. Its scales: {', '.join(scales)}.")
    _check_codes(top.get("codes"), faults)
    return faults.found


def _is_common(name: str) -> bool:
    plain = "".join(letter for letter in name.casefold() if letter.isalpha())
    return len(plain) < FEWEST_LETTERS or plain in COMMON or plain in known_raters()


def _check_items(items: Raw, faults: Faults) -> list[tuple[float, float]]:
    """Return the lowest and highest answer of every item, as far as the file says them."""
    _check_ends(items, "items", faults)
    is_said = {"count", "lowest", "highest"} <= items.keys()
    answers = [(float(items["lowest"]), float(items["highest"]))] * items["count"] if is_said else []
    for at, other in enumerate(items.get("other_answers", ()), start=1):
        where = f"items.other_answers[{at}]"
        checked = faults.check_table(other, OF_OTHER_ANSWERS, where)
        _check_ends(checked, where, faults)
        inside = _check_numbers(checked.get("items", ()), f"{where}.items", answers, faults)
        if {"lowest", "highest"} <= checked.keys():
            for item in inside:
                answers[item - 1] = (float(checked["lowest"]), float(checked["highest"]))
    _check_numbers(items.get("reversed", ()), "items.reversed", answers, faults)
    faults.check_table(items.get("reversal"), SURE, "items.reversal")
    risk = faults.check_table(items.get("risk"), {"items": ITEMS, **SURE}, "items.risk")
    _check_numbers(risk.get("items", ()), "items.risk.items", answers, faults)
    for at, condition in enumerate(items.get("conditional", ()), start=1):
        _check_condition(condition, f"items.conditional[{at}]", answers, faults)
    return answers


def _check_ends(table: Raw, where: str, faults: Faults) -> None:
    if {"lowest", "highest"} <= table.keys() and table["lowest"] >= table["highest"]:
        faults.add(f"{where}.highest", f"{table['highest']:g} is not above the lowest answer, {table['lowest']:g}.")


def _check_numbers(items: Iterable[int], where: str, answers: list[tuple[float, float]], faults: Faults) -> list[int]:
    """Return the item numbers that the form has, as far as it says that; say which it has not, and which come twice."""
    items, n = list(items), len(answers)
    if n and (strange := sorted({item for item in items if not 1 <= item <= n})):
        verb = "is no item" if len(strange) == 1 else "are no items"
        faults.add(where, f"{', '.join(map(str, strange))} {verb} of the form. Its items are 1 to {n}.")
    if twice := sorted({item for item in items if items.count(item) > 1}):
        faults.add(where, f"{', '.join(map(str, twice))} stands there more than once.")
    return [item for item in dict.fromkeys(items) if 1 <= item <= n]


def _check_condition(raw: Raw, where: str, answers: list[tuple[float, float]], faults: Faults) -> None:
    condition = faults.check_table(raw, OF_CONDITION, where)
    items = _check_numbers(condition.get("items", ()), f"{where}.items", answers, faults)
    if "where_item" not in condition:
        return
    there = _check_numbers([condition["where_item"]], f"{where}.where_item", answers, faults)
    if there and there[0] in items:
        faults.add(f"{where}.where_item", f"item {there[0]} cannot depend on itself.")
    elif there and "is" in condition:
        lowest, highest = answers[there[0] - 1]
        if not lowest <= condition["is"] <= highest:
            faults.add(f"{where}.is", f"item {there[0]} has the answers {lowest:g} to {highest:g}.")


def _check_scale(key: str, raw: Any, answers: list[tuple[float, float]], faults: Faults) -> dict[str, Any]:
    where = f"scales.{key}"
    if not is_key(key):
        faults.add(where, f"a scale's key is {FILE['key'].holds}.")
    if not isinstance(raw, dict):
        faults.add(where, "is not a table.")
        return {}
    scale = faults.check_table(raw, OF_SCALE, where)
    inside = _check_numbers(scale.get("items", ()), f"{where}.items", answers, faults)
    n = len(scale.get("items", ()))
    if n and "fewest_answered" in scale and not 1 <= scale["fewest_answered"] <= n:
        faults.add(f"{where}.fewest_answered", f"is not from 1 to {n}, the number of the scale's items.")
    faults.check_table(scale.get("missing"), SURE, f"{where}.missing")
    is_whole = inside and len(inside) == n and {"items", "statistic"} <= scale.keys()
    ends = score_range(scale, answers) if is_whole else None
    for at, cutoff in enumerate(scale.get("cutoffs", ()), start=1):
        checked = faults.check_table(cutoff, OF_CUTOFF, f"{where}.cutoffs[{at}]")
        _check_lines(checked.get("line"), f"{where}.cutoffs[{at}].line", ends, faults)
    bands = faults.check_table(scale.get("bands"), OF_BANDS, f"{where}.bands")
    _check_bands(bands, f"{where}.bands", ends, faults)
    change = faults.check_table(scale.get("reliable_change"), OF_CHANGE, f"{where}.reliable_change")
    if ends and change.get("points", 0) > ends[1] - ends[0]:
        faults.add(f"{where}.reliable_change.points", f"is more than the scale spans, {ends[1] - ends[0]:g} points.")
    _check_norms(scale.get("norms"), f"{where}.norms", ends, faults)
    return scale


def _check_norms(raw: Any, where: str, ends: tuple[float, float] | None, faults: Faults) -> None:
    for population, one in faults.check_table(raw, POPULATIONS, where).items():
        at = f"{where}.{population}"
        norms = faults.check_table(one, OF_NORMS, at)
        _check_lines(norms.get("mean"), f"{at}.mean", ends, faults)
        if ends and norms.get("sd", 0) > (ends[1] - ends[0]) / 2:
            faults.add(f"{at}.sd", f"is more than half of what the scale spans, {ends[1] - ends[0]:g} points.")
        if ("reliability" in norms) != ("reliability_is" in norms):
            faults.add(f"{at}.reliability", "and reliability_is stand together: how reliable, and by which kind.")


def _check_lines(lines: Any, where: str, ends: tuple[float, float] | None, faults: Faults) -> None:
    if lines is None or ends is None:
        return
    outside = [
        f"{line:g}" for line in (lines if isinstance(lines, list) else [lines]) if not ends[0] <= line <= ends[1]
    ]
    if outside:
        faults.add(where, f"{', '.join(outside)} is outside the scale, which goes from {ends[0]:g} to {ends[1]:g}.")


def _check_bands(bands: Raw, where: str, ends: tuple[float, float] | None, faults: Faults) -> None:
    lines, labels = bands.get("lines"), bands.get("labels")
    _check_lines(lines, f"{where}.lines", ends, faults)
    if lines is not None and lines != sorted(set(lines)):
        faults.add(f"{where}.lines", "do not rise.")
    if lines is not None and labels is not None and len(labels) != len(lines) + 1:
        faults.add(f"{where}.labels", f"are {len(labels)}, where {len(lines)} line(s) part {len(lines) + 1} stretches.")


def _check_use(scales: Mapping[str, Raw], answers: list[tuple[float, float]], faults: Faults) -> None:
    """Say which items no scale counts: an item that counts nowhere is more likely a slip than meant."""
    if not answers or not all("items" in scale for scale in scales.values()):
        return
    used = {item for scale in scales.values() for item in scale["items"]}
    unused = [item for item in range(1, len(answers) + 1) if item not in used]
    if scales and unused:
        shown = ", ".join(map(str, unused[:20])) + (", …" if len(unused) > 20 else "")  # noqa: PLR2004 - enough to see
        faults.add("scales", f"item(s) {shown} stand in no scale. Give an item that counts alone a scale of its own.")


def _check_codes(raw: Any, faults: Faults) -> None:
    codes = faults.check_table(raw, OF_CODES, "codes")
    for key, names in codes.get("names", {}).items():
        if not NAMES.test(names):
            faults.add(f"codes.names.{key}", f"is not {NAMES.holds}.")
