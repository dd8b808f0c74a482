"""What the columns of who, when and what are called in seven languages, squeezed as `folding` does."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from supervision_kit.words import later

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
        _joined(_CASE, _CODE)
        | _of(("id", "code", "codigo", "codice", "numero", "no", "n"), _CASE)
        | {"mrn", "pid", "studyid", "patientennummer", "patientencode", "klientennummer", "aktenzeichen", "vpcode"},
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
    "case_id": later("a case column (case id, client, patient code, …)"),
    "session": later(
        "a session column (session, session no., visit, Sitzung, …) or a date column (date, session date, …)"
    ),
    "rating": later("rated columns (items such as wai_sr_1, totals such as SRS total, or item and response)"),
}
WITH_NAMES = frozenset({"instrument", "item", "scale"})  # "scale name" names no person
