"""What a cell, a title or the name of a file names: an instrument, a rater, a scale, an item."""

from __future__ import annotations

from collections.abc import Iterator

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.folding import fold, squeeze, words
from supervision_kit.records.headings import LONGEST, NOT_OURS, read_heading, read_score_name
from supervision_kit.records.instrument_names import NamedInstrument, instrument_names
from supervision_kit.records.phrases import read_phrases
from supervision_kit.records.pieces import NUMBER, Kind
from supervision_kit.records.roles import ItemRole, ScoreRole
from supervision_kit.records.vocabulary import RATER_WORDS, RATERS, VERSIONS

LONGEST_TITLE = 500
_MOST_WORDS = 8  # of an instrument's name

MOST_TITLE_WORDS = 10  # a longer one is somebody's note
_DENIALS = frozenset({"not", "never", "without", "longer", "dropped", "unused", "nicht", "kein", "keine", "ohne"})


def read_instrument(text: str) -> NamedInstrument | None:
    """Return the instrument that a cell names and, where it says so, the rater (``"WAI-SR (therapist)"``)."""
    if text in INSTRUMENTS:  # our own key, also one that by itself is shared
        return NamedInstrument(text, INSTRUMENTS[text].sole_rater)
    role = read_heading(text) or read_score_name(text)
    if isinstance(role, ScoreRole) and role.instrument and role.statistic is None and role.scale == "total":
        return NamedInstrument(role.instrument, role.rater)
    return None


def read_rater(text: str) -> str | None:
    """Return the rater that a cell names, as a word or its first letter."""
    squeezed = squeeze(text)
    if squeezed in RATER_WORDS:
        return RATER_WORDS[squeezed]
    no_more = {Kind.RATER, Kind.FILLER, Kind.SCORE_WORD}
    phrases = read_phrases(squeezed[:LONGEST])
    return next((phrase.rater for phrase in phrases if phrase.rater and phrase.kinds <= no_more), None)


def read_scale(text: str) -> str | None:
    """Return the scale that a cell names (``"WAI-SR Bond"``, ``"Bindung"``)."""
    role = read_heading(text) or read_score_name(text)
    return role.scale if isinstance(role, ScoreRole) else None


def read_item(text: str) -> int | None:
    """Return the item number that a cell names (``"7"``, ``"Item 7"``, ``"wai_sr_7"``)."""
    if number := NUMBER.fullmatch(text.removesuffix(".0")):
        return int(number[1])
    role = read_heading(text)
    return role.item if isinstance(role, ItemRole) else None


def rater_in(text: str) -> str | None:
    """Return the rater that a title speaks of: ``WAI-SR therapist version``, not ``Therapist: …`` with a name."""
    role = read_heading(text)
    if isinstance(role, ScoreRole):
        return role.rater
    run = words(text[:LONGEST_TITLE])
    if len(run) > MOST_TITLE_WORDS or not _DENIALS.isdisjoint(run):
        return None
    spoken = {
        rater
        for before, word, after in zip(["", *run], run, [*run[1:], ""], strict=False)
        for rater, known in RATERS.items()
        if word in known and (after in VERSIONS or before in {"by", "von"})
    }
    found = spoken | {named.rater for named in _named_in(text) if named.rater}
    return found.pop() if len(found) == 1 else None


def instruments_in(text: str) -> set[str]:
    """Return the instruments that a title, a sheet's name or a file's name speaks of."""
    if not _DENIALS.isdisjoint(words(text[:LONGEST_TITLE])):
        return set()
    return {named.key for named in _named_in(text)}


def _named_in(text: str) -> Iterator[NamedInstrument]:
    run, names = words(NOT_OURS.sub(" ", fold(text[:LONGEST_TITLE]))), instrument_names()
    for start in range(len(run)):
        for end in range(start + 1, min(start + _MOST_WORDS, len(run)) + 1):
            if named := names.get(squeeze(" ".join(run[start:end]))):
                yield named
