"""What the supervisor says in the trajectory, and the answers of one session, from tables written by hand."""

import json

import pandas as pd
import pytest

from supervision_kit import charts
from supervision_kit.words import speaking
from test_charts import marks_of

PRIVATE = "she mentioned Dr Example"


def annotations_of(case_id, *annotations):
    return pd.DataFrame(
        {
            "id": n,
            "case_id": case_id,
            "session": session,
            "kind": kind,
            "text": PRIVATE,
            "rebases": rebases,
            "cause": PRIVATE,
        }
        for n, (session, kind, rebases) in enumerate(annotations, 1)
    )


def judgements_of(case_id, *judgements, scale="total"):
    return pd.DataFrame(
        {
            "id": n, "case_id": case_id, "rater": "client", "instrument": "wai_sr", "scale": scale,
            "method": method, "marked_onset": onset, "onset": onset, "end": end, "verdict": verdict, "reason": PRIVATE,
            "type": None, "outcome": None, "at": pd.Timestamp("2026-03-04", tz="UTC"), "who": "anna",
        }
        for n, (method, onset, end, verdict) in enumerate(judgements, 1)
    )  # fmt: skip


RATED = marks_of("C1", *((n, 4.0 + n / 10, False) for n in range(1, 9)))


def drawn(**said):
    chart = charts.trajectory(RATED, case_id="C1", **said)
    return chart.to_dict(), chart.datasets


def test_annotations_stand_on_the_axis_by_letter_and_in_the_tooltip_by_kind():
    spec, data = drawn(
        annotations=annotations_of("C1", (6, "holiday", False), (3, "crisis", False), (6, "repair attempt", False))
    )
    assert [(row["session"], row["letters"]) for row in data["annotations"]] == [(3, "a"), (6, "b c")]
    told = {row["session"]: row["annotation"] for row in data["columns"]}
    assert (told[3], told[6], told[7]) == ("crisis", "holiday or break, repair attempt", "–")
    assert "Session 3: crisis." in data["frame"][0]["says"]
    assert PRIVATE not in json.dumps(spec)


def test_a_new_start_breaks_the_lines_and_is_named():
    _, data = drawn(annotations=annotations_of("C1", (4, "change of therapist", True)))
    assert [row["run"] for row in data["ratings"]] == [0, 0, 0, 1, 1, 1, 1, 1]
    assert {row["run"] for row in data["limit"] if row["at"] < 3.6} != {
        row["run"] for row in data["limit"] if row["at"] > 3.6
    }
    assert data["annotations"][0]["kinds"] == "change of therapist (new start)"


def test_an_annotation_after_the_last_rating_makes_room_for_itself():
    _, data = drawn(annotations=annotations_of("C1", (11, "holiday", False)))
    assert data["frame"][0]["right"] == 11.5
    assert [row["session"] for row in data["columns"]] == list(range(1, 12))
    assert data["no_form"] == []  # nobody says that forms are missing that nobody asked for


def test_judgements_are_drawn_whatever_method_they_are_about_and_each_verdict_looks_different():
    _, data = drawn(
        judgements=judgements_of(
            "C1",
            ("control_chart", 2, 3, "rupture"),
            ("", 5, None, "unsure"),
            ("ewma", 7, 8, "not a rupture"),
        )
    )
    rows = data["judgements"]
    assert [(row["from"], row["to"], row["verdict"]) for row in rows] == [
        (1.54, 3.46, "a rupture"),
        (4.54, 5.46, "unsure"),
        (6.54, 8.46, "not a rupture"),
    ]
    assert len({(row["sign"], str(row["dash"]), row["opacity"]) for row in rows}) == 3
    assert "Sessions 2 to 3, the supervisor says: a rupture." in data["frame"][0]["says"]
    assert [row["judgement"] for row in data["columns"]][1:5] == ["a rupture", "a rupture", "–", "unsure"]


def test_of_two_judgements_that_begin_alike_the_newest_is_drawn():
    _, data = drawn(judgements=judgements_of("C1", ("ewma", 2, 3, "rupture"), ("gumz", 2, 4, "unsure")))
    assert [row["verdict"] for row in data["judgements"]] == ["unsure"]


def test_judgements_of_another_scale_or_case_are_not_drawn():
    for other in (judgements_of("C1", ("", 2, 3, "rupture"), scale="bond"), judgements_of("C2", ("", 2, 3, "rupture"))):
        assert drawn(judgements=other)[1]["judgements"] == []


def test_without_anything_said_there_are_no_rows_for_it():
    spec, data = drawn()
    assert not {"annotations", "judgements", "said_labels"} & set(data)
    empty, none = drawn(annotations=annotations_of("C1", (1, "crisis", False)).head(0))
    assert none["annotations"] == []
    assert none["said_labels"] == []
    assert empty["height"] - spec["height"] == 2 * 18


def test_words_are_those_of_the_language():
    with speaking("de"):
        _, data = drawn(annotations=annotations_of("C1", (3, "crisis", False)))
    assert data["annotations"][0]["says"] == "Sitzung 3: Krise"


# -- the answers of one session ----------------------------------------------------------------------------------------


def answers_of(*items):
    columns = ["item", "label", "first", "previous", "this", "stronger"]
    table = pd.DataFrame(items, columns=columns).astype({"first": float, "previous": float, "this": float})
    return table.assign(change=table["this"] - table["previous"])


ANSWERS = answers_of(
    (7, "", 4, 5, 2, "higher"),
    (10, "we agree", 2, 2, 4, "lower"),
    (3, "", 3, 3, 4, "higher"),
    (1, "", None, None, 3, "higher"),
    (2, "", 4, 4, None, "higher"),
)


@pytest.fixture
def answers():
    return charts.session_answers(ANSWERS, instrument="wai_sr")


def test_an_answer_is_weaker_by_what_is_stronger_on_its_item(answers):
    looks = {
        row["says"].split(":")[0]: row["look"] for row in answers.datasets["answers"] if row["look"].startswith("this")
    }
    assert looks == {
        "Item 7": "this session, weaker than before",
        "Item 10": "this session, weaker than before",
        "Item 3": "this session",
        "Item 1": "this session",
    }


def test_the_items_stand_in_the_order_of_the_table_with_the_clinics_words(answers):
    names = [row["name"] for row in answers.datasets["names"]]
    assert names == ["Item 7", "Item 10: we agree (here a lower answer is stronger)", "Item 3", "Item 1", "Item 2"]


def test_what_was_not_answered_has_no_sign_and_no_line(answers):
    y = {row["name"]: row["y"] for row in answers.datasets["names"]}
    rows = answers.datasets["answers"]
    assert [row["look"] for row in rows if 0 < row["y"] - y["Item 2"] < 35] == ["first session", "session before"]
    assert len(answers.datasets["moves"]) == 3


def test_the_axis_is_the_range_of_the_answers(answers):
    text = json.dumps(answers.to_dict())
    assert '"domain": [1' in text
    assert '"domain": [1.0, 5.0]' in text or '"domain": [1, 5]' in text
    own = charts.session_answers(ANSWERS, instrument="of our own").to_dict()
    assert '"domain": [2.0, 5.0]' in json.dumps(own)


def test_two_sessions_of_an_instrument_differ_in_their_datasets_alone(answers):
    other = charts.session_answers(ANSWERS.assign(this=3.0, change=0.0), instrument="wai_sr")
    first, second = ({k: v for k, v in chart.to_dict().items() if k != "datasets"} for chart in (answers, other))
    assert first == second
    with speaking("de"):
        german = charts.session_answers(ANSWERS, instrument="wai_sr")
    assert "Frage 7" in json.dumps(german.to_dict())
    assert "session before" not in german.to_dict()["description"]
