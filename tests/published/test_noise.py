"""How often the rules mark series of pure noise.

The expected shares were computed once by a separate program (20,000 series of independent normal scores for each
length) before the methods here were written. A first session is not counted: it could have fallen from nothing.
"""

import numpy as np
import pytest

import supervision_kit as sk

N_SERIES = 20_000
# method → sessions per series → (% of series with a mark, % of sessions marked)
SHARES = {
    "drop of 1 SD": {8: (97.1, 26.2), 16: (99.9, 24.9), 30: (100, 24.5)},
    "drop of 2 SD": {8: (55.8, 8.7), 16: (82.7, 8.2), 30: (96.7, 8.1)},
    "below 2 sigmas": {8: (10.9, 1.6), 16: (27.6, 2.0), 30: (48.9, 2.1)},
    "below 3 sigmas": {8: (0.5, 0.07), 16: (1.9, 0.13), 30: (3.6, 0.13)},
}
METHODS = {
    "drop of 1 SD": sk.AdjacentDrop(sds=1, min_drop=0),
    "drop of 2 SD": sk.AdjacentDrop(sds=2, min_drop=0),
    "below 2 sigmas": sk.ControlChart(sigmas=2, min_drop=0),
    "below 3 sigmas": sk.ControlChart(sigmas=3, min_drop=0),
}


@pytest.mark.parametrize("n_sessions", [8, 16, 30])
@pytest.mark.parametrize("rule", SHARES)
def test_noise_is_marked_as_often_as_it_should_be(rule, n_sessions):
    noise = np.random.default_rng(n_sessions).normal(size=(N_SERIES, n_sessions))
    is_rupture = METHODS[rule].judge(noise).is_rupture[:, 1:] == 1
    series, sessions = 100 * is_rupture.any(axis=1).mean(), 100 * is_rupture.mean()
    expected_series, expected_sessions = SHARES[rule][n_sessions]
    # four standard errors of a difference of two simulated shares, and rounding to the printed decimals
    assert series == pytest.approx(expected_series, abs=4 * standard_error(expected_series) * np.sqrt(2) + 0.05)
    assert sessions == pytest.approx(expected_sessions, rel=0.1)


def standard_error(percent):
    return np.sqrt(max(percent, 1) * max(100 - percent, 1) / N_SERIES)
