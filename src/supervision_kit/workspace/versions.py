"""The version a workspace is in, and how it comes to the newest."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from glob import escape
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.database import Database
from supervision_kit.workspace.schema import NEWEST, VERSION_TABLE

_OURS = 0x534B_5753  # "SKWS", in the place that SQLite keeps for saying whose a file is


def bring_up_to_date(database: Database, *, upgrade: bool = False, to: str = NEWEST) -> Path | None:
    """Make an empty workspace, or bring an older one to the newest version; return its backup where one was made.

    A file is copied first, beside itself. A PostgreSQL database is only changed with ``upgrade=True``: its backup is
    in the hands of whoever runs it.

    Raises
    ------
    WorkspaceError
        It is no workspace, was made by a newer kit, or must be backed up first.
    """
    words = database.place.words
    with database.reading() as connection:
        found = _find_version(connection, words)
    if found == to:
        return None
    if found is not None and not (found.isdecimal() and int(found) < int(to)):
        raise WorkspaceError(
            say(
                "{words} was made by a newer version of supervision_kit (its version is {found}, this kit knows "
                "{to}). Update supervision_kit on this machine; nothing was changed.",
                words=words,
                found=found,
                to=to,
            )
        )
    backup = None
    if database.place.path is None:
        if found is not None and not upgrade:
            raise WorkspaceError(
                say(
                    "{words} is in version {found} and this kit needs version {to}. Have the database backed up, "
                    "then run: supervision-kit upgrade --workspace URL (or open it once with upgrade=True).",
                    words=words,
                    found=found,
                    to=to,
                )
            )
    elif found is None:
        _set_wal(database)
    else:
        backup = back_up(database.place.path, version=found)
    with database.writing() as connection:
        if _find_version(connection, words) == found:  # else another program was quicker
            migrate(connection, to)
    return backup


def prepare_new(database: Database) -> None:
    """Make ready a place in which nothing is yet; refuse any other."""
    with database.reading() as connection:
        found = _find_version(connection, database.place.words)
    if found is not None:
        raise WorkspaceError(
            say("{words} holds something already. An export is restored into a new one.", words=database.place.words)
        )
    if database.is_sqlite:
        _set_wal(database)


def _find_version(connection: Connection, words: str) -> str | None:
    """Return the version, None where there is nothing yet; refuse what is somebody else's."""
    names = set(inspect(connection).get_table_names())
    if VERSION_TABLE in names:
        if connection.dialect.name == "postgresql" or _mark(connection) == _OURS:
            return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar())  # noqa: S608
    elif not names:
        return None
    if connection.dialect.name == "postgresql":
        raise WorkspaceError(
            say(
                "{words} holds tables that are not a workspace's. Give the workspace a database of its own.",
                words=words,
            )
        )
    raise WorkspaceError(
        say("{words} is no workspace but another program's database, and was left as it is.", words=words)
    )


def _mark(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA application_id").scalar() or 0)


def _set_wal(database: Database) -> None:
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - an open connection has one
        driver.execute("PRAGMA journal_mode = WAL")


def migrate(connection: Connection, to: str) -> None:
    """Run the versions that are missing, in the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    is_new = not inspect(connection).has_table(VERSION_TABLE)
    command.upgrade(settings, to)
    if is_new:
        connection.execute(
            text("INSERT INTO settings (name, value) VALUES ('salt', :salt)"), {"salt": secrets.token_hex(32)}
        )
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {_OURS}")


def back_up(path: Path, *, version: str) -> Path:
    """Copy a workspace's file beside it, for its owner only, whatever else reads or writes it meanwhile."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = path.with_name(f"{path.name}.backup-version-{version}-{moment}-{secrets.token_hex(2)}")
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    except (OSError, sqlite3.Error):
        copy.unlink(missing_ok=True)
        raise WorkspaceError(
            say(
                "The workspace {name} must be upgraded, and its backup could not be written beside it. Nothing "
                "was changed; make room or give the right to write in its folder.",
                name=path.name,
            )
        ) from None
    return copy


def list_backups(path: Path) -> Sequence[Path]:
    """Return the backups that upgrades have left beside a workspace."""
    return sorted(path.parent.glob(f"{escape(path.name)}.backup-*"))
