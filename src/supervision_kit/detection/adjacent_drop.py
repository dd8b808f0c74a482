"""A fall from one session to the next that is large for this person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from supervision_kit.detection.measuring import ROUNDING, n_scored, previous_score, spread, standard_deviation
from supervision_kit.detection.method import Judgement, Method, decide, in_points, setting
from supervision_kit.series import Matrix
from supervision_kit.words import later, say, say_number


@dataclass(frozen=True, kw_only=True)
class AdjacentDrop(Method):
    """A session is marked when its rating fell from the one before by `sds` standard deviations of this person's.

    The standard deviation (n − 1) is that of all the person's scores on the scale, so the method looks back over a
    finished series. The session before is the latest one with a score: a missing form is stepped over (the papers do
    not say what they did).

    Parameters
    ----------
    sds
        The fall that is marked, in standard deviations within the person. Thresholds of 1 and of 2 both occur in the
        literature; which paper used which is not confirmed.
    min_drop
        See :class:`~supervision_kit.detection.method.Method`.

    Notes
    -----
    ``expected`` is the score before, ``evidence`` the fall in standard deviations. ``<NA>``: no score, fewer than
    three scores, no spread, first score.

    References
    ----------
    After Stiles et al. (2004) and Strauss et al. (2006), parameters not confirmed; compared in Gumz et al. (2012),
    BMC Medical Research Methodology 12, 10, https://doi.org/10.1186/1471-2288-12-10.

    Examples
    --------
    >>> AdjacentDrop(sds=1).judge(np.array([[4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4]])).is_rupture
    array([[nan,  0.,  0.,  1.,  0.,  0.,  0.,  0.]])
    """

    key: ClassVar[str] = "adjacent_drop"
    title: ClassVar[str] = later("Drop from one session to the next")
    source: ClassVar[str] = later("after Stiles et al. (2004) and Strauss et al. (2006), parameters not confirmed")
    sureness: ClassVar[str] = "unconfirmed"
    prospective: ClassVar[bool] = False
    min_sessions: ClassVar[int] = 3
    evidence_unit: ClassVar[str] = later("standard deviations below the score before")
    threshold: ClassVar[str] = "sds"

    sds: float = setting(1.5, later("fall in standard deviations of this person"))

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("sds", self.sds > 0, later("more than 0 standard deviations"))

    @property
    def unjudged(self) -> str:
        """Why a session that has a score cannot be judged."""
        return later("first score: nothing to compare with")

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:
        """Say why a session was marked; see :meth:`Method.explain`."""
        return say(
            "The rating fell by {points}, from {before} to {score}: {sds} standard deviations of this "
            "person's ratings; "
            "a fall of {fall} or more is marked.",
            points=in_points(expected - score),
            before=say_number(expected),
            score=say_number(score),
            sds=say_number(evidence),
            fall=in_points(expected - limit),
        )

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        before = previous_score(x)
        varies = (n_scored(x) >= self.min_sessions) & (spread(x) > ROUNDING)
        sd = np.where(varies, standard_deviation(x), np.nan)
        return decide(
            x,
            expected=np.where(varies, before, np.nan),
            limit=before - self.sds * sd,
            evidence=(before - x) / sd,
            can_judge=varies & ~np.isnan(x) & ~np.isnan(before),
            min_drop=self.floor,
            at_limit=True,
        )
