"""The words that headings and cells are recognised by, English and German, folded as :func:`fold` does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from itertools import product

_RUNS = re.compile(r"[^\W\d_]+|[0-9]+")


def fold(text: str) -> str:
    """Return the text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """Return the runs of letters and of digits in the folded text."""
    return _RUNS.findall(fold(text))


def squeeze(text: str) -> str:
    """Return the folded text without punctuation and spaces; ``|`` keeps numbers apart (``"PHQ-9 3"`` → ``phq9|3``)."""
    squeezed = ""
    for word in words(text):
        squeezed += "|" + word if squeezed[-1:].isdigit() and word.isdigit() else word
    return squeezed


def heading_key(text: str) -> str:
    """Return what headings are compared by: the squeezed text, or the text where it is all punctuation (``#``)."""
    return squeeze(text) or text.strip().casefold()


_CODE = (
    "id",
    "no",
    "nr",
    "number",
    "num",
    "code",
    "key",
    "ref",
    "reference",
    "identifier",
    "nummer",
    "kennung",
    "chiffre",
    "pseudonym",
    "kuerzel",
    "kurzel",
)
_CASE = (
    "case",
    "client",
    "patient",
    "participant",
    "subject",
    "person",
    "klient",
    "klientin",
    "patientin",
    "fall",
    "proband",
    "probandin",
    "teilnehmer",
    "teilnehmerin",
    "pat",
    "pt",
    "serviceuser",
    "consumer",
)
_THERAPIST = (
    "therapist",
    "clinician",
    "counsellor",
    "counselor",
    "practitioner",
    "psychotherapist",
    "provider",
    "therapeut",
    "therapeutin",
    "psychotherapeut",
    "psychotherapeutin",
    "behandler",
    "behandlerin",
    "berater",
    "beraterin",
    "supervisee",
    "trainee",
    "keyworker",
)
_SESSION = ("session", "sess", "sitzung", "sitzungs", "therapysession", "therapiesitzung")
_VISIT = ("visit", "appointment", "appt", "stunde", "stunden", "therapiestunde", "encounter")
_COUNT = ("no", "nr", "number", "num", "nummer", "index")


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map("".join, product(first, second)))


FIELDS: Mapping[str, tuple[frozenset[str], ...]] = {
    # of several columns for one field the one in the earlier group is taken
    "case_id": (
        _joined(_CASE, _CODE) | _joined(("id", "code"), _CASE) | {"mrn", "pid"},
        frozenset(_CASE),
        frozenset({"id", "uid", "code", "chiffre", "pseudonym", "kennung", "recordid"})
        | _joined(("file",), ("no", "nr", "number")),
    ),
    "session": (
        _joined(_SESSION, _COUNT) | {"sessionnumeric"},
        frozenset(_SESSION) - {"sitzungs"},
        frozenset({"sessionid", "noofsession", "numberofsession"}),  # of sessions: how many there have been
        _joined(_VISIT, _COUNT),
        frozenset(_VISIT) - {"stunden"},
    ),
    "therapist_id": (
        _joined(_THERAPIST, (*_CODE, "initials")) | _joined(("id", "code"), _THERAPIST),
        frozenset(_THERAPIST),
        frozenset({"staffid"}),
    ),
    "rater": (
        frozenset({"rater", "ratertype", "respondent", "respondenttype", "completedby", "filledinby", "ratedby"})
        | {"perspective", "informant", "perspektive", "beurteiler", "bewertetvon", "ausgefulltvon", "ausgefuelltvon"},
    ),
    "date": (
        frozenset({"sessiondate", "dateofsession", "sitzungsdatum", "visitdate", "dateofvisit", "appointmentdate"})
        | {"dateofappointment", "apptdate"},
        frozenset({"date", "datum", "datetime"}),
        frozenset({"completed", "datecompleted", "completeddate", "completedat", "completedon", "completiondate"})
        | {"assessmentdate", "administrationdate", "ratingdate", "erhebungsdatum", "messdatum", "testdatum"}
        | {"ausgefulltam", "ausgefuelltam", "timestamp", "submitted", "submittedat"}
        | {"submissiondate", "completiontime"},
    ),
    "instrument": (
        frozenset({"instrument", "instrumentname", "instrumentkey"}),
        frozenset({"measure", "measurename", "questionnaire", "questionnairename", "fragebogen", "inventory"})
        | {"form", "formname", "test", "testname", "tool"},
    ),
    "item": (
        frozenset({"item", "itemno", "itemnr", "itemnumber", "itemnummer", "itemid", "itemname"}),
        frozenset({"question", "questionno", "questionnr", "questionnumber", "frage", "fragenr", "fragennummer"}),
    ),
    "scale": (frozenset({"scale", "subscale", "scalename", "subscalename", "skala", "subskala"}),),
    "response": (frozenset({"response", "answer", "antwort", "itemresponse", "itemscore", "itemvalue"}),),
    "score": (
        frozenset({"score", "scalescore", "rawscore", "scores"}),
        frozenset({"value", "wert", "rating", "points", "punkte", "punktwert", "result", "ergebnis"}),
    ),
}
MEANINGS: Mapping[str, str] = {
    "case_id": "a case column (case id, client, patient code, …)",
    "session": "a session column (session, session no., visit, Sitzung, …)",
    "rating": "rated columns (items such as wai_sr_1, totals such as SRS total, or item and response)",
}
WITH_NAMES = frozenset({"instrument", "item", "scale"})  # "scale name" names no person

RATERS: Mapping[str, frozenset[str]] = {
    "client": frozenset({"client", "clients", "patient", "patients", "self", "selfreport", "participant"})
    | {"klient", "klientin", "klienten", "patientin", "patienten", "selbst"},
    "therapist": frozenset({"therapist", "clinician", "counsellor", "counselor", "practitioner"})
    | {"psychotherapist", "provider", "therapeut", "therapeutin", "therapeuten", "behandler", "behandlerin"},
    "observer": frozenset({"observer", "coder", "independentrater", "beobachter", "beobachterin"}),
}
RATER_LETTERS: Mapping[str, str] = {"c": "client", "p": "client", "k": "client", "t": "therapist", "o": "observer"}
VERSIONS = frozenset(
    {"version", "form", "rated", "report", "rating", "ratings", "bogen", "sicht", "perspective", "perspektive"}
)
SCALES: Mapping[str, frozenset[str]] = {
    "total": frozenset({"total", "totals", "tot", "gesamt", "gesamtwert", "gesamtscore", "summenwert", "composite"}),
    "task": frozenset({"task", "tasks", "aufgabe", "aufgaben"}),
    "bond": frozenset({"bond", "bonds", "bindung"}),
    "goal": frozenset({"goal", "goals", "ziel", "ziele"}),
}
ITEM_NAMES: Mapping[str, tuple[frozenset[str], ...]] = {  # what each line of the form is about, not its wording
    "srs": (
        frozenset({"relationship", "beziehung"}),
        frozenset({"goal", "goals", "topics", "goalsandtopics", "goalstopics", "ziele", "zieleundthemen"}),
        frozenset({"approach", "method", "approachormethod", "approachmethod", "methode"}),
        frozenset({"overall", "insgesamt"}),
    ),
    "ors": (
        frozenset({"individual", "individually", "personal", "individuell"}),
        frozenset({"interpersonal", "interpersonally", "zwischenmenschlich"}),
        frozenset({"social", "socially", "sozial"}),
        frozenset({"overall", "insgesamt"}),
    ),
}
STATISTICS: Mapping[str, frozenset[str]] = {
    "sum": frozenset({"sum", "summe", "sumscore", "summenscore"}),
    "item mean": frozenset({"mean", "average", "avg", "mittelwert", "mittel", "mw", "durchschnitt", "itemmean"}),
}
SESSION_WORDS = frozenset(  # with a number, in the heading of a column
    {"session", "sess", "sitzung", "sitz", "stunde", "therapiestunde", "visit", "appointment", "termin", "seance"}
    | {"sesion", "sessie", "zitting", "sessione", "seduta", "sessao", "consulta", "contact"}
)
SESSION_PLURALS = frozenset({"sitzungen", "stunden", "termine", "sesiones", "sedute", "sessioni", "sessoes"})
TIME_WORDS = frozenset(
    {"week", "wk", "woche", "time", "timepoint", "zeitpunkt", "messzeitpunkt", "mzp", "semaine", "semana", "settimana"}
)
ITEM_WORDS = frozenset({"item", "question", "frage", "q", "i", "it", "no", "nr"})
SCORE_WORDS = frozenset({"score", "scores", "rating", "ratings", "wert", "points", "punkte", "result", "value"})
FILLERS = frozenset(
    {"scale", "subscale", "skala", "subskala", "form", "version", "rated", "raw", "clinical", "bogen", "fragebogen"}
)

HEADING_WORDS = (
    FILLERS
    | SCORE_WORDS
    | frozenset().union(*STATISTICS.values())
    | frozenset().union(*(names for field in FIELDS.values() for names in field))
    | {"note", "notes", "comment", "comments", "problem", "type", "status", "diagnosis", "minutes", "month", "week"}
    | {"total", "place", "site", "clinic", "service", "group", "gender", "programme", "program", "treatment", "outcome"}
)
SUMMARIES = frozenset(
    {
        "total",
        "totals",
        "grandtotal",
        "subtotal",
        "sum",
        "mean",
        "average",
        "avg",
        "median",
        "count",
        "n",
        "sd",
        "stdev",
    }
    | {"overall", "summe", "gesamt", "gesamtsumme", "mittelwert", "mittel", "durchschnitt", "anzahl", "gesamtergebnis"}
)
EXTREMES = frozenset({"min", "max", "minimum", "maximum", "range"})  # pseudonyms too, where no summary stands beside
