"""How sentences name headings, columns and rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from supervision_kit.records.cells import printable
from supervision_kit.records.folding import words
from supervision_kit.records.headings import names_a_person
from supervision_kit.records.vocabulary import HEADING_WORDS
from supervision_kit.words import say

MOST_LISTED = 30
MOST_RUNS = 20  # of rows, in one sentence
SHORTEST_WORD = 4  # letters; shorter ones are parts of names too
_TWO_CAPITALS = re.compile(r"(\w+\.? +)*[^\W\d_a-z][^\W\d_]+,? +[^\W\d_a-z][^\W\d_]+")
_WITH_INITIAL = re.compile(r"[^\W\d_a-z][^\W\d_]{2,},? [^\W\d_a-z]\.?|[^\W\d_a-z]\. ?[^\W\d_a-z][^\W\d_]+")


def quote(headings: Sequence[str]) -> str:
    """Return the headings in quotation marks, the first of them where they are many."""
    shown = [f"“{printable(heading)[:40]}”" for heading in headings if heading][:MOST_LISTED]
    more = sum(1 for heading in headings if heading) - len(shown)
    return ", ".join(shown) + (say(" and {n} more", n=more) if more else "")


def name_columns(headings: Mapping[int, str]) -> str:
    """Return the headings by position in quotation marks; one that is empty or like a name is called by its column."""
    shown = [
        f"“{heading[:40]}”" if heading and not is_like_a_name(heading) else column_name(at)
        for at, heading in headings.items()
    ]
    more = say(" and {n} more", n=len(shown) - MOST_LISTED) if len(shown) > MOST_LISTED else ""
    return ", ".join(shown[:MOST_LISTED]) + more


def is_like_a_name(heading: str) -> bool:
    """Return whether a heading, or a sheet's name, could be a person's: capitals, and no word that headings have."""
    is_like = _TWO_CAPITALS.fullmatch(heading) or _WITH_INITIAL.fullmatch(heading)
    return is_like is not None and not names_a_person(heading) and not has_heading_word(heading)


def has_heading_word(text: str) -> bool:
    """Return whether any word of the text is one that headings have."""
    return any(len(word) >= SHORTEST_WORD and word in HEADING_WORDS for word in words(text))


def name_sheet(name: str, number: int) -> str:
    """Return what a sheet is called in sentences: by its name, or its number where it could be a client's."""
    return say("sheet {name}", name=number if is_like_a_name(name) else f"“{name}”")


def column_name(position: int) -> str:
    """Return what the column at this position is called where it has no heading: ``column D``."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return f"column {letters}"


def name_rows(numbers: npt.NDArray[np.int64]) -> str:
    """Return the rows for a sentence, those that follow each other as ``2 to 9``, or the first of many."""
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1)
    named = [f"{run[0]}" if len(run) == 1 else say("{first} to {last}", first=run[0], last=run[-1]) for run in runs]
    more = [say("{n} more", n=len(named) - MOST_RUNS)] if len(named) > MOST_RUNS else []
    return say("row {rows}", rows=", ".join([*named[:MOST_RUNS], *more]))
