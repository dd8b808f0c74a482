import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from builders import make_marks, make_scores

DOWN = (4, 4, 4, 3)  # onset at session 4, level before 4, depth 1


def curve_of(*cases, marked=(4,), sessions=None, **rule):
    """Return the curve of cases given by their scores."""
    about = [{"case_id": f"C{i}", "sessions": sessions} for i in range(len(cases))]
    scores = pd.concat([make_scores(*score, **one) for score, one in zip(cases, about, strict=True)])
    marks = pd.concat([make_marks(*score, marked=marked, **one) for score, one in zip(cases, about, strict=True)])
    return sk.time_to_repair(sk.follow_repairs(sk.find_episodes(marks), scores, rule=sk.RepairRule(**rule)), scores)


def test_a_curve_worked_by_hand():
    curve = curve_of(
        (*DOWN, 4),  # back after 1
        (*DOWN, 3, 4),  # back after 2
        (*DOWN, 3, 3),  # followed for 2 sessions
        (*DOWN, 3, 3, 3, 4),  # back after 4, past the rule's window
        (*DOWN, 3, 3, 3, 3, 3),  # followed for 5 sessions
    )
    assert curve["sessions"].to_list() == [0, 1, 2, 3, 4, 5]
    assert curve["at_risk"].to_list() == [5, 5, 4, 2, 2, 1]
    assert curve["n_repaired"].to_list() == [0, 1, 1, 0, 1, 0]
    assert curve["n_censored"].to_list() == [0, 0, 1, 0, 0, 1]
    # still down: 4/5, then 4/5 · 3/4 = 3/5, then 3/5 · 1/2 = 3/10
    assert curve["share_repaired"].to_list() == pytest.approx([0, 0.2, 0.4, 0.4, 0.7, 0.7])
    assert curve["low"].isna().to_list() == [True, False, False, False, False, False]


def test_a_fall_that_is_still_open_is_not_counted_as_unrepaired():
    assert curve_of((*DOWN, 4), DOWN)["share_repaired"].to_list() == [0, 1]


def test_sessions_without_a_form_are_neither_low_nor_high():
    curve = curve_of((*DOWN, None, 4), (*DOWN, 3, None))
    assert curve["n_repaired"].to_list() == [0, 0, 1]  # seen at session 6, two after the onset
    assert curve["n_censored"].to_list() == [0, 1, 0]  # last rated at session 5


def test_time_is_counted_in_session_numbers():
    assert curve_of((*DOWN, 4), sessions=[1, 2, 3, 4, 9])["n_repaired"].to_list() == [0, 0, 0, 0, 0, 1]


def test_the_rule_says_what_is_back():
    assert curve_of((*DOWN, 3.6, 4))["n_repaired"].to_list() == [0, 0, 1]
    assert curve_of((*DOWN, 3.6, 4), kind="half")["n_repaired"].to_list() == [0, 1]


def test_marks_without_a_fall_have_nothing_to_come_back_to():
    assert curve_of((3, 4, 4), marked=[1]).empty
    assert curve_of((4, 4, 4)).empty


def test_one_curve_for_each_value_of_a_column():
    cases = {"client": (*DOWN, 4), "therapist": (*DOWN, 3, 4)}
    scores = pd.concat([make_scores(*score, rater=rater) for rater, score in cases.items()])
    marks = pd.concat([make_marks(*score, marked=[4], rater=rater) for rater, score in cases.items()])
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores)
    curves = sk.time_to_repair(repairs, scores, by="rater")
    assert curves[["group", "sessions", "share_repaired"]].to_numpy().tolist() == [
        ["client", 0, 0],
        ["client", 1, 1],
        ["therapist", 0, 0],
        ["therapist", 1, 0],
        ["therapist", 2, 1],
    ]
    with pytest.raises(sk.UnknownNameError, match="column of repairs"):
        sk.time_to_repair(repairs, scores, by="colour")
    with pytest.raises(sk.TableError, match="back_from"):
        sk.time_to_repair(repairs.drop(columns="back_from"), scores)


def product_limit(times):
    """Return the share repaired by each session, as a plain loop over (time, is_repaired)."""
    still_down, curve = 1.0, []
    for session in range(max(time for time, _ in times) + 1):
        at_risk = sum(time >= session for time, _ in times)
        still_down *= 1 - sum(time == session and back for time, back in times) / at_risk
        curve.append(1 - still_down)
    return curve


falls = st.lists(st.tuples(st.integers(0, 8), st.booleans()).filter(lambda fall: fall != (0, True)), min_size=1)


@given(falls)
def test_the_curve_is_the_product_limit(falls):
    curve = curve_of(*[(4, 4, 4, *[3] * time, 4 if back else 3) for time, back in falls])
    assert curve["share_repaired"].to_list() == pytest.approx(product_limit(falls), abs=1e-9)
    assert curve["share_repaired"].is_monotonic_increasing
    inside = curve.dropna(subset="low")
    assert (inside["low"] <= inside["share_repaired"]).all()
    assert (inside["share_repaired"] <= inside["high"]).all()
    assert (curve["at_risk"] - curve["n_repaired"] - curve["n_censored"]).to_list()[:-1] == curve["at_risk"][
        1:
    ].to_list()
