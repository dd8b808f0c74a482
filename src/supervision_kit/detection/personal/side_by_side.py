"""Series and hyper-parameters of several kinds, laid out side by side for one run of the filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from supervision_kit.detection.measuring import Positions
from supervision_kit.detection.personal.filter import People
from supervision_kit.detection.personal.nodes import on_few_nodes
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.series import CELLS, Matrix

# Single precision does where levels and growth reach less far than so many spreads.
MOST_SPREADS = 300

# Expected rating, limit and normal score.
Judged = tuple[Matrix, Matrix, Matrix]


@dataclass(frozen=True)
class Task:
    """Some series to be judged by the same hyper-parameters.

    Parameters
    ----------
    ratings
        Without gaps, (n_series, n_ratings); NaN after the end of a series only.
    prior
        The hyper-parameters.
    since
        Limits are needed from this rating on, counted from 0; below 0 for all.
    """

    ratings: Matrix
    prior: LimitsPrior
    since: int

    @property
    def n_series(self) -> int:
        """How many series these are."""
        return len(self.ratings)

    @property
    def n_ratings(self) -> int:
        """How many ratings there may be of each."""
        n: int = self.ratings.shape[1]
        return n

    @cached_property
    def few(self) -> LimitsPrior:
        """The hyper-parameters on few nodes."""
        return _few(self.prior)

    @property
    def fits_single_precision(self) -> bool:
        """Whether levels differ so little beside the spreads that seven digits do for both."""
        reach = max(self.few.between, *map(abs, self.few.growth))
        return reach < MOST_SPREADS * min(self.few.spreads)

    def people(self) -> People:
        """Return the hyper-parameters as the filter takes them: in spreads from the mean level."""
        return _in_spreads(self.few).people(self.n_ratings, self.n_series)

    def lay_out(self, lower: Matrix, upper: Matrix) -> None:
        """Write between which latent ratings each must come from, in spreads from the mean level."""
        prior, filled = self.few, fill_on(self.ratings).T
        for some in self._in_cache(0):
            latents = prior.form.interval(filled[some], softness=prior.softness)
            for end, latent in zip((lower[some], upper[some]), latents, strict=True):
                np.divide(latent - prior.level, prior.typical_spread, out=end)

    def _in_cache(self, first: int) -> Iterator[slice]:
        """Give the ratings from `first` on, as many at a time as stay in a processor's cache."""
        step = max(CELLS // 4 // max(self.n_series, 1), 1)
        for start in range(first, self.n_ratings, step):
            yield slice(start, min(start + step, self.n_ratings))

    def on_form(self, judged: Judged) -> Judged:
        """Return what was judged, (n_ratings, n_series), in scale points and series by series."""
        prior, first = self.few, max(self.since, 0)
        for part in judged[:2]:
            part[:first] = np.nan
            for some in self._in_cache(first):
                part[some] = prior.form.score(prior.level + prior.typical_spread * part[some], softness=prior.softness)
        is_missing = np.isnan(self.ratings.T)
        for part in judged:
            part[is_missing] = np.nan
        expected, limit, score = judged
        return expected.T, limit.T, score.T


@dataclass(frozen=True)
class Course:
    """The ratings of tasks in spreads from the mean level, (n_sessions, n_people), those of most ratings first.

    `rates` says of each session how often it may be marked; `n_ratings` of each person how many ratings there may be,
    `since` from which on limits are needed.
    """

    lower: Matrix
    upper: Matrix
    people: People
    rates: Sequence[float]
    n_ratings: Positions
    since: Positions

    @classmethod
    def of(cls, tasks: Sequence[Task], rates: Sequence[float]) -> Course:
        """Lay tasks out side by side, those of most ratings first."""
        n_series = [task.n_series for task in tasks]
        lower, upper = np.zeros((2, tasks[0].n_ratings, sum(n_series)))
        start = 0
        for task in tasks:
            here = slice(task.n_ratings), slice(start, start := start + task.n_series)
            task.lay_out(lower[here], upper[here])
        people = People.together([(task.people(), task.n_series) for task in tasks])
        n_ratings = np.repeat([task.n_ratings for task in tasks], n_series)
        return cls(lower, upper, people, rates, n_ratings, np.repeat([task.since for task in tasks], n_series))

    def in_single_precision(self) -> Course:
        """Return the same in numbers of half the size."""
        lower: Matrix = self.lower.astype(np.float32)
        upper: Matrix = self.upper.astype(np.float32)
        return replace(self, lower=lower, upper=upper, people=self.people.in_single_precision())

    def among(self, which: Positions) -> Course:
        """Return some of the people, in the same order."""
        lower, upper = self.lower[:, which], self.upper[:, which]
        return Course(lower, upper, self.people.of(which), self.rates, self.n_ratings[which], self.since[which])

    @property
    def n_going_on(self) -> list[int]:
        """How many people still have ratings, for each session."""
        n: list[int] = np.searchsorted(-self.n_ratings, -np.arange(len(self.lower)), side="left").tolist()
        return n

    @property
    def first_needed(self) -> list[int]:
        """The first person whose limit is needed, for each session: nobody before, and those after may as well."""
        earliest = np.minimum.accumulate(self.since)
        # since falls along the people where it is accumulated
        first: list[int] = np.searchsorted(-earliest, -np.arange(len(self.lower)), side="left").tolist()
        return first


@lru_cache(maxsize=512)
def _few(prior: LimitsPrior) -> LimitsPrior:
    return on_few_nodes(prior)


@lru_cache(maxsize=512)
def _in_spreads(prior: LimitsPrior) -> LimitsPrior:
    return prior.in_spreads()


def fill_on(x: Matrix) -> Matrix:
    """Return `x` with each series' last rating in place of what follows its end; 0 where there is none at all."""
    is_over = np.isnan(x)
    n = x.shape[1] - np.count_nonzero(is_over, axis=1)
    last = np.where(n > 0, x[np.arange(len(x)), n - 1], 0.0)
    return np.where(is_over, last[:, np.newaxis], x)
