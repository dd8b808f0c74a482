"""Numbers as people, spreadsheets and survey tools write them."""

import numpy as np
import pytest

import supervision_kit as sk
from supervision_kit.records.numbers import read_numbers


def numbers(*texts):
    return read_numbers(np.array(texts, dtype=object))


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("36", 36),
        ("+4", 4),
        ("4.", 4),
        (".5", 0.5),
        ("3.6e1", 36),
        ("4,5", 4.5),
        ("4.25", 4.25),
        ("4,083", 4.083),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1 234,5", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("1\u00a0234.5", 1234.5),
        ("1'234.5", 1234.5),
        ("1\u2019234.5", 1234.5),
        ("1.234.567", 1_234_567),
        ("12,345,678", 12_345_678),
        ("\u22125", -5),
        ("\uff13\uff16\uff0e\uff15", 36.5),  # wide digits and point
        ("\u0663\u066b\u0665", 3.5),  # Arabic digits and mark
        ("3\u00bd", 3.5),
        ('="36"', 36),
        ("'36", 36),
        ("\u200b36\ufeff", 36),
    ],
)
def test_a_number_in_many_hands_is_the_number(written, value):
    assert numbers(written).values.tolist() == [value]


@pytest.mark.parametrize(
    "written", ["4\u00b2", "1234 5", "12.34.56", "1,23,456.7", "85%", "4-5", "x", "1e99", "--5", "\u00bd3"]
)
def test_what_is_no_number_is_unreadable(written):
    assert numbers(written).unreadable.tolist() == [True]


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1,234", "4,5"], [1.234, 4.5]),
        (["1,234", "4.5"], [1234, 4.5]),
        (["1.234", "4,5"], [1234, 4.5]),
        (["1.234", "4.5"], [1.234, 4.5]),
        (["4,083", "3,917"], [4.083, 3.917]),
        (["1,234", "2,345,678"], [1234, 2_345_678]),
        (["1.234", "2.345,5"], [1234, 2345.5]),
        (["0,125", "4.5"], [0.125, 4.5]),
        (["1,234", "4,5", "4.5"], [1.234, 4.5, 4.5]),
    ],
)
def test_the_column_shows_what_a_mark_before_three_digits_is(texts, values):
    assert numbers(*texts).values.tolist() == values


@pytest.mark.parametrize(
    "word",
    [
        "refused",
        "Keine Angabe",
        "prefer not to say",
        "prefer not to answer",
        "skipped",
        "n.a.",
        "k. A.",
        "Don't know",
        "nicht beantwortet",
        "weiß nicht",
        "./.",
        "-",
        "n/a",
        "missing",
        "98 = declined",
        "9 (missing)",
        "-99 - no answer",
        "missing (9)",
    ],
)
def test_words_for_no_answer_are_unanswered(word):
    ratings = read(f"case;session;SRS 1;SRS 2\nA;1;9;{word}\n")
    assert ratings.problems[["column", "value", "rule", "kept"]].values.tolist() == [
        ["SRS 2", word, "no_answer_in_words", True]
    ]
    assert ratings.rows_kept == 1
    assert ratings.responses["response"].isna().tolist() == [False, True]


def test_each_way_of_saying_that_there_is_no_answer_is_listed_once_and_other_words_are_wrong():
    ratings = read(
        "case,session,SRS 1,SRS 2\n"
        "A,x,9,refused\nA,1,9,refused\nA,2,9,98 = declined\nA,3,9,\nA,4,9,maybe\nA,5,Refused,9\n"
    )
    assert ratings.problems[["row", "column", "rule", "kept"]].values.tolist() == [
        [2, "session", "session_not_a_number", False],
        [3, "SRS 2", "no_answer_in_words", True],
        [4, "SRS 2", "no_answer_in_words", True],
        [6, "SRS 2", "response_not_a_number", False],
    ]
    assert ratings.problems["message"][1] == "This stands in 2 cell(s) for a rating, which were read as unanswered."
    assert (ratings.rows_read, ratings.rows_kept, ratings.rows_set_aside) == (6, 4, 2)
    assert "4 cell(s) without an answer (blank, n/a, -, …) were read as unanswered." in ratings.notes


WAI = "case;session;" + ";".join(f"WAI-SR {item}" for item in range(1, 13))


def wai(*items):
    return "\n".join([WAI, *(f"A;{at};{item}" + ";4" * 11 for at, item in enumerate(items, start=1))])


@pytest.mark.parametrize(
    ("written", "answers"),
    [
        (["4 - often", "5 = always", "4 - often"], [4, 5, 4]),
        (["1 (seldom)", "2", "5 (always)"], [1, 2, 5]),  # only the ends are named
        (["Often (4)", "always (5)", "OFTEN (4)"], [4, 5, 4]),
        (["[4] often", "5: always", "3 | sometimes"], [4, 5, 3]),
        (["4(often)", "5 always", "often = 4"], [4, 5, 4]),
    ],
)
def test_a_number_with_the_words_of_a_survey_tool_is_the_number_and_it_is_said(written, answers):
    ratings = read(wai(*written))
    assert ratings.problems.empty
    assert ratings.responses.query("item == 1")["response"].tolist() == answers
    (note,) = [note for note in ratings.notes if "words beside" in note]
    assert note.startswith(f"{sum(not each.isdecimal() for each in written)} cell(s) hold a number with words beside")


@pytest.mark.parametrize(
    "written", [["4 - often", "4", "5"], ["4 - often", "4 - she cried", "5"], ["4 - often", "3 - often", "5"]]
)
def test_words_that_are_not_the_same_throughout_the_column_are_a_problem(written):
    ratings = read(wai(*written))
    assert ratings.problems["rule"].unique().tolist() == ["response_not_a_number"]
    assert ratings.problems["suggestion"].unique().tolist() == [
        "Give the number alone, or the same words beside it throughout the column."
    ]
    assert ratings.responses.query("item == 1")["response"].tolist() == ([4, 5] if "4" in written else [5])


def test_each_column_has_words_of_its_own():
    text = "case,session,PHQ-9 1,GAD-7 1\nA,1,3 - nearly every day,2 - nearly every day\n"
    assert read(text).responses["response"].tolist() == [2, 3]


def test_none_may_be_what_nought_means():
    ratings = read("case,session,PHQ-9 1,PHQ-9 2\nA,1,0 = none,3\n")
    assert ratings.responses["response"].tolist() == [0, 3]


def test_a_unit_and_the_highest_score_may_stand_beside_a_score():
    ratings = read("case,session,SRS\nA,1,36 pts\nA,2,35/40\nA,3,34 of 40\nA,4,33 Punkte\nA,5,36/50\n")
    assert ratings.scores["score"].tolist() == [36, 35, 34, 33]
    assert ratings.problems[["row", "rule"]].values.tolist() == [[6, "score_not_a_number"]]
    (note,) = [note for note in ratings.notes if "unit" in note]
    assert note.startswith("4 cell(s) hold a number with its unit or its highest")


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("85%", "Give the points themselves, not a per cent."),
        ("3/4", "Where two answers were ticked, leave the cell blank."),
        ("3-4", "Where two answers were ticked, leave the cell blank."),
        ("3 or 4", "Where two answers were ticked, leave the cell blank."),
        ("4 pts", "Give the number alone, or the same words beside it throughout the column."),
        ("good", "Type the number that was ticked, or leave the cell blank where none was."),
        ("55", "Compare with the form; leave the cell blank where it was not answered."),
        ("0", "If the answers are counted from 0 in this file, add 1 to each of them."),
        ("6", "If the answers are counted from 1 in this file, take 1 from each of them."),
    ],
)
def test_the_suggestion_fits_the_cell(written, suggestion):
    ratings = read(wai(written))
    assert ratings.problems["suggestion"].tolist() == [suggestion]


def test_answers_counted_from_nought_are_not_suggested_where_the_highest_answer_occurs():
    assert "add 1" not in read(wai("0", "5")).problems["suggestion"].item()


@pytest.mark.parametrize("code", ["9", "99", "-9", "-99", "999"])
def test_a_number_that_likely_stands_for_missing_is_a_problem_that_asks(code):
    ratings = read(wai(code, "4", code))
    assert ratings.problems["rule"].tolist() == ["response_out_of_range"] * 2
    assert (
        ratings.problems["suggestion"].tolist()
        == [f"{code} stands in 2 rows of the column: was it “missing”? Then leave the cells blank."] * 2
    )
    assert "missing" not in read(wai(code, "4")).problems["suggestion"].item()


def test_a_thousand_is_no_rating_and_the_mark_is_asked_about():
    ratings = read("case;session;SRS\nA;1;36.5\nA;2;1,234\n")
    assert ratings.problems[["rule", "suggestion"]].values.tolist() == [
        ["score_out_of_range", "Write it with the same decimal mark as the others, and without one for thousands."]
    ]
