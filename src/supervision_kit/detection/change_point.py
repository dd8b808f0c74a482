"""The first score of a stretch whose level is lower than that of the stretch before."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from supervision_kit.detection.measuring import (
    D2,
    ROUNDING,
    Flags,
    Positions,
    centre_and_range,
    close_gaps,
    n_scored,
    open_gaps,
)
from supervision_kit.detection.method import Judgement, Method, decide, setting
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
    # the search takes many small steps, in longer ones of which two threads wait less for the interpreter
    cells_at_once: ClassVar[int] = 2**18

    penalty: float = setting(2.0, later("price of a cut"))
    cuts: int | None = setting(None, later("number of cuts"), if_none=later("by their price"), start=1)
    shortest: int = setting(2, later("fewest ratings of a stretch"))

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require("penalty", self.penalty > 0, later("more than 0"))
        self._require("cuts", self.cuts is None or self.cuts >= 1, later("1 or more, or None"))
        self._require("shortest", self.shortest >= 1, later("1 or more"))

    @property
    def fewest_sessions(self) -> int:
        """The fewest rated sessions that this method, as set, can judge."""
        return max(self.min_sessions, ((self.cuts or 1) + 1) * self.shortest)

    def judge(self, x: Matrix) -> Judgement:
        """Judge every session of every series; see :meth:`Method.judge`."""
        closed, gaps = close_gaps(x)
        centre, moving_range = centre_and_range(closed)
        sigma = moving_range / D2
        usable = (n_scored(x) >= self.fewest_sessions) & (sigma > ROUNDING)
        can_judge = usable & ~np.isnan(x)
        begins, level = self._partition(closed, centre, sigma)
        expected = level if gaps is None else open_gaps(level, gaps)
        unchanged = np.where(can_judge, 0.0, np.nan)
        marked = Judgement(
            expected=np.where(can_judge, expected, np.nan),
            limit=np.full_like(x, np.nan),
            evidence=unchanged,
            is_rupture=unchanged.copy(order="F"),
        )
        # there is more to say only where a stretch begins: few cells
        at, series = np.nonzero((begins & usable).T)
        before, now = level[series, at - 1], level[series, at]
        there = (series, at if gaps is None else gaps.stood_at(series, at))
        changed = decide(
            x[there],
            expected=before,
            limit=np.where(now < before - ROUNDING, np.inf, np.nan),
            evidence=(before - now) / sigma[series, 0],
            can_judge=can_judge[there],
            min_drop=self.floor,
            at_limit=True,
        )
        for one in fields(Judgement):
            getattr(marked, one.name)[there] = getattr(changed, one.name)
        return marked

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
        for before, after, session in zip(sums, sums[1:], x.T, strict=False):  # np.cumsum takes three times as long
            np.add(before, session - centre[:, 0], out=after)
        costs = self._costs(sums, price)
        begins, level = np.zeros_like(x.T, dtype=bool), np.full_like(x.T, np.nan)
        rows = np.flatnonzero(np.isfinite(price))  # nothing to part below two ratings
        end = length[rows]
        while len(rows):
            if self.cuts is None:
                start = self._last_start_if_cut(costs[0], sums, end, rows, price[rows])
            else:
                start = self._last_start(costs.pop(), sums, end, rows)
            mean = (sums[end, rows] - sums[start, rows]) / (end - start) + centre[rows, 0]
            _fill_up_to(level, rows, end, mean)  # what lies before this stretch is written over by the next ones
            is_cut = start > 0
            rows, end = rows[is_cut], start[is_cut]
            begins[end, rows] = True
        return begins.T, level.T

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

    def _costs_by_start(self, before: Matrix, sums: Matrix, t: int) -> Matrix:
        """Return what the first `t` ratings of series cost by where the last stretch begins, (n_starts, n_series)."""
        n_starts = t - self.shortest + 1
        gain = sums[t] - sums[:n_starts]
        gain *= gain
        gain *= 1 / np.arange(t, self.shortest - 1, -1.0)[:, None]
        cost: Matrix = np.subtract(before[:n_starts], gain, out=gain)
        return cost

    def _last_start_if_cut(
        self, costs: Matrix, sums: Matrix, end: Positions, rows: Positions, price: Matrix
    ) -> Positions:
        """Return what :meth:`_last_start` does; where one stretch is cheapest, as mostly, no search is needed."""
        in_one = costs[0, rows] - sums[end, rows] ** 2 / end
        start = np.zeros_like(end)
        cut = np.flatnonzero(in_one > costs[end, rows] - price + ROUNDING / 2)
        start[cut] = self._last_start(costs, sums, end[cut], rows[cut])
        return start

    def _last_start(self, before: Matrix, sums: Matrix, end: Positions, rows: Positions) -> Positions:
        """Return where the last stretch of the best partition of the first `end` ratings begins, for some series."""
        n_starts = max(int(end.max(initial=0)) - self.shortest + 1, 1)
        length = end - np.arange(n_starts)[:, None]
        gain = sums[end, rows] - sums[:n_starts].take(rows, axis=1)
        gain *= gain
        gain *= 1 / np.maximum(length, 1)
        cost = np.subtract(before[:n_starts].take(rows, axis=1), gain, out=gain)
        cost[length < self.shortest] = np.inf
        start: Positions = (cost <= cost.min(axis=0) + ROUNDING).argmax(axis=0)
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


def _fill_up_to(level: Matrix, rows: Positions, end: Positions, value: Matrix) -> None:
    """Write the value of each of these series into its sessions before `end`; `level` is (n_sessions, n_series)."""
    is_before = np.arange(len(level))[:, None] < end
    if len(rows) == level.shape[1]:
        np.copyto(level, value, where=is_before)
    else:
        level[:, rows] = np.where(is_before, value, level[:, rows])
