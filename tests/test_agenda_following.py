"""What became of a decision: changes and what is usual, worked by hand."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import supervision_kit as sk
from supervision_kit.agenda import measure_changes
from supervision_kit.words import speaking

ALLIANCE = {"rater": "client", "instrument": "wai_sr", "scale": "total"}


def forms(scores, *, case_id="C1", **series):
    """One form a session from session 1 on; None leaves a session out."""
    rows = [(n, score) for n, score in enumerate(scores, start=1) if score is not None]
    return pd.DataFrame(rows, columns=["session", "score"]).assign(case_id=case_id, **{**ALLIANCE, **series})


def decided(session, case_id="C1"):
    return pd.DataFrame({"id": [7], "case_id": [case_id], "session": pd.array([session], dtype="Int64")})


def told(scores, session=5, **more):
    (said,) = sk.follow_decisions(decided(session), scores, **more)["said"]
    return said


def test_a_change_beyond_the_usual_is_told_with_its_size_and_the_sessions_it_took():
    # differences up to session 5: .1 .2 .1 1.2, their median .15; 3.865 · .15 = .580; from 3.0 to 3.8 is .8
    scores = forms([4.2, 4.3, 4.1, 4.2, 3.0, 3.4, 3.8])
    change = measure_changes(decided(5), scores).iloc[0]
    assert (change["from_session"], change["to_session"]) == (5, 7)
    assert change["change"] == pytest.approx(0.8)
    assert change["usual"] == pytest.approx(0.579717, abs=1e-6)  # (1.128 + 3 · .853) / .954 · .15
    assert change["is_unusual"]
    assert told(scores) == (
        "Over 2 sessions, more than is usual for this client: total up 0.8 to 3.8.",
        "The rating then was this client’s lowest so far: after such a one the next tends to be higher by itself.",
    )


def test_a_change_within_the_usual_is_not_taken_for_success():
    # differences .5 .5 .4 .4, median .45; 3.865 · .45 = 1.739
    scores = forms([3.5, 4.0, 3.5, 3.9, 3.5, 4.3])
    assert told(scores) == ("Over 1 session, within what is usual for this client: total up 0.8 to 4.3.",)


def test_less_than_the_smallest_fall_of_the_scale_is_usual_even_where_ratings_never_moved():
    # the smallest fall of a scale from 1 to 5 is 7.5 % of 4 points, 0.3
    assert told(forms([4, 4, 4, 4, 4, 4.25])) == (
        "Over 1 session, within what is usual for this client: total up 0.2 to 4.2.",
    )
    assert told(forms([4, 4, 4, 4, 4, 3.7])) == (
        "Over 1 session, more than is usual for this client: total down 0.3 to 3.7.",
    )
    assert told(forms([4, 4, 4, 4, 4, 4])) == (
        "Over 1 session, within what is usual for this client: total unchanged at 4.0.",
    )


def test_four_ratings_do_not_say_what_is_usual():
    said = told(forms([4.2, 4.3, 4.1, 3.0, 4.2]), session=4)
    assert said[0] == "Over 1 session, with too few ratings before to say what is usual: total up 1.2 to 4.2."
    assert measure_changes(decided(4), forms([4.2, 4.3, 4.1, 3.0, 4.2]))["is_unusual"].isna().all()


def test_what_is_usual_begins_anew_with_the_line_and_nothing_is_compared_across():
    scores = forms([2, 4, 2, 4, 2, 4, 2, 4, 4, 4, 4, 4, 4.5])
    assert "within what is usual" in told(scores, session=12)[0]  # of eleven differences seven are 2, the median too
    anew = pd.DataFrame({"case_id": ["C1", "C2"], "session": [8, 13]})
    assert "more than is usual" in told(scores, session=12, rebases=anew)[0]  # from session 8 on there are none
    later = pd.DataFrame({"case_id": ["C1"], "session": [13]})
    assert told(scores, session=12, rebases=later) == (
        "Over 1 session, in which the line began anew, so that they are not compared: total up 0.5 to 4.5.",
    )


def test_scales_are_listed_by_what_can_be_said_of_them_the_total_first():
    usual = [4.2, 4.3, 4.1, 4.2, 3.0]
    scores = pd.concat(
        [
            forms([*usual, 3.8], scale="bond"),
            forms([*usual, 3.0], scale="goal"),
            forms([*usual, 3.7], scale="total"),
            forms([*usual, 3.8], rater="therapist", scale="bond"),
        ]
    )
    assert told(scores)[:2] == (
        "Over 1 session, more than is usual for this client: total up 0.7 to 3.7, bond up 0.8 to 3.8.",
        "Over 1 session, within what is usual for this client: goal unchanged at 3.0.",
    )


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (9, "PHQ-9 from 15 to 9 over 2 sessions: reliably better."),
        (12, "PHQ-9 from 15 to 12 over 2 sessions: no reliable change."),
        (21, "PHQ-9 from 15 to 21 over 2 sessions: reliably worse."),
    ],
)
def test_an_outcome_measure_is_held_against_its_reliable_change(last, said):
    scores = forms([18, None, 15, None, last], instrument="phq9")  # reliable from 6 points on
    assert told(scores, session=4)[-1] == said
    change = measure_changes(decided(4), scores).iloc[0]
    assert (change["change"], change["usual"]) == (15 - last, 6)


def test_a_reliable_change_is_told_over_a_new_start_as_well():
    scores = forms([18, None, 15, None, 9], instrument="phq9")
    anew = pd.DataFrame({"case_id": ["C1"], "session": [5]})
    assert told(scores, session=4, rebases=anew)[-1] == "PHQ-9 from 15 to 9 over 2 sessions: reliably better."


def test_where_there_is_nothing_to_compare_the_reason_is_said():
    scores = forms([4.2, 4.1])
    assert told(scores, session=2) == ("No alliance rating by the client since session 2.",)
    assert told(scores, session=None) == ("It is not known after which session this was decided.",)
    late = forms([None, None, 4.0, 4.1])
    assert told(late, session=2) == ("The client’s alliance was not rated up to session 2: nothing to compare with.",)
    (said,) = sk.follow_decisions(decided(2, case_id="C9"), scores)["said"]
    assert said == ("There are no ratings of this case.",)
    assert measure_changes(decided(2, case_id="C9"), scores).empty


def test_the_last_rating_at_or_before_the_decision_is_where_it_starts():
    scores = forms([4.0, 4.1, 4.0, 4.1, 4.0, None, None, 3.0])
    change = measure_changes(decided(7), scores).iloc[0]
    assert (change["from_session"], change["before"], change["to_session"]) == (5, 4.0, 8)


def test_sentences_come_in_the_language_of_the_page():
    with speaking("de"):
        said = told(forms([4.2, 4.3, 4.1, 4.2, 3.0, 3.4, 3.8]))[0]
    assert "3,8" in said
    assert "2 Sitzungen" in said


def test_decisions_without_their_columns_are_refused():
    with pytest.raises(sk.TableError, match=r"decisions: the column\(s\) session are missing"):
        sk.follow_decisions(pd.DataFrame({"id": [1], "case_id": ["C1"]}), forms([4.0]))


@given(
    scores=st.lists(st.one_of(st.none(), st.integers(10, 50).map(lambda n: n / 10)), min_size=1, max_size=12),
    session=st.integers(1, 14),
)
def test_any_decision_gets_a_sentence_and_no_change_without_two_ratings(scores, session):
    rated = forms(scores)
    if rated.empty:
        return
    said = sk.follow_decisions(decided(session), rated)["said"].iloc[0]
    assert said
    changes = measure_changes(decided(session), rated)
    before, since = (rated["session"] <= session).sum(), (rated["session"] > session).sum()
    assert len(changes) == (1 if before else 0)
    assert changes["change"].notna().sum() == (1 if before and since else 0)
    assert not (changes["is_unusual"].fillna(value=False) & (changes["change"].abs() < 0.3 - 1e-9)).any()
