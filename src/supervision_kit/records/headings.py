"""A heading → what its column holds, or nothing: every word of it has to be known."""

from __future__ import annotations

import re
from functools import lru_cache

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.field_words import FIELDS, WITH_NAMES
from supervision_kit.records.folding import fold, squeeze, words
from supervision_kit.records.instrument_names import line_names
from supervision_kit.records.phrases import read_rating
from supervision_kit.records.roles import FieldRole, ItemRole, Role, ScoreRole
from supervision_kit.records.vocabulary import RATER_WORDS

LONGEST = 60  # letters and digits; a longer heading is a sentence
NOT_OURS = re.compile(r"(?<![a-z])waist?(?![a-z])")  # the Wechsler scales, the waist: not WAI-S and WAI-ST
_OF_A_NORM = re.compile(r"(?<![a-z])t[\s_-]?(?:scores?|werte?|values?)(?![a-z])|%")  # T-scores, and not the therapist's
_POINT_IN_TIME = re.compile(r"(?<![a-z])t[0-9]")  # SRS T1: the first time, or the therapist's item 1
_RANGE_OR_FORM = re.compile(  # SRS total (0-40), SRS /40, Date (DD/MM/YYYY)
    r"\s*(?:[(\[]\s*(?:[0-9]+\s*(?:-|–|to|bis)\s*[0-9]+|[djty]{1,4}[./-][my]{1,4}[./-][djty]{1,4}|m{1,2}[./-]d{1,2}[./-]y{2,4})"
    r"\s*[)\]]|(?<=\s)/\s*[1-9][0-9]+)\s*",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-zäöü])(?=[A-Z])|(?<=[A-Z][A-Z])(?=[a-z](?![a-z]))")  # tWAI3, SRSc
_ALONE = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])")
_OF_A_PERSON = re.compile(
    r"name|birth|geburt|geboren|\bdob\b|dateofb|nombre|prenom|apellido|cognome|naissance|nacim|nasc|geboorte|naam"
)
_FIELD_ROLES = {
    name: FieldRole(field, rank)
    for field, ranks in reversed([*FIELDS.items()])  # of a name in two fields the first is meant
    for rank, names in reversed([*enumerate(ranks)])
    for name in names
}


@lru_cache(maxsize=20_000)
def read_heading(text: str) -> Role | None:
    """Return what a column with this heading holds, or ``None``.

    A heading that speaks of a name or of a birth is never taken for a case, a session or a date.
    """
    text = _RANGE_OR_FORM.sub(" ", text) if text[:1] not in "/([" else text
    number, colon, wording = text.partition(":")
    if colon and wording.strip() and isinstance(role := read_heading(number), ItemRole):
        return role  # “WAI-SR 1: …”, with the item's wording
    squeezed = squeeze_ours(text)
    if not squeezed:
        return None
    field = _read_field(text)
    if _OF_A_PERSON.search(squeezed):
        return field if field and field.field in WITH_NAMES else None
    return field or line_names().get(squeezed) or _read_rated(text)


def read_heading_of(text: str, instrument: str) -> ItemRole | ScoreRole | None:
    """Return what the heading means where it names only the family of this instrument, or one of its own scales.

    ``WAI 3`` is item 3 where the instrument is said to be the WAI-SR, and ``Anxiety`` a scale where it is the DASS-21.
    """
    squeezed, family = squeeze(text), instrument.partition("_")[0]
    if squeezed.startswith(family):
        role = read_heading(f"{INSTRUMENTS[instrument].short_title} {squeezed.removeprefix(family)}")
        return role if isinstance(role, (ItemRole, ScoreRole)) else None
    own = read_score_name(text)
    return own if own and own.instrument is None and own.scale in INSTRUMENTS[instrument].scales else None


def read_score_name(text: str) -> ScoreRole | None:
    """Return the score that the text names, also by a scale alone, or by an instrument that has no total."""
    role = read_rating(squeeze_ours(text), with_own_scales=True)
    return role if isinstance(role, ScoreRole) else None


def squeeze_ours(text: str) -> str:
    """Return the squeezed text, or nothing where it is a sentence, or known for something else."""
    folded, squeezed = fold(text), squeeze(text)
    others = (_POINT_IN_TIME, NOT_OURS, _OF_A_NORM)
    return "" if len(squeezed) > LONGEST or any(other.search(folded) for other in others) else squeezed


def names_a_person(text: str) -> bool:
    """Return whether a heading speaks of a name or a birth."""
    return bool(_OF_A_PERSON.search(squeeze(text)))


def _read_field(text: str) -> FieldRole | None:
    """Return the field that the heading means, also with a number sign for “no.” (``Treatment #``)."""
    ways = (text, text.replace("#", " no "))
    return next((role for way in ways if (role := _FIELD_ROLES.get(squeeze(way).replace("|", "")))), None)


def _read_rated(text: str) -> ItemRole | ScoreRole | None:
    """Return the item or score that the heading means, with letters that stand alone for raters, else as they are."""
    readings = dict.fromkeys((squeeze_ours(_spell_raters(text)), squeeze_ours(text)))
    return next((role for squeezed in readings if (role := read_rating(squeezed))), None)


def _spell_raters(text: str) -> str:
    """Return the text with the raters that stand in it in short (``SRS (K)``, ``Th. Bond``, ``tWAI3``) in full."""
    if len(words(text)) == 1:
        return text
    return _ALONE.sub(lambda word: RATER_WORDS.get(fold(word[0]), word[0]), _CAMEL.sub(" ", text))


INSTRUMENTS.when_grown(read_heading.cache_clear)
