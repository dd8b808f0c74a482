"""Hyper-parameters as vectors, and how likely a caseload's ratings are under them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from supervision_kit.detection.personal.filter import People, foresee
from supervision_kit.detection.personal.form import Form
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal.side_by_side import fill_on
from supervision_kit.series import Matrix

# Early growth is −Σ β_k exp(−(t − 1)/ρ_k) with β_k ≥ 0 and these ρ, in sessions: it never falls and ends by itself.
GROWTH_SESSIONS = (1.5, 5.0)
# Places in the vector of hyper-parameters; the parts of the growth follow.
LEVEL, BETWEEN, SPREAD, UNEVEN, CARRY, SOFT, GROWTH = range(7)
N_PARTS = GROWTH + len(GROWTH_SESSIONS)
# Nodes of log σ around log s0, in units of `uneven`: the skewed range of a scaled inverse χ².
NODES = np.linspace(-1.9, 2.5, 7)


@dataclass(frozen=True)
class Fit:
    """Hyper-parameters as a vector, the chances of a dip and of a fall, and the weights of the nodes."""

    values: Matrix
    dip: float
    fall: float
    weight: Matrix | None = None

    def prior(self, form: Form, growth: Matrix) -> LimitsPrior:
        """Return these as plain numbers, with what is added in each session."""
        weight = weights_of(self.values[UNEVEN]) if self.weight is None else self.weight
        return LimitsPrior(
            level=float(self.values[LEVEL]),
            between=float(np.exp(self.values[BETWEEN])),
            spreads=tuple(map(float, sigma_of(self.values[None])[:, 0])),
            weights=tuple(map(float, weight / weight.sum())),
            autocorrelation=float(self.values[CARRY]),
            growth=tuple(map(float, growth)),
            step=form.step,
            lowest=form.lowest,
            highest=form.highest,
            softness=float(self.values[SOFT]),
        )


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
    people = people_of(tried, len(x), x.shape[1])
    for t, foresight in enumerate(foresee(lower.T, upper.T, people, tail_from=math.inf)):
        ll += np.where(seen[t], np.log(foresight.likelihood), 0.0)
        after = foresight.weight_after if t == 0 else np.where(seen[t], foresight.weight_after, after)
    return ll.reshape(n_tried, len(x)), after


def people_of(tried: Candidates, n_series: int, n_sessions: int) -> People:
    """Return all candidates for all series, candidate by candidate."""
    values = np.repeat(tried.values, n_series, axis=0)
    return People(
        level=values[:, LEVEL],
        between=np.exp(values[:, BETWEEN]),
        carry=values[:, CARRY],
        sigma=sigma_of(values),
        weight=weights_of(values[:, UNEVEN]) if tried.weight is None else tried.weight[:, None],
        growth=np.repeat(growth_of(tried.values, n_sessions), n_series, axis=1),
        dip=np.repeat(tried.dip, n_series),
        fall=np.repeat(tried.fall, n_series),
    )


def growth_of(values: Matrix, n_sessions: int) -> Matrix:
    """Return what each vector adds in each session, (n_sessions, n_vectors)."""
    basis = -np.exp(-np.arange(n_sessions)[:, None] / np.array(GROWTH_SESSIONS))
    added: Matrix = basis @ values[:, GROWTH:].T
    return added


def sigma_of(values: Matrix) -> Matrix:
    """Return the within-person SDs of the nodes, (n_nodes, n_vectors)."""
    sigma: Matrix = np.exp(values[:, SPREAD] + np.exp(values[:, UNEVEN]) * NODES[:, None])
    return sigma


def weights_of(log_uneven: Matrix | float) -> Matrix:
    """Return how often each node occurs: the density of log σ where σ² is scaled inverse χ², ν = 1/(2 uneven²)."""
    uneven = np.exp(np.atleast_1d(log_uneven))
    nu = 1 / (2 * uneven**2)
    u = uneven * NODES[:, None]
    log_density = -nu * u - nu / 2 * np.exp(-2 * u)
    density = np.exp(log_density - log_density.max(axis=0))
    weights: Matrix = density / density.sum(axis=0)
    return weights if np.ndim(log_uneven) else weights[:, 0]
