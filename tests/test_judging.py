"""The supervisor's judgements beside the method's: followed up by the same rule, changing nothing of the method's."""

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_marks, make_scores
from supervision_kit.tables import JUDGED, JUDGEMENTS, REPAIRS

SCORES = make_scores(4.2, 4.3, 4.2, 4.3, 3.1, 3.2, 4.2, 4.2, 3.0, 3.0, 3.0, 3.0)


def make_judgements(*said):
    """Return judgements of C1's client on the WAI-SR total; what is not said is as a rupture added by hand."""
    usual = {
        "case_id": "C1",
        "rater": "client",
        "instrument": "wai_sr",
        "scale": "total",
        "method": "",
        "marked_onset": None,
        "end": None,
        "verdict": "rupture",
        "reason": "a secret",
        "type": None,
        "outcome": None,
        "at": pd.Timestamp("2026-03-04", tz="UTC"),
        "who": "anna",
    }
    rows = [usual | {"id": n} | one for n, one in enumerate(said, 1)]
    return JUDGEMENTS.check(pd.DataFrame(rows)) if rows else JUDGEMENTS.empty()


@pytest.fixture
def repairs():
    """One episode from 5 to 6, repaired at 7, and one from 9 on."""
    marks = make_marks(*SCORES["score"], marked=(5, 9)).assign(method="adjacent_drop")
    return sk.follow_repairs(sk.find_episodes(marks), SCORES)


def test_a_judgement_stands_beside_the_episode_it_was_made_of(repairs):
    said = make_judgements(
        {"method": "adjacent_drop", "marked_onset": 9, "onset": 9, "verdict": "unsure", "type": "withdrawal"}
    )
    judged = sk.judge_beside(repairs, said, scores=SCORES)
    assert judged["onset"].to_list() == [5, 9]
    assert judged["verdict"].fillna("-").to_list() == ["-", "unsure"]
    assert judged["type"].fillna("-").to_list() == ["-", "withdrawal"]
    assert judged["supervisor_onset"].fillna(0).to_list() == [0, 9]
    assert judged["redated_outcome"].isna().all()


@pytest.mark.parametrize("n_rated", [1, 2, 3])
def test_a_rupture_after_the_last_rating_of_few_is_undetermined(n_rated):
    scores, none = make_scores(*[4] * n_rated), REPAIRS.empty()
    (judged,) = sk.judge_beside(none, make_judgements({"onset": n_rated + 1}), scores=scores).to_dict("records")
    assert (judged["outcome"], judged["onset"], judged["pre_level"]) == ("undetermined", n_rated + 1, 4)


def test_the_columns_of_the_method_never_change(repairs):
    said = make_judgements(
        {"method": "adjacent_drop", "marked_onset": 5, "onset": 6, "end": 8, "verdict": "not a rupture"}, {"onset": 3}
    )
    judged = sk.judge_beside(repairs, said, scores=SCORES)
    pd.testing.assert_frame_equal(judged.head(2)[list(REPAIRS.columns)], repairs)


def test_no_text_of_the_supervisor_is_in_the_table(repairs):
    judged = sk.judge_beside(repairs, make_judgements({"onset": 3}), scores=SCORES)
    assert "a secret" not in judged.to_csv()
    assert list(judged) == list(JUDGED.columns)


def test_an_episode_dated_otherwise_is_followed_from_there_as_well(repairs):
    # from session 6 on: the level before is the median of 4.2, 4.3, 3.1; the one rating 3.2 lies 1 below it; back at 7
    said = make_judgements({"method": "adjacent_drop", "marked_onset": 5, "onset": 6})
    (row,) = sk.judge_beside(repairs, said, scores=SCORES).head(1).to_dict("records")
    assert (row["onset"], row["outcome"], row["repair_session"]) == (5, "repaired", 7)
    assert (row["supervisor_onset"], row["redated_outcome"], row["redated_repair_session"]) == (6, "repaired", 7)
    assert row["redated_regained"] == pytest.approx(1.0)


def test_an_episode_that_is_said_to_end_later_is_followed_from_that_end(repairs):
    said = make_judgements({"method": "adjacent_drop", "marked_onset": 5, "onset": 5, "end": 8})
    (row,) = sk.judge_beside(repairs, said, scores=SCORES).head(1).to_dict("records")
    # after session 8 come ratings of 3: nothing within the window to session 8 is left to be back in
    assert row["redated_outcome"] == "partly repaired"
    assert pd.isna(row["redated_repair_session"])


def test_a_rupture_added_by_hand_is_followed_by_the_same_rule():
    scores = make_scores(4.2, 4.3, 4.2, 4.0, 3.8, 3.9, 4.2, 4.3)
    said = make_judgements({"onset": 4, "outcome": "repaired", "type": "withdrawal"})
    (row,) = sk.judge_beside(REPAIRS.empty(), said, scores=scores).to_dict("records")
    assert (row["method"], row["judged_as"], row["episode"]) == ("by hand", "by hand", 1)
    assert (row["onset"], row["nadir"], row["end"], row["n_sessions"]) == (4, 5, 6, 3)
    # half of the fall from 4.2 to 3.8 is regained at 4.0: 3.9 is still within
    assert (row["pre_level"], row["depth"]) == (4.2, pytest.approx(0.4))
    assert (row["outcome"], row["repair_session"], row["supervisor_outcome"]) == ("repaired", 7, "repaired")


def test_a_rupture_that_the_ratings_do_not_show_cannot_be_followed():
    said = make_judgements({"onset": 3})
    (row,) = sk.judge_beside(REPAIRS.empty(), said, scores=make_scores(4, 4, 4, 4)).to_dict("records")
    assert (row["onset"], row["end"], row["depth"], row["outcome"]) == (3, 3, 0, "undetermined")


@pytest.mark.parametrize(
    "scores",
    [None, make_scores(4, 3, rater="therapist"), make_scores(None, None, None), make_scores(4, 4, 4)],
    ids=["no scores", "none of the series", "no score in it", "none from there on"],
)
def test_a_rupture_without_ratings_to_follow_is_undetermined(scores):
    (row,) = sk.judge_beside(REPAIRS.empty(), make_judgements({"onset": 4}), scores=scores).to_dict("records")
    assert (row["onset"], row["end"], row["n_sessions"], row["outcome"]) == (4, 4, 0, "undetermined")
    assert pd.isna(row["depth"])


def test_a_rule_by_limits_cannot_follow_what_no_limit_marks():
    said, rule = make_judgements({"onset": 5}), sk.RepairRule(kind="limits")
    (row,) = sk.judge_beside(REPAIRS.empty(), said, scores=SCORES, rule=rule).to_dict("records")
    assert row["outcome"] == "undetermined"


def test_a_rupture_by_hand_is_not_followed_over_a_new_start():
    said, rebases = make_judgements({"onset": 5}), pd.DataFrame({"case_id": ["C1"], "session": [7]})
    (row,) = sk.judge_beside(REPAIRS.empty(), said, scores=SCORES, rebases=rebases).to_dict("records")
    assert (row["end"], row["outcome"]) == (6, "undetermined")


def test_what_was_said_of_another_methods_episode_stands_beside_the_one_in_the_same_sessions(repairs):
    said = make_judgements({"method": "gumz", "marked_onset": 6, "onset": 6, "verdict": "not a rupture"})
    judged = sk.judge_beside(repairs, said, scores=SCORES)
    assert judged["verdict"].fillna("-").to_list() == ["not a rupture", "-"]
    assert judged["judged_as"].fillna("-").to_list() == ["gumz", "-"]


def test_its_own_judgement_goes_before_what_was_said_of_another_methods_episode(repairs):
    own = {"method": "adjacent_drop", "marked_onset": 5, "onset": 5, "verdict": "unsure"}
    said = make_judgements(own, {"method": "gumz", "marked_onset": 6, "onset": 6, "verdict": "rupture"})
    judged = sk.judge_beside(repairs, said, scores=SCORES)
    assert len(judged) == 2
    assert judged["verdict"][0] == "unsure"


def test_a_rupture_that_only_another_method_marks_has_a_row_and_what_is_none_has_not(repairs):
    said = make_judgements(
        {"method": "gumz", "marked_onset": 2, "onset": 2, "verdict": "rupture"},
        {"method": "gumz", "marked_onset": 3, "onset": 3, "verdict": "not a rupture"},
    )
    judged = sk.judge_beside(repairs, said, scores=SCORES)
    assert judged[["method", "judged_as", "onset"]].tail(-2).to_numpy().tolist() == [["by hand", "gumz", 2]]


def test_ruptures_by_hand_are_counted_within_their_series():
    said = make_judgements({"onset": 9}, {"onset": 3}, {"onset": 4, "rater": "therapist"})
    judged = sk.judge_beside(REPAIRS.empty(), said)
    assert judged[["rater", "episode", "onset"]].to_numpy().tolist() == [
        ["client", 1, 3],
        ["client", 2, 9],
        ["therapist", 1, 4],
    ]


def test_without_judgements_nothing_stands_beside(repairs):
    judged = sk.judge_beside(repairs, make_judgements(), scores=SCORES)
    pd.testing.assert_frame_equal(judged[list(REPAIRS.columns)], repairs)
    assert judged["verdict"].isna().all()
    assert sk.judge_beside(REPAIRS.empty(), make_judgements()).empty
    assert sk.describe_judged(judged) == ()


# -- counted -----------------------------------------------------------------------------------------------------------


def judged_as(*verdicts, missed=0):
    rows = [{"method": "gumz", "verdict": verdict} for verdict in verdicts]
    rows += [{"method": "by hand", "verdict": "rupture"}] * missed
    about = {"case_id": "C1", "rater": "client", "instrument": "wai_sr", "scale": "total", "outcome": "undetermined"}
    table = pd.DataFrame([row | about | {"episode": n} for n, row in enumerate(rows)])
    at = pd.RangeIndex(1, len(rows) + 1)
    return JUDGED.check(table.reindex(columns=list(JUDGED.columns)).assign(onset=at, nadir=at, end=at, n_sessions=1))


def count_by_method(judged):
    return sk.count_judged(judged).set_index("method")["n_missed"].to_dict()


def test_a_rupture_added_by_hand_where_the_method_marks_a_fall_is_not_missed(repairs):
    judged = sk.judge_beside(repairs, make_judgements({"onset": 6}, {"onset": 3, "end": 4}), scores=SCORES)
    assert count_by_method(judged) == {"adjacent_drop": 1}  # that of 3 and 4; the episode goes from 5 to 6
    assert sk.describe_judged(judged) == ("1 rupture was seen that is not marked.",)


def test_of_two_methods_each_misses_what_only_the_other_marks(repairs):
    both = pd.concat([repairs, repairs.head(1).assign(method="gumz")])
    said = make_judgements(
        {"method": "adjacent_drop", "marked_onset": 9, "onset": 9}, {"method": "gumz", "marked_onset": 5, "onset": 5}
    )
    assert count_by_method(sk.judge_beside(both, said, scores=SCORES)) == {"adjacent_drop": 0, "gumz": 1}


def test_of_two_judgements_of_other_methods_marks_the_latest_stands(repairs):
    said = make_judgements(
        {"method": "gumz", "marked_onset": 6, "onset": 6, "verdict": "not a rupture"},
        {"method": "ewma", "marked_onset": 6, "onset": 6, "at": pd.Timestamp("2026-03-05", tz="UTC")},
    )
    first = sk.judge_beside(repairs, said, scores=SCORES).iloc[0]
    assert (first["onset"], first["verdict"], first["judged_as"]) == (5, "rupture", "ewma")


def test_few_judged_episodes_are_counted_and_no_share_is_said():
    judged = judged_as("rupture", "rupture", "not a rupture", "unsure", None, missed=1)
    (count,) = sk.count_judged(judged).to_dict("records")
    numbers = ["n_episodes", "n_confirmed", "n_rejected", "n_unsure", "n_missed"]
    assert [count[name] for name in numbers] == [5, 2, 1, 1, 1]
    assert pd.isna(count["share"])
    said, missed = sk.describe_judged(judged)
    assert said == (
        "4 of 5 falls marked by Fall over sessions in a row have been judged: 2 called a rupture, 1 not. So few say "
        "little about the method."
    )
    assert missed == "1 rupture was seen that is not marked."


def test_from_ten_on_the_share_is_said_with_its_interval():
    # 8 of 10, Wilson's interval by hand: (0.8 + 0.19207 ± 1.95996 √(0.016 + 0.009604)) / 1.38415 = 0.4902 and 0.9433
    (count,) = sk.count_judged(judged_as(*["rupture"] * 8, *["not a rupture"] * 2)).to_dict("records")
    assert (count["share"], count["low"], count["high"]) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)
    (said,) = sk.describe_judged(judged_as(*["rupture"] * 8, *["not a rupture"] * 2))
    assert "8 called a rupture, 2 not (80 %; 49 % to 94 %)" in said
