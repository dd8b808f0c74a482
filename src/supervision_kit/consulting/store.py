"""The file of one consultation: SQLite, for its owner only, each change one transaction.

SQLite by Python's own module: a participant's page needs nothing else of a database, and starts sooner without more.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from supervision_kit.consulting.stage import Stage
from supervision_kit.errors import ConsultationError
from supervision_kit.words import later, say

MARK = 0x534B434F  # SQLite's application_id of such a file
VERSION = 2
PATIENCE = 5.0  # seconds to wait for another page's change
_MARK_OF_SQLITE = b"SQLite format 3\0"
_TABLES = """
CREATE TABLE stage (id INTEGER PRIMARY KEY CHECK (id = 1), publication TEXT NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE rounds (number INTEGER PRIMARY KEY, case_id TEXT NOT NULL, session INTEGER NOT NULL, asked TEXT NOT NULL,
    together TEXT) STRICT;
CREATE TABLE answers (round INTEGER NOT NULL REFERENCES rounds, viewer TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (round, viewer)) STRICT, WITHOUT ROWID;
CREATE TABLE seats (viewer TEXT PRIMARY KEY, seen REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE notes (case_id TEXT PRIMARY KEY, text TEXT NOT NULL, at REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE decisions (id INTEGER PRIMARY KEY AUTOINCREMENT, case_id TEXT NOT NULL,
    session INTEGER NOT NULL, text TEXT NOT NULL, at REAL NOT NULL) STRICT;
"""
_SINCE_VERSION_2 = """
CREATE TABLE drafts (case_id TEXT NOT NULL, decision INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (case_id, decision)) STRICT, WITHOUT ROWID
"""
_STRANGE = later("This file holds no consultation of this version, and was left as it is. Give another path.")
Check = Callable[[int, str | None, str | None, str | None, str | None], int]


class Store:
    """An open file of a consultation.

    Parameters
    ----------
    path
        The file; made where there is none.
    first
        The stage that a new file begins with, as JSON.
    allowed
        What SQLite asks before each statement, see :meth:`sqlite3.Connection.set_authorizer`; so that a page that may
        not write the stage cannot, whatever else goes wrong in it.

    Raises
    ------
    ConsultationError
        The file cannot be made or opened, or is none of these.
    """

    def __init__(self, path: Path, *, first: str, allowed: Check | None = None) -> None:
        self.lock = RLock()  # JupyterLab calls widgets back in another thread than cells
        _prepare_file(path)
        try:
            self._connection = sqlite3.connect(
                path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=64
            )
            self._set_up(first)
            self._connection.set_authorizer(allowed)
        except sqlite3.Error:
            raise ConsultationError(
                say("The file of this consultation cannot be opened. Give the path of another one.")
            ) from None
        self._version = self._data_version()

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self._connection.close()

    def has_changed(self) -> bool:
        """Tell whether anybody else has changed anything since this was last asked; costs some microseconds."""
        version, before = self._data_version(), self._version
        self._version = version
        return version != before

    def read(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.lock, _in_plain_words():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Make a change: all of it or nothing; nobody else writes in between."""
        with self.lock, _in_plain_words():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _data_version(self) -> int:
        return int(self.read("PRAGMA data_version")[0][0])

    def _set_up(self, first: str) -> None:
        run = self._connection.execute
        # written through to the disk at each change; what is deleted is overwritten
        for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            run(f"PRAGMA {setting}")
        run("BEGIN IMMEDIATE")
        (mark,), (version,) = (run(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
        if (mark, version) == (0, 0) and not run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in _TABLES.strip().split(";\n"):
                run(statement)
            run("INSERT INTO stage VALUES (1, '', ?)", (first,))
            run(f"PRAGMA application_id = {MARK}")
            mark, version = MARK, 1
        if (mark, version) == (MARK, 1):
            run(_SINCE_VERSION_2)
            run(f"PRAGMA user_version = {VERSION}")
        elif (mark, version) != (MARK, VERSION):
            run("ROLLBACK")
            raise ConsultationError(say(_STRANGE))
        run("COMMIT")


def stage_in(connection: sqlite3.Connection) -> Stage:
    """Return where the group is, within a change."""
    return Stage.from_record(json.loads(connection.execute("SELECT record FROM stage").fetchone()[0]))


def allow_writing(*tables: str, hidden: tuple[str, ...] = ()) -> Check:
    """Return what lets SQLite write to these tables alone, and read what is not hidden."""
    writes = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
    reads = {
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_TRANSACTION,
    }

    def check(action: int, first: str | None, _second: str | None, _database: str | None, _by: str | None) -> int:
        if action in writes:
            return sqlite3.SQLITE_OK if first in tables else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and first in hidden:
            return sqlite3.SQLITE_DENY
        is_asking = action == sqlite3.SQLITE_PRAGMA and first == "data_version"
        return sqlite3.SQLITE_OK if action in reads or is_asking else sqlite3.SQLITE_DENY

    return check


def _prepare_file(path: Path) -> None:
    """Make the file for its owner only; SQLite gives the files beside it the same rights."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            with path.open("rb") as file:
                if file.read(len(_MARK_OF_SQLITE)) not in {b"", _MARK_OF_SQLITE}:
                    raise ConsultationError(say(_STRANGE)) from None
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
    except OSError as error:
        reason = error.strerror or "?"
        raise ConsultationError(
            say("The file of this consultation cannot be opened or made in its folder: {reason}.", reason=reason)
        ) from None


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise
        raise ConsultationError(say("Another page is writing just now. Please try again.")) from None
