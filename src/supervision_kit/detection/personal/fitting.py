"""Hyper-parameters from the ratings of a caseload: penalised maximum likelihood, robust to the ruptures in it.

The likelihood is the filter's, with dips and falls allowed for, so that ruptures are taken for ruptures and not for
spread. What the penalty expects is that of the scale where it is known, else what the ratings themselves roughly say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from supervision_kit.detection.personal.form import Form
from supervision_kit.detection.personal.growing import go_on_growing
from supervision_kit.detection.personal.likelihood import (
    BETWEEN,
    CARRY,
    GROWTH,
    LEVEL,
    N_PARTS,
    SOFT,
    SPREAD,
    UNEVEN,
    Candidates,
    Fit,
    log_likelihoods,
    weights_of,
)
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal.sample import Sample
from supervision_kit.series import Matrix

# What is tried for the chances of a dip and of a fall, with the weight each has beforehand: mostly none.
CHANCES = np.array([0.0, 0.01, 0.03, 0.06, 0.1])
BELIEF = np.log(np.array([1.0, 0.02, 0.015, 0.01, 0.01]))
# How much a person's ratings usually vary, as a share of the scale's range (the kit's own choices).
SPREAD_OF_ANSWERS, SPREAD_ON_LINES = 0.065, 0.045
# The ceiling can be soft where more ratings than this lie within two within-person SDs of it.
SHARE_NEAR_TOP = 0.1
FIRST_ROUNDS, LATER_ROUNDS = 6, 3
# A caseload's shape of unequal spreads is drawn towards the scaled inverse χ² as by so many more people.
PEOPLE_OF_SHAPE = 6.0


@dataclass(frozen=True)
class Guess:
    """What is expected of the hyper-parameters, how far off that may be (standard deviations), the smallest spread."""

    centre: Matrix
    sd: Matrix
    floor: float


def guess_of(x: Matrix, form: Form) -> Guess:
    """Return what is expected of ratings like these: by the range of the scale, else by the ratings themselves."""
    steps = np.abs(np.diff(x, axis=1)) / np.sqrt(2)
    means = np.nanmean(x, axis=1)
    floor = max(form.step / 4, 1e-6 * float(np.nanmax(np.abs(x))), 1e-12)
    if form.has_ceiling and np.isfinite(form.lowest):
        level, between, spread = _usual(form)
        sds = [between, 0.5, 0.4]
    else:
        spread = max(float(np.nanmean(steps)) / 0.8 if (~np.isnan(steps)).any() else 0.0, floor)
        level = float(np.median(means))
        between = max(float(np.std(means)), 0.5 * spread) if len(x) > 1 else 3 * spread
        sds = [10 * between, 1.0, 1.0]
    centre = np.array([level, np.log(between), np.log(spread), np.log(0.3), 0.15, 0.3 * spread, 0, 0])
    sd = np.array([*sds, 0.7, 0.15, spread, 2 * spread, 2 * spread])
    return Guess(centre, sd, floor)


def _usual(form: Form) -> tuple[float, float, float]:
    """Return the level, its SD between people and the SD within them that are usual on a registered scale."""
    span = form.highest - form.lowest
    spread = (SPREAD_ON_LINES if form.is_marked_on_lines else SPREAD_OF_ANSWERS) * span
    if form.norms is None:
        return form.lowest + 0.8 * span, 0.1 * span, spread
    spread = max(spread, form.norms.measurement_error or 0)
    between = math.sqrt(max(form.norms.sd**2 - spread**2, (0.3 * form.norms.sd) ** 2))
    return form.norms.mean, between, spread


@lru_cache(maxsize=64)
def fit_in_turn(samples: tuple[Sample, ...], form: Form) -> tuple[LimitsPrior, ...]:
    """Fit the samples one after the other, each from where the last one ended; remembered by the ratings themselves."""
    priors = []
    fit = None
    for sample in samples:
        x = sample.ratings[:, : sample.n_fitted]
        its_form = form.as_used(x)
        guess = guess_of(x, its_form)
        rounds = FIRST_ROUNDS if fit is None else LATER_ROUNDS
        fit = refine(x, fit or start_of(x, guess, its_form), guess=guess, form=its_form, rounds=rounds)
        priors.append(fit.prior(its_form, go_on_growing(sample, fit, its_form)))
        fit = Fit(fit.values, fit.dip, fit.fall)
    return tuple(priors)


def start_of(x: Matrix, guess: Guess, form: Form) -> Fit:
    """Return where the search starts."""
    values = guess.centre.copy()
    steps = np.abs(np.diff(x, axis=1))
    n = (~np.isnan(steps)).sum()
    if n > 0:
        k = n / (n + 10)
        rough = max(float(np.nanmean(steps)) / 1.128, guess.floor)
        values[SPREAD] = k * np.log(rough) + (1 - k) * values[SPREAD]
        k = len(x) / (len(x) + 3)
        values[LEVEL] = k * np.median(np.nanmean(x, axis=1)) + (1 - k) * values[LEVEL]
    spread = np.exp(values[SPREAD])
    if not np.isnan(x[:, 2:]).all():
        values[GROWTH:] = max(float(np.nanmean(x[:, 2:])) - float(np.nanmean(x[:, 0])), 0.0) / 2
    near_top = form.has_ceiling and (x[~np.isnan(x)] > form.highest - 2 * spread).mean() > SHARE_NEAR_TOP
    values[SOFT] = 0.3 * spread if near_top else 0.0
    values[CARRY] = 0.1
    return Fit(values, 0.01, 0.01)


def refine(x: Matrix, fit: Fit, *, guess: Guess, form: Form, rounds: int) -> Fit:
    """Take `rounds` steps up the penalised likelihood of the ratings `x` (no gaps; NaN after the end of a series)."""
    is_free = np.ones(N_PARTS, dtype=bool)
    is_free[SOFT] = fit.values[SOFT] > 0
    for _ in range(rounds):
        fit = _step(x, fit, guess, form, is_free)
    for _ in range(2):
        fit = _reweigh(x, fit, form)
    return fit


def _step(x: Matrix, fit: Fit, guess: Guess, form: Form, is_free: np.ndarray) -> Fit:
    """One step up by persons' slopes (Berndt, Hall, Hall & Hausman 1974); dip and fall averaged over those tried."""
    tiny = 1e-4 * _units(fit.values)
    which = np.flatnonzero(is_free)
    shifted = [fit.values + tiny * (np.arange(N_PARTS) == k) for k in which]
    others = [fit.values] * (2 * len(CHANCES))
    dips = np.array([fit.dip] * (1 + len(which)) + [*CHANCES] + [fit.dip] * len(CHANCES))
    falls = np.array([fit.fall] * (1 + len(which)) + [fit.fall] * len(CHANCES) + [*CHANCES])
    ll, _ = log_likelihoods(x, Candidates(np.array([fit.values, *shifted, *others]), dips, falls), form)
    slope = (ll[1 : 1 + len(which)] - ll[0]) / tiny[which, None]
    totals = ll[1 + len(which) :].sum(axis=1)
    return Fit(
        _climb(fit.values, slope, which, guess),
        _average(totals[: len(CHANCES)]),
        _average(totals[len(CHANCES) :]),
    )


def _climb(values: Matrix, slope: Matrix, which: np.ndarray, guess: Guess) -> Matrix:
    """Return the vector after a step by persons' slopes (n_free, n_people), within bounds and not too far."""
    precision = 1 / guess.sd[which] ** 2
    gradient = slope.sum(axis=1) - precision * (values[which] - guess.centre[which])
    information = slope @ slope.T + np.diag(precision)
    most = 0.5 * _units(values)[which]
    at_zero = np.array([k >= CARRY for k in which]) & (values[which] <= 0)
    free = ~(at_zero & (gradient <= 0))
    new = values.copy()
    for _ in range(3):
        step = np.zeros(len(which))
        step[free] = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
        new[which] = values[which] + np.clip(step, -most, most)
        below = free & np.array([k >= CARRY for k in which]) & (new[which] < 0)
        if not below.any():
            break
        free &= ~below
    new[[BETWEEN, SPREAD]] = np.maximum(new[[BETWEEN, SPREAD]], np.log(guess.floor))
    new[CARRY:] = np.maximum(new[CARRY:], 0)
    new[CARRY] = min(new[CARRY], 0.6)
    new[UNEVEN] = np.clip(new[UNEVEN], np.log(0.05), np.log(0.6))
    return new


def _units(values: Matrix) -> Matrix:
    """Return what counts as one unit of change of each hyper-parameter."""
    between, spread = np.exp(values[BETWEEN]), np.exp(values[SPREAD])
    return np.array([between + spread, 1, 1, 1, 0.4, spread, 2 * spread, 2 * spread])


def _average(totals: Matrix) -> float:
    posterior = totals + BELIEF
    share = np.exp(posterior - posterior.max())
    return float(share @ CHANCES / share.sum())


def _reweigh(x: Matrix, fit: Fit, form: Form) -> Fit:
    """Move the weights of the nodes towards where the caseload's people are (one step of EM)."""
    shape = weights_of(fit.values[UNEVEN])
    _, after = log_likelihoods(x, Candidates.one(fit), form)
    weight = (after.sum(axis=1) + PEOPLE_OF_SHAPE * shape) / (x.shape[0] + PEOPLE_OF_SHAPE)
    return Fit(fit.values, fit.dip, fit.fall, weight)
