"""The audit: when, who, what, and which cases; never scores, names or text.

The cases of an entry are kept as a set, once for all entries that are about the same cases: the whole caseload, looked
at every day, costs one row a day.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date, datetime

import pandas as pd
from sqlalchemy import select
from sqlalchemy.engine import Connection

from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.database import insert_rows, next_number, take_lock
from supervision_kit.workspace.moments import as_moments, now
from supervision_kit.workspace.schema import audit, case_set_members, case_sets, cases

LONGEST = 60  # signs of a name of a user or a view
AUDIT = ("at", "who", "action", "view", "n_cases", "cases")
_LABEL = re.compile(rf"[\w .:@\\/'’-]{{1,{LONGEST}}}")


def check_label(label: str, what: str) -> str:
    """Return a user's or a view's name, refusing what is none."""
    if not isinstance(label, str) or not _LABEL.fullmatch(label):
        raise WorkspaceError(
            say(
                "The name of the {what} for the audit is 1 to {most} letters, digits, spaces or . : @ / - signs.",
                what=what,
                most=LONGEST,
            )
        )
    return label


def write_entry(connection: Connection, who: str, action: str, view: str, numbers: Iterable[int]) -> None:
    """Write one entry, about the cases of these numbers."""
    take_lock(connection)
    about = sorted({int(number) for number in numbers})
    entry = (next_number(connection, "audit"), now(), who, action, view, _case_set(connection, about))
    insert_rows(connection, "audit", ("id", "at", "who", "action", "view", "case_set"), [entry])


def _case_set(connection: Connection, about: list[int]) -> int | None:
    if not about:
        return None
    digest = hashlib.sha256(",".join(map(str, about)).encode()).hexdigest()
    there = connection.execute(select(case_sets.c.id).where(case_sets.c.digest == digest)).scalar()
    if there is not None:
        return int(there)
    number = next_number(connection, "case_sets")
    insert_rows(connection, "case_sets", ("id", "digest"), [(number, digest)])
    insert_rows(connection, "case_set_members", ("case_set", "case_number"), [(number, case) for case in about])
    return number


def read_audit(connection: Connection, *, case_id: str | None, since: str | date | None) -> pd.DataFrame:
    """Return the entries, oldest first; ``cases`` lists codes, an erased case as ``(erased 7)``."""
    query = select(audit).order_by(audit.c.id)
    if since is not None:
        query = query.where(audit.c.at >= _moment(since))
    if case_id is not None:
        of_case = select(case_set_members.c.case_set).join(cases).where(cases.c.code == case_id)
        query = query.where(audit.c.case_set.in_(of_case))
    entries = connection.execute(query).all()
    members: dict[int, list[str]] = {}
    shown = sorted({entry.case_set for entry in entries if entry.case_set is not None})
    for case_set in shown:
        rows = select(cases.c.id, cases.c.code).join(case_set_members).where(case_set_members.c.case_set == case_set)
        members[case_set] = [
            f"(erased {number})" if code is None else code
            for number, code in connection.execute(rows.order_by(cases.c.code, cases.c.id))
        ]
    about = [members.get(entry.case_set, []) for entry in entries]
    table = pd.DataFrame(
        {
            "at": as_moments(entry.at for entry in entries),
            **{name: pd.Series([getattr(e, name) for e in entries], dtype="str") for name in ("who", "action", "view")},
            "n_cases": pd.Series(map(len, about), dtype="int64"),
            "cases": pd.Series(about, dtype="object"),
        }
    )
    return table[list(AUDIT)]


def _moment(since: str | date) -> str:
    try:
        moment = since if isinstance(since, date) else datetime.fromisoformat(since)
    except (TypeError, ValueError):
        raise WorkspaceError(say("The audit is shown since a date such as 2026-03-04.")) from None
    return moment.isoformat()
