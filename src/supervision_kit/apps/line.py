"""One run of the line over some ratings; each table is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import pandas as pd

from supervision_kit.caseload import review_caseload
from supervision_kit.episodes import falls_among, find_episodes
from supervision_kit.repair import RepairRule, follow_repairs
from supervision_kit.tables import CASE_REASONS


class Line:
    """The tables from marks to caseload.

    `triage` is the line over the ratings that cases are read by, where these are not all.

    Parameters
    ----------
    scores
        The ratings, see :data:`supervision_kit.tables.SCORES`.
    judge
        Makes marks of them.
    rule
        What counts as repaired.
    rebases
        Where cases start anew.
    read_by
        Those of the ratings by which it is said which cases need a word; without them, all.
    """

    def __init__(
        self,
        scores: pd.DataFrame,
        *,
        judge: Callable[[pd.DataFrame], pd.DataFrame],
        rule: RepairRule,
        rebases: pd.DataFrame,
        read_by: pd.DataFrame | None = None,
    ) -> None:
        self.scores, self.rule, self.rebases = scores, rule, rebases
        self._judge = judge
        self.triage = self
        if read_by is not None and len(read_by) < len(scores):
            self.triage = Line(read_by, judge=judge, rule=rule, rebases=rebases)

    @cached_property
    def marks(self) -> pd.DataFrame:
        """What the method says of each session."""
        return self._judge(self.scores)

    @cached_property
    def repairs(self) -> pd.DataFrame:
        """The episodes, and what became of each."""
        episodes = find_episodes(self.marks, rebases=self.rebases)
        return follow_repairs(episodes, self.scores, rule=self.rule, marks=self.marks, rebases=self.rebases)

    @cached_property
    def falls(self) -> pd.DataFrame:
        """The followed episodes without the marks that are no fall."""
        return falls_among(self.repairs)

    @cached_property
    def cases(self) -> pd.DataFrame:
        """A row per case, by code: the caseload before any reasons are weighed, in half the time."""
        told = self.triage
        none = CASE_REASONS.empty()
        return review_caseload(self.scores, told.repairs, marks=told.marks, reasons=none, rebases=self.rebases)

    @cached_property
    def caseload(self) -> pd.DataFrame:
        """A row per case, with its reasons."""
        told = self.triage
        return review_caseload(self.scores, told.repairs, marks=told.marks, rebases=self.rebases)
