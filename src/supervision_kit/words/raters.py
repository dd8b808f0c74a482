"""Who rated, in words: as a name, as in "rated by the client", and whose rating it is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from supervision_kit.words import later, say

_NAMES = MappingProxyType({"client": later("client"), "therapist": later("therapist"), "observer": later("observer")})
_RATED_BY = MappingProxyType(
    {
        "client": later("rated by the client"),
        "therapist": later("rated by the therapist"),
        "observer": later("rated by an observer"),
    }
)
_RATINGS = MappingProxyType(
    {
        "client": later("client's rating"),
        "therapist": later("therapist's rating"),
        "observer": later("observer's rating"),
    }
)


def say_rater(rater: str) -> str:
    """Return what a rater is called: "client"."""
    return _said(_NAMES, rater)


def say_rated_by(rater: str) -> str:
    """Return who rated: "rated by the client"."""
    return _said(_RATED_BY, rater)


def say_rating_of(rater: str) -> str:
    """Return whose rating it is: "client's rating"."""
    return _said(_RATINGS, rater)


def _said(words: Mapping[str, str], rater: str) -> str:
    return say(words[rater]) if rater in words else rater
