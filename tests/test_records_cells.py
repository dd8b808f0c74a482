"""Cells as programs and people write them: codes, sessions, dates that Excel has made, and who rates what."""

import datetime as dt
import io

import openpyxl
import pandas as pd
import pytest

import supervision_kit as sk


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('"=""007"""', "007"),
        ("C\u00a01", "C 1"),
        ("C   1", "C 1"),
        ("  C1  ", "C1"),
        ("\u200bC1\ufeff", "C1"),
        ("E\u0301va", "\u00c9va"),
    ],
)
def test_the_same_code_in_another_dress_is_the_same_case(written, code):
    ratings = read(f"client,session,SRS\n{written},1,30\n{code},2,31\n")
    assert ratings.scores["case_id"].tolist() == [code, code]
    note = "“client”: codes that differ only by stray spaces or unseen marks were read as the same."
    assert note in ratings.notes
    assert note not in read(f"client,session,SRS\n{code},1,30\n{code},2,31\n").notes


def test_codes_that_differ_by_capitals_spaces_or_leading_zeros_are_kept_and_listed_once():
    rows = ["C01,1,30", "c1,1,31", "C10,1,32", "007,1,33", "007,2,33", "7,1,34", "7,2,35", "C 1,1,36", "C100,1,35"]
    ratings = read("\n".join(["client,session,SRS", *rows]))
    assert ratings.scores["case_id"].nunique() == 7
    assert ratings.rows_kept == 9
    assert ratings.problems[["row", "column", "value", "rule", "kept"]].values.tolist() == [
        [3, "client", "c1", "case_codes_alike", True],
        [7, "client", "7", "case_codes_alike", True],
        [9, "client", "C 1", "case_codes_alike", True],
    ]
    assert "from that of row 5 only by capitals, spaces or leading zeros" in ratings.problems["message"].iloc[1]
    assert read("client,session,SRS\nC1,1,30\nC2,1,31\nC1,2,3\n").problems.empty


def test_a_case_that_changes_therapist_once_and_stays_was_handed_over():
    rows = [f"A,{at},{therapist},30" for at, therapist in enumerate(["T1", "T1", "T2", "T2"], start=1)]
    ratings = read("\n".join(["client,session,therapist,SRS", *rows]))
    assert ratings.problems.empty
    assert "1 case(s) change from one therapist to another for good: read as handed over." in ratings.notes


@pytest.mark.parametrize(
    ("therapists", "row"), [(["T1", "T2", "T1", "T1"], 3), (["T1", "T1", "T1", "T2"], 5), (["T1", "T2"], 3)]
)
def test_a_case_under_two_therapists_is_kept_and_listed_once(therapists, row):
    rows = [f"A,{at},{therapist},30" for at, therapist in enumerate(therapists, start=1)]
    ratings = read("\n".join(["client,session,therapist,SRS", *rows]))
    assert ratings.problems[["row", "column", "value", "rule", "kept"]].values.tolist() == [
        [row, "therapist", therapists[row - 2], "case_under_two_therapists", True]
    ]
    assert ratings.rows_kept == ratings.rows_read == len(therapists)
    assert len(ratings.scores) == len(therapists)


def test_sessions_dated_against_their_numbers_are_kept_and_listed():
    rows = ["A,1,2025-03-04,30", "A,3,2025-03-11,31", "A,2,2025-03-18,32", "A,4,2025-03-25,33", "B,1,2025-01-01,34"]
    ratings = read("\n".join(["client,session,date,SRS", *rows]))
    assert ratings.problems[["row", "column", "value", "rule", "kept"]].values.tolist() == [
        [3, "date", "2025-03-11", "session_out_of_order", True]
    ]
    assert ratings.problems["message"].item() == (
        "The session is dated before the one that precedes it in number, in row 4."
    )
    assert ratings.rows_kept == 5
    assert ratings.set_aside.empty
    assert "Kept, but worth a look" in ratings.report()


def test_rows_that_are_merely_not_sorted_are_no_problem():
    assert read("client,session,date,SRS\nA,2,2025-03-11,31\nB,1,2025-01-01,3\nA,1,2025-03-04,30\n").problems.empty


def test_repeated_forms_are_counted_in_a_note():
    notes = read("client,session,SRS\nA,1,30\nA,1,30\nA,1,30.0\n").notes
    assert "2 row(s) repeat a form that stands elsewhere with the same content: it counts once." in notes


@pytest.mark.parametrize(("written", "session"), [("3rd", 3), ("Session 3 of 12", 3), ("1st", 1), ("2 von 10", 2)])
def test_sessions_may_be_ordinals_or_say_of_how_many(written, session):
    assert read(f"client,session,SRS\nC1,{written},30\n").scores["session"].tolist() == [session]


def test_excel_s_count_of_days_is_read_as_a_date_and_it_is_said():
    ratings = read("client,session,Date,SRS\nC1,1,45672,30\nC1,2,45679.5,31\nC1,3,20000,32\n")
    # 2025-01-01 is day 45658
    assert ratings.scores["date"].tolist() == [pd.Timestamp("2025-01-15"), pd.Timestamp("2025-01-22")]
    assert ratings.problems[["row", "rule"]].values.tolist() == [[4, "date_unreadable"]]
    assert "“Date”: 2 number(s) were read as Excel counts days, from 1900." in ratings.notes


@pytest.mark.parametrize("written", ["03-May", "03. Mai", "Jan 05", "2025-05-03"])
def test_a_number_that_excel_has_made_a_date_of_is_named_as_that(written):
    suggestion = read(f"client,session,SRS\nC1,1,{written}\n").problems["suggestion"].item()
    assert "Excel has turned a number into a date" in suggestion
    assert "Excel" not in read("client,session,SRS\nC1,1,good\n").problems["suggestion"].item()


def workbook(dates):
    book = openpyxl.Workbook()
    book.active.append(["client", "session", "Date", "SRS"])
    for at, date in enumerate(dates, start=1):
        book.active.append(["C1", at, date, 30])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_days_and_months_that_excel_has_likely_swapped_are_said():
    # 7 January and 8 January, typed 07/01 and 08/01 into an Excel that reads months first
    dates = [dt.date(2025, 7, 1), dt.date(2025, 8, 1), "15/01/2025", "22/01/2025"]
    ratings = sk.read_ratings(workbook(dates))
    assert any("Excel has likely swapped day and month" in note for note in ratings.notes)
    real = [dt.date(2025, 1, 15), dt.date(2025, 8, 1), "22/01/2025"]
    assert not any("swapped" in note for note in sk.read_ratings(workbook(real)).notes)


def test_merged_case_cells_are_named_as_a_cause():
    suggestion = read("client,session,SRS\nC1,1,30\n,2,31\n").problems["suggestion"].item()
    assert suggestion == "Give the case’s code; where cells are merged, fill it down."


def test_an_outcome_form_in_the_therapist_s_rows_is_said():
    ratings = read("client,session,rater,WAI-SR,PHQ-9\nC1,1,client,4.5,12\nC1,1,therapist,4.1,12\n")
    note = "PHQ-9 is a form of the client, and stands in rows of the therapist too: read as the therapist’s ratings."
    assert note in ratings.notes
    assert not any("is a form of" in note for note in read("client,session,PHQ-9\nC1,1,12\n").notes)


def test_the_title_of_the_therapist_s_version_says_the_rater():
    ratings = read("WAI-SRT export\nclient,session,Total\nC1,1,4.25\n")
    assert ratings.scores["rater"].tolist() == ["therapist"]
