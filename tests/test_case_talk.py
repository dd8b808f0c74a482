"""What is said on the page of a case, without a browser: judged, annotated, noted, taken back; all of it kept."""

import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.apps.choice_list import ChoiceList
from supervision_kit.apps.judging_state import JudgingState
from supervision_kit.apps.said_state import SaidState
from supervision_kit.charts.said_rows import letter_of
from test_case_parts import type_into

FALLING = (4.2, 4.3, 4.2, 4.3, 3.1, 3.2, 3.1, 4.2, 4.3, 4.2)  # down by 1.1 at session 5, back at session 8
NASTY = "<img src=x onerror=alert(1)>"


def csv_of(*cases):
    return "\n".join(
        ["case_id,therapist_id,session,rater,instrument,score"]
        + [f"{case},T1,{n},client,wai_sr,{score}" for case, ratings in cases for n, score in enumerate(ratings, 1)]
    )


@pytest.fixture
def workspace(tmp_path):
    with sk.Workspace(tmp_path / "spring.sqlite", user="anna") as workspace:
        workspace.import_ratings(sk.read_ratings(csv_of(("C1", FALLING), ("C2", (4.2, 4.3) * 5)).encode()))
        yield workspace


@pytest.fixture
def state(workspace):
    return sk.apps.CaseState(workspace, case_id="C1", method=sk.AdjacentDrop())


@pytest.fixture
def page(state):
    return sk.apps.CasePage(state)


def walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def texts(widget):
    names = ("value", "description", "legend", "hint")
    return " ".join(str(getattr(one, name, "")) for one in walk(widget) for name in names)


def open_all(page):
    for fold in walk(page):
        if hasattr(fold, "button") and hasattr(fold.button, "is_open"):
            fold.button.is_open = True


# -- judging -----------------------------------------------------------------------------------------------------------


def test_the_first_thing_to_say_of_a_fall_is_a_verdict_and_it_is_kept_at_once(page, workspace):
    judging = page.judging
    assert [name for name, _ in judging.fall.options] == [
        "Sessions 5 to 7, marked by Drop from one session to the next"
    ]
    assert (judging.verdict.value, judging.more.layout.display) == ([], "none")
    judging.verdict.value = ["rupture"]
    (judgement,) = workspace.judgements("C1").to_dict("records")
    assert [judgement[name] for name in ("method", "marked_onset", "onset", "end", "verdict")] == [
        "adjacent_drop", 5, 5, 7, "rupture",
    ]  # fmt: skip
    assert judging.more.layout.display == ""
    judging.verdict.value = ["unsure"]
    assert workspace.judgements("C1")["verdict"].to_list() == ["unsure"]


def test_words_of_the_lens_and_the_3rs_are_kept_beside_what_was_said_before(page, workspace):
    open_all(page)
    judging = page.judging
    judging.verdict.value = ["rupture"]
    judging.type.value = ["withdrawal"]
    judging.markers.value = ["denial", "minimal response"]
    judging.strategies.value = ["owns contribution"]
    judging.lens.questions["touched"].value = ["honesty"]
    judging.outcome.value = ["repaired"]
    codes = workspace.codes("C1")
    assert set(zip(codes["kind"], codes["code"], strict=True)) == {
        ("marker", "denial"),
        ("marker", "minimal response"),
        ("strategy", "owns contribution"),
        ("touched", "honesty"),
    }
    (judgement,) = workspace.judgements("C1").to_dict("records")
    assert (judgement["verdict"], judgement["type"], judgement["outcome"]) == ("rupture", "withdrawal", "repaired")
    assert "honesty" in judging.lens.over_time.value
    judging.markers.value = []
    assert set(workspace.codes("C1")["kind"]) == {"strategy", "touched"}


def test_a_fall_that_was_no_rupture_has_no_kind_of_one_but_can_be_read_through_the_lens(page):
    page.judging.verdict.value = ["not a rupture"]
    assert page.judging.kind.layout.display == "none"
    assert page.judging.lens.fold.layout.display in ("", None)


def test_the_methods_fall_stays_as_it_is_when_the_supervisor_dates_it_differently(page, workspace, state):
    open_all(page)
    page.judging.verdict.value = ["rupture"]
    page.judging.onset.value = 4
    page.judging.end.value = 7
    (judgement,) = workspace.judgements("C1").to_dict("records")
    assert [judgement[name] for name in ("marked_onset", "onset", "end")] == [5, 4, 7]
    assert state.series_falls["onset"].to_list() == [5]
    (row,) = page.chart.figure["tables"]["judgements"]
    assert (row["first"], row["last"]) == (4, 7)


def test_an_onset_after_the_end_takes_the_end_along(page, workspace):
    open_all(page)
    page.judging.verdict.value = ["rupture"]
    page.judging.end.value = 5
    page.judging.onset.value = 7
    (judgement,) = workspace.judgements("C1").to_dict("records")
    assert (judgement["onset"], judgement["end"]) == (7, 7)


def test_a_rupture_that_no_method_marked_is_added_from_a_clicked_session_and_dated_anew(page, workspace, state):
    state.session = 5
    assert page.by_hand.layout.display == "none"  # the method marks it
    state.session = 2
    assert page.by_hand.description == "Add a rupture at session 2"
    page.by_hand.click()
    (judgement,) = workspace.judgements("C1").to_dict("records")
    assert [judgement[name] for name in ("method", "onset", "verdict")] == ["", 2, "rupture"]
    assert page.judging_state.fall.words == "Session 2, added by hand"
    open_all(page)
    page.judging.onset.value = 3
    assert workspace.judgements("C1")["onset"].to_list() == [3]
    assert page.judging_state.fall.words == "Session 3, added by hand"
    assert not page.banner.value


def test_a_judgement_stays_in_sight_when_another_method_marks_nothing_there(page, state):
    page.judging.verdict.value = ["rupture"]
    state.method = sk.PointsDrop(points=3)
    assert state.series_falls.empty
    assert [fall.words for fall in page.judging_state.falls] == [
        "Sessions 5 to 7, judged before as marked by Drop from one session to the next"
    ]
    assert page.judging.verdict.value == ["rupture"]
    assert page.chart.figure["tables"]["judgements"]


def test_a_clicked_session_chooses_the_fall_that_it_lies_in(page, state):
    state.session = 2
    page.by_hand.click()
    state.session = 5
    assert page.judging_state.chosen == "adjacent_drop 5"
    state.session = 2
    assert page.judging_state.chosen == " 2"


def test_a_judgement_taken_out_leaves_the_fall_unjudged(page, workspace):
    page.judging.verdict.value = ["rupture"]
    page.judging_state.take_back()
    assert workspace.judgements("C1").empty
    assert page.judging.verdict.value == []


def test_the_reason_is_a_draft_while_it_is_typed_and_part_of_the_judgement_when_the_field_is_left(page, workspace):
    page.judging.verdict.value = ["rupture"]
    type_into(page.judging.reason, "she looked away")
    assert workspace.judgements("C1")["reason"].fillna("").to_list() == [""]
    assert workspace.draft("reason of judgement 1", case_id="C1") == "she looked away"
    type_into(page.judging.reason, "she looked away", is_left=True)
    assert workspace.judgements("C1")["reason"].to_list() == ["she looked away"]
    assert workspace.draft("reason of judgement 1", case_id="C1") == ""


def test_a_reason_whose_kernel_died_is_there_when_the_page_opens_again(page, workspace):
    page.judging.verdict.value = ["rupture"]
    type_into(page.judging.reason, "she looked away")
    again = sk.apps.CasePage(sk.apps.CaseState(workspace, case_id="C1", method=sk.AdjacentDrop()))
    assert again.judging.reason.text == "she looked away"
    assert workspace.judgements("C1")["reason"].to_list() == ["she looked away"]


def test_last_words_of_a_reason_are_kept_where_they_belong_though_the_page_shows_another_case(page, workspace, state):
    page.judging.verdict.value = ["rupture"]
    about = page.judging.reason.field["about"]
    state.case_id = "C2"
    type_into(page.judging.reason, "she looked away", is_left=True, about=about)
    assert workspace.judgements("C1")["reason"].to_list() == ["she looked away"]
    assert not page.banner.value


# -- annotations -------------------------------------------------------------------------------------------------------


def annotate(page, *, session, kind, text="", cause=None):
    form = page.annotations
    form.form.button.is_open = True
    form.session.value, form.kind.value, form.rebases.value = session, kind, cause is not None
    type_into(form.text, text)
    if cause:
        type_into(form.cause, cause)
    form.keep.click()


def test_an_annotation_is_listed_with_the_letter_it_has_in_the_chart(page, workspace):
    annotate(page, session=8, kind="holiday", text="three weeks")
    annotate(page, session=4, kind="crisis")
    rows = page.chart.figure["tables"]["annotations"]
    assert [(row["session"], row["letters"]) for row in rows] == [(4, "a"), (8, "b")]
    first, second = page.annotations.listed.children
    assert "<b>a</b> Session 4: crisis" in first.children[0].value
    assert "three weeks" in second.children[0].value
    assert "three weeks" not in str(page.chart.figure)
    assert workspace.draft("annotation", case_id="C1") == ""


def test_a_new_start_needs_a_cause_and_breaks_the_line_there(page, workspace, state):
    annotate(page, session=5, kind="change of therapist", cause="")
    assert "only with a stated cause" in page.banner.value
    assert workspace.annotations("C1").empty
    annotate(page, session=5, kind="change of therapist", cause="T1 left")
    assert not page.banner.value
    assert workspace.annotations("C1")["cause"].to_list() == ["T1 left"]
    assert state.series_falls.empty  # 3.1 is compared with nothing before it
    runs = {row["session"]: row["run"] for row in page.chart.figure["tables"]["ratings"]}
    assert runs[4] != runs[5]


def test_an_annotation_is_changed_in_the_form_and_taken_out(page, workspace):
    annotate(page, session=4, kind="crisis", text="a call at night")
    (row,) = page.annotations.listed.children
    _, change, remove = row.children
    change.click()
    form = page.annotations
    assert (form.session.value, form.kind.value, form.text.text) == (4, "crisis", "a call at night")
    form.session.value = 6
    form.keep.click()
    assert workspace.annotations("C1")[["session", "text"]].to_numpy().tolist() == [[6, "a call at night"]]
    page.annotations.listed.children[0].children[2].click()
    assert workspace.annotations("C1").empty
    assert remove.description == "Take out"


def test_letters_go_on_after_z():
    assert [letter_of(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["a", "z", "aa", "az", "ba", "zz", "aaa"]


# -- notes, consent, undo ----------------------------------------------------------------------------------------------


def test_a_note_is_kept_changed_and_taken_out(page, workspace, state):
    state.session = 5
    type_into(page.notes.text, NASTY)
    page.notes.keep.click()
    (note,) = workspace.notes("C1").to_dict("records")
    assert (note["text"], note["session"]) == (NASTY, 5)
    assert page.notes.text.text == ""
    (row,) = page.notes.listed.children
    assert NASTY not in row.children[0].value
    row.children[1].click()
    assert page.notes.text.text == NASTY
    type_into(page.notes.text, "calmer now")
    page.notes.keep.click()
    assert workspace.notes("C1")["text"].to_list() == ["calmer now"]
    page.notes.listed.children[0].children[2].click()
    assert workspace.notes("C1").empty


def test_the_notes_are_folded_away_where_there_are_none(page, state, workspace):
    assert not page.notes.button.is_open
    workspace.add_note("C2", "calmer now")
    state.case_id = "C2"
    assert page.notes.button.is_open
    row = page.notes.listed.children[0]
    state.method = sk.PointsDrop()
    assert page.notes.listed.children[0] is row  # nothing is made anew that did not change


def test_an_empty_note_is_refused_in_words(page, workspace):
    page.notes.keep.click()
    assert "There is no text yet: write it first" in page.banner.value
    assert workspace.notes("C1").empty


def test_a_note_that_was_being_typed_is_there_for_its_case_and_for_no_other(page, state, workspace):
    type_into(page.notes.text, "half a sente")
    state.case_id = "C2"
    assert page.notes.text.text == ""
    again = sk.apps.CasePage(sk.apps.CaseState(workspace, case_id="C1"))
    assert again.notes.text.text == "half a sente"


@pytest.mark.parametrize(("answer", "kept"), [("given", [True]), ("refused", [False])])
def test_consent_is_asked_given_refused_or_open(page, workspace, answer, kept):
    page.consenting.button.is_open = True
    assert page.consent.answer.value == ["not asked"]
    page.consent.answer.value = [answer]
    assert workspace.consents()["teaching"].to_list() == kept
    page.consent.answer.value = ["not asked"]
    assert workspace.consents()["teaching"].isna().all()


def test_the_last_change_is_taken_back_and_the_page_shows_it(page, workspace):
    assert page.undo.description == ""
    page.judging.verdict.value = ["rupture"]
    annotate(page, session=5, kind="change of therapist", cause="T1 left")
    assert page.undo.description == "Undo: the annotation on C1"
    page.undo._handle_custom_msg({}, [])
    assert page.undo.told == "Taken back: the annotation on C1."
    assert page.annotations.listed.children[0].value.count("Nothing is written down here yet")
    assert page.judging_state.fall.words == "Sessions 5 to 7, marked by Drop from one session to the next"
    page.undo._handle_custom_msg({}, [])
    assert (page.judging.verdict.value, page.undo.description) == ([], "")
    assert workspace.judgements("C1").empty


# -- the page ----------------------------------------------------------------------------------------------------------


def test_previous_and_next_go_round_the_caseload(page, state):
    first, second = state.case_ids
    state.case_id = first
    assert "1 of 2, in the order of the caseload" in page.cases.place.value
    page.cases.after.click()
    assert (state.case_id, page.cases.case.value) == (second, second)
    page.cases.after.click()
    page.cases.before.click()
    assert state.case_id == second


def test_where_nothing_can_be_kept_one_sentence_says_how_and_nothing_can_be_said():
    page = sk.apps.CasePage(sk.apps.CaseState(make_scores(*FALLING, case_id="C1"), method=sk.AdjacentDrop()))
    assert page.said is None
    assert "is kept once their ratings are in a workspace. Import them on the page Load" in texts(page)
    assert not [one for one in walk(page) if isinstance(one, ChoiceList)]
    assert "judgements" not in page.chart.figure["tables"]
    assert page.by_hand.layout.display == "none"


def test_how_each_scale_moved_is_said_above_the_answers(tmp_path):
    rows = [
        f"C1,{n},client,wai_sr,{scale},{score}"
        for scale, scores in {"bond": (4.6, 4.6, 3.0), "task": (4.0, 4.2, 3.2), "total": (4.3, 4.4, 3.1)}.items()
        for n, score in enumerate(scores, 1)
    ]
    text = "\n".join(["case_id,session,rater,instrument,scale,score", *rows])
    with sk.Workspace(tmp_path / "w.sqlite") as workspace:
        workspace.import_ratings(sk.read_ratings(text.encode()))
        page = sk.apps.CasePage(sk.apps.CaseState(workspace, case_id="C1"))
        page.state.session = 3
        assert "total 4.4 → 3.1 · bond 4.6 → 3.0 · task 4.2 → 3.2" in page.session.said.value
        page.state.session = 1
        assert "→" not in page.session.said.value


def test_what_a_clicked_session_answers_or_why_nothing_can_be_shown(page, state):
    page.chart.picked = {"session": [5]}
    assert (state.session, page.session.session.value) == (5, 5)
    assert "finished scores" in page.session.said.value
    assert page.session.picture.layout.display == "none"
    page.session.session.value = 0
    assert (state.session, page.chart.picked) == (None, {})
    page.chart.picked = {"session": [99]}
    assert state.session is None


def test_an_error_within_a_change_is_said_and_not_wiped_away_by_the_change_around_it(page, monkeypatch):
    def fail(*_args, **_more):
        raise sk.SettingError("The chart cannot be drawn.")

    monkeypatch.setattr("supervision_kit.charts.trajectory", fail)
    page.picker.value = "C2"
    assert "The chart cannot be drawn." in page.banner.value


def test_a_page_can_be_written_out_as_notebooks_do(page):
    assert repr(page)


def test_states_of_what_is_said_need_no_widgets(state, workspace):
    judging = JudgingState(SaidState(state, workspace))
    judging.judge(verdict="rupture", type="mixed", codes={"move": ["going quiet"]})
    assert judging.judgement["type"] == "mixed"
    assert judging.codes["move"] == ["going quiet"]
    with pytest.raises(sk.UnknownNameError, match="fall"):
        judging.chosen = "tarot 3"
