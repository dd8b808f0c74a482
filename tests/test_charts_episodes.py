"""The time lines of falls, from tables written by hand."""

import json

import pandas as pd
import pytest

from supervision_kit import charts
from supervision_kit.charts import theme
from supervision_kit.errors import TableError
from test_charts import marks_of, repairs_of

CASELOAD = pd.DataFrame(
    {
        "case_id": ["C2", "C1", "C3"],
        "therapist_id": "T-CANARY",
        "n_sessions": 9,
        "last_session": [9, 12, 5],
        "last_score": 4.0,
        "open_ruptures": [1, 0, 0],
        "outcome_class": "repaired",
        "priority": [5.0, 1.0, 0.0],
        "reasons": [("CANARY reason",), (), ()],
    }
)
FALLS = pd.concat(
    [
        repairs_of("C1", (3, 4, "repaired", 5), (8, 8, "unrepaired", pd.NA)),
        repairs_of("C2", (9, 9, "undetermined", pd.NA)),
    ]
)


def tables_of(chart):
    return chart.to_dict()["datasets"]


def test_cases_with_a_fall_have_a_row_in_the_order_of_the_caseload():
    assert [row["case_id"] for row in tables_of(charts.episode_timeline(FALLS, CASELOAD))["cases"]] == ["C2", "C1"]


def test_a_fall_reaches_from_its_onset_to_the_session_that_is_back():
    episodes = tables_of(charts.episode_timeline(FALLS, CASELOAD))["episodes"]
    assert [(row["case_id"], row["from"], row["nadir"], row["at"]) for row in episodes] == [
        ("C2", 8.54, 9, 9.0),
        ("C1", 2.54, 3, 5.0),
        ("C1", 7.54, 8, 8.0),
    ]
    assert [row["outcome"] for row in episodes] == ["undetermined", "repaired", "unrepaired"]


def test_a_fall_is_told_in_words():
    tables = tables_of(charts.episode_timeline(FALLS, CASELOAD))
    assert tables["episodes"][1]["says"] == "case C1, sessions 3 to 5: repaired, 1.1 points, lowest at 3"
    assert tables["cells"][1]["fell"] == (
        "sessions 3 to 5: repaired, 1.1 points, lowest at 3; session 8: not repaired, 1.1 points, lowest at 8"
    )
    assert tables["frame"][0]["says"] == "3 falls in 2 cases."


def test_what_is_open_is_said_at_the_right():
    cases = tables_of(charts.episode_timeline(FALLS, CASELOAD))["cases"]
    assert {row["case_id"]: row["down"] for row in cases} == {"C2": "down now", "C1": ""}


def test_a_case_is_drawn_to_its_last_session_and_the_axis_to_the_longest():
    tables = tables_of(charts.episode_timeline(FALLS, CASELOAD))
    assert {row["case_id"]: row["right"] for row in tables["cases"]} == {"C2": 9.5, "C1": 12.5}
    assert tables["frame"][0]["right"] == 12.5


def test_each_end_has_a_sign_that_differs_by_more_than_colour():
    signs = list(zip(theme.OUTCOME_SHAPES, theme.OUTCOME_SIGN_FILLS, strict=True))
    assert len(signs) == len(theme.OUTCOME_WORDS) == len({(shape, fill == theme.PAPER) for shape, fill in signs})


def test_nothing_but_codes_sessions_and_depths_is_in_the_chart():
    text = json.dumps(charts.episode_timeline(FALLS, CASELOAD).to_dict())
    assert "CANARY" not in text


def test_without_a_fall_the_chart_says_so():
    assert "There is no fall to draw." in json.dumps(charts.episode_timeline(FALLS.head(0), CASELOAD).to_dict())


def test_a_table_that_breaks_its_contract_is_refused():
    with pytest.raises(TableError):
        charts.episode_timeline(FALLS.drop(columns="onset"), CASELOAD)


# -- time to repair ----------------------------------------------------------------------------------------------------

TIMES = pd.DataFrame(
    {
        "group": "all",
        "sessions": [0, 1, 2],
        "share_repaired": [0.0, 0.25, 0.625],
        "low": [None, 0.04, 0.2],
        "high": [None, 0.9, 0.95],
        "at_risk": [4, 4, 2],
        "n_repaired": [0, 1, 1],
        "n_censored": [0, 1, 1],
    }
)


def test_the_curve_has_a_step_a_session_and_those_at_risk_under_it():
    tables = tables_of(charts.repair_curve(TIMES))
    assert [(row["sessions"], row["share"], row["at_risk"]) for row in tables["columns"]] == [
        (0, 0.0, 4),
        (1, 0.25, 4),
        (2, 0.625, 2),
    ]
    assert [row["sessions"] for row in tables["curve"]] == [0, 1, 2, 2.5]  # the last step is as wide as the others
    assert tables["frame"][0]["says"] == "After 2 sessions 62 % of 4 falls are back."


def test_the_band_begins_where_there_is_an_interval():
    tables = tables_of(charts.repair_curve(TIMES))
    assert [(row["sessions"], row["low"], row["high"]) for row in tables["band"]] == [
        (1, 0.04, 0.9),
        (2, 0.2, 0.95),
        (2.5, 0.2, 0.95),
    ]
    assert [row["interval"] for row in tables["columns"]] == ["–", "4 % to 90 %", "20 % to 95 %"]


def test_without_falls_there_is_no_curve():
    assert "There is no fall to follow." in json.dumps(charts.repair_curve(TIMES.head(0)).to_dict())


# -- strips ------------------------------------------------------------------------------------------------------------

BOTH = pd.concat(
    [
        marks_of("C1", (1, 4.2, pd.NA), (2, 4.3, False), (4, 3.1, True)),
        marks_of("C1", (1, 4.2, False), (2, 4.3, False), (4, 3.1, False), method="cutoff"),
    ]
)
LOOKS = {"control_chart": "whole", "cutoff": "back"}


def test_each_method_has_a_strip_those_that_look_back_first():
    tables = tables_of(charts.method_strips(BOTH, case_id="C1", looks=LOOKS))
    assert [row["name"] for row in tables["headings"]] == [
        "Judged from earlier sessions alone",
        "Judged from the whole series, for looking back",
    ]
    assert [row["name"] for row in tables["names"]] == ["Published line", "Control chart"]
    assert [row["y"] for row in tables["names"]] == sorted(row["y"] for row in tables["names"])


def test_a_strip_tells_marked_from_not_marked_from_not_judged():
    strips = tables_of(charts.method_strips(BOTH, case_id="C1", looks=LOOKS))["strips"]
    assert [(row["session"], row["state"]) for row in strips[3:]] == [
        (1, theme.NOT_JUDGED),
        (2, theme.NOT_MARKED),
        (4, theme.MARKED),
    ]
    assert strips[-1]["says"] == "Control chart: Session 4: 3.1, marked (limit 3.4)"


def test_strips_of_a_case_without_ratings_say_so():
    unrated = marks_of("C1", (1, float("nan"), pd.NA))
    chart = charts.method_strips(unrated, case_id="C1", looks=LOOKS)
    assert "There is no rating to judge." in json.dumps(chart.to_dict())


# -- limits that move --------------------------------------------------------------------------------------------------


def test_a_limit_that_moves_with_each_session_is_a_line_and_no_row_of_dashes():
    marks = marks_of("C1", *((n, 4.0, False) for n in (1, 2, 3, 5))).assign(limit=[3.0, 3.1, 3.2, 3.3])
    limit = tables_of(charts.trajectory(marks, case_id="C1"))["limit"]
    assert [(row["at"], row["value"]) for row in limit if row["run"] == limit[0]["run"]] == [
        (1, 3.0),
        (2, 3.1),
        (3, 3.2),
    ]
    assert [(row["at"], row["value"]) for row in limit[3:]] == [(4.5, 3.3), (5.5, 3.3)]  # alone behind a gap


def test_a_limit_that_steps_once_is_two_levels():
    marks = marks_of("C1", *((n, 4.0, False) for n in (1, 2, 3, 4))).assign(limit=[3.0, 3.0, 2.0, 2.0])
    limit = tables_of(charts.trajectory(marks, case_id="C1"))["limit"]
    assert [(row["at"], row["value"]) for row in limit][:2] == [(0.5, 3.0), (1.5, 3.0)]
    assert len({row["run"] for row in limit}) == 2
