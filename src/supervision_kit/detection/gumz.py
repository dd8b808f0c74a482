"""A fall, at once or over several sessions, that is large both for this person and in this caseload."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from supervision_kit.detection.measuring import ROUNDING, Positions, n_scored, spread, standard_deviation, steps_of
from supervision_kit.detection.method import Judgement, Method, decide, judge_as_one, setting
from supervision_kit.series import Matrix
from supervision_kit.words import later, say, say_number


@dataclass(frozen=True, kw_only=True)
class Gumz(Method):
    """A session is marked when ratings fell, session by session, by `sds` standard deviations or more down to it.

    The standard deviation is the larger of two: that within the person, over all the person's scores, and that of all
    scores of the caseload. A fall is counted from the last session before ratings began to fall without a break.

    Parameters
    ----------
    sds
        The fall that is marked, in the larger of the two standard deviations. The authors propose to use both 1 and 2.
    cumulative
        Whether falls in a row are added up; else only the fall from the session before counts.
    sample_sd
        Standard deviation of the scores of the caseload, in scale points; ``None`` takes it from the ratings that are
        judged together: all of one scale by one kind of rater.
    min_drop
        See :class:`~supervision_kit.detection.method.Method`.

    Notes
    -----
    ``expected`` is the score from which ratings fell, ``evidence`` the fall in the larger standard deviation; that of
    a session that did not fall is 0 or less. Both standard deviations need the finished series, so the method looks
    back over it. ``<NA>``: no score, fewer than three scores, no spread, first score.

    References
    ----------
    After Gumz, Brähler, Geyer & Erices (2012), BMC Medical Research Methodology 12, 10,
    https://doi.org/10.1186/1471-2288-12-10; that both thresholds and the stricter variability are used is seen there,
    how the variabilities were computed is not confirmed.

    Examples
    --------
    >>> Gumz(sample_sd=0.5).judge(np.array([[4.2, 4.3, 4.1, 3.7, 3.6, 4.1, 4.3, 4.4]])).is_rupture
    array([[nan,  0.,  0.,  1.,  1.,  0.,  0.,  0.]])
    """

    key: ClassVar[str] = "gumz"
    title: ClassVar[str] = later("Fall over sessions in a row")
    source: ClassVar[str] = later("after Gumz et al. (2012), computation of the variabilities not confirmed")
    sureness: ClassVar[str] = "unconfirmed"
    prospective: ClassVar[bool] = False
    min_sessions: ClassVar[int] = 3
    evidence_unit: ClassVar[str] = later("standard deviations below where the fall began")
    threshold: ClassVar[str] = "sds"

    sds: float = setting(1.0, later("fall in standard deviations"))
    cumulative: bool = setting(True, later("falls in a row are added up"))
    sample_sd: float | None = setting(
        None, later("standard deviation of the caseload"), if_none=later("of the ratings judged together"), start=0.5
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("sds", self.sds > 0, later("more than 0 standard deviations"))
        self._require(
            "sample_sd", self.sample_sd is None or self.sample_sd >= 0, later("0 or more scale points, or None")
        )

    @property
    def unjudged(self) -> str:
        """Why a session that has a score cannot be judged."""
        return later("first score: nothing to compare with")

    def learn_from(self, matrices: Iterable[Matrix]) -> Self:
        """Return this method with the standard deviation of all these scores, unless one is set."""
        if self.sample_sd is not None:
            return self
        scores = np.concatenate([np.empty(0), *(x[~np.isnan(x)] for x in matrices)])
        scores.sort()  # added up in one order, whatever the order of the series
        return replace(self, sample_sd=float(scores.std(ddof=1)) if len(scores) > 1 else 0.0)

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        (judgement,) = self.judge_together([(self, x)])
        return judgement

    @classmethod
    def judge_together(cls, pairs: Sequence[tuple[Self, Matrix]]) -> list[Judgement]:
        """Judge series of several kinds; see :meth:`Method.judge_together`."""
        asked, matrices = pairs[0][0], [x for _, x in pairs]
        sample_sd = np.array([method.learn_from([x]).sample_sd for method, x in pairs])
        floor = np.array([method.floor for method, _ in pairs])

        def judge(x: Matrix, kind: Positions) -> Judgement:
            return asked.judge_by(x, sample_sd=sample_sd[kind, np.newaxis], floor=floor[kind, np.newaxis])

        return judge_as_one(matrices, judge, most_cells=cls.cells_at_once)

    def judge_by(self, x: Matrix, *, sample_sd: Matrix, floor: Matrix) -> Judgement:
        """Judge series with the caseload's standard deviation and the floor given for each, as columns."""
        varies = (n_scored(x) >= self.min_sessions) & (spread(x) > ROUNDING)
        sd = np.where(varies, np.maximum(standard_deviation(x), sample_sd), np.nan)
        began, fall, lowest_before = self._falls(x)
        return decide(
            x,
            expected=np.where(varies, began, np.nan),
            # a rating that did not fall is not marked, however low the one before was
            limit=np.minimum(began - self.sds * sd, lowest_before - 2 * ROUNDING),
            evidence=fall / sd,
            can_judge=varies & ~np.isnan(fall),
            min_drop=floor,
            at_limit=True,
        )

    def _falls(self, x: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        """Return, for each session, where a fall down to it would have begun, how deep it is, and the score before."""
        began, fall, previous = np.empty_like(x), np.empty_like(x), np.empty_like(x)
        top = np.full(len(x), np.nan)
        for t, (score, before) in enumerate(steps_of(x)):
            began[:, t] = top if self.cumulative else before
            falls = score < before - ROUNDING
            fall[:, t] = np.where(falls, began[:, t], before) - score
            previous[:, t] = before
            top = np.where(falls | np.isnan(score), top, score)
        return began, fall, previous

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:  # noqa: ARG002
        """Say why a session was marked; see :meth:`Method.explain`."""
        told = {"before": say_number(expected), "score": say_number(score), "sds": say_number(evidence)}
        told |= {"most": say_number(self.sds)}
        if self.cumulative:
            return say(
                "The rating fell session by session from {before} to {score}: {sds} standard deviations, the larger of "
                "this person's and the caseload's; {most} or more are marked.",
                **told,
            )
        return say(
            "The rating fell at once from {before} to {score}: {sds} standard deviations, the larger of this person's "
            "and the caseload's; {most} or more are marked.",
            **told,
        )
