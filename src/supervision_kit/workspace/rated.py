"""Ratings: what an import would do and does, reading them back, conflicts, and how a clinic's columns are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import func, select

from supervision_kit.errors import WorkspaceError
from supervision_kit.records import Ratings
from supervision_kit.words import say
from supervision_kit.workspace.auditing import write_entry
from supervision_kit.workspace.comparing import Comparison, compare, number_cases
from supervision_kit.workspace.deciding import decide, reopen
from supervision_kit.workspace.forms import bring
from supervision_kit.workspace.importing import write_import
from supervision_kit.workspace.mapping_store import read_mappings, write_mapping
from supervision_kit.workspace.moments import now
from supervision_kit.workspace.opened import Opened, check_choice, codes_of, numbers_of
from supervision_kit.workspace.plans import ImportPlan, ImportResult, make_plan
from supervision_kit.workspace.reading import read_conflicts, read_history, read_responses, read_scores
from supervision_kit.workspace.schema import conflicts

if TYPE_CHECKING:
    from supervision_kit.records import ColumnMapping

ON_CHANGE = ("list", "keep", "replace")
ON_ERASED = ("refuse", "leave_out", "take")


class Rated(Opened):
    """The ratings of a workspace."""

    def compare(self, ratings: Ratings, on_change: str = "list") -> ImportPlan:
        """Say what :meth:`import_ratings` would find; nothing is written but the audit's entry."""
        check_choice("on_change", on_change, ON_CHANGE)
        brought = bring(ratings)
        with self._database.reading() as connection:
            found = compare(connection, brought, replacing=on_change == "replace")
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
        check_choice("on_change", on_change, ON_CHANGE)
        check_choice("on_erased", on_erased, ON_ERASED)
        brought = bring(ratings)
        n_left_out = 0
        with self._database.writing() as connection:
            found = compare(connection, brought, replacing=on_change == "replace")
            if found.erased and on_erased == "refuse":
                raise WorkspaceError(
                    say(
                        "{n} of the cases in these files were erased from this workspace. Nothing was imported. Leave "
                        "them out with on_erased='leave_out' (--erased leave-out), or take them in again with "
                        "on_erased='take' (--erased take).",
                        n=len(found.erased),
                    )
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
            case = numbers_of(connection, [case_id])[0]
            table = read_history(connection, case, case_id)
        self._audit("read", "history", [case])
        return table

    # Conflicts

    def conflicts(self) -> pd.DataFrame:
        """Return the values over which there is to decide: conflict_id, the form, what, stored, brought, found_at."""
        with self._database.reading() as connection:
            codes = codes_of(connection)
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
        check_choice("decide", choice, ("keep", "replace"))
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


def _known(found: Comparison) -> list[int]:
    return [int(number) for number in found.forms["case_number"].unique() if number >= 0]


def _as_list(numbers: int | Iterable[int]) -> list[int]:
    return [int(numbers)] if isinstance(numbers, int) else [int(number) for number in numbers]
