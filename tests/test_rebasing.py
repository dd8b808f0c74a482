"""Where a case starts anew: what was rated before is no measure for what comes after, whatever the method."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import supervision_kit as sk
from builders import make_marks, make_scores
from supervision_kit.detection.marking import AFTER_START, judge_scores, learn, matrices_by_kind
from supervision_kit.summary import describe_case
from test_every_method import RATINGS, every_method


def start_anew(*sessions, case_id="C1"):
    return pd.DataFrame({"case_id": case_id, "session": sessions})


CASELOAD = pd.concat([make_scores(*row, case_id=f"C{n}") for n, row in enumerate(RATINGS)])
NUMBERS = ["session", "score", "expected", "limit", "evidence", "is_rupture"]


@every_method
@pytest.mark.parametrize("k", [2, 6, 9])
def test_before_a_new_start_nothing_changes_and_after_it_a_series_begins(method, k):
    is_case = CASELOAD["case_id"].eq("C1")
    before, after = CASELOAD[~is_case | (CASELOAD["session"] < k)], CASELOAD[is_case & (CASELOAD["session"] >= k)]
    learnt = {kind: {method: learn(method, kind, series)} for kind, series in matrices_by_kind(before).items()}
    marks = sk.mark_sessions(CASELOAD, method=method, rebases=start_anew(k)).query("case_id == 'C1'")
    first = sk.mark_sessions(before, method=method).query("case_id == 'C1'")
    rest = judge_scores(after, methods={method.key: method}, learnt=learnt)
    pd.testing.assert_frame_equal(marks[marks["session"] < k].reset_index(drop=True), first.reset_index(drop=True))
    later = marks[marks["session"] >= k].reset_index(drop=True)
    pd.testing.assert_frame_equal(later[NUMBERS], rest[NUMBERS])
    assert later["note"].str.removeprefix(AFTER_START).to_list() == rest["note"].to_list()


@every_method
def test_the_other_cases_are_judged_as_before_but_for_what_is_learnt(method):
    settled = learn(method, *next(iter(matrices_by_kind(CASELOAD).items())))
    learnt = {kind: {method: settled} for kind in matrices_by_kind(CASELOAD)}
    plain, parted = (
        judge_scores(CASELOAD, methods={method.key: method}, learnt=learnt, rebases=rebases)
        for rebases in (None, start_anew(6))
    )
    others = plain["case_id"] != "C1"
    pd.testing.assert_frame_equal(plain[others], parted[others])


def test_methods_learn_from_a_case_up_to_its_new_start():
    scores = pd.concat([make_scores(4, 3, 4, 1, 1, case_id="C1"), make_scores(4, 4, 3, 4, case_id="C2")])
    (series,) = matrices_by_kind(scores, rebases=start_anew(4)).values()
    found = sorted(tuple(row[~np.isnan(row)]) for matrix in series for row in matrix)
    assert found == [(4, 3, 4), (4, 4, 3, 4)]


def test_too_few_ratings_after_a_new_start_are_said_to_be_so():
    scores = make_scores(4.2, 4.3, 4.2, 4.3, 3.0, None, 3.1)
    marks = sk.mark_sessions(scores, method="control_chart", rebases=start_anew(5))
    assert marks["note"].to_list()[4:] == [
        "after a new start: too few rated sessions: 2 of at least 4",
        "no score",
        "after a new start: too few rated sessions: 2 of at least 4",
    ]


def test_a_start_at_the_first_session_or_past_the_last_or_of_an_unknown_case_changes_nothing():
    scores = make_scores(4.2, 4.3, 4.2, 3.0, 4.1)
    plain = sk.mark_sessions(scores, method="adjacent_drop")
    for rebases in (
        start_anew(1),
        start_anew(6, 99),
        start_anew(3, case_id="C9"),
        start_anew().astype({"session": int}),
    ):
        pd.testing.assert_frame_equal(sk.mark_sessions(scores, method="adjacent_drop", rebases=rebases), plain)


def test_a_start_holds_for_all_series_of_the_case_named_twice_or_not_rated_itself():
    scores = pd.concat([make_scores(4, 3, 4, 3, 4, 3, rater=rater) for rater in ("client", "therapist")])
    scores = scores[scores["session"] != 4]
    marks = sk.mark_sessions(scores, method="points_drop", rebases=start_anew(4, 4))
    # each falls at 2, at 6, and the rating of 5 has none before it
    assert marks.query("is_rupture")["session"].to_list() == [2, 6, 2, 6]
    assert marks.query("session == 5")["is_rupture"].isna().all()


def test_a_rebase_that_is_none_is_refused():
    with pytest.raises(sk.TableError, match="rebases: session"):
        sk.mark_sessions(make_scores(4, 3, 4), method="points_drop", rebases=start_anew(0))


# -- episodes and repairs ----------------------------------------------------------------------------------------------


def test_no_episode_reaches_over_a_new_start():
    marks = make_marks(4.2, 4.2, 4.2, 3.0, 3.0, 3.0, 3.0, 4.2, marked=(4, 5, 7))
    whole = sk.find_episodes(marks)
    assert whole[["onset", "end"]].to_numpy().tolist() == [[4, 7]]
    parted = sk.find_episodes(marks, rebases=start_anew(6))
    assert parted[["episode", "onset", "end", "pre_level"]].to_numpy().tolist() == [[1, 4, 5, 4.2], [2, 7, 7, 3.0]]


def test_episodes_are_counted_through_the_parts_of_a_series_whatever_the_order_of_cases():
    ratings, marked = (4.2, 4.2, 3.0, 4.2, 4.2, 3.0, 4.2), (3, 6)
    marks = pd.concat([make_marks(*ratings, marked=marked, case_id=case) for case in ("C2", "C1", "C3")])
    episodes = sk.find_episodes(marks, rebases=start_anew(5))
    assert episodes[["case_id", "episode", "onset"]].to_numpy().tolist() == [
        [case, episode, onset] for case in ("C1", "C2", "C3") for episode, onset in ((1, 3), (2, 6))
    ]


def test_an_episode_that_is_open_at_a_new_start_is_not_followed_past_it():
    scores = make_scores(4.2, 4.2, 4.2, 3.0, 3.0, 4.2, 4.2)
    marks = make_marks(4.2, 4.2, 4.2, 3.0, 3.0, 4.2, 4.2, marked=(4,))
    rebases = start_anew(6)
    repairs = sk.follow_repairs(sk.find_episodes(marks, rebases=rebases), scores, rebases=rebases)
    assert repairs["outcome"].to_list() == ["undetermined"]
    assert repairs["back_session"].isna().all()
    whole = sk.follow_repairs(sk.find_episodes(marks), scores)
    assert whole[["outcome", "repair_session"]].to_numpy().tolist() == [["repaired", 6]]


def test_an_episode_that_came_back_before_a_new_start_is_repaired():
    ratings = (4.2, 4.2, 4.2, 3.0, 4.1, 2.0, 2.0)
    marks, rebases = make_marks(*ratings, marked=(4,)), start_anew(6)
    repairs = sk.follow_repairs(sk.find_episodes(marks, rebases=rebases), make_scores(*ratings), rebases=rebases)
    assert repairs[["outcome", "repair_session"]].to_numpy().tolist() == [["repaired", 5]]


def test_a_fall_that_is_not_back_by_a_new_start_is_censored_there():
    ratings = (4.2, 4.2, 4.2, 3.0, 3.0, 4.2, 4.2)
    scores, marks, rebases = make_scores(*ratings), make_marks(*ratings, marked=(4,)), start_anew(6)
    repairs = sk.follow_repairs(sk.find_episodes(marks, rebases=rebases), scores, rebases=rebases)
    times = sk.time_to_repair(repairs, scores, rebases=rebases)
    assert times[["sessions", "n_repaired", "n_censored"]].to_numpy().tolist() == [[0, 0, 0], [1, 0, 1]]


@given(
    ratings=st.lists(st.one_of(st.none(), st.integers(10, 50).map(lambda n: n / 10)), min_size=1, max_size=14),
    starts=st.lists(st.integers(1, 15), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_the_line_of_parted_series_is_the_line_of_each_part(ratings, starts):
    """Each part as a case of its own gives the same episodes and what became of them."""
    scores, rebases = make_scores(*ratings), start_anew(*starts).astype({"session": "int64"})
    part = np.searchsorted(sorted(set(starts)), scores["session"], side="right")
    own = scores.assign(case_id=[f"part {n}" for n in part])
    columns = ["onset", "nadir", "end", "pre_level", "depth", "outcome", "repair_session", "regained", "shape"]

    def run(scores, rebases):
        marks = sk.mark_sessions(scores, method=sk.AdjacentDrop(sds=1, min_drop=0), rebases=rebases)
        repairs = sk.follow_repairs(sk.find_episodes(marks, rebases=rebases), scores, rebases=rebases)
        return repairs.sort_values("onset")[columns].reset_index(drop=True)

    pd.testing.assert_frame_equal(run(scores, rebases), run(own, None))


# -- what is said ------------------------------------------------------------------------------------------------------


def run_line(scores, rebases):
    marks = sk.mark_sessions(scores, method="adjacent_drop", rebases=rebases)
    repairs = sk.follow_repairs(sk.find_episodes(marks, rebases=rebases), scores, rebases=rebases)
    return marks, repairs, sk.review_caseload(scores, repairs, marks=marks, rebases=rebases)


def test_a_fall_before_a_new_start_is_not_open_by_now():
    scores = make_scores(4.2, 4.3, 4.2, 4.3, 3.0, 3.1, 3.0, 3.1, 3.0)
    _, _, plain = run_line(scores, None)
    assert plain["open_ruptures"].to_list() == [1]
    _, _, caseload = run_line(scores, start_anew(7))
    assert caseload["open_ruptures"].to_list() == [0]
    (said,) = caseload["reasons"][0]
    assert said == (
        "Client-rated alliance fell 1.3 points at session 5 and had not come back when the limits started anew at "
        "session 7."
    )


def test_a_fall_that_was_not_back_at_a_new_start_is_never_counted_as_one_that_came_back():
    scores = make_scores(4, 4, 4, 4, 2.5, 2.5, 2.5, 4, 4, 4, 4).assign(therapist_id="T1")
    marks, repairs, caseload = run_line(scores, start_anew(8))
    reasons = sk.list_reasons(scores, repairs, marks=marks, rebases=start_anew(8))
    assert reasons["reason"].to_list() == ["anew"]
    (count,) = sk.count_supervisees(caseload, reasons).to_dict("records")
    assert [count[name] for name in ("n_falls", "n_back", "n_down", "n_anew")] == [1, 0, 0, 1]
    said = sk.describe_supervisee(caseload, reasons, therapist_id="T1")
    assert said[1] == ("The client's rating fell once, in 1 case: 1 had not come back when the limits started anew.")


def test_of_two_falls_ahead_of_a_new_start_the_one_that_came_half_way_back_is_told_so():
    scores = make_scores(4, 4, 4, 4, 2.5, 3.4, 3.4, 3.4, 1.9, 1.9, 4, 4)  # 0.9 of 1.5 points regained at 6
    marks = sk.mark_sessions(scores, method="points_drop", rebases=start_anew(11))
    repairs = sk.follow_repairs(sk.find_episodes(marks, rebases=start_anew(11)), scores, rebases=start_anew(11))
    reasons = sk.list_reasons(scores, repairs, marks=marks, rebases=start_anew(11))
    assert reasons[["reason", "session"]].to_numpy().tolist() == [["partly", 5], ["anew", 9]]


def test_a_fall_after_a_new_start_is_open_by_now():
    scores = make_scores(4.2, 4.3, 4.2, 4.3, 3.0, 4.2, 4.3, 4.2, 3.0)
    _, repairs, caseload = run_line(scores, start_anew(6))
    assert repairs[["onset", "outcome"]].to_numpy().tolist() == [[5, "undetermined"], [9, "undetermined"]]
    assert caseload["open_ruptures"].to_list() == [1]


def test_the_summary_says_where_the_limits_start_anew():
    scores = make_scores(4.2, 4.3, 4.2, 4.3, 3.0, 3.1, 3.0, 3.1, 3.0)
    marks, _, caseload = run_line(scores, start_anew(7))
    said = describe_case(scores, marks, caseload, case_id="C1", method=sk.AdjacentDrop(), rebases=start_anew(7))
    assert "The limits start anew at session 7." in said
    plain = describe_case(scores, *run_line(scores, None)[::2], case_id="C1", method=sk.AdjacentDrop())
    assert not any("anew" in sentence for sentence in plain)


def test_what_a_therapist_rated_ahead_of_a_new_start_is_no_measure_for_a_fall_after_it():
    client = make_scores(4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2, 3.0)
    therapist = make_scores(4.0, 4.0, 4.0, 4.0, 4.0, None, None, 4.0, rater="therapist")
    scores = pd.concat([client, therapist])
    falls = sk.find_episodes(sk.mark_sessions(client, method="adjacent_drop", rebases=start_anew(6)))
    assert sk.find_unrecognised(falls, scores).to_list() == [True]
    assert sk.find_unrecognised(falls, scores, rebases=start_anew(6)).isna().all()
