"""A score below the limit of the person's control chart, or in a run of low or falling scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from supervision_kit.detection.measuring import (
    ROUNDING,
    Flags,
    centre_and_range,
    n_scored,
    previous_score,
)
from supervision_kit.detection.method import Judgement, Method, decide, judge_without_gaps, setting
from supervision_kit.series import Matrix
from supervision_kit.words import later, say, say_number

# Moving ranges from here on, in mean moving ranges, are left out of the limits: the upper limit of a chart of ranges.
SCREEN = 3.267
# "Close to the limit" begins two thirds of the way from the centre to it.
CLOSE = 2 / 3
# A run is this many sessions on one side of the centre, or this many each lower than the one before.
RUN = 7


@dataclass(frozen=True, kw_only=True)
class RunRules(Method):
    """A session is marked when one of four rules for low ratings holds on the person's chart of individual ratings.

    1. It lies below the lower limit: centre − `ranges` · mean moving range.
    2. It stands in a run of 7 ratings each lower than the one before (the first of them, the top, is not marked).
    3. It is one of 2 among 3 ratings in a row that lie beyond two thirds of the way to the limit, all 3 below the
       centre.
    4. It is one of 7 in a row below the centre.

    The third and fourth do not hold in a run of 7 rising ratings. Centre is the mean of all scores; moving ranges of
    3.267 times their mean or more are left out of the limits. All sessions of a run are marked, the early ones
    because of the later.

    Parameters
    ----------
    ranges
        Distance of the limit from the centre, in mean moving ranges; 2.66 is 3 / 1.128, three sigmas.
    min_drop
        See :class:`~supervision_kit.detection.method.Method`. In a run of falling ratings it is counted from the first.

    Notes
    -----
    ``limit`` is the line that the session's neighbours leave to it: the lower limit, two thirds of the way to it, or
    the centre. ``expected`` is the centre, or the first rating of a falling run; ``evidence`` the distance below it in
    mean moving ranges. ``<NA>``: no score, fewer than four scores, no spread, or no moving range left. Runs need at
    least 7 scores, and settled limits 12.

    References
    ----------
    NHS England, Making Data Count, as the package NHSRplotthedots applies it; screening after Nelson (1982), Journal of
    Quality Technology 14(3), 172–173, https://doi.org/10.1080/00224065.1982.11978811.

    Examples
    --------
    >>> RunRules().judge(np.array([[4.6, 4.5, 4.6, 4.3, 4.0, 3.9, 3.6, 3.4, 3.1, 3.5]])).is_rupture
    array([[0., 0., 0., 1., 1., 1., 1., 1., 1., 1.]])
    """

    key: ClassVar[str] = "run_rules"
    title: ClassVar[str] = later("Control chart with run rules")
    source: ClassVar[str] = later("NHS England, Making Data Count, as NHSRplotthedots applies it")
    sureness: ClassVar[str] = "seen"
    prospective: ClassVar[bool] = False
    min_sessions: ClassVar[int] = 4
    evidence_unit: ClassVar[str] = later("mean moving ranges below the centre, or below the top of a falling run")
    threshold: ClassVar[str] = "ranges"

    ranges: float = setting(2.66, later("mean moving ranges from centre to limit"))

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("ranges", self.ranges > 0, later("more than 0"))

    def limits_rest_on(self, n_scored: int) -> int | None:
        """Return how many of a series' `n_scored` scores the limits are estimated from: all."""
        return n_scored

    @property
    def unjudged(self) -> str:
        """Why a session that has a score cannot be judged."""
        return later("most ratings repeat the one before: no range to judge by")

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        return judge_without_gaps(self._judge, x)

    def _judge(self, x: Matrix) -> Judgement:
        """Judge series that hold no score after a missing one."""
        centre, moving_range = _screened(x)
        usable = (n_scored(x) >= self.min_sessions) & (moving_range > ROUNDING)
        centre = np.where(usable, centre, np.nan)
        top, in_fall, in_rise = _trends(x)
        limit = np.where(in_rise, centre - self.ranges * moving_range, self._line(x, centre, moving_range))
        falls_more = in_fall & (top - self.floor > np.minimum(limit, centre - self.floor))
        expected = np.where(falls_more, top, centre)
        return decide(
            x,
            expected=expected,
            limit=np.where(falls_more, np.inf, limit),
            evidence=(expected - x) / np.where(usable, moving_range, np.nan),
            can_judge=usable & ~np.isnan(x),
            min_drop=self.floor,
            at_limit=False,
        )

    def _line(self, x: Matrix, centre: Matrix, moving_range: Matrix) -> Matrix:
        """Return the line that each session's neighbours leave to it."""
        low = centre - self.ranges * moving_range
        close = centre - CLOSE * self.ranges * moving_range
        below, is_close = x < centre - ROUNDING, x < close - ROUNDING
        makes_run = _run_before(below) + _run_after(below) >= RUN - 1
        return np.where(makes_run, centre, np.where(_makes_two_of_three(below, is_close), close, low))

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:
        """Say why a session was marked; see :meth:`Method.explain`."""
        return say(
            "The rating of {score} lies under {limit}, the line of the run rules here (beyond the lower limit, or in a "
            "run of low or falling ratings), {ranges} mean moving ranges below {expected}.",
            score=say_number(score),
            limit=say_number(limit),
            ranges=say_number(evidence),
            expected=say_number(expected),
        )


def _screened(x: Matrix) -> tuple[Matrix, Matrix]:
    """Return mean and mean moving range of each series as columns, without the ranges that are too large."""
    centre, mean_range = centre_and_range(x)
    ranges = np.abs(x - previous_score(x))
    kept = ranges < SCREEN * mean_range
    n = np.count_nonzero(kept, axis=1, keepdims=True)
    total = np.where(kept, ranges, 0.0).sum(axis=1, keepdims=True)
    return centre, np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0)


def _trends(x: Matrix) -> tuple[Matrix, Flags, Flags]:
    """Return where the fall down to each session began, and which sessions stand in a run of falls, or of rises only.

    The first session of a run of falls does not count to it, the last does, even where a run of rises begins there.
    """
    falls, rises = np.zeros_like(x, dtype=bool), np.zeros_like(x, dtype=bool)
    falls[:, 1:] = x[:, 1:] < x[:, :-1] - ROUNDING
    rises[:, 1:] = x[:, 1:] > x[:, :-1] + ROUNDING
    top = x.copy()
    for t in range(1, x.shape[1]):
        top[:, t] = np.where(falls[:, t], top[:, t - 1], x[:, t])
    in_fall = falls & (1 + _run_before(falls) + _run_after(falls) >= RUN - 1)
    goes_on = _run_after(rises)
    in_rise = np.where(rises, 1 + _run_before(rises) + goes_on, goes_on) >= RUN - 1
    return top, in_fall, in_rise & ~in_fall


def _run_before(flags: Flags) -> Matrix:
    """Return how many sessions in a row, up to the one before each, are flagged."""
    run = np.zeros_like(flags, dtype=np.float64)
    for t in range(1, flags.shape[1]):
        run[:, t] = (run[:, t - 1] + 1) * flags[:, t - 1]
    return run


def _run_after(flags: Flags) -> Matrix:
    """Return how many sessions in a row, from the one after each, are flagged."""
    return _run_before(flags[:, ::-1])[:, ::-1]


def _makes_two_of_three(below: Flags, is_close: Flags) -> Flags:
    """Return where two neighbours, with the session three in a row, are below the centre and one of them close."""
    n, n_sessions = below.shape
    padded = np.zeros((2, n_sessions + 4, n), dtype=bool)
    padded[:, 2:-2] = below.T, is_close.T
    b, c = padded
    two_before, before, after, two_after = (slice(k, k + n_sessions) for k in (0, 1, 3, 4))
    makes = np.zeros((n_sessions, n), dtype=bool)
    for one, other in ((two_before, before), (before, after), (after, two_after)):
        makes |= b[one] & b[other] & (c[one] | c[other])
    return makes.T
