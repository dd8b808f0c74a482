"""Tables that could be read two ways are refused, or asked about row by row; worked by hand."""

import pytest

import supervision_kit as sk


def read(*texts, **settings):
    return sk.read_ratings([text.encode() for text in texts], **settings)


def scores(ratings):
    return ratings.scores[["case_id", "instrument", "rater", "session", "score"]].values.tolist()


def found(ratings):
    return ratings.problems[["row", "column", "rule"]].values.tolist()


def test_columns_of_sessions_without_an_instrument_beside_totals_of_two_are_asked_about():
    with pytest.raises(sk.RecordsError, match="do not say which instrument they are of") as error:
        read("Client,S1,S2,ORS,SRS\nA,30,31,20,35\n")
    assert "“SRS S1”" in str(error.value)
    ratings = read("Client,S1,S2,ORS,SRS\nA,30,31,20,35\n", instrument="srs")
    assert scores(ratings) == [["A", "srs", "client", 1, 30], ["A", "srs", "client", 2, 31]]


def test_a_row_per_item_with_a_column_of_redcap_in_it():
    ratings = read(
        "Client,redcap_event_name,Session,Instrument,Item,Response\n"
        "A,x,1,SRS,1,9\nA,x,1,SRS,2,8\nA,x,1,SRS,3,7\nA,x,1,SRS,4,6\n"
    )
    assert scores(ratings) == [["A", "srs", "client", 1, 30]]


def test_a_row_per_score_whose_session_is_the_instance_of_redcap():
    ratings = read("record_id,redcap_repeat_instance,Instrument,Scale,Score\nA,1,SRS,total,30\nA,2,SRS,total,31\n")
    assert scores(ratings) == [["A", "srs", "client", 1, 30], ["A", "srs", "client", 2, 31]]


ITEMS = "Client,Therapist,Session,SRS 1,SRS 2,SRS 3,SRS 4\n"


def test_a_whole_form_of_0_to_10_among_millimetres_is_asked_about():
    ratings = read(
        ITEMS
        + "A,X,1,91,80,85,90\nA,X,2,91,80,85,90\nA,X,3,91,80,85,90\n"  # 346 mm
        + "B,Y,1,9,8,8,9\nB,Y,2,9,8,8,\nB,Y,3,0,0,0,0\nB,Y,4,9,80,85,90\n"  # 34; three answers; the same in both units
    )
    assert scores(ratings) == [
        ["A", "srs", "client", 1, 34.6],
        ["A", "srs", "client", 2, 34.6],
        ["A", "srs", "client", 3, 34.6],
        ["B", "srs", "client", 3, 0],
        ["B", "srs", "client", 4, 26.4],
    ]
    items = ["SRS 1", "SRS 2", "SRS 3", "SRS 4"]
    assert found(ratings) == [[5, item, "response_unit_unclear"] for item in items] + [
        [6, item, "response_unit_unclear"] for item in items[:3]
    ]


def test_forms_known_by_their_days_are_asked_about_each_by_itself():
    ratings = read(
        "Client,Date,SRS 1,SRS 2,SRS 3,SRS 4\n"
        "A,2025-01-02,91,80,85,90\nA,2025-01-09,91,80,85,90\nA,2025-01-16,9,8,8,9\n"
    )
    assert scores(ratings) == [["A", "srs", "client", 1, 34.6], ["A", "srs", "client", 2, 34.6]]
    assert {row for row, *_ in found(ratings)} == {4}


@pytest.mark.parametrize(
    "label",
    [
        "A Total",
        "Ø",
        "Std. Deviation",
        "Gesamtmittelwert",
        "Mean (n=2)",
        "Clinic mean",
        "All clients",
        "(max 40)",
        "Cutoff",
    ],
)
def test_a_row_that_sums_up_is_no_case(label):
    ratings = read(f"Client,S1,S2\nA,30,31\nB,32,35\n{label},7,7\n", instrument="srs")
    assert set(ratings.scores["case_id"]) == {"A", "B"}
    assert found(ratings) == [[4, "Client", "summary_row"]]


def test_a_word_that_could_be_a_pseudonym_sums_up_where_its_numbers_do():
    table = "Client,S1,S2\nA,30,31\nB,32,35\n{}\n"
    for row in ("MW,31,33", "Min,30,31", "Max,32,35"):  # the means, the lowest, the highest
        assert found(read(table.format(row), instrument="srs")) == [[4, "Client", "summary_row"]]
    ratings = read(table.format("MW,31,34"), instrument="srs")
    assert scores(ratings)[-2:] == [["MW", "srs", "client", 1, 31], ["MW", "srs", "client", 2, 34]]
    assert found(ratings) == []


@pytest.mark.parametrize("parts", [("Client ratings", "Therapist ratings"), ("ORS", "SRS"), ("", "Therapeut")])
def test_rows_that_part_the_table_by_rater_or_instrument_are_asked_about(parts):
    table = "Client,S1,S2\n{},,\nA,30,31\n{},,\nC,28,20\n".format(*parts)
    with pytest.raises(sk.RecordsError, match="as if to part the table") as error:
        read(table, instrument="srs")
    assert not any(part in str(error.value) for part in parts if part)


def test_a_code_without_ratings_parts_nothing():
    ratings = read("Client,S1,S2\nA,30,31\nK,,\nPat,,\nC,28,20\nTherapist,,\n", instrument="srs")
    assert len(ratings.scores) == 4


def test_items_counted_from_0_are_refused():
    headings, answers = ",".join(f"Q{n}" for n in range(12)), ",".join("1" * 12)
    with pytest.raises(sk.RecordsError, match="“Q0” counts the items from 0"):
        read(f"Client,Session,{headings}\nA,1,{answers}\n", instrument="wai_sr")


def test_an_item_marked_as_reversed_is_asked_about_and_missing_items_are_named():
    headings = ",".join(f"WAI-S {n}{'R' if n in (4, 10) else ''}" for n in range(1, 13))
    table = f"Client,Session,{headings}\nA,1,{','.join('4' * 12)}\n"
    with pytest.raises(sk.RecordsError, match="“WAI-S 4R” could be item 4 as it was answered, or turned round"):
        read(table)
    ratings = read(table, columns={"WAI-S 4R": "wai_s:4", "WAI-S 10R": "ignore"})
    assert "No column for WAI-S item(s) 10." in " ".join(ratings.notes)
    assert not any("No column for" in note for note in read(ITEMS + "A,X,1,9,9,9,9\n").notes)


def test_totals_of_sessions_under_numbers_are_not_taken_for_millimetres():
    table = "Client,Date,SRS1,SRS2,SRS3,SRS4\nA,2025-01-01,30,31,32,33\n"
    with pytest.raises(sk.RecordsError, match="items in millimetres, or totals of several sessions"):
        read(table)
    ratings = read(table.replace("SRS1", "SRS Item 1").replace("30,", "80,").replace("31,", "91,"))
    assert scores(ratings) == [["A", "srs", "client", 1, 23.6]]  # 80 + 91 + 32 + 33 mm


def test_items_of_no_instrument_that_do_not_make_the_total_beside_them_are_refused():
    table = "Client,Session,SRS,Q1,Q2,Q3,Q4\nA,1,30,{}\nA,2,33,{}\n"
    with pytest.raises(sk.RecordsError, match="do not make the total in “SRS”"):
        read(table.format("4,1,0,1", "2,1,0,1"))
    assert scores(read(table.format("8,8,7,7", "9,8,8,8"))) == [
        ["A", "srs", "client", 1, 30],
        ["A", "srs", "client", 2, 33],
    ]


@pytest.mark.parametrize(
    "title",
    [
        "SRS scores - rated by the client after each session; therapist version not used",
        "Only use the SRS (therapist version was dropped in 2023)",
        "These SRS forms were rated by therapist or by somebody else in the room",
    ],
)
def test_a_sentence_above_the_table_names_no_rater(title):
    ratings = read(f"{title}\nClient,Session,SRS\nA,1,30\n")
    assert scores(ratings) == [["A", "srs", "client", 1, 30]]
    assert scores(read("SRS therapist version\nClient,Session,SRS\nA,1,30\n"))[0][2] == "therapist"


def test_a_sentence_that_denies_an_instrument_does_not_name_it():
    with pytest.raises(sk.RecordsError, match="which instrument"):
        read("We no longer use the PHQ-9\nClient,Session,Total\nA,1,12\n")


@pytest.mark.parametrize("heading", ["Patientennummer", "study_id", "Study ID", "Aktenzeichen", "VP-Code"])
def test_more_words_for_the_case(heading):
    assert scores(read(f"{heading},Session,SRS\nA,1,30\n")) == [["A", "srs", "client", 1, 30]]
