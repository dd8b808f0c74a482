"""FHIR R4 QuestionnaireResponses (a Bundle, an array, one, or NDJSON) → a sheet for each questionnaire."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
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
from supervision_kit.records.fhir_references import Resource, is_cut_short, list_resources
from supervision_kit.records.files import File
from supervision_kit.records.headings import read_heading
from supervision_kit.records.json_values import as_dict, as_dicts, as_text, read_json
from supervision_kit.records.naming import instruments_in
from supervision_kit.records.progress import Progress, Report
from supervision_kit.records.roles import FieldRole, Role
from supervision_kit.words import later, say, say_number

FORM = "QuestionnaireResponse"
_FIELDS = ("case id", "therapist id", "rater", "date", "session", "status")  # the headings before those of the items
_RATERS = {"Patient": "client", "Practitioner": "therapist", "PractitionerRole": "therapist"}
_SESSION_ENDS = ("session", "session-number", "sessionnumber", "session_number")
_COMPLETE = ("completed", "amended", "")
_LONGEST_NAME = 60
_TELLING = ("url", "version", "name", "title", "identifier", "code", "item")  # of a questionnaire


@dataclass
class _Form:
    """The responses to one questionnaire, each with its place in the file."""

    title: str
    questions: Questions = field(default_factory=Questions)
    responses: list[tuple[int, Resource]] = field(default_factory=list)


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
    resources, bundles = list_resources(read_json(file.content(), source=file.name))
    report(Progress(file.size or 0, file.size, f"Reading {file.name}"))
    kinds = Counter(each.text("resourceType") for each in resources)
    if not kinds[FORM]:
        raise RecordsError(
            say(
                "{file} is JSON, but holds no {form} of FHIR. Export the answers to the forms.",
                file=file.name,
                form=FORM,
            )
        )
    forms = _forms(resources)
    sheets = [_sheet(form, file.name, stem, targets, alone=len(forms) == 1) for form in forms]
    others = [f"{n:,} {printable(kind)[:40] or 'unnamed'}" for kind, n in kinds.items() if kind != FORM]
    notes = [say("Left aside, as they are no answers to a form: {others}.", others=", ".join(others))] if others else []
    if is_cut_short(bundles):
        notes.append(
            say("{file} is a page of several, and the next one is not in it. Read all pages together.", file=file.name)
        )
    unsaid = sum(not each.text("status") for form in forms for _, each in form.responses)
    if unsaid:
        notes.append(
            say("{n} {form}(s) do not say their status, and were read as completed.", n=say_number(unsaid), form=FORM)
        )
    return sheets, notes


def _forms(resources: list[Resource]) -> list[_Form]:
    """Return the questionnaires that there are responses to, in their order."""
    described = [each.content for each in resources if each.text("resourceType") == "Questionnaire"]
    forms: dict[str, _Form] = {}
    for place, resource in enumerate(resources, 1):
        if resource.text("resourceType") != FORM:
            continue
        canonical = resource.text("questionnaire")
        is_local = canonical.startswith("#")
        within = [each for each in resource.contained if _is_of(each, canonical)]
        about = within if is_local else [*_of_version(described, canonical), *within]
        key = _content(within) if is_local and within else canonical or _shown(resource)
        if key not in forms:
            forms[key] = _Form(_title(resource, canonical.partition("|")[0], about))
            for each in about:
                forms[key].questions.learn(each.get("item"))
        forms[key].responses.append((place, resource))
    return list(forms.values())


def _is_of(questionnaire: Mapping[str, Any], canonical: str) -> bool:
    address = canonical.partition("|")[0]
    if address.startswith("#"):
        return address == "#" + as_text(questionnaire.get("id"))
    ends = f"Questionnaire/{as_text(questionnaire.get('id'))}"
    return bool(address) and (address == as_text(questionnaire.get("url")) or address.endswith(ends))


def _of_version(described: list[dict[str, Any]], canonical: str) -> list[dict[str, Any]]:
    """Return the questionnaires of this address: those of its version, if there are any."""
    about = [each for each in described if _is_of(each, canonical)]
    version = canonical.partition("|")[2]
    return [each for each in about if version and as_text(each.get("version")) == version] or about


def _content(questionnaires: list[dict[str, Any]]) -> str:
    """Return what tells contained questionnaires apart: their ids are the same in many responses."""
    return json.dumps([{name: each.get(name) for name in _TELLING} for each in questionnaires], sort_keys=True)


def _shown(resource: Resource) -> str:
    """Return what the questionnaire is displayed as."""
    extensions = as_dicts(as_dict(resource.content.get("_questionnaire")).get("extension"))
    return next((shown for each in extensions if (shown := as_text(each.get("valueString")))), "")


def _title(resource: Resource, canonical: str, about: list[dict[str, Any]]) -> str:
    """Return the name that tells the instrument, or the first there is."""
    end = canonical.rstrip("/").rpartition("/")[2]
    codes = [as_text(code.get("code")) for each in about for code in as_dicts(each.get("code"))]
    described = [as_text(each.get(name)) for each in about for name in ("title", "name")]
    identified = [as_text(one.get("value")) for each in about for one in as_dicts(each.get("identifier"))]
    names = [
        *filter(None, map(LOINC_FORMS.get, [end, *codes, *identified])),
        *described,
        _shown(resource),
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
        answers = form.questions.answers(resource.content.get("item"))
        session = _session(resource) or next((answers[link] for link in of_session if answers.get(link)), "")
        rows.append([*_about(resource, form.title, session), *(answers.get(link, "") for link, _ in rated)])
        faults += _faults(at, resource)
    kept = {0, len(_FIELDS) - 1} | ({_FIELDS.index("rater")} if _says_who(form) else set())
    used = [at for at in range(len(rows[0])) if at >= len(_FIELDS) or at in kept or any(row[at] for row in rows[1:])]
    columns = tuple(Column.of([row[at] for row in rows]) for at in used)
    return Sheet(
        source
        if alone
        else say("{file}, questionnaire “{title}”", file=source, title=form.title or say("without a name")),
        columns,
        stem,
        form.title,
        numbers=np.array([0, *(place for place, _ in form.responses)]),
        row_word=later("resource"),
        faults=tuple(faults),
        has_own_headings=True,
    )


def _says_who(form: _Form) -> bool:
    return any(as_dict(resource.content.get(who)) for _, resource in form.responses for who in ("source", "author"))


def _links(form: _Form) -> tuple[list[str], dict[str, str]]:
    """Return the link ids of the items that anyone answers or that could be, in their order, and their texts."""
    texts: dict[str, str] = {}
    for _, resource in form.responses:
        for item in walk_items(resource.content.get("item")):
            if "answer" in item or not as_dicts(item.get("item")):
                texts.setdefault(link_id(item), as_text(item.get("text")))
    return [link for link in texts if link], texts


def _is_session(heading: str) -> bool:
    role = read_heading(heading)
    return isinstance(role, FieldRole) and role.field == "session"


def _faults(row: int, resource: Resource) -> list[Fault]:
    status = resource.text("status")
    if status not in _COMPLETE:
        return [Fault(row, "status", "form_not_complete", say("The form is not a completed one, as its status says."))]
    if not is_well_formed(resource.content.get("item")):
        return [Fault(row, "status", "form_malformed", say("The {form} is not built as FHIR says.", form=FORM))]
    return []


def _about(resource: Resource, title: str, session: str) -> list[str]:
    """Return the cells of a response's fields."""
    return [
        resource.identity(as_dict(resource.content.get("subject"))),
        _therapist(resource),
        _rater(resource, title),
        resource.text("authored")[: len("2025-03-04")],
        session,
        resource.text("status") or "not said",
    ]


def _rater(resource: Resource, title: str) -> str:
    """Return who answered: the source; without one the author, but a professional only of forms that they fill in.

    A relative is neither client, therapist nor observer: the word is left as it is, and the row becomes a problem.
    """
    kind = resource.kind(as_dict(resource.content.get("source")))
    if kind:
        return _RATERS.get(kind, kind)
    kind = resource.kind(as_dict(resource.content.get("author")))
    instruments = instruments_in(title)
    raters = INSTRUMENTS[instruments.pop()].raters if len(instruments) == 1 else ()
    if len(raters) == 1:
        return raters[0]
    return "client" if kind == "Patient" else ""


def _therapist(resource: Resource) -> str:
    """Return the professional who answered, or the only one who took part in the encounter."""
    source = as_dict(resource.content.get("source"))
    if resource.kind(source) == "Practitioner":
        return resource.identity(source)
    encounter = resource.follow(as_dict(resource.content.get("encounter")))
    people = [as_dict(each.get("individual")) for each in as_dicts(encounter.content.get("participant"))]
    professionals = {encounter.identity(each) for each in people if encounter.kind(each) == "Practitioner"}
    return professionals.pop() if len(professionals) == 1 else ""


def _session(resource: Resource) -> str:
    """Return the session that an extension gives, whose address ends with “session” or “session-number”."""
    for extension in as_dicts(resource.content.get("extension")):
        if as_text(extension.get("url")).casefold().rpartition("/")[2] in _SESSION_ENDS:
            return next((as_text(value) for name, value in extension.items() if name.startswith("value")), "")
    return ""
