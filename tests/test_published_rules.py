"""The published rules, worked by hand, and against plain loops that know nothing of the code."""

import dataclasses
import math
import statistics
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from supervision_kit.instruments import Norms, Provenance


def marked(method, *scores):
    judgement = method.judge(np.array([scores], dtype=float))
    return [session for session, is_rupture in enumerate(judgement.is_rupture[0], 1) if is_rupture == 1]


def judged(method, *scores):
    judgement = method.judge(np.array([scores], dtype=float))
    return [session for session, is_rupture in enumerate(judgement.is_rupture[0], 1) if is_rupture == is_rupture]  # noqa: PLR0124 - not NaN


ratings = st.lists(st.integers(4, 20).map(lambda quarters: quarters / 4) | st.none(), min_size=3, max_size=20)


def as_row(scores):
    return np.array([[np.nan if score is None else score for score in scores]])


# -- gumz --------------------------------------------------------------------------------------------------------------


def test_falls_in_a_row_are_added_up():
    # 4.3 → 4.1 → 3.7 → 3.6 is 0.7; largest single fall 0.4; SD of the person .290012, of the sample .5
    scores = (4.2, 4.3, 4.1, 3.7, 3.6, 4.1, 4.3, 4.4)
    assert marked(sk.Gumz(sample_sd=0.5), *scores) == [4, 5]
    assert marked(sk.Gumz(sample_sd=0.5, cumulative=False), *scores) == []
    assert marked(sk.Gumz(sample_sd=0.5, sds=2), *scores) == []


def test_the_stricter_standard_deviation_decides():
    # SD of the person .446414: a fall of 1.1 is 2.46 of these, and 1.1 of a sample SD of 1
    scores = (4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4)
    assert marked(sk.Gumz(sample_sd=0.2, sds=2), *scores) == [4]
    assert marked(sk.Gumz(sample_sd=1.0, sds=2), *scores) == []
    judgement = sk.Gumz(sample_sd=1.0).judge(np.array([scores]))
    assert judgement.evidence[0, 3] == pytest.approx(1.2)  # from 4.3 by way of 4.2


def test_the_sample_is_all_series_that_are_judged_together(series):
    # 10 scores, mean 4, squares 0.36 + 0.36 + 0.16 + 0.16 + 0.01 + 0.01 = 1.06: SD √(1.06 / 9) = .343188
    high = series(4.6, 4.4, 4.1, 4.0, 4.0, case_id="A")
    low = series(3.4, 3.6, 3.9, 4.0, 4.0, case_id="B")
    learned = sk.Gumz().learn_from([high["score"].to_numpy(float)[None], low["score"].to_numpy(float)[None]])
    assert learned.sample_sd == pytest.approx(0.343188, abs=1e-6)


def test_the_sample_is_the_same_to_the_last_digit_in_whatever_order_it_comes():
    rows = np.random.default_rng(1).normal(4, 1, (50, 9))
    whole = sk.Gumz().learn_from([rows])
    parts = sk.Gumz().learn_from([rows[40:], rows[:17, ::-1], np.full((2, 3), np.nan), rows[17:40]])
    assert whole.sample_sd == parts.sample_sd


def test_raters_have_samples_of_their_own(series):
    import pandas as pd

    client = series(4.0, 4.4, 4.0, 4.4, 4.0)
    therapist = series(5.0, 1.0, 5.0, 1.0, 5.0, rater="therapist")
    marks = sk.mark_sessions(pd.concat([client, therapist]), method=sk.Gumz(min_drop=0)).set_index(["rater", "session"])
    # client alone: SD .219089, so a fall of .4 is 1.83 of them; with the therapist's ratings it would be .25
    assert marks["evidence"]["client", 3] == pytest.approx(0.4 / 0.219089, abs=1e-4)


@given(ratings, st.sampled_from([0.1, 0.6]), st.sampled_from([1, 2]))
def test_falls_are_those_of_a_plain_loop(scores, sample_sd, sds):
    given_scores = [(t, score) for t, score in enumerate(scores) if score is not None]
    values = [score for _, score in given_scores]
    expected = []
    if len(values) >= 3 and max(values) > min(values):
        size = sds * max(statistics.stdev(values), sample_sd)
        top = values[0]
        for (_, before), (t, score) in pairwise(given_scores):
            if score >= before:
                top = score
            elif top - score >= size - 1e-9:
                expected.append(t + 1)
    assert marked(sk.Gumz(sds=sds, sample_sd=sample_sd, min_drop=0), *as_row(scores)[0]) == expected


# -- drops from the session before -------------------------------------------------------------------------------------


def test_points_follow_the_scale():
    total = {key: sk.INSTRUMENTS[key].scales["total"] for key in ("wai_s", "wai_sr", "srs")}
    points = {key: sk.PointsDrop().for_scale(scale).points for key, scale in total.items()}
    assert points == pytest.approx({"wai_s": 1, "wai_sr": 4 / 6, "srs": 40 / 6})
    assert sk.PointsDrop().for_scale(None).points == 1
    assert sk.PointsDrop(points=0.8).for_scale(total["srs"]).points == 0.8


def test_a_drop_by_points_is_counted_from_the_latest_score_before():
    scores = (5, 5, math.nan, 4, 4.1, 3.2)
    assert marked(sk.PointsDrop(points=1), *scores) == [4]
    assert judged(sk.PointsDrop(points=1), *scores) == [4, 5, 6]  # nothing to tell by while all were 5


def test_without_norms_a_reliable_drop_judges_nothing_and_says_what_is_missing(series):
    scores = series(7, 7, 3, 7, instrument="our_form", scale="trust")
    assert set(sk.mark_sessions(scores, method="reliable_drop")["note"]) == {
        "no spread or reliability known for this scale"
    }
    marks = sk.mark_sessions(scores, method=sk.ReliableDrop(sd=1))
    assert set(marks["note"]) == {"no reliability known for this scale"}


def test_a_reliable_drop_takes_the_norms_of_the_scale_where_nothing_is_set():
    norms = Norms(population="clients", mean=35, sd=7.5, reliability=0.8, provenance=Provenance("kit"))
    scale = dataclasses.replace(sk.INSTRUMENTS["srs"].scales["total"], norms=norms)
    assert sk.ReliableDrop().for_scale(scale).standard_error == pytest.approx(4.743416)
    assert sk.ReliableDrop(reliability=0.5).for_scale(scale).standard_error == pytest.approx(7.5)


# -- running average ---------------------------------------------------------------------------------------------------


def test_small_falls_in_a_row_sink_the_running_average():
    # baseline 4.2 4.4 4.1 4.3: target 4.25, mean moving range .7 / 3, sigma .206856; more on the page of the method
    scores = (4.2, 4.4, 4.1, 4.3, 4.0, 3.8, 3.7, 3.6, 4.2)
    method = sk.Ewma(baseline=4)
    assert marked(method, *scores) == [7, 8]
    assert judged(method, *scores) == [5, 6, 7, 8, 9]
    limit = method.judge(np.array([scores])).limit[0]
    # session 5: (4.127459 - .8 · 4.25) / .2; session 9: 4.49, but no rating above 4.25 - 0.3 is marked
    assert limit[[4, 8]] == pytest.approx([3.637293, 3.95], abs=1e-5)


def test_with_a_weight_of_one_a_running_average_is_a_chart_of_single_scores():
    rows = np.random.default_rng(2).normal(4, 0.5, (200, 12)).round(2)
    average = sk.Ewma(weight=1, sigmas=2, baseline=5, min_drop=0).judge(rows)
    chart = sk.ControlChart(sigmas=2, baseline=5, min_drop=0).judge(rows)
    np.testing.assert_array_equal(average.is_rupture, chart.is_rupture)
    np.testing.assert_allclose(average.limit[:, 5:], chart.limit[:, 5:])


def test_a_target_that_is_known_leaves_no_session_out():
    # weight .5, k = 1: z = 3, limit 4 - 2 · .5 · √(.5 / 1.5 · .75) = 3.5; k = 2: z = 3.5, limit 3.440983
    assert marked(sk.Ewma(weight=0.5, sigmas=2, target=4, sigma=0.5), 2, 4) == [1]
    assert judged(sk.Ewma(weight=0.5, sigmas=2, target=4, sigma=0.5), 2, 4) == [1, 2]


def test_a_sigma_that_is_known_still_leaves_the_target_to_the_first_ratings():
    # target 4.25; k = 1: z 4.2, limit 4.25 - 2 · .2 · .2 = 4.17; k = 2: z 4.12, limit 4.25 - 2 · .2 · .256125 = 4.14755
    assert marked(sk.Ewma(sigmas=2, sigma=0.2, baseline=4), 4.2, 4.4, 4.1, 4.3, 4.0, 3.8) == [6]
    evidence = sk.Ewma(sigmas=2, sigma=0.2, baseline=4).judge(np.array([[4.2, 4.4, 4.1, 4.3, 4.0, 3.8]])).evidence
    assert evidence[0, 4:] == pytest.approx([0.05 / 0.04, 0.13 / (0.2 * 0.256125)], abs=1e-4)


def test_after_a_baseline_of_identical_ratings_the_floor_decides():
    assert marked(sk.Ewma(), 5, 5, 5, 5, 5, 4.8, 4.7, 5) == [7]
    assert judged(sk.Ewma(), 5, 5, 5, 5, 5, 5, 4.8, 5) == [7, 8]


@pytest.mark.parametrize("settings", [{"sigma": 0}, {"weight": 0}, {"weight": 1.1}, {"baseline": None}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(sk.SettingError):
        sk.Ewma(**settings)


# -- run rules ---------------------------------------------------------------------------------------------------------


def test_each_run_rule_by_hand():
    # centre 3.95, mean moving range 2.1 / 9, limit 3.329333, two thirds of the way 3.536222
    scores = (4.6, 4.5, 4.6, 4.3, 4.0, 3.9, 3.6, 3.4, 3.1, 3.5)
    assert marked(sk.RunRules(), *scores) == [4, 5, 6, 7, 8, 9, 10]
    judgement = sk.RunRules().judge(np.array([scores]))
    assert judgement.expected[0, [0, 3, 9]] == pytest.approx([3.95, 4.6, 3.95])
    assert judgement.limit[0, [0, 3, 9]] == pytest.approx([3.329333, 4.3, 3.536222], abs=1e-6)


def test_seven_below_the_centre_are_a_run_and_six_are_not():
    # centre 4; mean moving range .15 (twelve of .1, one of .8, which is screened out), limit 3.734
    seven = [4.4, 4.3] * 3 + [4.35] + [3.65, 3.6] * 3 + [3.65]
    assert marked(sk.RunRules(ranges=5), *seven) == list(range(8, 15))
    broken = [*seven[:10], 4.4, *seven[10:], 4.4]
    assert marked(sk.RunRules(ranges=5), *broken) == []


def test_large_moving_ranges_are_left_out_of_the_limits():
    # ranges .1 × 8 and 1 × 2: mean .28, screened from .91476 on; mean of the rest .1, limit 4.1636 - .266
    scores = (4.2, 4.3, 4.2, 4.3, 4.2, 3.2, 4.2, 4.3, 4.2, 4.3, 4.2)
    judgement = sk.RunRules().judge(np.array([scores]))
    assert judgement.limit[0, 0] == pytest.approx(sum(scores) / 11 - 0.3)  # the floor is below the limit
    bare = sk.RunRules(min_drop=0).judge(np.array([scores]))
    assert bare.limit[0, 0] == pytest.approx(sum(scores) / 11 - 0.266)


# -- change of level ---------------------------------------------------------------------------------------------------


def test_the_first_session_of_a_lower_level_is_marked():
    # the page of the method has the arithmetic: cuts before sessions 5 and 8, levels 4.275, 3.4, 4.35
    scores = (4.2, 4.3, 4.2, 4.4, 3.4, 3.3, 3.5, 4.3, 4.4)
    judgement = sk.ChangePoint().judge(np.array([scores]))
    assert marked(sk.ChangePoint(), *scores) == [5]
    assert judgement.expected[0] == pytest.approx([4.275] * 5 + [3.4] * 3 + [4.35])
    assert judgement.evidence[0, [4, 7]] == pytest.approx([3.036923, -3.297231], abs=1e-6)
    assert judgement.limit[0, 4] == pytest.approx(3.975)


def test_a_dear_cut_is_not_made():
    assert marked(sk.ChangePoint(penalty=20), 4.2, 4.3, 4.2, 4.4, 3.4, 3.3, 3.5, 4.3, 4.4) == []


def test_a_single_low_rating_is_a_stretch_only_where_stretches_may_be_that_short():
    scores = (4.2, 4.3, 4.2, 4.3, 3.0, 4.2, 4.3, 4.2)
    # two ratings at least: 3.0 and 4.2, mean 3.6; one alone: 3.0
    longer, single = (sk.ChangePoint(cuts=2, shortest=n).judge(np.array([scores])) for n in (2, 1))
    assert longer.expected[0] == pytest.approx([4.25] * 5 + [3.6, 3.6, 4.25])
    assert single.expected[0] == pytest.approx([4.25] * 5 + [3.0, 4.233333, 4.233333], abs=1e-6)


def test_cuts_that_have_no_room_judge_nothing(series):
    marks = sk.mark_sessions(series(4, 3, 4, 2, 4), method=sk.ChangePoint(cuts=2))
    assert set(marks["note"]) == {"too few rated sessions: 5 of at least 6"}


# -- all of them -------------------------------------------------------------------------------------------------------

METHODS = [sk.Gumz(sample_sd=0.3), sk.PointsDrop(), sk.Ewma(), sk.RunRules(), sk.ChangePoint(), sk.ControlChart()]


@pytest.mark.parametrize("method", METHODS, ids=[method.key for method in METHODS])
def test_missing_forms_are_stepped_over_wherever_they_are(method):
    rng = np.random.default_rng(3)
    rows = rng.normal(4, 0.6, (100, 12)).round(1)
    wide = np.full((100, 20), np.nan)
    stands = np.sort(rng.random((100, 20)).argsort(axis=1)[:, :12], axis=1)
    np.put_along_axis(wide, stands, rows, axis=1)
    for name in ("expected", "limit", "evidence", "is_rupture"):
        kept = np.take_along_axis(np.array(getattr(method.judge(wide), name)), stands, axis=1)
        np.testing.assert_allclose(kept, getattr(method.judge(rows), name), rtol=0, atol=1e-9)


EXPLAINED = [
    (
        sk.ControlChart(sigmas=2),
        {"score": 3.1, "expected": 4.025, "limit": 3.366439, "evidence": 2.80915},
        (
            "The rating of 3.1 lies under the lower limit of 3.37, 2.81 sigmas below the centre of this "
            "person's ratings, 4.03."
        ),
    ),
    (
        sk.PointsDrop(points=1),
        {"score": 4.3, "expected": 5.4, "limit": 4.4, "evidence": 1.1},
        "The rating fell by 1.1 points, from 5.4 to 4.3; a fall of 1 point or more is marked.",
    ),
    (
        sk.ReliableDrop(sd=7.5, reliability=0.8),
        {"score": 30.0, "expected": 40.0, "limit": 30.702906, "evidence": 2.108186},
        (
            "The rating fell by 10 points, from 40 to 30: 2.11 standard errors of a difference; a fall of 9.3 "
            "points or more is marked."
        ),
    ),
    (
        sk.AdjacentDrop(),
        {"score": 3.1, "expected": 4.2, "limit": 3.530379, "evidence": 2.46408},
        (
            "The rating fell by 1.1 points, from 4.2 to 3.1: 2.46 standard deviations of this person's ratings; "
            "a fall of 0.67 points or more is marked."
        ),
    ),
    (
        sk.Gumz(sample_sd=0.5),
        {"score": 3.6, "expected": 4.3, "limit": 3.8, "evidence": 1.4},
        (
            "The rating fell session by session from 4.3 to 3.6: 1.4 standard deviations, the larger of this "
            "person's and the caseload's; 1 or more are marked."
        ),
    ),
    (
        sk.Ewma(),
        {"score": 3.7, "expected": 4.25, "limit": 3.892823, "evidence": 3.613113},
        (
            "The rating of 3.7 pulls the running average, 3.61 standard errors below its target of 4.25; a "
            "rating under 3.89 is marked here."
        ),
    ),
    (
        sk.RunRules(),
        {"score": 3.5, "expected": 3.95, "limit": 3.536222, "evidence": 1.928571},
        (
            "The rating of 3.5 lies under 3.54, the line of the run rules here (beyond the lower limit, or in a "
            "run of low or falling ratings), 1.93 mean moving ranges below 3.95."
        ),
    ),
    (
        sk.ChangePoint(),
        {"score": 3.4, "expected": 4.275, "limit": 3.975, "evidence": 3.036923},
        (
            "The level of the ratings fell by 3.04 sigmas at this session: they lay around 4.28 before, and "
            "this one is 3.4."
        ),
    ),
    (
        sk.Cutoff(),
        {"score": 35.5, "expected": 36.0, "limit": 36.0, "evidence": 0.5},
        "The rating of 35.5 lies 0.5 points below the line of 36.",
    ),
]


@pytest.mark.parametrize(("method", "mark", "sentence"), EXPLAINED, ids=[method.key for method, *_ in EXPLAINED])
def test_a_mark_is_explained(method, mark, sentence):
    assert method.explain(**mark) == sentence


def test_every_published_method_has_its_own_words():
    assert {method.key for method, *_ in EXPLAINED} == set(sk.METHODS) - {"personal_limits"}
