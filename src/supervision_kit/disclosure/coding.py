"""Codes drawn at random: nothing of a case or therapist is in them, and they are others each time."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from string import ascii_uppercase


def choose_randomness(seed: int | None) -> random.Random:
    """Return the system's own randomness; with a seed, for tests, one that repeats."""
    return secrets.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - tests only


def draw_case_codes(cases: Sequence[str], randomness: random.Random) -> dict[str, str]:
    """Return a code for each case, in random order: ``case-07``."""
    width = max(len(str(len(cases))), 2)
    order = randomness.sample(list(cases), len(cases))
    return {case: f"case-{number:0{width}d}" for number, case in enumerate(order, 1)}


def draw_therapist_codes(therapists: Sequence[str], randomness: random.Random) -> dict[str, str]:
    """Return a code for each therapist, in random order: ``therapist-B``."""
    order = randomness.sample(list(therapists), len(therapists))
    return {therapist: f"therapist-{_letters(number)}" for number, therapist in enumerate(order)}


def name_publication() -> str:
    """Return a name for a publication, drawn at random whatever the seed: it stands where a seed would show."""
    return f"publication-{secrets.token_hex(6)}"


def _letters(number: int) -> str:
    """Return A, B, …, Z, AA, AB, …."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters
