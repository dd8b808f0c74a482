"""Who is signed in: a random cookie for each sign-in, and what it stands for, kept over a restart of the server."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tornado.web import create_signed_value, decode_signed_value

FACILITATOR, PARTICIPANT = "facilitator", "participant"
ROLES = (FACILITATOR, PARTICIPANT)

LASTS = 12 * 60 * 60
"""Seconds that a sign-in holds: a day's work."""

IDLE = 2 * 60 * 60
"""Seconds without a request and without an open page, after which a sign-in ends."""

KNOWN_DAYS = 30
"""For how long a browser that a facilitator has signed in with is told from others when a password is wrong."""

MOST_KEPT = 5000
"""Sign-ins kept at once; beyond, the participant's that would end first ends."""

_SEEN_EVERY = 60  # seconds: so often it is written down that somebody is there
_TABLES = """
CREATE TABLE IF NOT EXISTS signed_in (
    token BLOB PRIMARY KEY, viewer TEXT NOT NULL, role TEXT NOT NULL, password TEXT NOT NULL, until REAL NOT NULL,
    seen REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS secret (value BLOB NOT NULL);
"""


@dataclass(frozen=True)
class Viewer:
    """Somebody who is signed in: a random id, the same until they sign out, and a role that the server gave."""

    id: str
    role: str


def viewer_of(request: Any) -> Viewer:
    """Return who the gate found to have sent a request that it let through."""
    viewer: Viewer = request.viewer
    return viewer


class WhoIsIt(Protocol):
    """Says who sent a request: the one question that all of the sharing asks."""

    def viewer(self, request: Any) -> Viewer | None:
        """Return who sent it; None for a stranger."""


class SignIns:
    """Sign-ins by cookie.

    Parameters
    ----------
    file
        Where they are kept: hashes of the cookies, ids, roles.
    passwords
        For each role a text that changes with its password: a new password ends all sign-ins by the old one.
    suffix
        Told apart by it are the cookies of servers at the same host, which browsers do not tell apart by port.
    path, is_secure
        Of the cookies.
    """

    def __init__(
        self,
        file: Path,
        *,
        passwords: dict[str, str],
        suffix: str,
        path: str = "/",
        is_secure: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        self._kept = sqlite3.connect(file, isolation_level=None)
        self._kept.executescript(f"PRAGMA journal_mode=WAL; {_TABLES}")
        self._passwords, self._clock = passwords, clock
        prefix = "__Host-" if is_secure and path == "/" else ""
        self.cookie, self.known = (f"{prefix}supervision_kit_{name}_{suffix}" for name in ("sign_in", "known"))
        self.form_cookie = f"{prefix}supervision_kit_form_{suffix}"
        self.options = {"path": path, "httponly": True, "samesite": "Strict", "secure": is_secure}
        self._secret = self._find_secret()

    def viewer(self, request: Any) -> Viewer | None:
        """Return who sent a request; None for a stranger, and after the sign-in has ended."""
        token = self._read(request, self.cookie, LASTS / 86_400)
        if token is None:
            return None
        found = self._kept.execute(
            "SELECT viewer, role, password, seen FROM signed_in WHERE token = ? AND until > ? AND seen > ?",
            (_hash(token), *self._since_when()),
        ).fetchone()
        if found is None or self._passwords.get(found[1]) != found[2]:
            return None
        viewer = Viewer(found[0], found[1])
        if self._clock() - found[3] > _SEEN_EVERY:
            self.see([viewer])
        return viewer

    def see(self, viewers: Iterable[Viewer]) -> None:
        """Write down that these are there: their sign-ins do not end by idleness."""
        rows = [(self._clock(), viewer.id, *self._since_when()) for viewer in viewers]
        self._kept.executemany("UPDATE signed_in SET seen = ? WHERE viewer = ? AND until > ? AND seen > ?", rows)

    def count(self, role: str) -> int:
        """Return how many are signed in with a role."""
        rows = self._kept.execute(
            "SELECT count(*) FROM signed_in WHERE role = ? AND password = ? AND until > ? AND seen > ?",
            (role, self._passwords[role], *self._since_when()),
        )
        return int(rows.fetchone()[0])

    def end_all(self, role: str) -> None:
        """Sign everybody out who has a role."""
        self._kept.execute("DELETE FROM signed_in WHERE role = ?", (role,))

    def _since_when(self) -> tuple[float, float]:
        """Return until when a sign-in must last, and since when it must have been seen, to hold now."""
        now = self._clock()
        return now, now - IDLE

    def begin(self, handler: Any, role: str) -> Viewer:
        """Sign the sender of a request in, under a new id: whatever was in the cookie before ends."""
        self.end(handler)
        token, viewer = secrets.token_hex(32).encode(), Viewer(secrets.token_hex(8), role)
        self._make_room()
        self._kept.execute(
            "INSERT INTO signed_in VALUES (?, ?, ?, ?, ?, ?)",
            (_hash(token), viewer.id, role, self._passwords[role], self._clock() + LASTS, self._clock()),
        )
        self._write(handler, self.cookie, token, LASTS)
        if role == FACILITATOR:
            self._write(handler, self.known, secrets.token_hex(16).encode(), KNOWN_DAYS * 86_400)
        return viewer

    def end(self, handler: Any) -> Viewer | None:
        """Sign the sender of a request out, and return who it was."""
        was = self.viewer(handler.request)
        token = self._read(handler.request, self.cookie, LASTS / 86_400)
        if token is not None:
            self._kept.execute("DELETE FROM signed_in WHERE token = ?", (_hash(token),))
        handler.clear_cookie(self.cookie, **self.options)
        return was

    def holds(self, viewer: Viewer) -> bool:
        """Tell whether somebody is signed in still."""
        found = self._kept.execute(
            "SELECT 1 FROM signed_in WHERE viewer = ? AND role = ? AND until > ? AND seen > ?",
            (viewer.id, viewer.role, *self._since_when()),
        ).fetchone()
        return found is not None

    def known_browser(self, request: Any) -> str | None:
        """Return the mark of a browser that a facilitator signed in with within the last month; None for others."""
        mark = self._read(request, self.known, KNOWN_DAYS)
        return None if mark is None else _hash(mark).hex()

    def close(self) -> None:
        """Close the file."""
        self._kept.close()

    def _find_secret(self) -> bytes:
        found = self._kept.execute("SELECT value FROM secret").fetchone()
        if found is None:
            found = (secrets.token_bytes(32),)
            self._kept.execute("INSERT INTO secret VALUES (?)", found)
        return bytes(found[0])

    def _make_room(self) -> None:
        """Forget what has ended and, beyond what is kept, participants: facilitators are first by the alphabet, too."""
        self._kept.execute("DELETE FROM signed_in WHERE until <= ? OR seen <= ?", self._since_when())
        beyond = "SELECT token FROM signed_in ORDER BY role, until DESC LIMIT -1 OFFSET ?"
        self._kept.execute(f"DELETE FROM signed_in WHERE token IN ({beyond})", (MOST_KEPT - 1,))  # noqa: S608 - both ours

    def _read(self, request: Any, name: str, days: float) -> bytes | None:
        sent = request.cookies.get(name)
        if sent is None:
            return None
        value = decode_signed_value(self._secret, name, sent.value, max_age_days=days, clock=self._clock)
        return bytes(value) if value else None

    def _write(self, handler: Any, name: str, value: bytes, seconds: int) -> None:
        signed = create_signed_value(self._secret, name, value, clock=self._clock)
        handler.set_cookie(name, signed, max_age=seconds, **self.options)


def _hash(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
