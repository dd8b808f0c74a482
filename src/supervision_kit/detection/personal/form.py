"""The form between a feeling and a rating: rounding to its steps, its highest and lowest score, its soft ceiling."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.instruments import Scale
from supervision_kit.instruments.instrument import Norms
from supervision_kit.series import Matrix


@dataclass(frozen=True)
class Form:
    """How a latent rating becomes a score.

    Parameters
    ----------
    step
        Distance between neighbouring scores, in scale points; 0 for a continuous scale.
    lowest, highest
        Ends of the scale; infinite where there are none.
    whole_step
        The distance where every answer is a whole number, on forms that are marked on lines (to the millimetre, but
        some clinics write down whole points only); 0 on all others.
    norms
        Of people in treatment, where they are published.
    """

    step: float = 0.0
    lowest: float = -np.inf
    highest: float = np.inf
    whole_step: float = 0.0
    norms: Norms | None = None

    @classmethod
    def of(cls, scale: Scale) -> Form:
        """Return the form of a registered scale."""
        whole_step = scale.step / scale.answer_step if scale.answer_step < 1 else 0.0
        return cls(scale.step, scale.lowest, scale.highest, whole_step, scale.norms)

    @property
    def is_marked_on_lines(self) -> bool:
        """Whether answers are marks on lines."""
        return self.whole_step > 0

    def as_used(self, x: Matrix) -> Form:
        """Return the form with the steps that ratings on it were made in."""
        if not self.is_marked_on_lines:
            return self
        steps = (x[~np.isnan(x)] - self.lowest) / self.whole_step
        is_whole = bool((np.abs(steps - np.round(steps)) < ROUNDING).all())
        return replace(self, step=self.whole_step) if is_whole else self

    @property
    def has_ceiling(self) -> bool:
        """Whether there is a highest score."""
        return bool(np.isfinite(self.highest))

    def interval(self, x: Matrix, *, softness: Matrix | float = 0.0) -> tuple[Matrix, Matrix]:
        """Return between which latent ratings each score must come from; infinite at the ends of the scale.

        Near the ceiling the items of a form reach their top one by one: a latent y becomes
        C − b·log(1 + exp((C − y)/b)) with C half a step above the highest score; `softness` is b, 0 for a hard cut.
        """
        lower, upper = x - self.step / 2, x + self.step / 2
        if self.has_ceiling:
            at_top = x >= self.highest - self.step / 4
            lower, upper = self._unbend(lower, softness), self._unbend(np.where(at_top, lower, upper), softness)
            upper[at_top] = np.inf
        if np.isfinite(self.lowest):
            lower[x <= self.lowest + self.step / 4] = -np.inf
        return lower, upper

    def score(self, y: Matrix, *, softness: float = 0.0) -> Matrix:
        """Return the unrounded score of a latent rating, within the scale."""
        bent = y
        if self.has_ceiling and softness > 0:
            below = (self._top - y) / softness
            # log(1 + exp(…)): NumPy's own, logaddexp, takes five times as long
            bent = self._top - softness * (np.maximum(below, 0) + np.log1p(np.exp(-np.abs(below))))
        within: Matrix = np.minimum(np.maximum(bent, self.lowest), self.highest)
        return within

    def fill_in(self, y: Matrix, *, softness: float = 0.0) -> Matrix:
        """Return the score that the form shows for a latent rating: bent, rounded and cut."""
        bent = self.score(y, softness=softness)
        if self.step == 0:
            return bent
        base = self.lowest if np.isfinite(self.lowest) else 0.0
        return np.clip(base + np.round((bent - base) / self.step) * self.step, self.lowest, self.highest)

    @property
    def _top(self) -> float:
        return self.highest + self.step / 2

    def _unbend(self, score: Matrix, softness: Matrix | float) -> Matrix:
        """Return the latent rating whose unrounded score this is; the inverse of the soft ceiling."""
        if not np.any(softness):
            return score.copy()
        b = np.maximum(softness, 1e-9)
        below = np.maximum(self._top - score, 1e-9)
        latent: Matrix = score - b * np.log(-np.expm1(-below / b))
        return latent
