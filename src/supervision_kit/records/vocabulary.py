"""The words that raters, scales, items and sessions are called by in seven languages, squeezed as `folding` does."""

from __future__ import annotations

from collections.abc import Mapping

from supervision_kit.records.field_words import FIELDS

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
