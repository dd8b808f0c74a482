"""What methods have learnt of a caseload, kept, so that another look at some of it takes no learning again."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from supervision_kit.detection.marking import Kind, judge_scores, learn, matrices_by_kind, name_methods
from supervision_kit.detection.method import Method
from supervision_kit.instruments import rates_alliance
from supervision_kit.series import Matrix


class Lessons:
    """What methods learn of the series of a caseload: each method once for each kind of series.

    Parameters
    ----------
    scores
        All scores, see :data:`supervision_kit.tables.SCORES`.
    rebases
        Where cases start anew, see :data:`supervision_kit.tables.REBASES`.
    """

    def __init__(self, scores: pd.DataFrame, *, rebases: pd.DataFrame | None = None) -> None:
        self._scores, self._rebases = scores, rebases
        self._series: dict[Kind, list[Matrix]] | None = None
        self._learnt: dict[tuple[Kind, Method], Method] = {}

    def judge(self, scores: pd.DataFrame, methods: Iterable[Method]) -> pd.DataFrame:
        """Judge some of the caseload's scores as :func:`supervision_kit.mark_sessions` judges them among all."""
        methods = list(methods)
        found = scores[list(Kind._fields)].drop_duplicates().itertuples(index=False, name=None)
        kinds = [kind for kind in map(Kind._make, found) if rates_alliance(kind.instrument)]
        learnt = {kind: {method: self._settle(method, kind) for method in methods} for kind in kinds}
        return judge_scores(scores, methods=name_methods(methods), learnt=learnt, rebases=self._rebases)

    def _settle(self, method: Method, kind: Kind) -> Method:
        """Return the method as it is for a kind of series; settings that learning does not look at share a lesson."""
        lesson = kind, method.lesson
        if lesson not in self._learnt:
            if self._series is None:
                self._series = matrices_by_kind(self._scores, rebases=self._rebases)
            self._learnt[lesson] = learn(method.lesson, kind, self._series.get(kind, []))
        return method.with_lesson(self._learnt[lesson])
