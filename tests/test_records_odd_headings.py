"""Headings as clinics write them: raters in short, other languages, headings that come again."""

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
    ("client", "therapist"),
    [
        ("SRS (K)", "SRS (T)"),
        ("SRS_C_Total", "SRS_T_Total"),
        ("c_srs_total", "t_srs_total"),
        ("Pat. SRS", "Th. SRS"),
        ("SRS Pat. Gesamt", "SRS Th. Gesamt"),
        ("SRS paciente", "SRS terapeuta"),
        ("SRS patient", "SRS thérapeute"),
        ("SRS cliënt", "SRS behandelaar"),
        ("SRS paziente totale", "SRS terapeuta totale"),
        ("Client: SRS", "Therapist: SRS"),
    ],
)
def test_client_and_therapist_side_by_side_in_short_and_in_other_languages(client, therapist):
    ratings = read(f"case,session,{client},{therapist}\nA,1,36,31\n")
    assert scores(ratings) == {("A", "client", "srs", "total", 1): 36, ("A", "therapist", "srs", "total", 1): 31}


def test_scales_of_both_raters_and_items_of_one():
    ratings = read("case,session,Pat. Bond,Th. Bond,tWAI-SR3\nA,1,4.5,3.5,2\n", instrument="wai_sr")
    found = scores(ratings)
    assert found["A", "client", "wai_sr", "bond", 1] == 4.5
    assert found["A", "therapist", "wai_sr", "bond", 1] == 3.5
    assert ratings.responses[["rater", "item", "response"]].values.tolist() == [["therapist", 3, 2]]


@pytest.mark.parametrize(
    "headings",
    [
        "Code patient;Numéro de séance;Date de la séance;Thérapeute",
        "Código del paciente;Nº de sesión;Fecha;Terapeuta",
        "Cliëntnummer;Sessie nr.;Datum;Behandelaar",
        "Codice paziente;Seduta;Data;Terapeuta",
        "Código do paciente;Sessão;Data da sessão;Psicoterapeuta",
    ],
)
def test_fields_are_known_in_other_languages(headings):
    row = read(f"{headings};SRS\n007;3;28.03.2025;T1;36,5\n").scores.iloc[0]
    assert (row["case_id"], row["session"], row["therapist_id"], row["score"]) == ("007", 3, "T1", 36.5)
    assert f"{row['date']:%Y-%m-%d}" == "2025-03-28"


def test_a_column_called_data_without_dates_is_left_aside():
    ratings = read("case,session,Data,SRS\nA,1,yes,36\n")
    assert ratings.rows_kept == 1
    assert "“Data” was left aside: no cell of it is a date." in ratings.notes


@pytest.mark.parametrize("heading", ["Nombre del paciente", "Prénom du patient", "Cognome paziente", "Naam cliënt"])
def test_a_name_in_another_language_is_never_the_case(heading):
    with pytest.raises(sk.RecordsError, match="a case column"):
        read(f"{heading},session,SRS,ORS\nX,1,36,20\n")


def test_headings_that_come_again_are_no_data_and_are_said():
    ratings = read("case,session,SRS\nA,1,36\ncase,session,SRS\nA,2,35\n")
    assert (ratings.rows_read, ratings.rows_kept) == (2, 2)
    assert "1 row(s) say the headings again, and are no data: row 3." in ratings.notes


def test_headings_in_two_rows_that_come_again_are_no_data_and_a_like_row_is():
    head = "Client,Session,SRS,,,\n,,1,2,3,4\n"
    ratings = read(f"{head}A,1,9,8,7,6\n{head}A,2,9,8,7,6\n,,1,2,3,4\n")
    assert (ratings.rows_read, ratings.rows_kept) == (3, 2)
    assert ratings.problems["row"].unique().tolist() == [7]


@pytest.mark.parametrize("heading", ["WAI 1", "CORE 3", "Total", "SEQ total"])
def test_a_heading_that_could_be_of_several_instruments_is_never_guessed(heading):
    with pytest.raises(sk.RecordsError, match=r"rated columns|which instrument"):
        read(f"case,session,{heading}\nA,1,3\n")


def test_headings_said_again_in_other_words_are_no_data():
    ratings = read("Klient,Sitzung,SRS\nclient,session,SRS total\nA,1,30\n")
    assert (ratings.rows_read, ratings.rows_kept) == (1, 1)
    assert "1 row(s) say the headings again, and are no data: row 2." in ratings.notes


def test_a_second_table_beneath_the_first_is_refused_and_never_read_under_its_headings():
    with pytest.raises(sk.RecordsError, match="the headings of another table stand in row 4"):
        read("case,session,SRS\nA,1,30\n\ncase,session,ORS\nB,1,20\n")


def test_a_case_whose_code_is_a_heading_is_a_case():
    assert read("case,session,SRS\nClient,1,30\n").scores["case_id"].tolist() == ["Client"]


@pytest.mark.parametrize(
    ("heading", "names"),
    [("HEQ-II 3", "HAq-II"), ("SRZ total", "SRS"), ("WAII-SR Bond", "WAI-SR or WAI-S"), ("HAEQ item 3", "HAq-II")],
)
def test_an_unknown_instrument_is_asked_about_by_the_names_like_it(heading, names):
    asked = f"No instrument is known by the name in “{heading}”. Did you mean {names}?"
    with pytest.raises(sk.RecordsError) as refused:
        sk.read_ratings(f"client,session,{heading}\nA,1,4\n".encode())
    assert asked in str(refused.value)
    beside = sk.read_ratings(f"client,session,PHQ-9,{heading}\nA,1,4,3\n".encode())
    assert asked in beside.notes


def test_an_instrument_like_none_is_answered_with_all_that_are_known():
    with pytest.raises(sk.RecordsError, match="known by the name in “SEQ Total”"):
        sk.read_ratings(b"client,session,SEQ Total\nA,1,4\n")
    beside = sk.read_ratings(b"client,session,PHQ-9,SEQ Total,v2\nA,1,4,3,1\n")
    assert not [note for note in beside.notes if "No instrument is known" in note]


@pytest.mark.parametrize("heading", ["SRS 5", "WAI 3", "waist 2", "Therapist name 2", "Srz", "v2"])
def test_other_headings_are_not_asked_about(heading):
    ratings = sk.read_ratings(f"client,session,PHQ-9,{heading}\nA,1,4,3\n".encode())
    assert not [note for note in ratings.notes if "No instrument is known" in note]


def test_a_column_that_is_to_be_ignored_is_not_asked_about():
    ratings = sk.read_ratings(b"client,session,PHQ-9,SRZ 2\nA,1,4,3\n", columns={"SRZ 2": "ignore"})
    assert not [note for note in ratings.notes if "No instrument is known" in note]
