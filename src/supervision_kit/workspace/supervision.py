"""What is said about a case: notes, agenda items, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Table, insert, select, update
from sqlalchemy.engine import Connection

from supervision_kit.errors import UnknownNameError, WorkspaceError
from supervision_kit.workspace.database import next_number
from supervision_kit.workspace.moments import as_moments, now
from supervision_kit.workspace.schema import agenda, decisions, notes

STATES = ("open", "done", "dropped")
KINDS: Mapping[str, Table] = {"note": notes, "agenda item": agenda, "decision": decisions}
_ORDER = (
    "id",
    "case_id",
    "session",
    "text",
    "state",
    "follow_up",
    "agenda_item",
    "at",
    "who",
    "changed_at",
    "changed_by",
)


def write_said(connection: Connection, kind: str, case: int, text: str, who: str, **about: Any) -> int:
    """Write a note, agenda item or decision and return its number."""
    table = KINDS[kind]
    number = next_number(connection, table.name)
    row = {"id": number, "case_number": case, "text": check_text(text, kind), "at": now(), "who": who}
    connection.execute(insert(table), row | about)
    return number


def check_text(text: str, kind: str) -> str:
    """Return a text, refusing one that is empty."""
    if not isinstance(text, str) or not text.strip():
        raise WorkspaceError(f"The text of the {kind} is empty.")
    return text


def check_session(session: int | None) -> int | None:
    """Return a session's number, refusing what is none."""
    if session is None:
        return None
    if isinstance(session, bool) or int(session) != session or session < 1:
        raise WorkspaceError("A session is a whole number from 1, or None where it is about none.")
    return int(session)


def check_day(day: date | str | None) -> str | None:
    """Return a day as ISO text."""
    try:
        return None if day is None else date.fromisoformat(str(day)[:10]).isoformat()
    except ValueError:
        raise WorkspaceError("A follow-up date is a day such as 2026-03-04.") from None


def set_state(connection: Connection, item: int, state: str, who: str) -> int:
    """Set an agenda item open, done or dropped; return the number of its case."""
    if state not in STATES:
        raise UnknownNameError("state of an agenda item", state, STATES)
    case = find_case(connection, "agenda item", item)
    changed = {"state": state, "changed_at": now(), "changed_by": who}
    connection.execute(update(agenda).where(agenda.c.id == item).values(changed))
    return case


def find_case(connection: Connection, kind: str, number: int) -> int:
    """Return the number of the case that something said is about."""
    table = KINDS[kind]
    case = connection.execute(select(table.c.case_number).where(table.c.id == number)).scalar()
    if case is None:
        raise WorkspaceError(f"There is no {kind} of the number {number}.")
    return int(case)


def read_said(connection: Connection, kind: str, codes: Mapping[int, str], case: int | None) -> pd.DataFrame:
    """Return what was said, oldest first, of one case or of all."""
    table = KINDS[kind]
    query = select(table).order_by(table.c.id)
    rows = connection.execute(query if case is None else query.where(table.c.case_number == case)).mappings().all()
    columns: dict[str, Any] = {}
    for name in _ORDER:
        if name == "case_id":
            columns[name] = pd.Series([codes[row["case_number"]] for row in rows], dtype="str")
        elif name in table.c:
            columns[name] = _typed(name, [row[name] for row in rows])
    return pd.DataFrame(columns)


def _typed(name: str, values: list[Any]) -> pd.Series:
    if name in {"at", "changed_at"}:
        return as_moments(values)
    if name == "follow_up":
        return pd.to_datetime(pd.Series(values, dtype="object"), format="ISO8601").astype("datetime64[us]")
    whole = {"id": "int64", "session": "Int64", "agenda_item": "Int64"}
    return pd.Series(values, dtype=whole.get(name, "str"))
