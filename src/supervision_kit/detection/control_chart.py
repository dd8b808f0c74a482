"""A score below the lower limit of the person's own control chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from supervision_kit.detection.method import (
    ROUNDING,
    Judgement,
    Method,
    decide,
    mean_of,
    n_scored,
    previous_score,
    setting,
    spread_so_far,
)
from supervision_kit.series import Matrix

# Mean range of two draws from a normal distribution with standard deviation 1: 2/√π, to the three decimals that the
# published tables of control-chart constants print.
D2 = 1.128


@dataclass(frozen=True, kw_only=True)
class ControlChart(Method):
    """A session is marked when its rating lies below the lower limit of an individuals chart of this person.

    Limit = centre − `sigmas` · mean moving range / 1.128. The centre is the mean; the moving range is the absolute
    difference between a score and the one before. Centre and range come from all scores of the series, or from the
    first `baseline` ones: then those sessions set the limits and are not judged themselves, and no later session
    moves the limits.

    Parameters
    ----------
    sigmas
        Distance of the limit from the centre. 3 is the convention of control charts; the multiples that the rupture
        literature used are not confirmed.
    baseline
        How many of the first scores set the limits; ``None`` for all (a fall then widens its own limits, and a sharp
        V can be missed).
    min_drop
        See :class:`~supervision_kit.detection.method.Method`.

    Notes
    -----
    ``expected`` is the centre, ``evidence`` the distance below it in sigmas (mean moving range / 1.128). Signals are
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
    title: ClassVar[str] = "Control chart"
    source: ClassVar[str] = "after Eubanks-Carter et al. (2012) and Lipner et al. (2022), parameters not confirmed"
    sureness: ClassVar[str] = "unconfirmed"
    prospective: ClassVar[bool] = False
    min_sessions: ClassVar[int] = 4
    evidence_unit: ClassVar[str] = "sigmas below the centre"
    threshold: ClassVar[str] = "sigmas"

    sigmas: float = setting(3.0, "sigmas from centre to limit")
    baseline: int | None = setting(None, "first ratings that set the limits", if_none="all", start=5)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("sigmas", self.sigmas > 0, "more than 0")
        fewest = self.min_sessions - 1
        self._require("baseline", self.baseline is None or self.baseline >= fewest, f"{fewest} or more, or None")

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
        return "one of the first ratings: they set the limits"

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        scored = ~np.isnan(x)
        nth = np.cumsum(scored, axis=1)
        sets_limits = scored if self.baseline is None else scored & (nth <= self.baseline)
        moving_range = np.abs(x - previous_score(x))
        sigma = mean_of(moving_range, where=sets_limits & (nth > 1)) / D2
        sigma = np.where(n_scored(x) >= self.fewest_sessions, sigma, np.nan)
        centre = np.where(np.isnan(sigma), np.nan, mean_of(x, where=sets_limits))
        if self.baseline is None:
            can_judge = scored & (sigma > ROUNDING)
        else:  # a flat baseline has no sigma, but a later fall by the floor is a fall
            can_judge = scored & ~sets_limits & (spread_so_far(x) > ROUNDING) & ~np.isnan(sigma)
        return decide(
            x,
            expected=np.where(can_judge.any(axis=1, keepdims=True), centre, np.nan),
            limit=centre - self.sigmas * sigma,
            evidence=np.divide(centre - x, sigma, out=np.full(x.shape, np.nan), where=sigma > ROUNDING),
            can_judge=can_judge,
            min_drop=self._floor,
            at_limit=False,
        )


# NHS England, Making Data Count: limits from fewer points than this are called trial limits.
SETTLED_SESSIONS = 12
