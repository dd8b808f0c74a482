"""How far methods can be trusted: against closed forms, the chance table of simple noise, and themselves."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import supervision_kit as sk
from supervision_kit.calibration.exact import TrueModel
from supervision_kit.calibration.simulation import simulate
from supervision_kit.calibration.trust import measure
from supervision_kit.errors import SettingError, UnknownNameError

N_SESSIONS, LINE, SIZE = 20, -1.5, 2.0
KNOWN = TrueModel(level=0.0, level_sd=1e-9, spreads=(1.0,), weights=(1.0,))


def noise(n_cases=60, n_sessions=16, *, seed=3, instrument="own_form"):
    """Independent normal ratings that nothing happens in, on a form that is not registered."""
    score = np.random.default_rng(seed).normal(50, 5, size=(n_cases, n_sessions))
    case, session = np.indices(score.shape)
    return pd.DataFrame(
        {
            "case_id": [f"C{i}" for i in case.ravel()],
            "rater": "client",
            "instrument": instrument,
            "scale": "total",
            "session": session.ravel() + 1,
            "score": score.ravel(),
        }
    )


@pytest.fixture(scope="module")
def fixed_line():
    """What a fixed line makes of series whose every number is known."""
    simulation = simulate(KNOWN, lengths=np.full(10, N_SESSIONS), sizes=[SIZE], n_series=8000, seed=5)
    return pd.DataFrame(measure(sk.Cutoff(line=LINE), simulation)).set_index(["measure", "shape"])


def test_false_alarms_of_a_fixed_line_are_those_of_the_normal(fixed_line):
    below = norm.cdf(LINE)
    # a first rating that is not below the line cannot be judged: nothing has varied yet
    expected = 100 * below * N_SESSIONS / (N_SESSIONS - 1 + below)
    row = fixed_line.loc[("false alarms per 100 sessions", "no rupture")]
    assert row["value"] == pytest.approx(expected, rel=0.04)
    assert row["low"] < expected < row["high"]


def test_what_a_fixed_line_finds_and_how_late_are_those_of_the_normal(fixed_line):
    # a lasting fall of 2 SD is below the line with chance Φ(−1.5 + 2) in each session, found within five of them
    miss = 1 - norm.cdf(LINE + SIZE)
    window = np.minimum(5, N_SESSIONS - np.arange(3, N_SESSIONS - 2))  # sessions left for each possible onset
    found = (1 - miss**window).mean()
    waited = np.mean([sum(k * miss**k * (1 - miss) for k in range(w)) for w in window]) / found
    share, delay = (fixed_line.loc[(name, "sudden, lasting")] for name in ("share found", "sessions of delay"))
    assert share["value"] == pytest.approx(found, abs=4 * np.sqrt(found * (1 - found) / share["n"]))
    assert delay["value"] == pytest.approx(waited, abs=0.06)
    assert delay["low"] < waited < delay["high"]


def test_a_figure_for_any_shape_is_the_mean_of_the_shapes(fixed_line):
    found = fixed_line.loc["share found"]
    assert found.loc["any", "value"] == pytest.approx(found.drop("any")["value"].mean())
    assert found.loc["any", "n"] == found.drop("any")["n"].sum()


@pytest.fixture(scope="module")
def of_noise():
    methods = [sk.AdjacentDrop(sds=2, min_drop=0), sk.ControlChart(sigmas=2, min_drop=0), "personal_limits", "cutoff"]
    return sk.calibrate(noise(), methods=methods, n_series=1500)


@pytest.mark.parametrize(("method", "per_100"), [("adjacent_drop", 8.2), ("control_chart", 2.0)])
def test_false_alarms_in_simple_noise_are_those_of_the_chance_table(of_noise, method, per_100):
    # percentages of 20,000 series of 16 ratings by a separate program; the first session does not count there
    row = of_noise.query("method == @method and shape == 'no rupture'").iloc[0]
    shown = row["value"] * (16 / 15 if method == "control_chart" else 1)
    assert shown == pytest.approx(per_100, rel=0.12)


def test_personal_limits_keep_to_what_they_promise(of_noise):
    row = of_noise.query("method == 'personal_limits' and shape == 'no rupture'").iloc[0]
    assert row["low"] < 2.4
    assert row["high"] > 1.6


def test_a_method_that_can_judge_nothing_has_no_figures_and_no_zeros(of_noise):
    rows = of_noise[of_noise["method"] == "cutoff"]
    assert rows["value"].isna().all()


def test_larger_ruptures_are_found_more_often(of_noise):
    found = of_noise.query("measure == 'share found' and shape == 'any' and method != 'cutoff'")
    for _, of_method in found.groupby("method"):
        assert of_method.sort_values("size")["value"].is_monotonic_increasing


def test_every_interval_holds_its_value(of_noise):
    known = of_noise.dropna(subset=["value"])
    assert (known["low"] <= known["value"]).all()
    assert (known["value"] <= known["high"]).all()


def test_the_same_seed_gives_the_same_table_and_case_codes_and_order_do_not_matter():
    scores = noise(20, 10)
    shuffled = scores.assign(case_id="K" + scores["case_id"]).sample(frac=1, random_state=1)
    first = sk.calibrate(scores, methods=["adjacent_drop"], n_series=100)
    pd.testing.assert_frame_equal(first, sk.calibrate(shuffled, methods=["adjacent_drop"], n_series=100))
    assert not first.equals(sk.calibrate(scores, methods=["adjacent_drop"], n_series=100, seed=2))


def test_each_scale_and_rater_has_its_own_figures_and_progress_is_told():
    told = []
    scores = sk.simulate_caseload(12).scores.query("scale == 'total'")
    table = sk.calibrate(scores, methods=["adjacent_drop", "cutoff"], n_series=50, sizes=[2], progress=told.append)
    groups = table[["instrument", "scale", "rater"]].drop_duplicates()
    assert {tuple(row) for row in groups.to_numpy()} == {
        ("srs", "total", "client"),
        ("wai_sr", "total", "client"),
        ("wai_sr", "total", "therapist"),
    }
    assert [one.done for one in told] == [1, 2, 3, 4, 5, 6]
    assert {one.total for one in told} == {6}


def test_series_too_short_for_a_rupture_still_have_false_alarms():
    table = sk.calibrate(noise(20, 5), methods=["adjacent_drop"], n_series=100)
    assert set(table["measure"]) == {"false alarms per 100 sessions"}


@pytest.mark.parametrize("wrong", [{"n_series": 0}, {"sizes": []}, {"sizes": [1, -1]}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(SettingError, match="calibrate"):
        sk.calibrate(noise(3, 5), methods=["adjacent_drop"], **wrong)


def test_a_table_without_alliance_ratings_is_refused():
    with pytest.raises(SettingError, match="no alliance rating"):
        sk.calibrate(noise(3, 5, instrument="phq9"))
    with pytest.raises(SettingError, match="no alliance rating"):
        sk.threshold_curve(noise(3, 5).assign(score=np.nan), method="adjacent_drop")


def test_an_unknown_method_is_refused():
    with pytest.raises(UnknownNameError):
        sk.calibrate(noise(3, 5), methods=["adjacent"])


@pytest.mark.parametrize("method", [sk.AdjacentDrop(sds=1), sk.ControlChart(sigmas=2), sk.PersonalLimits()])
def test_the_marks_at_a_threshold_are_those_that_the_caseload_would_get(method):
    scores = sk.simulate_caseload(15).scores.query("instrument == 'srs'")
    at = {"adjacent_drop": [1, 2], "control_chart": [2, 3], "personal_limits": [0.02, 0.1]}[method.key]
    curve = sk.threshold_curve(scores, method=method, thresholds=at)
    for value, n_judged, n_marks in curve[["threshold", "n_judged", "n_marks"]].to_numpy():
        marks = sk.mark_sessions(scores, method=type(method)(**{method.threshold: value}))["is_rupture"]
        assert (marks.notna().sum(), marks.sum()) == (n_judged, n_marks)


def test_marks_by_chance_are_those_of_the_chance_table():
    # drop of 1 SD: 24.9 % of sessions of noise; of 2 SD: 8.2 % (16 ratings, the first does not count)
    curve = sk.threshold_curve(noise(), method=sk.AdjacentDrop(min_drop=0), thresholds=[1, 2])
    share = curve["n_by_chance"] / (60 * 15)
    assert share.to_list() == [pytest.approx(0.249, rel=0.06), pytest.approx(0.082, rel=0.1)]
    assert (curve["low"] < curve["n_by_chance"]).all()
    assert (curve["n_by_chance"] < curve["high"]).all()
    # this caseload is such noise itself
    assert (curve["n_marks"] <= curve["high"] + 5).all()


def test_the_usual_thresholds_go_from_half_to_double_the_one_that_is_set():
    curve = sk.threshold_curve(noise(20, 10), method="adjacent_drop")
    assert (curve["threshold"].min(), curve["threshold"].max()) == (0.75, 3)
    assert curve["n_by_chance"].is_monotonic_decreasing


@pytest.mark.parametrize("method", sk.METHODS)
def test_every_method_has_its_usual_thresholds(method):
    scores = sk.simulate_caseload(12).scores.query("instrument == 'srs'")
    curve = sk.threshold_curve(scores, method=method)
    assert len(curve) == 11
    assert curve["threshold"].is_monotonic_increasing
    fewer = curve if sk.METHODS[method].threshold != "rate" else curve[::-1]
    assert fewer["n_marks"].is_monotonic_decreasing
    assert fewer["n_by_chance"].dropna().is_monotonic_decreasing
    # nothing that can be judged: no number, and none that is 0
    assert (curve["n_by_chance"].isna() == (curve["n_judged"] == 0)).all()
    assert (curve[["low", "high"]].dropna() % 1 == 0).all(axis=None)


def test_where_the_threshold_is_a_floor_of_none_it_goes_from_none_to_double_the_floor_of_the_scale():
    scores = sk.simulate_caseload(12).scores.query("instrument == 'srs'")
    curve = sk.threshold_curve(scores, method="cutoff")
    assert (curve["threshold"].min(), curve["threshold"].max()) == (0, 6)  # 7.5 % of 40 points, doubled


def test_each_scale_has_thresholds_of_its_own():
    scores = sk.simulate_caseload(12).scores.query("scale == 'total' and rater == 'client'")
    middle = sk.threshold_curve(scores, method="points_drop").groupby("instrument")["threshold"].median()
    assert middle["srs"] > 4 * middle["wai_sr"]


def test_the_table_given_is_not_changed():
    scores = noise(5, 8)
    before = scores.copy()
    sk.calibrate(scores, methods=["adjacent_drop"], n_series=20)
    sk.threshold_curve(scores, method="adjacent_drop")
    pd.testing.assert_frame_equal(scores, before)
