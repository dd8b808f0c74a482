"""What a database answers when it will not, in plain words.

The database's own text is never passed on: it can hold a password, a row's values, or the name of a user.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say

_BUSY = (
    "is being written by another program, and did not come free in time. Nothing was changed; try again in a moment."
)
_FULL = "has no room left: its disk is full. Nothing was changed; make room and try again."
_DAMAGED = "is damaged, or is no workspace. Put back a backup; the file itself was left as it is."
_READ_ONLY = "may only be read here, and a workspace writes down every look into it. Ask for the right to write."

_SQLITE = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _FULL,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_CANTOPEN": "cannot be opened: it is gone, or the rights on the file or its folder do not allow it.",
    "SQLITE_IOERR": "cannot be read or written: the disk or the network drive it is on failed. Nothing was changed.",
}
# by SQLSTATE, or its first two places
_POSTGRES = {
    "55P03": _BUSY,
    "40": _BUSY,
    "53100": _FULL,
    "53300": "takes no more connections at the moment. Try again, or ask whoever runs it.",
    "53": "has run out of memory or disk. Nothing was changed; ask whoever runs it.",
    "42501": "does not allow this user what a workspace needs: to read, write and make tables. Ask whoever runs it.",
    "25006": _READ_ONLY,
    "28": "refused the user or the password.",
    "3D000": "is not there: the server has no database of that name.",
    "22": "cannot keep a text that holds a NUL character or is no proper text. Nothing was changed.",
    "08": "broke the connection. What was under way was undone; try again.",
    "57": "broke the connection. What was under way was undone; try again.",
}
# where a connection was refused there is no SQLSTATE, only words
_POSTGRES_WORDS = {
    "password": _POSTGRES["28"],
    "authentication": _POSTGRES["28"],
    "no pg_hba.conf entry": _POSTGRES["28"],
    "role": _POSTGRES["28"],
    "database": _POSTGRES["3D000"],
    "NUL": _POSTGRES["22"],
}


@contextmanager
def in_plain_words(engine: Engine, place: str) -> Iterator[None]:
    """Raise what the database refuses as a WorkspaceError that names the workspace and nothing else."""
    driver = engine.dialect.loaded_dbapi.Error
    try:
        yield
    except DBAPIError as error:
        raise WorkspaceError(f"{place} {_reason(error.orig)}") from None
    except driver as error:  # from the driver itself, where rows are copied in bulk
        raise WorkspaceError(f"{place} {_reason(error)}") from None
    except UnicodeEncodeError:  # not its own text: it quotes what it could not write
        raise WorkspaceError(f"{place} {_POSTGRES['22']}") from None


def _reason(error: BaseException | None) -> str:
    name = str(getattr(error, "sqlite_errorname", None) or "")
    for start, reason in _SQLITE.items():
        if name.startswith(start):
            return reason
    state = str(getattr(error, "sqlstate", None) or "")
    for code in (state, state[:2]):
        if code in _POSTGRES:
            return _POSTGRES[code]
    if not (name or state):
        words = str(error)
        for word, reason in _POSTGRES_WORDS.items():
            if word in words.split("FATAL:", 1)[-1]:
                return reason
        return "cannot be reached, or broke the connection. Is the server running, and are host and port right?"
    return f"refused what was asked ({name or state}). Nothing was changed."


@contextmanager
def told_if_damaged() -> Iterator[None]:
    """Raise what is no number, date or JSON where one must be as a WorkspaceError, which does not quote it."""
    try:
        yield
    except (ValueError, TypeError):
        raise WorkspaceError(
            say(
                "The workspace holds something that the kit does not write: it is damaged, or another program "
                "changed it. Put back a backup."
            )
        ) from None
