"""The ways of saying that there is no answer."""

from __future__ import annotations

import pandas as pd

from supervision_kit.records.cells import Flags, Texts
from supervision_kit.records.folding import squeeze

NO_ANSWER = frozenset(
    {"", "n/a", "#n/a", "na", "<na>", "nan", "-", "--", "---", "–", "—", ".", "./.", "null", "#null!", "none"}
    | {"missing", "k.a.", "k. a."}
)
WRITTEN_BY_PROGRAMS = frozenset({"", "#n/a", "na", "<na>", "nan", ".", "null", "#null!", "none"})
LONGEST = 40  # letters; what is longer is a comment
_NOTHING = frozenset({"none", "keine", "nichts", "nothing"})  # beside a number they may be what it means: 0 = none
_WORDS = frozenset(  # squeezed; only where a rating is looked for: a rater may be “unknown”, and a case “Skip”
    {"na", "ka", "missing", "missingvalue", "missingdata", "sysmis", "nodata", "none", "blank", "leftblank", "empty"}
    | {"refused", "refusal", "refusedtoanswer", "declined", "declinedtoanswer", "prefernottosay", "prefernottoanswer"}
    | {"wouldrathernotsay", "skip", "skipped", "noanswer", "noresponse", "nonresponse", "notanswered", "unanswered"}
    | {"notapplicable", "notavailable", "notgiven", "notcompleted", "notasked", "notassessed", "notdone", "notrated"}
    | {"omitted", "dontknow", "donotknow", "dk", "unknown", "didnotanswer", "didnotcomplete"}
    | {"keine", "keineangabe", "keineangaben", "keineantwort", "ohneangabe", "nichts", "entfallt", "entfaellt", "fehlt"}
    | {"fehlend", "fehlenderwert", "leer", "unbekannt", "nichtbeantwortet", "unbeantwortet", "nichtausgefullt"}
    | {"nichtausgefuellt", "nichterhoben", "nichtzutreffend", "trifftnichtzu", "verweigert", "abgelehnt", "weissnicht"}
    | {"ubersprungen", "uebersprungen", "ausgelassen", "nichtbearbeitet"}
    | {"sansreponse", "nonrenseigne", "sinrespuesta", "nocontesta", "nonrisponde", "geenantwoord", "semresposta"}
)


def unanswered(texts: Texts) -> Flags:
    """Return which texts are empty or one of the few unambiguous codes for no answer."""
    return pd.Series(texts, dtype="str").str.casefold().isin(NO_ANSWER).to_numpy(dtype=bool)


def typed_by_hand(texts: Texts) -> Flags:
    """Return which texts are none that programs write into an empty cell (NA, null, .)."""
    return ~pd.Series(texts, dtype="str").str.casefold().isin(WRITTEN_BY_PROGRAMS).to_numpy(dtype=bool)


def says_no_answer(text: str) -> bool:
    """Return whether the words in a cell for a rating say that there is none: refused, keine Angabe."""
    return len(text) <= LONGEST and squeeze(text) in _WORDS


def means_no_answer(label: str) -> bool:
    """Return whether the words beside a number say that it stands for no answer: 9 (missing), 98 = declined."""
    return says_no_answer(label) and squeeze(label) not in _NOTHING
