"""Kappa and shrinkage against printed numbers.

- Cohen's kappa of the two-by-two table 20, 5, 10, 15 is .4 (a textbook example, e.g. Wikipedia, "Cohen's kappa").
- Nineteen experiments on teacher expectancy (Raudenbush & Bryk 1985, https://doi.org/10.3102/10769986010002075): effect
  sizes and standard errors, and the empirical Bayes estimates of their Figure 2 with τ² = 0.0188, as R's metafor gives
  them with their intervals (its own test test_analysis_example_raudenbush1985.r).
"""

import numpy as np
import pytest

from supervision_kit.agreement import kappa_of, shrink, shrink_given

EFFECTS = np.array(
    [
        0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80,
        0.54, 0.18, -0.02, 0.23, -0.18, -0.06, 0.30, 0.07, -0.07,
    ]
)  # fmt: skip
ERRORS = np.array(
    [
        0.125, 0.147, 0.167, 0.373, 0.369, 0.103, 0.103, 0.220, 0.164, 0.251,
        0.302, 0.223, 0.289, 0.290, 0.159, 0.167, 0.139, 0.094, 0.174,
    ]
)  # fmt: skip
SHRUNKEN = np.array(
    [
        0.0543, 0.1006, -0.0064, 0.2144, 0.1051, -0.0082, 0.0174, -0.0293, 0.1604, 0.2485,
        0.1618, 0.1102, 0.0646, 0.1105, -0.0288, 0.0258, 0.1905, 0.0744, 0.0248,
    ]
)  # fmt: skip
LOW = np.array(
    [
        -0.1324, -0.1033, -0.2228, -0.0533, -0.1622, -0.1737, -0.1481, -0.2689, -0.0543, 0,
        -0.097, -0.1303, -0.192, -0.1463, -0.2405, -0.1906, -0.0076, -0.0808, -0.1954,
    ]
)  # fmt: skip


def test_the_textbook_kappa():
    assert kappa_of([20, 5, 10, 15]) == pytest.approx(0.4)


def test_empirical_bayes_estimates_of_the_expectancy_experiments():
    mean, variance = shrink_given(EFFECTS, ERRORS**2, 0.0188)
    assert mean == pytest.approx(SHRUNKEN, abs=6e-4)  # τ² is printed to four decimals
    assert mean - 1.959964 * np.sqrt(variance) == pytest.approx(LOW, abs=1e-3)


def test_not_knowing_the_spread_between_cases_widens_the_intervals():
    found = shrink(EFFECTS, ERRORS**2)
    assert found.mean == pytest.approx(SHRUNKEN, abs=0.06)
    _, variance = shrink_given(EFFECTS, ERRORS**2, 0.0188)
    assert (found.high - found.low > 0.95 * 2 * 1.96 * np.sqrt(variance)).all()
    assert np.mean(found.high - found.low) > np.mean(2 * 1.96 * np.sqrt(variance))


EIGHT_SCHOOLS = np.array([28, 8, -3, 7, -1, 1, 18, 12.0]), np.array([15, 10, 16, 11, 9, 11, 10, 18.0])


def test_eight_schools_as_by_a_plain_grid_over_mean_and_spread():
    """The posterior by brute force: a grid over μ and τ, nothing integrated by hand (Gelman et al., section 5.5)."""
    effect, error = EIGHT_SCHOOLS
    mu, tau = np.meshgrid(np.linspace(-60, 75, 901), np.linspace(0.02, 80, 1200))
    log_likelihood = sum(
        -0.5 * np.log(s**2 + tau**2) - 0.5 * (y - mu) ** 2 / (s**2 + tau**2) for y, s in zip(effect, error, strict=True)
    )
    weight = np.exp(log_likelihood - log_likelihood.max())
    weight /= weight.sum()
    found = shrink(effect, error**2)
    for n, (y, s) in enumerate(zip(effect, error, strict=True)):
        own = tau**2 / (tau**2 + s**2)
        centre = own * y + (1 - own) * mu
        mean = (weight * centre).sum()
        sd = np.sqrt((weight * (own * s**2 + (centre - mean) ** 2)).sum())
        assert found.mean[n] == pytest.approx(mean, abs=0.1)
        assert (found.high[n] - found.low[n]) / (2 * 1.959964) == pytest.approx(sd, rel=0.02)
