"""Control charts, running averages, run rules and cuts as R packages make them of the same series.

The values are those of qcc, NHSRplotthedots and strucchange; make_chart_values.R beside this file made them.
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import supervision_kit as sk

VALUES = json.loads((Path(__file__).parent / "chart_values.json").read_text())
SERIES = VALUES["series"]
IDS = [f"series {i}" for i in range(len(SERIES))]
every_series = pytest.mark.parametrize("one", SERIES, ids=IDS)


def judge(method, one):
    judgement = method.judge(np.array([one["scores"]]))
    return {name: getattr(judgement, name)[0] for name in ("expected", "limit", "evidence", "is_rupture")}


@every_series
def test_a_control_chart_has_the_limits_of_qcc(one):
    marks, chart = judge(sk.ControlChart(min_drop=0), one), one["shewhart"]
    assert marks["expected"] == pytest.approx(chart["centre"])
    assert marks["limit"] == pytest.approx(chart["limit"])
    assert (marks["is_rupture"] == 1).tolist() == [score < chart["limit"] for score in one["scores"]]


@every_series
def test_a_control_chart_with_a_baseline_has_the_limits_of_qcc_on_the_baseline(one):
    marks, chart = judge(sk.ControlChart(min_drop=0, baseline=5), one), one["shewhart"]
    assert marks["expected"] == pytest.approx(chart["first_centre"])
    assert marks["limit"] == pytest.approx(chart["first_limit"])


@every_series
def test_a_running_average_is_that_of_qcc(one):
    marks, chart = judge(sk.Ewma(min_drop=0), one), one["ewma"]
    average, limit = np.array(chart["average"]), np.array(chart["limit"])
    centre = one["shewhart"]["first_centre"]
    # qcc puts its limits 2.962 standard errors below the centre: in these, how far down is the average?
    assert marks["evidence"][5:] == pytest.approx(2.962 * (centre - average) / (centre - limit))
    # the rating that brings the average to its limit, from the average before it
    before = np.concatenate([[centre], average[:-1]])
    drawn = np.minimum((limit - 0.8 * before) / 0.2, centre)
    assert marks["limit"][5:] == pytest.approx(drawn)
    is_below = (average < limit) & (np.array(one["scores"][5:]) <= centre)
    assert (marks["is_rupture"][5:] == 1).tolist() == is_below.tolist()


LOW = {"Below LCL", "2 in 3 Below CL", "7 Points Below CL"}


@every_series
def test_run_rules_mark_what_nhs_r_calls_low_or_falling(one):
    # NHS-R prints limits to three decimals
    marks, dots = judge(sk.RunRules(min_drop=0), one), one["dots"]
    scores, types, centre, limit = one["scores"], dots["types"], dots["centre"], dots["limit"]
    marked = (marks["is_rupture"] == 1).tolist()
    for t, (kind, is_marked) in enumerate(zip(types, marked, strict=True)):
        fell = t > 0 and scores[t] < scores[t - 1]
        if kind in LOW or (kind == "7 Point Trend (Decreasing)" and fell):
            assert is_marked, (t, kind)
        elif is_marked:  # one of the departures that the method's page lists
            assert departs(t, scores, kind, centre=centre, limit=limit), (t, kind)


def departs(t, scores, kind, *, centre, limit):
    close = centre - 2 / 3 * (centre - limit)
    in_a_run_of_falls = any(
        all(scores[i] < scores[i - 1] for i in range(start + 1, start + 7)) and start < t <= start + 6
        for start in range(len(scores) - 6)
    )
    if kind in {"Above UCL", "7 Point Trend (Increasing)"}:  # still above the limit, or about to rise
        return in_a_run_of_falls
    for start in (t - 2, t - 1, t):  # two of three beyond two thirds of the way, one of them beyond the limit
        three = scores[start : start + 3] if start >= 0 else []
        if len(three) == 3 and max(three) < centre and sum(score < close for score in three) >= 2:
            return min(three) < limit
    return False


def test_every_rule_is_met_often_enough_for_the_comparison_to_mean_something():
    times = Counter(kind for one in SERIES for kind in one["dots"]["types"])
    assert min(times[kind] for kind in [*LOW, "7 Point Trend (Decreasing)", "7 Point Trend (Increasing)"]) > 30


WITH_CUTS = [
    pytest.param(one["scores"], cuts, id=f"series {i}, {len(cuts)} cuts")
    for i, one in enumerate(SERIES)
    for n_cuts, found in enumerate(one["cuts"], 1)
    for cuts in [found if isinstance(found, list) else [found]]
    if len(cuts) == n_cuts and None not in cuts  # strucchange asks for longer series
]


def squares(scores, cuts):
    return sum(((part - part.mean()) ** 2).sum() for part in np.split(np.array(scores), cuts))


@pytest.mark.parametrize(("scores", "cuts"), WITH_CUTS)
def test_the_cuts_of_a_set_number_are_as_good_as_those_of_strucchange(scores, cuts):
    begins, _ = sk.ChangePoint(cuts=len(cuts)).partition(np.array([scores]))
    found = np.flatnonzero(begins[0]).tolist()
    assert found == cuts or squares(scores, found) == pytest.approx(squares(scores, cuts), abs=1e-9)  # two equally good
