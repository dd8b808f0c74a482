"""The first score of a stretch whose level is lower than that of the stretch before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from supervision_kit.detection.measuring import (
    D2,
    ROUNDING,
    Flags,
    Positions,
    centre_and_range,
    n_scored,
)
from supervision_kit.detection.method import Judgement, Method, decide, judge_without_gaps, setting
from supervision_kit.series import Matrix
from supervision_kit.words import later, say, say_number


@dataclass(frozen=True, kw_only=True)
class ChangePoint(Method):
    """A session is marked when a new, lower level of the ratings begins with it.

    The series is cut into stretches of at least `shortest` ratings so that the squared distances of the ratings from
    the mean of their stretch, plus a price for every cut, are as small as possible: the exact least-squares partition.
    A cut costs `penalty` · sigma² · ln(number of ratings), where sigma is the mean moving range / 1.128; or there are
    exactly `cuts` cuts.

    Parameters
    ----------
    penalty
        Price of a cut. 2, one for the new mean and one for where the cut is, counts parameters as the Bayesian
        information criterion does.
    cuts
        The number of cuts; ``None`` leaves it to the penalty.
    shortest
        Fewest ratings of a stretch. With 2, a single low rating is no stretch of its own.
    min_drop
        See :class:`~supervision_kit.detection.method.Method`.

    Notes
    -----
    ``expected`` is the mean of the session's stretch, and of the stretch before where a stretch begins; ``evidence``
    how far the level fell at this session, in sigmas: 0 where no stretch begins, below 0 where it rose. ``limit`` is
    ``<NA>`` except where a lower level begins: then it is the mean before, less the floor. Where two partitions are
    equally good, the one with the longer last stretch is taken. The whole series is used. ``<NA>``: no score, fewer
    scores than two stretches (or `cuts` + 1) need, no spread.

    References
    ----------
    Partitioning as one of four families in Eubanks-Carter, Gorman & Muran (2012), Psychotherapy Research 22(6),
    https://doi.org/10.1080/10503307.2012.693772, their settings not confirmed; the algorithm after Jackson et al.
    (2005), IEEE Signal Processing Letters 12(2), 105–108, https://doi.org/10.1109/LSP.2001.838216.

    Examples
    --------
    >>> ChangePoint().judge(np.array([[4.2, 4.3, 4.2, 4.4, 3.4, 3.3, 3.5, 4.3, 4.4]])).is_rupture
    array([[0., 0., 0., 0., 1., 0., 0., 0., 0.]])
    """

    key: ClassVar[str] = "change_point"
    title: ClassVar[str] = later("Change of level")
    source: ClassVar[str] = later(
        "least-squares partition, after Eubanks-Carter et al. (2012), parameters not confirmed"
    )
    sureness: ClassVar[str] = "unconfirmed"
    prospective: ClassVar[bool] = False
    min_sessions: ClassVar[int] = 4
    evidence_unit: ClassVar[str] = later("sigmas that the level fell")
    threshold: ClassVar[str] = "penalty"

    penalty: float = setting(2.0, later("price of a cut"))
    cuts: int | None = setting(None, later("number of cuts"), if_none=later("by their price"), start=1)
    shortest: int = setting(2, later("fewest ratings of a stretch"))

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("penalty", self.penalty > 0, "more than 0")
        self._require("cuts", self.cuts is None or self.cuts >= 1, "1 or more, or None")
        self._require("shortest", self.shortest >= 1, "1 or more")

    @property
    def fewest_sessions(self) -> int:
        """The fewest rated sessions that this method, as set, can judge."""
        return max(self.min_sessions, ((self.cuts or 1) + 1) * self.shortest)

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        return judge_without_gaps(self._judge, x)

    def _judge(self, x: Matrix) -> Judgement:
        """Judge series that hold no score after a missing one."""
        centre, moving_range = centre_and_range(x)
        sigma = moving_range / D2
        usable = (n_scored(x) >= self.fewest_sessions) & (sigma > ROUNDING)
        begins, level = self._partition(x, centre, sigma)
        before = np.empty_like(x)
        before[:, :1], before[:, 1:] = level[:, :1], level[:, :-1]
        is_lower = begins & (level < before - ROUNDING)
        return decide(
            x,
            expected=np.where(usable, np.where(begins, before, level), np.nan),
            limit=np.where(usable & is_lower, np.inf, np.nan),
            evidence=(before - level) / np.where(usable, sigma, np.nan),
            can_judge=usable & ~np.isnan(x),
            min_drop=self._floor,
            at_limit=True,
        )

    def partition(self, x: Matrix) -> tuple[Flags, Matrix]:
        """Return where a stretch begins, the first of each series aside, and the mean of the stretch of each session.

        `x` holds no score after a missing one.
        """
        centre, moving_range = centre_and_range(x)
        return self._partition(x, centre, moving_range / D2)

    def _partition(self, x: Matrix, centre: Matrix, sigma: Matrix) -> tuple[Flags, Matrix]:
        """Return the partition of series of these means and sigmas, each a column."""
        n_series, n_sessions = x.shape
        length = np.count_nonzero(~np.isnan(x), axis=1)
        price = self.penalty * sigma[:, 0] ** 2 * np.log(np.maximum(length, 1))
        sums = np.zeros((n_sessions + 1, n_series))
        np.cumsum((x - centre).T, axis=0, out=sums[1:])
        costs = self._costs(sums, price)
        begins, mean_from = np.zeros_like(x, dtype=bool), np.full_like(x, np.nan)
        end, rows = length.copy(), np.flatnonzero(np.isfinite(price))  # nothing to part below two ratings
        while len(rows):
            start = self._last_start(costs.pop() if len(costs) > 1 else costs[0], sums, end[rows], rows)
            begins[rows, start] = start > 0
            mean_from[rows, start] = (sums[end[rows], rows] - sums[start, rows]) / (end[rows] - start)
            end[rows] = start
            rows = rows[start > 0]
        level = np.empty_like(x)
        current = np.full(n_series, np.nan)
        for t, mean in enumerate(mean_from.T):
            np.copyto(current, mean, where=~np.isnan(mean))
            np.add(current, centre[:, 0], out=level[:, t])
        np.copyto(level, np.nan, where=np.isnan(x))
        return begins, level

    def _costs(self, sums: Matrix, price: Matrix) -> list[Matrix]:
        """Return the cost of the best partition of the first t ratings, for every t, less the squares of the ratings.

        With a price per cut there is one such table; else one for every number of stretches, from none on.
        """
        first = np.full(sums.shape, np.inf)
        if self.cuts is None:
            first[0] = -price
            self._extend(first, first, sums, price)
            return [first]
        first[0] = 0.0
        tables = [first]
        for _ in range(self.cuts):
            tables.append(np.full(sums.shape, np.inf))
            self._extend(tables[-1], tables[-2], sums, 0.0)
        return tables

    def _extend(self, costs: Matrix, before: Matrix, sums: Matrix, price: Matrix | float) -> None:
        """Fill in `costs` for every t: the cheapest partition `before` a start, and one stretch from there to t."""
        for t in range(self.shortest, len(sums)):
            np.add(self._costs_by_start(before, sums, t).min(axis=0), price, out=costs[t])

    def _costs_by_start(self, before: Matrix, sums: Matrix, t: int, rows: Positions | slice = slice(None)) -> Matrix:
        """Return what the first `t` ratings of series cost by where the last stretch begins, (n_starts, n_series)."""
        some = slice(0, t - self.shortest + 1)
        gain = sums[t, rows] - sums[some, rows]
        gain *= gain
        gain *= 1 / np.arange(t, self.shortest - 1, -1.0)[:, None]
        return np.subtract(before[some, rows], gain, out=gain)

    def _last_start(self, before: Matrix, sums: Matrix, end: Positions, rows: Positions) -> Positions:
        """Return where the last stretch of the best partition of the first `end` ratings begins, for some series."""
        start = np.zeros_like(end)
        ends = np.flatnonzero(np.bincount(end)[self.shortest :]) + self.shortest  # fewer ratings are no stretch
        for t in ends.tolist():
            here = np.flatnonzero(end == t)
            cost = self._costs_by_start(before, sums, t, rows[here])
            start[here] = (cost <= cost.min(axis=0) + ROUNDING).argmax(axis=0)
        return start

    def explain(self, *, score: float, expected: float, limit: float, evidence: float) -> str:  # noqa: ARG002
        """Say why a session was marked; see :meth:`Method.explain`."""
        return say(
            "The level of the ratings fell by {sigmas} sigmas at this session: they lay around {before} before, and "
            "this one is {score}.",
            sigmas=say_number(evidence),
            before=say_number(expected),
            score=say_number(score),
        )
