"""A running average of the ratings that has sunk below its limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from supervision_kit.detection.measuring import D2, ROUNDING, Flags, centre_and_range, n_scored, spread_so_far
from supervision_kit.detection.method import Judgement, Method, decide, setting
from supervision_kit.series import Matrix
from supervision_kit.words import later, say, say_number


@dataclass(frozen=True, kw_only=True)
class Ewma(Method):
    """A session is marked when its rating pulls the exponentially weighted mean of the ratings below its lower limit.

    The mean z starts at the target and takes in each rating x as z ← `weight` · x + (1 − `weight`) · z. After k ratings
    its limit lies `sigmas` · sigma · √(weight / (2 − weight) · (1 − (1 − weight)^2k)) below the target. Many small
    falls in a row sink it as one large fall does. Target and sigma are mean and mean moving range / 1.128 of the first
    `baseline` ratings, which are not judged themselves; or they are set.

    Parameters
    ----------
    weight
        Share of the newest rating in the mean, above 0 and up to 1 (a chart of single ratings).
    sigmas
        Distance of the limit, in standard errors of z. With a weight of 0.2, 2.962 gives a false alarm, up or down,
        every 500 sessions on average, if target and sigma are truly known; from a short baseline, more often.
    baseline
        How many of the first ratings set target and sigma.
    target, sigma
        Usual level and standard deviation within the person, in scale points, where they are known from elsewhere.
        Where both are, all ratings are judged.
    min_drop
        See :class:`~supervision_kit.detection.method.Method`.

    Notes
    -----
    ``limit`` is the rating that would have brought z to its limit, ``expected`` the target, ``evidence`` the distance
    of z below the target in standard errors of z. Only a rating below the target by the floor is marked, however low
    the mean still is: a rating that is back is no fall. ``<NA>``: no score, a baseline session, fewer than `baseline`
    + 1 scores, no spread so far (unless target and sigma are set and the rating is marked). After a baseline of
    identical ratings the floor alone decides, and ``evidence`` is ``<NA>``.

    References
    ----------
    Lucas & Saccucci (1990), Technometrics 32(1), 1–12, https://doi.org/10.1080/00401706.1990.10484583, after Roberts
    (1959), Technometrics 1(3), 239–250, https://doi.org/10.1080/00401706.1959.10489860.

    Examples
    --------
    >>> Ewma(baseline=4).judge(np.array([[4.2, 4.4, 4.1, 4.3, 4.0, 3.8, 3.7, 3.6, 4.2]])).is_rupture
    array([[nan, nan, nan, nan,  0.,  0.,  1.,  1.,  0.]])
    """

    key: ClassVar[str] = "ewma"
    title: ClassVar[str] = later("Running average")
    source: ClassVar[str] = later("Lucas & Saccucci (1990)")
    sureness: ClassVar[str] = "seen"
    prospective: ClassVar[bool] = True
    min_sessions: ClassVar[int] = 4
    evidence_unit: ClassVar[str] = later("standard errors of the running average below the target")
    threshold: ClassVar[str] = "sigmas"

    weight: float = setting(0.2, later("share of the newest rating"))
    sigmas: float = setting(2.962, later("standard errors from target to limit"))
    baseline: int = setting(5, later("first ratings that set target and sigma"))
    target: float | None = setting(None, later("target"), if_none=later("from the first ratings"), start=4)
    sigma: float | None = setting(None, later("sigma"), if_none=later("from the first ratings"), start=0.4)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("weight", 0 < self.weight <= 1, later("above 0 and up to 1"))
        self._require("sigmas", self.sigmas > 0, later("more than 0"))
        fewest = self.min_sessions - 1
        self._require("baseline", self.baseline >= fewest, say("{n} or more", n=fewest))
        self._require("sigma", self.sigma is None or self.sigma > 0, later("more than 0 scale points, or None"))

    @property
    def _n_first(self) -> int:
        """How many of the first ratings are not judged."""
        return self.baseline if self.target is None or self.sigma is None else 0

    @property
    def fewest_sessions(self) -> int:
        """The fewest rated sessions that this chart, as set, can judge."""
        return self._n_first + 1

    def limits_rest_on(self, n_scored: int) -> int | None:
        """Return how many of a series' `n_scored` scores the limits are estimated from; ``None`` where they are set."""
        return min(self._n_first, n_scored) or None

    @property
    def unjudged(self) -> str:
        """Why a session that has a score cannot be judged."""
        if self._n_first:
            return later("one of the first ratings: they set the limits")
        return later("no spread so far")

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        target, sigma = self._target_and_sigma(x)
        limit, evidence, is_judged = self._run(x, target[:, 0], sigma[:, 0])
        varies = spread_so_far(x) > ROUNDING
        if not self._n_first:
            varies |= x < np.minimum(limit, target - self.floor)
        return decide(
            x,
            expected=np.where(is_judged.any(axis=1, keepdims=True), target, np.nan),
            limit=limit,
            evidence=evidence,
            can_judge=is_judged & varies,
            min_drop=self.floor,
            at_limit=False,
        )

    def _target_and_sigma(self, x: Matrix) -> tuple[Matrix, Matrix]:
        """Return both as columns; NaN where there are too few scores."""
        enough = n_scored(x) >= self.fewest_sessions
        centre, moving_range = centre_and_range(x, first=self.baseline)
        target = centre if self.target is None else self.target
        sigma = moving_range / D2 if self.sigma is None else self.sigma
        return np.where(enough, target, np.nan), np.where(enough, sigma, np.nan)

    def _run(self, x: Matrix, target: Matrix, sigma: Matrix) -> tuple[Matrix, Matrix, Flags]:
        """Return, for each session, the rating at which z meets its limit, z in standard errors, and if it counts."""
        limit, evidence, is_judged = np.full_like(x, np.nan), np.full_like(x, np.nan), np.zeros_like(x, dtype=bool)
        kept = 1 - self.weight
        share = math.sqrt(self.weight / (2 - self.weight))
        factors = share * np.sqrt(1 - kept ** (2 * np.arange(1.0, x.shape[1] + 1)))
        usable = np.where(sigma > ROUNDING, sigma, np.nan)
        mean, nth = target, np.zeros(len(x), dtype=np.int64)
        for t, score in enumerate(x.T):
            nth += ~np.isnan(score)
            counts = ~np.isnan(score) & (nth > self._n_first) & ~np.isnan(target)
            error = factors[np.maximum(nth - self._n_first - 1, 0)]
            limit[:, t] = (target - self.sigmas * sigma * error - kept * mean) / self.weight
            mean = np.where(counts, self.weight * score + kept * mean, mean)
            evidence[:, t] = (target - mean) / (usable * error)
            is_judged[:, t] = counts
        return limit, evidence, is_judged

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:
        """Say why a session was marked; see :meth:`Method.explain`."""
        told = {"score": say_number(score), "target": say_number(expected), "limit": say_number(limit)}
        if math.isnan(evidence):
            return say(
                "The rating of {score} pulls the running average below its target of {target}; a rating under {limit} "
                "is marked here.",
                **told,
            )
        return say(
            "The rating of {score} pulls the running average, {errors} standard errors below its target of {target}; "
            "a rating under {limit} is marked here.",
            errors=say_number(evidence),
            **told,
        )
