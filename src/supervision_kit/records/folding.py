"""How words are compared: without case, accents, punctuation and spaces."""

from __future__ import annotations

import re
import unicodedata

_RUNS = re.compile(r"[^\W\d_]+|[0-9]+")


def fold(text: str) -> str:
    """Return the text without case and accents."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """Return the runs of letters and of digits in the folded text."""
    return _RUNS.findall(fold(text))


def squeeze(text: str) -> str:
    """Return the folded text without punctuation and spaces; ``|`` keeps numbers apart (``"PHQ-9 3"`` → ``phq9|3``)."""
    squeezed = ""
    for word in words(text):
        squeezed += "|" + word if squeezed[-1:].isdigit() and word.isdigit() else word
    return squeezed


def heading_key(text: str) -> str:
    """Return what headings are compared by: the squeezed text, or the text where it is all punctuation (``#``)."""
    return squeeze(text) or text.strip().casefold()
