"""All of it → one row per case, those most in need of a word first, each with its reasons in plain sentences."""

from supervision_kit.caseload.listing import add_ends, add_news, list_reasons
from supervision_kit.caseload.looking import NO_FALL
from supervision_kit.caseload.ranking import rank_cases, review_caseload

__all__ = ["NO_FALL", "add_ends", "add_news", "list_reasons", "rank_cases", "review_caseload"]
