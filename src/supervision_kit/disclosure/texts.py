"""Notes that go out: each chosen by itself, read beforehand, and refused where it names what must not be named."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from supervision_kit.disclosure.material import choose_notes
from supervision_kit.errors import DisclosureError
from supervision_kit.words import later, say, say_list
from supervision_kit.workspace import Workspace

SHORTEST_NUMBER = 3  # a code of fewer digits cannot be told from a number in a text
SHORTEST_WORD = 2  # nor one letter from a word; one of two letters or signs is found as it is written only
_KNOWN = later("a code or name that the workspace knows")
_PATTERNS = {
    later("an e-mail address"): r"[\w.+-]+@[\w-]+\.\w+",
    later("an address on the web"): r"https?://|www\.",
    later("a date"): r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b(?:19|20)\d\d\b",
    later("a long number"): r"\d[\d /()-]{4,}\d",
}


def preview_notes(workspace: Workspace, notes: Iterable[int]) -> pd.DataFrame:
    """Show what would go out of these notes: read each before you choose it.

    The kit finds codes of cases and therapists, names of users, addresses, dates and long numbers. It cannot know a
    name that stands in no table, a place, an employer, or a story that only one person has: that is for the reader.

    Parameters
    ----------
    workspace
        The workspace that keeps the notes.
    notes
        Their numbers, see ``workspace.notes()``.

    Returns
    -------
    DataFrame
        ``id, case_id, session, text``, and ``refused``: why it would not go out, empty where it would.
    """
    with workspace.viewing("de-identify"):
        chosen = choose_notes(workspace.notes(), list(notes))
        finder = known_words(workspace)
    chosen["refused"] = [", ".join(find_identifiers(text, finder)) for text in chosen["text"]]
    return chosen


def known_words(workspace: Workspace) -> re.Pattern[str]:
    """Return the pattern that finds the codes of cases and therapists, and the names of users, of a workspace."""
    therapists = workspace.scores()["therapist_id"].dropna().unique()
    users = workspace.audit()["who"].dropna().unique()
    words = {str(word) for word in (*workspace.case_ids(), *therapists, *users)}
    found = [word for word in words if len(word) >= (SHORTEST_NUMBER if word.isdigit() else SHORTEST_WORD)]
    listed = [re.escape(word) if len(word) == SHORTEST_WORD else f"(?i:{re.escape(word)})" for word in sorted(found)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)" if found else r"(?!)")


def find_identifiers(text: str, known: re.Pattern[str]) -> list[str]:
    """Return what a text holds that must not go out, in words; never the words themselves."""
    kinds = [_KNOWN] if known.search(text) else []
    return [say(kind) for kind in (*kinds, *(kind for kind, pattern in _PATTERNS.items() if re.search(pattern, text)))]


def check_texts(texts: Iterable[str], known: re.Pattern[str]) -> None:
    """Refuse texts that hold what must not go out.

    Raises
    ------
    DisclosureError
        Names the column and the rules.
    """
    found = list(dict.fromkeys(kind for text in texts for kind in find_identifiers(text, known)))
    if found:
        raise DisclosureError(
            say(
                "In the notes that were chosen there is {found}: nothing was published. Look at them first, which "
                "says why each is refused, and write or choose others.",
                found=say_list(found),
            ),
            column="text",
            advice="notes",
        )
