"""Why a case may need a word: the reasons, their weights, their sentences."""

from supervision_kit.reasons.found import Found
from supervision_kit.reasons.kinds import (
    CAME_BACK,
    DOWN,
    LEARN_FROM,
    NEEDS_A_WORD,
    REASONS,
    WORTH_ASKING,
    Reason,
    counted,
    known_weights,
    weigh,
)

__all__ = [
    "CAME_BACK",
    "DOWN",
    "LEARN_FROM",
    "NEEDS_A_WORD",
    "REASONS",
    "WORTH_ASKING",
    "Found",
    "Reason",
    "counted",
    "known_weights",
    "weigh",
]
