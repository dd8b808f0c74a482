"""Hyper-parameters from the ratings of a caseload: penalised maximum likelihood, robust to the ruptures in it.

The likelihood is the filter's, with dips and falls allowed for, so that ruptures are taken for ruptures and not for
spread. What the penalty expects is that of the scale where it is known, else what the ratings themselves roughly say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from supervision_kit.detection.personal.filter import Belief, People, foresee
from supervision_kit.detection.personal.form import Form
from supervision_kit.detection.personal.judging import fill_on
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.series import Matrix

# Early growth is −Σ β_k exp(−(t − 1)/ρ_k) with β_k ≥ 0 and these ρ, in sessions: it never falls and ends by itself.
GROWTH_SESSIONS = (1.5, 5.0)
# Growth after the sessions that were fitted goes on as the caseload's ratings say, as far as their mean is surer than
# this share of the typical spread; one person's rating counts for at most so many predictive SD.
GROWTH_SD, MOST_SAID = 0.1, 1.5
LAST_GROWING = 40  # by then the curve has long been flat
# Places in the vector of hyper-parameters; the parts of the growth follow.
LEVEL, BETWEEN, SPREAD, UNEVEN, CARRY, SOFT, GROWTH = range(7)
N_PARTS = GROWTH + len(GROWTH_SESSIONS)
# Nodes of log σ around log s0, in units of `uneven`: the skewed range of a scaled inverse χ².
NODES = np.linspace(-1.9, 2.5, 7)
# What is tried for the chances of a dip and of a fall, with the weight each has beforehand: mostly none.
CHANCES = np.array([0.0, 0.01, 0.03, 0.06, 0.1])
BELIEF = np.log(np.array([1.0, 0.02, 0.015, 0.01, 0.01]))
# Scales marked at least as finely as this may be used in whole points only.
FINEST = 0.1
# The ceiling can be soft where more ratings than this lie within two within-person SDs of it.
SHARE_NEAR_TOP = 0.1
FIRST_ROUNDS, LATER_ROUNDS = 6, 3
# A caseload's shape of unequal spreads is drawn towards the scaled inverse χ² as by so many more people.
PEOPLE_OF_SHAPE = 6.0


@dataclass(frozen=True)
class Sample:
    """Ratings to fit, as bytes, so that what they give can be remembered.

    One row a series, no gaps, NaN after its end; the first `n_fitted` columns are fitted, the others go on from there.
    """

    shape: tuple[int, int]
    raw: bytes
    n_fitted: int

    @classmethod
    def of(cls, x: Matrix, *, n_fitted: int) -> Sample:
        """Return the ratings `x` as a sample."""
        return cls((x.shape[0], x.shape[1]), np.ascontiguousarray(x).tobytes(), n_fitted)

    @property
    def ratings(self) -> Matrix:
        """The ratings, (n_series, n_ratings)."""
        return np.frombuffer(self.raw).reshape(self.shape)

    def form_of(self, form: Form) -> Form:
        """Return `form`, in whole points where it could be marked more finely and nobody here has."""
        x = self.ratings[:, : self.n_fitted]
        rated = x[~np.isnan(x)]
        is_coarser = 0 < form.step <= FINEST and bool((rated == np.round(rated)).all())
        return replace(form, step=1.0) if is_coarser else form


@dataclass(frozen=True)
class Guess:
    """What is expected of the hyper-parameters, how far off that may be (standard deviations), the smallest spread."""

    centre: Matrix
    sd: Matrix
    floor: float


@dataclass(frozen=True)
class Fit:
    """Hyper-parameters as a vector, the chances of a dip and of a fall, and the weights of the nodes."""

    values: Matrix
    dip: float
    fall: float
    weight: Matrix | None = None

    def prior(self, form: Form, growth: Matrix) -> LimitsPrior:
        """Return these as plain numbers, with what is added in each session."""
        weight = _weights(self.values[UNEVEN]) if self.weight is None else self.weight
        return LimitsPrior(
            level=float(self.values[LEVEL]),
            between=float(np.exp(self.values[BETWEEN])),
            spreads=tuple(map(float, _sigma(self.values[None])[:, 0])),
            weights=tuple(map(float, weight / weight.sum())),
            autocorrelation=float(self.values[CARRY]),
            growth=tuple(map(float, growth)),
            step=form.step,
            lowest=form.lowest,
            highest=form.highest,
            softness=float(self.values[SOFT]),
        )


def guess_of(x: Matrix, form: Form) -> Guess:
    """Return what is expected of ratings like these: by the range of the scale, else by the ratings themselves."""
    steps = np.abs(np.diff(x, axis=1)) / np.sqrt(2)
    means = np.nanmean(x, axis=1)
    floor = max(form.step / 4, 1e-6 * float(np.nanmax(np.abs(x))), 1e-12)
    if form.has_ceiling and np.isfinite(form.lowest):
        span = form.highest - form.lowest
        level, between, spread = form.lowest + 0.8 * span, 0.1 * span, 0.045 * span
        sds = [between, 0.5, 0.4]
    else:
        spread = max(float(np.nanmean(steps)) / 0.8 if (~np.isnan(steps)).any() else 0.0, floor)
        level = float(np.median(means))
        between = max(float(np.std(means)), 0.5 * spread) if len(x) > 1 else 3 * spread
        sds = [10 * between, 1.0, 1.0]
    centre = np.array([level, np.log(between), np.log(spread), np.log(0.3), 0.15, 0.3 * spread, 0, 0])
    sd = np.array([*sds, 0.7, 0.15, spread, 2 * spread, 2 * spread])
    return Guess(centre, sd, floor)


@lru_cache(maxsize=64)
def fit_in_turn(samples: tuple[Sample, ...], form: Form) -> tuple[LimitsPrior, ...]:
    """Fit the samples one after the other, each from where the last one ended; remembered by the ratings themselves."""
    priors = []
    fit = None
    for sample in samples:
        x, its_form = sample.ratings[:, : sample.n_fitted], sample.form_of(form)
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


def go_on_growing(sample: Sample, fit: Fit, form: Form) -> Matrix:
    """Return the growth over all columns of the sample: fitted, then session by session what its ratings say.

    A session is expected to add what the fitted curve adds; the mean of the caseload's ratings, no later than that
    session's, corrects it. Growth never falls.
    """
    x = sample.ratings
    people = _people(Candidates.one(fit), len(x), x.shape[1])
    path = people.growth[:, 0].copy()
    added = np.diff(path, prepend=path[0])
    typical = np.exp(fit.values[SPREAD])
    lower, upper = form.interval(fill_on(x), softness=fit.values[SOFT])
    belief = Belief.before_all(people, len(x))
    for t, rating in enumerate(zip(lower.T, upper.T, strict=True)):
        if t >= sample.n_fitted - 1:
            path[t] = path[t - 1] + added[t]
            if t < LAST_GROWING:
                tiny = 1e-4 * typical
                less, more = (belief.take_in(rating, path[t] + d, people)[0].likelihood for d in (-tiny, tiny))
                slope = np.where(np.isnan(x[:, t]), 0.0, np.log(more / less) / (2 * tiny))
                slope = np.clip(slope, -MOST_SAID / typical, MOST_SAID / typical)
                correction = slope.sum() / ((slope**2).sum() + 1 / (GROWTH_SD * typical) ** 2)
                path[t] = max(path[t] + correction, path[t - 1])
        _, belief = belief.take_in(rating, path[t], people)
    return path


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
    shape = _weights(fit.values[UNEVEN])
    _, after = log_likelihoods(x, Candidates.one(fit), form)
    weight = (after.sum(axis=1) + PEOPLE_OF_SHAPE * shape) / (x.shape[0] + PEOPLE_OF_SHAPE)
    return Fit(fit.values, fit.dip, fit.fall, weight)


@dataclass(frozen=True)
class Candidates:
    """Hyper-parameters to be tried: vectors (n, N_PARTS), chances of a dip and of a fall (n,), weights of the nodes."""

    values: Matrix
    dip: Matrix
    fall: Matrix
    weight: Matrix | None = None

    @classmethod
    def one(cls, fit: Fit) -> Candidates:
        """Return one fit alone."""
        return cls(fit.values[None], np.array([fit.dip]), np.array([fit.fall]), fit.weight)


def log_likelihoods(x: Matrix, tried: Candidates, form: Form) -> tuple[Matrix, Matrix]:
    """Return the log-likelihood of each series under each candidate, (n_candidates, n_series), and the last weights."""
    n_tried = len(tried.values)
    softness = np.repeat(tried.values[:, [SOFT]], len(x), axis=0)
    lower, upper = form.interval(np.tile(fill_on(x), (n_tried, 1)), softness=softness)
    seen = np.tile(~np.isnan(x), (n_tried, 1)).T
    ll, after = np.zeros(len(lower)), np.empty(0)
    for t, foresight in enumerate(foresee(lower.T, upper.T, _people(tried, len(x), x.shape[1]))):
        ll += np.where(seen[t], np.log(foresight.likelihood), 0.0)
        after = foresight.weight_after if t == 0 else np.where(seen[t], foresight.weight_after, after)
    return ll.reshape(n_tried, len(x)), after


def _people(tried: Candidates, n_series: int, n_sessions: int) -> People:
    """Return all candidates for all series, candidate by candidate."""
    values = np.repeat(tried.values, n_series, axis=0)
    return People(
        level=values[:, LEVEL],
        between=np.exp(values[:, BETWEEN]),
        carry=values[:, CARRY],
        sigma=_sigma(values),
        weight=_weights(values[:, UNEVEN]) if tried.weight is None else tried.weight[:, None],
        growth=np.repeat(_growth(tried.values, n_sessions), n_series, axis=1),
        dip=np.repeat(tried.dip, n_series),
        fall=np.repeat(tried.fall, n_series),
    )


def _growth(values: Matrix, n_sessions: int) -> Matrix:
    """Return what each vector adds in each session, (n_sessions, n_vectors)."""
    basis = -np.exp(-np.arange(n_sessions)[:, None] / np.array(GROWTH_SESSIONS))
    added: Matrix = basis @ values[:, GROWTH:].T
    return added


def _sigma(values: Matrix) -> Matrix:
    """Return the within-person SDs of the nodes, (n_nodes, n_vectors)."""
    sigma: Matrix = np.exp(values[:, SPREAD] + np.exp(values[:, UNEVEN]) * NODES[:, None])
    return sigma


def _weights(log_uneven: Matrix | float) -> Matrix:
    """Return how often each node occurs: the density of log σ where σ² is scaled inverse χ², ν = 1/(2 uneven²)."""
    uneven = np.exp(np.atleast_1d(log_uneven))
    nu = 1 / (2 * uneven**2)
    u = uneven * NODES[:, None]
    log_density = -nu * u - nu / 2 * np.exp(-2 * u)
    density = np.exp(log_density - log_density.max(axis=0))
    weights: Matrix = density / density.sum(axis=0)
    return weights if np.ndim(log_uneven) else weights[:, 0]
