"""Normal distributions cut to intervals: what the form's rounding and its ends leave of a latent rating."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from supervision_kit.detection.personal.tails import share_below
from supervision_kit.series import Matrix

# Up to this width, in predictive SD, an interval is taken by its middle with the second-order term.
NARROW = 0.9
SMALLEST, SMALLEST_SINGLE = 1e-290, 1e-30
FURTHEST = 37.0  # SD; beyond, a normal distribution is 0 in these numbers
ROOT_2_PI = math.sqrt(2 * math.pi)


@dataclass(frozen=True)
class Cut:
    """What the intervals leave of normal distributions, (n_nodes, n_people) each.

    `mass` within the interval, in the interval's `unit`; `shift` of the mean, in SD; the share of the variance that is
    `settled`; `tail`, where asked: all of the chance of a lower rating and half of that of the same.
    """

    mass: Matrix
    shift: Matrix
    settled: Matrix
    tail: Matrix | None


class Intervals:
    """Between which ends the latent ratings of a session lie, one interval a person.

    Parameters
    ----------
    lower, upper
        The ends, (n_people,); infinite at the ends of the scale.
    per_sd
        1/SD of the normal distributions to be cut, (n_nodes, n_people). Intervals that are wide beside it are cut at
        their ends, all others are taken by their middle.
    """

    def __init__(self, lower: Matrix, upper: Matrix, per_sd: Matrix) -> None:
        self._lower, self._upper, self._per_sd = lower, upper, per_sd
        self._width = upper - lower
        self._wide = np.flatnonzero(~(self._width * per_sd.max(axis=0) < NARROW))
        self._width[self._wide] = 0.0
        self._middle = lower + self._width / 2
        self._middle[self._wide] = 0.0

    def beside(self, per_sd: Matrix) -> Intervals:
        """Return the same intervals beside other spreads."""
        return Intervals(self._lower, self._upper, per_sd)

    @cached_property
    def unit(self) -> Matrix:
        """What a mass of 1 stands for, for all nodes alike. An interval of no width counts as one point wide."""
        unit = np.where(self._width > 0, self._width, 1.0) / ROOT_2_PI
        unit[self._wide] = 1.0
        return unit

    def mass(self, mean: Matrix) -> Matrix:
        """Return the chance of the intervals, in their units, under normal distributions with these means."""
        mass, *_ = self._by_middle(mean)
        if len(self._wide):
            left, right = _turned(*self._wide_ends(mean))
            mass[:, self._wide] = right - left
        return mass

    def cut(self, mean: Matrix, *, with_tail: bool = False) -> Cut:
        """Return normal distributions with these means cut to the intervals."""
        mass, z, bell, bend = self._by_middle(mean)
        tail = _middle_tail(z, bell, bend) if with_tail else None
        settled = 1 - 2 * bend
        cut = Cut(mass, np.multiply(z, settled, out=z), settled, tail)
        if len(self._wide):
            at_ends = _cut_at_ends(*self._wide_ends(mean))
            for one in fields(cut):
                if getattr(cut, one.name) is not None:
                    getattr(cut, one.name)[:, self._wide] = getattr(at_ends, one.name)
        return cut

    def tail(self, mean: Matrix) -> Matrix:
        """Return the tails of :meth:`cut` alone."""
        _, z, bell, bend = self._by_middle(mean)
        tail = _middle_tail(z, bell, bend)
        if len(self._wide):
            tail[:, self._wide] = _cut_at_ends(*self._wide_ends(mean)).tail
        return tail

    def _by_middle(self, mean: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix]:
        """Return mass, middle in SD (z), the bell exp(−z²/2), and how much its bend counts: width² in SD / 24."""
        z = self._middle - mean
        z *= self._per_sd
        bend = self._per_sd * self._per_sd
        bend *= self._width**2 / 24
        mass = z * z
        bell = np.exp(-0.5 * mass)
        mass -= 1
        mass *= bend
        mass += 1
        mass *= bell
        mass *= self._per_sd
        return mass, z, bell, bend

    def _wide_ends(self, mean: Matrix) -> tuple[Matrix, Matrix]:
        """Return the ends of the wide intervals in SD from the mean."""
        mean, per_sd = (part[:, self._wide].astype(np.float64) for part in (mean, self._per_sd))
        ends = self._lower[self._wide], self._upper[self._wide]
        a, b = (np.minimum(np.maximum((end - mean) * per_sd, -FURTHEST), FURTHEST) for end in ends)
        return a, b


def _middle_tail(z: Matrix, bell: Matrix, bend: Matrix) -> Matrix:
    """Return ½ [Φ(z − w/2) + Φ(z + w/2)] to second order; `bell` is used up."""
    tail = share_below(z, bell)
    bell *= z
    bell *= bend
    bell *= 3 / ROOT_2_PI
    tail -= bell
    return tail


def _cut_at_ends(a: Matrix, b: Matrix) -> Cut:
    """Return the standard normal distribution cut at `a` and `b`."""
    left, right = _turned(a, b)
    mass = np.maximum(right - left, SMALLEST)
    density_a, density_b = (np.exp(-0.5 * end * end) / ROOT_2_PI for end in (a, b))
    shift = (density_a - density_b) / mass
    variance = 1 + (a * density_a - b * density_b) / mass - shift**2
    is_far = mass < 1e-10  # noqa: PLR2004 - the differences above have lost their digits: all mass is at the near end
    if is_far.any():
        shift = np.where(is_far, np.where(a > 0, a, b), shift)
        variance[is_far] = 0.05
    tail = (left + right) / 2
    return Cut(mass, shift, 1 - np.minimum(np.maximum(variance, 1e-6), 1), np.where(a + b > 0, 1 - tail, tail))


def _turned(a: Matrix, b: Matrix) -> tuple[Matrix, Matrix]:
    """Return Φ(a) and Φ(b), or Φ(−b) and Φ(−a) where the interval lies above 0: there Φ loses its digits."""
    return _ndtr(np.minimum(a, -b)), _ndtr(np.minimum(b, -a))


def _ndtr(z: Matrix) -> Matrix:
    from scipy.special import ndtr

    share: Matrix = ndtr(z)
    return share


def smallest(masses: Matrix) -> float:
    """Return what stands for 0 in masses of this precision."""
    return SMALLEST if masses.dtype == np.float64 else SMALLEST_SINGLE
