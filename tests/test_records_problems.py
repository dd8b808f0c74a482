"""Every rule of the problem table, row numbers, and what is set aside."""

import re
from pathlib import Path

import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.records import RULES

CANARY = "Zacharias Quellwasser"


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


def found(ratings):
    return ratings.problems[["row", "column", "value", "rule"]].values.tolist()


HEADINGS = "case,session,rater,date,instrument,item,response"
SCORES = "case,session,rater,date,instrument,scale,score"
EVERY_RULE = [
    (HEADINGS, ",1,client,,srs,1,9", "case", "", "case_missing"),
    (HEADINGS, "#REF!,1,client,,srs,1,9", "case", "#REF!", "code_lost"),
    (HEADINGS, "A,1,client,,srs,1,9,5", "column H", "5", "row_too_long"),
    (HEADINGS, "Mean,1,client,,srs,1,9", "case", "Mean", "summary_row"),
    (HEADINGS, "A,,client,,srs,1,9", "session", "", "session_missing"),
    (HEADINGS, "A,0,client,,srs,1,9", "session", "0", "session_not_a_number"),
    (HEADINGS, "A,2.5,client,,srs,1,9", "session", "2.5", "session_not_a_number"),
    (HEADINGS, "A,-1,client,,srs,1,9", "session", "-1", "session_not_a_number"),
    (HEADINGS, "A,20250304,client,,srs,1,9", "session", "20250304", "session_not_a_number"),
    (HEADINGS, "A,1,,,srs,1,9", "rater", "", "rater_missing"),
    (HEADINGS, "A,1,mother,,srs,1,9", "rater", "mother", "rater_unknown"),
    (HEADINGS, "A,1,client,30 February 2025,srs,1,9", "date", "30 February 2025", "date_unreadable"),
    (HEADINGS, "A,1,client,,,1,9", "instrument", "", "instrument_missing"),
    (HEADINGS, "A,1,client,,xyz,1,9", "instrument", "xyz", "instrument_unknown"),
    (HEADINGS, "A,1,client,,srs,,9", "item", "", "item_missing"),
    (HEADINGS, "A,1,client,,srs,5,9", "item", "5", "item_unknown"),
    (SCORES, "A,1,client,,srs,,9", "scale", "", "scale_missing"),
    (SCORES, "A,1,client,,srs,bond,9", "scale", "bond", "scale_unknown"),
    (HEADINGS, "A,1,client,,srs,1,good", "response", "good", "response_not_a_number"),
    (HEADINGS, "A,1,client,,srs,1,10.1", "response", "10.1", "response_out_of_range"),
    (HEADINGS, "A,1,client,,srs,1,99", "response", "99", "response_out_of_range"),
    (HEADINGS, "A,1,client,,phq9,1,1.5", "response", "1.5", "response_not_whole"),
    (SCORES, "A,1,client,,srs,total,good", "score", "good", "score_not_a_number"),
    (SCORES, "A,1,client,,srs,total,41", "score", "41", "score_out_of_range"),
]


@pytest.mark.parametrize(("headings", "row", "column", "value", "rule"), EVERY_RULE)
def test_a_row_that_cannot_be_used_is_listed_by_row_column_and_rule(headings, row, column, value, rule):
    ratings = read(f"{headings}\n{row}\n")
    assert found(ratings) == [[2, column, value, rule]]
    assert (ratings.rows_read, ratings.rows_kept, len(ratings.scores)) == (1, 0, 0)


FHIR = (
    '{"resourceType": "QuestionnaireResponse", "questionnaire": "srs", "status": "%s", "item": %s}'
    '{"resourceType": "QuestionnaireResponse", "questionnaire": "srs", "subject": {"reference": "Patient/A"}, '
    '"item": [{"linkId": "session", "answer": [{"valueInteger": 1}]}, {"linkId": "SRS", "answer": []}]}'
)
SMALLEST = {  # of the rules that take more than one row, or another table: the smallest file that breaks each
    "form_contradicted": "client,session,measure,SRS\nA,1,ORS,30\nA,2,SRS,30\n",
    "quote_unclosed": 'case,session,comment,SRS\nA,1,"bad,36\nB,1,good",33\n',
    "form_not_complete": FHIR % ("in-progress", "[]"),
    "form_malformed": FHIR % ("completed", "7"),
    "response_unit_unclear": "case,session,SRS 1,SRS 2,SRS 3,SRS 4\nA,1,91,88,90,94\nA,2,9.1,86,90,90\n",
    "score_unit_unclear": "case,session,SRS\nA,1,360\nA,2,355\nA,3,36.5\n",
    "case_codes_alike": "case,session,SRS\n007,1,30\n7,1,30\n",
    "case_under_two_therapists": "case,session,therapist,SRS\nA,1,T1,30\nA,2,T2,30\n",
    "session_out_of_order": "case,session,date,SRS\nA,1,2025-03-04,30\nA,2,2025-03-03,30\n",
    "nothing_rated": "case,session,instrument,Bond\nA,1,WAI-SR,4.5\nA,2,SRS,\n",
    "answers_shifted": "case,session," + ",".join(f"PHQ-9 {item}" for item in range(1, 10)) + "\n"
    "A,1,1,2,3,4,1,1,2,3,4\nA,2,1,1,1,1,1,1,2,2,2\nA,3,2,2,2,2,1,1,1,1,1\n",
    "no_answer_in_words": "case,session,SRS\nA,1,refused\nA,2,30\n",
    "repeated_row": "case,session,SRS\nA,1,30\nA,1,30\n",
    "conflicting_rows": "case,session,SRS\nA,1,30\nA,1,31\n",
    "same_day": "case,date,SRS\nA,2025-01-02,30\nA,2025-01-02,31\n",
    "date_missing": "case,date,SRS\nA,2025-01-02,30\nA,,31\n",
    "date_ambiguous": "case,date,SRS\nA,01/02/2025,30\n",
    "session_undecided": ["case,session,SRS\nA,1,30\n", "case,date,ORS\nA,2025-01-02,20\n"],
}
PAGE = (Path(__file__).parent.parent / "docs" / "reading_files.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_file_that_breaks_it_a_suggestion_and_a_line_in_the_docs(rule):
    smallest = SMALLEST | {name: f"{headings}\n{row}\n" for headings, row, _, _, name in EVERY_RULE}
    texts = smallest[rule] if isinstance(smallest[rule], list) else [smallest[rule]]
    problems = sk.read_ratings([text.encode() for text in texts]).problems
    broken = problems[problems["rule"] == rule]
    assert len(broken)
    assert broken["suggestion"].str.len().gt(0).all()
    assert broken["message"].str.len().gt(0).all()
    assert f"| `{rule}` | {RULES[rule].meaning} | {RULES[rule].suggestion} |" in PAGE


def phq9(*rows):
    headings = ",".join(f"PHQ-9 {item}" for item in range(1, 10))
    return f"case,session,{headings}\n" + "".join(f"A,{at},{','.join(row)}\n" for at, row in enumerate(rows, 1))


def test_answers_counted_from_1_set_the_whole_file_aside_and_not_only_those_beyond_the_end():
    shifted = read(phq9("123412344", "111111222", "222211111"))
    assert (shifted.rows_read, shifted.rows_kept) == (3, 0)
    assert set(shifted.problems.loc[shifted.problems["row"] > 2, "rule"]) == {"answers_shifted"}
    assert "counted from 1" in shifted.problems["message"].iloc[-1]


@pytest.mark.parametrize(
    "rows",
    [
        ("123412344", "111111222", "222211110"),  # one answer is 0, so 4 is a slip
        ("123312343", "111111222", "222211111"),  # a single 4
        ("923412344", "111111222", "222211111"),  # 9 is beyond any way of counting
    ],
)
def test_answers_that_could_not_be_counted_otherwise_set_only_their_rows_aside(rows):
    ratings = read(phq9(*rows))
    assert ratings.rows_kept == 2
    assert "answers_shifted" not in set(ratings.problems["rule"])


def test_the_docs_list_no_rule_that_is_none():
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(RULES)


def test_messages_say_what_is_allowed():
    message = read(f"{HEADINGS}\nA,1,client,,wai_sr,1,7\n").problems["message"].item()
    assert message == "WAI-SR answers are whole numbers from 1 to 5; blank where not given."
    problem = read(f"{HEADINGS}\nA,1,client,,gda7,1,1\n").problems.iloc[0]
    assert problem["message"] == f"Known instruments: {', '.join(sorted(sk.INSTRUMENTS))}."
    assert problem["suggestion"] == "Did you mean gad7?"
    problem = read(f"{SCORES}\nA,1,client,,wai_sr,bnod,4\n").problems.iloc[0]
    assert problem["message"] == "WAI-SR has the scale(s) total, task, bond, goal."
    assert problem["suggestion"] == "Did you mean bond?"


def test_a_row_is_set_aside_whole_and_all_its_bad_cells_are_listed():
    ratings = read("case,session,SRS 1,SRS 2,SRS 3,SRS 4,ORS\nA,x,9,11,9,bad,20\nA,2,9,9,9,9,20\n")
    assert found(ratings) == [
        [2, "session", "x", "session_not_a_number"],
        [2, "SRS 2", "11", "response_out_of_range"],
        [2, "SRS 4", "bad", "response_not_a_number"],
    ]
    assert ratings.rows_set_aside == 1
    assert ratings.scores["session"].tolist() == [2, 2]


@pytest.mark.parametrize("code", ["", "NA", ".", "NULL", "None", "nan", "#N/A"])
def test_what_programs_write_into_an_empty_cell_is_unanswered_and_not_wrong(code):
    ratings = read(f"case,session,SRS 1,SRS 2\nA,1,9,{code}\n")
    assert ratings.problems.empty
    assert ratings.responses["response"].isna().tolist() == [False, True]


def test_an_identical_repeat_is_set_aside_and_names_the_first_row():
    ratings = read("case,session,SRS\nA,1,30\nB,1,30\nA,1,30.0\n")
    assert found(ratings) == [[4, "", "", "repeated_row"]]
    assert ratings.problems["message"].item() == (
        "The same form (case, rater, instrument and session) stands in row 2 already; this row adds nothing."
    )
    assert ratings.rows_kept == 2


def test_conflicting_rows_are_all_set_aside_and_named():
    ratings = read("case,session,SRS 1,SRS 2\nA,1,9,8\nB,1,9,8\nA,1,9,7\n")
    assert found(ratings) == [[2, "SRS 2", "8", "conflicting_rows"], [4, "SRS 2", "7", "conflicting_rows"]]
    (message,) = set(ratings.problems["message"])
    assert message.endswith(" stands in row 2 and row 4 with different answers.")
    assert ratings.scores["case_id"].tolist() == ["B"]


def test_an_answer_against_none_is_a_conflict_within_a_form_that_has_answers():
    ratings = read("case,session,SRS 1,SRS 2\nA,1,9,8\nA,1,9,\n")
    assert ratings.problems["rule"].tolist() == ["conflicting_rows"] * 2


def test_a_form_without_any_answer_yields_to_the_same_form_with_answers():
    ratings = read("case,session,SRS 1,SRS 2\nA,1,,\nA,1,9,8\n")
    assert found(ratings) == [[2, "", "", "repeated_row"]]
    assert ratings.responses["response"].tolist() == [9, 8]


@pytest.mark.parametrize(
    ("headings", "first", "second", "what"),
    [
        ("case,session,date,SRS", "A,1,2025-03-04,30", "A,1,2025-03-05,30", "different dates"),
        ("case,session,therapist,SRS", "A,1,T1,30", "A,1,T2,30", "different therapists"),
    ],
)
def test_the_same_form_on_two_days_or_by_two_therapists_is_a_conflict(headings, first, second, what):
    ratings = read(f"{headings}\n{first}\n{second}\n")
    assert ratings.problems["rule"].tolist() == ["conflicting_rows"] * 2
    assert ratings.problems["column"].tolist() == [headings.split(",")[2]] * 2
    assert ratings.problems["message"].str.contains(what).all()


def test_a_row_that_repeats_one_form_and_adds_another_is_kept():
    ratings = sk.read_ratings([b"case,session,SRS\nA,1,30\n", b"case,session,SRS,ORS\nA,1,30,20\n"])
    assert ratings.problems.empty
    assert ratings.scores[["instrument", "score"]].values.tolist() == [["ors", 20], ["srs", 30]]


def test_the_same_form_in_two_files_is_found_with_both_named(tmp_path):
    march, april = tmp_path / "march.csv", tmp_path / "april.csv"
    march.write_text("case,session,SRS\nA,1,30\nA,2,31\nA,3,32\n")
    april.write_text("patient;visit;srs total\nA;2;31\nA;3;33\nA;4;34\n")
    ratings = sk.read_ratings([march, april])
    assert ratings.problems[["source", "row", "rule"]].values.tolist() == [
        ["march.csv", 4, "conflicting_rows"],
        ["april.csv", 2, "repeated_row"],
        ["april.csv", 3, "conflicting_rows"],
    ]
    assert "row 4 of march.csv and row 3 of april.csv" in ratings.problems["message"].iloc[0]
    assert "row 3 of march.csv" in ratings.problems["message"].iloc[1]
    assert ratings.scores["session"].tolist() == [1, 2, 4]
    assert (ratings.rows_read, ratings.rows_kept) == (6, 3)


def test_a_repeat_is_kept_where_its_first_row_cannot_be_used():
    ratings = read("case,session,SRS,ORS\nA,1,30,99\nA,1,30,20\n")
    assert found(ratings) == [[2, "ORS", "99", "score_out_of_range"]]
    assert ratings.scores["score"].tolist() == [20, 30]


def test_a_row_of_an_instrument_that_no_column_is_of_is_listed():
    ratings = read("case,session,instrument,Bond\nA,1,WAI-SR,4.5\nA,2,SRS,\n")
    assert found(ratings) == [[3, "instrument", "SRS", "nothing_rated"]]


def test_rows_are_numbered_as_excel_shows_them():
    ratings = read('Weekly export\n\ncase,session,comment,SRS\n\nA,1,"two\nlines",30\n\n,,,\nA,x,,30\n')
    assert found(ratings) == [[8, "session", "x", "session_not_a_number"]]
    assert "The headings stand in row 3." in ratings.notes
    assert ratings.rows_read == 2


def test_a_cell_is_cut_to_forty_characters():
    assert read(f"case,session,SRS\nA,1,{'x' * 60}\n").problems["value"].item() == "x" * 40


def test_no_message_or_note_holds_a_cell():
    rows = [
        f"{CANARY},{CANARY},{CANARY},{CANARY},{CANARY},{CANARY},{CANARY}",
        f"{CANARY},1,client,2025-01-01,srs,1,9",
        f"{CANARY},1,client,2025-01-01,srs,1,8",
        f"{CANARY},2,client,2025-01-01,srs,1,8",
        f"{CANARY},2,client,2025-01-01,srs,1,8",
    ]
    ratings = read("\n".join([HEADINGS, *rows]))
    told = [*ratings.problems["message"], *ratings.problems["suggestion"], *ratings.notes, ratings.report()]
    words = " ".join([*told, repr(ratings), repr(ratings.sheets)])
    assert ratings.problems["rule"].nunique() >= 6
    assert "Zacharias" not in words
    assert "Quellwasser" not in words


@pytest.mark.parametrize(
    "text",
    [
        f"{CANARY},3,4\nBertha Beispiel,2,2\n",
        f"{CANARY},Bertha Beispiel\nCarl Chor,Dora Drei\n",
        f"{CANARY};2025-03-04;9\n",
        f"{CANARY}\n",
        f"client,session\n{CANARY},1\n",
        f"Client:,{CANARY},Therapist:,Bertha Beispiel\n\nwhen,points\n3,4\n",
        f"client,session,item,response\n{CANARY},1,1,9\n",
    ],
)
def test_no_error_holds_a_cell(text):
    with pytest.raises(sk.RecordsError) as caught:
        read(text)
    assert "Zacharias" not in str(caught.value)
    assert "Bertha" not in str(caught.value)


def test_a_table_of_something_else_is_refused_with_its_columns_and_what_was_looked_for():
    with pytest.raises(sk.RecordsError) as caught:
        read("product,price\nchair,30\n")
    assert "Columns found: “product”, “price”." in str(caught.value)
    assert "a session column (session, session no., visit, Sitzung, …)" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("case,SRS\nA,30\n", "a session column .* was not found"),
        ("session,date,SRS\n1,2025-01-01,30\n", "a case column .* was not found"),
        ("case,session,date\nA,1,2025-01-01\n", "rated columns .* were not found"),
        ("case,session,SRS\n", "no row of ratings beneath"),
        ("case,session,SRS\n,,\n", "no row of ratings beneath"),
    ],
)
def test_a_table_without_what_is_needed_is_refused_and_says_what(text, what):
    with pytest.raises(sk.RecordsError, match=what):
        read(text)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2025-03-28", "2025-03-28"),
        ("2025-03-28T14:30:00Z", "2025-03-28"),
        ("20250328", "2025-03-28"),
        ("28.3.2025", "2025-03-28"),
        ("04.03.25", "2025-03-04"),
        ("28/03/2025", "2025-03-28"),
        ("03/28/2025", "2025-03-28"),
        ("28-03-25 09:15", "2025-03-28"),
        ("28 March 2025", "2025-03-28"),
        ("28-Mar-25", "2025-03-28"),
        ("3. März 2025", "2025-03-03"),
        ("Mar 28, 2025", "2025-03-28"),
        ("05/05/2025", "2025-05-05"),
        ("Fri 28/03/2025", "2025-03-28"),
        ("Fr., 28.03.2025", "2025-03-28"),
        ("28/03/2025 14.30 Uhr", "2025-03-28"),
        ("2025-03-28T23:30:00+02:00", "2025-03-28"),
        ("20250328T143000Z", "2025-03-28"),
        ("28MAR2025:14:30:00", "2025-03-28"),
        ("2025-Mar-28", "2025-03-28"),
        ("2025. 03. 28.", "2025-03-28"),
        ("28 mars 2025", "2025-03-28"),
        ("1er août 2025", "2025-08-01"),
        ("28 de marzo de 2025", "2025-03-28"),
        ("28 maggio 2025", "2025-05-28"),
        ("28 mrt 2025", "2025-03-28"),
        ("\uff12\uff10\uff12\uff15-\uff10\uff13-\uff12\uff18", "2025-03-28"),
        ("28/Mar/2025", "2025-03-28"),
        ("28 03 2025", "2025-03-28"),
        ("45744", "2025-03-28"),
        ("45744,75", "2025-03-28"),
    ],
)
def test_dates_are_read_in_many_forms(written, read_as):
    ratings = read(f'case;session;Date;SRS\nA;1;"{written}";30\n')
    assert ratings.scores["date"].tolist() == [pd.Timestamp(read_as)]


@pytest.mark.parametrize(
    "written", ["2025-W07", "March 2025", "31.04.2025", "2025-13-01", "14:30", "0000-00-00", "x/y/z"]
)
def test_what_is_no_day_is_a_problem(written):
    ratings = read(f"case;session;Date;SRS\nA;1;{written};30\n")
    assert found(ratings) == [[2, "Date", written, "date_unreadable"]]


def test_a_part_over_twelve_shows_the_order_for_the_whole_column():
    ratings = read("case,session,Date,SRS\nA,1,03/04/2025,30\nA,2,13/04/2025,30\n")
    assert ratings.scores["date"].tolist() == [pd.Timestamp("2025-04-03"), pd.Timestamp("2025-04-13")]
    assert "“Date” was read day first, as its values over 12 show." in ratings.notes
    ratings = read("case,session,Date,SRS\nA,1,03/04/2025,30\nA,2,04/13/2025,30\n")
    assert ratings.scores["date"].tolist() == [pd.Timestamp("2025-03-04"), pd.Timestamp("2025-04-13")]


@pytest.mark.parametrize("second", ["05/06/2025", ""])
def test_dates_that_can_be_read_either_way_are_a_problem_that_asks(second):
    text = f"case,session,Date,SRS\nA,1,03/04/2025,30\nA,2,{second},30\nA,3,2025-07-08,30\nA,4,09/09/2025,30\n"
    ratings = read(text)
    asked = [[2, "Date", "03/04/2025", "date_ambiguous"], [3, "Date", "05/06/2025", "date_ambiguous"]]
    assert found(ratings) == asked[: 2 if second else 1]
    assert ratings.problems["suggestion"].iloc[0] == (
        "Say which, for the whole file: day_first=True or day_first=False (--day-first, --month-first)."
    )
    assert ratings.scores["date"].dropna().tolist() == [pd.Timestamp("2025-07-08"), pd.Timestamp("2025-09-09")]
    for day_first, day in ((True, "2025-04-03"), (False, "2025-03-04")):
        answered = read(text, day_first=day_first)
        assert answered.problems.empty
        assert answered.scores["date"].iloc[0] == pd.Timestamp(day)


def test_a_column_with_dates_of_either_order_asks_for_those_that_fit_both():
    ratings = read("case,session,Date,SRS\nA,1,13/04/2025,30\nA,2,04/15/2025,30\nA,3,05/06/2025,30\n")
    assert found(ratings) == [[4, "Date", "05/06/2025", "date_ambiguous"]]
    assert ratings.problems["suggestion"].item() == "Write the days of the column as 2025-03-28."
    assert ratings.scores["date"].tolist() == [pd.Timestamp("2025-04-13"), pd.Timestamp("2025-04-15")]


def test_days_in_the_future_or_long_ago_are_said():
    ratings = read("case,session,Date,SRS\nA,1,1949-12-31,30\nA,2,2025-01-01,30\nA,3,2099-01-01,30\n")
    assert ratings.problems.empty
    assert "“Date”: 1 date(s) lie in the future." in ratings.notes
    assert "“Date”: 1 date(s) lie before 1950." in ratings.notes


def test_a_date_against_the_order_asked_for_is_a_problem():
    ratings = read("case,session,Date,SRS\nA,1,04/13/2025,30\n", day_first=True)
    assert found(ratings) == [[2, "Date", "04/13/2025", "date_unreadable"]]


def test_a_completed_column_without_dates_is_no_date_column():
    ratings = read("case,session,Completed,SRS\nA,1,yes,30\n")
    assert ratings.rows_kept == 1
    assert "“Completed” was left aside: no cell of it is a date." in ratings.notes


@pytest.mark.parametrize(
    ("written", "session"), [("3", 3), ("3.0", 3), ("Session 3", 3), ("03", 3), ("Sitzung Nr. 12", 12)]
)
def test_sessions_are_whole_numbers_in_some_dress(written, session):
    assert read(f"case,session,SRS\nA,{written},30\n").scores["session"].tolist() == [session]


def test_codes_keep_their_leading_zeros_and_lose_a_column_of_decimals():
    assert read("case,session,SRS\n 007 ,1,30\n7,1,30\n").scores["case_id"].tolist() == ["007", "7"]
    ratings = read("case,therapist,session,SRS\n1.10,7.0,1,30\n1.0,12.0,1,30\n")
    assert ratings.scores["case_id"].tolist() == ["1.0", "1.10"]
    assert ratings.scores["therapist_id"].tolist() == ["12", "7"]


@pytest.mark.parametrize("code", ["1.23457E+15", "1,23457E+15", "#REF!", "#NAME?", "#BEZUG!", "Err:508"])
def test_what_a_spreadsheet_puts_for_a_code_is_no_case_and_no_therapist(code):
    ratings = sk.read_ratings(f"case;therapist;session;SRS\n{code};T1;1;30\n{code};T1;2;31\nA;{code};1;32\n".encode())
    assert found(ratings) == [
        [2, "case", code, "code_lost"],
        [3, "case", code, "code_lost"],
        [4, "therapist", code, "code_lost"],
    ]
    assert ratings.problems["kept"].tolist() == [False, False, True]
    assert ratings.scores["case_id"].tolist() == ["A"]
    assert ratings.scores["therapist_id"].isna().all()


@pytest.mark.parametrize("code", ["1E5", "E+15", "7E3", "#7", "REF", "12345678901234567890"])
def test_a_code_that_only_resembles_what_a_spreadsheet_breaks_is_a_code(code):
    ratings = sk.read_ratings(f"case,session,SRS\n{code},1,30\n".encode())
    assert ratings.scores["case_id"].tolist() == [code]
    assert ratings.problems.empty


def test_a_mark_alone_is_no_code():
    assert found(sk.read_ratings(b"case,session,SRS\n?,1,30\nA,1,31\n")) == [[2, "case", "?", "case_missing"]]


def test_yes_and_no_are_the_answers_of_an_item_of_0_and_1():
    cells = ["yes", "Nein", "TRUE", "false", "1", "0", "ja", "No"]
    rows = "".join(f"a,{session},{cell}\n" for session, cell in enumerate(cells, 1))
    ratings = sk.read_ratings(f"case,session,PSQ rupture 1\n{rows}".encode())
    assert ratings.responses["response"].tolist() == [1, 0, 1, 0, 1, 0, 1, 0]
    assert "6 cell(s) say yes or no (ja, TRUE), and were read as 1 and 0." in ratings.notes
    ratings = sk.read_ratings(b"case,session,PHQ-9 1\na,1,yes\n")
    assert found(ratings) == [[2, "PHQ-9 1", "yes", "response_not_a_number"]]
