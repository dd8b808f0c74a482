"""Flat exports of REDCap, worked by hand."""

import pytest

import supervision_kit as sk


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


def scores(ratings):
    return {
        (row.case_id, row.rater, row.instrument, row.scale, row.session): row.score
        for row in ratings.scores.dropna(subset="score").itertuples()
    }


REPEATING = """\
record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,age,problems___1,\
srs_c_1,srs_c_2,srs_c_3,srs_c_4,srs_client_complete,wai_sr_t_total,wai_therapist_complete
7,treatment_arm_1,,,34,1,,,,,,,
7,treatment_arm_1,srs_client,1,,,9,8,7,6,2,,
7,treatment_arm_1,srs_client,2,,,9,9,9,x,2,,
7,treatment_arm_1,srs_client,3,,,9,9,9,8.5,2,,
7,treatment_arm_1,wai_therapist,1,,,,,,,,4.1,2
8,treatment_arm_1,srs_client,1,,,1,1,1,1,0,,
"""


def test_instances_of_repeating_forms_are_sessions():
    ratings = read(REPEATING)
    assert scores(ratings) == {
        ("7", "client", "srs", "total", 1): 30,
        ("7", "client", "srs", "total", 3): 35.5,
        ("7", "therapist", "wai_sr", "total", 1): 4.1,
        ("8", "client", "srs", "total", 1): 4,
    }
    assert ratings.problems[["row", "column", "rule"]].values.tolist() == [[4, "srs_c_4", "response_not_a_number"]]
    assert (ratings.rows_read, ratings.rows_kept) == (6, 5)
    assert "1 row(s) hold nothing rated, and count as kept without a form: row 2." in ratings.notes
    assert "Not used: “age”." in ratings.notes
    assert ratings.sheets[0].shape == "a REDCap export, with the forms of an event in a row"
    # the form, the event, the instance, the checkbox and two of completeness
    assert any("6 column(s) of REDCap’s own" in note for note in ratings.notes)


def test_events_are_sessions_and_what_is_rated_at_none_is_a_problem():
    ratings = read(
        "record_id,redcap_event_name,age,srs_total,ors_total,srs_complete\n"
        "7,baseline_arm_1,34,,20,0\n7,session_1_arm_1,,30,21,2\n7,week_2_arm_1,,31,,2\n7,end_arm_1,,,,0\n"
    )
    assert scores(ratings) == {
        ("7", "client", "srs", "total", 1): 30,
        ("7", "client", "ors", "total", 1): 21,
        ("7", "client", "srs", "total", 2): 31,
    }
    assert ratings.problems[["row", "column", "rule"]].values.tolist() == [[2, "redcap_event_name", "session_missing"]]
    assert (ratings.rows_read, ratings.rows_kept) == (4, 3)


def test_an_export_with_labels_is_known_too():
    ratings = read(
        "Record ID,Event Name,Repeat Instrument,Repeat Instance,SRS total,Complete?\n"
        "7,Sessions (Arm 1: A),,1,30,Complete\n7,Sessions (Arm 1: A),,2,31,Complete\n"
    )
    assert [key[-1] for key in scores(ratings)] == [1, 2]
    assert not any("Complete?" in note for note in ratings.notes)


def test_where_event_and_instance_say_different_numbers_nothing_is_guessed():
    ratings = read(
        "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,srs_total\n"
        "7,session_3_arm_1,srs,1,30\n7,session_3_arm_1,srs,2,31\n"
    )
    assert scores(ratings) == {("7", "client", "srs", "total", 3): 30}
    assert ratings.problems[["row", "rule"]].values.tolist() == [[3, "session_not_a_number"]]


def test_the_repeated_form_names_the_rater_and_a_field_the_session():
    ratings = read(
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,srs_total,session_no\n"
        "7,srs_therapist,1,30,4\n7,srs_client,1,31,4\n7,srs,2,32,5\n"
    )
    assert scores(ratings) == {
        ("7", "therapist", "srs", "total", 4): 30,
        ("7", "client", "srs", "total", 4): 31,
        ("7", "client", "srs", "total", 5): 32,
    }


def test_an_export_without_events_is_numbered_by_its_days():
    ratings = read("record_id,redcap_survey_identifier,visit_date,srs_total\n7,,2025-01-09,31\n7,,2025-01-02,30\n")
    assert scores(ratings) == {("7", "client", "srs", "total", 1): 30, ("7", "client", "srs", "total", 2): 31}


def test_an_export_with_one_event_for_all_is_numbered_by_its_days():
    text = "record_id,redcap_event_name,date,srs_total\n7,forms_arm_1,2025-01-09,31\n7,forms_arm_1,2025-01-02,30\n"
    ratings = read(text)
    assert scores(ratings) == {("7", "client", "srs", "total", 1): 30, ("7", "client", "srs", "total", 2): 31}


def test_the_record_is_the_case_whatever_else_is_like_one():
    ratings = read("record_id,redcap_event_name,patient_id,srs_total\n7,session_1_arm_1,,30\n7,base_arm_1,P1,\n")
    assert list(scores(ratings)) == [("7", "client", "srs", "total", 1)]
    assert "“patient_id” was left aside: “record_id” is read as the case." in ratings.notes


def test_the_same_event_of_two_arms_is_one_session_twice():
    ratings = read("record_id,redcap_event_name,srs_total\n7,session_1_arm_1,30\n7,session_1_arm_2,31\n")
    assert ratings.problems["rule"].tolist() == ["conflicting_rows"] * 2


def test_without_ratings_or_sessions_it_is_refused():
    with pytest.raises(sk.RecordsError, match="rated columns"):
        read("record_id,redcap_event_name,age\n7,session_1_arm_1,30\n")
    with pytest.raises(sk.RecordsError, match="a session column"):
        read("record_id,redcap_survey_identifier,srs_total\n7,,30\n")
