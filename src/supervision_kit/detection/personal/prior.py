"""What is known of people on a scale before they have rated: the hyper-parameters of ``personal_limits``."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from supervision_kit.detection.personal.filter import People
from supervision_kit.detection.personal.form import Form
from supervision_kit.errors import SettingError
from supervision_kit.series import Matrix

# In judging, each session may be a dip: without it one early dip makes a person look low and unsteady for long.
GUARD = 0.005


@dataclass(frozen=True, kw_only=True)
class LimitsPrior:
    """How people's ratings on one scale differ and vary while nothing happens.

    Session t of a person is level + growth(t) + deviation; deviations carry over from one session to the next by
    `autocorrelation`. Levels are normal; within-person standard deviations take the values of `spreads` with the
    chances of `weights`. The form bends, rounds and cuts the sum.

    Parameters
    ----------
    level, between
        Mean and standard deviation of people's levels, in scale points.
    spreads, weights
        Within-person standard deviations that occur, and how often (they sum to 1).
    autocorrelation
        Of deviations from one session to the next, 0 to less than 1.
    growth
        Scale points added in session 1, 2, …, mostly negative: what is still missing; after the last one it stays.
    step, lowest, highest
        The form, see :class:`~supervision_kit.detection.personal.form.Form`.
    softness
        Scale points over which the ceiling is soft, 0 for a hard one.

    Raises
    ------
    SettingError
        A number that is impossible.

    Examples
    --------
    >>> prior = LimitsPrior(level=36, between=2.5, spreads=(1.0, 2.0), weights=(0.5, 0.5), step=1, lowest=0, highest=40)
    >>> prior.draw(np.array([3, 2]), rng=np.random.default_rng(1))
    array([[38., 37., 36.],
           [39., 39., nan]])
    """

    level: float
    between: float
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    autocorrelation: float = 0.0
    growth: tuple[float, ...] = (0.0,)
    step: float = 0.0
    lowest: float = -math.inf
    highest: float = math.inf
    softness: float = 0.0

    def __post_init__(self) -> None:
        listed = {one.name: np.atleast_1d(getattr(self, one.name)) for one in fields(self)}
        may_be_infinite = {"lowest", "highest"}
        for name, values in listed.items():
            if np.isnan(values).any() or (name not in may_be_infinite and np.isinf(values).any()):
                raise SettingError(f"LimitsPrior: {name} must be a finite number, or several.")
        self._require("between", self.between > 0, "more than 0")
        self._require("spreads", len(self.spreads) > 0 and min(self.spreads) > 0, "one or more numbers above 0")
        chances = len(self.weights) == len(self.spreads) and min(self.weights) >= 0
        is_whole = chances and math.isclose(sum(self.weights), 1, abs_tol=1e-6)
        self._require("weights", is_whole, "as many as the spreads, 0 or more, with sum 1")
        self._require("autocorrelation", 0 <= self.autocorrelation < 1, "0 or more, and less than 1")
        self._require("growth", len(self.growth) > 0, "one or more numbers")
        self._require("step", self.step >= 0, "0 or more")
        self._require("softness", self.softness >= 0, "0 or more")
        self._require("highest", self.lowest < self.highest, "above lowest")

    @property
    def form(self) -> Form:
        """The form that these people fill in."""
        return Form(self.step, self.lowest, self.highest)

    @property
    def typical_spread(self) -> float:
        """The within-person standard deviation in the middle: the mean of its logarithms, taken back."""
        return math.exp(sum(w * math.log(s) for s, w in zip(self.spreads, self.weights, strict=True)))

    def in_spreads(self) -> LimitsPrior:
        """Return the same people where levels count from their mean, in typical spreads, on no form."""
        unit = self.typical_spread
        return LimitsPrior(
            level=0.0,
            between=self.between / unit,
            spreads=tuple(one / unit for one in self.spreads),
            weights=self.weights,
            autocorrelation=self.autocorrelation,
            growth=tuple(one / unit for one in self.growth),
        )

    def people(self, n_sessions: int, n_people: int = 1) -> People:
        """Return the hyper-parameters as the filter takes them for judging, spelt out for so many people."""
        return People(
            level=np.array([self.level]),
            between=np.array([self.between]),
            carry=np.array([self.autocorrelation]),
            sigma=np.repeat(np.array(self.spreads)[:, None], n_people, axis=1),
            weight=np.array(self.weights)[:, None],
            growth=self._growth_over(n_sessions)[:, None],
            dip=np.array([GUARD]),
            fall=np.zeros(1),
        )

    def draw(self, n_sessions: npt.NDArray[np.int64], *, rng: np.random.Generator) -> Matrix:
        """Draw rupture-free series of these lengths, as the form shows them; NaN after the end of each."""
        return self.put_on_form(self.draw_latent(n_sessions, rng=rng)[0])

    def draw_latent(
        self, n_sessions: npt.NDArray[np.int64], *, rng: np.random.Generator
    ) -> tuple[Matrix, npt.NDArray[np.float64]]:
        """Draw what the form is to show, NaN after the end of each series, and each person's within-person SD."""
        lengths = np.asarray(n_sessions)
        n, longest = len(lengths), int(lengths.max(initial=0))
        level = rng.normal(self.level, self.between, size=(n, 1))
        sigma = rng.choice(self.spreads, size=(n, 1), p=self.weights)
        deviation = rng.normal(size=(n, longest))
        for t in range(1, longest):
            fresh = math.sqrt(1 - self.autocorrelation**2) * deviation[:, t]
            deviation[:, t] = self.autocorrelation * deviation[:, t - 1] + fresh
        latent = level + self._growth_over(longest) + sigma * deviation
        latent[np.arange(longest) >= lengths[:, None]] = np.nan
        return latent, sigma[:, 0]

    def put_on_form(self, latent: Matrix) -> Matrix:
        """Return latent ratings as the form shows them; NaN stays NaN."""
        with np.errstate(invalid="ignore"):
            return self.form.fill_in(latent, softness=self.softness)

    def _growth_over(self, n_sessions: int) -> Matrix:
        last = len(self.growth) - 1
        return np.array(self.growth)[np.minimum(np.arange(n_sessions), last)]

    def _require(self, name: str, holds: bool, allowed: str) -> None:  # noqa: FBT001 - reads as a sentence
        if not holds:
            raise SettingError(f"LimitsPrior: {name} must be {allowed}.")
