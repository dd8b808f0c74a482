"""One way of reading and one of writing, on SQLite and PostgreSQL alike.

Writers come one after the other: SQLite by ``BEGIN IMMEDIATE``, PostgreSQL by a lock of the kit's own. So a writer can
compare before it writes, and can give out the numbers of its rows. Readers see one moment of the whole workspace.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.failures import in_plain_words
from supervision_kit.workspace.places import Place
from supervision_kit.workspace.schema import tables

_WRITING, _AUDITING = 7_301_001, 7_301_002  # PostgreSQL's advisory locks go by number
_AT_ONCE = 10_000  # numbers in one IN (…)


class Database:
    """An engine with the kit's two ways in."""

    def __init__(self, place: Place, *, wait: float) -> None:
        self.place = place
        self.wait = wait
        self.engine = _sqlite(place, wait) if place.path else _postgres(place)

    @property
    def is_sqlite(self) -> bool:
        """Whether the workspace is a file."""
        return self.place.path is not None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the workspace throughout."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with in_plain_words(self.engine, self.place.words), self.engine.connect() as plain:
            connection = plain.execution_options(**level)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self, *, audit_only: bool = False) -> Iterator[Connection]:
        """Give a connection that alone may write; all of it is kept, or nothing where anything is raised."""
        with in_plain_words(self.engine, self.place.words), self.engine.connect() as plain:
            connection = plain.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                if not self.is_sqlite:
                    connection.execute(text(f"SET LOCAL lock_timeout = '{int(self.wait * 1000)}ms'"))
                    take_lock(connection, _AUDITING if audit_only else _WRITING)
                yield connection


def take_lock(connection: Connection, number: int = _AUDITING) -> None:
    """Wait for one of the kit's locks on PostgreSQL; SQLite has one for all, taken already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _sqlite(place: Place, wait: float) -> Engine:
    assert place.path is not None  # noqa: S101 - a workspace in a file has one
    there = f"{place.path.as_uri()}?mode=rw"  # a file that is gone is not made anew, empty and open to others

    def _open() -> sqlite3.Connection:
        return sqlite3.connect(there, uri=True, timeout=wait, check_same_thread=False)

    engine = create_engine(place.url, poolclass=NullPool, hide_parameters=True, creator=_open)

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the kit begins transactions itself
        for setting in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _postgres(place: Place) -> Engine:
    try:
        return create_engine(
            place.url, pool_pre_ping=True, hide_parameters=True, connect_args={"connect_timeout": 10}, pool_size=2
        )
    except ModuleNotFoundError:
        raise WorkspaceError(
            say(
                "A workspace in PostgreSQL needs the driver psycopg, which is not installed. Install the kit "
                "with its extra: pip install 'supervision-kit[postgres]'."
            )
        ) from None


def next_number(connection: Connection, table: str) -> int:
    """Return the number that a new row of `table` gets."""
    highest = connection.execute(select(func.max(tables.tables[table].c.id))).scalar()
    return int(highest or 0) + 1


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write many rows at once: rows of plain values, in the order of `columns`."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - an open connection has one
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(map(tuple, rows)))  # noqa: S608


def select_rows(connection: Connection, query: str, numbers: Sequence[int] | None = None) -> list[tuple[Any, ...]]:
    """Return the rows of `query`; of those `numbers` only, where given, that stand for its ``{numbers}``."""
    wanted = ["IS NOT NULL"]
    if numbers is not None:
        parts = (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
        wanted = [f"IN ({', '.join(str(int(number)) for number in part)})" for part in parts]
    rows: list[tuple[Any, ...]] = []
    cursor = connection.connection.cursor()  # the driver's own: plain tuples, three times as fast
    for each in wanted:
        cursor.execute(query.format(numbers=each))
        rows += cursor.fetchall()
    cursor.close()
    return rows
