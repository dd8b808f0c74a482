"""Reasons as rows: where the evidence of each is seen, what is new of it, and the order they make."""

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.reasons import REASONS
from supervision_kit.words import say, speaking

FALL = sk.AdjacentDrop(sds=1)
OPEN = (4.2, 4.3, 4.2, 3.1, 3.2, 3.1, 3.2)


def reasons_of(*tables, case="C1", **more):
    scores = pd.concat(tables)
    marks = sk.mark_sessions(scores, method=FALL)
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores)
    found = sk.list_reasons(scores, repairs, marks=marks, **more)
    return found[found["case_id"] == case].set_index("reason")


def new_forms(*sessions, case_id="C1", rater="client", instrument="wai_sr"):
    return pd.DataFrame({"case_id": case_id, "rater": rater, "instrument": instrument, "session": sessions})


def judgement(verdict, *, marked=4, outcome=None, onset=4):
    return pd.DataFrame(
        {
            "id": [1],
            "case_id": "C1",
            "rater": "client",
            "instrument": "wai_sr",
            "scale": "total",
            "method": "adjacent_drop" if marked else "",
            "marked_onset": pd.array([marked], dtype="Int64"),
            "onset": onset,
            "end": pd.array([None], dtype="Int64"),
            "verdict": verdict,
            "reason": "",
            "type": None,
            "outcome": outcome,
            "at": pd.Timestamp("2026-05-12", tz="UTC"),
            "who": "supervisor",
        }
    )


def test_each_reason_names_the_session_and_the_series_that_show_it():
    found = reasons_of(make_scores(*OPEN))
    assert found.index.to_list() == ["open", "due"]
    assert found.loc["open", ["session", "rater", "instrument", "scale"]].to_list() == [4, "client", "wai_sr", "total"]
    assert found["is_new"].isna().all()


def test_a_reason_is_new_when_the_form_that_brought_it_up_came_in_since():
    assert reasons_of(make_scores(*OPEN), new_forms=new_forms(4, 5, 6, 7)).loc["open", "is_new"]
    old = reasons_of(make_scores(*OPEN), new_forms=new_forms(6, 7))
    assert not old.loc["open", "is_new"]  # it fell before
    assert pd.isna(old.loc["due", "is_new"])  # no single form brought that up
    assert not reasons_of(make_scores(*OPEN), new_forms=new_forms(4, rater="therapist")).loc["open", "is_new"]


def test_a_fall_that_came_back_is_new_with_the_rating_that_is_back():
    mended = make_scores(4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3)
    assert reasons_of(mended, new_forms=new_forms(6, 7)).loc["repaired", "is_new"]
    assert not reasons_of(mended, new_forms=new_forms(7)).loc["repaired", "is_new"]


def test_new_ratings_are_counted_by_forms_and_a_new_fall_is_said():
    found = reasons_of(make_scores(*OPEN), new_forms=pd.concat([new_forms(4, 5), new_forms(5, rater="therapist")]))
    assert found.loc["new", "sentence"] == "3 new ratings since the last supervision."
    assert found.loc["new_fall", "sentence"] == "This fall came in since the last supervision."
    assert "new_fall" not in reasons_of(make_scores(*OPEN), new_forms=new_forms(5, 6)).index


def test_new_forms_of_a_case_that_is_not_in_the_scores_are_left_out():
    assert "C9" not in set(reasons_of(make_scores(*OPEN), new_forms=new_forms(1, case_id="C9"))["case_id"])


def test_top_marks_are_shown_where_they_begin_and_new_with_the_fourth():
    top = make_scores(4, 5, 5, 5, 5, 5)
    found = reasons_of(top, new_forms=new_forms(5, 6))
    assert (found.loc["top", "session"], found.loc["top", "is_new"]) == (2, True)
    assert not reasons_of(top, new_forms=new_forms(6)).loc["top", "is_new"]


def test_missing_forms_are_shown_after_the_last_that_came():
    outcome = make_scores(10, 9, 9, 8, 8, 7, instrument="phq9")
    found = reasons_of(make_scores(4.2, 4.3, 4.2, 4.3), outcome, new_forms=new_forms(6, instrument="phq9"))
    assert (found.loc["missing", "session"], found.loc["missing", "is_new"]) == (4, True)


# -- what the supervisor said ------------------------------------------------------------------------------------------


def test_a_fall_that_the_supervisor_calls_no_rupture_keeps_its_sentence_and_loses_its_weight():
    found = reasons_of(make_scores(*OPEN), judgements=judgement("not a rupture"))
    assert found.index.to_list() == ["rejected"]
    assert found.loc["rejected", "sentence"] == (
        "Client-rated alliance fell 1.1 points at session 4; the supervisor sees no rupture in it."
    )


def test_a_fall_that_came_back_late_and_is_down_again_did_come_back():
    late = make_scores(4, 4, 4, 4, 2.5, 2.5, 2.5, 2.5, 2.5, 4, 4, 3.3, 2.9, 2.6)  # back at 10, in time would be 8
    found = reasons_of(late)
    assert found.index.to_list() == ["slipped"]
    assert found.loc["slipped", "sentence"] == (
        "Client-rated alliance fell 1.5 points at session 5 and was back at session 10. The latest rating, 2.6, is "
        "again less than half way back (half way is 3.25)."
    )


def test_which_fall_is_the_latest_does_not_depend_on_the_order_of_rows():
    scores = make_scores(4, 4, 4, 4, 2.5, 4, 4, 4, 2.5, 4, 3.6, 3.3, 2.9, 2.6)
    marks = sk.mark_sessions(scores, method="adjacent_drop")
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores)
    for told in (repairs, repairs.iloc[::-1]):
        found = sk.list_reasons(scores, told, marks=marks).set_index("reason")
        assert found["session"].to_dict() == {"repaired": 5, "slipped": 9}


def test_a_fall_that_the_supervisor_calls_a_rupture_weighs_more():
    assert "confirmed" in reasons_of(make_scores(*OPEN), judgements=judgement("rupture")).index
    assert "confirmed" not in reasons_of(make_scores(*OPEN), judgements=judgement("unsure")).index


def test_a_judgement_of_another_fall_changes_nothing():
    assert "open" in reasons_of(make_scores(*OPEN), judgements=judgement("not a rupture", marked=2, onset=2)).index


def test_a_rupture_added_by_hand_needs_a_word_until_it_is_called_repaired():
    steady = make_scores(4.2, 4.3, 4.2, 4.3, 4.2)
    found = reasons_of(steady, judgements=judgement("rupture", marked=None, onset=3))
    assert found.loc["by_hand", "session"] == 3
    repaired = judgement("rupture", marked=None, onset=3, outcome="repaired")
    assert reasons_of(steady, judgements=repaired).index.to_list() == ["by_hand_back"]  # no fall of the ratings


def test_a_rupture_added_by_hand_that_the_method_marks_as_well_confirms_the_fall():
    by_hand = judgement("rupture", marked=None, onset=5)  # the fall goes from 4 to 7
    assert reasons_of(make_scores(*OPEN), judgements=by_hand).index.to_list() == ["open", "due", "confirmed"]


def test_a_judgement_made_of_another_methods_mark_holds_for_the_same_sessions():
    other = judgement("not a rupture", marked=5, onset=5).assign(method="ewma")
    assert reasons_of(make_scores(*OPEN), judgements=other).index.to_list() == ["rejected"]


def test_a_blank_form_after_a_decision_is_no_session_gone_by():
    decisions = pd.DataFrame({"case_id": ["C1"], "session": [4], "state": ["open"]})
    assert reasons_of(make_scores(4.2, 4.3, 4.2, 4.3, None), decisions=decisions).empty


def test_a_decision_is_counted_once_sessions_have_gone_by_and_its_text_is_not_repeated():
    decisions = pd.DataFrame(
        {
            "case_id": "C1",
            "session": [3, 4, 4, 5],
            "state": ["open", "kept", "open", "open"],
            "text": "ask Anna about Tuesday",
        }
    )
    found = reasons_of(make_scores(4.2, 4.3, 4.2, 4.3, 4.2), decisions=decisions)
    assert found.loc["decision", "sentence"] == "2 decisions are open, and sessions have gone by since."
    assert found.loc["decision", "session"] == 4
    assert "Anna" not in found.to_csv()


@pytest.mark.parametrize(
    ("planned", "sentence"),
    [
        (9, None),
        (8, "3 of 8 planned sessions are left: time to speak about the ending."),
        (6, "1 of 6 planned sessions is left: time to speak about the ending."),
        (5, "The last of 5 planned sessions has come."),
        (4, "Session 5, and 4 were planned."),
        ({"C2": 5}, None),
        ({"C1": 5}, "The last of 5 planned sessions has come."),
    ],
)
def test_the_ending_is_spoken_of_in_time_and_only_where_it_is_planned(planned, sentence):
    found = reasons_of(make_scores(4.2, 4.3, 4.2, 4.3, 4.2), planned_sessions=planned)
    assert found["sentence"].to_list() == ([sentence] if sentence else [])


# -- client and therapist ----------------------------------------------------------------------------------------------


def test_a_case_whose_raters_lie_further_apart_than_is_usual_here_is_mentioned():
    """Nine therapists rate as their clients do, one of them a point and a half above."""
    wobble = (0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1)
    tables = []
    for number in range(10):
        gap = 1.5 if number == 9 else 0.0
        client = [3.2 + one for one in wobble]
        therapist = [3.2 + gap - one for one in wobble]
        tables += [make_scores(*client, case_id=f"C{number}")]
        tables += [make_scores(*therapist, case_id=f"C{number}", rater="therapist")]
    scores = pd.concat(tables)
    congruence = sk.compare_raters(scores)
    found = reasons_of(*tables, case="C9", congruence=congruence)
    assert found.loc["gap", ["rater", "scale", "session"]].to_list() == ["therapist", "total", 8]
    # usual: the mean of ten discrepancies, nine of 0 and one of 1.5
    assert found.loc["gap", "sentence"].startswith("The therapist's ratings lie higher beside the client's than is")
    assert "about 1.5 points" in found.loc["gap", "sentence"]
    assert "0.1 is usual" in found.loc["gap", "sentence"] or "0.2 is usual" in found.loc["gap", "sentence"]
    assert "gap" not in reasons_of(*tables, case="C1", congruence=congruence).index
    assert "gap" not in reasons_of(*tables, case="C9").index


def test_therapists_who_all_rate_lower_alike_are_usual():
    tables = []
    for number in range(8):
        ratings = [4.0 + 0.1 * ((number + session) % 3) for session in range(8)]
        tables += [make_scores(*ratings, case_id=f"C{number}")]
        tables += [make_scores(*[one - 0.6 + 0.05 * (i % 2) for i, one in enumerate(ratings)], case_id=f"C{number}",
                               rater="therapist")]  # fmt: skip
    congruence = sk.compare_raters(pd.concat(tables))
    assert all("gap" not in reasons_of(*tables, case=f"C{n}", congruence=congruence).index for n in range(8))


# -- the order ---------------------------------------------------------------------------------------------------------


def ranked(weights=None):
    cases = pd.DataFrame(
        {"case_id": ["a", "b", "c"], "n_sessions": 4, "last_session": 4, "last_score": 4.0, "open_ruptures": 0,
         "outcome_class": None, "priority": 0.0, "reasons": [(), (), ()]}
    )  # fmt: skip
    reasons = pd.DataFrame(
        {
            "case_id": ["a", "b", "b", "b"],
            "number": [1, 1, 2, 3],
            "reason": ["missing", "repaired", "late", "repaired"],
            "sentence": ["missing", "first repair", "late", "second repair"],
        }
    )
    return sk.rank_cases(cases, reasons, weights=weights)


def test_a_reason_counts_once_and_its_sentences_stand_most_weighty_first():
    table = ranked()
    assert table["case_id"].to_list() == ["a", "b", "c"]
    assert table["priority"].to_list() == pytest.approx([2, 0.3, 0])
    assert table["reasons"].to_list() == [("missing",), ("late", "first repair", "second repair"), ()]


def test_other_weights_make_another_order_of_the_same_reasons():
    table = ranked({"missing": 0, "repaired": 4})
    assert table["case_id"].to_list() == ["b", "a", "c"]
    assert table["reasons"].to_list()[0] == ("first repair", "second repair", "late")


@pytest.mark.parametrize("weight", [-1, 101, None, float("inf"), "much"])
def test_a_weight_that_makes_no_sense_is_refused(weight):
    with pytest.raises(sk.SettingError, match="weights"):
        ranked({"open": weight})


def test_every_reason_has_words_in_both_languages():
    for language in ("en", "de"):
        with speaking(language):
            assert all(say(reason.name) and say(reason.meaning) for reason in REASONS.values())
