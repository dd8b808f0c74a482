"""Reliable and clinically significant change, and effect sizes, against printed numbers.

- Thirty couples in behavioural marital therapy (Jacobson, Follette & Revenstorf 1984; the data as in Jacobson & Truax
  1991 and in R's clinicalsignificance): Dyadic Adjustment Scale, reliability .88, cut-off 104.
- The worked example of the reliable change index with SD 7.5 and reliability .80 (Jacobson & Truax 1991), by hand.
- Five studies of training (Morris 2008, https://doi.org/10.1177/1094428106291059), standardised mean changes and their
  sampling variances as R's metafor gives them (its own test test_analysis_example_morris2008.r).
"""

import math

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.instruments import Norms, Provenance
from supervision_kit.outcome import (
    ChangeCriteria,
    effect_from_moments,
    find_cutoffs,
    review_outcome,
    standardised_mean_change,
)

COUPLES = [  # before and after
    (90.5, 97.0), (74.0, 124.0), (97.0, 97.5), (73.5, 88.0), (61.0, 96.5), (66.5, 62.5),
    (68.5, 112.5), (86.5, 103.5), (88.5, 90.0), (68.5, 82.5), (98.0, 105.0), (80.5, 99.5),
    (89.5, 112.5), (91.5, 101.0), (83.5, 99.5), (60.5, 79.5), (83.0, 88.0), (88.0, 100.5),
    (98.5, 119.0), (78.5, 116.0), (99.5, 116.0), (79.5, 129.0), (84.5, 113.0), (92.5, 118.0),
    (93.0, 92.0), (85.0, 114.0), (64.0, 68.0), (61.0, 52.0), (80.0, 60.5), (82.5, 104.5),
]  # fmt: skip
SD_PRE = 11.825661
DAS = """
key = "das"
title = "Dyadic Adjustment Scale"
short_title = "DAS"
kind = "outcome"
better_is = "higher"
raters = ["client"]
source = "Spanier 1976"
licence = "test"
[items]
count = 1
lowest = 0
highest = 151
whole_numbers = false
sureness = "seen"
[scales.total]
title = "total"
items = [1]
statistic = "sum"
fewest_answered = 1
[missing]
rule = "none"
sureness = "kit"
"""


@pytest.fixture
def couples(monkeypatch, tmp_path):
    from supervision_kit.instruments import INSTRUMENTS

    path = tmp_path / "das.toml"
    path.write_text(DAS, encoding="utf-8")
    known = dict(INSTRUMENTS) | {"das": sk.read_instrument(path)}
    monkeypatch.setattr("supervision_kit.outcome.reviewing.INSTRUMENTS", known)
    return pd.concat(
        make_scores(pre, post, case_id=f"{n:02}", instrument="das") for n, (pre, post) in enumerate(COUPLES, start=1)
    )


def test_jacobsons_thirty_couples_fall_into_the_printed_classes(couples):
    criteria = ChangeCriteria.from_reliability(sd=SD_PRE, reliability=0.88, cutoff=104)
    assert criteria.error == pytest.approx(5.793367, abs=1e-6)
    changes = review_outcome(couples, criteria={("das", "total"): criteria}).set_index("case_id")
    assert changes["outcome_class"].value_counts().to_dict() == {
        "recovered": 11, "unchanged": 10, "improved": 8, "deteriorated": 1,
    }  # fmt: skip
    assert changes.loc["29", "outcome_class"] == "deteriorated"
    assert changes.loc["29", "rci"] == pytest.approx(-3.37, abs=0.005)


def test_the_first_scores_of_the_couples_are_those_printed():
    pre = pd.Series([before for before, _ in COUPLES])
    assert (len(pre), round(pre.mean(), 6), round(pre.std(), 6)) == (30, 81.583333, SD_PRE)


def test_the_worked_reliable_change():
    # SEM = 7.5 × √0.2 = 3.3541; S_diff = 3.3541 × √2 = 4.7434; (47.5 − 32.5) / 4.7434 = 3.162
    criteria = ChangeCriteria.from_reliability(sd=7.5, reliability=0.8)
    assert criteria.error == pytest.approx(4.7434, abs=5e-5)
    assert criteria.reliable_change == pytest.approx(1.96 * 4.7434, abs=1e-4)
    assert (47.5 - 32.5) / criteria.error == pytest.approx(3.162, abs=5e-4)


def norms(mean, sd):
    return Norms("by hand", mean, sd, Provenance("seen"))


def test_the_worked_cut_offs():
    better_up = find_cutoffs(norms(40, 7.5), norms(60, 7.5), better_is="higher")
    assert (better_up.a, better_up.b, better_up.c) == (55, 45, 50)
    better_down = find_cutoffs(norms(60, 7.5), norms(40, 7.5), better_is="lower")
    assert (better_down.a, better_down.b, better_down.c) == (45, 55, 50)


def test_each_distance_to_the_line_c_is_counted_in_its_own_spread():
    # 40 + 2 × 10 = 60 = 70 − 2 × 5: two SDs from either mean
    assert find_cutoffs(norms(40, 10), norms(70, 5), better_is="higher").c == pytest.approx(60)


# mean change, SD before, correlation, n → g and its sampling variance
TRAINED = [
    ((38.5 - 30.6, 15.0, 0.47, 20), 0.5056, 0.0594),
    ((26.8 - 23.5, 3.1, 0.64, 50), 1.0481, 0.0254),
    ((0.7 - 0.5, 0.1, 0.77, 9), 1.8054, 0.2322),
    ((75.9 - 53.4, 14.5, 0.89, 10), 1.4181, 0.1225),
    ((36.0 - 35.6, 4.7, 0.44, 14), 0.0801, 0.0802),
]


@pytest.mark.parametrize(("moments", "value", "variance"), TRAINED)
def test_standardised_mean_changes_are_those_of_metafor(moments, value, variance):
    effect = effect_from_moments(*moments)
    assert effect.value == pytest.approx(value, abs=5e-5)
    assert effect.standard_error**2 == pytest.approx(variance, abs=5e-5)


def test_a_standardised_mean_change_from_raw_scores():
    # first: mean 14, SD √10; last: mean 11; r = 26 / √(40 × 22) = 0.876459; J(4) = Γ(2)/Γ(1.5) × √(2/4) = 0.797885
    effect = standardised_mean_change([10, 12, 14, 16, 18], [8, 9, 13, 12, 13])
    value = 0.797885 * -3 / math.sqrt(10)
    assert effect.value == pytest.approx(value, abs=1e-6)
    assert effect.standard_error**2 == pytest.approx(2 * (1 - 0.876459) / 5 + value**2 / 10, abs=1e-6)
    assert effect.high - effect.value == pytest.approx(2.776445 * effect.standard_error, abs=1e-6)  # t, 4 degrees
