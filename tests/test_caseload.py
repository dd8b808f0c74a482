import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores

FALL = sk.AdjacentDrop(sds=1)


def review(*tables, method=FALL, **more):
    scores = pd.concat(tables)
    marks = sk.mark_sessions(scores, method=method)
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores)
    return sk.review_caseload(scores, repairs, marks=marks, **more).set_index("case_id")


def test_an_open_fall_is_said_in_a_plain_sentence():
    case = review(make_scores(4.2, 4.3, 4.2, 3.1, 3.2, 3.1, 3.2)).loc["C1"]
    assert case["reasons"] == (
        "Client-rated alliance fell 1.1 points at session 4 and has not come back after 3 sessions.",
    )
    assert (case["open_ruptures"], case["outcome_class"], case["last_score"]) == (1, "unrepaired", 3.2)


def test_a_fall_at_the_latest_rating_is_open():
    case = review(make_scores(4.2, 4.3, 4.2, 3.1)).loc["C1"]
    assert case["reasons"] == ("Client-rated alliance fell 1.1 points at the latest rating, session 4.",)
    assert (case["open_ruptures"], case["outcome_class"]) == (1, "undetermined")


def test_one_session_is_singular():
    assert "after 1 session." in review(make_scores(4.2, 4.3, 4.2, 3.1, 3.2)).loc["C1"]["reasons"][0]


def test_a_fall_over_several_sessions_names_both_ends():
    case = review(make_scores(4.2, 4.3, 4.2, 3.4, 3.1, 3.2, 3.1)).loc["C1"]
    assert case["reasons"][0].startswith("Client-rated alliance fell 1.1 points from session 4 to session 5 and")


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
    assert cases["outcome_class"].to_list() == ["unrepaired", "repaired", "no rupture marked"]
    assert cases.loc["steady", "reasons"] == ()
    assert cases.loc["steady", "priority"] == 0


def test_a_fall_that_came_back_late_or_in_part_says_so():
    late = review(make_scores(4.2, 4.3, 4.2, 3.1, 3.2, 3.1, 3.2, 4.3)).loc["C1"]
    part = review(make_scores(4.2, 4.3, 4.2, 3.1, 3.7, 3.7, 3.7, 3.7)).loc["C1"]
    assert late["reasons"] == ("Client-rated alliance fell 1.1 points at session 4 and stayed down until session 7.",)
    assert part["reasons"] == ("Client-rated alliance fell 1.1 points at session 4 and came back in part.",)
    assert (late["open_ruptures"], part["open_ruptures"]) == (0, 0)


def test_a_therapist_whose_rating_did_not_fall_is_mentioned():
    client = make_scores(4.2, 4.3, 4.2, 3.1, 3.2)
    unmoved = make_scores(4.0, 4.0, 4.1, 4.0, 4.0, rater="therapist")
    noticed = make_scores(4.0, 4.0, 4.1, 3.5, 3.4, rater="therapist")
    sentence = "The therapist's rating did not fall at session 4."
    assert sentence in review(client, unmoved).loc["C1"]["reasons"]
    assert sentence not in review(client, noticed).loc["C1"]["reasons"]
    assert sentence not in review(client).loc["C1"]["reasons"]


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


def test_cases_that_cannot_be_judged_are_not_called_free_of_rupture():
    cases = review(make_scores(4, 4.1, case_id="short"), make_scores(4, 4, 4, 4, case_id="flat"))
    assert cases["outcome_class"].isna().all()


def test_without_marks_short_and_flat_series_cannot_be_judged_either():
    scores = pd.concat([make_scores(4, 4.1, case_id="short"), make_scores(4, 4.1, 4, case_id="long")])
    cases = sk.review_caseload(
        scores, sk.follow_repairs(sk.find_episodes(sk.mark_sessions(scores, method=FALL)), scores)
    )
    assert cases.set_index("case_id")["outcome_class"].fillna("unknown").to_dict() == {
        "long": "no rupture marked",
        "short": "unknown",
    }


def test_a_case_without_any_alliance_rating_keeps_its_row():
    case = review(make_scores(10, 9, instrument="phq9")).loc["C1"]
    assert (case["n_sessions"], case["last_session"]) == (0, 2)
    assert np.isnan(case["last_score"])


def test_a_low_first_session_is_no_rupture():
    case = review(make_scores(3.0, *[4.2, 4.3] * 6), method=sk.ControlChart(sigmas=2)).loc["C1"]
    assert case["outcome_class"] == "no rupture marked"
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
    assert review(*tables, weights={"open": 0}).index.to_list() == ["top", "open"]
    with pytest.raises(sk.UnknownNameError):
        review(*tables, weights={"opne": 0})


def test_episodes_of_several_methods_are_refused():
    scores = make_scores(4.2, 4.3, 4.2, 3.1, 3.2)
    marks = sk.mark_sessions(scores, method=[FALL, sk.ControlChart(sigmas=1)])
    with pytest.raises(sk.TableError, match="several methods"):
        sk.review_caseload(scores, sk.follow_repairs(sk.find_episodes(marks), scores))
