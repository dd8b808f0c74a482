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
        ("\u200bC1\ufeff", "C1"),
        ("E\u0301va", "\u00c9va"),
    ],
)
def test_the_same_code_in_another_dress_is_the_same_case(written, code):
    ratings = read(f"client,session,SRS\n{written},1,30\n{code},2,31\n")
    assert ratings.scores["case_id"].tolist() == [code, code]


def test_codes_that_differ_by_capitals_or_leading_zeros_are_counted_in_a_note():
    ratings = read("client,session,SRS\nC01,1,30\nc1,1,31\nC10,1,32\n007,1,33\n7,1,34\nC100,1,35\n")
    assert ratings.scores["case_id"].nunique() == 6
    (note,) = [note for note in ratings.notes if "capital" in note]
    assert note.startswith("4 case codes differ")
    assert not any("capital" in note for note in read("client,session,SRS\nC1,1,30\nC2,1,31\nC1,2,3\n").notes)


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
