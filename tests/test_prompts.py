"""What to ask next: only what was seen raises a question, and each says why, after whom, and how strong that is."""

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_marks, make_scores
from supervision_kit.evidence import EVIDENCE, STRENGTHS
from supervision_kit.prompts import choosing
from supervision_kit.words import speaking
from test_judging import make_judgements

DOWN = (4.2, 4.2, 4.2, 4.2, 3.0, 3.0, 3.0)


def judge(*ratings, marked=(), said=(), others=(), rebases=None):
    """Return the scores of a case and its falls with what is said of them; the marks are set by hand."""
    marks = make_marks(*ratings, marked=marked).assign(method="gumz")
    total = make_scores(*ratings)
    scores = pd.concat([total, *others]) if others else total
    episodes = sk.find_episodes(marks, rebases=rebases)
    falls = sk.falls_among(sk.follow_repairs(episodes, total, marks=marks, rebases=rebases))
    return scores, sk.judge_beside(falls, make_judgements(*said), scores=scores, rebases=rebases)


def keys(*told, **more):
    return [prompt.key for prompt in sk.choose_prompts(*told, **more)]


def scale(key, before, after, **about):
    return make_scores(*[before] * 4, *[after] * 3, scale=key, **about)


def test_where_nothing_is_seen_nothing_is_asked():
    assert keys(*judge(4.2, 4.3, 4.2, 4.3)) == []
    assert keys(*judge(4.2)) == []


def test_a_fall_that_is_still_down_is_asked_about_with_its_numbers():
    (prompt,) = sk.choose_prompts(*judge(*DOWN, marked=(5,)))
    assert prompt.key == "not back"
    assert prompt.why == "The client's rating fell 1.2 points at session 5. It has not come back after 2 sessions."
    assert (prompt.source, prompt.doi) == ("Eubanks, Burckell & Goldfried (2018)", "10.1037/int0000097")
    assert prompt.strength == "expert consensus"


def test_a_fall_that_the_therapist_does_not_show_comes_first():
    steady = make_scores(4.0, 4.0, 4.1, 4.0, 4.0, 4.1, 4.0, rater="therapist")
    first, *_ = sk.choose_prompts(*judge(*DOWN, marked=(5,), others=[steady]))
    assert first.key == "unrecognised"
    assert "The therapist's rating hardly moved." in first.why
    fell = make_scores(4.0, 4.0, 4.1, 4.0, 3.0, 3.0, 3.0, rater="therapist")
    assert keys(*judge(*DOWN, marked=(5,), others=[fell])) == ["not back"]


@pytest.mark.parametrize(
    ("bond", "goal", "task", "expected", "why"),
    [
        (2.0, 3.5, 3.6, "trust", "the scale bond fell most, by 50 % of its range; goal fell by 12 %"),
        (3.6, 2.0, 3.6, "goals", "the scale goal fell most, by 50 % of its range; bond fell by 10 %"),
        (4.0, 4.0, 3.0, "tasks", "the scale task fell most, by 25 % of its range; bond fell by 0 %"),
        (3.0, 3.0, 3.2, None, ""),  # none fell clearly further than the others
    ],
)
def test_the_scale_that_fell_most_is_asked_about(bond, goal, task, expected, why):
    scales = [scale("bond", 4.0, bond), scale("goal", 4.0, goal), scale("task", 4.0, task)]
    prompts = sk.choose_prompts(*judge(*DOWN, marked=(5,), others=scales))
    found = {prompt.key: prompt for prompt in prompts if prompt.key in ("trust", "goals", "tasks")}
    assert list(found) == ([expected] if expected else [])
    if expected:
        assert why in found[expected].why


def test_how_far_a_scale_fell_is_measured_from_after_a_new_start():
    anew = pd.DataFrame({"case_id": ["C1"], "session": [7]})
    bond = make_scores(5, 5, 5, 5, 5, 5, 3, 2, 2, scale="bond")  # since the new start one point of four, not three
    goal = make_scores(3, 3, 3, 3, 3, 3, 3, 3, 3, scale="goal")
    told = judge(4, 4, 4, 4, 4, 4, 4, 2.8, 2.8, marked=(8,), others=[bond, goal], rebases=anew)
    first, *_ = sk.choose_prompts(*told, rebases=anew)
    assert first.why == "At session 8 the scale bond fell most, by 25 % of its range; goal fell by 0 %."


def test_a_fall_that_came_back_late_and_is_down_again_is_not_said_to_have_stayed_down():
    told = judge(4, 4, 4, 4, 2.5, 2.5, 2.5, 2.5, 2.5, 4, 4, 3.3, 2.9, 2.6, marked=(5,))
    assert keys(*told) == ["slipped"]


def test_one_scale_alone_is_not_the_one_that_fell_most():
    assert "trust" not in keys(*judge(*DOWN, marked=(5,), others=[scale("bond", 4.0, 2.0)]))


def test_what_helped_is_asked_where_a_fall_came_back():
    (prompt,) = sk.choose_prompts(*judge(4.2, 4.2, 4.2, 4.2, 3.0, 3.1, 4.2, marked=(5,)))
    assert (prompt.key, prompt.strength) == ("came back", "meta-analysis")
    assert prompt.why == "The client's rating fell 1.2 points at session 5. It was back at session 7."
    assert prompt.finding.endswith("(r = 0.29, from 0.10 to 0.47)")


def test_a_fall_that_came_back_and_slipped_again_is_asked_about():
    assert keys(*judge(4.2, 4.2, 4.2, 4.2, 3.0, 3.1, 4.2, 3.2, marked=(5,))) == ["slipped"]


def test_at_the_latest_rating_the_question_is_whether_it_needs_a_word():
    (prompt,) = sk.choose_prompts(*judge(4.2, 4.2, 4.2, 4.2, 3.0, marked=(5,)))
    assert (prompt.key, prompt.strength) == ("early", "a proposal that is still to be tested")


@pytest.mark.parametrize(
    ("kind", "key"), [("withdrawal", "withdrawal"), ("mixed", "withdrawal"), ("confrontation",) * 2]
)
def test_the_type_that_the_supervisor_named_is_asked_about(kind, key):
    said = [{"method": "gumz", "marked_onset": 5, "onset": 4, "type": kind}]
    found = {prompt.key: prompt for prompt in sk.choose_prompts(*judge(*DOWN, marked=(5,), said=said))}
    assert key in found
    assert found[key].why.endswith("seen at session 4.")


def test_a_fall_that_is_no_rupture_raises_no_question():
    said = [{"method": "gumz", "marked_onset": 5, "onset": 5, "verdict": "not a rupture"}]
    assert keys(*judge(*DOWN, marked=(5,), said=said)) == []


def test_a_rupture_that_the_ratings_do_not_show_is_asked_about():
    steady = make_scores(4.0, 4.1, 4.0, 4.1, 4.0, rater="therapist")
    assert keys(*judge(4.2, 4.2, 4.2, 4.3, 4.2, said=[{"onset": 3}], others=[steady])) == ["by hand"]


def test_the_clicked_session_says_which_fall_is_talked_about():
    told = judge(4.2, 4.2, 4.2, 4.2, 3.0, 3.1, 4.2, 4.2, 3.0, 3.0, marked=(5, 9))
    assert keys(*told, session=6) == ["came back"]
    assert keys(*told, session=7) == ["came back"]
    assert keys(*told, session=10) == keys(*told) == ["not back"]


def test_forms_that_stop_are_asked_about_with_and_without_a_fall():
    outcome = make_scores(*range(12, 3, -1), instrument="phq9")
    (prompt,) = sk.choose_prompts(*judge(4.2, 4.2, 4.1, 4.2, 4.2, 4.1, 4.2, others=[outcome]))
    assert (prompt.key, prompt.why) == ("silent", "There is no rating by the client in the last 2 sessions.")
    assert "silent" in keys(*judge(*DOWN, marked=(5,), others=[outcome]))
    shorter = outcome[outcome["session"] < 9]
    assert keys(*judge(4.2, 4.2, 4.1, 4.2, 4.2, 4.1, 4.2, others=[shorter])) == []


def test_ratings_that_do_not_vary_are_asked_about():
    (prompt,) = sk.choose_prompts(*judge(4, 5, 5, 5, 5))
    assert (prompt.key, prompt.why) == (
        "flat",
        "The last 4 ratings are all the same: they cannot tell how it is going.",
    )
    assert keys(*judge(4, 5, 5, 5)) == []


def test_a_change_of_therapist_is_asked_about_by_the_ratings_or_an_annotation():
    first = make_scores(4.2, 4.3, therapist="T1")
    scores = pd.concat([first, make_scores(4.2, 4.3, sessions=[3, 4], therapist="T2")])
    _, judged = judge(4.2, 4.3, 4.2, 4.3)
    (prompt,) = sk.choose_prompts(scores, judged)
    assert prompt.why == "The therapist changed at session 3."
    noted = pd.DataFrame({"id": [1], "case_id": "C1", "session": [4], "kind": "change of therapist", "rebases": False})
    (prompt,) = sk.choose_prompts(*judge(4.2, 4.3, 4.2, 4.3), annotations=noted)
    assert prompt.why == "The therapist changed at session 4."


@pytest.mark.parametrize(("planned", "why"), [(None, ()), (8, ()), (7, ("3 planned sessions are left.",)),
                                              (4, ("The planned number of sessions is reached.",))])  # fmt: skip
def test_the_ending_is_asked_about_near_the_end_of_what_is_planned(planned, why):
    prompts = sk.choose_prompts(*judge(4.2, 4.3, 4.2, 4.3), planned_sessions=planned)
    assert tuple(prompt.why for prompt in prompts) == why


def test_a_fall_ahead_of_a_new_start_is_not_still_down():
    rebases = pd.DataFrame({"case_id": ["C1"], "session": [6]})
    assert keys(*judge(*DOWN, marked=(5,), rebases=rebases), rebases=rebases) == []


def test_questions_are_few():
    others = [
        make_scores(4.0, 4.0, 4.1, 4.0, 4.0, 4.1, 4.0, rater="therapist"),
        *(scale("bond", 4.0, 2.0), scale("task", 4.0, 3.9), make_scores(*range(12, 2, -1), instrument="phq9")),
    ]
    said = [{"method": "gumz", "marked_onset": 5, "onset": 5, "type": "withdrawal"}]
    told = judge(*DOWN, marked=(5,), others=others, said=said)
    assert keys(*told) == ["unrecognised", "trust", "withdrawal", "not back"]
    assert keys(*told, most=9)[4:] == ["here and now", "silent"]


def test_every_finding_that_is_asked_after_is_in_the_evidence_with_its_strength():
    import ast
    import inspect

    from supervision_kit.prompts import asking

    calls = [node for node in ast.walk(ast.parse(inspect.getsource(asking))) if isinstance(node, ast.Call)]
    cited = {call.args[3].value for call in calls if getattr(call.func, "id", "") == "Asked" and len(call.args) > 3}
    assert cited <= set(EVIDENCE)
    assert len(cited) > 5
    assert {EVIDENCE[key].study.strength for key in cited} <= set(STRENGTHS)
    assert len(choosing._QUESTIONS) == len({question.__name__ for question in choosing._QUESTIONS})


def test_a_question_is_asked_in_the_language_of_the_page():
    told = judge(*DOWN, marked=(5,))
    english = sk.choose_prompts(*told)[0]
    with speaking("de"):
        german = sk.choose_prompts(*told)[0]
    assert german.key == english.key
    assert german.question != english.question
    assert "1,2" in german.why
