"""Erasing a case: what was kept of it goes; that it was erased, when and by whom, stays.

The case's row stays as a tombstone: its running number, the moment, who, and a keyed hash of the code, by which a file
that brings the case again is noticed. The code itself goes, since it is data about a person.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.engine import Connection

from supervision_kit.workspace.comparing import hash_code
from supervision_kit.workspace.database import Database
from supervision_kit.workspace.failures import in_plain_words
from supervision_kit.workspace.moments import as_moments
from supervision_kit.workspace.schema import FREE_TEXT, case_set_members, cases, change_rows, preferences, tables
from supervision_kit.workspace.undoing import forget
from supervision_kit.workspace.versions import list_backups

_NOT_WIPED = (
    "Another program was using the workspace, so that the freed room could not be overwritten yet. Close it and run: "
    "supervision-kit erase --wipe."
)
_IN_POSTGRES = (
    "The database server's own logs and backups still hold it until they are overwritten: ask whoever runs it."
)


_SAID = ("notes", "agenda", "decisions", "annotations", "judgements")


@dataclass(frozen=True)
class Erasure:
    """What an erasure did.

    Attributes
    ----------
    case_number
        The number under which the audit names the case from now on.
    n_forms, n_said
        Forms; and notes, agenda items, decisions, annotations and judgements that went.
    n_mentions
        Texts of other cases in which the code stands: they are left as they are.
    is_wiped
        Whether the freed room was overwritten; another program that was reading may have kept it from being so.
    backups
        File names of older copies beside the workspace, in which the case still is.
    in_postgres
        Whether a server keeps logs and backups of its own.
    publications
        The publications that the case is in; nobody can tell any more which of their cases it is.
    """

    case_number: int
    n_forms: int
    n_said: int
    n_mentions: int
    is_wiped: bool
    backups: tuple[str, ...]
    in_postgres: bool
    publications: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """Say what went and what is left to do; no code, no values."""
        went = (
            f"{self.n_forms:,} form(s) with their history, and {self.n_said:,} note(s), agenda item(s), decision(s), "
            "annotation(s) and judgement(s)"
        )
        said = [f"The case was erased: {went}. The audit names it (erased {self.case_number}) from now on."]
        if self.n_mentions:
            said.append(f"{self.n_mentions:,} text(s) on other cases mention its code. They were left: look at them.")
        if not self.is_wiped:
            said.append(_NOT_WIPED)
        if self.backups:
            said.append(f"The case is still in these older copies; delete them: {', '.join(self.backups)}.")
        if self.in_postgres:
            said.append(_IN_POSTGRES)
        if self.publications:
            said.append(
                f"The case is in {len(self.publications):,} publication(s), under a code that nobody can tell any "
                f"more: {', '.join(self.publications)}. Withdraw them, and publish anew without it."
            )
        return (*said, "Exports and files imported from are not the workspace's, and were not touched.")


def erase(connection: Connection, number: int, code: str, *, reason: str, who: str, at: str) -> tuple[int, int, int]:
    """Take a case out; return how many forms and texts went, and how many texts on others mention it."""
    went = {
        table.name: connection.execute(delete(table).where(of_case(table, number))).rowcount
        for table in reversed(TABLES_OF_CASES)  # what points to others first
    }
    _forget_in_preferences(connection, code)
    word = re.compile(rf"(?<!\w){re.escape(code)}(?!\w)", re.IGNORECASE)
    written = [column for table in tables.sorted_tables for column in table.c if column.info.get(FREE_TEXT)]
    texts = [text for column in written for text in connection.execute(select(column)).scalars()]
    tombstone = {"code": None, "erased_code": hash_code(connection, code), "erased_at": at, "erased_by": who}
    why = word.sub(f"(erased {number})", reason)
    connection.execute(update(cases).where(cases.c.id == number).values(erased_reason=why, **tombstone))
    return went["forms"], sum(went[name] for name in _SAID), sum(bool(word.search(text)) for text in texts)


def _forget_in_preferences(connection: Connection, code: str) -> None:
    """Take out what settings hold for this one case, entries under its code and the code in lists; and their undo."""
    earlier = select(change_rows.c.change_number).where(change_rows.c.table_name == preferences.name)
    forget(connection, list(connection.execute(earlier).scalars()))
    for number, written in connection.execute(select(preferences.c.id, preferences.c.value)).all():
        kept = json.dumps(_without(json.loads(written), code), ensure_ascii=False)
        if kept != written:
            connection.execute(update(preferences).where(preferences.c.id == number).values(value=kept))


def _without(value: Any, code: str) -> Any:
    if isinstance(value, dict):
        return {name: _without(each, code) for name, each in value.items() if name != code}
    if isinstance(value, list):
        return [_without(each, code) for each in value if each != code]
    return None if value == code else value


def of_case(table: Table, number: int) -> ColumnElement[bool]:
    """Return the condition for the rows of a table that are about a case, itself or by way of what they point to."""
    if "case_number" in table.c:
        return table.c.case_number == number
    key = next(key for key in table.foreign_keys if key.column.table in TABLES_OF_CASES)
    column, to = key.parent, key.column.table
    return column.in_(select(to.c.id).where(of_case(to, number)))


def _tables_of_cases() -> list[Table]:
    """Return the tables that are about cases, each after those that it points to; not the audit, which stays."""
    found: list[Table] = []
    for table in tables.sorted_tables:
        points_to = {key.column.table for key in table.foreign_keys}
        if table is not case_set_members and points_to & {cases, *found}:
            found.append(table)
    return found


TABLES_OF_CASES = _tables_of_cases()


def wipe(database: Database) -> bool:
    """Overwrite the room that was freed; return whether nothing kept it from being so."""
    with in_plain_words(database.engine, database.place.words), database.engine.connect() as plain:
        driver = plain.connection.driver_connection
        assert driver is not None  # noqa: S101 - an open connection has one
        if not database.is_sqlite:
            driver.autocommit = True
            for table in (cases, *TABLES_OF_CASES):
                driver.execute(f"VACUUM FULL {table.name}")
            driver.autocommit = False
            return True
        driver.execute("VACUUM")
        return not driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


def copies_beside(database: Database) -> tuple[str, ...]:
    """Return the names of the backups beside a workspace's file."""
    path = database.place.path
    return () if path is None else tuple(copy.name for copy in list_backups(path))


def read_tombstones(connection: Connection) -> pd.DataFrame:
    """Return the cases that were erased: case_number, erased_at, erased_by, reason."""
    query = select(cases).where(cases.c.erased_at.is_not(None)).order_by(cases.c.id)
    rows = connection.execute(query).all()
    return pd.DataFrame(
        {
            "case_number": pd.Series([row.id for row in rows], dtype="int64"),
            "erased_at": as_moments(row.erased_at for row in rows),
            "erased_by": pd.Series([row.erased_by for row in rows], dtype="str"),
            "reason": pd.Series([row.erased_reason for row in rows], dtype="str"),
        }
    )
