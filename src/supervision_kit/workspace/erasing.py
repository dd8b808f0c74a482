"""Erasing a case: what was kept of it goes; that it was erased, when and by whom, stays.

The case's row stays as a tombstone: its running number, the moment, who, and a keyed hash of the code, by which a file
that brings the case again is noticed. The code itself goes, since it is data about a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from supervision_kit.workspace.comparing import hash_code
from supervision_kit.workspace.database import Database
from supervision_kit.workspace.failures import in_plain_words
from supervision_kit.workspace.moments import as_moments
from supervision_kit.workspace.schema import (
    agenda,
    answers,
    cases,
    conflicts,
    dated_days,
    decisions,
    forms,
    history,
    notes,
)
from supervision_kit.workspace.versions import list_backups

_NOT_WIPED = (
    "Another program was using the workspace, so that the freed room could not be overwritten yet. Close it and run: "
    "supervision-kit erase --wipe."
)
_IN_POSTGRES = (
    "The database server's own logs and backups still hold it until they are overwritten: ask whoever runs it."
)


@dataclass(frozen=True)
class Erasure:
    """What an erasure did.

    Attributes
    ----------
    case_number
        The number under which the audit names the case from now on.
    n_forms, n_said
        Forms; and notes, agenda items and decisions that went.
    n_mentions
        Texts of other cases in which the code stands: they are left as they are.
    is_wiped
        Whether the freed room was overwritten; another program that was reading may have kept it from being so.
    backups
        File names of older copies beside the workspace, in which the case still is.
    in_postgres
        Whether a server keeps logs and backups of its own.
    """

    case_number: int
    n_forms: int
    n_said: int
    n_mentions: int
    is_wiped: bool
    backups: tuple[str, ...]
    in_postgres: bool

    def sentences(self) -> tuple[str, ...]:
        """Say what went and what is left to do; no code, no values."""
        went = (
            f"{self.n_forms:,} form(s) with their history, and {self.n_said:,} note(s), agenda item(s) and decision(s)"
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
        return (*said, "Exports and files imported from are not the workspace's, and were not touched.")


def erase(connection: Connection, number: int, code: str, *, reason: str, who: str, at: str) -> tuple[int, int, int]:
    """Take a case out; return how many forms and texts went, and how many texts on others mention it."""
    of_case = select(forms.c.id).where(forms.c.case_number == number)
    for table in (answers, history, conflicts):
        connection.execute(delete(table).where(table.c.form_number.in_(of_case)))
    connection.execute(delete(dated_days).where(dated_days.c.case_number == number))
    n_forms = connection.execute(delete(forms).where(forms.c.case_number == number)).rowcount
    said = (notes, decisions, agenda)  # decisions before the agenda they point to
    n_said = sum(connection.execute(delete(table).where(table.c.case_number == number)).rowcount for table in said)
    word = re.compile(rf"(?<!\w){re.escape(code)}(?!\w)", re.IGNORECASE)
    texts = [text for table in said for text in connection.execute(select(table.c.text)).scalars()]
    texts += [text for table in (history, conflicts) for text in connection.execute(select(table.c.reason)).scalars()]
    tombstone = {"code": None, "erased_code": hash_code(connection, code), "erased_at": at, "erased_by": who}
    connection.execute(update(cases).where(cases.c.id == number).values(erased_reason=reason, **tombstone))
    return n_forms, n_said, sum(bool(word.search(text)) for text in texts)


def wipe(database: Database) -> bool:
    """Overwrite the room that was freed; return whether nothing kept it from being so."""
    with in_plain_words(database.engine, database.place.words), database.engine.connect() as plain:
        driver = plain.connection.driver_connection
        assert driver is not None  # noqa: S101 - an open connection has one
        if not database.is_sqlite:
            driver.autocommit = True
            for table in (cases, forms, dated_days, answers, history, conflicts, notes, decisions, agenda):
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
