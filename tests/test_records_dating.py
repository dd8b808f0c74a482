"""Sessions known only by their days, numbered for each case; worked by hand."""

import pandas as pd
import pytest

import supervision_kit as sk


def read(*texts, **settings):
    return sk.read_ratings([text.encode() for text in texts], **settings)


def sessions(ratings):
    return ratings.scores[["case_id", "rater", "session", "score"]].values.tolist()


def found(ratings):
    return ratings.problems[["source", "row", "column", "rule"]].values.tolist()


def test_the_days_of_each_case_are_its_sessions_in_order():
    ratings = read("case,date,SRS\nA,2025-01-09,31\nB,2025-01-05,29\nA,2025-01-02,30\nA,2025-02-02,33\n")
    assert sessions(ratings) == [
        ["A", "client", 1, 30],
        ["A", "client", 2, 31],
        ["A", "client", 3, 33],
        ["B", "client", 1, 29],
    ]
    assert ratings.dated.values.tolist() == [
        ["A", 1, pd.Timestamp("2025-01-02")],
        ["A", 2, pd.Timestamp("2025-01-09")],
        ["A", 3, pd.Timestamp("2025-02-02")],
        ["B", 1, pd.Timestamp("2025-01-05")],
    ]
    assert ratings.sheets[0].sessions_from == "dates"
    assert any(
        note.startswith("No session column: the days of each case in “date” were numbered") for note in ratings.notes
    )


def test_a_table_with_numbers_is_not_numbered_anew():
    ratings = read("case,session,date,SRS\nA,7,2025-01-09,31\n")
    assert ratings.dated.empty
    assert list(ratings.dated) == ["case_id", "session", "date"]
    assert ratings.sheets[0].sessions_from == "numbers"


def test_forms_of_one_day_are_one_session_over_raters_instruments_and_files():
    ratings = read(
        "case,date,SRS\nA,2025-01-02,30\nA,2025-01-16,31\n",
        "case,date,rater,WAI-SR\nA,2025-01-09,therapist,4\nA,2025-01-16 18:30,therapist,3\n",
    )
    assert sessions(ratings) == [
        ["A", "client", 1, 30],
        ["A", "client", 3, 31],
        ["A", "therapist", 2, 4],
        ["A", "therapist", 3, 3],
    ]


def test_two_forms_of_one_rater_on_one_day_are_both_set_aside():
    ratings = read("case,date,rater,SRS\nA,2025-01-02,c,30\nA,2025-01-02,c,31\nA,2025-01-02,t,29\nA,2025-01-09,c,28\n")
    assert found(ratings) == [["data", 2, "SRS", "same_day"], ["data", 3, "SRS", "same_day"]]
    assert sessions(ratings) == [["A", "client", 2, 28], ["A", "therapist", 1, 29]]
    assert "day) stands in row 2 and row 3 with different answers." in ratings.problems["message"].iloc[0]


def test_the_same_form_twice_is_merged_and_said():
    ratings = read("case,date,SRS\nA,2025-01-02,30\nA,2025-01-02,30\n")
    assert found(ratings) == [["data", 3, "", "repeated_row"]]
    assert sessions(ratings) == [["A", "client", 1, 30]]


def test_a_row_without_a_day_is_a_problem_and_a_day_with_a_bad_rating_is_still_a_session():
    ratings = read("case,date,SRS\nA,2025-01-02,99\nA,2025-01-09,31\nA,,30\nA,soon,30\n,2025-01-16,30\n")
    assert found(ratings) == [
        ["data", 2, "SRS", "score_out_of_range"],
        ["data", 4, "date", "date_missing"],
        ["data", 5, "date", "date_unreadable"],
        ["data", 6, "case", "case_missing"],
    ]
    assert sessions(ratings) == [["A", "client", 2, 31]]
    assert (ratings.rows_read, ratings.rows_kept) == (5, 1)


def test_dates_that_can_be_read_two_ways_are_asked_about_and_nothing_of_the_case_is_numbered():
    slashed, plain = (
        "case,date,SRS\nA,03/04/2025,31\nA,05/04/2025,30\n",
        "case,date,ORS\nA,2025-01-02,20\nB,2025-01-02,21\n",
    )
    ratings = read(slashed, plain)
    assert found(ratings) == [
        ["data", 2, "date", "date_ambiguous"],
        ["data", 3, "date", "date_ambiguous"],
        ["data (2)", 2, "date", "date_ambiguous"],
    ]
    assert ratings.problems["suggestion"].str.contains("day_first=True").all()
    assert sessions(ratings) == [["B", "client", 1, 21]]
    ratings = read(slashed, plain, day_first=False)  # 4 March, 4 May
    assert sessions(ratings) == [
        ["A", "client", 1, 20],
        ["A", "client", 2, 31],
        ["A", "client", 3, 30],
        ["B", "client", 1, 21],
    ]


def test_a_case_numbered_elsewhere_takes_the_numbers_of_its_days_and_no_others():
    ratings = read(
        "case,session,date,SRS\nA,5,2025-01-02,30\nB,1,,30\nD,1,2025-01-02,30\nD,2,2025-01-02,30\n",
        "case,date,rater,SRS\nA,2025-01-02,t,29\nA,2025-01-09,t,28\nB,2025-01-02,t,27\n"
        "C,2025-01-02,t,26\nD,2025-01-02,t,25\n",
    )
    assert [row for row in sessions(ratings) if row[1] == "therapist"] == [
        ["A", "therapist", 5, 29],
        ["C", "therapist", 1, 26],
    ]
    assert found(ratings) == [["data (2)", row, "date", "session_undecided"] for row in (3, 4, 6)]
    assert ratings.dated["case_id"].tolist() == ["C"]


def test_a_row_without_number_in_a_table_with_numbers_stays_a_problem():
    ratings = read("case,session,date,SRS\nA,1,2025-01-02,30\nA,,2025-01-09,31\n")
    assert found(ratings) == [["data", 3, "session", "session_missing"]]


def test_a_table_by_item_is_numbered_by_its_days_too():
    text = "case,Date,instrument,item,answer\n" + "".join(
        f"A,{day},SRS,{item},9\n" for day in ("2025-01-09", "2025-01-02") for item in range(1, 5)
    )
    assert sessions(read(text)) == [["A", "client", 1, 36], ["A", "client", 2, 36]]


@pytest.mark.parametrize("other", ["Week", "Appointment ref", "Date of birth", "Completed"])
def test_weeks_references_births_and_yes_are_no_sessions(other):
    with pytest.raises(sk.RecordsError, match="a session column"):
        read(f"case,{other},SRS\nA,yes,30\n")


def test_the_command_says_how_sessions_were_numbered(tmp_path, capsys):
    from supervision_kit.cli import main

    (tmp_path / "a.csv").write_text("case,date,SRS\nA,2025-01-09,31\n")
    assert main(["check", str(tmp_path / "a.csv")]) == 0
    assert "were numbered 1, 2, 3, …" in capsys.readouterr().out


def test_dotted_dates_with_the_month_first_are_asked_about():
    text = b"client,session,date,SRS\nA,1,03.04.2025,30\nA,2,03.21.2025,31\n"
    assert sk.read_ratings(text).problems["rule"].tolist() == ["date_ambiguous"] * 2
    days = sk.read_ratings(text, day_first=False).scores["date"].tolist()
    assert days == [pd.Timestamp(2025, 3, 4), pd.Timestamp(2025, 3, 21)]
