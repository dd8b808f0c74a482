"""A score below the lower limit of the person's own control chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from supervision_kit.detection.measuring import (
    D2,
    D4,
    ROUNDING,
    Flags,
    centre_and_range,
    median_range,
    n_scored,
    spread_so_far,
)
from supervision_kit.detection.method import Judgement, Method, decide, setting
from supervision_kit.series import Matrix
from supervision_kit.words import later, say, say_n, say_number


@dataclass(frozen=True, kw_only=True)
class ControlChart(Method):
    """A session is marked when its rating lies below the lower limit of an individuals chart of this person.

    Limit = centre − `sigmas` · sigma, where sigma is the mean moving range / 1.128, or the median one / 0.954. The
    centre is the mean; a moving range is the absolute difference between a score and the one before. Centre and range
    come from all scores of the series, or from the first `baseline` ones: then those sessions set the limits and are
    not judged themselves, and no later session moves the limits.

    Parameters
    ----------
    sigmas
        Distance of the limit from the centre. 3 is the convention of control charts; the multiples that the rupture
        literature used are not confirmed.
    baseline
        How many of the first scores set the limits; ``None`` for all (a fall then widens its own limits, and a sharp
        V can be missed).
    median_range
        Whether sigma comes from the median moving range instead of the mean one. A fall widens the median less; where
        more than half of the ratings repeat the one before, it is 0 and nothing can be judged (after a baseline, the
        floor alone decides).
    min_drop
        See :class:`~supervision_kit.detection.method.Method`.

    Notes
    -----
    ``expected`` is the centre, ``evidence`` the distance below it in sigmas. Signals are
    taken from the chart of scores only, never from one of moving ranges. Limits from fewer than
    :data:`SETTLED_SESSIONS` scores are trial limits. ``<NA>``: no score, fewer than four scores (or fewer than
    `baseline` + 1), no spread (so far), a baseline session. After a baseline of identical ratings the floor alone
    decides, and ``evidence`` is ``<NA>``.

    References
    ----------
    After Eubanks-Carter, Gorman & Muran (2012), Psychotherapy Research 22(6),
    https://doi.org/10.1080/10503307.2012.693772, and Lipner et al. (2022), Clinical Psychology & Psychotherapy,
    https://doi.org/10.1002/cpp.2606; their multiples are not confirmed.

    Examples
    --------
    >>> ControlChart(sigmas=2).judge(np.array([[4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4]])).is_rupture
    array([[0., 0., 0., 1., 0., 0., 0., 0.]])
    """

    key: ClassVar[str] = "control_chart"
    title: ClassVar[str] = later("Control chart")
    source: ClassVar[str] = later(
        "after Eubanks-Carter et al. (2012) and Lipner et al. (2022), parameters not confirmed"
    )
    sureness: ClassVar[str] = "unconfirmed"
    prospective: ClassVar[bool] = False
    min_sessions: ClassVar[int] = 4
    evidence_unit: ClassVar[str] = later("sigmas below the centre")
    threshold: ClassVar[str] = "sigmas"

    sigmas: float = setting(3.0, later("sigmas from centre to limit"))
    baseline: int | None = setting(None, later("first ratings that set the limits"), if_none=later("all"), start=5)
    median_range: bool = setting(False, later("median instead of mean moving range"))

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("sigmas", self.sigmas > 0, later("more than 0"))
        fewest = self.min_sessions - 1
        self._require(
            "baseline", self.baseline is None or self.baseline >= fewest, say("{n} or more, or None", n=fewest)
        )

    @property
    def fewest_sessions(self) -> int:
        """The fewest rated sessions that this chart, as set, can judge."""
        return self.min_sessions if self.baseline is None else self.baseline + 1

    @property
    def is_prospective(self) -> bool:
        """A chart with a baseline looks back only; one over the whole series does not."""
        return self.baseline is not None

    def limits_rest_on(self, n_scored: int) -> int | None:
        """Return how many of a series' `n_scored` scores the limits are estimated from."""
        return n_scored if self.baseline is None else min(self.baseline, n_scored)

    @property
    def unjudged(self) -> str:
        """Why a session that has a score cannot be judged."""
        if self.baseline is None:
            return later("most ratings repeat the one before: no range to judge by")
        return "one of the first ratings: they set the limits"

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        centre, mean_range = centre_and_range(x, first=self.baseline)
        sigma = median_range(x, first=self.baseline) / D4 if self.median_range else mean_range / D2
        sigma = np.where(n_scored(x) >= self.fewest_sessions, sigma, np.nan)
        can_judge = ~np.isnan(x) & self._has_limits(x, sigma)
        is_judged = can_judge.any(axis=1, keepdims=True)
        return decide(
            x,
            expected=np.where(is_judged, centre, np.nan),
            limit=np.where(is_judged, centre - self.sigmas * sigma, np.nan),
            evidence=(centre - x) / np.where(sigma > ROUNDING, sigma, np.nan),
            can_judge=can_judge,
            min_drop=self.floor,
            at_limit=False,
        )

    def _has_limits(self, x: Matrix, sigma: Matrix) -> Flags:
        if self.baseline is None:
            return sigma > ROUNDING
        # a flat baseline has no sigma, but a later fall by the floor is a fall
        comes_later = np.cumsum(~np.isnan(x), axis=1) > self.baseline
        return comes_later & (spread_so_far(x) > ROUNDING) & ~np.isnan(sigma)

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:
        """Say why a session was marked; see :meth:`Method.explain`."""
        told = {"score": say_number(score), "limit": say_number(limit), "centre": say_number(expected)}
        told |= {"of": self._ratings_of_the_centre()}
        if np.isnan(evidence):
            return say(
                "The rating of {score} lies under the lower limit of {limit}; the centre of {of} is {centre}.", **told
            )
        return say(
            "The rating of {score} lies under the lower limit of {limit}, {sigmas} sigmas below the centre of {of}, "
            "{centre}.",
            sigmas=say_number(evidence),
            **told,
        )

    def _ratings_of_the_centre(self) -> str:
        if self.baseline is None:
            return say("this person's ratings")
        return say_n("this person's first rating", "this person's first {n} ratings", self.baseline)


# NHS England, Making Data Count: limits from fewer points than this are called trial limits.
SETTLED_SESSIONS = 12
