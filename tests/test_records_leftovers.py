"""Columns whose headings say nothing: who and what is rated is never passed over in silence."""

import io

import openpyxl
import pytest

import supervision_kit as sk


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


def rated(ratings):
    return ratings.scores[["case_id", "session", "rater", "instrument", "scale", "score"]].values.tolist()


def refusal(text, **settings):
    with pytest.raises(sk.RecordsError) as caught:
        read(text, **settings)
    return str(caught.value)


@pytest.mark.parametrize(
    "heading", ["Bewerter", "Role", "Your role", "Rolle", "Form", "Form type", "User type", "Source", "Quelle", "Sicht"]
)
def test_cells_that_name_raters_are_the_rater(heading):
    ratings = read(f"Client,Session,{heading},SRS\nA,1,Klient,30\nB,1,Therapeut,33\n")
    assert rated(ratings) == [["A", 1, "client", "srs", "total", 30], ["B", 1, "therapist", "srs", "total", 33]]
    assert f"“{heading}” is read as the rater: its cells name client and therapist." in ratings.notes


def test_raters_of_one_session_show_that_the_column_is_the_rater():
    ratings = read("Client,Session,Wer,SRS\nA,1,Klient,30\nA,1,Therapeut,33\n")
    assert [row[2] for row in rated(ratings)] == ["client", "therapist"]


def test_a_column_of_raters_that_could_be_something_else_is_asked_about():
    table = "Client,Session,Cancelled by,SRS\nA,1,client,30\nA,2,therapist,33\n"
    assert "“Cancelled by” holds names of raters" in refusal(table)
    assert [row[2] for row in rated(read(table, columns={"Cancelled by": "ignore"}))] == ["client", "client"]
    assert [row[2] for row in rated(read(table, columns={"Cancelled by": "rater"}))] == ["client", "therapist"]
    assert "“Role” holds names of raters" in refusal("Client,Session,Role,SRS\nA,1,,30\nA,2,Therapist,33\n")


def test_letters_of_raters_are_asked_about_where_they_differ_within_a_session():
    assert "“X” holds names of raters" in refusal("Client,Session,X,SRS\nA,1,C,30\nA,1,T,33\n")
    arms = read("Client,Session,Arm,SRS\nA,1,C,30\nA,2,C,31\nB,1,T,33\n")  # control and treatment
    assert [row[2] for row in rated(arms)] == ["client"] * 3


def test_a_relative_in_the_column_of_raters_is_no_client():
    ratings = read("Client,Session,Collateral,SRS\nA,1,Self,30\nB,1,Mother,33\n")
    assert rated(ratings) == [["A", 1, "client", "srs", "total", 30]]
    assert ratings.problems[["row", "column", "rule"]].values.tolist() == [[3, "Collateral", "rater_unknown"]]


def test_headings_that_name_the_rater_go_before_a_column_of_raters():
    ratings = read("Client,Session,Role,SRS client\nA,1,Therapist,30\n")
    assert [row[2] for row in rated(ratings)] == ["client"]
    assert "“Role” was left aside: the headings name the rater." in ratings.notes


def test_cells_that_name_instruments_are_the_instrument():
    ratings = read("Client,Session,Bogen?,Score\nA,1,SRS,30\nA,1,ORS,18\n")
    assert sorted(row[3:] for row in rated(ratings)) == [["ors", "total", 18], ["srs", "total", 30]]
    assert "“Bogen?” is read as the instrument: its cells name some." in ratings.notes


def test_cells_that_name_scales_are_asked_about():
    message = refusal("Client,Session,Dimension,WAI-SR\nA,1,Bond,4\nA,2,Task,3\n")
    assert "“Dimension” holds names of scales" in message


@pytest.mark.parametrize("name", ["therapist_ratings_march.csv", "rated by therapist.csv"])
def test_the_file_s_name_says_the_rater_beside_other_words(tmp_path, name):
    (tmp_path / name).write_text("Client,Session,SRS\nA,1,30\n")
    assert [row[2] for row in rated(sk.read_ratings(tmp_path / name))] == ["therapist"]


@pytest.mark.parametrize("title", ["Therapist", "Therapeuten"])
def test_a_title_that_is_a_rater_alone_says_the_rater(title):
    assert [row[2] for row in rated(read(f"{title},,\nClient,Session,SRS\nA,1,30\n"))] == ["therapist"]


def test_a_title_row_with_a_therapist_s_name_says_no_rater():
    assert [row[2] for row in rated(read("Therapist,Dr Jones,\nClient,Session,SRS\nA,1,30\n"))] == ["client"]


def test_a_sheet_of_therapists_holds_their_ratings():
    book = openpyxl.Workbook()
    book.active.title = "Clients"
    for sheet, score in ((book.active, 30), (book.create_sheet("Therapists"), 33)):
        sheet.append(["Client", "Session", "SRS"])
        sheet.append(["A", 1, score])
    buffer = io.BytesIO()
    book.save(buffer)
    ratings = sk.read_ratings(buffer.getvalue())
    assert rated(ratings) == [["A", 1, "client", "srs", "total", 30], ["A", 1, "therapist", "srs", "total", 33]]
