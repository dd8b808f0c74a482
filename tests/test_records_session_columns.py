"""Tables with a row per case and a column for each session, worked by hand."""

import io

import openpyxl
import pandas as pd
import pytest

import supervision_kit as sk


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


def scores(ratings):
    return {
        (row.case_id, row.rater, row.instrument, row.scale, row.session): row.score
        for row in ratings.scores.itertuples()
    }


@pytest.mark.parametrize(
    "headings",
    [
        "S1,S2,S10",
        "Session 1,Session 2,Session 10",
        "Sitzung 1,Sitzung 2,Sitzung 10",
        "1. Sitzung,2. Sitzung,10. Sitzung",
        "Sess. #1,Sess. #2,Sess. #10",
        "session_01,session_02,session_10",
        "SRS S1,SRS S2,SRS S10",
        "S1 SRS total,S2 SRS total,S10 SRS total",
        "SRS_T1,SRS_T2,SRS_T10",
        "Week 2,Week 1,Week 10",
        "Séance n° 1,Séance n° 2,Séance n° 10",
        "Sesión 1,Sesión 2,Sesión 10",
        "1st session,2nd session,10th session",
    ],
)
def test_a_column_for_each_session_is_known_in_many_headings(headings):
    ratings = read(f"Client,{headings}\nA,30,31,32\n", instrument="srs")
    second = 2 if "Week" not in headings else 1
    first = 3 - second
    assert scores(ratings) == {
        ("A", "client", "srs", "total", first): 30,
        ("A", "client", "srs", "total", second): 31,
        ("A", "client", "srs", "total", 10): 32,
    }
    assert any("3 sessions from 1 to 10" in note for note in ratings.notes)
    assert any("count weeks or points in time" in note for note in ratings.notes) == (
        headings[:2] in ("We", "SR") and "S1" not in headings
    )


def test_an_empty_cell_is_no_form_and_a_written_one_without_answer_is():
    ratings = read("Client,S1,S2,S3\nA,30,,n/a\n", instrument="srs")
    assert ratings.scores["session"].tolist() == [1, 3]
    assert pd.isna(ratings.scores["score"].iloc[1])
    assert (ratings.rows_read, ratings.rows_kept) == (1, 1)


def test_a_bad_cell_sets_its_form_aside_and_the_row_counts_as_set_aside():
    ratings = read("Client,S1,S2\nA,30,41\nB,x,29\nC,28,27\n", instrument="srs")
    assert scores(ratings) == {
        ("A", "client", "srs", "total", 1): 30,
        ("B", "client", "srs", "total", 2): 29,
        ("C", "client", "srs", "total", 1): 28,
        ("C", "client", "srs", "total", 2): 27,
    }
    assert ratings.problems[["row", "column", "value", "rule"]].values.tolist() == [
        [2, "S2", "41", "score_out_of_range"],
        [3, "S1", "x", "score_not_a_number"],
    ]
    assert (ratings.rows_read, ratings.rows_kept, ratings.rows_set_aside) == (3, 1, 2)
    assert ratings.set_aside[["row", "Client", "S1", "S2"]].values.tolist() == [
        [2, "A", "30", "41"],
        [3, "B", "x", "29"],
    ]


def test_what_is_wrong_with_the_case_is_one_problem_of_the_row():
    ratings = read("Client,S1,S2,S3\n,30,31,32\nTotal,30,31,32\n", instrument="srs")
    assert ratings.problems[["row", "column", "rule"]].values.tolist() == [
        [2, "Client", "case_missing"],
        [3, "Client", "summary_row"],
    ]
    assert (ratings.rows_read, ratings.rows_kept) == (2, 0)


def test_a_case_without_any_session_is_kept_and_named():
    ratings = read("Client,S1,S2\nA,30,31\nB,,\nC,,\nD,29,\nE,,\n", instrument="srs")
    assert (ratings.rows_read, ratings.rows_kept) == (5, 5)
    assert ratings.problems.empty
    assert "3 row(s) hold nothing rated, and count as kept without a form: row 3 to 4, 6." in ratings.notes


def test_several_instruments_side_by_side_with_their_days():
    ratings = read("Pat-Nr,SRS S1,ORS S1,Datum S1,SRS S2,ORS S2,Datum S2\nA,30,20,01.02.2025,31,22,08.02.2025\n")
    assert scores(ratings) == {
        ("A", "client", "srs", "total", 1): 30,
        ("A", "client", "srs", "total", 2): 31,
        ("A", "client", "ors", "total", 1): 20,
        ("A", "client", "ors", "total", 2): 22,
    }
    assert set(zip(ratings.scores["session"], ratings.scores["date"].dt.day, strict=True)) == {(1, 1), (2, 8)}


def test_scales_of_each_session():
    ratings = read("Client,S1 Bond,S1 Task,S1 Goal,S2 Bond,S2 Task,S2 Goal\nA,16,12,8,20,4,5\n", instrument="wai_sr")
    # each of 4 items; 4 and 5 could be means, the others cannot
    assert scores(ratings) == {
        ("A", "client", "wai_sr", "bond", 1): 4,
        ("A", "client", "wai_sr", "task", 1): 3,
        ("A", "client", "wai_sr", "goal", 1): 2,
        ("A", "client", "wai_sr", "bond", 2): 5,
        ("A", "client", "wai_sr", "task", 2): 1,
        ("A", "client", "wai_sr", "goal", 2): 1.25,
    }


def test_client_and_therapist_of_each_session_stand_for_themselves():
    text = "WAI-SR\nCase,Session 1 client,Session 1 therapist,Session 2 client,Session 2 therapist\nA,4,9,3,\n"
    ratings = read(text)
    assert scores(ratings) == {("A", "client", "wai_sr", "total", 1): 4, ("A", "client", "wai_sr", "total", 2): 3}
    assert ratings.problems[["row", "column"]].values.tolist() == [[3, "Session 1 therapist"]]


def test_items_of_each_session():
    ratings = read("case,S1_1,S1_2,S1_3,S1_4,S2 Q1,S2 Q2,S2 Q3,S2 Q4\nA,9,8,7,6,5,5,5,\n", instrument="srs")
    assert scores(ratings)[("A", "client", "srs", "total", 1)] == 30
    assert ratings.responses[["session", "item"]].values.tolist() == [[1, i] for i in range(1, 5)] + [
        [2, i] for i in range(1, 5)
    ]


def test_the_instrument_may_stand_in_the_row():
    ratings = read("case,instrument,S1,S2\nA,SRS,30,31\nA,PHQ-9,14,\n")
    assert scores(ratings) == {
        ("A", "client", "srs", "total", 1): 30,
        ("A", "client", "srs", "total", 2): 31,
        ("A", "client", "phq9", "total", 1): 14,
    }


@pytest.mark.parametrize("second", ["client,therapist,client,therapist", "Client,Therapist,Client,Therapist"])
@pytest.mark.parametrize("first", ["Session 1,,Session 2,", "S1,S1,S2,S2"])
def test_sessions_over_client_and_therapist_in_two_rows(first, second):
    ratings = read(f"Case,{first}\n,{second}\nA,30,31,32,33\nB,29,28,27,\n", instrument="srs")
    assert scores(ratings) == {
        ("A", "client", "srs", "total", 1): 30,
        ("A", "therapist", "srs", "total", 1): 31,
        ("A", "client", "srs", "total", 2): 32,
        ("A", "therapist", "srs", "total", 2): 33,
        ("B", "client", "srs", "total", 1): 29,
        ("B", "therapist", "srs", "total", 1): 28,
        ("B", "client", "srs", "total", 2): 27,
    }


def test_sessions_over_items_in_two_rows_of_a_workbook():
    book = openpyxl.Workbook()
    book.active.append(["SRS"])
    book.active.append(["Client", "S1", None, None, None, "S2"])
    book.active.append([None, 1, 2, 3, 4, 1, 2, 3, 4])
    book.active.append(["A", 9, 8, 7, 6, 5, 5, 5, 4])
    book.active.merge_cells("B2:E2")
    book.active.merge_cells("F2:I2")
    buffer = io.BytesIO()
    book.save(buffer)
    ratings = sk.read_ratings(buffer.getvalue())
    assert scores(ratings) == {("A", "client", "srs", "total", 1): 30, ("A", "client", "srs", "total", 2): 19}


def test_plain_numbers_under_a_word_for_sessions():
    ratings = read("Client,Session,,,\n,1,2,3,4\nA,30,31,,33\n", instrument="srs")
    assert ratings.scores["session"].tolist() == [1, 2, 4]


def test_plain_numbers_are_sessions_unless_they_could_be_the_items():
    assert read("SRS\nClient,1,2,3\nA,30,31,32\n").scores["session"].tolist() == [1, 2, 3]
    with pytest.raises(sk.RecordsError, match="the columns 1 to 4 could be the items or the sessions"):
        read("SRS\nClient,1,2,3,4\nA,30,31,32,33\n")
    assert read("SRS by session\nClient,1,2,3,4\nA,30,31,32,33\n").scores["session"].tolist() == [1, 2, 3, 4]


def test_the_instrument_is_not_guessed():
    with pytest.raises(sk.RecordsError, match="which instrument the ratings are of is not said"):
        read("Client,S1,S2\nA,30,31\n")


def test_a_rating_of_no_session_is_left_aside():
    ratings = read("Client,SRS S1,SRS S2,PHQ-9\nA,30,31,14\n")
    assert "“PHQ-9” was left aside: the heading does not say of which session it is." in ratings.notes
    assert set(ratings.scores["instrument"]) == {"srs"}


def test_a_session_column_wins_over_such_headings():
    with pytest.raises(sk.RecordsError, match="rated columns"):
        read("Client,Session,S1,S2\nA,1,30,31\n", instrument="srs")


def test_the_session_of_a_column_can_be_said():
    columns = {"first": "srs:total:session 1", "later": "srs:total:session 7:therapist"}
    ratings = read("case,first,later\nA,30,31\n", columns=columns)
    assert scores(ratings) == {("A", "client", "srs", "total", 1): 30, ("A", "therapist", "srs", "total", 7): 31}
    (sheet,) = sk.list_columns(b"case,SRS S1,SRS S2 therapist\nA,1,2\n")
    assert sheet.read_as == {
        "case": "case_id",
        "SRS S1": "srs:total:session 1",
        "SRS S2 therapist": "srs:total:therapist:session 2",
    }


def test_the_same_session_twice_in_two_files_is_found():
    one, two = b"case,SRS S1,SRS S2\nA,30,31\n", b"case,SRS S2,SRS S3\nA,30,32\nB,9,9\n"
    ratings = sk.read_ratings([one, two])
    assert ratings.problems[["source", "row", "column", "rule"]].values.tolist() == [
        ["data", 2, "SRS S2", "conflicting_rows"],
        ["data (2)", 2, "SRS S2", "conflicting_rows"],
    ]
    assert ratings.scores[["case_id", "session"]].values.tolist() == [["A", 1], ["A", 3], ["B", 2], ["B", 3]]
    assert (ratings.rows_read, ratings.rows_kept) == (3, 1)


def test_a_stray_quotation_mark_swallows_no_rows_unseen():
    ratings = read('client,note,S1,S2\nC1,"so,36,30\nC2,ok,35,30\nC3,good",33,31\nC4,ok,30,31\n', instrument="srs")
    assert ratings.problems[["row", "rule"]].values.tolist() == [[2, "quote_unclosed"]]
    assert ratings.scores["case_id"].unique().tolist() == ["C4"]


@pytest.mark.parametrize("headings", ["client,1,2,3,5", "client,2,3,4", "client,therapist,1,4"])
def test_plain_numbers_with_gaps_are_told_what_to_be_called(headings):
    cells = ",".join("7" for _ in headings.split(","))
    with pytest.raises(sk.RecordsError, match="In row 1 are plain numbers, with some left out: call them “Session 1”"):
        sk.read_ratings(f"{headings}\n{cells}\n".encode(), instrument="srs")


def test_rows_of_data_are_not_told_to_be_called_sessions():
    with pytest.raises(sk.RecordsError, match="Put the headings above the ratings"):
        sk.read_ratings(b"K7,1,3\nK8,2,4\n", instrument="srs")
