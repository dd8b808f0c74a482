"""Where a workspace is: a file of one's own or a clinic's PostgreSQL, and how it is called without its password."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from supervision_kit.environment import WORKSPACE
from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say

FILE_NAME = "workspace.sqlite"
SQLITE_MARK = b"SQLite format 3\0"
_STRANGE_URL = (
    "The workspace's URL cannot be understood. Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with the signs "
    "@ : / ? # in the password as %40 %3A %2F %3F %23."
)


@dataclass(frozen=True)
class Place:
    """A file or a database; ``words`` names it in messages."""

    url: URL = field(repr=False)
    words: str
    path: Path | None = None

    @property
    def named(self) -> str:
        """What it is called within a sentence of a page."""
        return say("the workspace {name}", name=self._name)

    @property
    def said(self) -> str:
        """What it is called at the beginning of a sentence of a page: a file by its name alone."""
        return say("The workspace {name}", name=self._name)

    @property
    def _name(self) -> str:
        return self.path.name if self.path is not None else self.url.database or "PostgreSQL"

    @property
    def shown(self) -> str:
        """The path, or the URL without its password and options: fit for a line of code that people see."""
        if self.path is not None:
            return str(self.path)
        return self.url.set(drivername="postgresql", query={}).render_as_string()


def find_place(where: str | os.PathLike[str] | None) -> Place:
    """Return the place that a path or URL means; without one, the environment's or this user's own.

    Raises
    ------
    WorkspaceError
        A URL that cannot be understood, or of a database that a workspace cannot be kept in.
    """
    where = where or os.environ.get(WORKSPACE) or _own_file()
    text = os.fspath(where)
    if "://" not in text:
        return _file(Path(text))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise WorkspaceError(_STRANGE_URL) from None
    if "@" in f"{url.host}{url.database}":  # a piece of a password that has one of these signs
        raise WorkspaceError(_STRANGE_URL)
    kind = url.drivername.partition("+")[0]
    if kind == "sqlite" and url.database:
        return _file(Path(url.database))
    if kind in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
        host = url.host or str(url.query.get("host") or "this machine")
        name = url.database or say("(no database named)")
        return Place(url, say("The PostgreSQL workspace {name} on {host}", name=name, host=host))
    raise WorkspaceError(
        say(
            "A workspace cannot be kept in {kind}. Give the path of a file, or a URL beginning with postgresql://.",
            kind=kind,
        )
    )


def _file(path: Path) -> Place:
    path = path.expanduser().absolute()
    return Place(URL.create("sqlite+pysqlite", database=str(path)), say("The workspace {name}", name=path.name), path)


def _own_file() -> Path:
    from platformdirs import user_data_path

    return user_data_path("supervision_kit", appauthor=False) / FILE_NAME


def prepare_file(path: Path, words: str) -> None:
    """Make the file, for its owner only, with the folder it needs; look at one that is there before anything opens it.

    Raises
    ------
    WorkspaceError
        The folder cannot be made or written, or what is there is no workspace.
    """
    try:
        _make_folder(path.parent)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            _look_at(path, words)
    except OSError as error:
        reason = error.strerror or say("refused")
        raise WorkspaceError(
            say("{words} cannot be opened or made in its folder: {reason}.", words=words, reason=reason)
        ) from None


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _look_at(path: Path, words: str) -> None:
    if path.is_symlink() and not path.exists():
        raise WorkspaceError(say("{words} is a link to a file that is not there.", words=words))
    if not path.is_file():
        raise WorkspaceError(say("{words} is a folder or a device, where a file is needed.", words=words))
    with path.open("rb") as file:
        start = file.read(len(SQLITE_MARK))
    if start not in {b"", SQLITE_MARK}:
        raise WorkspaceError(
            say("{words} is no workspace, and was left as it is. Give another path for a new one.", words=words)
        )
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise WorkspaceError(
            say(
                "{words} may only be read here (the file or its folder), and a workspace writes down every look "
                "into it. Ask for the right to write.",
                words=words,
            )
        )
    if path.stat().st_mode & 0o077 and hasattr(os, "geteuid") and path.stat().st_uid == os.geteuid():
        path.chmod(0o600)  # a copy put back from a backup is often open to others
