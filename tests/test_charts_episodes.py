"""The time lines of falls, from tables written by hand."""

import json

import pandas as pd
import pytest

from supervision_kit import charts
from supervision_kit.charts import theme
from supervision_kit.errors import TableError
from test_charts import repairs_of

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
