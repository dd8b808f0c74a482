"""The state behind keeping ratings: what the workspace would take in, what it took, and what there is to decide."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

import pandas as pd
from traitlets import HasTraits, Instance, Tuple, Unicode

from supervision_kit.apps.shown import is_made
from supervision_kit.environment import FLEETING
from supervision_kit.errors import SupervisionKitError, WorkspaceError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records import ColumnMapping, Ratings
from supervision_kit.words import say, say_n
from supervision_kit.words.raters import say_rated_by
from supervision_kit.workspace import ImportPlan, ImportResult, Workspace
from supervision_kit.workspace.places import Place, find_place

KEEP, REPLACE = "keep", "replace"


class ImportState(HasTraits):
    """A workspace, and what the ratings on the page would change in it.

    A workspace that is not there yet is made by the first import, not by looking at the page.

    Attributes
    ----------
    plan
        What an import would do; ``None`` where there is nothing to import or no workspace yet.
    result
        What the latest import did; ``None`` once other ratings are on the page.
    conflicts
        The values over which there is to decide, see :meth:`supervision_kit.Workspace.conflicts`.
    mappings
        The column mappings that were kept.
    refusal
        Why the workspace cannot be used, in a sentence, or empty.
    """

    plan = Instance(ImportPlan, allow_none=True)
    result = Instance(ImportResult, allow_none=True)
    conflicts = Instance(pd.DataFrame, args=())
    mappings = Tuple()
    refusal = Unicode("")

    def __init__(self, where: str | None = None) -> None:
        super().__init__()
        self.ratings: Ratings | None = None
        self.where = where
        self.place: Place | None = None
        try:
            self.place = find_place(where)
            self._look()
        except SupervisionKitError as error:
            self.refusal = str(error)

    @property
    def is_new(self) -> bool:
        """Whether the workspace will be made by the first import."""
        return self.place is not None and not is_made(self.place)

    @property
    def about(self) -> str:
        """Where ratings are kept, in a sentence."""
        if self.place is None:
            return ""
        if os.environ.get(FLEETING):
            return say(
                "This is a demonstration: what you import is kept until it is stopped, and no longer. To keep ratings, "
                "start it with: {command}",
                command="supervision-kit demo --workspace FILE",
            )
        if self.is_new:
            return say(
                "{workspace} will be made by this import, readable for you only. It stays on this computer.",
                workspace=self.place.said,
            )
        return say("{workspace} keeps what was imported before.", workspace=self.place.said)

    def compare(self, ratings: Ratings | None) -> None:
        """Say what an import of these ratings would do."""
        self.ratings, self.result = ratings, None
        if self.place is None:
            return
        self.refusal = ""
        try:
            self.plan = None if ratings is None or self.is_new or not self._has_any else self._compare(ratings)
        except SupervisionKitError as error:
            self.plan, self.refusal = None, str(error)

    def _compare(self, ratings: Ratings) -> ImportPlan:
        with Workspace(self.where) as workspace:
            return workspace.compare(ratings)

    @property
    def _has_any(self) -> bool:
        return self.ratings is not None and len(self.ratings.scores) + len(self.ratings.responses) > 0

    @property
    def can_import(self) -> bool:
        """Whether there is anything that an import would take in."""
        if not self._has_any or self.place is None or self.refusal or self.result is not None:
            return False
        plan = self.plan
        return plan is None or bool(plan.n_new_forms + plan.n_filled + len(plan.changed) + plan.n_renumbered)

    @property
    def n_rows(self) -> int:
        """How many rows are ready."""
        return 0 if self.ratings is None else self.ratings.rows_kept

    @property
    def news(self) -> str:
        """What is new since last time, in a sentence or two."""
        if not self._has_any or self.refusal or self.result is not None:
            return ""
        if self.plan is None:
            n_cases = len(self.ratings.scores["case_id"].unique()) if self.ratings else 0
            return say_n(
                "Nothing was imported before: all ratings are new, of {n} case.",
                "Nothing was imported before: all ratings are new, of {n} cases.",
                n_cases,
            )
        plan = self.plan
        if not self.can_import:
            return say_n(
                "Nothing is new: the one form is in the workspace already.",
                "Nothing is new: all {n} forms are in the workspace already.",
                plan.n_forms,
            )
        forms = say_n("{n} form", "{n} forms", plan.n_new_forms)
        cases = say_n("{n} new case", "{n} new cases", len(plan.new_cases))
        said = [
            say("New since last import: {forms}, {cases}.", forms=forms, cases=cases)
            if plan.new_cases
            else say("New since last import: {forms}.", forms=forms)
        ]
        if n := len(plan.changed):
            said.append(
                say_n(
                    "{n} value differs from last time: what is kept stays until you decide, after the import.",
                    "{n} values differ from last time: what is kept stays until you decide, after the import.",
                    n,
                )
            )
        return " ".join(said)

    def import_ratings(self, mappings: Iterable[ColumnMapping] = (), *, on_erased: str = "refuse") -> None:
        """Take the ratings in, and keep what was said of their columns."""
        if self.ratings is None:
            raise WorkspaceError(say("There are no ratings to import. Drop a file first."))
        with Workspace(self.where) as workspace:
            result = workspace.import_ratings(self.ratings, on_erased=on_erased)
            for mapping in mappings:
                workspace.save_mapping(mapping, f"columns {crc32(repr(mapping.headings).encode()):08x}")
        self._look()
        self.plan, self.result = None, result

    def decide(self, conflict_ids: Iterable[int], choice: str, reason: str = "") -> None:
        """Decide conflicts: ``keep`` what is stored, or ``replace`` it by what the file brought."""
        with Workspace(self.where) as workspace:
            workspace.decide(list(conflict_ids), choice, reason=reason)
        self._look()

    def _look(self) -> None:
        """Take over what the workspace holds by now: conflicts and mappings."""
        if self.is_new:
            return
        with Workspace(self.where) as workspace:
            self.mappings, self.conflicts = workspace.mappings(), workspace.conflicts()


def describe_conflict(conflict: Mapping[Any, Any]) -> str:
    """Return in words which value differs."""
    instrument = INSTRUMENTS[str(conflict["instrument"])].short_title
    return say(
        "{case}, session {session}, {questionnaire}, {rated_by}: {what}",
        case=conflict["case_id"],
        session=conflict["session"],
        questionnaire=instrument,
        rated_by=say_rated_by(conflict["rater"]),
        what=conflict["what"],
    )
