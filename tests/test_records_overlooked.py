"""Columns that could say the session, the rater or the same score again are asked about and never passed over."""

import pandas as pd
import pytest

import supervision_kit as sk

DATED = "A,5,2025-01-01,30\nA,6,2025-01-08,31\nA,8,2025-01-22,33\nB,12,2025-01-08,33\n"


def read(text, **settings):
    return sk.read_ratings(text.encode(), **settings)


def found(ratings):
    return sorted(ratings.scores[["case_id", "rater", "session", "score"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "heading",
    [
        *("Std.", "Std.-Nr.", "Sitz.", "Sitzg.", "Si-Nr", "SNr", "Ses", "Behandlungsstunde", "Treatment #", "Admin #"),
        *("Session count", "Sitzungszahl", "Current session", "Sessions completed", "Contact no."),
    ],
)
def test_the_session_is_known_in_short_and_as_a_count(heading):
    ratings = read(f"Client,{heading},Date,SRS\n{DATED}")
    assert found(ratings) == [("A", "client", s, score) for s, score in ((5, 30), (6, 31), (8, 33))] + [
        ("B", "client", 12, 33)
    ]


@pytest.mark.parametrize("heading", ["Nr.", "#", "No", "Number", "Termin", "Meeting", "Week", "MZP", "Visit ID", "Xyz"])
def test_days_are_not_counted_where_a_column_may_number_them(heading):
    text = f"Client,{heading},Date,SRS\n{DATED}"
    with pytest.raises(sk.RecordsError, match="could be the session: it holds whole numbers"):
        read(text)
    assert [row[2] for row in found(read(text, columns={heading: "session"}))] == [5, 6, 8, 12]
    assert [row[2] for row in found(read(text, columns={heading: "ignore"}))] == [1, 2, 3, 1]


@pytest.mark.parametrize("numbers", [(34, 34, 34, 41), (1, 2, 3, 4), (8, 6, 5, 12), (2023, 2024, 2025, 2025), "abcd"])
def test_ages_counts_of_rows_and_years_number_no_sessions(numbers):
    days = ("A", "2025-01-01"), ("A", "2025-01-08"), ("A", "2025-01-22"), ("B", "2025-01-08")
    rows = [f"{case},{number},{day},30" for (case, day), number in zip(days, numbers, strict=True)]
    assert [row[2] for row in found(read("\n".join(["Client,Xyz,Date,SRS", *rows])))] == [1, 2, 3, 1]


@pytest.mark.parametrize("heading", ["SRS_T0", "SRS Baseline", "SRS week 0", "Baseline", "SRS follow-up"])
def test_a_rating_before_the_first_session_is_not_lost(heading):
    text = f"ID,{heading},SRS S1,SRS S2\nA,30,31,32\n"
    with pytest.raises(sk.RecordsError, match=f"“{heading}” would not be read: sessions count from 1"):
        read(text)
    assert [row[3] for row in found(read(text, columns={heading: "ignore"}))] == [31, 32]


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "RecordedDate",
            "submitdate",
            "Date Submitted",
            "Zeitstempel",
            "Start time",
            "StartDate",
            "DOS",
            "Tag",
            "Day",
        ),
        *("Date of service", "Sess date", "Ausfülldatum", "Therapiedatum"),
    ],
)
def test_the_dates_of_survey_systems_are_known(heading):
    ratings = read(f"Client,{heading},SRS\nA,2025-03-04 10:12:00,30\nA,2025-03-11 09:00:00,31\n")
    assert ratings.scores["date"].tolist() == [pd.Timestamp(2025, 3, 4), pd.Timestamp(2025, 3, 11)]


def test_the_day_of_the_session_goes_before_the_start():
    ratings = read("Client,Session,StartDate,RecordedDate,SRS\nA,1,2025-03-03,2025-03-04,30\n")
    assert ratings.scores["date"].tolist() == [pd.Timestamp(2025, 3, 4)]


def test_without_sessions_a_column_of_dates_is_asked_for():
    with pytest.raises(
        sk.RecordsError, match=r"or a date column.*“column B” holds dates: .*columns=\{“column B”: “date”\}"
    ):
        read("Client,Held,SRS\nA,2025-03-04,30\n")


@pytest.mark.parametrize("heading", ["{} T-score", "{} T-Wert", "{} t value", "{} %", "{} percentile"])
@pytest.mark.parametrize("name", ["ORS", "PHQ-9", "OQ-45", "CORE-OM", "WAI-SR"])
def test_norms_are_no_scores(name, heading):
    ratings = read(f"Client,Session,SRS,{heading.format(name)}\nA,1,30,3\n")
    assert found(ratings) == [("A", "client", 1, 30)]


def test_t_score_beside_c_score_is_asked_about():
    with pytest.raises(sk.RecordsError, match="“srs_t_score” beside “srs_c_score” could be the therapist’s score"):
        read("Client,Session,srs_c_score,srs_t_score\nA,1,30,31\n")


@pytest.mark.parametrize("client", ["C", "K", "P", "SRS c"])
def test_t_beside_c_is_the_therapist(client):
    therapist = client[:-1] + ("t" if client.islower() or "SRS" in client else "T")
    text = f"Client,{client}1,{therapist}1,{client}2,{therapist}2\nA,30,31,32,33\n"
    expected = [("A", "client", 1, 30), ("A", "client", 2, 32), ("A", "therapist", 1, 31), ("A", "therapist", 2, 33)]
    assert found(read(text, instrument="srs")) == expected


def test_t_beside_c_with_other_numbers_is_asked_about():
    with pytest.raises(sk.RecordsError, match="“C1” and “T1” could be of two raters, of points in time or items"):
        read("Client,C1,T1,T2,T3\nA,30,31,32,33\n", instrument="srs")


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        ("Session,SRS,SRS", "1,30,31"),
        ("Session,SRS,SRS.1", "1,30,31"),
        ("Session,SRS,SRS", "1,,31"),
        ("Session,Raw ORS,ORS Total Score", "1,3,18"),
        ("Session,ORS mean,ORS", "1,3,18"),  # 4 · 3 is 12
        ("Session,WAI-SR mean,WAI-SR sum", "1,4,60"),  # 12 · 4 is 48
        ("S1,S2,S1,S2", "30,31,32,33"),
        ("S1,S2,S1.1,S2.1", "30,31,32,33"),
    ],
)
def test_two_columns_of_one_score_that_differ_are_asked_about(headings, cells):
    with pytest.raises(sk.RecordsError, match="read as the same score of the same form, and differ in row 2"):
        read(f"Client,{headings}\nA,{cells}\n", instrument="srs" if headings[:2] == "S1" else None)


@pytest.mark.parametrize(
    ("headings", "cells", "score"),
    [
        ("SRS,SRS", "30,30", 30),
        ("SRS,SRS.1", "30,", 30),
        ("ORS mean,ORS", "3,12", 12),
        ("WAI-SR sum,WAI-SR mean", "50,4.2", 4.2),  # 12 · 4.2 is 50.4, rounded by up to 0.6
    ],
)
def test_two_columns_of_one_score_that_agree_are_read_once(headings, cells, score):
    assert found(read(f"Client,Session,{headings}\nA,1,{cells}\n")) == [("A", "client", 1, score)]


@pytest.mark.parametrize("headings", ["Client,2025-01-01,2025-01-08", "Client,01.01.2025,08.01.2025"])
def test_columns_headed_by_dates_are_refused_in_so_many_words(headings):
    with pytest.raises(sk.RecordsError, match="the columns are headed by dates"):
        read(f"{headings}\nA,30,31\nB,32,33\n", instrument="srs")
