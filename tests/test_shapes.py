"""Shapes of ruptures; every path is worked by hand: half of the depth in one step is sudden, half way back is back."""

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_marks, make_scores


def shape(*score, marked, sessions=None, within=3):
    marks, scores = make_marks(*score, marked=marked, sessions=sessions), make_scores(*score, sessions=sessions)
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores, rule=sk.RepairRule(within=within))
    return repairs["shape"].iloc[0]


@pytest.mark.parametrize(
    ("score", "marked", "expected"),
    [
        ((4, 4, 4, 3, 4), [4], "V"),
        ((4.2, 4.3, 4.2, 3.1, 3.6, 4.1), [4], "V"),  # falls 1.1 in one step, half way back (3.65) two sessions later
        ((4, 4, 4, 3, 3, 3, 3), [4], "step"),
        ((4, 4, 4, 3, 3, 3, 3, 3, 4), [4], "step"),  # back, but five sessions after the step
        ((4, 4, 4, 3.7, 3.4, 3.1, 2.8, 4), [5, 6, 7], "slow decline, sudden repair"),  # steps of .3; back in one
        ((4, 4, 4, 3.7, 3.4, 3.1, 2.8, 3.1, 3.4), [5, 6, 7], "U"),  # .3 each way; the level before is 4, half way 3.4
        ((4, 4, 4, 3.7, 3.4, 3.1, 2.8, 2.8, 2.8, 2.8), [5, 6, 7], "slow decline"),
        ((3, 3, 3, 4, 4, 4, 3.7, 3.4, 3.1, 3, 3, 3, 3), [8, 9, 10], "inverted U"),
        ((3.6, 3.6, 3.6, 4, 4, 4, 3.7, 3.4, 3.1, 3, 3, 3, 3), [8, 9, 10], "slow decline"),  # rose .4 of the depth
    ],
)
def test_a_path_has_its_shape(score, marked, expected):
    assert shape(*score, marked=marked) == expected


def test_a_step_that_makes_up_just_half_of_the_fall_is_sudden():
    assert shape(4, 4, 4, 3.5, 3, 3, 3, 3, marked=[4, 5]) == "step"
    assert shape(4, 4, 4, 3.6, 3.2, 3, 3, 3, 3, marked=[4, 5]) == "slow decline"


def test_binary_fractions_do_not_make_a_step_slow():
    # from 3.3 to 2.7 is half of the way from 3.9 to 2.7, and 3.3 - 2.7 is a little less than .6 in binary
    assert shape(3.9, 3.9, 3.9, 3.5, 3.3, 2.7, 2.7, 2.7, 2.7, marked=[4, 5, 6]) == "step"


@pytest.mark.parametrize("n_after", [0, 1, 2])
def test_too_early_to_tell(n_after):
    assert pd.isna(shape(4, 4, 4, 3, *[3] * n_after, marked=[4]))


def test_how_soon_is_soon_follows_the_rule():
    late = (4, 4, 4, 3, 3, 3, 3, 3, 4)
    assert shape(*late, marked=[4], within=3) == "step"
    assert shape(*late, marked=[4], within=5) == "V"


def test_what_is_no_fall_has_no_shape():
    assert pd.isna(shape(3, 4, 4, 4, 4, marked=[1]))
    assert pd.isna(shape(3.0, 3.2, 4.4, 3.5, 3.1, 3.2, 3.2, marked=[4]))


def test_missing_forms_are_stepped_over():
    assert shape(4, 4, 4, None, 3, None, 4, marked=[5]) == "V"


def test_a_fall_right_at_the_start_rose_from_nothing():
    # the first three ratings would be 4, 3.6, 3.2: what comes after the onset is no start to have risen from
    assert shape(4, 3.6, 3.2, 2.8, 2.4, 2.4, 2.4, 2.4, marked=[2, 3, 4, 5]) == "slow decline"
