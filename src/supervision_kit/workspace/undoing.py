"""Undo: every change is kept with its rows as they were and as they became, for a day, and each user's own last.

A change is taken back where its rows still are as it left them; else somebody changed them since, and it is refused.
This needs nothing of what a change means, and so holds for whatever a later version lets people change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from supervision_kit.words import later, say
from supervision_kit.workspace.database import insert_rows, next_number
from supervision_kit.workspace.moments import ago, now
from supervision_kit.workspace.schema import cases, change_rows, changes, tables

# The kit's own choices: what was removed is still there for so long.
MOST_CHANGES = 20  # of a user
LASTS = timedelta(days=1)

# What is changed, and how it is called. The first word is its name in the audit.
CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "note": later("the note on {case}"),
        "note, changed": later("the change of a note on {case}"),
        "note, removed": later("the removal of a note on {case}"),
        "agenda item": later("the agenda item on {case}"),
        "agenda item, changed": later("the change of an agenda item on {case}"),
        "decision": later("the decision on {case}"),
        "decision, changed": later("what became of a decision on {case}"),
        "annotation": later("the annotation on {case}"),
        "annotation, changed": later("the change of an annotation on {case}"),
        "annotation, removed": later("the removal of an annotation on {case}"),
        "judgement": later("the judgement on {case}"),
        "judgement, removed": later("the removal of a judgement on {case}"),
        "flag": later("the flag on {case}"),
        "flag, removed": later("the removal of the flag on {case}"),
        "consent": later("the consent of {case}"),
        "supervision": later("the beginning of the supervision"),
        "supervision, ended": later("the end of the supervision"),
        "preference": later("the change of a setting"),
    }
)


class Change:
    """A change under way: rows are written through it, so that it can be taken back.

    Attributes
    ----------
    cases
        The numbers of the cases that it is about.
    """

    def __init__(self, connection: Connection, what: str, *, who: str) -> None:
        self.connection, self.what, self.who, self.at = connection, what, who, now()
        self.cases: list[int] = []
        self._rows: list[tuple[str, int, str | None, str | None]] = []

    @property
    def view(self) -> str:
        """What the audit calls it."""
        return self.what.partition(",")[0]

    def insert(self, table: Table, **values: Any) -> int:
        """Write a new row and return its number: none that undo still knows as another's."""
        known = select(func.max(change_rows.c.row_number)).where(change_rows.c.table_name == table.name)
        number = max(next_number(self.connection, table.name), (self.connection.execute(known).scalar() or 0) + 1)
        self.connection.execute(insert(table), {"id": number} | values)
        self._note(table, number, before=None)
        return number

    def update(self, table: Table, number: int, **values: Any) -> None:
        """Change a row."""
        before = find_row(self.connection, table, number)
        self.connection.execute(update(table).where(table.c.id == number).values(values))
        self._note(table, number, before=before)

    def delete(self, table: Table, number: int) -> None:
        """Take a row out."""
        before = find_row(self.connection, table, number)
        self.connection.execute(delete(table).where(table.c.id == number))
        self._note(table, number, before=before)

    def _note(self, table: Table, number: int, *, before: str | None) -> None:
        after = find_row(self.connection, table, number)
        if after != before:
            self._rows.append((table.name, number, before, after))

    def remember(self) -> bool:
        """Keep it for undo; return whether anything was changed."""
        if not self._rows:
            return False
        number = next_number(self.connection, "changes")
        about = {"what": self.what, "at": self.at, "who": self.who}
        case = self.cases[0] if self.cases else None
        self.connection.execute(insert(changes).values(id=number, case_number=case, **about))
        first = next_number(self.connection, "change_rows")
        columns = ("id", "change_number", "table_name", "row_number", "before", "after")
        rows = [(first + at, number, *row) for at, row in enumerate(self._rows)]
        insert_rows(self.connection, "change_rows", columns, rows)
        _let_go(self.connection, self.who)
        return True


def find_row(connection: Connection, table: Table, number: int) -> str | None:
    """Return a row as text, None where there is none of that number."""
    row = connection.execute(select(table).where(table.c.id == number)).mappings().first()
    return None if row is None else json.dumps(dict(row), sort_keys=True, ensure_ascii=False)


def _let_go(connection: Connection, who: str) -> None:
    """Forget what is too old, or one too many."""
    mine = select(changes.c.id).where(changes.c.who == who).order_by(changes.c.id.desc()).offset(MOST_CHANGES)
    forget(connection, [*connection.execute(mine).scalars(), *find_outlasted(connection)])


def find_outlasted(connection: Connection) -> list[int]:
    """Return the changes, of whomever, that are too old to be taken back."""
    return list(connection.execute(select(changes.c.id).where(changes.c.at < ago(LASTS))).scalars())


def forget(connection: Connection, numbers: list[int]) -> None:
    """Take changes out of what can be undone."""
    if numbers:
        connection.execute(delete(change_rows).where(change_rows.c.change_number.in_(numbers)))
        connection.execute(delete(changes).where(changes.c.id.in_(numbers)))


def forget_cases(connection: Connection, numbers: list[int]) -> None:
    """Take all changes of some cases out of what can be undone."""
    of_cases = select(changes.c.id).where(changes.c.case_number.in_(numbers))
    forget(connection, list(connection.execute(of_cases).scalars()))


def find_last(connection: Connection, who: str) -> tuple[int, int | None, str] | None:
    """Return a user's last change: its number, the number of its case, and what it is called."""
    query = select(changes.c.id, changes.c.case_number, changes.c.what, cases.c.code)
    query = query.outerjoin(cases, cases.c.id == changes.c.case_number)
    query = query.where(changes.c.who == who, changes.c.at >= ago(LASTS)).order_by(changes.c.id.desc())
    row = connection.execute(query).first()
    if row is None:
        return None
    said = CHANGES.get(row.what, row.what)
    return row.id, row.case_number, say(said, case=row.code) if "{case}" in said else say(said)


def take_back(connection: Connection, number: int) -> bool:
    """Put the rows of a change back as they were; return False, with nothing done, where they changed since."""
    rows = select(change_rows).where(change_rows.c.change_number == number).order_by(change_rows.c.id.desc())
    try:
        with connection.begin_nested():
            for row in connection.execute(rows).all():
                _put_back(connection, tables.tables[row.table_name], row.row_number, row.before, was=row.after)
    except (_ChangedSinceError, IntegrityError):  # the second: something new points to it, or stands in its place
        return False
    finally:
        forget(connection, [number])
    return True


class _ChangedSinceError(Exception):
    pass


def _put_back(connection: Connection, table: Table, number: int, before: str | None, *, was: str | None) -> None:
    """Make a row what it was before, None where it was not there; refuse where it is not what it was after."""
    there = find_row(connection, table, number)
    if there != was:
        raise _ChangedSinceError
    this = table.c.id == number
    if before is None:
        connection.execute(delete(table).where(this))
    elif there is None:
        connection.execute(insert(table).values(json.loads(before)))
    else:
        connection.execute(update(table).where(this).values(json.loads(before)))
