"""Why a case may need a word: the reasons, their weights, their sentences."""

from supervision_kit.reasons.found import Found
from supervision_kit.reasons.kinds import NEEDS_A_WORD, REASONS, Reason, counted, weigh

__all__ = ["NEEDS_A_WORD", "REASONS", "Found", "Reason", "counted", "weigh"]
