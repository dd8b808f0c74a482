"""How long charts run before they signal, against printed tables."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import supervision_kit as sk

TABLE = json.loads((Path(__file__).parent / "chart_values.json").read_text())["run_lengths"]
# Weight .20, limits of 2.962 standard errors: average run length by shift in sigmas, as textbooks of quality control
# reprint it from Lucas & Saccucci (1990)
PRINTED = {0: 500, 0.25: 150, 0.5: 41.8, 1: 10.5, 2: 3.7}
CHART = sk.Ewma(weight=0.2, sigmas=2.962, target=0, sigma=1, min_drop=0)


def run_lengths(signals):
    """Return the first signal of each row; every row has one."""
    assert signals.any(axis=1).all()
    return signals.argmax(axis=1) + 1


def within_three_standard_errors(lengths, expected, rounding=0.0):
    error = lengths.std(ddof=1) / math.sqrt(len(lengths))
    return lengths.mean() == pytest.approx(expected, abs=3 * error + rounding)


def scores_with(shift):
    """Return independent normal scores around `shift`: rows long enough for every one to signal."""
    rng = np.random.default_rng(int(100 * shift) + 1)
    n_sessions = 6000 if shift == 0 else int(20 * PRINTED[shift]) + 20
    return rng.normal(shift, 1, (1000 if shift == 0 else 6000, n_sessions))


@pytest.mark.parametrize("shift", PRINTED)
def test_a_running_average_signals_as_late_as_printed(shift):
    scores = scores_with(shift)
    low, high = CHART.judge(scores), CHART.judge(-scores)
    # the chart's own limits, narrower at first
    exact = TABLE["exact_limits"][TABLE["shifts"].index(shift)]
    signals = (low.is_rupture == 1) | (high.is_rupture == 1)
    assert within_three_standard_errors(run_lengths(signals), exact)
    # the printed table keeps the limits where they end up
    early = np.sqrt(1 - 0.8 ** (2 * np.arange(1, scores.shape[1] + 1)))
    far = np.maximum(np.nan_to_num(low.evidence), np.nan_to_num(high.evidence)) * early > 2.962
    assert within_three_standard_errors(run_lengths(far), PRINTED[shift], rounding=0.5 if shift == 0 else 0.05)


def test_the_printed_table_is_that_of_the_package_spc():
    assert TABLE["fixed_limits"] == pytest.approx([*PRINTED.values()], abs=0.3)


def test_a_chart_of_single_scores_signals_as_late_as_the_normal_distribution_says():
    # a weight of 1 is a Shewhart chart: the chance of a signal is 2 · P(z < -3) = 1 / 370.4; below, 1 / 740.8
    scores = np.random.default_rng(370).normal(size=(700, 9000))
    chart = sk.Ewma(weight=1, sigmas=3, target=0, sigma=1, min_drop=0)
    assert within_three_standard_errors(run_lengths(chart.judge(scores).is_rupture == 1), 2 * 370.398)


def test_limits_of_a_long_baseline_mark_as_often_as_known_ones():
    scores = np.random.default_rng(12).normal(size=(3000, 420))
    signals = sk.ControlChart(baseline=400, min_drop=0).judge(scores).is_rupture[:, 400:] == 1
    share = signals.mean()
    assert share == pytest.approx(0.00135, abs=3 * math.sqrt(0.00135 / signals.size) + 0.0001)
