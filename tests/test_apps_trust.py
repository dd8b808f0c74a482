"""How far the methods can be trusted, on the page: state and panel, without a browser."""

import re

import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.apps.page import Page
from supervision_kit.apps.trust_state import TrustState
from supervision_kit.apps.trust_view import TrustView, figures_in_words
from supervision_kit.simulate import simulate_caseload

GROUP = {"instrument": "wai_sr", "scale": "total", "rater": "client"}


def figures(*rows):
    """Each row is (method, looks, measure, shape, size, value, low, high)."""
    names = ["method", "looks", "measure", "shape", "size", "value", "low", "high"]
    return pd.DataFrame([GROUP | dict(zip(names, row, strict=True)) | {"n": 100} for row in rows])


BY_HAND = figures(
    ("control_chart", "whole", "false alarms per 100 sessions", "no rupture", 0.0, 2.04, 1.5, 2.6),
    ("control_chart", "whole", "share found", "any", 1.5, 0.251, 0.2, 0.3),
    ("control_chart", "whole", "share found", "any", 3.0, 0.8, 0.75, 0.85),
    ("control_chart", "whole", "share found", "sudden", 3.0, 0.9, 0.8, 1.0),
    ("control_chart", "whole", "sessions of delay", "any", 3.0, 1.04, 0.8, 1.2),
    ("cutoff", "back", "false alarms per 100 sessions", "no rupture", 0.0, None, None, None),
    ("cutoff", "back", "share found", "any", 3.0, None, None, None),
)
CURVE = pd.DataFrame(
    [
        GROUP | {"threshold": 2.0, "n_judged": 50, "n_marks": 9, "n_by_chance": 4.4, "low": 1.0, "high": 8.0},
        GROUP | {"threshold": 3.0, "n_judged": 50, "n_marks": 5, "n_by_chance": 0.6, "low": 0.0, "high": 2.0},
    ]
)


@pytest.fixture(scope="module")
def scores():
    return simulate_caseload(12, seed=1).scores


@pytest.fixture
def state(scores):
    return TrustState(sk.apps.CaseloadState(scores, method=sk.ControlChart()), n_series=40)


@pytest.fixture
def told(state):
    state.group = "wai_sr total client"
    state.calibration, state.curve, state.threshold = BY_HAND, CURVE, 3.0
    return state


def test_each_questionnaire_and_rater_can_be_tried_and_the_one_with_most_ratings_comes_first(state):
    n = state.line.ratings.dropna(subset="score").groupby("instrument").size()
    titles = {"wai_sr": "WAI-SR total, client", "srs": "SRS total, client"}
    assert next(iter(state.groups.values())) == titles[n.idxmax()]
    with pytest.raises(sk.UnknownNameError):
        state.group = "wai_sr total therapist"


def test_the_answer_tells_false_alarms_and_what_is_found(told):
    assert told.answer == (
        "In ratings like these without any rupture, Control chart marks about 2.0 of 100 sessions. Of ruptures planted "
        "into them it finds 25 % of those 1.5 SD deep and 80 % of those 3 SD deep. (SD: standard deviations "
        "of the person's "
        "own ratings.)"
    )


def test_the_slider_says_how_many_marks_and_how_many_of_them_by_chance(told):
    assert told.at_threshold == (
        "With sigmas from centre to limit at 3, these cases get 5 marks in 50 sessions; chance alone gives about 1 "
        "(0 to 2). Marks in a row are one fall."
    )
    told.threshold = 2.1
    assert "at 2, these cases get 9 marks in 50 sessions; chance alone gives about 4 (1 to 8)" in told.at_threshold


def test_a_method_that_was_asked_for_a_rate_is_held_to_it(told):
    told.line.method = sk.PersonalLimits(rate=0.03)
    told.calibration = BY_HAND.head(5).assign(method="personal_limits")
    assert "marks about 2.0 of 100 sessions (asked for: 3; the fewer the cases" in told.answer


def test_one_therapists_cases_get_the_marks_that_the_page_gives_them(scores):
    line = sk.apps.CaseloadState(scores)
    line.therapist_id = line.therapist_ids[0]
    state = TrustState(line, n_series=24)
    state.work_out()
    for group in state.groups:
        at_rate = state._chosen(state.curve, group).query("threshold == 0.02").iloc[0]
        of_page = state._chosen(line.marks, group)["is_rupture"]
        assert (at_rate["n_judged"], at_rate["n_marks"]) == (of_page.notna().sum(), of_page.sum())


def test_another_method_or_therapist_makes_the_figures_old(told):
    told.line.method = sk.AdjacentDrop()
    assert not told.is_worked_out
    assert told.curve.empty


def test_a_method_that_cannot_judge_says_so(told):
    told.line.method = sk.Cutoff()
    told.calibration = BY_HAND
    assert told.answer == "Published line cannot judge these ratings."
    assert told.at_threshold == "Published line has no threshold set that could be tried."


def test_without_ratings_there_is_nothing_to_try():
    empty = TrustState(sk.apps.CaseloadState(make_scores(None, None, None)))
    assert not empty.can_work_out
    assert TrustView(empty, Page()).start.layout.display == "none"


def test_what_is_worked_out_is_that_of_the_kits_own_functions(scores):
    line = sk.apps.CaseloadState(scores, method=sk.ControlChart())
    state, stages = TrustState(line, n_series=40), []
    state.observe(lambda change: stages.append(change["new"]), "stage")
    state.work_out()
    pd.testing.assert_frame_equal(
        state.calibration, sk.calibrate(line.ratings, learn_from=scores, methods=line.methods.values(), n_series=40)
    )
    assert set(state.curve["threshold"]) >= {1.5, 3.0, 6.0}
    assert stages[0].startswith("Trying ")
    assert stages[-2:] == ["Trying other thresholds", ""]
    assert state.threshold == 3.0
    assert state.progress == -1


# -- the panel ---------------------------------------------------------------------------------------------------------


def test_the_panel_waits_to_be_asked_and_then_shows_what_it_found(told):
    view = TrustView(told, Page())
    assert view.start.layout.display == "none"  # worked out already
    assert [row["name"] for row in view.alarms.figure["tables"]["names"]] == [
        "Control chart",
        "Published line: cannot judge these ratings",
    ]
    assert [label for label, _ in view.slider.options] == ["2", "3"]
    assert view.slider.value == 3.0
    view.slider.value = 2.0
    assert "9 marks" in view.at_threshold.value
    assert view.curve.figure["tables"]["chosen"] == [{"threshold": 2.0}]
    told.line.method = sk.AdjacentDrop()
    assert (view.start.layout.display, view.results.layout.display) == ("", "none")


def test_the_numbers_stand_in_a_table_each_with_its_interval():
    rows = [
        re.findall("<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr>(.*?)</tr>", figures_in_words(BY_HAND))
    ]
    assert rows == [
        [
            "method",
            "judges from",
            "false alarms per 100 sessions",
            "found, 1.5 SD deep",
            "found, 3 SD deep",
            "sessions late, 1.5 SD deep",
            "sessions late, 3 SD deep",
        ],
        [
            "Control chart",
            "the whole series",
            "2.0 (1.5 to 2.6)",
            "25 % (20 % to 30 %)",
            "80 % (75 % to 85 %)",
            "–",
            "1.0 (0.8 to 1.2)",
        ],
        ["Published line", "earlier sessions alone", "–", "–", "–", "–", "–"],
    ]


def test_dots_stand_by_method_with_their_intervals():
    tables = sk.charts.share_found(BY_HAND).to_dict()["datasets"]
    assert [(row["name"], row["kind"], row["value"]) for row in tables["dots"]] == [
        ("Control chart", "1.5 SD deep", 0.251),
        ("Control chart", "3 SD deep", 0.8),
    ]
    assert tables["dots"][0]["says"] == "Control chart, 1.5 SD deep: 25 %, interval 20 % to 30 %"


def test_where_nothing_can_be_judged_no_number_of_marks_is_told(told):
    told.curve = CURVE.assign(n_judged=0, n_marks=0, n_by_chance=np.nan, low=np.nan, high=np.nan)
    assert told.curve_of_group.empty
    assert told.at_threshold == ""


def test_the_curve_tells_marks_and_chance_at_each_threshold():
    tables = sk.charts.threshold_curve(CURVE, chosen=3.0, setting="sigmas").to_dict()["datasets"]
    assert [(row["threshold"], row["n_marks"]) for row in tables["curve"]] == [(2.0, 9.0), (3.0, 5.0)]
    assert tables["curve"][0]["says"] == "At 2: 9 marks, about 4 (1 to 8) by chance"


@pytest.mark.parametrize("draw", [sk.charts.false_alarms, sk.charts.share_found])
def test_without_figures_the_charts_say_so(draw):
    assert "There is nothing to show yet." in str(draw(BY_HAND.head(0)).to_dict())
