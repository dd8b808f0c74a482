"""FHIR R4 QuestionnaireResponses (a Bundle, an array, one, or NDJSON) → a sheet for each questionnaire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Column, Fault, Sheet, printable
from supervision_kit.records.fhir_items import (
    LOINC_FORMS,
    Questions,
    is_well_formed,
    link_id,
    walk_items,
)
from supervision_kit.records.files import File
from supervision_kit.records.headings import FieldRole, Role, instruments_in, read_heading
from supervision_kit.records.json_values import as_dict, as_dicts, as_text, read_json
from supervision_kit.records.progress import Progress, Report

FORM = "QuestionnaireResponse"
_FIELDS = ("case id", "therapist id", "rater", "date", "session", "status")  # the headings before those of the items
_RATERS = {"Patient": "client", "Practitioner": "therapist", "PractitionerRole": "therapist"}
_SESSION_ENDS = ("session", "session-number", "sessionnumber", "session_number")
_COMPLETE = ("completed", "amended", "")
_LONGEST_NAME = 60


@dataclass
class _Form:
    """The responses to one questionnaire, each with its place in the file."""

    title: str
    questions: Questions = field(default_factory=Questions)
    responses: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


def read_fhir(
    file: File, *, stem: str, targets: Mapping[str, Role | None], report: Report
) -> tuple[list[Sheet], list[str]]:
    """Return a sheet for each questionnaire with a row for each response, and notes on what else the file holds.

    A row is numbered by the place of its resource in the file, whatever the kinds of those before it.

    Raises
    ------
    RecordsError
        The JSON is broken, or holds no QuestionnaireResponse.
    """
    resources = list(_resources(read_json(file.content(), source=file.name)))
    report(Progress(file.size or 0, file.size, f"Reading {file.name}"))
    kinds = Counter(as_text(each.get("resourceType")) for each in resources)
    if not kinds[FORM]:
        raise RecordsError(f"{file.name} is JSON, but holds no {FORM} of FHIR. Export the answers to the forms.")
    known = {(as_text(each.get("resourceType")), as_text(each.get("id"))): each for each in resources}
    forms = _forms(resources)
    sheets = [_sheet(form, file.name, stem, targets, known, alone=len(forms) == 1) for form in forms]
    others = [f"{n:,} {printable(kind)[:40] or 'unnamed'}" for kind, n in kinds.items() if kind != FORM]
    notes = [f"Left aside, as they are no answers to a form: {', '.join(others)}."] if others else []
    unsaid = sum(not as_text(each.get("status")) for form in forms for _, each in form.responses)
    if unsaid:
        notes.append(f"{unsaid:,} {FORM}(s) do not say their status, and were read as completed.")
    return sheets, notes


def _resources(values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield the resources, those of bundles and arrays each for itself."""
    for value in values:
        if isinstance(value, list):
            yield from _resources(value)
        elif as_dict(value).get("resourceType") == "Bundle" or "entry" in as_dict(value):
            yield from (as_dict(entry.get("resource")) for entry in as_dicts(value.get("entry")))
        elif isinstance(value, dict):
            yield value
        else:
            yield {}


def _forms(resources: list[dict[str, Any]]) -> list[_Form]:
    """Return the questionnaires that there are responses to, in their order."""
    described = [each for each in resources if each.get("resourceType") == "Questionnaire"]
    forms: dict[str, _Form] = {}
    for place, resource in enumerate(resources, 1):
        if resource.get("resourceType") != FORM:
            continue
        contained = as_dicts(resource.get("contained"))
        canonical = as_text(resource.get("questionnaire")).partition("|")[0]
        about = [each for each in (*described, *contained) if _is_of(each, canonical)]
        if canonical not in forms:
            forms[canonical] = _Form(_title(resource, canonical, about))
            for each in about:
                forms[canonical].questions.learn(each.get("item"))
        forms[canonical].responses.append((place, resource))
    return list(forms.values())


def _is_of(questionnaire: Mapping[str, Any], canonical: str) -> bool:
    names = {as_text(questionnaire.get("url")), "#" + as_text(questionnaire.get("id"))}
    return bool(canonical) and (canonical in names or canonical.endswith(f"Questionnaire/{questionnaire.get('id')}"))


def _title(resource: Mapping[str, Any], canonical: str, about: list[dict[str, Any]]) -> str:
    """Return the name that tells the instrument, or the first there is."""
    shown = [
        as_text(extension.get("valueString"))
        for extension in as_dicts(as_dict(resource.get("_questionnaire")).get("extension"))
    ]
    end = canonical.rstrip("/").rpartition("/")[2]
    codes = [as_text(code.get("code")) for each in about for code in as_dicts(each.get("code"))]
    described = [as_text(each.get(name)) for each in about for name in ("title", "name")]
    identified = [as_text(one.get("value")) for each in about for one in as_dicts(each.get("identifier"))]
    names = [
        *filter(None, map(LOINC_FORMS.get, [end, *codes, *identified])),
        *described,
        *shown,
        end,
        *identified,
        canonical,
    ]
    named = next((name for name in names if len(instruments_in(name)) == 1), None) or next(filter(None, names), "")
    return printable(" ".join(named.split()))[:_LONGEST_NAME]


def _sheet(
    form: _Form,
    source: str,
    stem: str,
    targets: Mapping[str, Role | None],
    known: Mapping[tuple[str, str], dict[str, Any]],
    *,
    alone: bool,
) -> Sheet:
    links, texts = _links(form)
    headings = form.questions.headings(links, texts, targets)
    of_session = {link for link, heading in zip(links, headings, strict=True) if _is_session(heading)}
    rated = [(link, heading) for link, heading in zip(links, headings, strict=True) if link not in of_session]
    rows = [[*_FIELDS, *(heading for _, heading in rated)]]
    faults = []
    for at, (_, resource) in enumerate(form.responses, 1):
        answers = form.questions.answers(resource.get("item"))
        session = _session(resource) or next((answers[link] for link in of_session if answers.get(link)), "")
        rows.append([*_about(resource, form.title, session, known), *(answers.get(link, "") for link, _ in rated)])
        faults += _faults(at, resource)
    kept = {0, len(_FIELDS) - 1} | ({_FIELDS.index("rater")} if _says_who(form) else set())
    used = [at for at in range(len(rows[0])) if at >= len(_FIELDS) or at in kept or any(row[at] for row in rows[1:])]
    columns = tuple(Column.of([row[at] for row in rows]) for at in used)
    return Sheet(
        source if alone else f"{source}, questionnaire “{form.title or 'without a name'}”",
        columns,
        stem,
        form.title,
        numbers=np.array([0, *(place for place, _ in form.responses)]),
        row_word="resource",
        faults=tuple(faults),
    )


def _says_who(form: _Form) -> bool:
    return any(as_dict(resource.get(who)) for _, resource in form.responses for who in ("source", "author"))


def _links(form: _Form) -> tuple[list[str], dict[str, str]]:
    """Return the link ids of the items that anyone answers or that could be, in their order, and their texts."""
    texts: dict[str, str] = {}
    for _, resource in form.responses:
        for item in walk_items(resource.get("item")):
            if "answer" in item or not as_dicts(item.get("item")):
                texts.setdefault(link_id(item), as_text(item.get("text")))
    return [link for link in texts if link], texts


def _is_session(heading: str) -> bool:
    role = read_heading(heading)
    return isinstance(role, FieldRole) and role.field == "session"


def _faults(row: int, resource: Mapping[str, Any]) -> list[Fault]:
    status = as_text(resource.get("status"))
    if status not in _COMPLETE:
        return [Fault(row, "status", "form_not_complete", "The form is not a completed one, as its status says.")]
    if not is_well_formed(resource.get("item")):
        return [Fault(row, "status", "form_malformed", f"The {FORM} is not built as FHIR says.")]
    return []


def _about(
    resource: Mapping[str, Any], title: str, session: str, known: Mapping[tuple[str, str], dict[str, Any]]
) -> list[str]:
    """Return the cells of a response's fields."""
    subject, source = as_dict(resource.get("subject")), as_dict(resource.get("source"))
    author = as_dict(resource.get("author"))
    case = _identity(subject) or as_text(as_dict(subject.get("identifier")).get("value"))
    return [
        case,
        _therapist(resource, source, known),
        _rater(source, author, title),
        as_text(resource.get("authored"))[: len("2025-03-04")],
        session,
        as_text(resource.get("status")) or "not said",
    ]


def _identity(reference: Mapping[str, Any]) -> str:
    """Return the id that a reference ends with; never what it is displayed as."""
    address = as_text(reference.get("reference")).partition("/_history")[0]
    return address.rstrip("/").rpartition("/")[2].removeprefix("urn:uuid:").removeprefix("urn:oid:").removeprefix("#")


def _kind(reference: Mapping[str, Any]) -> str:
    parts = as_text(reference.get("reference")).partition("/_history")[0].rstrip("/").split("/")
    return as_text(reference.get("type")) or (parts[-2] if len(parts) > 1 else "")


def _rater(source: Mapping[str, Any], author: Mapping[str, Any], title: str) -> str:
    """Return who answered: the source; without one the author, but a professional only of forms that they fill in.

    A relative is neither client, therapist nor observer: the word is left as it is, and the row becomes a problem.
    """
    kind = _kind(source)
    if kind:
        return _RATERS.get(kind, kind)
    kind = _kind(author)
    instruments = instruments_in(title)
    raters = INSTRUMENTS[instruments.pop()].raters if len(instruments) == 1 else ()
    if len(raters) == 1:
        return raters[0]
    return "client" if kind == "Patient" else ""


def _therapist(
    resource: Mapping[str, Any], source: Mapping[str, Any], known: Mapping[tuple[str, str], dict[str, Any]]
) -> str:
    """Return the professional who answered, or the only one who took part in the encounter."""
    if _kind(source) == "Practitioner":
        return _identity(source)
    encounter = known.get(("Encounter", _identity(as_dict(resource.get("encounter")))), {})
    people = [as_dict(each.get("individual")) for each in as_dicts(encounter.get("participant"))]
    professionals = {_identity(each) for each in people if _kind(each) == "Practitioner"}
    return professionals.pop() if len(professionals) == 1 else ""


def _session(resource: Mapping[str, Any]) -> str:
    """Return the session that an extension gives, whose address ends with “session” or “session-number”."""
    for extension in as_dicts(resource.get("extension")):
        if as_text(extension.get("url")).casefold().rpartition("/")[2] in _SESSION_ENDS:
            return next((as_text(value) for name, value in extension.items() if name.startswith("value")), "")
    return ""
