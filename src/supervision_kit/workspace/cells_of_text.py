r"""Texts in a CSV or XLSX cell so that they come back as they were, and nothing in them runs as a formula.

An empty cell is "nothing there". A text that is empty, or begins with a sign that a spreadsheet takes for a formula,
gets an apostrophe before it, as spreadsheets write it; one that begins with an apostrophe gets a second. Signs that a
workbook cannot hold are written as ``\uXXXX``, and a backslash as two.
"""

from __future__ import annotations

import re

_TAKEN_FOR_FORMULA = ("=", "+", "-", "@", "'", "\t", " ")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\\]|_(?=x[0-9A-Fa-f]{4}_)")
_WRITTEN = re.compile(r"\\(\\|u([0-9a-f]{4}))")


def write_text(text: str | None) -> str:
    """Return what stands in the cell for a text or None."""
    if text is None:
        return ""
    fit = _UNFIT.sub(lambda sign: "\\\\" if sign[0] == "\\" else f"\\u{ord(sign[0]):04x}", text)
    return f"'{fit}" if not fit or fit.startswith(_TAKEN_FOR_FORMULA) else fit


def read_text(cell: str) -> str | None:
    """Return the text that a cell stands for."""
    if not cell:
        return None
    fit = cell.removeprefix("'")
    return _WRITTEN.sub(lambda sign: "\\" if sign[1] == "\\" else chr(int(sign[2], 16)), fit)
