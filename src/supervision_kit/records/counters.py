"""A column called no more than ID that numbers the answers of a survey, and not the cases."""

from __future__ import annotations

import re

from supervision_kit.errors import RecordsError
from supervision_kit.records.finding import Finding
from supervision_kit.records.folding import squeeze, words
from supervision_kit.records.leftovers import cells_of, codes_of, unused_columns
from supervision_kit.records.wording import column_name
from supervision_kit.words import say

FEWEST_ROWS = 2
_BARE = frozenset({"id", "uid", "recordid", "responseid", "submissionid", "nr", "no", "number", "key"})
_OF_A_CASE = frozenset(
    {"client", "clients", "patient", "patients", "case", "participant", "klient", "klienten", "klientin", "patienten"}
    | {"patientin", "fall", "proband", "probanden", "teilnehmer", "pseudonym", "chiffre", "kuerzel", "kurzel"}
)
_WHOSE = frozenset({"your", "my", "enter", "ihr", "ihren", "dein", "deinen", "mein", "personal", "personlicher"})
_CODE = frozenset({"code", "id", "number", "nummer", "kennung", "initials", "codename"})
_OF_A_SURVEY = frozenset(  # beside an answer's number
    {"starttime", "completiontime", "startdate", "enddate", "recordeddate", "submitdate", "datestamp", "timestamp"}
    | {"lastpage", "startlanguage", "startzeit", "fertigstellungszeit", "zeitstempel", "lastmodifiedtime", "email"}
)
_LIKE_CODE = re.compile(r"(?=.*[0-9])(?=.*[^\W\d_])[\w.-]{2,12}")
_DIAGNOSIS = re.compile(r"[A-Z][0-9]{2}(\.[0-9]+)?")


def ask_for_case(finding: Finding) -> None:
    """Refuse an ID that is another in every row where another column could hold the case, or a survey wrote it.

    Raises
    ------
    RecordsError
        Names both columns, and how to say which it is.
    """
    at = finding.fields.get("case_id", -1)
    if at < 0 or finding.redcap or finding.is_said(at) or squeeze(finding.headings[at]) not in _BARE:
        return
    cells = cells_of(finding, at)
    if cells.n_blank or len(cells.texts) < FEWEST_ROWS or max(cells.counts) > 1:
        return
    name = finding.headings[at]
    other = next((each for each in unused_columns(finding) if _could_be_case(finding, each)), None)
    if other is not None:
        case = finding.headings[other] or column_name(other)
        raise RecordsError(
            say(
                "{file}: “{name}” is different in each row and could number the answers; “{case}” could be the "
                "case. Say which it is: columns={{“{case}”: “case_id”, “{name}”: “ignore”}} or "
                "columns={{“{name}”: “case_id”}}.",
                file=finding.sheet.source,
                name=name,
                case=case,
            )
        )
    if survey := next((each for each in finding.headings if squeeze(each) in _OF_A_SURVEY), ""):
        raise RecordsError(
            say(
                "{file}: “{name}” is different in each row beside “{survey}”, so that it could number the "
                "answers and not the cases. If it is the case, pass columns={{“{name}”: “case_id”}}; else say "
                "which column is.",
                file=finding.sheet.source,
                name=name,
                survey=survey,
            )
        )


def _could_be_case(finding: Finding, at: int) -> bool:
    """Return whether the heading asks for a case's code, or the cells are codes that make a key with the session."""
    if not cells_of(finding, at).texts:
        return False
    said = set(words(finding.headings[at]))
    run = squeeze(finding.headings[at])
    if said & _CODE and said & (_OF_A_CASE | _WHOSE):
        return True
    joined = any(run == whose + code for whose in _OF_A_CASE for code in _CODE)
    return joined or _is_key(finding, at)


def _is_key(finding: Finding, at: int) -> bool:
    cells = cells_of(finding, at)
    codes = all(_LIKE_CODE.fullmatch(text) and not _DIAGNOSIS.fullmatch(text) for text in cells.texts)
    when = next((finding.fields[name] for name in ("session", "date") if name in finding.fields), None)
    if not codes or cells.n_blank or max(cells.counts) == 1 or len(cells.texts) < FEWEST_ROWS or when is None:
        return False
    return not codes_of(finding, [at, when]).duplicated().any()
