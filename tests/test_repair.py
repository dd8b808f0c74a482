import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from builders import make_marks, make_scores
from supervision_kit.tables import OUTCOMES

BEFORE = (4.2, 4.3, 4.2)  # level before 4.2


def follow(*score, marked=(4,), rule=None, sessions=None, **about):
    marks = make_marks(*score, marked=marked, sessions=sessions, **about)
    scores = make_scores(*score, sessions=sessions, **about)
    return sk.follow_repairs(sk.find_episodes(marks), scores, rule=rule or sk.RepairRule())


def outcome(*score, **more):
    repairs = follow(*score, **more)
    assert len(repairs) == 1
    return repairs["outcome"].iloc[0]


def test_back_within_the_tolerance_in_three_sessions_is_repaired():
    repair = follow(*BEFORE, 3.1, 3.6, 4.1, 4.3, 4.4).iloc[0]
    assert repair["outcome"] == "repaired"
    assert (repair["repair_session"], repair["sessions_to_repair"]) == (6, 2)
    assert repair["regained"] == pytest.approx(1.2 / 1.1)  # 4.3 in session 7, the last of the window


def test_a_fall_that_came_back_after_the_window_says_when():
    late = follow(*BEFORE, 3.1, 3.1, 3.1, 3.1, 4.1, 4.2).iloc[0]  # window: sessions 5 to 7
    assert (late["outcome"], late["repair_session"], late["back_session"]) == ("unrepaired", pd.NA, 8)
    assert follow(*BEFORE, 3.1, 3.6, 4.1, 4.3).iloc[0]["back_session"] == 6  # in time: the repair itself
    assert follow(*BEFORE, 3.1, 3.1, 3.1, 3.1, 3.2)["back_session"].isna().all()


def test_the_tolerance_is_a_quarter_point_on_item_means_of_one_to_five():
    assert outcome(*BEFORE, 3.1, 3.1, 3.1, 3.95) == "repaired"
    assert outcome(*BEFORE, 3.1, 3.1, 3.1, 3.94) == "partly repaired"
    assert outcome(*BEFORE, 3.1, 3.1, 3.1, 3.94, rule=sk.RepairRule(tolerance=0.3)) == "repaired"


def test_the_tolerance_follows_the_scale():
    # 6.25 % of 40 points: 2.5
    assert outcome(38, 38, 38, 30, 30, 30, 35.5, instrument="srs") == "repaired"
    assert outcome(38, 38, 38, 30, 30, 30, 35.4, instrument="srs") == "partly repaired"


def test_half_of_the_fall_regained_is_partly_repaired_and_less_is_not():
    assert outcome(4, 4, 4, 3, 3.5, 3.4, 3.4) == "partly repaired"
    assert outcome(4, 4, 4, 3, 3.4, 3.4, 3.4) == "unrepaired"


def test_a_repair_after_the_window_comes_too_late():
    late = (*BEFORE, 3.1, 3.1, 3.1, 3.1, 4.2)
    assert outcome(*late) == "unrepaired"
    assert outcome(*late, rule=sk.RepairRule(within=5)) == "repaired"


@pytest.mark.parametrize("n_after", [0, 1, 2])
def test_a_series_that_ends_inside_the_window_is_undetermined_not_unrepaired(n_after):
    assert outcome(*BEFORE, 3.1, *[3.1] * n_after) == "undetermined"


def test_a_repair_is_seen_even_if_the_series_ends_inside_the_window():
    assert outcome(*BEFORE, 3.1, 4.2) == "repaired"


def test_half_way_back_when_the_series_ends_inside_the_window_is_undetermined():
    repair = follow(*BEFORE, 3.1, 3.7).iloc[0]
    assert repair["outcome"] == "undetermined"
    assert repair["regained"] == pytest.approx(0.6 / 1.1)
    assert repair["repair_session"] is pd.NA


def test_a_missing_form_in_the_window_is_stepped_over():
    assert outcome(*BEFORE, 3.1, None, 3.1, 3.1) == "unrepaired"
    assert outcome(*BEFORE, 3.1, None, None, 3.1) == "unrepaired"
    assert outcome(*BEFORE, 3.1, 3.1, None, None, 3.1) == "unrepaired"


def test_a_way_back_that_fell_into_missing_forms_is_undetermined():
    # sessions 6 and 7, the last of the window, were not rated, and session 8 is back: it may have come back in time
    assert outcome(*BEFORE, 3.1, 3.2, None, None, 4.2) == "undetermined"
    assert outcome(*BEFORE, 3.1, None, 3.2, 3.2, 4.2) == "unrepaired"
    assert outcome(*BEFORE, 3.1, 3.2, None, None, 3.3, 4.2) == "unrepaired"


def test_nothing_regained_is_shown_where_no_rating_shows_it():
    assert np.isnan(follow(*BEFORE, 3.1).iloc[0]["regained"])
    assert np.isnan(follow(*BEFORE, 3.1, None, None, None, 3.1).iloc[0]["regained"])


def test_the_share_for_partly_may_be_set():
    # .6 of the fall regained; with .75 asked for, repaired needs .75 too: 4.2 - .25 * 1.1 = 3.925
    rule = sk.RepairRule(partly=0.75, tolerance=1.0)
    assert outcome(*BEFORE, 3.1, 3.76, 3.5, 3.5, rule=rule) == "unrepaired"
    assert outcome(*BEFORE, 3.1, 3.2, 3.2, 3.93, rule=rule) == "repaired"
    assert outcome(*BEFORE, 3.1, 3.2, 3.2, 3.92, rule=rule) == "unrepaired"


def test_no_tolerance_asks_for_the_whole_way_back():
    rule = sk.RepairRule(tolerance=0)
    assert outcome(*BEFORE, 3.1, 3.2, 3.2, 4.2, rule=rule) == "repaired"
    assert outcome(*BEFORE, 3.1, 3.2, 3.2, 4.19, rule=rule) == "partly repaired"


def test_exact_thresholds_hold_in_spite_of_binary_fractions():
    # 2.2 - .25 is a little more than 1.95 in binary; from 1.2 back to 1.65 is half of the way to 2.1, and a little less
    assert outcome(2.2, 2.2, 2.2, 1.0, 1.0, 1.0, 1.95) == "repaired"
    assert outcome(2.1, 2.1, 2.1, 1.2, 1.2, 1.2, 1.65) == "partly repaired"


def test_an_instrument_of_the_clinics_own_has_a_quarter_point_of_tolerance():
    about = {"instrument": "our_form", "scale": "trust"}
    assert outcome(*BEFORE, 3.1, 3.1, 3.1, 3.95, **about) == "repaired"
    assert outcome(*BEFORE, 3.1, 3.1, 3.1, 3.94, **about) == "partly repaired"


def test_a_window_without_any_rating_is_undetermined():
    assert outcome(*BEFORE, 3.1, None, None, None, 3.1) == "undetermined"
    assert outcome(*BEFORE, 3.1, 3.1, sessions=[1, 2, 3, 4, 12]) == "undetermined"


def test_the_window_counts_session_numbers_not_forms():
    assert outcome(*BEFORE, 3.1, 4.2, sessions=[1, 2, 3, 4, 7]) == "repaired"
    assert outcome(*BEFORE, 3.1, 3.1, 4.2, sessions=[1, 2, 3, 4, 7, 8]) == "unrepaired"


def test_a_fall_that_goes_on_through_the_window_has_regained_nothing():
    repair = follow(*BEFORE, 3.1, 3.0, 2.9, 2.8).iloc[0]
    assert (repair["outcome"], repair["regained"]) == ("unrepaired", 0.0)


def test_a_shallow_fall_is_not_repaired_where_it_stands():
    # the fall of .2 is within the tolerance of .25: still half of it must come back
    assert outcome(4, 4, 4, 3.8, 3.8, 3.8, 3.8) == "unrepaired"
    assert outcome(4, 4, 4, 3.8, 3.9, 3.8, 3.8) == "repaired"


def test_without_a_level_before_nothing_can_be_said():
    assert outcome(3, 4, 4, 4, 4, marked=[1]) == "undetermined"


def test_a_return_from_one_high_rating_is_no_fall_to_come_back_from():
    assert outcome(3.0, 3.2, 4.4, 3.5, 3.1, 3.2, 3.2) == "undetermined"


def test_no_episodes_give_no_repairs():
    assert follow(4, 4, 4, marked=[]).empty


def test_the_scores_must_be_those_of_the_episodes(series):
    episodes = sk.find_episodes(make_marks(4, 4, 4, 3, marked=[4]))
    with pytest.raises(sk.TableError, match="pass the same scores"):
        sk.follow_repairs(episodes, series(4, 4, 4, 3, case_id="another"))


@pytest.mark.parametrize(
    "setting",
    [
        {"kind": "quarter"},
        {"within": 0},
        {"within": None},
        {"partly": None},
        {"within": 2.5},
        {"tolerance": -1},
        {"tolerance": float("nan")},
        {"partly": 0},
        {"partly": "half"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(setting):
    with pytest.raises(sk.SettingError):
        sk.RepairRule(**setting)


def test_half_of_the_way_back_is_repaired_by_the_rule_of_half():
    half = sk.RepairRule(kind="half")
    assert outcome(4, 4, 4, 3, 3.5, 3.4, 3.4, rule=half) == "repaired"
    assert outcome(4, 4, 4, 3, 3.4, 3.4, 3.4, rule=half) == "unrepaired"
    assert outcome(4, 4, 4, 3, 3.5, 3.4, 3.4, rule=sk.RepairRule(kind="half", partly=0.6)) == "unrepaired"


def follow_limits(*score, marked=(4,), limit=3.2, sessions=None, **rule):
    marks = make_marks(*score, marked=marked, sessions=sessions).assign(limit=limit)
    scores = make_scores(*score, sessions=sessions)
    rule = sk.RepairRule(kind="limits", **rule)
    (repair,) = sk.follow_repairs(sk.find_episodes(marks), scores, rule=rule, marks=marks).to_dict("records")
    return repair


def test_two_ratings_in_a_row_inside_the_limit_are_repaired_by_the_rule_of_limits():
    repair = follow_limits(*BEFORE, 3.1, 3.2, 3.3, 3.1)  # at the limit is inside
    assert (repair["outcome"], repair["repair_session"], repair["sessions_to_repair"]) == ("repaired", 5, 1)
    assert follow_limits(*BEFORE, 3.1, 3.3, 3.1, 3.3)["outcome"] == "unrepaired"  # inside twice, not in a row
    assert follow_limits(*BEFORE, 3.1, 3.1, 3.1, 3.3, 3.3)["outcome"] == "unrepaired"  # the second is too late
    assert follow_limits(*BEFORE, 3.1, 3.1, 3.1, 3.3, 3.3, within=4)["outcome"] == "repaired"
    assert follow_limits(*BEFORE, 3.1, 4.2, 3.0, 3.0)["outcome"] == "partly repaired"


def test_a_form_missing_between_two_ratings_inside_the_limit_is_stepped_over():
    assert follow_limits(*BEFORE, 3.1, 3.3, None, 3.3)["outcome"] == "repaired"


def test_a_fall_that_goes_on_is_not_back_inside_its_limit():
    assert follow_limits(*BEFORE, 3.1, 3.3, 3.3, 3.0)["outcome"] == "unrepaired"


def test_a_mark_inside_its_limit_or_without_one_cannot_come_back_inside():
    assert follow_limits(*BEFORE, 3.3, 4.0, 4.2, 4.2)["outcome"] == "undetermined"
    assert follow_limits(*BEFORE, 3.1, 4.0, 4.2, 4.2, limit=float("nan"))["outcome"] == "undetermined"


def test_the_rule_of_limits_asks_for_the_marks():
    marks = make_marks(*BEFORE, 3.1, marked=[4])
    episodes, scores, rule = sk.find_episodes(marks), make_scores(*BEFORE, 3.1), sk.RepairRule(kind="limits")
    with pytest.raises(sk.SettingError, match="pass marks="):
        sk.follow_repairs(episodes, scores, rule=rule)
    with pytest.raises(sk.TableError, match="do not begin with a mark"):
        sk.follow_repairs(episodes, scores, rule=rule, marks=make_marks(*BEFORE, 3.1))


def test_session_numbers_that_no_therapy_reaches_are_refused():
    with pytest.raises(sk.TableError, match="far too large"):
        follow(*BEFORE, 3.1, 4.2, sessions=[1, 2, 3, 4, 2**62])


ratings = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(10, 50).map(lambda n: n / 10)), st.booleans()), min_size=1, max_size=25
)


@given(ratings, st.integers(1, 6))
def test_repairs_keep_to_their_meaning(ratings, within):
    score = [r for r, _ in ratings]
    repairs = follow(*score, marked=[i for i, (_, m) in enumerate(ratings, 1) if m], rule=sk.RepairRule(within=within))
    assert repairs["outcome"].isin(OUTCOMES).all()
    repaired = repairs[repairs["outcome"] == "repaired"]
    assert (repaired["repair_session"] > repaired["end"]).all()
    assert (repaired["repair_session"] > repaired["nadir"]).all()
    assert repaired["sessions_to_repair"].between(1, within).all()
    assert repairs.loc[repairs["outcome"] != "repaired", "repair_session"].isna().all()
    by_session = dict(enumerate(score, 1))
    for repair in repaired.itertuples():
        assert by_session[repair.repair_session] >= repair.pre_level - 0.25 - 1e-9
        assert repair.regained >= 0.5 - 1e-9
    last = max((s for s, r in by_session.items() if r is not None), default=0)
    for repair in repairs[repairs["outcome"].isin(["unrepaired", "partly repaired"])].itertuples():
        assert last >= repair.onset + within
        assert np.isfinite(repair.depth)
