""":class:`Workspace`: what the pages and the command line use of all this."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from supervision_kit.errors import SettingError, UnknownNameError, WorkspaceError
from supervision_kit.records import Ratings
from supervision_kit.workspace import supervision
from supervision_kit.workspace.auditing import LONGEST, check_label, read_audit, write_entry
from supervision_kit.workspace.comparing import Comparison, compare, number_cases
from supervision_kit.workspace.database import Database
from supervision_kit.workspace.deciding import decide, reopen
from supervision_kit.workspace.erasing import Erasure, copies_beside, erase, read_tombstones, wipe
from supervision_kit.workspace.exporting import export, remove
from supervision_kit.workspace.forms import bring
from supervision_kit.workspace.importing import write_import
from supervision_kit.workspace.mapping_store import read_mappings, write_mapping
from supervision_kit.workspace.moments import now
from supervision_kit.workspace.places import find_place, prepare_file
from supervision_kit.workspace.plans import ImportPlan, ImportResult, make_plan
from supervision_kit.workspace.reading import read_conflicts, read_history, read_responses, read_scores
from supervision_kit.workspace.restoring import Export, restore
from supervision_kit.workspace.schema import conflicts
from supervision_kit.workspace.versions import bring_up_to_date, prepare_new

if TYPE_CHECKING:
    from supervision_kit.records import ColumnMapping

ON_CHANGE = ("list", "keep", "replace")
ON_ERASED = ("refuse", "leave_out", "take")


class Workspace:
    """The ratings of a caseload over time, with what is noted, decided and planned about it.

    A workspace is a file for one person, or a PostgreSQL database for a clinic. Every look into it and every change is
    written into its audit: when, who, what, and which cases.

    Parameters
    ----------
    path_or_url
        A file, made with its folder where there is none, or ``postgresql://…``. Without one,
        ``SUPERVISION_KIT_WORKSPACE`` or a file in this user's data folder.
    user
        The name for the audit where somebody has signed in; without, the operating system's.
    upgrade
        Whether a PostgreSQL database of an older version may be upgraded now; its backup is up to you. A file is
        backed up and upgraded by itself.
    wait
        How many seconds to wait for another program's writing to end.

    Attributes
    ----------
    backup
        The copy made before an upgrade, where there was one.

    Examples
    --------
    >>> with sk.Workspace("caseload.sqlite") as workspace:  # doctest: +SKIP
    ...     print(*workspace.import_ratings(sk.read_ratings("march.csv")).sentences())
    """

    def __init__(
        self,
        path_or_url: str | os.PathLike[str] | None = None,
        *,
        user: str | None = None,
        upgrade: bool = False,
        wait: float = 30,
    ) -> None:
        self.user = check_label(_system_user() if user is None else user, "user")
        self._place = find_place(path_or_url)
        if self._place.path is not None:
            prepare_file(self._place.path, self._place.words)
        self._database = Database(self._place, wait=wait)
        self.backup: Path | None = bring_up_to_date(self._database, upgrade=upgrade)

    def __repr__(self) -> str:
        return f"<Workspace {self._place.path or self._place.words}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file or the server."""
        self._database.engine.dispose()

    @property
    def path(self) -> Path | None:
        """The workspace's file, or None where it is in PostgreSQL."""
        return self._place.path

    # Ratings

    def compare(self, ratings: Ratings) -> ImportPlan:
        """Say what an import of `ratings` would do; nothing is written but the audit's entry."""
        brought = bring(ratings)
        with self._database.reading() as connection:
            found = compare(connection, brought)
        self._audit("read", "compare", _known(found))
        return make_plan(found)

    def import_ratings(self, ratings: Ratings, on_change: str = "list", *, on_erased: str = "refuse") -> ImportResult:
        """Take in what is new in `ratings`.

        The same ratings a second time change nothing. A blank that is filled counts as new; an empty cell never takes
        away what is kept. It is done whole or not at all.

        Parameters
        ----------
        ratings
            What :func:`supervision_kit.read_ratings` read.
        on_change
            What to do with values that differ from what is kept: ``list`` them as conflicts to decide on, ``keep``
            what is here, or ``replace`` it. What was decided before stays decided.
        on_erased
            What to do with cases that were erased here: ``refuse`` the import, ``leave_out`` these cases, or ``take``
            them in again.

        Raises
        ------
        WorkspaceError
            An erased case comes back, or the workspace cannot be written.
        """
        _check_choice("on_change", on_change, ON_CHANGE)
        _check_choice("on_erased", on_erased, ON_ERASED)
        brought = bring(ratings)
        n_left_out = 0
        with self._database.writing() as connection:
            found = compare(connection, brought, replacing=on_change == "replace")
            if found.erased and on_erased == "refuse":
                raise WorkspaceError(
                    f"{len(found.erased)} of the cases in these files were erased from this workspace. Nothing was "
                    "imported. Leave them out with on_erased='leave_out' (--erased leave-out), or take them in again "
                    "with on_erased='take' (--erased take)."
                )
            if found.erased and on_erased == "leave_out":
                n_all, brought = len(brought.forms), brought.without(found.erased)
                n_left_out = n_all - len(brought.forms)
                found = compare(connection, brought, replacing=on_change == "replace")
            plan = make_plan(found)
            rows = (ratings.rows_read, ratings.rows_set_aside)
            done = write_import(connection, found, rows=rows, on_change=on_change, who=self.user, at=now())
            still_open = select(func.count()).select_from(conflicts).where(conflicts.c.state == "open")
            n_open = int(connection.execute(still_open).scalar_one())
            numbers = number_cases(connection)
            about = [numbers[code] for code in found.forms["case_id"].unique() if code in numbers]
            write_entry(connection, self.user, "write", "import", about)
        return ImportResult.of(plan, **done, n_left_out=n_left_out, n_open=n_open)

    def scores(self, case_ids: Iterable[str] | None = None, *, view: str = "scores") -> pd.DataFrame:
        """Return the scores, see :data:`supervision_kit.tables.SCORES`; items are scored anew by this kit.

        Parameters
        ----------
        case_ids
            Codes of the cases wanted; without, all.
        view
            What they are read for, as it shall stand in the audit.
        """
        return self._read_table(read_scores, case_ids, view)

    def responses(self, case_ids: Iterable[str] | None = None, *, view: str = "responses") -> pd.DataFrame:
        """Return the item responses, see :data:`supervision_kit.tables.RESPONSES`; as :meth:`scores` otherwise."""
        return self._read_table(read_responses, case_ids, view)

    def case_ids(self) -> tuple[str, ...]:
        """Return the codes of the cases, in order; no entry in the audit, which would name every case."""
        with self._database.reading() as connection:
            return tuple(sorted(number_cases(connection)))

    def history(self, case_id: str) -> pd.DataFrame:
        """Return every change to a case's values: what stood there, what stands there, when, by whom and why."""
        with self._database.reading() as connection:
            case = _numbers(connection, [case_id])[0]
            table = read_history(connection, case, case_id)
        self._audit("read", "history", [case])
        return table

    # Conflicts

    def conflicts(self) -> pd.DataFrame:
        """Return the values over which there is to decide: conflict_id, the form, what, stored, brought, found_at."""
        with self._database.reading() as connection:
            codes = _codes(connection)
            table = read_conflicts(connection, codes)
        numbers = {code: number for number, code in codes.items()}
        self._audit("read", "conflicts", [numbers[code] for code in table["case_id"].unique()])
        return table

    def decide(self, conflict_ids: int | Iterable[int], choice: str, reason: str = "") -> None:
        """Decide conflicts: ``keep`` what is stored, or ``replace`` it by what the file brought.

        Raises
        ------
        WorkspaceError
            A number that is none of a conflict's, one that is decided already, or two of one value to replace it by.
        """
        _check_choice("decide", choice, ("keep", "replace"))
        with self._writing("decide") as (connection, about):
            about.extend(decide(connection, _as_list(conflict_ids), choice, reason=reason, who=self.user, at=now()))

    def reopen(self, conflict_ids: int | Iterable[int]) -> None:
        """Open conflicts again that were decided; what was replaced stays so until it is decided anew."""
        with self._writing("reopen") as (connection, about):
            about.extend(reopen(connection, _as_list(conflict_ids)))

    # Mappings

    def mappings(self) -> tuple[ColumnMapping, ...]:
        """Return the saved column mappings, by name: give them to ``read_ratings(mappings=…)``."""
        with self._database.reading() as connection:
            return tuple(read_mappings(connection).values())

    def save_mapping(self, mapping: ColumnMapping, name: str) -> None:
        """Keep a column mapping under a name; another of that name, or for the same headings, is replaced."""
        with self._writing("mapping") as (connection, _about):
            write_mapping(connection, mapping, name, who=self.user)

    # Notes, agenda, decisions

    def add_note(self, case_id: str, text: str, session: int | None = None) -> int:
        """Write a note on a case, or on one of its sessions; return its number."""
        return self._say("note", case_id, text, session)

    def notes(self, case_id: str | None = None) -> pd.DataFrame:
        """Return the notes, oldest first: id, case_id, session, text, at, who."""
        return self._said("note", case_id)

    def add_agenda_item(
        self, case_id: str, text: str, session: int | None = None, *, follow_up: date | str | None = None
    ) -> int:
        """Put something on the agenda of supervision; return its number."""
        day = supervision.check_day(follow_up)
        return self._say("agenda item", case_id, text, session, state="open", follow_up=day)

    def set_agenda_state(self, item: int, state: str) -> None:
        """Set an agenda item ``open``, ``done`` or ``dropped``."""
        with self._writing("agenda item") as (connection, about):
            about.append(supervision.set_state(connection, item, state, self.user))

    def agenda(self, case_id: str | None = None, *, state: str | None = None) -> pd.DataFrame:
        """Return the agenda: id, case_id, session, text, state, follow_up, at, who, changed_at, changed_by."""
        table = self._said("agenda item", case_id)
        return table if state is None else table[table["state"] == state].reset_index(drop=True)

    def add_decision(
        self, case_id: str, text: str, session: int | None = None, *, agenda_item: int | None = None
    ) -> int:
        """Write down what was decided on a case, perhaps about an agenda item of it; return its number."""
        return self._say("decision", case_id, text, session, agenda_item=agenda_item)

    def decisions(self, case_id: str | None = None) -> pd.DataFrame:
        """Return the decisions, oldest first: id, case_id, session, text, agenda_item, at, who."""
        return self._said("decision", case_id)

    # Everything

    def erase_case(self, case_id: str, *, reason: str = "") -> Erasure:
        """Take a case out for good: its ratings, history, notes, agenda items and decisions.

        What stays is a tombstone: its running number, when, who and why, and a keyed hash by which a file that brings
        the case again is noticed. The freed room of a file is overwritten. Older copies are named, not touched.
        """
        with self._writing("case", action="erase") as (connection, about):
            about.extend(_numbers(connection, [case_id]))
            counts = erase(connection, about[0], case_id, reason=reason, who=self.user, at=now())
        try:
            is_wiped = self.wipe()
        except WorkspaceError:  # another program is in it; the case itself is gone, and the result says what is not
            is_wiped = False
        return Erasure(about[0], *counts, is_wiped, copies_beside(self._database), not self._database.is_sqlite)

    def wipe(self) -> bool:
        """Overwrite the room that erased cases left; return whether no other program kept it from being so."""
        return wipe(self._database)

    def erased(self) -> pd.DataFrame:
        """Return the cases that were erased: case_number, erased_at, erased_by, reason."""
        with self._database.reading() as connection:
            return read_tombstones(connection)

    def export(self, path: str | os.PathLike[str], format: str = "csv") -> Path:  # noqa: A002 - what users call it
        """Write everything to a folder or ``NAME.zip`` (csv, parquet) or a workbook (xlsx), for its owner only.

        :meth:`restore` takes it back without loss. It holds what the workspace holds: keep it as safe.
        """
        target = Path(path).expanduser()
        with self._database.reading() as connection:
            numbers = list(_codes(connection))
            export(connection, target, format)
        try:
            self._audit("export", format, numbers)
        except WorkspaceError:
            remove(target)  # no copy leaves without an entry
            raise
        return target

    @classmethod
    def restore(
        cls, path: str | os.PathLike[str], into: str | os.PathLike[str] | None = None, *, user: str | None = None
    ) -> Self:
        """Make a new workspace, in a file or in PostgreSQL, of what :meth:`export` wrote."""
        exported = Export(Path(path).expanduser())
        place = find_place(into)
        if place.path is not None:
            prepare_file(place.path, place.words)
        database = Database(place, wait=30)
        prepare_new(database)
        who = check_label(_system_user() if user is None else user, "user")
        with database.writing() as connection:
            restore(connection, exported)
            write_entry(connection, who, "write", "restore", _codes(connection))
        database.engine.dispose()
        return cls(into, user=user)

    # Audit

    def audit(self, *, case_id: str | None = None, since: str | date | None = None) -> pd.DataFrame:
        """Return the audit, oldest entry first: at, who, action, view, n_cases, cases.

        ``cases`` lists codes; an erased case is ``(erased N)``. Never scores, names or text.
        """
        with self._database.reading() as connection:
            table = read_audit(connection, case_id=case_id, since=since)
        self._audit("read", "audit", [])
        return table

    def _audit(self, action: str, view: str, about: Iterable[int]) -> None:
        with self._database.writing(audit_only=True) as connection:
            write_entry(connection, self.user, action, view, about)

    @contextmanager
    def _writing(self, view: str, *, action: str = "write") -> Iterator[tuple[Connection, list[int]]]:
        """Give a connection to write on and a list to put the cases in that it is about."""
        about: list[int] = []
        with self._database.writing() as connection:
            yield connection, about
            write_entry(connection, self.user, action, view, about)

    def _read_table(self, read: _Reader, case_ids: Iterable[str] | None, view: str) -> pd.DataFrame:
        check_label(view, "view")
        with self._database.reading() as connection:
            codes = _codes(connection)
            only = None
            if case_ids is not None:
                only = _numbers(connection, _as_codes(case_ids))
            table = read(connection, codes, only)
        self._audit("read", view, codes if only is None else only)
        return table

    def _say(self, kind: str, case_id: str, text: str, session: int | None, **about: object) -> int:
        session = supervision.check_session(session)
        with self._writing(kind) as (connection, cases):
            cases.append(_numbers(connection, [case_id])[0])
            item = about.get("agenda_item")
            if item is not None and supervision.find_case(connection, "agenda item", int(str(item))) != cases[0]:
                raise WorkspaceError("That agenda item is about another case.")
            return supervision.write_said(connection, kind, cases[0], text, self.user, session=session, **about)

    def _said(self, kind: str, case_id: str | None) -> pd.DataFrame:
        with self._database.reading() as connection:
            case = None if case_id is None else _numbers(connection, [case_id])[0]
            codes = _codes(connection)
            table = supervision.read_said(connection, kind, codes, case)
        numbers = {code: number for number, code in codes.items()}
        about = [numbers[code] for code in table["case_id"].unique()] if case is None else [case]
        self._audit("read", kind, about)
        return table


_Reader = Callable[[Connection, dict[int, str], Sequence[int] | None], pd.DataFrame]


def _system_user() -> str:
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        name = "unknown"
    return re.sub(r"[^\w.@-]", "_", name)[:LONGEST] or "unknown"


def _codes(connection: Connection) -> dict[int, str]:
    return {number: code for code, number in number_cases(connection).items()}


def _numbers(connection: Connection, case_ids: Sequence[str]) -> list[int]:
    numbers = number_cases(connection)
    for code in case_ids:
        if code not in numbers:
            raise UnknownNameError("case", code, numbers, from_data=True)
    return [numbers[code] for code in case_ids]


def _known(found: Comparison) -> list[int]:
    return [int(number) for number in found.forms["case_number"].unique() if number >= 0]


def _as_codes(case_ids: Iterable[str]) -> list[str]:
    return [case_ids] if isinstance(case_ids, str) else list(dict.fromkeys(case_ids))


def _as_list(numbers: int | Iterable[int]) -> list[int]:
    return [int(numbers)] if isinstance(numbers, int) else [int(number) for number in numbers]


def _check_choice(name: str, choice: str, known: Sequence[str]) -> None:
    if choice not in known:
        raise SettingError(f"{name} is one of {', '.join(known)}.")
