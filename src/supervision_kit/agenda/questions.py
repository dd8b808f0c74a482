"""Questions to begin with: one for each reason why a case may need a word; the supervisor words them anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from supervision_kit.words import later, say

MOST_QUESTIONS = 4
NO_REASON = later("What should we look at together?")

_WHAT_HAPPENED = later("What happened around session {session}, and what has been tried since?")
_NO_FORMS = later("What keeps the forms from being filled in, and who asks about it?")
_WHAT_IS_MISSING = later("What would the client say is missing?")
_LEARN = later("What helped here, and what can we learn from it?")
# By the keys of supervision_kit.reasons.REASONS; a reason without a question has none of its own.
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "open": _WHAT_HAPPENED,
        "new_fall": _WHAT_HAPPENED,
        "confirmed": _WHAT_HAPPENED,
        "by_hand": _WHAT_HAPPENED,
        "early": _WHAT_HAPPENED,
        "due": later("Is it time to speak of it with the client, and how?"),
        "slipped": later("What was different from the time when it came back?"),
        "unrecognised": later("What might the client not be saying, and what would show it?"),
        "partly": later("What came back, and what is still missing?"),
        "new_low": _WHAT_IS_MISSING,
        "below_line": _WHAT_IS_MISSING,
        "handover": later("How was the change of therapist for the client, and what has been said about it?"),
        "therapist_fell": _WHAT_HAPPENED,
        "worse": later("What does the client need now, and does anything need to be done at once?"),
        "no_change": later("The two get on well and little changes: what have they not tried yet?"),
        "gap": later("What does the one see that the other does not?"),
        "missing": _NO_FORMS,
        "no_forms": _NO_FORMS,
        "top": later("How could this client say that something is not right?"),
        "near_end": later("How do the two speak about the end?"),
        "decision": later("What became of what we agreed?"),
        "anew": _WHAT_HAPPENED,
        "late": _LEARN,
        "repaired": _LEARN,
        "by_hand_back": _LEARN,
        "change_despite": _LEARN,
    }
)


def suggest_questions(reasons: pd.DataFrame) -> tuple[str, ...]:
    """Return questions that fit the reasons of one case, the most weighty first: one at least, four at most.

    Parameters
    ----------
    reasons
        See :data:`supervision_kit.tables.CASE_REASONS`, of one case, in the order in which they weigh.
    """
    asked = [
        say(QUESTIONS[reason], session="–" if pd.isna(session) else int(session))
        for reason, session in zip(reasons["reason"], reasons["session"], strict=True)
        if reason in QUESTIONS
    ]
    return tuple(dict.fromkeys(asked))[:MOST_QUESTIONS] or (say(NO_REASON),)


def is_own_question(text: str) -> bool:
    """Tell whether a question is in somebody's own words, and none of those that are suggested."""
    patterns = (
        re.escape(say(question)).replace(re.escape("{session}"), r"(?:\d+|–)") for question in QUESTIONS.values()
    )
    return not any(re.fullmatch(pattern, text.strip()) for pattern in (*patterns, re.escape(say(NO_REASON))))
