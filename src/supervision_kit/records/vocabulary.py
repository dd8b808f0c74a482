"""The words that headings and cells are recognised by in seven languages, folded as :func:`fold` does."""

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
    "codigo",
    "codice",
    "numero",
    "n",
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
    "paciente",
    "paziente",
    "usuario",
    "utente",
    "deelnemer",
    "dossier",
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
    "therapeute",
    "psychotherapeute",
    "terapeuta",
    "psicoterapeuta",
    "behandelaar",
)
_SESSION_ABROAD = ("seance", "sesion", "sessie", "zitting", "seduta", "sessione", "sessao")
_SESSION = ("session", "sess", "sitzung", "sitzungs", "therapysession", "therapiesitzung", *_SESSION_ABROAD)
_VISIT = ("visit", "appointment", "appt", "stunde", "stunden", "therapiestunde", "encounter")
_COUNT = ("no", "nr", "number", "num", "nummer", "index", "numero", "n")
_OF = ("", "de", "del", "dela", "della", "du", "do", "da", "van", "vande", "di")


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map("".join, product(first, second)))


def _of(first: tuple[str, ...], second: tuple[str, ...]) -> frozenset[str]:
    """Return what is called “code of the patient”, as the Romance languages and Dutch have it."""
    return frozenset(map("".join, product(first, _OF, second)))


_COUNTED_SESSION = (  # short, or a count of sessions
    frozenset({"std", "stdnr", "sitz", "sitznr", "sitzg", "sitzgnr", "sinr", "snr", "ses", "sitzungszahl"})
    | _joined(("ses", "behandlungsstunde", "treatment", "administration", "admin", "meeting", "contact"), _COUNT)
    | _joined(("kontakt", "termin", "sitz", "behandlungs"), _COUNT)
    | {"behandlungsstunde", "sessioncount", "sessionscount", "currentsession", "sessionscompleted"}
)
PERHAPS_SESSION = frozenset(  # where nothing else says the session, and the cells could be it
    {"nr", "#", "no", "number", "nummer", "num", "seq", "sequence", "termin", "meeting", "contact", "kontakt", "week"}
    | {"woche", "mzp", "messzeitpunkt", "visitid", "lfdnr", "n", "count", "anzahl", "administration", "admin"}
)

FIELDS: Mapping[str, tuple[frozenset[str], ...]] = {
    # of several columns for one field the one in the earlier group is taken
    "case_id": (
        _joined(_CASE, _CODE) | _of(("id", "code", "codigo", "codice", "numero", "no", "n"), _CASE) | {"mrn", "pid"},
        frozenset(_CASE),
        frozenset({"id", "uid", "code", "chiffre", "pseudonym", "kennung", "recordid"})
        | _joined(("file",), ("no", "nr", "number")),
    ),
    "session": (
        _joined(_SESSION, _COUNT) | _of(("numero", "no", "n"), _SESSION_ABROAD) | {"sessionnumeric"},
        frozenset(_SESSION) - {"sitzungs"},
        frozenset({"sessionid", "noofsession", "numberofsession"}),  # of sessions: how many there have been
        _joined(_VISIT, _COUNT),
        (frozenset(_VISIT) - {"stunden"}) | _COUNTED_SESSION,
    ),
    "therapist_id": (
        _joined(_THERAPIST, (*_CODE, "initials")) | _of(("id", "code", "codigo", "codice", "numero"), _THERAPIST),
        frozenset(_THERAPIST),
        frozenset({"staffid"}),
    ),
    "rater": (
        frozenset({"rater", "ratertype", "respondent", "respondenttype", "completedby", "filledinby", "ratedby"})
        | {"perspective", "informant", "perspektive", "beurteiler", "bewertetvon", "ausgefulltvon", "ausgefuelltvon"}
        | {"evaluateur", "repondant", "remplipar", "evaluador", "informante", "completadopor", "perspectiva"}
        | {"beoordelaar", "ingevulddoor", "perspectief", "valutatore", "compilatoda", "prospettiva", "avaliador"},
    ),
    "date": (
        frozenset({"sessiondate", "dateofsession", "sitzungsdatum", "visitdate", "dateofvisit", "appointmentdate"})
        | {"dateofappointment", "apptdate"}
        | _of(("date", "fecha", "data", "datum"), ("seance", "laseance", "lasesion", "sesion", "sessie", "zitting"))
        | _of(("data",), ("seduta", "sessione", "sessao")),
        frozenset({"date", "datum", "datetime", "fecha", "data"}),
        frozenset({"completed", "datecompleted", "completeddate", "completedat", "completedon", "completiondate"})
        | {"assessmentdate", "administrationdate", "ratingdate", "erhebungsdatum", "messdatum", "testdatum"}
        | {"ausgefulltam", "ausgefuelltam", "timestamp", "submitted", "submittedat"}
        | {"submissiondate", "completiontime", "recordeddate", "submitdate", "datesubmitted", "zeitstempel", "dos"}
        | {"dateofservice", "servicedate", "sessdate", "ausfulldatum", "ausfuelldatum", "therapiedatum", "enddate"}
        | {"behandlungsdatum", "endtime", "abgabedatum", "fertigstellungszeit"},
        frozenset({"startdate", "starttime", "startzeit", "tag", "day"}),
    ),
    "instrument": (
        frozenset({"instrument", "instrumentname", "instrumentkey"}),
        frozenset({"measure", "measurename", "questionnaire", "questionnairename", "fragebogen", "inventory"})
        | {"form", "formname", "test", "testname", "tool", "cuestionario", "questionario", "vragenlijst"},
    ),
    "item": (
        frozenset({"item", "itemno", "itemnr", "itemnumber", "itemnummer", "itemid", "itemname"}),
        frozenset({"question", "questionno", "questionnr", "questionnumber", "frage", "fragenr", "fragennummer"})
        | {"pregunta", "domanda", "pergunta", "vraag"},
    ),
    "scale": (
        frozenset({"scale", "subscale", "scalename", "subscalename", "skala", "subskala"})
        | {"echelle", "escala", "scala", "schaal"},
    ),
    "response": (
        frozenset({"response", "answer", "antwort", "itemresponse", "itemscore", "itemvalue"})
        | {"reponse", "respuesta", "risposta", "resposta", "antwoord"},
    ),
    "score": (
        frozenset({"score", "scalescore", "rawscore", "scores"}),
        frozenset({"value", "wert", "rating", "points", "punkte", "punktwert", "result", "ergebnis"})
        | {"puntuacion", "puntaje", "punteggio", "pontuacao"},
    ),
}
MEANINGS: Mapping[str, str] = {
    "case_id": "a case column (case id, client, patient code, …)",
    "session": "a session column (session, session no., visit, Sitzung, …) or a date column (date, session date, …)",
    "rating": "rated columns (items such as wai_sr_1, totals such as SRS total, or item and response)",
}
WITH_NAMES = frozenset({"instrument", "item", "scale"})  # "scale name" names no person

RATERS: Mapping[str, frozenset[str]] = {
    "client": frozenset({"client", "clients", "patient", "patients", "self", "selfreport", "participant"})
    | {"klient", "klientin", "klienten", "patientin", "patienten", "selbst"}
    | {"paciente", "paziente", "cliente", "utente"},
    "therapist": frozenset({"therapist", "clinician", "counsellor", "counselor", "practitioner"})
    | {"therapists", "clinicians", "counsellors", "counselors", "practitioners", "psychotherapists", "providers"}
    | {"psychotherapist", "provider", "therapeut", "therapeutin", "therapeuten", "behandler", "behandlerin"}
    | {"therapeute", "terapeuta", "psicoterapeuta", "behandelaar"},
    "observer": frozenset({"observer", "observers", "coder", "independentrater", "beobachter", "beobachterin"})
    | {"observateur", "observador", "osservatore", "waarnemer"},
}
RATER_LETTERS: Mapping[str, str] = {"c": "client", "p": "client", "k": "client", "t": "therapist", "o": "observer"}
RATER_WORDS: Mapping[str, str] = {  # short for a rater where they stand alone, beside other words
    **RATER_LETTERS,
    **dict.fromkeys(("pat", "pt", "pac", "paz", "kl", "cl"), "client"),
    **dict.fromkeys(("th", "ther", "tp", "ter"), "therapist"),
    "obs": "observer",
}
VERSIONS = frozenset(
    {"version", "form", "rated", "report", "rating", "ratings", "bogen", "sicht", "perspective", "perspektive"}
)
SCALES: Mapping[str, frozenset[str]] = {
    "total": frozenset({"total", "totals", "tot", "gesamt", "gesamtwert", "gesamtscore", "summenwert", "composite"})
    | {"totale", "totaal"},
    "task": frozenset(
        {"task", "tasks", "aufgabe", "aufgaben", "tache", "taches", "tarea", "tareas", "tarefa", "tarefas"}
    )
    | {"taak", "compito", "compiti"},
    "bond": frozenset({"bond", "bonds", "bindung", "lien", "vinculo", "legame"}),
    "goal": frozenset({"goal", "goals", "ziel", "ziele", "objectif", "objectifs", "objetivo", "objetivos"})
    | {"obiettivo", "obiettivi", "doel", "doelen"},
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
    "sum": frozenset({"sum", "summe", "sumscore", "summenscore", "somme", "suma", "somma", "soma"}),
    "item mean": frozenset({"mean", "average", "avg", "mittelwert", "mittel", "mw", "durchschnitt", "itemmean"})
    | {"moyenne", "media", "promedio", "gemiddelde"},
}
SESSION_WORDS = frozenset(  # with a number, in the heading of a column
    {"session", "sess", "sitzung", "sitz", "stunde", "therapiestunde", "visit", "appointment", "termin", "seance"}
    | {"sesion", "sessie", "zitting", "sessione", "seduta", "sessao", "consulta", "contact"}
)
SESSION_PLURALS = frozenset({"sitzungen", "stunden", "termine", "sesiones", "sedute", "sessioni", "sessoes"})
TIME_WORDS = frozenset(
    {"week", "wk", "woche", "time", "timepoint", "zeitpunkt", "messzeitpunkt", "mzp", "semaine", "semana", "settimana"}
)
ITEM_WORDS = frozenset(
    {"item", "question", "frage", "q", "i", "it", "no", "nr", "pregunta", "domanda", "pergunta", "vraag"}
)
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
    | {"baseline", "intake", "screening"}
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
    | {"totale", "totales", "media", "moyenne", "promedio", "gemiddelde", "suma", "somma", "somme", "totaal"}
)
EXTREMES = frozenset({"min", "max", "minimum", "maximum", "range"})  # pseudonyms too, where no summary stands beside
