"""The words in which a supervisor may say what lay behind a fall, and what they come to over time."""

from supervision_kit.lens.describing import describe_lens
from supervision_kit.lens.vocabulary import (
    ANNOTATIONS,
    CODES,
    HISTORY,
    MARKERS,
    MOVE,
    PART,
    STRATEGIES,
    TOUCHED,
    TRIED,
    TYPES,
    VERDICTS,
    Term,
)

__all__ = [
    "ANNOTATIONS",
    "CODES",
    "HISTORY",
    "MARKERS",
    "MOVE",
    "PART",
    "STRATEGIES",
    "TOUCHED",
    "TRIED",
    "TYPES",
    "VERDICTS",
    "Term",
    "describe_lens",
]
