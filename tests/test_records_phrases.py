"""Headings in steps: into which pieces they can be cut, and what the pieces mean together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision_kit.records.headings import read_heading
from supervision_kit.records.phrases import read_rating
from supervision_kit.records.pieces import Kind, cut
from supervision_kit.records.roles import ItemRole, ScoreRole


def kinds(squeezed):
    return [tuple(piece.kind for piece in pieces) for pieces in cut(squeezed)]


def test_a_heading_is_cut_into_known_words_and_numbers():
    assert kinds("waisrbond3")[0] == (Kind.INSTRUMENT, Kind.SCALE, Kind.NUMBER)
    assert kinds("therapistbindung") == [(Kind.RATER, Kind.SCALE)]
    assert kinds("q07") == [(Kind.ITEM_WORD, Kind.NUMBER)]


def test_a_number_may_belong_to_a_name_or_stand_by_itself():
    assert kinds("phq9") == [(Kind.INSTRUMENT,), (Kind.INSTRUMENT, Kind.NUMBER)]
    assert kinds("phq9|3")[0] == (Kind.INSTRUMENT, Kind.NUMBER)
    oq21 = next(cut("oq45|21"))  # “OQ-45.2” is a name too, and no part of 21
    assert [piece.meaning for piece in oq21] == ["oq45", "21"]


@pytest.mark.parametrize("unknown", ["srsmood", "moodsrs", "srs1000", "srs0", "x"])
def test_nothing_may_be_left_over(unknown):
    assert not kinds(unknown)


@given(
    st.lists(st.sampled_from(["srs", "waisr", "bond", "total", "mean", "client", "item", "score", "form"]), max_size=6)
)
def test_words_that_are_known_can_be_cut_out_again(words):
    assert any(len(pieces) == len(words) for pieces in cut("".join(words)))


@pytest.mark.parametrize(
    ("squeezed", "role"),
    [
        ("waisr3", ItemRole("wai_sr", None, 3)),
        ("item3", ItemRole(None, None, 3)),
        ("therapistitem3", ItemRole(None, "therapist", 3)),
        ("srst3", ItemRole("srs", "therapist", 3)),  # a letter for the rater
        ("waisrbond3", ItemRole("wai_sr", None, 3)),
        ("gad3", ItemRole("gad7", None, 3, short=True)),
        ("srs", ScoreRole("srs", None, "total")),
        ("waisrbondmean", ScoreRole("wai_sr", None, "bond", "item mean")),
        ("gesamt", ScoreRole(None, None, "total")),
        ("summe", ScoreRole(None, None, "total", "sum")),
        ("clientrating", ScoreRole(None, "client", "total")),
        ("waisrt", ScoreRole("wai_sr", "therapist", "total")),  # the therapist's version
        ("3rsresolution", ScoreRole("three_rs", "observer", "resolution")),
        ("phq9", ScoreRole("phq9", None, "total", as_item=9)),
    ],
)
def test_what_pieces_mean_together(squeezed, role):
    assert read_rating(squeezed) == role


@pytest.mark.parametrize(
    "squeezed",
    [
        "3",  # of what
        "t3",  # a letter alone is no rater
        "bond3",
        "waisr13",  # of 12 items
        "item201",
        "srs3total",
        "srs3mean",
        "srsitem",
        "itemsrs3",  # an item word stands before its number
        "bondtask",
        "srstask",  # no scale of the SRS
        "srsors",
        "clienttherapistsrs",
        "rating",  # whose
        "client",
        "srst",  # item or score
        "anxiety",  # of some instruments only
        "",
    ],
)
def test_pieces_that_mean_nothing_together(squeezed):
    assert read_rating(squeezed) is None


def test_a_scale_that_some_instruments_have_is_read_where_that_is_wanted():
    assert read_rating("anxiety", with_own_scales=True) == ScoreRole(None, None, "anxiety")
    assert read_rating("3rs", with_own_scales=True) == ScoreRole("three_rs", "observer", "total")


@pytest.mark.parametrize("heading", ["SRS (K)", "srs client", "Pat. SRS", "SRS_c"])
def test_a_rater_in_short_is_one_where_it_stands_alone(heading):
    assert read_heading(heading) == ScoreRole("srs", "client", "total")
