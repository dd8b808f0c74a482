"""What a group may be asked, and the choices that there are for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supervision_kit.lens import STRATEGIES, TYPES, VERDICTS
from supervision_kit.lens.vocabulary import Terms
from supervision_kit.words import later


@dataclass(frozen=True)
class Question:
    """One question to the group: answered by choosing, never in free words, which can be known by their style.

    Attributes
    ----------
    key, words
        What is kept, and what is shown (in English: ``say(question.words)``).
    terms
        The choices, from the vocabularies of :mod:`supervision_kit.lens`.
    is_single
        Whether only one can be chosen.
    """

    key: str
    words: str
    terms: Terms
    is_single: bool = True


QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        question.key: question
        for question in (
            Question("rupture", later("Is this a rupture?"), VERDICTS),
            Question("type", later("Withdrawal or confrontation?"), TYPES),
            Question("try", later("What would you try?"), STRATEGIES, is_single=False),
        )
    }
)
Answer = Mapping[str, tuple[str, ...]]
"""What one viewer chose: the key of a question → the keys of its terms."""
