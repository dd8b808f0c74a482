"""The yardstick rule against the normal distribution's own algebra, summation over a grid, and simulation."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from supervision_kit.calibration.exact import TrueModel, exact_tail

SPREADS, WEIGHTS = (0.2, 0.35, 0.6), (0.3, 0.5, 0.2)


def tail_by_joint_normal(x, model):
    """Condition the joint normal of all ratings, one spread at a time; plain and slow."""
    n_sessions = len(x)
    lag = np.abs(np.subtract.outer(range(n_sessions), range(n_sessions)))
    mean = model.level + model.growth_over(n_sessions)
    tails = []
    for t in range(n_sessions):
        weighed = []
        for spread, weight in zip(model.spreads, model.weights, strict=True):
            covariance = model.level_sd**2 + spread**2 * model.autocorrelation**lag
            past, now = covariance[:t, :t], covariance[t, :t]
            gain = np.linalg.solve(past, now) if t else np.zeros(0)
            expected = mean[t] + gain @ (x[:t] - mean[:t])
            variance = covariance[t, t] - gain @ now
            chance = multivariate_normal(mean[:t], past).pdf(x[:t]) if t else 1.0
            weighed.append((weight * chance, norm.cdf(x[t], expected, np.sqrt(variance))))
        weights, tail = np.transpose(weighed)
        tails.append((weights * tail).sum() / weights.sum())
    return tails


@pytest.mark.parametrize("autocorrelation", [0.0, 0.3])
def test_without_steps_it_is_what_the_joint_normal_says(autocorrelation):
    model = TrueModel(
        level=4, level_sd=0.5, spreads=SPREADS, weights=WEIGHTS, autocorrelation=autocorrelation, growth=(-0.4, -0.1, 0)
    )
    latent, _ = model.draw_latent(np.full(5, 8), rng=np.random.default_rng(1))
    expected = [tail_by_joint_normal(x, model) for x in latent]
    np.testing.assert_allclose(exact_tail(latent, model=model), expected, rtol=1e-6)


def tail_by_summation(x, model):
    """Sum over a fine grid of levels; independent ratings only."""
    levels = np.linspace(model.level - 6 * model.level_sd, model.level + 6 * model.level_sd, 801)
    weight = np.outer(norm.pdf(levels, model.level, model.level_sd), model.weights)
    tails = []
    for rating in x:
        low = -np.inf if rating <= model.lowest else rating - model.step / 2
        high = np.inf if rating >= model.highest else rating + model.step / 2
        below, up_to = (norm.cdf((end - levels[:, None]) / np.array(model.spreads)) for end in (low, high))
        weight = weight / weight.sum()
        tails.append((weight * (below + up_to) / 2).sum())
        weight = weight * (up_to - below)
    return tails


def test_on_a_form_with_a_ceiling_it_is_what_summation_over_a_grid_says():
    model = TrueModel(level=36.5, level_sd=2.5, spreads=(1.0, 1.5, 2.5), weights=WEIGHTS, step=1, lowest=0, highest=40)
    latent, _ = model.draw_latent(np.full(150, 10), rng=np.random.default_rng(2))
    x = model.put_on_form(latent)
    by_summation = np.array([tail_by_summation(row, model) for row in x])
    tail = exact_tail(x, model=model)
    assert (x == 40).mean() > 0.1
    low = by_summation < 0.1  # where a rule decides
    np.testing.assert_allclose(tail[low], by_summation[low], rtol=0.05, atol=0.0005)
    np.testing.assert_allclose(tail, by_summation, atol=0.02)
    assert ((tail < 0.02) == (by_summation < 0.02)).mean() > 0.998


@pytest.mark.parametrize("step", [0, 0.1])
def test_a_session_without_a_rating_tells_nothing_but_takes_its_place(step):
    model = TrueModel(level=30, level_sd=3, spreads=(2.0,), weights=(1.0,), autocorrelation=0.5, step=step)
    # the rating after the gap is two sessions from the one before it: correlation .25 given the level
    tail = exact_tail(np.array([[31.0, np.nan, 27.0]]), model=model)
    assert np.isnan(tail[0, 1])
    gain = (9 + 4 * 0.25) / 13
    expected = norm.cdf(27, 30 + gain, np.sqrt(13 - gain * 10))
    assert tail[0, 2] == pytest.approx(expected, abs=1e-4 if step else 1e-9)


@pytest.mark.parametrize("rate", [0.01, 0.05])
def test_it_marks_as_often_as_asked_at_every_session(rate):
    model = TrueModel(
        level=4.3,
        level_sd=0.4,
        spreads=SPREADS,
        weights=WEIGHTS,
        autocorrelation=0.3,
        growth=(-0.4, -0.2),
        step=1 / 12,
        lowest=1,
        highest=5,
    )
    latent, _ = model.draw_latent(np.full(20_000, 8), rng=np.random.default_rng(3))
    marked = exact_tail(model.put_on_form(latent), model=model) < rate
    np.testing.assert_allclose(marked.mean(axis=0), rate, atol=4 * np.sqrt(rate / 20_000) + 0.05 * rate)


def test_what_it_finds_of_a_known_fall_is_what_the_normal_says():
    # level and spread known: a fall of 2 SD is found at 2 per 100 with chance Φ(2 − 2.0537) = .4786
    model = TrueModel(level=0, level_sd=1e-6, spreads=(1.0,), weights=(1.0,))
    latent, _ = model.draw_latent(np.full(40_000, 1), rng=np.random.default_rng(4))
    found = exact_tail(latent - 2, model=model) < 0.02
    assert found.mean() == pytest.approx(0.4786, abs=4 * 0.0025)
