"""Planted ruptures and intervals, by hand and by counting how often the intervals cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision_kit.calibration.intervals import estimate_mean, estimate_share
from supervision_kit.calibration.planting import NEVER, SHAPES, WINDOW, draw_onsets, plant_ruptures
from supervision_kit.errors import UnknownNameError

FLAT = np.full((1, 8), 4.0)


# share of depth 2 × 0.5 = 1 point missing from column 2 on, worked by hand
@pytest.mark.parametrize(
    ("shape", "expected", "found"),
    [
        ("sudden, short", [4, 4, 3, 3.5, 4, 4, 4, 4], [2, 3]),
        ("sudden, lasting", [4, 4, 3, 3, 3, 3, 3, 3], [2, 3, 4, 5, 6]),
        ("gradual, short", [4, 4, 4 - 1 / 3, 4 - 2 / 3, 3, 4, 4, 4], [2, 3, 4]),
        ("gradual, lasting", [4, 4, 3.8, 3.6, 3.4, 3.2, 3, 3], [2, 3, 4, 5, 6]),
    ],
)
def test_a_planted_rupture_takes_away_what_its_shape_says(shape, expected, found):
    rated, mask = plant_ruptures(FLAT, within_sd=np.array([0.5]), onset=np.array([2]), shape=shape, size=2)
    np.testing.assert_allclose(rated[0], expected)
    assert np.flatnonzero(mask[0]).tolist() == found


def test_a_series_without_an_onset_stays_as_it_is():
    rated, mask = plant_ruptures(FLAT, within_sd=np.ones(1), onset=np.array([NEVER]), shape="sudden, lasting", size=3)
    np.testing.assert_array_equal(rated, FLAT)
    assert not mask.any()


def test_an_unknown_shape_is_refused():
    with pytest.raises(UnknownNameError, match="sudden, short"):
        plant_ruptures(FLAT, within_sd=np.ones(1), onset=np.array([2]), shape="sudden", size=1)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(0, 1000))
def test_three_ratings_go_before_an_onset_and_two_come_after_it(lengths, seed):
    n_sessions = np.array(lengths)
    onset = draw_onsets(n_sessions, rng=np.random.default_rng(seed))
    has_one = n_sessions >= 6
    assert (onset[~has_one] == NEVER).all()
    assert (onset[has_one] >= 3).all()
    assert (onset[has_one] <= n_sessions[has_one] - 3).all()


def test_every_possible_onset_is_as_likely_as_another():
    onset = draw_onsets(np.full(9_000, 8), rng=np.random.default_rng(1))
    assert np.bincount(onset)[3:].tolist() == pytest.approx([3000] * 3, abs=4 * np.sqrt(2000))


def test_shapes_end_at_the_full_depth_or_at_none_and_fit_the_window():
    for shares in SHAPES.values():
        assert max(shares) == 1
        assert shares[-1] in (0, 1)
        assert len(shares) <= WINDOW


def test_wilsons_interval_by_hand():
    # 8 of 20: centre (.4 + 3.8415/40) / (1 + 3.8415/20), half-width as printed by Newcombe-style calculators
    estimate = estimate_share([8], [20])
    assert estimate.value == 0.4
    assert (estimate.low, estimate.high) == (pytest.approx(0.2188, abs=5e-5), pytest.approx(0.6134, abs=5e-5))


def test_caseloads_that_differ_more_than_chance_widen_the_interval():
    alike = estimate_share([5, 5, 5, 5], [10, 10, 10, 10])
    unlike = estimate_share([10, 0, 10, 0], [10, 10, 10, 10])
    # between: Σ(hit − share·n)² · 4/3 = 133.3 against 10, with t = 3.182 for four caseloads instead of 1.96
    assert alike.high - alike.low < unlike.high - unlike.low
    n = 40 / (400 / 3 / 10 * (3.182 / 1.96) ** 2)
    assert unlike.high - unlike.low == pytest.approx(
        2 * 1.96 * np.sqrt(0.25 / n + (1.96 / 2 / n) ** 2) / (1 + 1.96**2 / n), abs=1e-3
    )


def test_nothing_counted_is_not_zero():
    assert np.isnan(estimate_share([0, 0], [0, 0]).value)
    assert np.isnan(estimate_mean([0, 0], [0, 0]).value)


def test_the_jackknife_by_hand():
    # means without one caseload: 2.5, 2, 1.5; Student's t with 2 degrees of freedom
    estimate = estimate_mean([1, 2, 3], [1, 1, 1])
    leave_out = np.array([2.5, 2.0, 1.5])
    half = 4.302653 * np.sqrt(2 / 3 * ((leave_out - 2) ** 2).sum())
    assert (estimate.value, estimate.high - estimate.value) == (2, pytest.approx(half))


@pytest.mark.parametrize(("spread", "k"), [(0.0, 25), (0.01, 25), (0.01, 8)])
def test_intervals_cover_the_truth_about_as_often_as_they_say(spread, k):
    rng = np.random.default_rng(6)
    truth = 0.03
    share = np.clip(rng.normal(truth, spread, size=(600, k)), 0, 1)
    hits = rng.binomial(200, share)
    covered = [one.low <= truth <= one.high for row in hits for one in [estimate_share(row, np.full(k, 200))]]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.035)
