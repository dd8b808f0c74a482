"""What an unknown name could mean: the nearest names that are known."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np

from supervision_kit.records.cells import Flags, Texts
from supervision_kit.words import say


def suggest(texts: Texts, which: Flags, known: dict[str, str]) -> Texts:
    """Return for each text a question with the nearest known names, empty where none is near."""
    suggestions = np.full(len(texts), "", dtype=object)
    for at in np.flatnonzero(which)[:200]:  # a column of free text need not be compared to its end
        near = dict.fromkeys(known[name] for name in get_close_matches(str(texts[at]).casefold()[:60], known, n=3))
        if near:
            suggestions[at] = say("Did you mean {names}?", names=say(" or ").join(near))
    return suggestions
