"""Each shape of table, worked by hand."""

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


WAI_ITEMS = ",".join(f"wai_sr_{item}" for item in range(1, 13))


def test_a_row_per_form_with_items_is_scored():
    ratings = read(f"case_id,session,{WAI_ITEMS}\nA,1,1,2,3,4,5,1,2,3,4,5,1,2\n")
    # task 1 2 10 12: 1 2 5 2; bond 3 5 7 9: 3 5 2 4; goal 4 6 8 11: 4 1 3 1
    assert scores(ratings) == {
        ("A", "client", "wai_sr", "total", 1): 2.75,
        ("A", "client", "wai_sr", "task", 1): 2.5,
        ("A", "client", "wai_sr", "bond", 1): 3.5,
        ("A", "client", "wai_sr", "goal", 1): 2.25,
    }
    assert ratings.responses["response"].tolist() == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2]
    assert ratings.responses["item"].tolist() == list(range(1, 13))
    assert (ratings.rows_read, ratings.rows_kept, ratings.rows_set_aside) == (1, 1, 0)


def test_a_row_per_form_with_totals_is_taken_as_given():
    ratings = read("Patient ID,Visit,SRS,PHQ-9 total\n007,1,36.5,12\n007,2,35,\n")
    assert scores(ratings)[("007", "client", "srs", "total", 1)] == 36.5
    assert scores(ratings)[("007", "client", "phq9", "total", 1)] == 12
    assert pd.isna(scores(ratings)[("007", "client", "phq9", "total", 2)])
    assert ratings.responses.empty
    assert ratings.scores["n_answered"].isna().all()
    assert ratings.scores["n_items"].tolist() == [9, 9, 4, 4]


def test_a_row_per_item_is_scored():
    ratings = read(
        "client,session no.,measure,item,answer\n"
        "A,1,SRS,1,9.1\nA,1,SRS,2,8.0\nA,1,SRS,3,8.5\nA,1,SRS,4,9.0\n"
        "A,1,GAD-7,Item 1,3\nA,1,GAD-7,Item 2,\n"
    )
    assert scores(ratings)[("A", "client", "srs", "total", 1)] == 34.6
    assert pd.isna(scores(ratings)[("A", "client", "gad7", "total", 1)])
    assert ratings.rows_kept == 6


def test_the_kit_s_own_tidy_table_is_read_back():
    ratings = read(
        "case_id,therapist_id,rater,instrument,scale,session,date,score\n"
        "A,T1,therapist,wai_sr,bond,3,2025-01-16,4.25\n"
        "A,T1,client,core10,total,3,2025-01-16,17\n"
    )
    assert scores(ratings) == {
        ("A", "therapist", "wai_sr", "bond", 3): 4.25,
        ("A", "client", "core10", "total", 3): 17,
    }
    assert ratings.scores["therapist_id"].tolist() == ["T1", "T1"]
    assert ratings.scores["date"].tolist() == [pd.Timestamp("2025-01-16")] * 2


def test_client_and_therapist_stand_side_by_side_in_a_row():
    ratings = read("case,session,SRS client,SRS therapist\nA,1,36,31\n")
    assert scores(ratings) == {("A", "client", "srs", "total", 1): 36, ("A", "therapist", "srs", "total", 1): 31}


def test_one_row_may_hold_several_instruments():
    ratings = read("case,session,SRS 1,SRS 2,SRS 3,SRS 4,PHQ-9\nA,1,9,9,9,9.5,14\n")
    assert scores(ratings) == {("A", "client", "srs", "total", 1): 36.5, ("A", "client", "phq9", "total", 1): 14}


def test_the_rows_of_a_wide_table_may_be_of_different_instruments():
    ratings = read("case,session,instrument,Item 1,Item 2,Item 3,Item 4,Item 5\nA,1,SRS,9,9,9,9,\nA,1,ORS,5,5,5,5,7\n")
    assert scores(ratings) == {("A", "client", "srs", "total", 1): 36}
    assert ratings.problems[["row", "column", "rule"]].values.tolist() == [[3, "Item 5", "item_unknown"]]


def test_phq9_is_the_ninth_item_beside_the_other_eight_and_the_total_without_them():
    items = ",".join(f"phq{item}" for item in range(1, 10))
    ratings = read(f"case,session,{items}\nA,1,1,1,1,1,1,1,1,1,3\n")
    assert scores(ratings) == {("A", "client", "phq9", "total", 1): 11}
    assert scores(read("case,session,phq9\nA,1,11\n")) == {("A", "client", "phq9", "total", 1): 11}
    assert scores(read(f"case,session,{items},phq_total\nA,1,1,1,1,1,1,1,1,1,3,11\n")) == scores(ratings)


@pytest.mark.parametrize(
    ("heading", "item"),
    [
        ("wai_sr_1", 1),
        ("WAI-SR item 1", 1),
        ("WAISR01", 1),
        ("WAI SR Q12", 12),
        ("WAI-SR (Item 7)", 7),
        ("wai_sr_t_3", 3),
        ("WAI-SR Frage 4", 4),
    ],
)
def test_item_headings_are_known_in_many_spellings(heading, item):
    ratings = read(f"case,session,{heading}\nA,1,4\n")
    assert ratings.responses[["instrument", "item", "response"]].values.tolist() == [["wai_sr", item, 4.0]]


@pytest.mark.parametrize(
    ("case", "session", "therapist", "date"),
    [
        ("Client ID", "Session #", "Clinician", "Session date"),
        ("PATIENT_CODE", "session-no.", "Counsellor ID", "Date"),
        ("Participant number", "Visit", "practitioner", "Date completed"),
        ("Klientin", "Sitzung Nr.", "Behandler", "Datum"),
        ("Fallnummer", "Stunde", "Therapeutin", "Sitzungsdatum"),
        ("subjectid", "SessionNumber", "therapist code", "date of session"),
    ],
)
def test_fields_are_known_under_many_headings(case, session, therapist, date):
    ratings = read(f"{case},{session},{therapist},{date},ORS\nA,2,T3,2025-03-28,20.5\n")
    row = ratings.scores.iloc[0]
    assert (row["case_id"], row["session"], row["therapist_id"], row["score"]) == ("A", 2, "T3", 20.5)
    assert row["date"] == pd.Timestamp("2025-03-28")


def test_a_birthday_or_a_name_is_never_taken_for_anything():
    ratings = read("Client name,Client ID,Session,Date of birth,DOB,Geburtsdatum,ORS\nX,A,1,1980-01-01,,,20\n")
    assert ratings.scores["date"].isna().all()
    assert ratings.scores["case_id"].tolist() == ["A"]
    assert "Not used: “Client name”, “Date of birth”, “DOB”, “Geburtsdatum”." in ratings.notes
    with pytest.raises(sk.RecordsError, match=r"a case column .* was not found"):
        read("Client name,Session,ORS,SRS\nX,1,20,30\n")


def test_a_code_is_preferred_to_a_bare_word_and_it_is_said():
    ratings = read("Client,Client ID,Session,ORS\nX,A,1,20\n")
    assert ratings.scores["case_id"].tolist() == ["A"]
    assert "“Client” was left aside: “Client ID” is read as the case." in ratings.notes


def test_two_columns_that_could_both_be_the_case_are_refused():
    with pytest.raises(sk.RecordsError, match="“Client ID”, “Case ID” could each be the case column"):
        read("Client ID,Case ID,Session,ORS\nA,B,1,20\n")
    ratings = read("Client ID,Case ID,Session,ORS\nA,B,1,20\n", columns={"case id": "case_id"})
    assert ratings.scores["case_id"].tolist() == ["B"]


def test_two_columns_for_one_item_are_refused():
    with pytest.raises(sk.RecordsError, match="“SRS 1”, “SRS item 1” could each be item 1"):
        read("case,session,SRS 1,SRS item 1\nA,1,9,8\n")


def test_of_two_columns_for_one_score_the_instrument_s_own_statistic_is_kept():
    ratings = read("case,session,WAI-SR sum,WAI-SR mean\nA,1,49,4.1\n")
    assert scores(ratings) == {("A", "client", "wai_sr", "total", 1): 4.1}
    assert "“WAI-SR sum” was left aside: “WAI-SR mean” is read as this score." in ratings.notes


@pytest.mark.parametrize(
    ("heading", "values", "expected", "said"),
    [
        ("WAI-SR total", ["48", "30"], [4.0, 2.5], "read as sums, 12 to 60, and turned into item means"),
        ("WAI-SR total", ["4.1", "3"], [4.1, 3.0], "read as item means, 1 to 5"),
        ("Bond (WAI-SR)", ["16", "5"], [4.0, 1.25], "read as sums, 4 to 20, and turned into item means"),
        ("WAI-SR bond", ["4.25", "3.5"], [4.25, 3.5], "read as item means, 1 to 5"),
        ("WAI-SR bond", ["4", "5"], [4.0, 5.0], "could be sums or item means; read as item means, 1 to 5"),
        ("WAI-SR bond sum", ["4", "5"], [1.0, 1.25], "read as sums, 4 to 20, and turned into item means"),
        ("WAI-SR bond mean", ["4", "5"], [4.0, 5.0], "read as item means, 1 to 5"),
        ("WAI-SR sum", ["3.5", "4.5"], [3.5, 4.5], "read as item means, 1 to 5"),
        ("SRS mean", ["9.1", "8.5"], [36.4, 34.0], "read as item means, 0 to 10, and turned into sums"),
    ],
)
def test_sums_and_item_means_are_told_apart_over_the_whole_column(heading, values, expected, said):
    ratings = read(f"case,session,{heading}\nA,1,{values[0]}\nA,2,{values[1]}\n")
    assert ratings.scores["score"].tolist() == expected
    assert any(said in note for note in ratings.notes)


def test_an_open_column_goes_with_the_others_of_its_instrument():
    ratings = read("case,session,WAI-SR,Bond\nA,1,20,4\nA,2,24,5\n")
    assert scores(ratings)[("A", "client", "wai_sr", "bond", 2)] == 1.25


def test_items_win_over_a_given_total_and_a_difference_is_said():
    ratings = read("case,session,SRS 1,SRS 2,SRS 3,SRS 4,SRS total\nA,1,9,9,9,9,36\nA,2,9,9,9,9,35\nA,3,,,,,34\n")
    assert ratings.scores["score"].tolist() == [36, 36, 34]
    assert ratings.scores["n_answered"].tolist()[:2] == [4, 4]
    assert pd.isna(ratings.scores["n_answered"].iloc[2])
    assert "The given SRS total differs from what the items make in row 3; the items were used." in ratings.notes


def test_an_unanswered_form_is_kept_without_a_score():
    ratings = read("case,session,SRS 1,SRS 2,SRS 3,SRS 4\nA,1,9,9,9,9\nA,2,,n/a,-,k.A.\n")
    assert ratings.rows_kept == 2
    assert ratings.scores["score"].isna().tolist() == [False, True]
    assert "4 cell(s) without an answer (blank, n/a, -, …) were read as unanswered." in ratings.notes


def test_no_answer_is_made_up():
    ratings = read("case,session,SRS 1,SRS 2,SRS 3,SRS 4\nA,1,9,9,9,\n")
    assert ratings.scores["score"].isna().all()
    assert ratings.responses["response"].tolist()[:3] == [9, 9, 9]
    assert pd.isna(ratings.responses["response"].iloc[3])


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"instrument": "srs"}, "case,session,Item 1\nA,1,9\n"),
        ({}, "Session Rating Scale weekly,,\ncase,session,Item 1\nA,1,9\n"),
        ({}, "case,session,Item 1,SRS total\nA,1,9,\n"),
    ],
)
def test_items_without_an_instrument_take_it_from_elsewhere(settings, text):
    ratings = read(text, **settings)
    assert ratings.responses[["instrument", "item", "response"]].values.tolist() == [["srs", 1, 9.0]]


def test_the_file_s_name_may_name_instrument_and_rater(tmp_path):
    file = tmp_path / "srs_therapist.csv"
    file.write_text("case,session,Item 1\nA,1,9\n")
    ratings = sk.read_ratings(file)
    assert ratings.responses[["instrument", "rater"]].values.tolist() == [["srs", "therapist"]]
    assert "No rater column: read as the therapist’s ratings, as the name of the sheet or file says." in ratings.notes


def test_an_instrument_is_never_guessed_from_the_number_of_items():
    items = ",".join(f"Item {item}" for item in range(1, 13))
    with pytest.raises(sk.RecordsError, match=f"Pass instrument=, one of {', '.join(sorted(sk.INSTRUMENTS))}"):
        read(f"case,session,{items}\nA,1{',4' * 12}\n")


def test_more_items_than_the_instrument_has_are_refused():
    with pytest.raises(sk.RecordsError, match="item 5, but SRS has 4 items"):
        read("case,session,Item 1,Item 5\nA,1,9,9\n", instrument="srs")


def test_numbered_columns_are_items_where_the_instrument_has_exactly_so_many():
    text = "case,session,v1,v2,v3,v4\nA,1,9,9,9,8\n"
    assert scores(read(text, instrument="ORS")) == {("A", "client", "ors", "total", 1): 35}
    with pytest.raises(sk.RecordsError, match="rated columns"):
        read(text, instrument="phq9")


def test_columns_says_what_the_headings_do_not():
    ratings = read(
        "Pseudo-Kürzel,Nr,wer,A1,weird,mehr\nx,3,th,9,14,17\n".replace("th", "Therapeut"),
        columns={
            "pseudo kurzel": "case_id",
            "NR": "session",
            "wer": "rater",
            "a1": "srs:1",
            "weird": "phq9:total:client",
            "mehr": "wai_sr:bond:sum",
        },
    )
    assert scores(ratings)[("x", "client", "phq9", "total", 3)] == 14
    assert scores(ratings)[("x", "therapist", "wai_sr", "bond", 3)] == 4.25
    assert ratings.responses["response"].tolist() == [9]


def test_columns_refuses_what_is_not_in_the_file_and_what_is_nothing():
    with pytest.raises(sk.RecordsError, match=r"there is no column “patient”. Columns found: “case”, “session”, “ORS”"):
        read("case,session,ORS\nA,1,20\n", columns={"patient": "case_id"})
    with pytest.raises(sk.RecordsError, match=r"“srs:5”, “birthday” is nothing to read as. Allowed are case_id"):
        read("case,session,ORS\nA,1,20\n", columns={"case": "srs:5", "ORS": "birthday"})


def test_a_column_may_be_left_out():
    ratings = read("case,session,ORS,SRS\nA,1,20,30\n", columns={"SRS": "ignore"})
    assert ratings.scores["instrument"].tolist() == ["ors"]
    assert "Not used: “SRS”." in ratings.notes


def test_an_unknown_instrument_or_rater_setting_is_refused():
    with pytest.raises(sk.UnknownNameError, match="Did you mean 'srs'"):
        read("case,session,total\nA,1,20\n", instrument="srss")
    with pytest.raises(sk.RecordsError, match="client, therapist, observer"):
        read("case,session,ORS\nA,1,20\n", rater="mother")


def test_the_rater_is_the_client_unless_something_says_otherwise():
    ratings = read("case,session,ORS\nA,1,20\n")
    assert ratings.scores["rater"].tolist() == ["client"]
    assert "No rater column: read as the client’s ratings." in ratings.notes
    ratings = read("case,session,ORS\nA,1,20\n", rater="Therapeut")
    assert ratings.scores["rater"].tolist() == ["therapist"]


@pytest.mark.parametrize(
    ("word", "rater"),
    [
        ("Patient", "client"),
        ("self", "client"),
        ("C", "client"),
        ("Klientin", "client"),
        ("clinician", "therapist"),
        ("T", "therapist"),
        ("Therapeut", "therapist"),
        ("client-rated", "client"),
        ("Coder", "observer"),
    ],
)
def test_raters_are_known_in_many_words(word, rater):
    assert read(f"case,session,rater,ORS\nA,1,{word},20\n").scores["rater"].tolist() == [rater]


def test_an_instrument_cell_may_name_the_rater_too():
    ratings = read("case,session,instrument,scale,score\nA,1,WAI-SR (therapist),Bindung,4\nA,1,WAI-SRT,task,4\n")
    assert ratings.scores[["rater", "scale"]].values.tolist() == [["therapist", "bond"], ["therapist", "task"]]


def test_a_blank_form_of_one_who_does_not_rate_it_is_no_form():
    ratings = read("case,session,rater,WAI-SR,PHQ-9\nA,1,client,4.5,12\nA,1,therapist,4,\n")
    assert ratings.scores[["rater", "instrument"]].values.tolist() == [
        ["client", "phq9"],
        ["client", "wai_sr"],
        ["therapist", "wai_sr"],
    ]


def test_the_representation_holds_no_data():
    ratings = read("case,session,ORS\nSECRET,1,20\n")
    assert repr(ratings) == "<Ratings: 1 row(s) kept, 0 set aside; 1 score(s), 0 response(s)>"


def test_the_tables_keep_their_contract():
    ratings = read("case,session,SRS 1,SRS 2,SRS 3,SRS 4,ORS\nA,1,9,9,9,9,20\nB,1,9,9,9,9,20\nB,1,9,9,9,8,20\n")
    pd.testing.assert_frame_equal(sk.tables.SCORES.check(ratings.scores), ratings.scores)
    pd.testing.assert_frame_equal(sk.tables.RESPONSES.check(ratings.responses), ratings.responses)
    assert list(ratings.problems) == ["source", "row", "column", "value", "rule", "message", "suggestion", "kept"]


def test_too_few_items_for_a_score_are_said():
    ratings = read("case,session,PHQ-9 item 2,SRS\nA,1,2,30\n")
    assert "Too few items of PHQ-9 were found for a score." in ratings.notes
    assert pd.isna(scores(ratings)[("A", "client", "phq9", "total", 1)])


def test_a_heading_of_punctuation_can_be_named_too():
    ratings = read("case,#,,SRS\nA,3,x,30\n", columns={"#": "session"})
    assert ratings.scores["session"].tolist() == [3]


def test_a_score_column_takes_its_instrument_from_the_row():
    ratings = read("case,session,questionnaire,score\nA,1,SRS,30\nA,1,WAI-SR,48\n")
    assert ratings.scores[["instrument", "score"]].values.tolist() == [["srs", 30], ["wai_sr", 4]]
