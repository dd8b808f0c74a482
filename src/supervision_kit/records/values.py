"""Texts → session numbers and codes. Each function works on the distinct texts of a column."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.cells import Column, Flags, Texts
from supervision_kit.records.no_answer import unanswered

LAST_SESSION = 9_999  # a larger number is a date or a code that stands in the wrong column

_LOST = re.compile(
    r"#(?:REF|NAME|VALUE|DIV/0|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|CONNECT|GETTING_DATA)[!?]?"
    r"|#(?:BEZUG|WERT|ZAHL|\u00dcBERLAUF)!|Err:[0-9]{3}|[+-]?[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}",
    re.IGNORECASE,
)
_FOR_EXCEL = re.compile(r'="(.*)"')
_BEFORE = r"(?:session|sitzung|stunde|visit|appointment|s)?(?:\s*(?:number|no|nr))?[\s.:#_]*"
_SESSION = rf"{_BEFORE}0*([0-9]{{1,9}})(?:[.,]0+|st|nd|rd|th)?\.?(?:\s+(?:of|von)\s+[0-9]+)?"


def read_sessions(texts: Texts) -> npt.NDArray[np.int64]:
    """Return the session numbers (``3.0``, ``3rd``, ``Session 3 of 12``), 0 where there is none up to LAST_SESSION."""
    found = _strings(texts).str.extract(rf"(?i)^{_SESSION}$", expand=False)
    numbers = np.zeros(len(texts), dtype=np.int64)
    read = found.notna().to_numpy(dtype=bool)
    numbers[read] = found[read].astype("int64").to_numpy()
    return np.where(numbers <= LAST_SESSION, numbers, 0)


def read_codes(column: Column) -> Texts:
    """Return for each text of the column the code it stands for, ``None`` where there is none.

    Leading zeros stay. White space is one space each, letters are composed, what is not seen is dropped, and
    ``="007"``, as some programs write a code for Excel, is ``007``. Question or hash marks alone are none. Where every
    code of the column is written ``7.0``, as tables with empty cells come out of some programs, it is ``7``.
    """
    codes = np.array([tidy(text) for text in column.texts], dtype=object)
    none = unanswered(codes)
    given = _strings(codes[~none])
    if len(given) and given.str.fullmatch(r"[0-9]+\.0").all():
        codes[~none] = given.str.removesuffix(".0").to_numpy(dtype=object)
    codes[none | np.array([bool(code) and not code.strip("?#") for code in codes], dtype=bool)] = None
    return codes


def lost_codes(texts: Texts) -> Flags:
    """Return which codes are a spreadsheet's error (#REF!) or a number cut short (1.23457E+15), and so of anyone."""
    return np.array([bool(_LOST.fullmatch(text.strip())) for text in texts], dtype=bool)


def tidy(text: str) -> str:
    """Return the text as it is seen: composed letters, single spaces, and out of the ``="…"`` that is for Excel."""
    if wrapped := _FOR_EXCEL.fullmatch(text):
        text = wrapped[1]
    seen = "".join(letter for letter in unicodedata.normalize("NFC", text) if unicodedata.category(letter) != "Cf")
    return " ".join(seen.split())


def _strings(texts: Texts) -> pd.Series:
    return pd.Series(texts, dtype="str")
