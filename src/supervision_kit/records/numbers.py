"""Texts → numbers, as people and survey tools write them, worked out on the distinct texts of a column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from supervision_kit.records.cells import Flags, Texts
from supervision_kit.records.folding import squeeze
from supervision_kit.records.months import MONTHS
from supervision_kit.records.no_answer import means_no_answer, says_no_answer, unanswered
from supervision_kit.records.values import tidy

LARGEST = 1e12  # a larger number is no rating, in whatever unit
LONGEST = 80  # letters; what is longer is a comment

_SIMPLE = r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_GROUPED = (
    r"[+-]?[1-9][0-9]{0,2}(?:(?:[ '][0-9]{3})+(?:[.,][0-9]+)?|(?:\.[0-9]{3})+,[0-9]+|(?:,[0-9]{3})+\.[0-9]+"
    r"|(?:\.[0-9]{3}){2,}|(?:,[0-9]{3}){2,})"
)
_AMOUNT = rf"(?P<amount>{_GROUPED}|{_SIMPLE})"
_WORDS = r"(?P<words>[^\W\d_][^\d]{0,60}?)"
_SIMPLY = re.compile(_SIMPLE)
_PARTED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _AMOUNT,
        rf"{_AMOUNT}\s*(?P<part>[½¼¾])",
        rf"{_AMOUNT}\s*(?:/|of|out of|von)\s*(?P<most>[0-9]+)\s*(?P<unit>pts?|points?|punkten?|pkt)?\.?",
        rf"{_AMOUNT}\s*(?P<unit>pts?|points?|punkte?|pkt|(?P<length>mm|cm))\.?",
        rf"[(\[]?{_AMOUNT}[)\]]?\s*(?:[-=:;|]\s*|\s|(?=[(\[]))[(\[]?{_WORDS}[)\]]?",
        rf"{_WORDS}\s*[(\[]\s*{_AMOUNT}\s*[)\]]",
        rf"{_WORDS}\s*(?:\s-|=|:)\s*{_AMOUNT}",
    )
)
_MILLIMETRES = 10  # of a centimetre
_PARTS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_DASHES = (*range(0x2010, 0x2016), 0x2212, 0xFE63)
_PLAIN: dict[int, str] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # the wide forms of ASCII
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys((0x2019, 0x02BC, 0x066C), "'"),  # apostrophes, and the Arabic mark for thousands
    0x066B: ".",  # the Arabic decimal mark
}


@dataclass(frozen=True)
class Numbers:
    """What each text is: a number, no answer (``nan``), or unreadable (``nan`` and flagged).

    `in_words` is what says in words that there is no answer. A number may have more beside it, and whoever judges the
    number has to say whether it may: `words` (``4 - often``), the `most` that there can be (``36/40``), a `unit`. Where
    the unit is a `length` (``32 mm``) the value is in centimetres.
    """

    values: npt.NDArray[np.float64]
    unanswered: Flags
    unreadable: Flags
    in_words: Flags
    words: Texts
    most: npt.NDArray[np.float64]
    unit: Flags
    length: Flags


class _Parts(NamedTuple):
    amount: str = ""
    words: str = ""
    most: float = np.nan
    unit: bool = False
    part: float = 0
    length: str = ""


class _Marks(NamedTuple):
    """Whether a comma or a point before three digits (``1,234``) parts thousands; else it is the decimal mark."""

    comma: bool
    point: bool


def read_numbers(texts: Texts) -> Numbers:
    """Return the numbers, with a decimal point or comma and with or without marks for thousands.

    9 and 99 are numbers like any other, unless the cell itself says what they stand for (``9 (missing)``). Where a
    single mark stands before three digits, the other numbers of the column show what it is.
    """
    none = unanswered(texts)
    parts = [_Parts() if no else _take_apart(text) for text, no in zip(texts, none, strict=True)]
    marks = _find_marks(each.amount for each in parts)
    values = np.array([_read_amount(each.amount, marks) + each.part for each in parts], dtype=float)
    values[~(np.abs(values) <= LARGEST)] = np.nan
    values[[each.length == "mm" for each in parts]] /= _MILLIMETRES
    words = np.array([squeeze(each.words) for each in parts], dtype=object)
    in_words = np.array(
        [
            means_no_answer(each.words) if each.amount else not no and says_no_answer(text)
            for text, each, no in zip(texts, parts, none, strict=True)
        ],
        dtype=bool,
    )
    values[in_words] = np.nan
    none = none | in_words
    most = np.array([each.most for each in parts], dtype=float)
    unit = np.array([each.unit for each in parts], dtype=bool)
    length = np.array([bool(each.length) for each in parts], dtype=bool)
    return Numbers(values, none, ~none & np.isnan(values), in_words, words, most, unit, length)


def read_alike(numbers: Numbers, present: Flags) -> Flags:
    """Return which numbers with words beside them have the same words, and no others, in the texts that are `present`.

    So survey tools write them; a number with a comment beside it is written without it elsewhere.
    """
    here = np.flatnonzero(present & ~np.isnan(numbers.values))
    ways: dict[float, set[str]] = {}
    meanings: dict[str, set[float]] = {}
    for value, words in zip(numbers.values[here], numbers.words[here], strict=True):
        ways.setdefault(value, set()).add(words)
        meanings.setdefault(words, set()).add(value)
    alike = np.zeros(len(present), dtype=bool)
    alike[here] = [
        words != "" and len(ways[value]) == len(meanings[words]) == 1
        for value, words in zip(numbers.values[here], numbers.words[here], strict=True)
    ]
    return alike


def _take_apart(text: str) -> _Parts:
    if _SIMPLY.fullmatch(text):
        return _Parts(text)
    plain = "" if len(text) > LONGEST else _plain(text)
    for pattern in _PARTED:
        if (found := pattern.fullmatch(plain)) and squeeze(found.groupdict().get("words") or "") not in MONTHS:
            named = {name: value for name, value in found.groupdict().items() if value}
            most, part = float(named.get("most", "nan")), _PARTS.get(named.get("part", ""), 0)
            length = named.get("length", "").casefold()
            return _Parts(named["amount"], named.get("words", ""), most, "unit" in named, part, length)
    return _Parts()


def _plain(text: str) -> str:
    """Return the text with ASCII digits, signs and spaces, and without an apostrophe that keeps Excel from reading."""
    text = tidy(text).translate(_PLAIN).removeprefix("'")
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)


def _find_marks(amounts: Iterable[str]) -> _Marks:
    decimal, parting = set(), set()
    for amount in {each for each in amounts if "," in each or "." in each}:
        last = "," if amount.rfind(",") > amount.rfind(".") else "."
        other = "." if last == "," else ","
        if other in amount:
            decimal.add(last)
            parting.add(other)
        elif amount.count(last) > 1:
            parting.add(last)
        elif not _is_open(amount):
            decimal.add(last)
    return _Marks(
        "," in parting or ("." in decimal and "," not in decimal),
        "." in parting or ("," in decimal and "." not in decimal),
    )


def _is_open(amount: str) -> bool:
    """Return whether the one mark of an amount could part thousands or be decimal: ``1,234``, not ``0,234``."""
    whole, _, rest = amount.lstrip("+-").replace(",", ".").partition(".")
    return len(rest) == 3 and rest.isdecimal() and 1 <= len(whole) <= 3 and whole[0] != "0"  # noqa: PLR2004


def _read_amount(amount: str, marks: _Marks) -> float:
    if not amount:
        return np.nan
    digits = amount.replace(" ", "").replace("'", "")
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0:
        return float(digits)
    mark = digits[last]
    parts = marks.comma if mark == "," else marks.point
    if digits.count(mark) > 1 or (digits == amount and _is_open(digits) and parts):
        return float(digits.replace(mark, ""))
    whole, rest = digits[:last].replace(",", "").replace(".", ""), digits[last + 1 :]
    return float(f"{whole}.{rest}")
