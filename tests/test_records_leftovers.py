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


def listed(ratings):
    return ratings.problems[["row", "column", "rule"]].values.tolist()


ITEMS = ",".join(f"WAI-SR {item}" for item in range(1, 13))
FOURS, TWOS = ",".join("4" * 12), ",".join("2" * 12)


def test_an_instrument_s_cell_says_the_rater_where_the_headings_name_the_instrument():
    ratings = read(
        f"Client,Session,Questionnaire,{ITEMS}\nA,1,WAI-SR Client,{FOURS}\nA,1,WAI-SR Therapist,{TWOS}\nA,2,,{TWOS}\n"
    )
    totals = [row[1:3] + row[5:] for row in rated(ratings) if row[4] == "total"]
    assert totals == [[1, "client", 4], [2, "client", 2], [1, "therapist", 2]]
    assert listed(ratings) == []


@pytest.mark.parametrize("measure", ["Measure", "Instrument", "Fragebogen"])
def test_a_row_that_names_another_instrument_than_the_headings_is_a_problem(measure):
    ratings = read(f"Client,Session,{measure},SRS\nA,1,ORS,18\nA,2,SRS,30\nA,3,XYZ-99,31\n")
    assert rated(ratings) == [["A", 2, "client", "srs", "total", 30]]
    assert listed(ratings) == [[2, measure, "form_contradicted"], [4, measure, "instrument_unknown"]]


def test_rows_of_two_instruments_side_by_side_are_read_with_the_column_that_names_them():
    ratings = read("Client,Session,Measure,SRS,ORS\nA,1,SRS,30,\nA,1,ORS,,18\nA,2,ORS,31,\n")
    assert [row[3:] for row in rated(ratings) if row[5] == row[5]] == [["ors", "total", 18], ["srs", "total", 30]]
    assert listed(ratings) == [[4, "Measure", "form_contradicted"]]


def test_two_raters_named_in_a_row_are_a_problem():
    ratings = read("Client,Session,Rater,Measure,WAI-SR\nA,1,client,WAI-SR Therapist,4\nA,2,client,WAI-SR,4\n")
    assert listed(ratings) == [[2, "Measure", "form_contradicted"]]
    ratings = read("Client,Session,Measure,WAI-SR client\nA,1,WAI-SR Therapist,4\nA,2,WAI-SR Client,4\n")
    assert listed(ratings) == [[2, "Measure", "form_contradicted"]]


def test_a_form_column_that_names_no_instrument_is_left_aside():
    ratings = read("Client,Session,Form,SRS\nA,1,paper,30\nA,2,online,31\n")
    assert len(ratings.scores) == 2
    assert "“Form” was left aside: the headings name the instrument." in ratings.notes


def test_an_unknown_name_under_measure_is_not_read_as_what_the_headings_name():
    ratings = read("Client,Session,Measure,SRS\nA,1,XYZ-5,18\nA,2,XYZ-5,30\n")
    assert listed(ratings) == [[2, "Measure", "instrument_unknown"], [3, "Measure", "instrument_unknown"]]


def test_other_words_beside_the_instrument_s_name_contradict_nothing():
    ratings = read("Client,Session,Measure,SRS\nA,1,SRS on paper,30\nA,2,SRS V3.0,31\n")
    assert (len(ratings.scores), listed(ratings)) == (2, [])


def test_a_scale_column_beside_the_instrument_s_says_what_the_scores_are():
    ratings = read("Client,Session,Scale,WAI-SR\nA,1,Bond,4\nA,2,Task,3\nA,3,Total,2\n")
    assert [row[4:] for row in rated(ratings)] == [["bond", 4], ["task", 3], ["total", 2]]


def test_an_item_column_beside_the_instrument_s_says_what_the_answers_are():
    ratings = read("Client,Session,Question,SRS\nA,1,1,9\nA,1,2,8\nA,1,3,7\nA,1,4,6\n")
    assert ratings.responses[["item", "response"]].values.tolist() == [[1, 9], [2, 8], [3, 7], [4, 6]]
    assert rated(ratings) == [["A", 1, "client", "srs", "total", 30]]


def test_scales_in_rows_and_sessions_in_columns_are_refused():
    message = refusal("Client,Scale,S1,S2,S3\nA,Bond,4,4,3\n", instrument="wai_sr")
    assert "“Scale” says which scale each row is of" in message
    assert "“Scale” says" in refusal("Client,Session,Scale,WAI-SR client,WAI-SR therapist\nA,1,Bond,4,4\n")


def test_a_question_column_with_wording_is_not_used():
    ratings = read("Client,Session,Question,SRS\nA,1,How was it?,30\n")
    assert rated(ratings) == [["A", 1, "client", "srs", "total", 30]]


FORMS = (
    "ID,Start time,Completion time,Email,Name,{},SRS\n"
    "1,a,2025-01-01,x,y,K1,30\n2,a,2025-01-02,x,y,K1,31\n3,a,2025-01-03,x,y,K2,32\n"
)


@pytest.mark.parametrize("heading", ["What is your client code?", "Ihr Code", "Please enter your client code", "Kode"])
def test_the_number_of_an_answer_is_not_taken_for_the_case(heading):
    message = refusal(FORMS.format(heading))
    assert f"“ID” is different in each row and could number the answers; “{heading}” could be the case." in message
    ratings = read(FORMS.format(heading), columns={heading: "case_id", "ID": "ignore"})
    assert [row[:2] + row[5:] for row in rated(ratings)] == [["K1", 1, 30], ["K1", 2, 31], ["K2", 1, 32]]


def test_the_number_of_an_answer_is_asked_about_without_another_column_for_the_case_too():
    table = "ID,Start time,Session,SRS\n1,a,1,30\n2,b,2,31\n"
    assert "“ID” is different in each row beside “Start time”" in refusal(table)
    assert len(read(table, columns={"ID": "case_id"}).scores) == 2


@pytest.mark.parametrize("rest", ["Gender,Diagnosis\n7,1,30,f,F32.1\n9,1,31,f,F32.1\n", "Site\n7,1,30,S1\n9,1,31,S1\n"])
def test_an_id_of_one_session_a_case_is_the_case(rest):
    assert [row[0] for row in rated(read(f"ID,Session,SRS,{rest}"))] == ["7", "9"]


def test_codes_that_stand_in_several_files_are_noted():
    files = [b"Client,Session,SRS\n1,1,30\n2,1,30\n", b"Client,Session,SRS\n1,3,30\n"]
    note = "1 case code(s) stand in several files or sheets: each was read as one case throughout."
    assert note in sk.read_ratings(files).notes
    assert note not in sk.read_ratings(files[0]).notes
    named = [b"Client,Session,Therapist,SRS\n1,1,T1,30\n2,1,T1,30\n", b"Client,Session,Therapist,SRS\n1,3,T1,30\n"]
    assert note not in sk.read_ratings(named).notes
