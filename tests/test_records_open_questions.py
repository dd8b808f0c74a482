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
