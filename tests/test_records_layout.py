"""Tables that do not keep to their columns, and what columns= may say of them."""

import warnings

import openpyxl
import pytest

import supervision_kit as sk


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


def found(ratings):
    return ratings.problems[["row", "column", "value", "rule"]].values.tolist()


def book(tmp_path, rows):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(tmp_path / "book.xlsx")
    return sk.read_ratings(tmp_path / "book.xlsx")


def test_a_decimal_comma_in_a_comma_file_does_not_shift_values():
    ratings = read("client,session,ORS total,SRS total\nC1,1,22,5,36,5\nC1,2,22,36,,\n")
    assert found(ratings) == [[2, "column E", "36", "row_too_long"]]
    assert ratings.problems["message"].item().startswith("This row has more cells than headings; a comma inside a")
    assert ratings.scores["score"].tolist() == [22, 36]


def test_a_filled_column_without_a_heading_is_named(tmp_path):
    ratings = book(tmp_path, [["client", "session", "SRS", None, "ORS"], ["C1", 1, 36, "see notes", 20, "x"]])
    assert ratings.rows_kept == 1
    assert "Not used, for want of a heading: column D, column F." in ratings.notes


def test_a_column_without_a_heading_can_be_named_by_its_letter():
    ratings = read("client,session,\nC1,1,36\n", columns={"column C": "srs:total"})
    assert ratings.scores["score"].tolist() == [36]


def test_headings_in_two_rows_are_joined(tmp_path):
    rows = [
        ["Client", "Session", "WAI-SR", *[None] * 11, "PHQ-9"],
        [None, None, *range(1, 13)],
        ["C1", 1, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 14],
    ]
    ratings = book(tmp_path, rows)
    assert ratings.responses["response"].tolist() == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2]
    # 33 / 12 items; bond 3 5 7 9: 3 5 2 4; goal 4 6 8 11: 4 1 3 1; task 1 2 10 12: 1 2 5 2
    assert ratings.scores["score"].tolist() == [14, 3.5, 2.25, 2.5, 2.75]
    assert "The headings in rows 1 and 2 were joined." in ratings.notes


def test_headings_in_two_rows_with_known_words_in_the_second_are_joined_too():
    first, second = "Client,Session,SRS,,,,ORS,,,", ",,Q1,Q2,Q3,Q4,Individual,Interpersonal,Social,Overall"
    ratings = read(f"{first}\n{second}\nC1,1,9,8,7,6,5,5,5,4\n")
    assert ratings.scores[["instrument", "score"]].values.tolist() == [["ors", 19], ["srs", 30]]


@pytest.mark.parametrize("second", [",,a,b,c,d", "C1,1,9,9,9,9"])
def test_a_rated_heading_over_columns_that_cannot_be_named_is_refused(second):
    with pytest.raises(sk.RecordsError, match="The headings stand in two rows; put them in one"):
        read(f"Client,Session,SRS,,,\n{second}\nC1,2,9,8,7,6\nC1,3,9,8,7,6\n")


SWALLOWED = [
    'C1,1,"bad comment,36\nC2,1,ok,35\nC3,1,good",33',
    'C1,1,"bad comment,36\nC2,1,good",33',
    '"C1,1,ok,36\nC2",1,ok,33',
]


@pytest.mark.parametrize("swallowed", SWALLOWED)
def test_a_stray_quotation_mark_does_not_swallow_rows_unseen(swallowed):
    ratings = read(f"client,session,comment,SRS\n{swallowed}\nC4,1,ok,30\n")
    assert ratings.problems["rule"].tolist() == ["quote_unclosed"]
    assert ratings.scores["case_id"].tolist() == ["C4"]


def test_a_comment_with_lines_and_commas_swallows_nothing():
    ratings = read('client,session,comment,SRS\nC1,1,"well, fine\nsleep, mood, work\n2, 3 times",36\n')
    assert ratings.problems.empty


def test_a_rating_told_by_the_caller_is_not_dropped_in_a_long_table():
    with pytest.raises(sk.RecordsError, match="“X” cannot be read beside the others"):
        read("client,session,item,score,X\nC1,1,1,9,36\n", columns={"X": "ors:total"}, instrument="srs")


def test_names_in_columns_are_checked_before_anything_else():
    with pytest.raises(sk.RecordsError, match="“PAT” is the same heading as another one given"):
        read("Pat.,PAT,Session,SRS\nC1,D1,1,36\n", columns={"Pat.": "case_id", "PAT": "ignore"})
    with pytest.raises(sk.RecordsError, match=r"there is no column “Patt”\. Columns found: “Pat”, “Nr”, “SRS”"):
        read("Pat,Nr,SRS\nC1,1,36\n", columns={"Patt": "case_id"})


@pytest.mark.parametrize("settings", [{"columns": ["X"]}, {"instrument": ["srs"]}, {"rater": ["client"]}])
def test_settings_of_a_wrong_kind_get_one_clear_error(settings):
    with pytest.raises(sk.RecordsError):
        read("client,session,SRS\nC1,1,36\n", **settings)


@pytest.mark.parametrize("number", ["1e999", "1e308", "-1e400", "9" * 400])
def test_a_number_beyond_all_bounds_is_no_number(number):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ratings = read(f"client,session,SRS mean,PHQ-9 item 1\nC1,1,{number},{number}\n")
    assert ratings.problems["rule"].tolist() == ["score_not_a_number", "response_not_a_number"]


def test_a_long_quoted_cell_is_read():
    ratings = read(f'client,session,comment,SRS\nC1,1,"{"so, " * 50_000}",36\n')
    assert ratings.scores["score"].tolist() == [36]


@pytest.mark.parametrize("instrument", ["srs", "ors"])
def test_the_lines_of_a_form_are_known_by_their_names(instrument):
    names = {"srs": ("Relationship", "Goals", "Approach"), "ors": ("Individual", "Interpersonal", "Social")}[instrument]
    headings = ",".join(f"{instrument.upper()} {name}" for name in (*names, "Overall"))
    ratings = read(f"client,session,{headings}\nC1,1,9,8,7,6\n")
    assert ratings.responses[["instrument", "item", "response"]].values.tolist() == [
        [instrument, 1, 9],
        [instrument, 2, 8],
        [instrument, 3, 7],
        [instrument, 4, 6],
    ]


@pytest.mark.parametrize("heading", ["WAI-SR tot", "WAI-SR overall", "WAI-SR clinical score"])
def test_more_words_for_a_total_are_known(heading):
    assert read(f"client,session,{heading}\nC1,1,4\n").scores["scale"].tolist() == ["total"]


def test_an_item_s_wording_after_a_colon_is_passed_over():
    ratings = read('client,session,"WAI-SR 3: some long wording, of a name or a birth"\nC1,1,4\n')
    assert ratings.responses["item"].tolist() == [3]


@pytest.mark.parametrize("headings", ["WAI_1,WAI Bond,WAI Total"])
def test_a_family_s_name_is_enough_where_the_caller_says_the_instrument(headings):
    text = f"client,session,{headings}\nC1,1,4,4.5,4.1\n"
    forms = (
        r"“WAI_1” could be of several forms .WAI-36, WAI-S, WAI-SR, WAI-ST.: pass the right instrument=, wai or wai_s"
    )
    with pytest.raises(sk.RecordsError, match=forms):
        read(text)
    ratings = read(text, instrument="wai_sr")
    assert ratings.scores.dropna(subset="score")[["scale", "score"]].values.tolist() == [["bond", 4.5], ["total", 4.1]]


def test_points_in_time_are_no_items_of_the_therapist():
    with pytest.raises(sk.RecordsError, match="rated columns"):
        read("client,session,SRS T1,SRS T2\nC1,1,9,8\n")


def test_of_two_columns_with_one_heading_the_note_says_which_was_left_aside():
    ratings = read("client,session,SRS total,SRS total\nC1,1,36,36\n")
    assert ratings.scores["score"].tolist() == [36]
    assert "“SRS total” (column D) was left aside: “SRS total” is read as this score." in ratings.notes


def test_a_number_among_headings_that_name_case_and_session_is_a_heading():
    ratings = sk.read_ratings(b"case_id,session,srs_total,99\nA,1,36,x\n")
    assert ratings.scores["score"].tolist() == [36]


def test_a_row_of_a_long_table_is_no_heading_row_though_its_cells_are_words_of_headings():
    ratings = sk.read_ratings(
        b"case,session,rater,instrument,scale,score\nA,1,client,srs,total,36\nB,2,client,srs,total,30\n"
    )
    assert ratings.scores["score"].tolist() == [36, 30]
