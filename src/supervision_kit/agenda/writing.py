"""The agenda as a file: DOCX, PDF or Markdown, one sheet per supervisee, coded unless said otherwise."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from supervision_kit.agenda.fitting import fit_sheets
from supervision_kit.agenda.following import follow_decisions
from supervision_kit.agenda.markdown_file import write_markdown
from supervision_kit.agenda.naming import draw_names, name_as_kept
from supervision_kit.agenda.pdf_file import write_pdf
from supervision_kit.agenda.reasons import rank_for_user
from supervision_kit.agenda.sheets import Tables, compose_sheets
from supervision_kit.agenda.today import read_agenda
from supervision_kit.agenda.word_file import write_docx
from supervision_kit.caseload import review_caseload
from supervision_kit.detection import Method, PersonalLimits, mark_sessions
from supervision_kit.episodes import falls_among, find_episodes
from supervision_kit.errors import SettingError, UnknownNameError, WorkspaceError
from supervision_kit.repair import RepairRule, follow_repairs
from supervision_kit.tables import REBASES
from supervision_kit.words import current_language, say
from supervision_kit.workspace import Workspace

Writer: TypeAlias = Callable[..., bytes]
FORMATS: Mapping[str, Writer] = {"docx": write_docx, "pdf": write_pdf, "md": write_markdown}
SLACK: Mapping[str, float | None] = {"docx": 0.03, "pdf": 0.0, "md": None}  # see fit_sheets


def write_agenda(
    workspace: Workspace,
    path: str | os.PathLike[str],
    *,
    supervisee: str | None = None,
    coded: bool = True,
    with_notes: bool | None = None,
    since: str | date | None = None,
    method: Method | None = None,
    rule: RepairRule | None = None,
) -> Path:
    """Write the agenda to a file, for its owner only: a sheet per supervisee, with charts, questions and decisions.

    On a sheet stand the cases on the agenda and those with an open decision: why they are there, a small chart, the
    questions with room to write, and what the ratings did since each decision.

    Parameters
    ----------
    workspace
        Where the agenda is kept.
    path
        ``NAME.docx``, ``NAME.pdf`` or ``NAME.md``; nothing is overwritten.
    supervisee
        The therapist whose sheet is wanted; empty for the cases without a therapist's code; without, all.
    coded
        Whether cases stand under their pseudonyms (see :meth:`supervision_kit.Workspace.pseudonyms`), supervisees under
        letters drawn for this file alone, and no dates on it. Coded papers are still about persons.
    with_notes
        Whether questions in one's own words and the words of decisions stand on it; by default only where it is not
        coded.
    since
        From which day on cases that were talked about stand on it as well; by default from the last supervision on.
    method, rule
        How sessions are judged, and what counts as repaired; by default as the pages do.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    SettingError
        Another kind of file, or a day that is none.
    UnknownNameError
        There is no such supervisee.
    WorkspaceError
        There is nothing to write, a file of that name is there, or it cannot be written.

    Examples
    --------
    >>> with sk.Workspace("spring.sqlite") as workspace:  # doctest: +SKIP
    ...     sk.write_agenda(workspace, "agenda.docx")
    """
    target = Path(path).expanduser()
    kind = target.suffix.removeprefix(".").casefold()
    _check_kind(kind)
    if target.exists():
        raise WorkspaceError(
            say("{name} is there already, and nothing is overwritten. Give another name.", name=target.name)
        )
    tables = _run_line(workspace, method=method or PersonalLimits(), rule=rule or RepairRule())
    content = make_agenda(
        workspace, tables, kind=kind, supervisee=supervisee, coded=coded, with_notes=with_notes, since=since
    )
    try:
        with open(target, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(content)
    except OSError as error:
        reason = error.strerror or "refused"
        raise WorkspaceError(say("{name} cannot be written: {reason}.", name=target.name, reason=reason)) from None
    return target


def make_agenda(
    workspace: Workspace,
    tables: Tables,
    *,
    kind: str,
    supervisee: str | None = None,
    coded: bool = True,
    with_notes: bool | None = None,
    since: str | date | None = None,
) -> bytes:
    """Return the agenda as a file of a `kind`, a key of :data:`FORMATS`; see :func:`write_agenda`."""
    _check_kind(kind)
    agenda = read_agenda(workspace, since=_moment(since))
    decisions = workspace.decisions()
    still = decisions[decisions["state"] == "open"].reset_index(drop=True)
    still["said"] = follow_decisions(still, tables.scores, rebases=tables.rebases)["said"]
    agenda, still = (_with_therapists(table, tables.scores, supervisee) for table in (agenda, still))
    cases = list(dict.fromkeys([*agenda["case_id"], *still["case_id"]]))
    if not cases:
        raise WorkspaceError(say("Nothing is on the agenda and no decision is open: there is nothing to write."))
    therapists = {*agenda["therapist_id"], *still["therapist_id"]}
    names = draw_names(workspace, cases, therapists) if coded else name_as_kept(cases, therapists)
    notes = not coded if with_notes is None else with_notes
    ranked = replace(tables, caseload=rank_for_user(workspace, tables, decisions))
    sheets = compose_sheets(ranked, agenda, still, names=names, with_notes=notes)
    content = FORMATS[kind](
        fit_sheets(sheets, slack=SLACK[kind]), title=say("Supervision agenda"), language=current_language()
    )
    what = "coded" if coded else "identifiable"
    workspace.record_export(f"agenda, {what}{', with notes' if coded and notes else ''}", cases)
    return content


def _check_kind(kind: str) -> None:
    if kind not in FORMATS:
        endings = ", ".join(f".{one}" for one in FORMATS)
        raise SettingError(say("An agenda is written as {endings}: give a name that ends so.", endings=endings))


def _moment(since: str | date | None) -> pd.Timestamp | None:
    try:
        return None if since is None else pd.Timestamp(since, tz="UTC")
    except (TypeError, ValueError):
        raise SettingError(say("Since is a day such as 2026-03-04.")) from None


def _with_therapists(table: pd.DataFrame, scores: pd.DataFrame, supervisee: str | None) -> pd.DataFrame:
    """Add the therapist of each case's latest session, empty where none is known; keep one therapist's rows."""
    known = scores.dropna(subset="therapist_id").sort_values("session", kind="stable")
    if supervisee and supervisee not in set(known["therapist_id"]):
        raise UnknownNameError("supervisee", supervisee, known["therapist_id"].unique(), from_data=True)
    latest = known.groupby("case_id")["therapist_id"].last()
    table = table.assign(therapist_id=table["case_id"].map(latest).fillna("").astype("str"))
    return table if supervisee is None else table[table["therapist_id"] == supervisee].reset_index(drop=True)


def _run_line(workspace: Workspace, *, method: Method, rule: RepairRule) -> Tables:
    scores, annotations = workspace.scores(view="agenda"), workspace.annotations()
    starts = annotations.loc[annotations["rebases"].astype(bool), list(REBASES.columns)]
    rebases = REBASES.check(starts.drop_duplicates())
    marks = mark_sessions(scores, method=method, rebases=rebases)
    repairs = follow_repairs(find_episodes(marks, rebases=rebases), scores, rule=rule, marks=marks, rebases=rebases)
    return Tables(
        scores=scores,
        marks=marks,
        falls=falls_among(repairs),
        caseload=review_caseload(scores, repairs, marks=marks, rebases=rebases),
        rebases=rebases,
    )
