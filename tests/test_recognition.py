import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_marks, make_scores

CLIENT = (4, 4, 4, 3, 3, 3)  # onset and nadir at session 4


def unrecognised(therapist, *, client=CLIENT, marked=(4,), about=None, **more):
    """Tell whether the fall of the client, marked by hand, shows in the therapist's ratings."""
    scores = pd.concat([make_scores(*client, **(about or {})), make_scores(*therapist, rater="therapist", **more)])
    falls = sk.find_episodes(make_marks(*client, marked=marked, **(about or {})))
    return sk.find_unrecognised(falls, scores).iloc[0]


@pytest.mark.parametrize(
    ("therapist", "expected"),
    [
        ((4, 4, 4, 4, 4, 4), True),
        ((4, 4, 4, 3.71, 4, 4), True),  # .29, less than the smallest fall of .3
        ((4, 4, 4, 3.7, 4, 4), False),
        ((4, 4, 3.7, 4, 4, 4), False),  # a session ahead
        ((4, 3.7, 4, 4, 4, 4), True),  # two sessions ahead is another matter; the level before is still 3.85
        ((4, 4, 4, 4, 3.5, 4), True),  # after the nadir
        ((3, 4.2, 4, 4, 4, 4), True),  # level 3.6
    ],
)
def test_a_therapists_rating_shows_the_fall_or_does_not(therapist, expected):
    assert unrecognised(therapist) == expected


def test_where_the_therapist_did_not_rate_it_cannot_be_told():
    assert unrecognised((4, 4, 4, None, 4, 4)) is pd.NA
    assert unrecognised((None, None, None, 4, 4, 4)) is pd.NA
    assert unrecognised((4, 4, 4, 4), scale="bond") is pd.NA
    assert unrecognised((4, 4, 4, 4), instrument="srs") is pd.NA
    assert unrecognised((4, 4, 4, 4), case_id="C2") is pd.NA


def test_the_forms_of_client_and_therapist_belong_together():
    about = {"instrument": "wai_s"}
    assert unrecognised((6, 6, 6, 6, 6, 6), client=(6, 6, 6, 4, 4, 4), about=about, instrument="wai_st")
    assert not unrecognised((6, 6, 6, 5, 5, 5), client=(6, 6, 6, 4, 4, 4), about=about, instrument="wai_st")


def test_a_therapists_rating_that_is_marked_shows_the_fall():
    therapist = (4, 4, 4, 3.8, 4, 4)
    scores = pd.concat([make_scores(*CLIENT), make_scores(*therapist, rater="therapist")])
    falls = sk.find_episodes(make_marks(*CLIENT, marked=[4]))
    for session, expected in {3: False, 4: False, 5: True}.items():
        marks = make_marks(*therapist, marked=[session], rater="therapist")
        assert sk.find_unrecognised(falls, scores, marks=marks).to_list() == [expected]


def test_only_falls_of_the_client_can_go_unrecognised():
    scores = pd.concat([make_scores(*CLIENT, rater="therapist"), make_scores(4, 4, 4, 4)])
    falls = sk.find_episodes(make_marks(*CLIENT, marked=[4], rater="therapist"))
    assert sk.find_unrecognised(falls, scores).isna().all()


def test_the_answers_keep_the_order_and_index_of_the_falls():
    cases = {"A": (4, 4, 4, 3, 3), "B": (4, 4, 4, 4, 4)}  # the therapists' ratings
    scores = pd.concat(
        [make_scores(*CLIENT, case_id=case) for case in cases]
        + [make_scores(*score, case_id=case, rater="therapist") for case, score in cases.items()]
    )
    falls = sk.find_episodes(pd.concat([make_marks(*CLIENT, marked=[4], case_id=case) for case in cases]))
    falls = falls.iloc[::-1].set_axis(["x", "y"])
    assert sk.find_unrecognised(falls, scores).to_dict() == {"x": True, "y": False}
