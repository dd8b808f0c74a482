"""Marks worked by hand, and each rule against a plain loop that knows nothing of the code."""

import statistics
import warnings
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk


def marked_sessions(scores, method):
    marks = sk.mark_sessions(scores, method=method)
    return marks.loc[marks["is_rupture"].fillna(value=False), "session"].to_list()


# -- the two worked series ---------------------------------------------------------------------------------------------
# 4.2 4.3 4.2 3.1 3.6 4.1 4.3 4.4: mean 4.025, SD .446414, mean moving range .371429 (2.6 over 7 steps)
# 4.0 4.1 4.0 4.2 4.1 4.0 4.1 4.2: largest fall .1, SD .083452


def test_the_fall_is_inside_its_own_three_sigma_limits(fell_and_came_back):
    marks = sk.mark_sessions(fell_and_came_back, method="control_chart")
    assert marks["expected"].to_list() == pytest.approx([4.025] * 8)
    assert marks["limit"].to_list() == pytest.approx([3.037158] * 8, abs=1e-6)
    assert not marks["is_rupture"].any()


def test_the_fall_is_outside_two_sigma_limits(fell_and_came_back):
    marks = sk.mark_sessions(fell_and_came_back, method=sk.ControlChart(sigmas=2))
    assert marks["limit"].to_list() == pytest.approx([3.366439] * 8, abs=1e-6)
    assert marks.loc[marks["is_rupture"], "session"].to_list() == [4]


def test_the_median_moving_range_is_widened_less_by_the_fall(fell_and_came_back):
    # moving ranges .1 .1 .1 .2 .5 .5 1.1: median .2, sigma .2 / .954 = .209644, 3 sigmas below 4.025 is 3.396069
    marks = sk.mark_sessions(fell_and_came_back, method=sk.ControlChart(median_range=True))
    assert marks["limit"].to_list() == pytest.approx([3.396069] * 8, abs=1e-6)
    assert marks.loc[marks["is_rupture"], "session"].to_list() == [4]


def test_where_most_ratings_repeat_the_one_before_a_median_range_judges_nothing(series):
    marks = sk.mark_sessions(series(4, 4, 4, 4, 2, 4), method=sk.ControlChart(median_range=True))
    assert marks["is_rupture"].isna().all()
    assert set(marks["note"]) == {"most ratings repeat the one before: no range to judge by"}


@pytest.mark.parametrize("sds", [1, 1.5, 2])
def test_the_fall_is_a_drop_of_more_than_two_standard_deviations(fell_and_came_back, sds):
    assert marked_sessions(fell_and_came_back, sk.AdjacentDrop(sds=sds)) == [4]


def test_the_fall_in_standard_deviations_is_the_evidence(fell_and_came_back):
    marks = sk.mark_sessions(fell_and_came_back, method="adjacent_drop").set_index("session")
    assert marks["evidence"][4] == pytest.approx(1.1 / 0.446414, abs=1e-4)
    assert marks["expected"][4] == 4.2


@pytest.mark.parametrize("sigmas", [2, 3])
def test_nothing_is_marked_in_a_series_that_hardly_varies(hardly_varies, sigmas):
    assert marked_sessions(hardly_varies, sk.ControlChart(sigmas=sigmas)) == []


def test_a_bare_drop_rule_would_mark_tenths_of_a_point_and_the_floor_keeps_it_from_that(hardly_varies):
    assert marked_sessions(hardly_varies, sk.AdjacentDrop(sds=1, min_drop=0)) == [3, 5, 6]
    assert marked_sessions(hardly_varies, sk.AdjacentDrop(sds=1)) == []


def test_the_evidence_of_a_control_chart_is_in_sigmas_below_the_centre(fell_and_came_back):
    # sigma .371429 / 1.128 = .329281; session 4: (4.025 - 3.1) / .329281, session 8: (4.025 - 4.4) / .329281
    marks = sk.mark_sessions(fell_and_came_back, method="control_chart").set_index("session")
    assert marks["evidence"][4] == pytest.approx(2.809150, abs=1e-5)
    assert marks["evidence"][8] == pytest.approx(-1.138845, abs=1e-5)


def test_what_an_adjacent_drop_expects_is_the_latest_score_before(series):
    marks = sk.mark_sessions(series(4.2, 4.3, None, 4.1), method="adjacent_drop")
    assert marks["expected"].to_list() == pytest.approx([np.nan, 4.2, 4.3, 4.3], nan_ok=True)
    assert marks["evidence"].isna().to_list() == [True, False, True, False]


# -- settings, missing scores, reasons ---------------------------------------------------------------------------------


def test_the_floor_follows_the_scale(series):
    wai = sk.ControlChart().for_scale(sk.INSTRUMENTS["wai_sr"].scales["total"])
    srs = sk.ControlChart().for_scale(sk.INSTRUMENTS["srs"].scales["total"])
    assert (wai.min_drop, srs.min_drop) == pytest.approx((0.3, 3.0))  # 7.5 % of 4 and of 40 points
    # a fall of 2.9 SRS points is under the floor, one of 3.0 is not
    assert marked_sessions(series(38, 38.1, 38, 35.1, 38, instrument="srs"), sk.AdjacentDrop(sds=1)) == []
    assert marked_sessions(series(38, 38.1, 38, 35.0, 38, instrument="srs"), sk.AdjacentDrop(sds=1)) == [4]


def test_a_fall_of_exactly_the_floor_is_marked_in_spite_of_binary_fractions(series):
    # 4.2 - 3.9 is 0.30000000000000027 in binary, 4.1 - 3.8 is 0.2999999999999998
    for high, low in ((4.2, 3.9), (4.1, 3.8), (3.3, 3.0)):
        assert marked_sessions(series(high, high, high, low, high), sk.AdjacentDrop(sds=1)) == [4]


def test_a_missing_form_is_stepped_over(series):
    with_gap = series(4.2, 4.3, 4.2, 3.1, 4.2, sessions=[1, 2, 3, 7, 8])
    with_empty_form = series(4.2, 4.3, 4.2, None, 3.1, 4.2)
    assert marked_sessions(with_gap, sk.AdjacentDrop(sds=1)) == [7]
    assert marked_sessions(with_empty_form, sk.AdjacentDrop(sds=1)) == [5]


def test_baseline_sessions_set_the_limits_and_are_not_judged(series):
    # baseline 4.0 4.2 4.0 4.2: centre 4.1, mean moving range .2, sigma .177305; 2 sigmas 3.745390, floor at 3.8
    marks = sk.mark_sessions(series(4.0, 4.2, 4.0, 4.2, 3.7, 3.8, 2.0), method=sk.ControlChart(sigmas=2, baseline=4))
    assert marks["is_rupture"].to_list() == [pd.NA, pd.NA, pd.NA, pd.NA, True, False, True]
    assert marks["expected"].to_list() == pytest.approx([4.1] * 7)
    assert marks["limit"].to_list() == pytest.approx([3.745390] * 7, abs=1e-6)


def test_a_baseline_needs_one_session_more_to_judge(series):
    marks = sk.mark_sessions(series(4.0, 4.2, 4.0, 4.2), method=sk.ControlChart(baseline=4))
    assert set(marks["note"]) == {"too few rated sessions: 4 of at least 5"}


@pytest.mark.parametrize("method", ["control_chart", "adjacent_drop"])
def test_where_nothing_can_be_judged_nothing_is_drawn(series, method):
    marks = sk.mark_sessions(pd.concat([series(4, 4, 4, 4), series(4, 3, case_id="C2")]), method=method)
    assert marks[["expected", "limit", "evidence"]].isna().all(axis=None)


def test_the_published_line_of_the_srs_is_36(series):
    marks = sk.mark_sessions(series(38, 36, 35.9, 37, instrument="srs"), method="cutoff")
    assert marks["is_rupture"].to_list() == [pd.NA, False, True, False]
    assert marks["note"].to_list() == ["no spread so far", "", "", ""]


def test_a_cutoff_may_ask_for_more_than_just_below_the_line(series):
    marks = sk.mark_sessions(series(38, 35.5, 34, 33.9, instrument="srs"), method=sk.Cutoff(min_drop=2))
    assert marks["is_rupture"].to_list() == [pd.NA, False, True, True]
    assert marks["limit"].to_list() == [34] * 4
    assert marks["evidence"].to_list() == pytest.approx([np.nan, 0.5, 2, 2.1], nan_ok=True)


def test_a_line_on_another_scales_range_judges_nothing(series):
    scores = pd.concat([series(4.0, 3.0, 4.0), series(38, 35, 37, instrument="srs")])
    marks = sk.mark_sessions(scores, method=sk.Cutoff(line=36)).set_index(["instrument", "session"])
    assert marks["is_rupture"]["wai_sr"].isna().all()
    assert set(marks["note"]["wai_sr"]) == {"no line for this scale"}
    assert marks["is_rupture"]["srs"].to_list() == [pd.NA, True, False]


def test_a_fall_after_a_baseline_of_identical_ratings_is_marked_by_the_floor(series):
    marks = sk.mark_sessions(series(5, 5, 5, 5, 5, 4.8, 2, 2), method=sk.ControlChart(baseline=4)).set_index("session")
    assert marks["is_rupture"].to_list() == [pd.NA] * 5 + [False, True, True]
    assert marks["note"][2] == "one of the first ratings: they set the limits"


def test_an_instrument_without_a_published_line_cannot_be_judged_by_one(series):
    marks = sk.mark_sessions(series(4, 3, 4, 2), method="cutoff")
    assert marks["is_rupture"].isna().all()
    assert set(marks["note"]) == {"no line for this scale"}


@pytest.mark.parametrize(
    ("scores", "session", "note"),
    [
        ((4, 4, 4, 4, 4), 2, "no spread: all ratings are the same"),
        ((5, 5, 5, 5, 5), 2, "at the ceiling: all ratings are the highest possible"),
        ((4, 3, 4), 2, "too few rated sessions: 3 of at least 4"),
        ((4, 3, None, 4, 3, 4), 3, "no score"),
        ((None, None), 1, "no score"),
    ],
)
def test_what_cannot_be_judged_says_why(series, scores, session, note):
    marks = sk.mark_sessions(series(*scores), method="control_chart").set_index("session")
    assert marks["is_rupture"][session] is pd.NA
    assert marks["note"][session] == note


def test_outcome_measures_are_not_judged(series, fell_and_came_back):
    marks = sk.mark_sessions(
        pd.concat([fell_and_came_back, series(9, 5, 1, 20, instrument="phq9")]), method="adjacent_drop"
    )
    assert marks["instrument"].unique().tolist() == ["wai_sr"]
    assert sk.mark_sessions(series(9, 5, instrument="phq9"), method="adjacent_drop").empty


def test_an_instrument_of_the_clinics_own_is_judged_as_it_stands(series):
    assert marked_sessions(series(7, 7, 7, 3, 7, instrument="our_form", scale="trust"), sk.AdjacentDrop(sds=1)) == [4]


def test_several_methods_give_a_mark_each(fell_and_came_back):
    marks = sk.mark_sessions(fell_and_came_back, method=["control_chart", sk.AdjacentDrop(sds=1)])
    assert marks.groupby("method")["is_rupture"].sum().to_dict() == {"control_chart": 0, "adjacent_drop": 1}


def test_one_method_with_two_settings_is_told_apart_by_them(fell_and_came_back):
    marks = sk.mark_sessions(fell_and_came_back, method=[sk.ControlChart(sigmas=2), sk.ControlChart(sigmas=3)])
    assert marks.groupby("method")["is_rupture"].sum().to_dict() == {
        "ControlChart(min_drop=None, sigmas=2, baseline=None, median_range=False)": 1,
        "ControlChart(min_drop=None, sigmas=3, baseline=None, median_range=False)": 0,
    }


def test_marks_come_in_the_order_of_the_scores_and_leave_them_as_they_are(series):
    scores = pd.concat([series(4, 3, 4, 4, case_id="B"), series(4, 4, 4, 3, case_id="A")]).iloc[::-1]
    before = scores.copy(deep=True)
    marks = sk.mark_sessions(scores, method="adjacent_drop")
    assert marks[["case_id", "session"]].to_numpy().tolist() == scores[["case_id", "session"]].to_numpy().tolist()
    pd.testing.assert_frame_equal(scores, before)


def test_an_unknown_method_is_refused_with_the_known_ones(fell_and_came_back):
    with pytest.raises(sk.UnknownNameError, match="Did you mean 'control_chart'"):
        sk.mark_sessions(fell_and_came_back, method="control_charts")


@pytest.mark.parametrize(
    "settings",
    [
        lambda: sk.ControlChart(sigmas=0),
        lambda: sk.ControlChart(baseline=2),
        lambda: sk.AdjacentDrop(sds=-1),
        lambda: sk.AdjacentDrop(min_drop=-0.1),
        lambda: sk.ControlChart(sigmas="2"),
        lambda: sk.ControlChart(sigmas=float("nan")),
        lambda: sk.ControlChart(sigmas=True),
        lambda: sk.ControlChart(baseline=4.5),
        lambda: sk.Cutoff(line=float("inf")),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(settings):
    with pytest.raises(sk.SettingError, match="must be"):
        settings()


@pytest.mark.parametrize("nothing", [None, 3, [None], sk.ControlChart])
def test_what_is_no_method_is_refused(fell_and_came_back, nothing):
    with pytest.raises(sk.SettingError, match="a method is a key"):
        sk.mark_sessions(fell_and_came_back, method=nothing)


def test_a_method_that_is_asked_for_twice_judges_once(fell_and_came_back):
    assert len(sk.mark_sessions(fell_and_came_back, method=["adjacent_drop", sk.AdjacentDrop()])) == 8


# -- plain loops -------------------------------------------------------------------------------------------------------


def loop_control_chart(scores, sigmas, floor):
    """Return what a clinician with a pocket calculator would mark; None where nothing can be said."""
    given = [s for s in scores if s is not None]
    steps = [abs(b - a) for a, b in pairwise(given)]
    if len(given) < 4 or not any(steps):
        return [None] * len(scores)
    centre = statistics.fmean(given)
    limit = centre - sigmas * statistics.fmean(steps) / 1.128
    return [None if s is None else s < limit - 1e-9 and centre - s >= floor - 1e-9 for s in scores]


def loop_adjacent_drop(scores, sds, floor):
    given = [s for s in scores if s is not None]
    if len(given) < 3 or len(set(given)) == 1:
        return [None] * len(scores)
    sd = statistics.stdev(given)
    marks, before = [], None
    for s in scores:
        marks.append(None if s is None or before is None else before - s >= max(sds * sd, floor) - 1e-9)
        before = before if s is None else s
    return marks


def random_caseload(n_cases, rng):
    for n in rng.integers(1, 25, size=n_cases):
        raw = np.clip(rng.normal(4, rng.choice([0.05, 0.4, 0.9]), size=n).round(1), 1, 5)
        yield [None if missing else float(s) for s, missing in zip(raw, rng.random(n) < 0.15, strict=True)]


@pytest.mark.parametrize(
    ("method", "loop"),
    [
        (sk.ControlChart(sigmas=2), lambda s: loop_control_chart(s, 2, 0.3)),
        (sk.ControlChart(sigmas=1, min_drop=0.0), lambda s: loop_control_chart(s, 1, 0.0)),
        (sk.AdjacentDrop(sds=1), lambda s: loop_adjacent_drop(s, 1, 0.3)),
        (sk.AdjacentDrop(sds=0.5, min_drop=0.0), lambda s: loop_adjacent_drop(s, 0.5, 0.0)),
    ],
    ids=["a chart", "a narrow chart without floor", "drops", "small drops without floor"],
)
def test_the_matrix_says_what_a_plain_loop_says_on_20_000_cases(method, loop):
    cases = list(random_caseload(20_000, np.random.default_rng(8)))
    lengths = [len(case) for case in cases]
    scores = pd.DataFrame(
        {
            "case_id": np.repeat([f"C{i}" for i in range(len(cases))], lengths),
            "rater": "client",
            "instrument": "wai_sr",
            "scale": "total",
            "session": np.concatenate([np.arange(1, n + 1) for n in lengths]),
            "score": np.array([s for case in cases for s in case], dtype=float),
        }
    )
    expected = pd.array([mark for case in cases for mark in loop(case)], dtype="boolean")
    found = sk.mark_sessions(scores, method=method)["is_rupture"].array
    assert expected.isna().sum() > 1000
    assert expected.sum() > 1000
    pd.testing.assert_extension_array_equal(found, expected)


# -- what stands beside a series says nothing of it --------------------------------------------------------------------


def in_order(marks):
    return marks.sort_values(["method", "case_id", "rater", "instrument", "scale", "session"], ignore_index=True)


def test_the_order_of_the_rows_changes_no_mark():
    scores = sk.simulate_caseload(12).scores
    marks = sk.mark_sessions(scores, method=sk.METHODS)
    shuffled = sk.mark_sessions(scores.sample(frac=1, random_state=5), method=sk.METHODS)
    pd.testing.assert_frame_equal(in_order(shuffled), in_order(marks), check_exact=True)


def test_several_methods_at_once_say_what_each_says_alone():
    scores = sk.simulate_caseload(12).scores
    alone = [sk.mark_sessions(scores, method=method) for method in sk.METHODS]
    together = sk.mark_sessions(scores, method=sk.METHODS)
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True), check_exact=True)


@pytest.mark.parametrize("method", [m for m in sk.METHODS.values() if m.learn_from is sk.detection.Method.learn_from])
def test_a_method_that_learns_from_nobody_else_says_the_same_of_a_case_alone_to_the_last_digit(method):
    scores = sk.simulate_caseload(20).scores
    marks = sk.mark_sessions(scores, method=method())
    alone = [sk.mark_sessions(of_case, method=method()) for _, of_case in scores.groupby("case_id")]
    pd.testing.assert_frame_equal(in_order(pd.concat(alone)), in_order(marks), check_exact=True)


@pytest.mark.parametrize("method", ["control_chart", "adjacent_drop", "cutoff"])
def test_very_many_cases_are_judged_as_a_few_are(method):
    scores = sk.simulate_caseload(20).scores
    copies = [scores.assign(case_id=scores["case_id"] + f"-{i}") for i in range(250)]
    many = sk.mark_sessions(pd.concat(copies), method=method)
    few = sk.mark_sessions(scores, method=method)
    assert len(many) == 250 * len(few) > 2**17
    part = many.iloc[-len(few) :].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.drop(columns="case_id"), few.drop(columns="case_id"), check_exact=True)


def test_the_marks_keep_to_their_contract():
    marks = sk.mark_sessions(sk.simulate_caseload(12).scores, method=sk.METHODS)
    pd.testing.assert_frame_equal(sk.tables.MARKS.check(marks), marks)


@pytest.mark.parametrize("x", [[[4.0], [4.25]], [[4.0, np.nan], [3.0, np.nan]], [[np.nan]]])
def test_single_ratings_are_no_stretches_to_part(x):
    with warnings.catch_warnings(action="error"):
        assert np.isnan(sk.ChangePoint(shortest=1).judge(np.array(x)).is_rupture).all()
