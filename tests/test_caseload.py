import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.reasons import NEEDS_A_WORD

FALL = sk.AdjacentDrop(sds=1)
DUE = "The sessions in which a repair was looked for are over: due for follow-up."


def review(*tables, method=FALL, **more):
    scores = pd.concat(tables)
    marks = sk.mark_sessions(scores, method=method)
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores)
    return sk.review_caseload(scores, repairs, marks=marks, **more).set_index("case_id")


def test_an_open_fall_is_said_in_a_plain_sentence():
    case = review(make_scores(4.2, 4.3, 4.2, 3.1, 3.2, 3.1, 3.2)).loc["C1"]
    assert case["reasons"] == (
        "Client-rated alliance fell 1.1 points at session 4 and has not come back after 3 sessions.",
        DUE,
    )
    assert (case["open_ruptures"], case["outcome_class"], case["last_score"]) == (1, "unrepaired", 3.2)


def test_a_fall_at_the_latest_rating_is_open():
    case = review(make_scores(4.2, 4.3, 4.2, 3.1)).loc["C1"]
    assert case["reasons"] == ("Client-rated alliance fell 1.1 points at session 4, the latest rating.",)
    assert (case["open_ruptures"], case["outcome_class"]) == (1, "undetermined")


def test_one_session_is_singular():
    assert "after 1 session." in review(make_scores(4.2, 4.3, 4.2, 3.1, 3.2)).loc["C1"]["reasons"][0]


def test_a_fall_over_several_sessions_names_both_ends():
    case = review(make_scores(4.2, 4.3, 4.2, 3.4, 3.1, 3.2, 3.1)).loc["C1"]
    assert case["reasons"][0].startswith(
        "Client-rated alliance fell at session 4, by 1.1 points at its lowest (session 5) and"
    )


def test_a_repaired_fall_is_worth_learning_from_and_weighs_least():
    cases = review(
        make_scores(4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4, case_id="mended"),
        make_scores(4.2, 4.3, 4.2, 3.1, 3.2, 3.1, 3.2, case_id="open"),
        make_scores(4.2, 4.3, 4.2, 4.1, 4.2, 4.3, 4.2, case_id="steady"),
    )
    assert cases.index.to_list() == ["open", "mended", "steady"]
    assert cases.loc["mended", "reasons"] == (
        "Client-rated alliance fell 1.1 points at session 4 and came back after 2 sessions.",
    )
    assert cases["outcome_class"].to_list() == ["unrepaired", "repaired", "no fall marked"]
    assert cases.loc["steady", "reasons"] == ()
    assert cases.loc["steady", "priority"] == 0


def test_a_fall_that_came_back_late_or_in_part_says_so():
    late = review(make_scores(4.2, 4.3, 4.2, 3.1, 3.2, 3.1, 3.2, 4.3)).loc["C1"]
    part = review(make_scores(4.2, 4.3, 4.2, 3.1, 3.7, 3.7, 3.7, 3.7)).loc["C1"]
    assert late["reasons"] == ("Client-rated alliance fell 1.1 points at session 4 and was back only at session 8.",)
    assert part["reasons"] == ("Client-rated alliance fell 1.1 points at session 4 and came back in part.",)
    assert (late["open_ruptures"], part["open_ruptures"]) == (0, 0)
    assert (late["priority"], part["priority"]) == (0.2, 1)


def test_a_repair_that_did_not_last_is_open_again():
    bounced = review(make_scores(4.2, 4.3, 4.2, 3.1, 4.0, 3.7, 3.4, 3.1, 3.0, 3.0), method=sk.AdjacentDrop()).loc["C1"]
    (sentence,) = bounced["reasons"]
    assert sentence.endswith(
        "at session 4 and came back after 1 session. The latest rating, 3, is again less than half way back (half way "
        "is 3.65)."
    )
    assert bounced["priority"] == 2  # no method marks it anew: it does not stand before a fall that never came back
    in_part = review(make_scores(4.2, 4.3, 4.2, 3.1, 3.7, 3.1, 3.1, 3.1, 3.1, 3.1), method=sk.AdjacentDrop()).loc["C1"]
    assert "came back in part, and is down again at the latest rating" in in_part["reasons"][0]
    assert (bounced["open_ruptures"], in_part["open_ruptures"]) == (1, 1)


def test_a_fall_that_never_came_back_stays_open_when_another_follows():
    scores = make_scores(4.2, 4.2, 4.2, 3.2, 3.2, 3.3, 3.2, 2.2, 2.3)
    case = review(scores).loc["C1"]
    assert case["open_ruptures"] == 2
    assert case["priority"] == 6  # each reason once, however often it holds: still down, due for follow-up
    first, second = sorted([one for one in case["reasons"] if one != DUE], key=lambda one: "session 8" in one)
    assert first.endswith("fell 1.0 points at session 4 and has not come back after 5 sessions.")
    assert second.endswith("fell 1.0 points at session 8 and has not come back after 1 session.")


def test_only_the_last_fall_can_be_down_by_now():
    # the first fall (to 3.49 at session 7) was back at session 9, above the level before it; then a second one began
    scores = make_scores(4.03, 4.38, 4.54, 3.92, 3.93, 3.98, 3.49, 4.30, 4.62, 4.08, 3.89, 3.88)
    case = review(scores, method=sk.AdjacentDrop()).loc["C1"]
    assert case["open_ruptures"] == 1
    first, second = sorted(case["reasons"], key=lambda sentence: "session 10" in sentence)
    assert first.startswith(
        "Client-rated alliance fell at session 4, by 0.9 points at its lowest (session 7) and was back only at"
    )
    assert "session 10" in second


def test_an_old_repaired_fall_is_not_open_because_of_a_later_one():
    cases = review(make_scores(4.2, 4.3, 4.2, 3.1, 4.2, 4.3, 4.2, 4.3, 3.0, 3.1, 3.0))
    assert cases.loc["C1", "open_ruptures"] == 1
    assert cases.loc["C1", "reasons"][0].startswith("Client-rated alliance fell 1.3 points at session 9 and has not")


def test_a_way_back_that_nobody_rated_is_not_called_too_early():
    case = review(make_scores(4.2, 4.3, 4.2, 3.1, None, None, None, 4.2, 4.3, 4.2, 4.3)).loc["C1"]
    (sentence,) = case["reasons"]
    assert sentence.endswith("at session 4 and was back at session 8; whether in time was not rated.")
    assert case["priority"] == 0.2


def test_half_way_back_at_the_last_rating_is_too_early_to_say():
    case = review(make_scores(4.2, 4.3, 4.2, 3.1, 3.8)).loc["C1"]
    assert case["reasons"][0].endswith("session 4; there are too few ratings since to say whether it came back.")
    assert case["priority"] == 2


@pytest.mark.parametrize(
    ("therapist", "hardly_changed"),
    [
        ((4.0, 4.0, 4.1, 4.0, 4.0), True),
        ((4.0, 4.0, 4.0, 3.71, 3.75), True),  # fell by .29, less than what counts as a fall
        ((4.0, 4.0, 4.1, 3.7, 4.0), False),
        ((4.0, 4.0, 4.1, 3.71, 3.75), False),  # no deep fall below 4, but .39 below the rating before, and marked
        ((4.0, 4.0, 3.0, 3.0, 3.0), False),  # noticed a session earlier
        ((4.0, 4.0, 4.1, None, None), False),  # did not rate it
    ],
)
def test_a_therapist_whose_rating_hardly_changed_is_mentioned(therapist, hardly_changed):
    cases = review(make_scores(4.2, 4.3, 4.2, 3.1, 3.2), make_scores(*therapist, rater="therapist"))
    sentence = "The therapist's rating hardly changed around session 4."
    assert (sentence in cases.loc["C1", "reasons"]) is hardly_changed
    assert cases.loc["C1", "priority"] == (7 if hardly_changed else 5)


def test_a_therapist_who_follows_a_session_later_in_a_slide_is_not_said_to_have_missed_it():
    client = make_scores(4.2, 4.3, 4.2, 3.4, 3.0, 3.0)
    assert len(review(client, make_scores(4.0, 4.0, 4.0, 4.0, 3.2, 3.2, rater="therapist")).loc["C1", "reasons"]) == 1


def test_the_therapist_of_another_case_or_scale_says_nothing():
    client = make_scores(4.2, 4.3, 4.2, 3.1, 3.2)
    steady = (4.0, 4.0, 4.1, 4.0, 4.0)
    for other in ({"case_id": "C2"}, {"scale": "bond"}, {"instrument": "srs"}):
        cases = review(client, make_scores(*steady, rater="therapist", **other))
        assert len(cases.loc["C1", "reasons"]) == 1


def test_no_sentence_about_the_therapist_where_they_do_not_rate():
    assert len(review(make_scores(4.2, 4.3, 4.2, 3.1, 3.2)).loc["C1", "reasons"]) == 1


def test_top_marks_only_cannot_tell():
    case = review(make_scores(4, *[5] * 4), make_scores(*[5] * 6, case_id="C2"))
    assert case.loc["C1", "reasons"] == ("4 forms in a row at the top of the scale: they cannot tell how it is going.",)
    assert case.loc["C2", "outcome_class"] is pd.NA or pd.isna(case.loc["C2", "outcome_class"])


def test_forms_that_stopped_while_others_came_in_are_mentioned():
    outcome = make_scores(10, 9, 9, 8, 8, 7, instrument="phq9")
    assert review(make_scores(4.2, 4.3, 4.2, 4.3), outcome).loc["C1"]["reasons"] == (
        "No alliance rating from the client in the last 2 sessions.",
    )
    assert review(make_scores(4.2, 4.3, 4.2, 4.3, 4.2), outcome).loc["C1"]["reasons"] == ()


def test_a_latest_total_below_the_published_line_is_mentioned():
    case = review(make_scores(36, 35.9, 36, 35.9, instrument="srs")).loc["C1"]
    assert case["reasons"] == ("The latest SRS total is 35.9, below the line of 36.",)


@pytest.mark.parametrize(
    ("ratings", "is_new_low"),
    [
        ((34, 33, 34, 33), False),  # within the range of the ratings so far
        ((38, 37, 38, 35.1), False),  # lower than ever, but by less than the scale's smallest fall (3) below the middle
        ((38, 37, 38, 35), True),
        ((38, 34, 38, 34.5), False),  # there was a lower one
        ((38, 38, 33), False),  # two before are too few to know what is usual
    ],
)
def test_the_line_alone_weighs_little_unless_the_client_never_rated_so_low(ratings, is_new_low):
    case = review(make_scores(*ratings, instrument="srs"), method=sk.PersonalLimits()).loc["C1"]
    low = [one for one in case["reasons"] if "Every rating before was higher." in one]
    assert bool(low) is is_new_low
    if not is_new_low:
        assert case["priority"] < NEEDS_A_WORD


def test_sessions_that_were_not_rated_are_not_passed_off_as_rated():
    case = review(make_scores(4.2, 4.3, 4.2, 3.1, None, 3.2, None, None, 3.1)).loc["C1"]
    assert "has not come back after 5 sessions, 2 of them rated." in case["reasons"][0]


def test_a_fall_of_the_therapists_rating_is_told_only_where_the_client_never_rated():
    fell = make_scores(4.0, 4.1, 4.0, 3.0, 3.0, rater="therapist")
    alone, beside = review(fell).loc["C1"], review(fell, make_scores(4.2, 4.3, 4.2, 4.3, 4.2)).loc["C1"]
    assert alone["reasons"][0] == (
        "Therapist-rated alliance fell 1.0 points at session 4 and has not come back after 1 session."
    )
    assert (alone["priority"], alone["open_ruptures"]) == (2, 0)  # their fall, and no form by the client
    assert beside["reasons"] == ()
    back = review(make_scores(4.0, 4.1, 4.0, 3.0, 4.0, 4.0, rater="therapist")).loc["C1"]
    assert back["reasons"] == ("There is no alliance rating from the client so far.",)


# -- a change of therapist ---------------------------------------------------------------------------------------------

HANDED_OVER = "Another therapist took over with session 4: it fell at the handover."


def hand_over(*therapists, ratings=(4.2, 4.3, 4.2, 3.1, 3.2)):
    return make_scores(*ratings).assign(therapist_id=pd.array(list(therapists), dtype="str"))


@pytest.mark.parametrize(
    ("therapists", "is_told"),
    [
        ("AAABB", True),
        (("A", "A", "A", None, "B"), False),  # B is known only from the session after
        (("A", "A", None, "B", "B"), True),
        ("AABBB", False),  # it took over a session earlier: the session says so, not this one
        ("BBBBB", False),
        ("AAAAB", False),
    ],
)
def test_a_fall_as_another_therapist_takes_over_says_so(therapists, is_told):
    assert (HANDED_OVER in review(hand_over(*therapists)).loc["C1", "reasons"]) is is_told


def test_the_second_rating_with_the_new_therapist_still_counts_and_the_third_does_not():
    second, third = review(hand_over(*"AABBB")).loc["C1"], review(hand_over(*"ABBBB")).loc["C1"]
    assert "Another therapist took over with session 3: it fell at the handover." in second["reasons"]
    assert not any("took over" in one for one in third["reasons"])


def test_two_who_treat_a_case_together_are_no_handover():
    together = pd.concat([hand_over(*"ABABA"), make_scores(4, 4, 4, 4, 4, rater="therapist").assign(
        therapist_id=pd.array(list("BABAB"), dtype="str"))])  # fmt: skip
    assert not any("took over" in one for one in review(together).loc["C1", "reasons"])


def test_cases_that_cannot_be_judged_are_not_called_free_of_rupture():
    cases = review(make_scores(4, 4.1, case_id="short"), make_scores(4, 4, 4, 4, case_id="flat"))
    assert cases["outcome_class"].isna().all()


def test_without_marks_short_and_flat_series_cannot_be_judged_either():
    scores = pd.concat([make_scores(4, 4.1, case_id="short"), make_scores(4, 4.1, 4, case_id="long")])
    cases = sk.review_caseload(
        scores, sk.follow_repairs(sk.find_episodes(sk.mark_sessions(scores, method=FALL)), scores)
    )
    assert cases.set_index("case_id")["outcome_class"].fillna("unknown").to_dict() == {
        "long": "no fall marked",
        "short": "unknown",
    }


def test_three_top_marks_are_not_yet_worth_a_word():
    assert review(make_scores(4, 5, 5, 5)).loc["C1", "reasons"] == ()


def test_a_latest_total_just_below_the_line_is_not_rounded_onto_it():
    case = review(make_scores(37, 36.5, 37, 35.96, instrument="srs")).loc["C1"]
    assert case["reasons"] == ("The latest SRS total is 35.96, below the line of 36.",)
    assert review(make_scores(37, 36.5, 37, 36, instrument="srs")).loc["C1", "reasons"] == ()


def test_a_fall_of_exactly_the_floor_counts_and_a_smaller_one_does_not():
    # floor .3: 4.1 - 3.8 is a little less than .3 in binary
    at_floor = review(make_scores(4.1, 4.1, 4.1, 3.8, 3.8), method=sk.AdjacentDrop(sds=1, min_drop=0)).loc["C1"]
    below = review(make_scores(4.1, 4.1, 4.1, 3.81, 3.81), method=sk.AdjacentDrop(sds=1, min_drop=0)).loc["C1"]
    assert (at_floor["open_ruptures"], below["open_ruptures"]) == (1, 0)
    assert (at_floor["outcome_class"], below["outcome_class"]) == ("undetermined", "no fall marked")


def test_the_worst_outcome_names_the_class():
    mended = (4.2, 4.3, 4.2, 3.1, 4.2, 4.3, 4.2, 4.3)
    classes = {
        "unrepaired": (*mended, 3.0, 3.0, 3.0, 3.0, 3.0),
        "partly repaired": (*mended, 3.0, 3.7, 3.7, 3.7, 3.7),
        "undetermined": (*mended, 3.0),
        "repaired": mended,
    }
    cases = review(*[make_scores(*score, case_id=outcome) for outcome, score in classes.items()])
    assert cases["outcome_class"].to_dict() == {outcome: outcome for outcome in classes}


def test_every_reason_counts_once_and_the_weightiest_sentence_comes_first():
    case = review(make_scores(4.2, 4.3, 4.2, 3.1, 4.2, 4.3, 4.2, 3.1, 4.2, 4.3, 4.2, 3.0)).loc["C1"]
    assert len(case["reasons"]) == 3
    assert case["reasons"][0].endswith("session 12, the latest rating.")
    assert case["priority"] == pytest.approx(5.1)


def test_cases_of_equal_priority_come_in_the_order_of_their_codes():
    cases = review(*[make_scores(4.2, 4.3, 4.2, 4.3, case_id=case) for case in ("b", "c", "a")])
    assert cases.index.to_list() == ["a", "b", "c"]


# -- which series speaks for a case ------------------------------------------------------------------------------------


def test_the_instrument_with_most_ratings_speaks_though_another_was_rated_later():
    srs = make_scores(38, 37, 38, 37, 38, 37, 38, 37, instrument="srs")
    wai = make_scores(4.2, 4.3, 4.2, 3.0, 3.0, sessions=[9, 10, 11, 12, 13])
    case = review(srs, wai).loc["C1"]
    assert (case["n_sessions"], case["last_session"], case["last_score"]) == (13, 13, 37)
    assert case["reasons"] == ()


def test_a_registered_instrument_speaks_before_one_that_is_not():
    own = make_scores(*[7, 7.2, 6.9, 7, 7.1] * 2, instrument="our_form", scale="trust")
    assert review(own, make_scores(38, 37, instrument="srs")).loc["C1", "last_score"] == 37


def test_a_total_that_was_never_scored_leaves_the_word_to_a_scale_that_was():
    total = make_scores(None, None, None, None, None)
    bond = make_scores(4.5, 4.6, 4.5, 2.7, 2.8, scale="bond")
    case = review(total, bond).loc["C1"]
    assert case["reasons"] == ("Client-rated bond fell 1.8 points at session 4 and has not come back after 1 session.",)


def test_the_therapist_does_not_speak_for_the_client():
    case = review(make_scores(4.2, 4.3, 4.2, 3.0, 3.0, rater="therapist"), make_scores(4.2, 4.3, 4.2, 4.3, 4.2)).loc[
        "C1"
    ]
    assert (case["last_score"], case["open_ruptures"]) == (4.2, 0)


def test_a_client_who_never_rated_is_mentioned():
    case = review(make_scores(10, 9, 8, instrument="phq9"), make_scores(4.0, 4.1, 4.0, rater="therapist")).loc["C1"]
    assert case["reasons"] == ("There is no alliance rating from the client so far.",)
    assert case["priority"] == 1


def test_a_case_without_any_alliance_rating_keeps_its_row():
    case = review(make_scores(10, 9, instrument="phq9")).loc["C1"]
    assert (case["n_sessions"], case["last_session"]) == (0, 2)
    assert np.isnan(case["last_score"])


def test_without_marks_a_flat_series_cannot_be_judged():
    scores = make_scores(4, 4, 4, 4)
    repairs = sk.follow_repairs(sk.find_episodes(sk.mark_sessions(scores, method=FALL)), scores)
    assert sk.review_caseload(scores, repairs)["outcome_class"].isna().all()


def test_a_scale_that_can_be_judged_does_not_make_up_for_a_total_that_cannot():
    assert pd.isna(
        review(make_scores(4, 4, 4, 4), make_scores(4, 4.2, 4, 4.2, scale="bond")).loc["C1", "outcome_class"]
    )


def test_a_low_first_session_is_no_rupture():
    case = review(make_scores(3.0, *[4.2, 4.3] * 6), method=sk.ControlChart(sigmas=2)).loc["C1"]
    assert case["outcome_class"] == "no fall marked"
    assert case["open_ruptures"] == 0


def test_the_latest_therapist_is_the_one_shown():
    scores = make_scores(4.0, 4.1, 4.2).assign(therapist_id=["T1", "T1", "T2"])
    assert review(scores).loc["C1", "therapist_id"] == "T2"


def test_weights_change_the_order_and_unknown_reasons_are_refused():
    tables = (
        make_scores(4.2, 4.3, 4.2, 3.1, 3.2, 3.1, 3.2, case_id="open"),
        make_scores(*[5] * 6, case_id="top"),
    )
    assert review(*tables).index.to_list() == ["open", "top"]
    assert review(*tables, weights={"open": 0, "due": 0}).index.to_list() == ["top", "open"]
    with pytest.raises(sk.UnknownNameError):
        review(*tables, weights={"opne": 0})
    with pytest.raises(sk.SettingError):
        review(*tables, weights={"open": float("nan")})


def test_episodes_of_several_methods_are_refused():
    scores = make_scores(4.2, 4.3, 4.2, 3.1, 3.2)
    marks = sk.mark_sessions(scores, method=[FALL, sk.ControlChart(sigmas=1)])
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores)
    with pytest.raises(sk.TableError, match="repairs hold several methods"):
        sk.review_caseload(scores, repairs)
    with pytest.raises(sk.TableError, match="marks hold several methods"):
        sk.review_caseload(scores, repairs[repairs["method"] == "adjacent_drop"], marks=marks)
