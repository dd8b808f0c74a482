"""What is drawn, from tables written by hand."""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit import charts
from supervision_kit.charts import theme
from supervision_kit.charts.layout import Panel, place_flags, spread_labels
from supervision_kit.errors import TableError, UnknownNameError
from supervision_kit.words import speaking

SERIES = {"rater": "client", "instrument": "wai_sr", "scale": "total"}
CANARIES = ("T-CANARY", "2031", "therapist_id", '"date"')
MARK = ("score", "expected", "limit", "is_rupture", "note")


def marks_of(case_id, *sessions, method="control_chart", **series):
    """Each session is (number, score, is_rupture), the limit 3.4 where it can be judged."""
    return pd.DataFrame(
        {
            "case_id": case_id,
            **SERIES,
            **series,
            "session": number,
            "method": method,
            "score": score,
            "expected": 4.0 if judged is not pd.NA else None,
            "limit": 3.4 if judged is not pd.NA else None,
            "evidence": None,
            "is_rupture": judged,
            "note": "too few sessions" if judged is pd.NA else "",
        }
        for number, score, judged in sessions
    )


def scores_of(case_id, *scores, **series):
    return pd.DataFrame(
        {
            "case_id": case_id,
            **SERIES,
            **series,
            "session": number,
            "therapist_id": "T-CANARY",
            "date": pd.Timestamp("2031-07-09"),
            "score": score,
        }
        for number, score in enumerate(scores, 1)
    )


def repairs_of(case_id, *episodes, **series):
    """Each episode is (onset, end, outcome, repair_session)."""
    return pd.DataFrame(
        {
            "case_id": case_id,
            **SERIES,
            **series,
            "method": "control_chart",
            "episode": number,
            "onset": onset,
            "nadir": onset,
            "end": end,
            "n_sessions": end - onset + 1,
            "pre_level": 4.2,
            "depth": 1.1,
            "depth_sd": 2.0,
            "outcome": outcome,
            "repair_session": repaired,
            "sessions_to_repair": repaired - onset if repaired is not pd.NA else pd.NA,
            "regained": 0.5,
            "back_session": repaired,
        }
        for number, (onset, end, outcome, repaired) in enumerate(episodes, 1)
    )


C07 = marks_of("C07", (1, 4.2, pd.NA), (2, 4.3, False), (4, 3.1, True), (5, 4.1, False), (6, float("nan"), pd.NA))
C07_REPAIRS = repairs_of("C07", (4, 4, "repaired", 5))
C07_SCORES = pd.concat(
    [
        scores_of("C07", 4.0, 4.1, 4.1, 4.0, 4.2, rater="therapist"),
        scores_of("C07", 18, 17, 17, 16, 12, 9, instrument="phq9"),
    ]
)
C08 = marks_of("C08", (1, 3.0, pd.NA), (2, 3.5, pd.NA))
C08_SCORES = scores_of("C08", 8, 7, instrument="phq9")


def spec_of(chart):
    return chart.to_dict()


def datasets_of(chart):
    return spec_of(chart)["datasets"]


def states_of(chart):
    return {row["session"]: row["state"] for row in datasets_of(chart)["ratings"]}


def trajectory_of_c07(**settings):
    return charts.trajectory(C07, C07_REPAIRS, case_id="C07", scores=C07_SCORES, **settings)


def rest_of(spec):
    return {key: value for key, value in spec.items() if key != "datasets"}


def views_of(spec):
    found = [spec["name"]] if "name" in spec else []
    return found + [name for part in spec.get("layer", []) for name in views_of(part)]


def test_every_rated_session_is_drawn_once_as_marked_not_marked_or_hollow():
    assert [row["session"] for row in datasets_of(trajectory_of_c07())["ratings"]] == [1, 2, 4, 5]
    assert states_of(trajectory_of_c07()) == {
        1: "cannot be judged",
        2: "not marked",
        4: "marked (R)",
        5: "not marked",
    }


def test_a_session_that_cannot_be_judged_is_a_hollow_circle_and_a_marked_one_an_orange_triangle():
    looks = dict(zip(theme.STATES, zip(theme.STATE_SHAPES, theme.STATE_FILLS, strict=True), strict=True))
    assert looks["cannot be judged"] == ("circle", "#FFFFFF")
    assert looks["marked (R)"] == ("triangle-down", "#E46C0A")
    assert looks["not marked"][0] == "circle"
    text = json.dumps(spec_of(trajectory_of_c07()))
    assert '"domain": ["marked (R)", "not marked", "cannot be judged"]' in text
    assert '"range": ["triangle-down", "circle", "circle"]' in text


def test_a_missing_session_breaks_the_line():
    runs = {row["session"]: row["run"] for row in datasets_of(trajectory_of_c07())["ratings"]}
    assert runs[1] == runs[2]
    assert runs[2] != runs[4]
    assert runs[4] == runs[5]


def test_every_line_of_ratings_is_drawn_by_unbroken_run():
    def lines(spec):
        own = [spec] if isinstance(spec.get("mark"), dict) and spec["mark"]["type"] == "line" else []
        return own + [line for part in spec.get("layer", []) for line in lines(part)]

    broken = {line["name"] for line in lines(spec_of(trajectory_of_c07())) if "detail" in line["encoding"]}
    assert broken == {"expected", "limit", "second_line", "ratings_line"}


def test_sessions_without_a_score_are_said_to_have_no_form_or_no_score():
    assert datasets_of(trajectory_of_c07())["no_form"] == [
        {"session": 3, "says": "no form"},
        {"session": 6, "says": "form without a score"},
    ]


def test_an_episode_reaches_from_onset_to_repair_and_says_its_outcome():
    (band,) = datasets_of(trajectory_of_c07())["episodes"]
    assert (band["onset"], band["from"], band["to"]) == (4, 3.54, 5.46)
    assert band["word"] == "repaired"
    assert band["says"] == "sessions 4 to 5: repaired"


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        ("repaired", "repaired"),
        ("partly repaired", "partly repaired"),
        ("unrepaired", "not repaired"),
        ("undetermined", "cannot tell"),
    ],
)
def test_each_outcome_has_its_words(outcome, word):
    chart = charts.trajectory(C07, repairs_of("C07", (4, 4, outcome, pd.NA)), case_id="C07")
    assert [(row["word"], row["to"]) for row in datasets_of(chart)["episodes"]] == [(word, 4.46)]


@pytest.mark.parametrize("outcome", ["unrepaired", "partly repaired"])
def test_an_episode_that_came_back_after_the_window_is_said_to_have_come_back_late(outcome):
    late = repairs_of("C07", (4, 4, outcome, pd.NA)).assign(back_session=9)
    chart = charts.trajectory(C07, late, case_id="C07")
    assert [(row["word"], row["to"]) for row in datasets_of(chart)["episodes"]] == [("came back late", 9.46)]


def test_an_episode_that_came_back_while_nothing_was_rated_is_not_said_to_be_late():
    unseen = repairs_of("C07", (4, 4, "undetermined", pd.NA)).assign(back_session=9)
    chart = charts.trajectory(C07, unseen, case_id="C07")
    assert [(row["word"], row["outcome"]) for row in datasets_of(chart)["episodes"]] == [
        ("came back unseen", "undetermined")
    ]


def test_outcomes_differ_by_more_than_colour():
    looks = zip(theme.OUTCOME_COLOURS, theme.OUTCOME_FILL_OPACITY, theme.OUTCOME_DASHES, strict=True)
    assert len(set(looks)) == 5
    assert len(set(theme.OUTCOME_WORDS.values())) == 5


def test_the_therapists_rating_is_a_second_line():
    second = datasets_of(trajectory_of_c07())["second"]
    assert [row["score"] for row in second] == [4.0, 4.1, 4.1, 4.0, 4.2]
    assert {"client", "therapist"} <= {row["label"] for row in datasets_of(trajectory_of_c07())["labels"]}


def test_the_therapists_rating_comes_from_the_marks_where_no_scores_are_given():
    both = pd.concat([C07, marks_of("C07", (1, 3.9, False), (2, 3.8, False), rater="therapist")])
    assert [row["score"] for row in datasets_of(charts.trajectory(both, case_id="C07"))["second"]] == [3.9, 3.8]


def test_the_outcome_measure_is_drawn_beneath_with_its_published_line():
    spec = spec_of(trajectory_of_c07())
    assert [row["score"] for row in spec["datasets"]["outcome_1"]] == [18, 17, 17, 16, 12, 9]
    assert [row["line"] for row in spec["datasets"]["line_1"]] == [10]
    assert '"title": "PHQ-9 total (lower is better)"' in json.dumps(spec)


def test_two_outcome_measures_have_a_band_each():
    scores = pd.concat([C07_SCORES, scores_of("C07", 30, 31, instrument="ors")])
    spec = spec_of(charts.trajectory(C07, case_id="C07", scores=scores))
    assert [row["score"] for row in spec["datasets"]["outcome_1"]] == [30, 31]
    assert [row["score"] for row in spec["datasets"]["outcome_2"]] == [18, 17, 17, 16, 12, 9]
    assert "ORS total (higher is better)" in json.dumps(spec)


def test_the_y_axis_spans_the_instruments_own_range():
    alliance, outcome = trajectory_of_c07().datasets["panels"]
    assert (alliance["lowest"], alliance["highest"]) == (1, 5)  # the WAI-SR
    assert (outcome["lowest"], outcome["highest"]) == (0, 27)  # the PHQ-9


def test_the_session_axis_takes_its_reach_from_the_data():
    long = marks_of("C1", *((number, 4.0, False) for number in range(1, 31)))
    assert datasets_of(charts.trajectory(long, case_id="C1"))["frame"][0]["right"] == 30.5
    assert datasets_of(charts.trajectory(C08, case_id="C08"))["frame"][0]["right"] == 6.5


def test_two_cases_on_the_same_instruments_differ_in_their_datasets_alone():
    marks, scores = pd.concat([C07, C08]), pd.concat([C07_SCORES, C08_SCORES])
    one, other = (
        spec_of(charts.trajectory(marks, C07_REPAIRS, case_id=case, scores=scores)) for case in ("C07", "C08")
    )
    assert rest_of(one) == rest_of(other)
    assert one["datasets"].keys() == other["datasets"].keys()
    assert one["datasets"] != other["datasets"]


def test_two_methods_differ_in_their_datasets_alone():
    both = pd.concat([C07, marks_of("C07", (1, 4.2, False), method="adjacent_drop")])
    one, other = (
        spec_of(charts.trajectory(both, case_id="C07", method=method)) for method in ("control_chart", "adjacent_drop")
    )
    assert rest_of(one) == rest_of(other)


def test_no_therapist_and_no_date_is_in_the_chart():
    text = json.dumps(spec_of(trajectory_of_c07()))
    assert not [canary for canary in CANARIES if canary in text]


def test_nothing_of_the_case_is_outside_its_datasets():
    text = json.dumps(rest_of(spec_of(trajectory_of_c07())))
    assert "C07" not in text


def test_the_summary_says_in_sentences_what_is_drawn():
    assert datasets_of(trajectory_of_c07())["frame"][0]["says"] == (
        "Case C07, WAI-SR total, rated by the client at 4 sessions, from 3.1 to 4.3. Latest 4.1 at session 5. "
        "Marked by Control chart: session 4. Cannot be judged: session 1. No form or no score: sessions 3 and 6. "
        "Episode in sessions 4 to 5: repaired. PHQ-9 total: 18 at session 1, 9 at session 6."
    )
    assert spec_of(trajectory_of_c07())["description"].startswith("Alliance by session for one case: WAI-SR total")


def test_who_points_at_a_session_is_told_what_the_method_says():
    columns = {row["session"]: row for row in datasets_of(trajectory_of_c07())["columns"]}
    assert list(columns) == [1, 2, 3, 4, 5, 6]
    assert columns[1]["judged"] == "cannot be judged: too few sessions"
    assert columns[3] | {"ratings": "–", "judged": "no form", "second": "4.1", "outcome_1": "17"} == columns[3]
    assert columns[4]["judged"] == "marked (limit 3.4)"
    assert columns[5]["episode"] == "sessions 4 to 5: repaired"


def test_the_title_names_case_instrument_rater_and_method():
    assert datasets_of(trajectory_of_c07())["caption"] == [
        {"title": "Case C07", "rated": "WAI-SR total, rated by the client", "judged": "judged by: Control chart"}
    ]
    chosen = trajectory_of_c07(provenance="ControlChart(sigmas=2)")
    assert datasets_of(chosen)["caption"][0]["judged"] == "ControlChart(sigmas=2)"


def test_views_are_named_once_and_a_click_picks_a_session():
    spec = spec_of(trajectory_of_c07())
    names = views_of(spec)
    assert len(names) == len(set(names))
    assert {"ratings", "episodes", "second_points", "outcome_1", "columns"} <= set(names)
    assert [(param["name"], param["select"]["fields"]) for param in spec["params"]] == [("picked", ["session"])]


def test_the_tables_are_not_changed():
    given = [C07.copy(), C07_REPAIRS.copy(), C07_SCORES.copy()]
    spec_of(charts.trajectory(given[0], given[1], case_id="C07", scores=given[2]))
    for table, before in zip(given, (C07, C07_REPAIRS, C07_SCORES), strict=True):
        pd.testing.assert_frame_equal(table, before)


def test_the_first_method_is_drawn_unless_another_is_named():
    both = pd.concat([C07, marks_of("C07", (1, 4.2, True), (2, 4.3, False), method="adjacent_drop")])
    assert states_of(charts.trajectory(both, case_id="C07"))[1] == "cannot be judged"
    assert states_of(charts.trajectory(both, case_id="C07", method="adjacent_drop"))[1] == "marked (R)"


def test_the_total_and_the_instrument_with_more_sessions_are_drawn_unless_others_are_named():
    bond = marks_of("C07", (1, 2.0, False), scale="bond")
    srs = marks_of("C07", (1, 36.0, False), (2, 37.0, False), instrument="srs")
    marks = pd.concat([bond, srs, C07])

    def rated(**wish):
        return datasets_of(charts.trajectory(marks, case_id="C07", **wish))["caption"][0]["rated"]

    assert rated() == "WAI-SR total, rated by the client"
    assert rated(scale="bond") == "WAI-SR bond, rated by the client"
    assert rated(instrument="srs") == "SRS total, rated by the client"


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ({"method": "cusum"}, "method"),
        ({"rater": "mother"}, "rater"),
        ({"instrument": "srs"}, "instrument"),
        ({"scale": "bond"}, "scale"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_those_that_are(wish, kind):
    there = {"method": "control_chart", "rater": "client", "instrument": "wai_sr", "scale": "total"}
    with pytest.raises(UnknownNameError, match=rf"^There is no {kind} of that name.*Known: .*{there[kind]}"):
        charts.trajectory(C07, **({"case_id": "C07"} | wish))


def test_a_case_that_is_not_there_is_refused_without_naming_those_that_are():
    with pytest.raises(UnknownNameError, match=r"^There is no case of that name\. There are 1\.$"):
        charts.trajectory(C07, case_id="Cx")


def test_a_table_that_breaks_its_contract_is_refused():
    with pytest.raises(TableError, match="limit"):
        charts.trajectory(C07.drop(columns="limit"), case_id="C07")


def test_without_ratings_the_chart_says_so_in_words():
    for marks, rater in ((C07.head(0), "client"), (C07, "therapist")):
        chart = charts.trajectory(marks, case_id="C07", rater=rater)
        says = datasets_of(chart)["caption"][0]["words"]
        assert says == f"Case C07\nThere are no alliance ratings here (rated by the {rater})."


def test_without_a_single_score_the_chart_says_so_in_words():
    nothing = marks_of("C07", (1, float("nan"), pd.NA), (2, float("nan"), pd.NA))
    datasets = datasets_of(charts.trajectory(nothing, case_id="C07"))
    assert datasets["frame"][0]["empty"] == "No form has a score yet."
    assert [row["session"] for row in datasets["no_form"]] == [1, 2]
    assert datasets["ratings"] == []


def test_a_lone_limit_is_as_wide_as_its_session():
    lone = marks_of("C1", (1, 4.0, pd.NA), (2, 4.1, pd.NA), (3, 4.0, False))
    assert [(row["at"], row["value"]) for row in datasets_of(charts.trajectory(lone, case_id="C1"))["limit"]] == [
        (2.5, 3.4),
        (3.5, 3.4),
    ]


def test_labels_at_line_ends_are_moved_apart_and_stay_inside():
    panel = Panel(title=0, top=0, bottom=130, lowest=0, highest=10)
    assert spread_labels([10.0, 10.0, 2.0], panel) == [9.0, 10.0, 2.0]
    assert spread_labels([0.0, 0.0], panel) == [0.0, 1.0]
    assert spread_labels([], panel) == []


def test_flags_that_would_overlap_take_another_lane():
    flags = place_flags([2, 3, 20], ["not repaired"] * 3, 30)
    assert [flag["narrow_lane"] for flag in flags] == [0, 1, 0]
    crowded = place_flags([16, 17, 18, 19], ["not repaired"] * 4, 30)
    assert [flag["narrow_word"] for flag in crowded] == ["not repaired"] * 3 + [""]


CASELOAD = pd.DataFrame(
    {
        "case_id": ["C08", "C07", "C09"],
        "therapist_id": "T-CANARY",
        "n_sessions": [2, 4, 0],
        "last_session": [4, 6, None],
        "last_score": [3.5, 4.1, None],
        "open_ruptures": 0,
        "outcome_class": None,
        "priority": [2.0, 1.0, 0.0],
        "reasons": [["Two forms are missing."], [], []],
    }
)
ALL_MARKS, ALL_SCORES = pd.concat([C07, C08]), pd.concat([C07_SCORES, C08_SCORES])


def overview(**settings):
    return charts.caseload_overview(CASELOAD, ALL_SCORES, ALL_MARKS, C07_REPAIRS, **settings)


def test_the_overview_has_a_row_per_case_in_the_order_of_the_caseload():
    assert datasets_of(overview())["cases"] == [
        {"case_id": "C08", "words": ""},
        {"case_id": "C07", "words": "repaired"},
        {"case_id": "C09", "words": "no ratings"},
    ]


def test_the_overview_draws_every_rated_session_once_in_its_state():
    drawn = [(row["case_id"], row["session"], row["state"]) for row in datasets_of(overview())["ratings"]]
    assert drawn == [
        ("C08", 1, "cannot be judged"),
        ("C08", 2, "cannot be judged"),
        ("C07", 1, "cannot be judged"),
        ("C07", 2, "not marked"),
        ("C07", 4, "marked (R)"),
        ("C07", 5, "not marked"),
    ]
    missing = [(row["case_id"], row["session"]) for row in datasets_of(overview())["no_form"]]
    assert missing == [("C08", 3), ("C08", 4), ("C07", 3), ("C07", 6)]


def test_a_row_reaches_from_the_best_rating_down_over_two_fifths_of_the_scale_at_least():
    shares = {(row["case_id"], row["session"]): row["share"] for row in datasets_of(overview())["ratings"]}
    assert shares["C07", 2] == pytest.approx(1.0)
    assert shares["C07", 4] == pytest.approx(0.25)  # 1.2 below 4.3, of 0.4 × (5 − 1) = 1.6 points
    assert shares["C08", 1] == pytest.approx(0.6875)


def test_the_overview_says_how_many_more_cases_there_are():
    datasets = datasets_of(overview(n_cases=1))
    assert datasets["frame"][0]["title"][0] == "The 1 cases most in need of a word … and 2 more."
    assert {row["case_id"] for name in ("cases", "ratings", "cells") for row in datasets[name]} == {"C08"}


def test_sixty_cases_make_one_view_of_rows():
    cases = [f"C{number:02}" for number in range(60)]
    marks = pd.concat([marks_of(case, *((number, 4.0, False) for number in range(1, 31))) for case in cases])
    caseload = pd.concat([CASELOAD.head(1).assign(case_id=case) for case in cases])
    spec = spec_of(charts.caseload_overview(caseload, ALL_SCORES, marks, n_cases=60))
    assert len(spec["datasets"]["ratings"]) == 1800
    assert rest_of(spec) == rest_of(spec_of(overview()))


def test_the_overview_shows_no_therapist_and_no_date():
    text = json.dumps(spec_of(overview()))
    assert not [canary for canary in CANARIES if canary in text]
    assert [(param["name"], param["select"]["fields"]) for param in spec_of(overview())["params"]] == [
        ("picked", ["case_id"])
    ]


def test_without_marks_the_overview_claims_no_judgement():
    client = scores_of("C08", 4.0, 4.2, 3.0)
    spec = spec_of(charts.caseload_overview(CASELOAD, client))
    assert [row["score"] for row in spec["datasets"]["ratings"]] == [4.0, 4.2, 3.0]
    assert "not marked" not in json.dumps(spec)


def test_an_empty_caseload_says_what_to_do():
    says = datasets_of(charts.caseload_overview(CASELOAD.head(0), ALL_SCORES))["caption"][0]["words"]
    assert says == "Caseload\nThere are no cases yet: load ratings first."


def test_the_overview_changes_no_table():
    given = [CASELOAD.copy(), ALL_SCORES.copy(), ALL_MARKS.copy()]
    before = copy.deepcopy(given)
    spec_of(charts.caseload_overview(*given))
    for table, earlier in zip(given, before, strict=True):
        pd.testing.assert_frame_equal(table, earlier)


def test_a_method_that_the_marks_do_not_have_is_refused():
    with pytest.raises(UnknownNameError, match="control_chart"):
        overview(method="cusum")


def luminance(colour):
    """Return the relative luminance of WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_with_white(colour):
    return 1.05 / (luminance(colour) + 0.05)


def test_contrast_is_measured_as_published():
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#777777") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("colour", theme.MARK_COLOURS)
def test_marks_stand_out_from_the_paper(colour):
    assert contrast_with_white(colour) >= 3


@pytest.mark.parametrize("colour", theme.TEXT_COLOURS)
def test_words_can_be_read_on_the_paper(colour):
    assert contrast_with_white(colour) >= 4.5


STYLE = Path(theme.__file__).parents[1] / "apps" / "page.css"


def in_the_dark(colour):
    """Return what a chart's colour becomes on a dark page, as the pages' style says."""
    (dark,) = re.findall(rf"--sk-chart-{colour[1:].lower()}: (#[0-9a-f]{{6}});", STYLE.read_text(encoding="utf-8"))
    return dark


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colour", theme.MARK_COLOURS)
def test_marks_stand_out_from_a_dark_page(colour):
    assert contrast(in_the_dark(colour), in_the_dark(theme.PAPER)) >= 3


@pytest.mark.parametrize("colour", theme.TEXT_COLOURS)
def test_words_can_be_read_on_a_dark_page(colour):
    assert contrast(in_the_dark(colour), in_the_dark(theme.PAPER)) >= 4.5


def test_colours_that_differ_in_the_light_differ_in_the_dark():
    light = {colour for name, colour in vars(theme).items() if isinstance(colour, str) and colour.startswith("#")}
    assert len({in_the_dark(colour) for colour in light}) == len(light)


def test_every_chart_names_the_numbers_that_stand_beneath_it():
    scores = make_scores(4.2, 4.3, 4.2, 3.1, 3.2, 4.1)
    marks = sk.mark_sessions(scores, method="adjacent_drop")
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores)
    caseload = sk.review_caseload(scores, repairs, marks=marks)
    case = scores["case_id"].iloc[0]
    drawn = [
        sk.charts.trajectory(marks, repairs, case_id=case),
        sk.charts.caseload_overview(caseload, scores, marks, repairs),
        sk.charts.episode_timeline(repairs, caseload),
        sk.charts.method_strips(marks, case_id=case, looks={"adjacent_drop": "whole"}),
        sk.charts.repair_curve(sk.time_to_repair(repairs, scores)),
    ]
    for chart in drawn:
        told = chart.to_dict()["usermeta"]["numbers"]
        rows = chart.to_dict()["datasets"][told["table"]]
        assert rows
        assert all(set(told["columns"]) <= set(row) for row in rows)


def test_a_chart_is_drawn_anew_in_another_language():
    marks = sk.mark_sessions(make_scores(4.2, 4.3, 4.2, 3.1), method="adjacent_drop")
    case = marks["case_id"].iloc[0]
    english = sk.charts.trajectory(marks, case_id=case).to_dict()
    with speaking("de"):
        german = sk.charts.trajectory(marks, case_id=case).to_dict()
    assert english["datasets"]["caption"][0]["rated"] == "WAI-SR total, rated by the client"
    assert german["datasets"]["caption"][0]["rated"] == "WAI-SR Gesamt, aus Klientensicht"
    assert german["config"]["locale"]["number"]["decimal"] == ","
    assert "nicht markiert" in json.dumps(german, ensure_ascii=False)
    assert sk.charts.trajectory(marks, case_id=case).to_dict() == english


def test_orange_is_never_the_colour_of_words():
    def texts(spec):
        own = [spec] if isinstance(spec.get("mark"), dict) and spec["mark"]["type"] == "text" else []
        return own + [text for part in spec.get("layer", []) for text in texts(part)]

    drawn = json.dumps(texts(spec_of(trajectory_of_c07())) + texts(spec_of(overview())))
    assert theme.RUPTURE not in drawn
    assert theme.RUPTURE_TEXT in drawn


def test_charts_leave_the_global_theme_alone():
    code = (
        "import altair as alt\nbefore = alt.theme.active\n"
        "import supervision_kit.charts\nassert alt.theme.active == before\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_kit_does_not_load_altair():
    code = "import sys, supervision_kit\nassert 'altair' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_limit_that_changes_is_drawn_as_levels_without_steps_between():
    marks = marks_of("C07", (1, 4.0, None), (2, 4.2, False), (3, 3.1, True)).assign(
        expected=[float("nan"), 4.0, 4.0], limit=[float("nan"), 3.5, 3.7]
    )
    limit = datasets_of(charts.trajectory(marks, case_id="C07"))["limit"]
    assert [(row["at"], row["value"]) for row in limit] == [(1.5, 3.5), (2.5, 3.5), (2.5, 3.7), (3.5, 3.7)]
    assert [row["run"] for row in limit] == [0, 0, 1, 1]


def test_an_expectation_that_only_repeats_the_score_before_is_not_drawn():
    marks = marks_of("C07", (1, 4.0, None), (2, 4.2, False), (3, 3.1, True))
    repeats = marks.assign(expected=[float("nan"), 4.0, 4.2])
    assert datasets_of(charts.trajectory(repeats, case_id="C07"))["expected"] == []
    says_more = marks.assign(expected=[4.0, 4.0, 4.0])
    assert len(datasets_of(charts.trajectory(says_more, case_id="C07"))["expected"]) == 6


def test_ratings_alone_are_drawn_for_people_to_judge_first(fell_and_came_back):
    marks = sk.mark_sessions(fell_and_came_back, method="points_drop")
    repairs = sk.follow_repairs(sk.find_episodes(marks), fell_and_came_back, marks=marks)
    case_id = str(marks["case_id"].iloc[0])
    judged, alone = (
        sk.charts.trajectory(marks, repairs, case_id=case_id, is_judged=is_judged) for is_judged in (True, False)
    )
    assert "marked (R)" in {row["state"] for row in judged.datasets["ratings"]}
    assert [row["score"] for row in alone.datasets["ratings"]] == [4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4]
    assert {row["state"] for row in alone.datasets["ratings"]} == {"not marked"}  # the look of a plain point, no key
    assert not any(alone.datasets[name] for name in ("expected", "limit", "episodes"))
    assert "Marked by" in judged.datasets["frame"][0]["says"]
    told = json.dumps(alone.datasets)
    assert not any(word in told for word in ("Marked by", "marked (R)", "drop", "limit 3", "repaired"))
    key = '"orient": "bottom"'
    assert json.dumps(judged.to_dict()["layer"]).count(key) > json.dumps(alone.to_dict()["layer"]).count(key)
