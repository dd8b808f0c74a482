"""How low the next rating would have to be: quantiles of what was foreseen of it, a mixture of normal distributions."""

from __future__ import annotations

import numpy as np

from supervision_kit.detection.personal.filter import Foresight
from supervision_kit.detection.personal.tails import RAREST, share_below
from supervision_kit.series import Matrix

# A step of more SD than this towards a quantile is followed by another, at most so many in all.
LONG, MOST_STEPS = 0.1, 8


def find_quantile(foresight: Foresight, needed: Matrix) -> Matrix:
    """Return the latent rating whose normal score is `needed`: the quantile of the mixture over spreads.

    It starts at the quantile of the mixture's mean, variance, skewness and kurtosis (Cornish–Fisher) and goes on by
    Halley's steps, mostly one or two, until they are short. What is left is less than 1e-4 of the SD foreseen.
    """
    mean, per_sd, weight = foresight.mean, foresight.per_sd, foresight.weight
    centre = (weight * mean).sum(axis=0)
    away = mean - centre
    squares = away * away
    squares += foresight.variance
    each = weight * squares
    variance = each.sum(axis=0)
    sd, z = np.sqrt(variance), -needed
    each /= variance
    lean = (each * away).sum(axis=0) / sd  # skewness / 3, but for Σ w away³, which is next to nothing
    each *= squares
    heavy = np.minimum(each.sum(axis=0) / variance - 1, 1)  # excess kurtosis / 3, but for the fourth powers
    at: Matrix = centre + sd * (z + (z * z - 1) * lean / 2 + z * (z * z - 3) * heavy / 8)
    far = np.arange(len(at))
    for _ in range(MOST_STEPS):
        whose = slice(None) if len(far) == len(at) else far  # all of them are no copy
        step = _halley(at[whose], z[whose], mean[:, whose], per_sd[:, whose], weight[:, whose])
        step = np.minimum(np.maximum(step, -sd[whose]), sd[whose])
        at[whose] += step
        far = far[np.abs(step) > LONG * sd[whose]]
        if not len(far):
            break
    return at


def _halley(at: Matrix, asked: Matrix, mean: Matrix, per_sd: Matrix, weight: Matrix) -> Matrix:
    """Return Halley's step from `at` to where the normal score of the mixture's share below is `asked`.

    With F the share below `at`, F1 and F2 its derivatives, and φ the standard normal density at s = Φ⁻¹(F), the score s
    has the derivatives s1 = F1/φ and s2 = F2/φ + s s1².
    """
    from scipy.special import ndtri

    z = at - mean
    z *= per_sd
    bell = z * z
    bell *= -0.5
    np.exp(bell, out=bell)
    below = share_below(z, bell)
    below *= weight
    score = ndtri(np.minimum(np.maximum(below.sum(axis=0).astype(np.float64), RAREST), 1 - RAREST))
    bell *= weight
    bell *= per_sd
    density = bell.sum(axis=0)
    z *= bell
    z *= per_sd
    per_density = np.exp(0.5 * score * score)
    slope = np.maximum(density * per_density, 1e-300)
    bend = score * slope**2 - z.sum(axis=0) * per_density
    newton = (asked - score) / slope
    step: Matrix = newton / np.minimum(np.maximum(1 + newton * bend / (2 * slope), 0.5), 2.0)
    return step
