"""Headings that could be taken for something else: what is read, what is left aside, and that it is said."""

import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.records.headings import read_heading


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


def scores(ratings):
    return {(row.instrument, row.scale): row.score for row in ratings.scores.itertuples()}


def test_a_given_total_is_kept_where_too_few_items_make_none():
    ratings = read("client,session,PHQ-9 item 9,PHQ-9 total\nC1,1,1,14\nC2,1,2,\n")
    assert ratings.scores["case_id"].tolist() == ["C1", "C2"]
    assert ratings.scores["score"].iloc[0] == 14
    assert pd.isna(ratings.scores["score"].iloc[1])
    assert not any("differs" in note for note in ratings.notes)


def test_short_forms_of_a_questionnaire_are_not_items_of_the_long_one():
    ratings = read("client,session,PHQ-2,PHQ-4,PHQ-8,GAD-2,PHQ-9,GAD-7\nC1,1,3,7,12,4,14,9\n")
    assert scores(ratings) == {("phq9", "total"): 14, ("gad7", "total"): 9}
    assert ratings.responses.empty
    for heading in ("PHQ-2", "PHQ-4", "PHQ-8", "GAD-2"):
        assert any(note.startswith(f"“{heading}” was left aside") for note in ratings.notes)


def test_a_total_beside_items_with_the_word_item_stays_the_total():
    items = ",".join(f"PHQ-9 item {item}" for item in range(1, 9))
    ratings = read(f"client,session,{items},PHQ-9\nC1,1,1,1,1,1,1,1,1,1,14\n")
    assert ratings.responses["item"].tolist() == list(range(1, 9))
    assert any("PHQ-9 total differs" in note for note in ratings.notes)


def test_one_missing_item_column_does_not_make_the_ninth_item_a_total():
    items = ",".join(f"phq{item}" for item in (1, 2, 4, 5, 6, 7, 8, 9))
    ratings = read(f"client,session,{items}\nC1,1,1,1,1,1,1,1,1,3\n")
    assert ratings.responses["item"].tolist() == [1, 2, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("other", ["Visit no.", "Encounter number", "Appointment no", "Contact number", "Contact no."])
def test_a_plain_session_column_is_preferred_to_any_number_of_visits(other):
    ratings = read(f"client,Session,{other},SRS\nC1,3,77,30\n")
    assert ratings.scores["session"].tolist() == [3]


def test_a_count_of_sessions_is_not_their_number():
    assert read("client,Session,Number of sessions,SRS\nC1,3,12,30\n").scores["session"].tolist() == [3]
    with pytest.raises(sk.RecordsError, match="a session column"):
        read("client,Number of sessions,SRS\nC1,12,30\n")


def test_a_bare_score_heading_is_left_aside_beside_other_ratings():
    ratings = read("client,session,WAI-SR Task,WAI-SR Bond,WAI-SR Goal,Rating\nC1,1,4.25,4.5,3.75,3\n")
    assert ("wai_sr", "total") not in scores(ratings)
    assert any(note.startswith("“Rating” was left aside") for note in ratings.notes)
    ratings = read("client,session,SRS 1,Rating\nC1,1,9,3\n", columns={"Rating": "score"})
    assert scores(ratings)[("srs", "total")] == 3


def test_a_scale_heading_over_text_is_left_aside():
    ratings = read("client,session,Goals,WAI-SR total\nC1,1,sleep better,4.1\nC1,2,,4.2\n")
    assert ratings.problems.empty
    assert ratings.scores["score"].tolist() == [4.1, 4.2]
    assert "“Goals” was left aside: it holds text." in ratings.notes


@pytest.mark.parametrize("word", ["Average", "Grand Total", "Mittelwert", "Summe", "n = 2", "SD"])
def test_a_row_that_sums_up_others_is_set_aside(word):
    ratings = read(f"client,session,SRS\nC1,1,36\nMax,1,38\n{word},2,37\n")
    assert ratings.problems[["row", "column", "rule"]].values.tolist()[-1] == [4, "client", "summary_row"]
    assert "C1" in ratings.scores["case_id"].tolist()


def test_max_is_a_code_unless_the_rows_beside_it_sum_up():
    assert read("client,session,SRS\nMax,1,36\n").scores["case_id"].tolist() == ["Max"]
    assert read("client,session,SRS\nC1,1,36\nMean,1,36\nMax,1,36\n").problems["row"].tolist() == [3, 4]


@pytest.mark.parametrize(
    ("title", "rater"),
    [
        ("WAI-SR Therapist version", "therapist"),
        ("Ratings of the alliance - therapist form (2025)", "therapist"),
        ("WAI-SR, rated by clinician", "therapist"),
        ("WAI-SR of the clinic. Therapist: see below", "client"),
    ],
)
def test_a_title_row_may_say_the_rater_but_not_by_naming_a_therapist(title, rater):
    ratings = read(f'"{title}",,\ncase,session,WAI-SR total\nA,1,4\n')
    assert ratings.scores["rater"].tolist() == [rater]
    said = "No rater column: read as the therapist’s ratings, as a row above the headings says."
    assert (said in ratings.notes) == (rater == "therapist")


@pytest.mark.parametrize("written", ["yes", "TRUE", "1"])
def test_a_completed_column_with_gaps_is_no_date_column(written):
    ratings = read(f"case,session,Completed,SRS\nA,1,{written},30\nA,2,,31\n")
    assert ratings.rows_kept == 2
    assert "“Completed” was left aside: no cell of it is a date." in ratings.notes


@pytest.mark.parametrize(
    ("case", "session", "therapist", "date"),
    [
        ("Pt ID", "Therapy session", "Therapist initials", "Appt date"),
        ("Service user ID", "No. of session", "Key worker", "Date of appointment"),
        ("MRN", "Session ID", "Staff ID", "Submission date"),
        ("File No.", "Appt no", "Therapist", "Completion time"),
        ("UID", "Sitzung", "Therapist", "Date/time"),
        ("PID", "Session", "Therapist", "Date"),
        ("Consumer ID", "Session", "Therapist", "Date"),
        ("Pt", "Session", "Therapist", "Date"),
    ],
)
def test_more_headings_of_clinics_are_known(case, session, therapist, date):
    ratings = read(f"{case},{session},{therapist},{date},ORS\nA,2,T3,2025-03-28,20.5\n")
    row = ratings.scores.iloc[0]
    assert (row["case_id"], row["session"], row["therapist_id"], row["score"]) == ("A", 2, "T3", 20.5)
    assert row["date"] == pd.Timestamp("2025-03-28")


@pytest.mark.parametrize("heading", ["Total", "Item 1"])
def test_text_in_the_only_rated_column_or_in_an_item_is_a_problem(heading):
    ratings = read(f"client,session,{heading}\nC1,1,good\n", instrument="srs")
    assert ratings.problems[["row", "column", "value"]].values.tolist() == [[2, heading, "good"]]


def test_an_item_answered_in_words_is_not_left_aside():
    ratings = read("client,session,Item 1,Item 2\nC1,1,often,9\n", instrument="srs")
    assert ratings.problems["column"].tolist() == ["Item 1"]


WAI = ",".join(f"WAI {item}" for item in range(1, 13))
FOURS = ",".join("4" * 12)


def test_wai_alone_is_never_taken_for_one_of_its_forms():
    """Twelve columns called WAI are no WAI of 36 items with 24 blanks, nor one of the three forms of 12."""
    with pytest.raises(sk.RecordsError, match=r"“WAI 1” could be of several forms .WAI-36, WAI-S, WAI-SR, WAI-ST"):
        read(f"client,session,{WAI}\nC1,1,{FOURS}\n")
    beside = read(f"client,session,SRS total,{WAI}\nC1,1,36,{FOURS}\n")
    assert set(beside.scores["instrument"]) == {"srs"}
    assert any(note.startswith("Not used: “WAI 1”, “WAI 2”") for note in beside.notes)
    named = read(f"client,session,instrument,{','.join(f'Item {n}' for n in range(1, 13))}\nC1,1,WAI,{FOURS}\n")
    assert named.problems["rule"].tolist() == ["instrument_unknown"]


@pytest.mark.parametrize("instrument", ["wai_sr", "wai_s", "wai_st"])
def test_wai_alone_is_enough_where_the_form_is_said(instrument):
    ratings = read(f"client,session,{WAI}\nC1,1,{FOURS}\n", instrument=instrument)
    assert scores(ratings)[(instrument, "total")] == 4
    assert len(ratings.responses) == 12


def test_the_kits_own_key_of_the_long_form_is_read_and_too_few_items_are_said():
    rows = "".join(f"C1,1,wai,{item},4\n" for item in range(1, 13))
    ratings = read(f"client,session,instrument,item,answer\n{rows}")
    assert ratings.scores["score"].isna().all()
    assert "Too few items of WAI-36 were found for a score." in ratings.notes
    whole = "".join(f"C1,1,wai,{item},4\n" for item in range(1, 37))
    assert scores(read(f"client,session,instrument,item,answer\n{whole}"))[("wai", "total")] == 4


@pytest.mark.parametrize(
    ("heading", "instrument", "rater"),
    [
        ("WAI-S", "wai_s", "client"),
        ("WAI-ST", "wai_st", "therapist"),
        ("WAI-36", "wai", "client"),
        ("WAI-SR", "wai_sr", "client"),
        ("WAI-SRT", "wai_sr", "therapist"),
    ],
)
def test_the_forms_of_the_wai_are_told_apart_by_their_names(heading, instrument, rater):
    row = read(f"client,session,{heading} total\nC1,1,4\n").scores.iloc[0]
    assert (row["instrument"], row["rater"]) == (instrument, rater)


@pytest.mark.parametrize("heading", ["WAIS", "WAIS total", "Waist", "WAIS 1", "waist_2"])
def test_intelligence_and_waist_are_no_alliance(heading):
    ratings = read(f"client,session,SRS total,{heading}\nC1,1,36,4\n")
    assert set(scores(ratings)) == {("srs", "total")}
    assert f"Not used: “{heading}”." in ratings.notes


def test_a_word_that_is_a_scale_somewhere_is_nothing_by_itself():
    ratings = read("client,session,instrument,Total,Risk,Anxiety,Problems\nC1,1,SRS,36,2,3,1\n")
    assert ratings.rows_kept == 1
    assert set(scores(ratings)) == {("srs", "total")}
    assert "Not used: “Risk”, “Anxiety”, “Problems”." in ratings.notes


def test_the_scales_of_an_instrument_are_known_where_it_is_named():
    given = "Depression,Anxiety,Stress\nC1,1,20,14,40\n"
    expected = {("dass21", "depression"): 20, ("dass21", "anxiety"): 14, ("dass21", "stress"): 40}
    assert scores(read(f"client,session,{given}", instrument="dass21")) == expected
    named = "DASS-21 Depression,DASS21 Anxiety,dass21_stress\nC1,1,20,14,40\n"
    assert scores(read(f"client,session,{named}")) == expected
    rows = "C1,1,DASS-21,Depression,20\nC1,1,DASS-21,anxiety,14\nC1,1,dass21,stress,40\n"
    assert scores(read(f"client,session,instrument,scale,score\n{rows}")) == expected


def test_the_version_of_the_oq_is_no_item():
    assert scores(read("client,session,OQ-45.2\nC1,1,70\n")) == {("oq45", "total"): 70}
    items = ",".join(f"OQ45_{item}" for item in range(1, 46))
    whole = read(f"client,session,{items}\nC1,1,{','.join('2' * 45)}\n")
    assert whole.responses["item"].tolist() == list(range(1, 46))
    # nine reversed items count 4 − 2 = 2 as the others do: 45 × 2
    assert scores(whole)[("oq45", "total")] == 90


def test_who_fills_a_form_in_is_known_where_it_can_only_be_one():
    ratings = read("client,session,3RS withdrawal,3RS resolution\nC1,1,2,4\n")
    given = {scale: score for (_, scale), score in scores(ratings).items() if pd.notna(score)}
    assert given == {"withdrawal": 2, "resolution": 4}
    assert set(ratings.scores["rater"]) == {"observer"}
    assert set(read("client,session,Withdrawal\nC1,1,2\n", instrument="three_rs").scores["rater"]) == {"observer"}
    rows = "C1,1,3RS,withdrawal,2\nC1,1,three_rs,resolution,4\n"
    assert set(read(f"client,session,instrument,scale,score\n{rows}").scores["rater"]) == {"observer"}


def test_a_scale_of_one_item_is_that_item_and_scored_as_the_instrument_says():
    headings = "PSQ rupture presence,PSQ rupture intensity,PSQ rupture resolution"
    ratings = read(f"client,session,{headings}\nC1,1,0,1,3\nC1,2,1,4,3\n")
    assert ratings.responses["item"].tolist() == [1, 2, 4, 1, 2, 4]
    resolution = ratings.scores[ratings.scores["scale"] == "resolution"].set_index("session")["score"]
    assert pd.isna(resolution[1])  # no rupture, nothing to resolve
    assert resolution[2] == 3
    problems = read(f"client,session,{headings}\nC1,1,2,1,3\n").problems
    assert problems["message"].tolist() == [
        "PSQ rupture items answers are whole numbers from 0 to 1; blank where not given."
    ]


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        ("SRS Total (0-40)", "SRS total"),
        ("SRS /40", "SRS"),
        ("WAI-SR total (12–60)", "WAI-SR total"),
        ("PHQ-9 3 (0 to 3)", "PHQ-9 3"),
        ("Date (DD/MM/YYYY)", "Date"),
        ("Datum (TT.MM.JJJJ)", "Datum"),
        ("Date [mm/dd/yyyy]", "Date"),
    ],
)
def test_a_range_or_a_form_of_dates_beside_a_heading_changes_nothing(heading, plain):
    assert read_heading(heading) is not None
    assert read_heading(heading) == read_heading(plain)


def test_a_number_behind_a_stroke_is_an_item():
    assert read_heading("WAI-SR/3") == read_heading("WAI-SR 3")
