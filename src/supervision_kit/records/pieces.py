"""Which pieces a squeezed heading can be cut into: known words and numbers, with nothing left over.

``waisrbond3`` is an instrument (``waisr``), a scale (``bond``) and a number. A word is one kind of piece only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import cache, lru_cache
from typing import NamedTuple

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.folding import squeeze
from supervision_kit.records.instrument_names import instrument_names
from supervision_kit.records.vocabulary import (
    FILLERS,
    ITEM_WORDS,
    RATER_LETTERS,
    RATERS,
    SCALES,
    SCORE_WORDS,
    STATISTICS,
)

NUMBER = re.compile(r"\|?0*([1-9][0-9]{0,2})(?![0-9])")


class Kind(Enum):
    """What a piece is."""

    INSTRUMENT = auto()  # its meaning is the name
    RATER = auto()
    RATER_LETTER = auto()
    SCALE = auto()
    STATISTIC = auto()
    ITEM_WORD = auto()
    NUMBER = auto()
    SCORE_WORD = auto()
    FILLER = auto()


class Piece(NamedTuple):
    """A part of a heading: what kind it is, and what it means in the kit's words."""

    kind: Kind
    meaning: str = ""


def cut(squeezed: str) -> Iterator[tuple[Piece, ...]]:
    """Yield the ways to cut the text into pieces; those that begin with a number or a longer word come first."""
    if not squeezed:
        yield ()
    for piece, rest in _first_pieces(squeezed):
        if _can_be_cut(rest):
            for others in cut(rest):
                yield (piece, *others)


@lru_cache(maxsize=50_000)
def _can_be_cut(squeezed: str) -> bool:
    return not squeezed or any(_can_be_cut(rest) for _, rest in _first_pieces(squeezed))


def _first_pieces(squeezed: str) -> Iterator[tuple[Piece, str]]:
    """Yield the pieces that the text can begin with, each with the text behind it."""
    if number := NUMBER.match(squeezed):
        yield Piece(Kind.NUMBER, number[1]), squeezed[number.end() :]
    for word, piece in _words_by_letter().get(squeezed[:1], ()):
        if squeezed.startswith(word):
            rest = squeezed[len(word) :]
            if not (word[-1].isdigit() and rest[:1].isdigit()):  # “oq45|2” does not begin “oq45|21”
                yield piece, rest


@cache
def _words_by_letter() -> Mapping[str, list[tuple[str, Piece]]]:
    """Return the known words by their first letter, longest first, each with the piece that it is."""
    by_letter: dict[str, list[tuple[str, Piece]]] = {}
    known = _known_words()
    for word in sorted(known, key=len, reverse=True):
        by_letter.setdefault(word[0], []).append((word, known[word]))
    return by_letter


def _known_words() -> dict[str, Piece]:
    """Return the piece that each word is; of a word with several meanings the last that is put in here."""
    known = dict.fromkeys(FILLERS, Piece(Kind.FILLER))
    known |= dict.fromkeys(SCORE_WORDS, Piece(Kind.SCORE_WORD))
    known |= {letter: Piece(Kind.RATER_LETTER, rater) for letter, rater in RATER_LETTERS.items()}
    known |= dict.fromkeys(ITEM_WORDS, Piece(Kind.ITEM_WORD))
    for kind, meanings in ((Kind.SCALE, SCALES), (Kind.STATISTIC, STATISTICS), (Kind.RATER, RATERS)):
        known |= {word: Piece(kind, meaning) for meaning, words in meanings.items() for word in words}
    own_scales = {scale for instrument in INSTRUMENTS.values() for scale in instrument.scales}
    known |= {squeeze(scale): Piece(Kind.SCALE, scale) for scale in own_scales}
    return known | {name: Piece(Kind.INSTRUMENT, name) for name in instrument_names()}


for _kept in (_can_be_cut, _words_by_letter):
    INSTRUMENTS.when_grown(_kept.cache_clear)
