"""Texts → numbers, session numbers, codes. Each function works on the distinct texts of a column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.cells import Column, Flags, Texts
from supervision_kit.records.vocabulary import NO_ANSWER

LARGEST = 1e12  # a larger number is no rating, in whatever unit
LAST_SESSION = 9_999  # a larger number is a date or a code that stands in the wrong column

_NUMBER = r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_BEFORE = r"(?:session|sitzung|stunde|visit|appointment|s)?(?:\s*(?:number|no|nr))?[\s.:#_]*"
_SESSION = rf"{_BEFORE}0*([0-9]{{1,9}})(?:[.,]0+)?\.?"


@dataclass(frozen=True)
class Numbers:
    """What each text is: a number, no answer (``nan``), or unreadable (``nan`` and flagged)."""

    values: npt.NDArray[np.float64]
    unanswered: Flags
    unreadable: Flags


def unanswered(texts: Texts) -> Flags:
    """Return which texts are empty or one of the few unambiguous codes for no answer."""
    return _strings(texts).str.casefold().isin(NO_ANSWER).to_numpy(dtype=bool)


def read_numbers(texts: Texts) -> Numbers:
    """Return the numbers, with a decimal point or comma; 9 and 99 are numbers like any other."""
    none = unanswered(texts)
    numeric = _strings(texts).str.fullmatch(_NUMBER).to_numpy(dtype=bool)
    values = np.full(len(texts), np.nan)
    values[numeric] = [float(text.replace(",", ".")) for text in texts[numeric]]
    values[~(np.abs(values) <= LARGEST)] = np.nan
    return Numbers(values, none, ~none & np.isnan(values))


def read_sessions(texts: Texts) -> npt.NDArray[np.int64]:
    """Return the session numbers (``3``, ``3.0``, ``Session 3``), 0 where there is none from 1 to LAST_SESSION."""
    found = _strings(texts).str.extract(rf"(?i)^{_SESSION}$", expand=False)
    numbers = np.zeros(len(texts), dtype=np.int64)
    read = found.notna().to_numpy(dtype=bool)
    numbers[read] = found[read].astype("int64").to_numpy()
    return np.where(numbers <= LAST_SESSION, numbers, 0)


def read_codes(column: Column) -> Texts:
    """Return for each text of the column the code it stands for, ``None`` where there is none.

    Leading zeros stay. Where every code of the column is written ``7.0``, as tables with empty cells come out of some
    programs, it is ``7``.
    """
    none = unanswered(column.texts)
    codes = column.texts.copy()
    given = _strings(codes[~none])
    if len(given) and given.str.fullmatch(r"[0-9]+\.0").all():
        codes[~none] = given.str.removesuffix(".0").to_numpy(dtype=object)
    codes[none] = None
    return codes


def _strings(texts: Texts) -> pd.Series:
    return pd.Series(texts, dtype="str")
