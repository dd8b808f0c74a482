"""A heading → what its column holds: a field, an item, a scale's score, or nothing that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, pairwise

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.vocabulary import (
    FIELDS,
    FILLERS,
    ITEM_NAMES,
    ITEM_WORDS,
    RATER_LETTERS,
    RATER_WORDS,
    RATERS,
    SCALES,
    SCORE_WORDS,
    STATISTICS,
    VERSIONS,
    WITH_NAMES,
    fold,
    squeeze,
    words,
)

LONGEST = 60  # letters and digits; a longer heading is a sentence
MOST_ITEMS = 200
MOST_READINGS = 20  # of one heading; more are word salad
_NUMBER = re.compile(r"\|?0*([1-9][0-9]{0,2})(?![0-9])")
_LAST_NUMBER = re.compile(r"\|?[0-9]+$")
_POINT_IN_TIME = re.compile(r"(?<![a-z])t[0-9]")  # SRS T1: the first time, or the therapist's item 1
_NOT_OURS = re.compile(r"(?<![a-z])waist?(?![a-z])")  # the Wechsler scales, the waist: not WAI-S and WAI-ST
_OF_A_NORM = re.compile(r"(?<![a-z])t[\s_-]?(?:scores?|werte?|values?)(?![a-z])|%")  # T-scores, and not the therapist's
_CAMEL = re.compile(r"(?<=[a-zäöü])(?=[A-Z])|(?<=[A-Z][A-Z])(?=[a-z](?![a-z]))")  # tWAI3, SRSc
_ALONE = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])")
_OF_A_PERSON = re.compile(
    r"name|birth|geburt|geboren|\bdob\b|dateofb|nombre|prenom|apellido|cognome|naissance|nacim|nasc|geboorte|naam"
)


@dataclass(frozen=True)
class FieldRole:
    """A column of who, when or what; `rank` 0 is the plainest heading for it."""

    field: str
    rank: int = 0
    session: int | None = None


@dataclass(frozen=True)
class ItemRole:
    """A column of answers to one item; ``None`` is what the heading does not say.

    A heading that is `short` (``PHQ-2``) could name another questionnaire of the family instead.
    """

    instrument: str | None
    rater: str | None
    item: int
    short: bool = False
    session: int | None = None


@dataclass(frozen=True)
class ScoreRole:
    """A column of one scale's scores; `as_item` is the item that the heading could name instead (``phq9``)."""

    instrument: str | None
    rater: str | None
    scale: str
    statistic: str | None = None
    as_item: int | None = None
    session: int | None = None


Role = FieldRole | ItemRole | ScoreRole
_Piece = tuple[str, str]


@lru_cache(maxsize=20_000)
def read_heading(text: str) -> Role | None:
    """Return what a column with this heading holds, or ``None``: every word of it has to be known.

    A heading that speaks of a name or of a birth is never taken for a case, a session or a date.
    """
    number, colon, wording = text.partition(":")
    if colon and wording.strip() and isinstance(role := read_heading(number), ItemRole):
        return role  # “WAI-SR 1: …”, with the item's wording
    squeezed = _squeeze_ours(text)
    if not squeezed:
        return None
    rated = _squeeze_ours(_spell_raters(text))
    field = _field(squeezed.replace("|", "")) or ("#" in text and _field(squeeze(text.replace("#", " no ")))) or None
    if _OF_A_PERSON.search(squeezed):
        return field if field and field.field in WITH_NAMES else None
    return field or _named().get(squeezed) or (_rated(rated) if rated != squeezed else None) or _rated(squeezed)


def _spell_raters(text: str) -> str:
    """Return the text with the raters that stand in it in short (``SRS (K)``, ``Th. Bond``, ``tWAI3``) in full."""
    parted = _CAMEL.sub(" ", text)
    alone = len(words(text)) == 1
    return text if alone else _ALONE.sub(lambda found: RATER_WORDS.get(fold(found[0]), found[0]), parted)


def _squeeze_ours(text: str) -> str:
    """Return the squeezed text, or nothing where it cannot be a heading or name of ours."""
    folded, squeezed = fold(text), squeeze(text)
    other = len(squeezed) > LONGEST or _POINT_IN_TIME.search(folded) or _NOT_OURS.search(folded)
    other = other or _OF_A_NORM.search(folded)
    return "" if other else squeezed


def _rated(squeezed: str, *, with_own_scales: bool = False) -> Role | None:
    readings = islice(_segment(squeezed), MOST_READINGS)
    roles = [role for pieces in readings if (role := _role(pieces, with_own_scales=with_own_scales))]
    if not roles:
        return None
    first = roles[0]
    item = next((role.item for role in roles[1:] if isinstance(role, ItemRole)), None)
    if isinstance(first, ScoreRole) and first.statistic is None and item is not None:
        return ScoreRole(first.instrument, first.rater, first.scale, None, item)
    return first


def read_heading_of(text: str, instrument: str) -> Role | None:
    """Return what the heading means where it names only the family of this instrument, or one of its own scales.

    ``WAI 3`` is item 3 where the instrument is said to be the WAI-SR, and ``Anxiety`` a scale where it is the DASS-21.
    """
    squeezed, family = squeeze(text), instrument.partition("_")[0]
    if squeezed.startswith(family):
        role = read_heading(f"{INSTRUMENTS[instrument].short_title} {squeezed.removeprefix(family)}")
        return role if isinstance(role, (ItemRole, ScoreRole)) else None
    role = _rated(squeezed, with_own_scales=True)
    named = isinstance(role, ScoreRole) and role.instrument is None and role.scale in INSTRUMENTS[instrument].scales
    return role if named else None


def read_instrument(text: str) -> tuple[str, str | None] | None:
    """Return the instrument that a cell names and, where it says so, the rater (``"WAI-SR (therapist)"``)."""
    if text in INSTRUMENTS:  # our own key, also one that by itself is shared
        return text, INSTRUMENTS[text].sole_rater
    role = read_heading(text) or _rated(_squeeze_ours(text), with_own_scales=True)  # it need not have a total
    if isinstance(role, ScoreRole) and role.instrument and role.statistic is None and role.scale == "total":
        return role.instrument, role.rater
    return None


def read_rater(text: str) -> str | None:
    """Return the rater that a cell names, as a word or its first letter."""
    squeezed = squeeze(text)
    if squeezed in RATER_WORDS:
        return RATER_WORDS[squeezed]
    for pieces in islice(_segment(squeezed[:LONGEST]), MOST_READINGS):
        kinds = [kind for kind, _ in pieces]
        if kinds.count("rater") == 1 and set(kinds) <= {"rater", "filler", "score"}:
            return next(word for kind, word in pieces if kind == "rater")
    return None


def rater_in(text: str) -> str | None:
    """Return the rater that a title speaks of: ``WAI-SR therapist version``, not ``Therapist: …`` with a name."""
    role = read_heading(text)
    if isinstance(role, ScoreRole):
        return role.rater
    found = {
        rater
        for before, word, after in _triples(words(text[:500]))
        for rater, known in RATERS.items()
        if word in known and (after in VERSIONS or before in {"by", "von"})
    } | {rater for _, rater in _named_in(text) if rater}
    return found.pop() if len(found) == 1 else None


def _triples(run: list[str]) -> Iterator[tuple[str, str, str]]:
    return zip(["", *run], run, [*run[1:], ""], strict=False)


def names_a_person(text: str) -> bool:
    """Return whether a heading speaks of a name or a birth."""
    return bool(_OF_A_PERSON.search(squeeze(text)))


def read_scale(text: str) -> str | None:
    """Return the scale that a cell names (``"WAI-SR Bond"``, ``"Bindung"``)."""
    role = read_heading(text) or _rated(_squeeze_ours(text), with_own_scales=True)
    return role.scale if isinstance(role, ScoreRole) else None


def read_item(text: str) -> int | None:
    """Return the item number that a cell names (``"7"``, ``"Item 7"``, ``"wai_sr_7"``)."""
    if number := _NUMBER.fullmatch(text.removesuffix(".0")):
        return int(number[1])
    role = read_heading(text)
    return role.item if isinstance(role, ItemRole) else None


def instruments_in(text: str) -> set[str]:
    """Return the instruments that a title, a sheet's name or a file's name speaks of."""
    return {instrument for instrument, _ in _named_in(text)}


def _named_in(text: str) -> set[tuple[str, str | None]]:
    run, aliases = words(_NOT_OURS.sub(" ", fold(text[:500]))), _aliases()
    found: set[tuple[str, str | None]] = set()
    for start in range(len(run)):
        joined = ""
        for word in run[start : start + 8]:
            joined += "|" + word if joined[-1:].isdigit() and word.isdigit() else word
            if joined in aliases:
                found.add(aliases[joined])
    return found


def _field(squeezed: str) -> FieldRole | None:
    for field, ranks in FIELDS.items():
        for rank, names in enumerate(ranks):
            if squeezed in names:
                return FieldRole(field, rank)
    return None


@cache
def _aliases() -> dict[str, tuple[str, str | None]]:
    """Squeezed alias → instrument, and the rater of a version that belongs to one (WAI-SRT: the therapist's)."""
    aliases: dict[str, tuple[str, str | None]] = {}
    for instrument in INSTRUMENTS.values():
        for name in instrument.names:
            rater = _rater_of(squeeze(name), squeeze(instrument.key)) or instrument.sole_rater
            aliases[squeeze(name)] = (instrument.key, rater)
    return aliases


@cache
def _named() -> dict[str, Role]:
    """Squeezed alias with a word for one of its items (``SRS Relationship``), or with “overall” for its total."""
    named: dict[str, Role] = {}
    for alias, (instrument, rater) in _aliases().items():
        items = ITEM_NAMES.get(instrument, ())
        named |= {alias + name: ItemRole(instrument, rater, n) for n, names in enumerate(items, 1) for name in names}
        if not items:
            named[f"{alias}overall"] = ScoreRole(instrument, rater, "total")
    return named


@cache
def _families() -> frozenset[str]:
    """Aliases that make another alias with a number: PHQ-9 is one of several questionnaires called PHQ."""
    stems = {_LAST_NUMBER.sub("", alias) for alias in _aliases() if alias[-1:].isdigit()}
    return frozenset(stems & _aliases().keys())


def _rater_of(alias: str, key: str) -> str | None:
    rest = alias.removeprefix(key)
    if rest == alias or not rest:
        return None
    return RATER_LETTERS.get(rest) or next((rater for rater, known in RATERS.items() if rest in known), None)


@cache
def _lexicon() -> dict[str, list[tuple[str, _Piece]]]:
    """First letter → the words that begin with it, longest first, each with its (kind, meaning)."""
    entries: dict[str, _Piece] = dict.fromkeys(FILLERS, ("filler", ""))
    entries |= dict.fromkeys(SCORE_WORDS, ("score", ""))
    entries |= {letter: ("letter", rater) for letter, rater in RATER_LETTERS.items()}
    entries |= dict.fromkeys(ITEM_WORDS, ("item", ""))
    for kind, meanings in (("scale", SCALES), ("statistic", STATISTICS), ("rater", RATERS)):
        entries |= {word: (kind, meaning) for meaning, known in meanings.items() for word in known}
    own = {scale for instrument in INSTRUMENTS.values() for scale in instrument.scales}
    entries |= {squeeze(scale): ("scale", scale) for scale in own}
    entries |= {alias: ("instrument", alias) for alias in _aliases()}
    by_letter: dict[str, list[tuple[str, _Piece]]] = {}
    for word in sorted(entries, key=len, reverse=True):
        by_letter.setdefault(word[0], []).append((word, entries[word]))
    return by_letter


def _segment(squeezed: str) -> Iterator[tuple[_Piece, ...]]:
    """Yield the ways in which the text falls into known words and numbers, longest words first."""
    if not squeezed:
        yield ()
        return
    if not _falls_apart(squeezed):
        return
    if number := _NUMBER.match(squeezed):
        for rest in _segment(squeezed[number.end() :]):
            yield (("number", number[1]), *rest)
    for word, piece in _lexicon().get(squeezed[0], ()):
        if _begins_with(squeezed, word):
            for rest in _segment(squeezed[len(word) :]):
                yield (piece, *rest)


def _begins_with(squeezed: str, word: str) -> bool:
    """Tell whether the word stands first, and its last number does not go on: ``oq45|2`` does not begin ``oq45|21``."""
    cut = word[-1].isdigit() and squeezed[len(word) : len(word) + 1].isdigit()
    return squeezed.startswith(word) and not cut


@lru_cache(maxsize=50_000)
def _falls_apart(squeezed: str) -> bool:
    if not squeezed:
        return True
    if (number := _NUMBER.match(squeezed)) and _falls_apart(squeezed[number.end() :]):
        return True
    known = _lexicon().get(squeezed[0], ())
    return any(_begins_with(squeezed, word) and _falls_apart(squeezed[len(word) :]) for word, _ in known)


def _role(pieces: tuple[_Piece, ...], *, with_own_scales: bool = False) -> Role | None:
    found: dict[str, list[str]] = {}
    for kind, meaning in pieces:
        found.setdefault(kind, []).append(meaning)
    kinds = [kind for kind, _ in pieces]
    once = all(len(found.get(kind, ())) <= 1 for kind in ("instrument", "rater", "number", "statistic", "letter"))
    dangling = any(one == "item" and other not in ("item", "number") for one, other in pairwise([*kinds, ""]))
    if not once or dangling or ("letter" in found and ("rater" in found or "instrument" not in found)):
        return None
    instrument, rater = _aliases()[found["instrument"][0]] if "instrument" in found else (None, None)
    rater = next(iter((*found.get("rater", ()), *found.get("letter", ()), rater)))
    scales = [scale for scale in dict.fromkeys(found.get("scale", ())) if scale != "total"]
    if "number" in found:
        return _item_role(found, instrument, rater)
    if len(scales) > 1 or "letter" in found:
        return None
    if instrument is None and "scale" not in found and "statistic" not in found and not (rater and "score" in found):
        return None
    scale = scales[0] if scales else "total"
    known = SCALES if instrument is None else INSTRUMENTS[instrument].scales  # “Risk” alone could be anything
    if not (with_own_scales or scale in known):
        return None
    return ScoreRole(instrument, rater, scale, next(iter(found.get("statistic", ())), None))


def _item_role(found: dict[str, list[str]], instrument: str | None, rater: str | None) -> ItemRole | None:
    item = int(found["number"][0])
    most = INSTRUMENTS[instrument].n_items if instrument else MOST_ITEMS
    named = "item" in found or instrument is not None
    if not named or item > most or "statistic" in found or "total" in found.get("scale", ()):
        return None
    short = "item" not in found and "instrument" in found and found["instrument"][0] in _families()
    return ItemRole(instrument, rater, item, short)


for _kept in (read_heading, _aliases, _named, _families, _lexicon, _falls_apart):
    INSTRUMENTS.when_grown(_kept.cache_clear)
