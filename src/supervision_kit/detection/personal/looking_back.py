"""Personal limits with the whole series in view: what the sessions before and after say of each session.

Each session is as usual, or in a rupture that takes `DEPTH` spreads off the rating, begins with chance `BEGINS` and
stays with chance `STAYS`. The person's level is estimated from the sessions by how likely they are as usual (EM), the
spread by how well each node explains the whole series; the chance of a rupture then comes from both sides of the
session (forward and backward recursions of a two-state Markov chain).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from supervision_kit.detection.personal.cutting import SMALLEST, Cut, Intervals
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal.tails import RAREST
from supervision_kit.series import Matrix

# The kit's own choices.
DEPTH, BEGINS, STAYS = 1.5, 0.1, 0.5
ROUNDS = 4
# This share of the asked rate is spent; hyper-parameters that are estimated use up the rest.
KEPT = 0.9
# The limit of the log odds is found on so many ratings drawn from the prior, but on some series at least.
N_DRAWN, FEWEST_DRAWN = 72_000, 1000


@dataclass(frozen=True)
class _View:
    """Each series as its ratings together show it: (n_ratings, n_series)."""

    usual: Matrix  # latent rating expected where nothing happens
    sd: Matrix
    log_odds: Matrix  # of a rupture by the other sessions alone
    tail: Matrix


def judge_looking_back(x: Matrix, *, prior: LimitsPrior, rate: float) -> tuple[Matrix, Matrix, Matrix]:
    """Return expected rating, limit and normal score of every rating; see :func:`judging.judge_together`."""
    from scipy.special import ndtri

    view = _look_at(x, prior)
    n_rated = np.count_nonzero(~np.isnan(x), axis=1)
    lengths, which = np.unique(np.maximum(n_rated, 1), return_inverse=True)
    critical = np.array([critical_log_odds(prior, KEPT * rate, int(n)) for n in lengths])[which]
    limit = prior.form.score(view.usual - view.sd * _needed(critical - view.log_odds), softness=prior.softness)
    expected = prior.form.score(view.usual, softness=prior.softness)
    score = -ndtri(np.clip(view.tail, RAREST, 1 - RAREST))
    expected, limit, score = (np.where(np.isnan(x), np.nan, part.T) for part in (expected, limit, score))
    return expected, limit, score


def _needed(log_ratio: Matrix) -> Matrix:
    """Return how many SD below usual a rating must lie to be that much likelier in a rupture."""
    return log_ratio / DEPTH + DEPTH / 2


@lru_cache(maxsize=512)
def critical_log_odds(prior: LimitsPrior, rate: float, n_ratings: int) -> float:
    """Return the log odds that a rating in rupture-free series of this length exceeds with chance `rate`."""
    n_series = max(N_DRAWN // n_ratings, FEWEST_DRAWN)
    x = prior.draw(np.full(n_series, n_ratings), rng=np.random.default_rng(1))
    view = _look_at(x, prior)
    middle = _middle(*prior.form.interval(x.T, softness=prior.softness))
    reached = view.log_odds + DEPTH * ((view.usual - middle) / view.sd - DEPTH / 2)
    return float(np.quantile(reached, 1 - rate, method="inverted_cdf"))


def _middle(lower: Matrix, upper: Matrix) -> Matrix:
    """Return the middle of each interval, and its end where it has one only: the top is never too low."""
    return np.where(np.isinf(upper), np.inf, np.where(np.isinf(lower), upper, (lower + upper) / 2))


def _look_at(x: Matrix, prior: LimitsPrior) -> _View:
    """Estimate level and spread of each person, then what the other sessions say of each."""
    people = prior.people(x.shape[1])
    is_missing = np.isnan(x.T)
    lower, upper = prior.form.interval(x.T, softness=prior.softness)
    rating = (
        np.where(is_missing, -np.inf, lower - people.growth),
        np.where(is_missing, np.inf, upper - people.growth),
    )
    level = np.broadcast_to(_upper_half(x - people.growth.T), (len(people.sigma), len(x)))
    for _ in range(ROUNDS):
        level, precision, log_likelihood = _estimate(rating, is_missing, level, prior)
    log_weight = np.log(people.weight) + log_likelihood
    weight = np.exp(log_weight - log_weight.max(axis=0))
    weight /= weight.sum(axis=0)
    mean = (weight * level).sum(axis=0, keepdims=True)
    sd = np.exp((weight * np.log(people.sigma)).sum(axis=0, keepdims=True))
    sd = np.sqrt(sd**2 + (weight / precision).sum(axis=0))
    ratio = _compare(rating, mean, sd)[1]
    before, after = _both_sides(ratio)
    return _View(
        usual=mean + people.growth,
        sd=np.broadcast_to(sd, x.T.shape),
        log_odds=np.log(before * after)[:, 0],
        tail=np.stack([one.tail(mean)[0] for one in _beside(rating, sd)]),
    )


def _upper_half(x: Matrix) -> Matrix:
    """Return the mean of each series' higher half: where the search for its usual level starts."""
    ordered = -np.sort(-x, axis=1)  # NaN last
    n_half = (np.count_nonzero(~np.isnan(x), axis=1) + 1) // 2
    is_high = np.arange(x.shape[1]) < n_half[:, None]
    total: Matrix = np.where(is_high, ordered, 0.0).sum(axis=1) / np.maximum(n_half, 1)
    return total


def _compare(rating: tuple[Matrix, Matrix], level: Matrix, sd: Matrix) -> tuple[list[Cut], Matrix]:
    """Return each rating as usual, and how much likelier it is in a rupture: (n_ratings, n_nodes, n_series)."""
    rated = _beside(rating, sd)
    usual = [one.cut(level) for one in rated]
    fallen = np.stack([one.mass(level - DEPTH * sd) for one in rated])
    return usual, np.maximum(fallen, SMALLEST) / _masses(usual)


def _beside(rating: tuple[Matrix, Matrix], sd: Matrix) -> list[Intervals]:
    return [Intervals(lower, upper, 1 / sd) for lower, upper in zip(*rating, strict=True)]


def _estimate(
    rating: tuple[Matrix, Matrix], is_missing: npt.NDArray[np.bool_], level: Matrix, prior: LimitsPrior
) -> tuple[Matrix, Matrix, Matrix]:
    """One round of EM per node: return the level, how surely it is known (1/variance), and the log-likelihood."""
    sigma = np.broadcast_to(np.array(prior.spreads)[:, None], level.shape)
    usual, ratio = _compare(rating, level, sigma)
    before, after = _both_sides(ratio)
    odds = before * ratio * after
    share = np.where(is_missing[:, None], 0.0, 1 / (1 + odds))  # of the session as usual
    at = np.stack([level + sigma * cut.shift for cut in usual])
    carried = (1 + prior.autocorrelation) / (1 - prior.autocorrelation)  # neighbours that go together say less
    each = share / (sigma**2 * carried)
    precision = 1 / prior.between**2 + each.sum(axis=0)
    new = (prior.level / prior.between**2 + (each * at).sum(axis=0)) / precision
    in_rupture = before / (1 + before)
    mass = _masses(usual) * (1 - in_rupture + in_rupture * ratio)
    log_likelihood = np.log(np.where(is_missing[:, None], 1.0, mass)).sum(axis=0)
    log_likelihood -= ((new - prior.level) / prior.between) ** 2 / 2 + np.log(precision) / 2
    return new, precision, log_likelihood


def _masses(cuts: list[Cut]) -> Matrix:
    return np.maximum(np.stack([cut.mass for cut in cuts]), SMALLEST)


def _both_sides(ratio: Matrix) -> tuple[Matrix, Matrix]:
    """Return the odds of a rupture by the sessions before, and how the sessions after change them."""
    before, after = np.empty(ratio.shape), np.ones(ratio.shape)
    chance = BEGINS / (BEGINS + 1 - STAYS)
    before[0] = chance / (1 - chance)
    for t in range(1, len(ratio)):
        odds = before[t - 1] * ratio[t - 1]
        before[t] = (BEGINS + STAYS * odds) / (1 - BEGINS + (1 - STAYS) * odds)
    for t in range(len(ratio) - 2, -1, -1):
        to_come = ratio[t + 1] * after[t + 1]
        after[t] = (1 - STAYS + STAYS * to_come) / (1 - BEGINS + BEGINS * to_come)
    return before, after
