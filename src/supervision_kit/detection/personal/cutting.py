"""A normal distribution cut to an interval: what the form's rounding and its ends leave of a latent rating."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supervision_kit.series import Matrix

# Up to this width, in predictive SD, an interval is taken by its middle with the second-order term.
NARROW = 0.9
SMALLEST = 1e-290

Interval = tuple[Matrix, Matrix]


@dataclass(frozen=True)
class Cut:
    """A normal distribution and the interval it is cut to: tail, mass, shift of the mean, variance left."""

    tail: Matrix
    mass: Matrix
    shift: Matrix
    variance: Matrix


def cut_normal(lower: Matrix, upper: Matrix, mean: Matrix, variance: Matrix) -> Cut:
    """Return the moments of normal distributions cut to intervals, by the way that suits each width."""
    per_sd = 1 / np.sqrt(variance)
    is_narrow = (upper - lower) * per_sd.max(axis=0) < NARROW
    if is_narrow.all():
        return _cut_narrow(lower, upper, mean, per_sd)
    if not is_narrow.any():
        return _cut_wide(lower, upper, mean, per_sd)
    parts = [np.empty(mean.shape) for _ in range(4)]
    for rows, cut_by in ((np.flatnonzero(is_narrow), _cut_narrow), (np.flatnonzero(~is_narrow), _cut_wide)):
        cut = cut_by(lower[rows], upper[rows], mean[:, rows], per_sd[:, rows])
        for part, values in zip(parts, vars(cut).values(), strict=True):
            part[:, rows] = values
    return Cut(*parts)


def _cut_narrow(lower: Matrix, upper: Matrix, mean: Matrix, per_sd: Matrix) -> Cut:
    """By the density in the middle; an interval of no width counts as one point wide in the mass."""
    from scipy.special import ndtr

    middle, width = (lower + upper) / 2, upper - lower
    away = middle - mean
    z = away * per_sd
    w2 = (width * per_sd) ** 2
    density = _density(z)
    mass = density * per_sd * np.where(width > 0, width, 1.0) * (1 + (z * z - 1) * w2 / 24)
    tail = ndtr(z) - z * density * w2 / 8  # ½ [Φ(z − w/2) + Φ(z + w/2)] to second order
    return Cut(tail, np.maximum(mass, SMALLEST), away * (1 - w2 / 12), np.broadcast_to(width**2 / 12, mean.shape))


def _cut_wide(lower: Matrix, upper: Matrix, mean: Matrix, per_sd: Matrix) -> Cut:
    from scipy.special import ndtr

    a, b = np.clip((lower - mean) * per_sd, -37, 37), np.clip((upper - mean) * per_sd, -37, 37)
    above = a > 0  # there 1 − Φ keeps the digits that Φ loses
    left, right = ndtr(np.where(above, -b, a)), ndtr(np.where(above, -a, b))
    mass = np.maximum(right - left, SMALLEST)
    density_a, density_b = _density(a), _density(b)
    shift = (density_a - density_b) / mass
    variance = 1 + (a * density_a - b * density_b) / mass - shift**2
    is_far = mass < 1e-10  # noqa: PLR2004 - the differences above have lost their digits: all mass is at the near end
    if is_far.any():
        near = np.where(above, a, b)
        shift, variance = np.where(is_far, near, shift), np.where(is_far, 0.05, variance)
    tail = (left + right) / 2
    variance = np.clip(variance, 1e-6, 1) / per_sd**2
    return Cut(np.where(above, 1 - tail, tail), mass, shift / per_sd, variance)


def _density(z: Matrix) -> Matrix:
    return np.exp(-0.5 * z * z) * 0.3989422804014327
