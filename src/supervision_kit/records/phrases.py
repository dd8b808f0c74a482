"""What pieces mean together: the answers to an item, the scores of a scale, or nothing.

A phrase has its pieces in any order. What it says decides what it means:

- a number, with an instrument or an item word: that item (``WAI-SR 3``, ``Item 3``);
- an instrument, a scale or both: the scale's score, or the total (``Bond``, ``WAI-SR Bond``, ``SRS``);
- a statistic, or a rater with a word for a score: the total (``Mean``, ``Client rating``).

A rater goes with any of them, a statistic with scores only, and fillers change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.instrument_names import family_names, instrument_names
from supervision_kit.records.pieces import Kind, Piece, cut
from supervision_kit.records.roles import MOST_ITEMS, ItemRole, ScoreRole
from supervision_kit.records.vocabulary import SCALES

MOST_READINGS = 20  # of one heading; more are word salad
_ONCE = (Kind.INSTRUMENT, Kind.RATER, Kind.RATER_LETTER, Kind.NUMBER, Kind.STATISTIC)


@dataclass(frozen=True)
class Phrase:
    """What the pieces of a heading say; ``None`` is what they do not."""

    name: str | None
    instrument: str | None
    rater: str | None
    scales: tuple[str, ...]  # the total among them
    statistic: str | None
    item: int | None
    kinds: frozenset[Kind]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Phrase | None:
        """Return the phrase that the pieces make, ``None`` where they make none."""
        kinds = [piece.kind for piece in pieces]
        if not _agree(kinds):
            return None
        said = {piece.kind: piece.meaning for piece in pieces}
        name, number = said.get(Kind.INSTRUMENT), said.get(Kind.NUMBER)
        instrument, usual_rater = instrument_names()[name] if name else (None, None)
        return cls(
            name,
            instrument,
            said.get(Kind.RATER) or said.get(Kind.RATER_LETTER) or usual_rater,
            tuple(dict.fromkeys(piece.meaning for piece in pieces if piece.kind is Kind.SCALE)),
            said.get(Kind.STATISTIC),
            int(number) if number else None,
            frozenset(kinds),
        )


def _agree(kinds: Sequence[Kind]) -> bool:
    """Return whether pieces of these kinds, in this order, can stand together."""
    said_twice = any(kinds.count(kind) > 1 for kind in _ONCE)
    counted = all(
        after in (Kind.ITEM_WORD, Kind.NUMBER) for word, after in pairwise([*kinds, None]) if word is Kind.ITEM_WORD
    )
    letter_alone = Kind.RATER_LETTER in kinds and (Kind.RATER in kinds or Kind.INSTRUMENT not in kinds)
    return counted and not said_twice and not letter_alone


def read_phrases(squeezed: str) -> Iterator[Phrase]:
    """Yield the phrases that the text can be read as, the likeliest first."""
    for pieces in islice(cut(squeezed), MOST_READINGS):
        if phrase := Phrase.of(pieces):
            yield phrase


def read_rating(squeezed: str, *, with_own_scales: bool = False) -> ItemRole | ScoreRole | None:
    """Return the item or score that the text means, in the first of its readings that means anything.

    A score that could be an item by another reading keeps that item's number (``phq9``). `with_own_scales` takes
    scales that only some instruments have (``Anxiety``) without one that has them beside.
    """
    phrases = read_phrases(squeezed)
    roles = [role for phrase in phrases if (role := _item(phrase) or _score(phrase, with_own_scales=with_own_scales))]
    if not roles:
        return None
    first, *others = roles
    items = [role.item for role in others if isinstance(role, ItemRole)]
    if isinstance(first, ScoreRole) and first.statistic is None and items:
        return replace(first, as_item=items[0])
    return first


def _item(phrase: Phrase) -> ItemRole | None:
    """Return the item that the phrase means: ``WAI-SR 3``, ``Item 3``."""
    if phrase.item is None or phrase.statistic or "total" in phrase.scales:
        return None
    has_item_word = Kind.ITEM_WORD in phrase.kinds
    most = INSTRUMENTS[phrase.instrument].n_items if phrase.instrument else MOST_ITEMS if has_item_word else 0
    if phrase.item > most:
        return None
    short = phrase.name in family_names() and not has_item_word
    return ItemRole(phrase.instrument, phrase.rater, phrase.item, short)


def _score(phrase: Phrase, *, with_own_scales: bool) -> ScoreRole | None:
    """Return the scale's score that the phrase means: ``SRS``, ``WAI-SR Bond``, ``Mean``, ``Client rating``."""
    if phrase.item or Kind.RATER_LETTER in phrase.kinds:
        return None
    says_what = phrase.kinds & {Kind.INSTRUMENT, Kind.SCALE, Kind.STATISTIC}
    says_whose = {Kind.RATER, Kind.SCORE_WORD} <= phrase.kinds
    scale, *others = [scale for scale in phrase.scales if scale != "total"] or ["total"]
    known = INSTRUMENTS[phrase.instrument].scales if phrase.instrument else SCALES  # “Risk” alone could be anything
    if others or not (says_what or says_whose) or not (with_own_scales or scale in known):
        return None
    return ScoreRole(phrase.instrument, phrase.rater, scale, phrase.statistic)
