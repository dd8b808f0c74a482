"""Ratings and hyper-parameters → what was expected, where the limit lies, how rare the rating is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from supervision_kit.detection.measuring import Flags
from supervision_kit.detection.personal.filter import foresee
from supervision_kit.detection.personal.odds import CAP, FIRST, Odds
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal.quantiles import find_quantile
from supervision_kit.detection.personal.side_by_side import Course, Judged, Task
from supervision_kit.detection.personal.tails import RAREST
from supervision_kit.series import Matrix

# Ratings that go before the first one that can be judged.
RATINGS_BEFORE = FIRST + 1
# Single precision cannot tell densities below `RARE` per spread, nor how high a rating is that fewer than `HIGH` come
# above.
RARE, HIGH = 1e-18, 1e-5
# From which rating on (counted from 0) this share of the asked rate is spent: the guard against dips, which costs more
# the longer a series is, and hyper-parameters that are estimated use up the rest (by simulation).
KEPT = ((0, 0.95), (7, 0.9), (15, 0.83), (31, 0.79))


def judge_ratings(x: Matrix, *, prior: LimitsPrior, rate: float, since: int) -> Judged:
    """Return what :func:`judge_together` does of one :class:`Task` alone."""
    (judged,) = judge_together([Task(x, prior, since)], rate=rate)
    return judged


def judge_together(tasks: Sequence[Task], *, rate: float) -> list[Judged]:
    """Judge the series of some tasks in one go: to each comes what would come to it alone, but sooner.

    Parameters
    ----------
    tasks
        What is to be judged: some thousand series in all, for what the filter holds is faster in the processor's cache.
    rate
        False alarms per rupture-free rating.

    Returns
    -------
    list of tuple
        For each task expected rating, limit and normal score of every rating, three arrays of the shape of its ratings;
        NaN where there is no rating, the limit also where fewer than three go before.
    """
    longest_first = sorted(range(len(tasks)), key=lambda place: -tasks[place].n_ratings)
    found: dict[int, Judged] = {}
    for is_single in (True, False):
        places = [place for place in longest_first if tasks[place].fits_single_precision == is_single]
        if places:
            judged = _judge_tasks([tasks[place] for place in places], rate, is_single=is_single)
            found.update(zip(places, judged, strict=True))
    return [found[place] for place in range(len(tasks))]


def _judge_tasks(tasks: Sequence[Task], rate: float, *, is_single: bool) -> Iterator[Judged]:
    """Judge tasks, those of most ratings first, in numbers of one size."""
    course = Course.of(tasks, [rate * kept_at(t) for t in range(tasks[0].n_ratings)])
    judged = _judge_in_single_precision(course) if is_single else _judge(course)[0]
    start = 0
    for task in tasks:
        here = slice(task.n_ratings), slice(start, start := start + task.n_series)
        expected, limit, score = (part[here] for part in judged)
        yield task.on_form((expected, limit, score))


def _judge_in_single_precision(course: Course) -> Judged:
    """Judge in numbers of half the size: that takes half the time, and is right to 1e-3 of a spread, mostly to 1e-6.

    From a rating on that is rarer than they tell, a person is judged in full ones.
    """
    judged, is_rare = _judge(course.in_single_precision())
    rare = np.flatnonzero(is_rare.any(axis=0))
    if len(rare):
        again, _ = _judge(course.among(rare))
        comes_after = np.logical_or.accumulate(is_rare[:, rare], axis=0)
        for part, anew in zip(judged, again, strict=True):
            part[:, rare] = np.where(comes_after, anew, part[:, rare])
    return judged


def _judge(course: Course) -> tuple[Judged, Flags]:
    """Judge ratings in spreads from the mean level; return, too, which are rarer than single precision tells."""
    from scipy.special import ndtri

    shape, n_going_on = course.lower.shape, course.n_going_on
    expected, limit, score = (np.full(shape, np.nan) for _ in range(3))
    is_rare = np.zeros(shape, dtype=bool)
    tail_from = min(int(course.since.min()), FIRST)
    sessions = foresee(course.lower, course.upper, course.people, tail_from=tail_from, n_going_on=n_going_on)
    odds, held = Odds(course.people.carry), np.zeros(shape[1])
    for t, (foresight, n, first) in enumerate(zip(sessions, n_going_on, course.first_needed, strict=True)):
        odds, held = odds.among(slice(n)), held[:n]
        np.less(foresight.density, RARE, out=is_rare[t, :n])
        if foresight.tail is not None:
            tail = foresight.tail.astype(np.float64)
            is_rare[t, :n] |= tail > 1 - HIGH
            score[t, :n] = -ndtri(np.minimum(np.maximum(tail, RAREST), 1 - RAREST))
        if first < n:
            those = slice(first, n)
            part = foresight.of(those)
            expected[t, those] = (part.weight * part.mean).sum(axis=0)
            if t >= RATINGS_BEFORE:
                needed = odds.among(those).needed_after(held[those], rate=course.rates[t], nth=t)
                limit[t, those] = find_quantile(part, needed.astype(course.lower.dtype))
        if t >= FIRST:
            held = np.minimum(odds.of(score[t, :n], held), CAP)
    return (expected, limit, score), is_rare


def kept_at(t: int) -> float:
    """Return the share of the asked rate that is spent at a rating, counted from 0."""
    return next(share for start, share in reversed(KEPT) if t >= start)
