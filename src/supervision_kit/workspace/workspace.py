""":class:`Workspace`: what the pages and the command line use of all this."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Self

import pandas as pd

from supervision_kit.closing import Closing
from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.annotating import Annotating
from supervision_kit.workspace.auditing import check_label, read_audit, write_entry
from supervision_kit.workspace.belongings import Belongings
from supervision_kit.workspace.consents import Consents
from supervision_kit.workspace.database import Database
from supervision_kit.workspace.erasing import Erasure, copies_beside, erase, read_tombstones, wipe
from supervision_kit.workspace.exporting import export, remove
from supervision_kit.workspace.hours import Hours
from supervision_kit.workspace.judging import Judging
from supervision_kit.workspace.moments import now
from supervision_kit.workspace.opened import codes_of, numbers_of, system_user
from supervision_kit.workspace.places import find_place, prepare_file
from supervision_kit.workspace.pseudonyms import Pseudonyms
from supervision_kit.workspace.publication_keys import PublicationKeys, name_publications
from supervision_kit.workspace.rated import Rated
from supervision_kit.workspace.restoring import Export, restore
from supervision_kit.workspace.revision import Revision, read_revision
from supervision_kit.workspace.said import Said
from supervision_kit.workspace.undoing import find_last, find_outlasted, forget, take_back
from supervision_kit.workspace.versions import bring_up_to_date, prepare_new


class Workspace(Closing, Rated, Said, Annotating, Judging, Hours, Consents, Belongings, Pseudonyms, PublicationKeys):
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
        self.user = check_label(system_user() if user is None else user, "user")
        self._views = {}
        self._place = find_place(path_or_url)
        if self._place.path is not None:
            prepare_file(self._place.path, self._place.words)
        self._database = Database(self._place, wait=wait)
        self.backup: Path | None = bring_up_to_date(self._database, upgrade=upgrade)
        self._forget_outlasted()

    def __repr__(self) -> str:
        return f"<Workspace {self._place.path or self._place.words}>"

    def close(self) -> None:
        """Let go of the file or the server."""
        self._database.engine.dispose()

    @property
    def path(self) -> Path | None:
        """The workspace's file, or None where it is in PostgreSQL."""
        return self._place.path

    @property
    def revision(self) -> Revision:
        """What changes whenever something is written, or passes; looking makes no entry in the audit."""
        with self._database.reading() as connection:
            return read_revision(connection, self.user)

    # Undo

    def _forget_outlasted(self) -> None:
        """Take what can no longer be undone out of the file, also where nothing is changed any more."""
        with self._database.reading() as connection:
            is_outlasted = bool(find_outlasted(connection))
        if is_outlasted:
            with self._database.writing() as connection:
                forget(connection, find_outlasted(connection))

    def undo(self) -> str | None:
        """Take back this user's last change of what is said, judged, flagged or set; imports stay.

        Returns
        -------
        str or None
            What was taken back, in plain words; None where there is nothing, or nothing of the last day.

        Raises
        ------
        WorkspaceError
            It was changed again since. It stays as it is, and the change before it is the next to be taken back.
        """
        with self._database.writing() as connection:
            last = find_last(connection, self.user)
            if last is None:
                return None
            number, case, words = last
            is_done = take_back(connection, number)
            if is_done:
                write_entry(connection, self.user, "write", "undo", [] if case is None else [case])
        if not is_done:
            raise WorkspaceError(say("This was changed again since, and was left as it is: {what}.", what=words))
        return words

    def can_undo(self) -> str | None:
        """Say what :meth:`undo` would take back; None where there is nothing."""
        with self._database.reading() as connection:
            last = find_last(connection, self.user)
        return None if last is None else last[2]

    # Everything

    def erase_case(self, case_id: str, *, reason: str = "") -> Erasure:
        """Take a case out for good: its ratings and all that was said, judged and decided on it.

        What stays is a tombstone: its running number, when, who and why (with ``(erased N)`` in the place of the code),
        and a keyed hash by which a file that brings the case again is noticed. The freed room of a file is overwritten.
        Older copies are named, not touched.
        """
        with self._writing("case", action="erase") as (connection, about):
            about.extend(numbers_of(connection, [case_id]))
            published = tuple(name_publications(connection, about[0]))
            counts = erase(connection, about[0], case_id, reason=reason, who=self.user, at=now())
        try:
            is_wiped = self.wipe()
        except WorkspaceError:  # another program is in it; the case itself is gone, and the result says what is not
            is_wiped = False
        beside, in_postgres = copies_beside(self._database), not self._database.is_sqlite
        return Erasure(about[0], *counts, is_wiped, beside, in_postgres, published)

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
            numbers = list(codes_of(connection))
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
        who = check_label(system_user() if user is None else user, "user")
        with database.writing() as connection:
            restore(connection, exported)
            write_entry(connection, who, "write", "restore", codes_of(connection))
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
