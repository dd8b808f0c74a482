"""Methods against methods, readers against readers, client against therapist."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from builders import make_marks, make_scores
from supervision_kit.agreement import kappa_interval, kappa_of, shrink

LOOKING_BACK = sk.ControlChart(baseline=5)


def marks_of(method, marked, n=6, unjudged=(), **about):
    return make_marks(*[4.0] * n, marked=marked, unjudged=unjudged, **about).assign(method=method)


def test_each_session_says_how_many_of_the_methods_mark_it():
    marks = pd.concat(
        [
            marks_of("control_chart", [3, 4], unjudged=[6]),
            marks_of("adjacent_drop", [3], unjudged=[1, 6]),
            marks_of("cutoff", [5]),
        ]
    )
    counts = sk.count_agreement(marks)
    whole = counts[counts["looks"] == "whole"].set_index("session")
    assert whole["n_judged"].to_list() == [1, 2, 2, 2, 2, 0]
    assert whole["n_marked"].fillna(-1).to_list() == [0, 0, 2, 1, 0, -1]
    assert whole["methods"].to_list() == ["", "", "control_chart, adjacent_drop", "control_chart", "", ""]
    back = counts[counts["looks"] == "back"].set_index("session")
    assert back["n_marked"].to_list() == [0, 0, 0, 0, 1, 0]
    assert back.loc[5, "methods"] == "cutoff"


def test_settings_decide_how_a_method_looks():
    scores = make_scores(4.2, 4.3, 4.2, 4.3, 4.2, 3.1, 4.2)
    asked = [sk.ControlChart(sigmas=2), LOOKING_BACK]
    marks = sk.mark_sessions(scores, method=asked)
    counts = sk.count_agreement(marks, methods=asked)
    assert set(counts.loc[counts["methods"].str.contains("baseline=5"), "looks"]) == {"back"}
    with pytest.raises(sk.TableError, match=r"2 method\(s\) in it are neither a registered key nor among `methods`"):
        sk.count_agreement(marks)
    alone = sk.mark_sessions(scores, method=LOOKING_BACK)
    assert set(sk.count_agreement(alone, methods=LOOKING_BACK)["looks"]) == {"back"}


def test_two_methods_over_a_caseload():
    # both 20, only a 5, only b 10, neither 15: agreement .7, by chance .5, kappa .4
    marks = pd.concat(
        [
            marks_of("control_chart", range(1, 26), n=50),
            marks_of("adjacent_drop", [*range(1, 21), *range(26, 36)], n=50),
            marks_of("cutoff", [1], n=50),
        ]
    )
    (row,) = sk.compare_methods(marks).to_dict("records")
    assert (row["method_a"], row["method_b"], row["looks"]) == ("control_chart", "adjacent_drop", "whole")
    assert (row["n_cases"], row["n_sessions"], row["n_left_out"]) == (1, 50, 0)
    assert (row["n_both"], row["n_only_a"], row["n_only_b"]) == (20, 5, 10)
    assert (row["agreement"], row["kappa"]) == (pytest.approx(0.7), pytest.approx(0.4))
    assert pd.isna(row["kappa_low"])  # one case says nothing of how cases differ


def test_sessions_that_either_cannot_judge_are_left_out_and_counted():
    marks = pd.concat(
        [
            marks_of("control_chart", [2], unjudged=[1]),
            marks_of("adjacent_drop", [2], unjudged=[1, 6]),
        ]
    )
    (row,) = sk.compare_methods(marks).to_dict("records")
    assert (row["n_sessions"], row["n_left_out"], row["n_both"]) == (4, 2, 1)
    without_score = pd.concat([make_marks(None, 4, 4).assign(method=m) for m in ("control_chart", "adjacent_drop")])
    (row,) = sk.compare_methods(without_score).to_dict("records")
    assert (row["n_sessions"], row["n_left_out"]) == (2, 0)


def test_kappa_is_not_defined_where_nothing_or_everything_is_marked_by_both():
    assert np.isnan(kappa_of([0, 0, 0, 9]))
    assert np.isnan(kappa_of([9, 0, 0, 0]))
    assert np.isnan(kappa_of([0, 0, 0, 0]))
    assert kappa_of([0, 3, 0, 9]) == 0  # one of them never marks: no better than chance
    assert kappa_of([3, 0, 0, 9]) == 1
    assert kappa_of([0, 5, 5, 0]) == -1


def kappa_in_words(both, only_a, only_b, neither):
    n = both + only_a + only_b + neither
    observed = (both + neither) / n
    a, b = (both + only_a) / n, (both + only_b) / n
    by_chance = a * b + (1 - a) * (1 - b)
    return (observed - by_chance) / (1 - by_chance)


CASES = [(2, 1, 0, 9), (0, 0, 1, 11), (3, 0, 2, 7), (1, 1, 1, 5), (0, 2, 0, 10), (4, 1, 1, 14)]


def test_the_interval_is_the_jackknife_over_cases_written_out():
    columns = list(zip(*CASES, strict=True))
    totals = [sum(column) for column in columns]
    without = [
        np.arctanh(kappa_in_words(*[total - own for total, own in zip(totals, case, strict=True)])) for case in CASES
    ]
    mean = sum(without) / 6
    error = (5 / 6 * sum((one - mean) ** 2 for one in without)) ** 0.5
    whole = np.arctanh(kappa_in_words(*totals))
    t_five_degrees = 2.570582  # from a printed table
    expected = [np.tanh(whole - t_five_degrees * error), np.tanh(whole + t_five_degrees * error)]
    assert kappa_interval(np.array(CASES)) == pytest.approx(expected, abs=1e-6)


def test_an_interval_that_cases_cannot_give_is_left_out():
    assert np.isnan(kappa_interval(np.array(CASES[:4]))).all()  # too few cases
    assert np.isnan(kappa_interval(np.array([*CASES[:4], (0, 0, 0, 0)]))).all()  # one of five holds nothing
    assert np.isnan(kappa_interval(np.tile([2, 0, 0, 8], (6, 1)))).all()  # perfect agreement
    lonely = np.array([(3, 1, 0, 6), *[(0, 0, 0, 10)] * 5])
    assert np.isnan(kappa_interval(lonely)).all()  # without the first case there is no kappa


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=8))
def test_kappa_does_not_mind_which_method_comes_first_and_lies_within_its_interval(cases):
    counts = np.array(cases)
    swapped = counts[:, [0, 2, 1, 3]]
    kappa = kappa_of(counts.sum(axis=0))
    assert kappa == pytest.approx(kappa_of(swapped.sum(axis=0)), nan_ok=True)
    low, high = kappa_interval(counts)
    assert np.isnan(low) == np.isnan(high)
    assert np.isnan(low) or -1 <= low <= kappa <= high <= 1


def test_a_trainees_reading_against_the_key():
    trainee = marks_of("a trainee", [2, 3], unjudged=[6])
    key = marks_of("the team", [3, 4])
    (row,) = sk.compare_readings(trainee, key).to_dict("records")
    assert (row["method_a"], row["method_b"], row["looks"]) == ("reading", "key", "reading")
    assert (row["n_sessions"], row["n_left_out"]) == (5, 1)
    assert (row["n_both"], row["n_only_a"], row["n_only_b"], row["agreement"]) == (1, 1, 1, pytest.approx(3 / 5))
    assert row["kappa"] == pytest.approx(1 / 6)  # agreement 3/5, by chance 2/5 · 2/5 + 3/5 · 3/5 = 13/25
    with pytest.raises(sk.TableError, match="a session is read more than once"):
        sk.compare_readings(pd.concat([trainee, key]), key)


def test_nothing_to_compare_is_an_empty_table():
    nothing = make_marks(4.0).iloc[:0]
    assert sk.count_agreement(nothing).empty
    assert sk.compare_methods(nothing).empty
    assert sk.compare_raters(make_scores(4, 4)).empty


def both_rate(client, therapist, *, case_id="C1", therapist_form="wai_s", sessions=None):
    about = {"case_id": case_id, "sessions": sessions}
    return pd.concat(
        [
            make_scores(*client, instrument="wai_s", **about),
            make_scores(*therapist, instrument=therapist_form, rater="therapist", **about),
        ]
    )


def congruence_of(scores, **more):
    (row,) = sk.compare_raters(scores, **more).to_dict("records")
    return row


@pytest.mark.parametrize("therapist_form", ["wai_s", "wai_st"])
def test_client_and_therapist_over_the_sessions_that_both_rated(therapist_form):
    # shared: sessions 1, 2, 4, 5, 6; client 4 5 6 5 5, therapist 4 4 5 5 4; centred −1 0 1 0 0 and −.4 −.4 .6 .6 −.4
    row = congruence_of(both_rate((4, 5, 6, 6, 5, 5), (4, 4, None, 5, 5, 4), therapist_form=therapist_form))
    r = 1.0 / np.sqrt(2 * 1.2)  # sum of products .4 + 0 + .6 + 0 + 0
    assert (row["instrument"], row["n_shared"], row["note"]) == ("wai_s", 5, "")
    assert row["congruence"] == pytest.approx(r)
    assert row["congruence_low"] == pytest.approx(np.tanh(np.arctanh(r) - 1.959964 / np.sqrt(2)), abs=1e-6)
    assert row["congruence_high"] == pytest.approx(np.tanh(np.arctanh(r) + 1.959964 / np.sqrt(2)), abs=1e-6)
    # differences 0 −1 −1 0 −1: mean −.6, SD √(1.2 / 4) = .5477; t (4 degrees) 2.776445 × .5477 / √5 = .6801
    assert row["discrepancy"] == pytest.approx(-0.6)
    assert row["discrepancy_low"] == pytest.approx(-0.6 - 0.6801, abs=1e-4)
    assert row["discrepancy_share"] == pytest.approx(-0.1)  # the scale goes from 1 to 7
    assert pd.isna(row["congruence_shrunken"])  # one case alone has nothing to be drawn to
    assert pd.isna(row["discrepancy_shrunken"])


def test_a_common_rise_is_not_moving_together():
    # rising 1 a session, and against that line client +1 −1 −1 +1, therapist −1 +1 +1 −1
    scores = both_rate((2, 1, 2, 5, 6, 5), (0.2, 3, 4, 3.2, 5, 6.4))
    plain, without_rise = congruence_of(scores), congruence_of(scores, detrend=True)
    client, therapist, line = (np.array(x, float) for x in ((2, 1, 2, 5, 6, 5), (0.2, 3, 4, 3.2, 5, 6.4), range(6)))
    left = [ratings - np.polyval(np.polyfit(line, ratings, 1), line) for ratings in (client, therapist)]
    assert plain["congruence"] == pytest.approx(np.corrcoef(client, therapist)[0, 1])
    assert plain["congruence"] > 0.5
    assert without_rise["congruence"] == pytest.approx(np.corrcoef(*left)[0, 1])
    assert without_rise["congruence"] < 0
    # two degrees of freedom are left: n − 3 − 1
    width = np.arctanh(without_rise["congruence_high"]) - np.arctanh(without_rise["congruence_low"])
    assert width == pytest.approx(2 * 1.959964 / np.sqrt(2), abs=1e-5)


def test_what_cannot_be_judged_says_why():
    few = congruence_of(both_rate((4, 5, 6), (4, 4, 5)))
    assert (few["note"], pd.isna(few["congruence"])) == ("too few sessions rated by both for a correlation", True)
    assert few["discrepancy"] == pytest.approx(-2 / 3)
    flat = congruence_of(both_rate((4, 4, 4, 4, 4), (4, 5, 4, 5, 4)))
    assert (flat["note"][:9], pd.isna(flat["congruence"])) == ("no spread", True)
    apart = congruence_of(both_rate((4, None, 5, None), (None, 4, None, 5)))
    assert (apart["n_shared"], apart["note"]) == (0, "no session rated by both")
    assert pd.isna(apart["discrepancy"])


def test_forms_with_other_items_or_answers_are_not_compared():
    other = pd.concat([make_scores(4, 4, 4), make_scores(5, 5, 5, instrument="wai_st", rater="therapist")])
    assert sk.compare_raters(other).empty
    outcome = pd.concat([make_scores(9, 8, instrument="phq9", rater=rater) for rater in ("client", "therapist")])
    assert sk.compare_raters(outcome).empty


def test_a_case_with_few_sessions_is_drawn_further_towards_the_others():
    rng = np.random.default_rng(4)
    tables = []
    for n in range(8):
        alliance = 5 + rng.normal(0, 0.6, size=14)
        tables.append(both_rate(alliance, alliance + rng.normal(-0.5, 0.4, size=14), case_id=f"C{n}"))
    wave = 5 + 0.5 * np.resize([1, -1], 14)
    tables.append(both_rate(wave, 10.5 - wave + rng.normal(0, 0.2, size=14), case_id="many"))
    tables.append(both_rate(wave[:6], 10.5 - wave[:6] + rng.normal(0, 0.2, size=6), case_id="few"))
    found = sk.compare_raters(pd.concat(tables)).set_index("case_id")
    assert (found.loc[["many", "few"], "congruence"] < -0.8).all()
    assert (
        found.loc["few", "congruence_shrunken"]
        > found.loc["many", "congruence_shrunken"]
        > found.loc["many", "congruence"]
    )
    for name in ("congruence_shrunken", "discrepancy_shrunken"):
        assert (found[f"{name}_low"] < found[name]).all()
        assert (found[name] < found[f"{name}_high"]).all()
    own = found["discrepancy_high"] - found["discrepancy_low"]
    assert (found["discrepancy_shrunken_high"] - found["discrepancy_shrunken_low"] < own).all()


def draw_counts(rng, n_cases, n_sessions=12):
    """Draw two methods' marks of cases that differ in how often they are marked, as counts per case."""
    is_low = rng.random((n_cases, n_sessions)) < rng.beta(1, 8, size=(n_cases, 1))
    chance = np.where(is_low, 0.76, 0.05)
    a, b = rng.random(is_low.shape) < chance, rng.random(is_low.shape) < chance
    return np.stack([(a & b).sum(1), (a & ~b).sum(1), (~a & b).sum(1), (~a & ~b).sum(1)], axis=1)


def test_the_interval_of_kappa_covers_the_true_one_as_often_as_it_says():
    rng = np.random.default_rng(5)
    true = kappa_of(draw_counts(rng, 300_000).sum(axis=0))
    ends = np.array([kappa_interval(draw_counts(rng, 15)) for _ in range(500)])
    ends = ends[~np.isnan(ends[:, 0])]
    assert len(ends) > 480
    assert 0.92 < ((ends[:, 0] <= true) & (true <= ends[:, 1])).mean() < 0.98  # three standard errors around .95


@pytest.mark.parametrize(("spread", "least"), [(0.0, 0.97), (0.3, 0.92)])
def test_shrunken_intervals_cover_the_true_values_whether_cases_differ_or_not(spread, least):
    rng = np.random.default_rng(6)
    covered = []
    for _ in range(300):
        variances = 1 / rng.integers(3, 15, size=10)
        true = 0.3 + spread * rng.normal(size=10)
        found = shrink(true + rng.normal(size=10) * np.sqrt(variances), variances)
        covered.append(((found.low <= true) & (true <= found.high)).mean())
    assert least < np.mean(covered)
