import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.summary import describe_case


def describe(*tables, method, case_id="C1"):
    scores = pd.concat(tables)
    marks = sk.mark_sessions(scores, method=method)
    caseload = sk.review_caseload(scores, sk.follow_repairs(sk.find_episodes(marks), scores), marks=marks)
    return describe_case(scores, marks, caseload, case_id=case_id, method=method)


DROP = sk.AdjacentDrop(sds=1)


def test_what_happened_comes_first_then_the_marks_then_what_they_rest_on():
    assert describe(make_scores(4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4), method=DROP) == (
        "Client-rated alliance fell 1.1 points at session 4 and came back after 2 sessions.",
        "Session 4 is marked.",
        "Drop from one session to the next over 8 ratings on the WAI-SR.",
    )


def test_no_mark_is_not_no_rupture():
    sentences = describe(make_scores(4.2, 4.3, 4.2, 4.3), method=DROP)
    assert sentences[0] == "No rating is marked. That does not mean that there was no rupture."


def test_ratings_that_cannot_be_judged_say_so_and_why():
    assert describe(make_scores(4, 4.1), method=DROP)[0] == (
        "These ratings cannot be judged (too few rated sessions: 2 of at least 3)."
    )


def test_a_marked_first_session_is_no_fall():
    sentences = describe(make_scores(3.0, *[4.2, 4.3] * 6), method=sk.ControlChart(sigmas=2))
    assert sentences[0] == "Session 1 is marked, but without a fall of 0.3 points below those before."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ((3.9, 3.9, 3.9, 3.8), "Sessions 2, 3 and 5 are marked"),
        ((3.9, 3.9, 3.9, 3.9), "Sessions 2 and 3 are marked"),
    ],
)
def test_marked_sessions_are_listed(line, words):
    scores = make_scores(5, 3.5, 3.6, 4.2, line[3], 4.5)
    limit = 3.85
    assert words in describe(scores, method=sk.Cutoff(line=limit))[-2]


def test_long_runs_of_marked_sessions_are_drawn_together():
    scores = make_scores(5, 3.5, 3.6, 3.4, 4.2, 3.0, 4.2, 3.1, 3.2)
    assert "Sessions 2 to 4, 6, 8 and 9 are marked" in describe(scores, method=sk.Cutoff(line=3.85))[-2]


def test_a_case_without_alliance_ratings_says_so():
    assert describe(make_scores(10, 9, instrument="phq9"), method=DROP) == (
        "There is no alliance rating from the client so far.",
    )


def test_an_unknown_case_is_refused():
    with pytest.raises(sk.UnknownNameError):
        describe(make_scores(4, 4.1), method=DROP, case_id="C2")


@pytest.mark.parametrize(
    ("method", "n", "words"),
    [
        (sk.ControlChart(), 11, "its limits rest on 11, fewer than 12, and are provisional"),
        (sk.ControlChart(), 12, "Control chart over 12 ratings on the WAI-SR."),
        (sk.ControlChart(baseline=3), 20, "its limits rest on 3, fewer than 12"),
        (sk.Cutoff(line=3), 5, "Published line over 5 ratings on the WAI-SR."),
    ],
)
def test_limits_are_called_provisional_by_what_they_rest_on(method, n, words):
    assert words in describe(make_scores(*([4.2, 4.3] * 10)[:n]), method=method)[-1]


def test_sessions_that_cannot_be_judged_are_named():
    sentences = describe(make_scores(4.2, 4.3, 4.2, 4.3, 4.2, 4.3), method=sk.ControlChart(baseline=4))
    assert "Sessions 1 to 4 cannot be judged (one of the first ratings: they set the limits)." in sentences


def test_marks_that_are_no_fall_are_told_from_those_that_are():
    # session 5 fell from one high rating to about the usual level of 4.1, session 9 from that level
    scores = make_scores(4.0, 4.1, 4.0, 4.9, 3.9, 4.0, 4.1, 4.0, 2.9, 4.0)
    assert describe(scores, method=DROP)[1:3] == (
        "Sessions 5 and 9 are marked.",
        "Session 5 is without a fall of 0.3 points below those before.",
    )


def test_forms_without_a_score_are_not_counted_among_the_ratings():
    assert describe(make_scores(4.2, None, 4.2, 4.3, None), method=DROP)[-1].endswith("over 3 ratings on the WAI-SR.")


def test_codes_that_are_numbers_find_their_case():
    scores = make_scores(4.2, 4.3, 4.2, 3.1, 3.2).assign(case_id=7)
    marks = sk.mark_sessions(scores, method=DROP)
    caseload = sk.review_caseload(scores, sk.follow_repairs(sk.find_episodes(marks), scores), marks=marks)
    assert "Session 4 is marked." in describe_case(scores, marks, caseload, case_id="7", method=DROP)


def test_marks_of_several_methods_or_of_another_case_are_refused():
    scores = make_scores(4.2, 4.3, 4.2, 3.1, 3.2)
    marks = sk.mark_sessions(scores, method=DROP)
    caseload = sk.review_caseload(scores, sk.follow_repairs(sk.find_episodes(marks), scores), marks=marks)
    for wrong in (marks[:0], pd.concat([marks, marks.assign(method="other")])):
        with pytest.raises(sk.TableError, match="judged by one method"):
            describe_case(scores, wrong, caseload, case_id="C1", method=DROP)


def test_a_case_that_is_not_there_is_refused_without_naming_those_that_are():
    with pytest.raises(sk.UnknownNameError) as caught:
        describe(make_scores(4, 4.1, case_id="Anna Example"), method=DROP, case_id="C2")
    assert "Anna" not in str(caught.value)
