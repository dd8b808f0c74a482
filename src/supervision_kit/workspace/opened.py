"""What every part of a workspace builds on: the open database, who uses it, and the audit."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Table
from sqlalchemy.engine import Connection

from supervision_kit.errors import SettingError, UnknownNameError
from supervision_kit.workspace.auditing import LONGEST, check_label, write_entry
from supervision_kit.workspace.comparing import number_cases
from supervision_kit.workspace.database import Database
from supervision_kit.workspace.looks import Look, looks_ahead
from supervision_kit.workspace.rows import read_rows
from supervision_kit.workspace.undoing import Change

ONE_LOOK = 3_600  # seconds in which a view of the same cases is one look; the kit's own choice

Reader = Callable[[Connection, dict[int, str], Sequence[int] | None], pd.DataFrame]


class Opened:
    """An open workspace: the parts of :class:`supervision_kit.Workspace` share it."""

    user: str
    _database: Database
    _looked: set[int] | None = None  # the cases read within `viewing`
    _views: dict[str, dict[int, float]]  # view → case → when it was last entered in the audit

    @contextmanager
    def viewing(self, view: str) -> Iterator[None]:
        """Make one entry in the audit of all that is read within it, under the name of the view.

        A page that shows the same cases again within the hour, or some of them, makes no second one.
        """
        check_label(view, "view")
        outer, self._looked = self._looked, set()
        try:
            yield
        finally:
            looked, self._looked = self._looked or set(), outer
            entered = self._views.setdefault(view, {})
            if any(monotonic() - entered.get(case, -np.inf) > ONE_LOOK for case in looked):
                self._audit("read", view, looked)
                entered |= dict.fromkeys(looked, monotonic())

    def _audit(self, action: str, view: str, about: Iterable[int]) -> None:
        if action == "read" and self._looked is not None:
            self._looked.update(about)
            return
        ahead = looks_ahead()
        if action == "read" and ahead is not None:
            ahead.append(Look(self, view, frozenset(about)))
            return
        with self._database.writing(audit_only=True) as connection:
            write_entry(connection, self.user, action, view, about)

    def enter_looks(self, looks: Iterable[Look]) -> None:
        """Enter in the audit now what was read before anybody saw it, see :mod:`supervision_kit.workspace.looks`."""
        with self._database.writing(audit_only=True) as connection:
            for look in looks:
                write_entry(connection, self.user, "read", look.view, look.about)
                self._views.setdefault(look.view, {}).update(dict.fromkeys(look.about, monotonic()))

    @contextmanager
    def _writing(self, view: str, *, action: str = "write") -> Iterator[tuple[Connection, list[int]]]:
        """Give a connection to write on and a list to put the cases in that it is about."""
        about: list[int] = []
        with self._database.writing() as connection:
            yield connection, about
            write_entry(connection, self.user, action, view, about)

    @contextmanager
    def _changing(self, what: str) -> Iterator[Change]:
        """Give a change that can be undone: of `what`, one of the keys of :data:`undoing.CHANGES`."""
        with self._database.writing() as connection:
            change = Change(connection, what, who=self.user)
            yield change
            if change.remember():
                write_entry(connection, self.user, "write", change.view, change.cases)

    def _read_table(self, read: Reader, case_ids: Iterable[str] | str | None, view: str) -> pd.DataFrame:
        """Return a table of all cases, or of some; the audit names all that were asked for."""
        check_label(view, "view")
        with self._database.reading() as connection:
            codes = codes_of(connection)
            only = None if case_ids is None else numbers_of(connection, as_codes(case_ids))
            table = read(connection, codes, only)
        self._audit("read", view, codes if only is None else only)
        return table

    def _read_said(self, view: str, table: Table, case_id: str | None, *where: ColumnElement[bool]) -> pd.DataFrame:
        """Return what is said, of one case or of all; the audit names the cases of which something is."""
        with self._database.reading() as connection:
            codes = codes_of(connection)
            only = None if case_id is None else numbers_of(connection, [case_id])
            said = read_rows(connection, table, *where, codes=codes, only=only)
        numbers = {code: number for number, code in codes.items()}
        self._audit("read", view, only or [numbers[code] for code in said["case_id"].unique()])
        return said


def system_user() -> str:
    """Return the operating system's user, in signs that the audit takes."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        name = "unknown"
    return re.sub(r"[^\w.@-]", "_", name)[:LONGEST] or "unknown"


def codes_of(connection: Connection) -> dict[int, str]:
    """Return the code of every case by its number."""
    return {number: code for code, number in number_cases(connection).items()}


def numbers_of(connection: Connection, case_ids: Sequence[str]) -> list[int]:
    """Return the numbers of these cases."""
    numbers = number_cases(connection)
    for code in case_ids:
        if code not in numbers:
            raise UnknownNameError("case", code, numbers, from_data=True)
    return [numbers[code] for code in case_ids]


def as_codes(case_ids: Iterable[str] | str) -> list[str]:
    """Return codes as a list, one code as well."""
    return [case_ids] if isinstance(case_ids, str) else list(dict.fromkeys(case_ids))


def check_choice(name: str, choice: object, known: Iterable[str]) -> None:
    """Refuse what is none of the choices."""
    if choice not in (known := list(known)):
        raise SettingError(f"{name} is one of {', '.join(known)}.")
