"""The page of a consultation without a browser: what each role sees and does."""

import html
import json
import time

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.apps import ConsultationPage, FacilitatorState, ParticipantState, following
from supervision_kit.apps.answer_view import OwnAnswer
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.facilitator_view import FacilitatorView
from supervision_kit.apps.group_words import tell_move
from supervision_kit.apps.revealed import see_case
from supervision_kit.apps.source import Source
from supervision_kit.apps.timer_view import TimerView
from supervision_kit.consulting import QUESTIONS, Stage
from supervision_kit.errors import ConsultationError, UnknownNameError

FELL = (4.2, 4.3, 4.2, 4.1, 3.1, 3.6, 4.1, 4.3, 4.4)
CALM = (4.0, 4.1, 4.0, 4.2, 4.1, 4.0, 4.1, 4.2, 4.1)


@pytest.fixture
def source():
    cases = [make_scores(*FELL, case_id="C07"), make_scores(*CALM, case_id="C02")]
    return Source(pd.concat(cases, ignore_index=True))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "monday.sqlite"


@pytest.fixture
def leading(source, path):
    state = FacilitatorState(source, sk.Facilitation(path))
    state.choose_case("C07")
    state.name_people(6)
    yield state
    state.close()


@pytest.fixture
def seat(source, path, leading):  # noqa: ARG001 - the group has begun
    state = ParticipantState(source, sk.Participation(path, viewer="v1"))
    yield state
    state.close()


def scores_in(chart):
    return [row["score"] for row in chart.figure["tables"]["ratings"]]


def type_in(field, text):
    """Type a text, as the browser hands it over."""
    field._take(field, {"about": field.field["about"], "n": 1, "text": text, "is_left": False}, [])


def everything_sent(page):
    """Return all that a page's widgets hold, as it goes to a browser."""
    found, waiting = [], [page]
    while waiting:
        widget = waiting.pop()
        found.append({name: value for name, value in widget.get_state().items() if name not in ("_esm", "children")})
        waiting += getattr(widget, "children", ())
    return json.dumps(found, default=str)


def test_a_group_follows_its_facilitator_and_sees_nothing_later(leading, seat):
    page = ConsultationPage(seat)
    assert scores_in(page.view.chart) == [4.2]
    leading.reveal(5)
    seat.look()
    assert scores_in(page.view.chart) == [4.2, 4.3, 4.2, 4.1, 3.1]
    assert "up to session 5" in page.view.where.value
    assert "up to session 5" in page.view.heard.said
    sent = everything_sent(page)
    assert "3.1" in sent
    assert not any(later in sent for later in ("3.6", "4.4", '"session": 6'))
    leading.step(1)
    leading.step(-2)
    seat.look()
    assert scores_in(page.view.chart) == [4.2, 4.3, 4.2, 4.1]
    leading.step(-9)
    assert leading.stage.revealed == 1


def test_what_methods_say_stays_unsaid_until_it_is_shown(leading, seat):
    page = ConsultationPage(seat)
    leading.reveal(6)
    seat.look()
    said = "marked below", "Personal limits", "is marked", "marked (R)"
    tables = json.dumps(page.view.chart.figure["tables"])
    assert not any(word in tables + page.view.said.value for word in said)
    assert page.view.methods.children == ()
    leading.show("methods")
    seat.look()
    tables = json.dumps(page.view.chart.figure["tables"])
    assert "Personal limits" in tables
    assert scores_in(page.view.chart) == [4.2, 4.3, 4.2, 4.1, 3.1, 3.6]
    assert "What the methods say" in page.view.said.value
    assert "Falls and repairs" not in page.view.said.value
    (methods,) = page.view.methods.children
    methods.button.is_open = True
    assert methods.strips.figure["tables"]
    leading.reveal(7)
    seat.look()
    assert page.view.said.value == ""


def test_methods_judge_what_is_seen_as_they_would_have_then(source):
    whole, seen = CaseState(source, case_id="C07"), see_case(source, "C07", 5)
    columns = ["session", "score", "limit", "is_rupture"]
    then = whole.marks[whole.marks["session"] <= 5]
    pd.testing.assert_frame_equal(
        seen.marks[columns].reset_index(drop=True), then[columns].reset_index(drop=True)
    )  # personal limits look back only
    assert seen.comparison["session"].max() == 5
    assert set(seen.source.cases) == {"C07"}


def test_what_happened_is_all_of_it(leading, seat):
    page = ConsultationPage(seat)
    leading.reveal(5)
    leading.show("outcome")
    seat.look()
    assert scores_in(page.view.chart) == list(FELL)
    assert "What happened" in page.view.said.value
    assert "Falls and repairs" in page.view.said.value
    assert leading.suggested == ()
    leading.show("outcome", is_shown=False)
    seat.look()
    assert scores_in(page.view.chart) == list(FELL[:5])
    assert "4.4" not in everything_sent(page)


def test_one_answers_for_oneself_and_sees_what_all_answered(source, path, leading, seat):
    page = ConsultationPage(seat)
    choices = page.view.children[4].choices
    leading.ask_group(["rupture", "try"])
    seat.look()
    assert page.view.children[4].layout.display == ""
    assert (choices["rupture"].layout.display, choices["type"].layout.display) == ("", "none")
    choices["rupture"].value = ["rupture"]
    choices["try"].value = ["invites", "validates"]
    assert "Kept: a rupture" in page.view.children[4].status.value
    assert (leading.n_answered, seat.together) == (0, ())  # the facilitator has not looked yet
    leading.look()
    assert leading.n_answered == 1
    assert not hasattr(leading, "own_answer")
    again = ParticipantState(source, sk.Participation(path, viewer="v1"))
    assert ConsultationPage(again).view.children[4].choices["try"].value == ["invites", "validates"]
    for viewer in ("v2", "v3", "v4"):
        sk.Participation(path, viewer=viewer).answer({"rupture": ("unsure",)}, round=1)
    leading.show("answers")
    seat.look()
    together = page.view.together.value
    assert "3 of 4" in together
    assert "1 of 4" in together
    assert "1 person answered this" in together  # what to try: too few
    assert "invites" not in html.unescape(together)
    assert choices["rupture"].layout.display == "none"
    assert "Your answer: a rupture" in page.view.children[4].status.value


def test_a_choice_that_comes_too_late_is_said_and_undone(leading, seat):
    page = ConsultationPage(seat)
    answer = page.view.children[4]
    leading.ask_group(["rupture"])
    seat.look()
    leading.close_round()
    answer.choices["rupture"].value = ["rupture"]
    assert "closed" in page.banner.value
    assert (answer.choices["rupture"].value, seat.own_answer) == ([], {})


def test_the_facilitators_controls_do_what_they_say(leading):
    page = ConsultationPage(leading)
    view, asking = page.leading, page.leading.asking
    assert isinstance(view, FacilitatorView)
    assert (view.case.value, view.session.value) == ("C07", 1)
    view.next.click()
    assert (leading.stage.revealed, view.session.value) == (2, 2)
    view.session.value = 6
    view.question.value = "  What changed at 5? <b> "
    assert leading.stage.question == "What changed at 5? <b>"
    assert "&lt;b&gt;" in page.view.question.value
    assert leading.suggested
    view.suggested.value = leading.suggested[0]
    assert (leading.stage.question, view.question.value) == (leading.suggested[0], leading.suggested[0])
    assert asking.group.description == "Ask the group"
    asking.asked.value = ["rupture"]
    asking.group.click()
    assert (leading.stage.is_open, leading.stage.asked) == (True, ("rupture",))
    assert asking.group.description == "Show the answers together"
    assert all(control.disabled for control in (view.case, view.next, view.session, *view.shown.values()))
    asking.group.click()
    assert leading.stage.shown == {"answers"}
    assert "Nobody answered this" in page.view.together.value
    view.shown["methods"].click()
    assert view.shown["methods"].description == "Hide what the methods say"
    view.shown["methods"].click()
    assert leading.stage.shown == {"answers"}
    view.case.value = "C02"
    assert (leading.stage.case_id, leading.stage.revealed, leading.stage.question) == ("C02", 1, "")
    assert page.banner.value == ""


def test_what_is_refused_is_said_and_the_controls_show_what_is(leading):
    page = ConsultationPage(leading)
    page.leading.asking.asked.value = []
    page.leading.asking.group.click()
    assert "Choose what to ask first" in page.banner.value
    page.leading.question.value = "why? " * 200
    assert "500 letters" in page.banner.value
    assert page.leading.question.value == ""


def test_two_who_lead_see_each_others_steps_and_notes(source, path, leading):
    other = FacilitatorState(source, sk.Facilitation(path))
    page, own = ConsultationPage(other), ConsultationPage(leading)
    leading.note("C07", "rose")
    leading.reveal(4)
    leading.decide("ask her")
    other.look()
    assert (page.leading.session.value, page.scribe.notes.text) == (4, "rose")
    assert own.scribe.notes.text == "rose"
    assert "ask her" in page.view.agreed.value
    leading.choose_case("C02")
    other.look()
    assert (page.scribe.notes.text, page.view.agreed.value) == ("", "")


def test_the_scribe_keeps_changes_and_takes_out_what_was_agreed(leading):
    page = ConsultationPage(leading)
    scribe = page.scribe
    scribe.keep.click()
    assert "Write down what was agreed first" in page.banner.value
    type_in(scribe.decision, "ask <her>")
    scribe.keep.click()
    assert [one.text for one in leading.decisions] == ["ask <her>"]
    assert leading.decisions[0].session == 9
    assert "ask &lt;her&gt;" in page.view.agreed.value
    scribe._change(leading.decisions[0].id)
    assert scribe.decision.text == "ask <her>"
    type_in(scribe.decision, "wait")
    scribe.keep.click()
    assert [one.text for one in leading.decisions] == ["wait"]
    scribe.listed._act["remove"](leading.decisions[0].id)
    assert leading.decisions == ()


def test_what_is_being_written_is_there_again_after_a_reload_for_its_case(source, path, leading):
    scribe = ConsultationPage(leading).scribe
    type_in(scribe.decision, "half a sen")
    again = ConsultationPage(FacilitatorState(source, sk.Facilitation(path))).scribe
    assert (again.decision.text, again.keep.description) == ("half a sen", "Keep what was agreed")
    about = scribe.decision.field["about"]
    leading.choose_case("C02")
    assert scribe.decision.text == ""
    late = {"about": about, "n": 2, "text": "half a sentence", "is_left": True}
    scribe.decision._take(scribe.decision, late, [])  # the last words, still on their way
    assert scribe.decision.text == ""
    leading.choose_case("C07")
    assert scribe.decision.text == "half a sentence"
    scribe.keep.click()
    assert [one.text for one in leading.decisions] == ["half a sentence"]
    assert (scribe.decision.text, leading.draft()) == ("", "")


def test_a_change_that_was_begun_is_left_with_its_button(leading):
    scribe = ConsultationPage(leading).scribe
    leading.decide("wait")
    (kept,) = leading.decisions
    type_in(scribe.decision, "another thing")
    scribe._change(kept.id)
    assert scribe.decision.text == "wait"
    type_in(scribe.decision, "do not wait")
    scribe.leave.click()
    assert (scribe.decision.text, leading.draft(kept.id)) == ("another thing", "")
    scribe._change(kept.id)
    leading.change_decision(kept.id, "")  # taken out meanwhile
    assert (scribe.decision.text, scribe.keep.description) == ("another thing", "Keep what was agreed")


def test_how_many_are_here_and_what_will_not_be_shown_is_said_before_the_group_is_asked(source, path):
    leading = FacilitatorState(source, sk.Facilitation(path))
    page = ConsultationPage(leading)
    asking = page.leading.asking
    leading.choose_case("C07")
    leading.seat.be_here()
    leading.look()
    assert "1 is here, with you." in asking.present.value
    assert "Say how many people that is" in asking.present.value
    asking.group.click()
    assert "Say first how many people the group is" in page.banner.value
    asking.people.value = 3
    assert leading.stage.people == 3
    assert "Fewer than 4 answers are not told apart" in asking.present.value
    seats = [sk.Participation(path, viewer=viewer) for viewer in ("v1", "v2", "v3")]
    for seat in seats:
        seat.be_here()
    leading.look()
    assert "4 are here, with you." in asking.present.value
    assert "More are here than you have said" in asking.present.value
    asking.group.click()
    for seat in (*seats, leading.seat.consultation):
        seat.answer({"rupture": ("unsure",)}, round=1)
    asking.group.click()
    assert "4 sign-ins, but 3 people" in page.banner.value
    assert leading.stage.is_open
    asking.people.value = 4
    assert asking.present.value.count("<p") == 1
    asking.group.click()
    assert "4 of 4" in page.view.together.value
    asking.people.value = 0
    assert ("from 1 to 99" in page.banner.value, asking.people.value) == (True, 4)


def test_whoever_leads_answers_as_one_of_four_and_as_privately(source, path, leading):
    page = ConsultationPage(leading)
    own = page.view.children[4]
    assert isinstance(own, OwnAnswer)
    assert (own.layout.display, own.button.is_open) == ("none", False)
    leading.ask_group(["rupture"])
    page._look()
    assert (own.layout.display, own.body.layout.display) == ("", "none")  # who sees their screen sees no answer
    own.button.is_open = True
    own.answer.choices["rupture"].value = ["rupture"]
    for viewer in ("v1", "v2", "v3"):
        sk.Participation(path, viewer=viewer).answer({"rupture": ("unsure",)}, round=1)
    other = ConsultationPage(FacilitatorState(source, sk.Facilitation(path), viewer="a scribe"))
    assert "a rupture" not in other.view.children[4].answer.status.value
    page._look()
    assert "4 have answered" in page.leading.asking.count.value
    leading.show("answers")
    assert "1 of 4" in page.view.together.value


def test_who_comes_after_the_answers_were_shown_is_told_so(source, path, leading):
    leading.ask_group(["rupture"])
    leading.show("answers")
    late = ConsultationPage(ParticipantState(source, sk.Participation(path, viewer="late")))
    answer = late.view.children[4]
    assert "You did not answer this question." in answer.status.value
    assert all(choices.layout.display == "none" for choices in answer.choices.values())


def test_controls_that_can_do_nothing_now_say_why(source, path):
    leading = FacilitatorState(source, sk.Facilitation(path))
    page = ConsultationPage(leading)
    view = page.leading
    assert (view.next.disabled, "Choose a case" in view.why.value) == (True, True)
    view.case.value = "C07"
    assert (view.next.disabled, view.why.value) == (False, "")
    view.session.value = 9
    assert "This is the last session." in view.why.value
    leading.show("outcome")
    assert (view.next.disabled, "Hide it to go" in view.why.value) == (True, True)
    leading.show("outcome", is_shown=False)
    leading.name_people(4)
    leading.ask_group(["rupture"])
    assert (view.case.disabled, "The group is answering" in view.why.value) == (True, True)
    leading.close_round()
    view.case.value = ""
    assert (leading.stage.case_id, leading.stage.people) == ("", 4)
    assert "No case is looked at now" in page.view.where.value
    assert page.banner.value == ""


def test_whoever_leads_gathers_the_group_where_a_server_keeps_the_other_pages(monkeypatch, source, path):
    alone = ConsultationPage(FacilitatorState(source, sk.Facilitation(path)))
    assert alone.leading.gathered not in alone.leading.children  # nobody would hold it
    monkeypatch.setenv("SUPERVISION_KIT_ROLE", "facilitator")
    leading = FacilitatorState(source, sk.Facilitation(path))
    view = ConsultationPage(leading).leading
    assert view.gathered in view.children
    assert view.gathered.value is False
    leading.choose_case("C07")
    assert view.gathered.value is True
    view.gathered.value = False
    with sk.Consultation(path) as server:
        assert server.is_gathered is False


def test_the_time_is_led_and_shown(leading, seat):
    lead, follow = ConsultationPage(leading), ConsultationPage(seat)
    (timer,) = [part for part in lead.leading.children if isinstance(part, TimerView)]
    assert follow.view.time.clock["left"] == 900
    timer.run.click()
    timer.after.click()
    seat.look()
    clock = follow.view.time.clock
    assert (clock["part"], clock["is_running"]) == ("Part 2 of 3: Exploring it", True)
    assert 895 < clock["left"] <= 900
    timer.minutes[1].value = 20
    assert leading.stage.timer.minutes == (15, 20, 15)
    timer.run.click()
    assert not leading.stage.timer.is_running
    for _ in range(3):
        timer.before.click()
    assert leading.stage.timer.part == 1


def test_nothing_is_sent_where_nothing_changed(leading, seat):
    page = ConsultationPage(seat)
    sent = []
    for widget in (page.view.chart, page.view.where, page.view.together, page.view.time, page.view.heard):
        widget.observe(sent.append)
    leading.note("C07", "rose")
    seat.be_here()
    leading.look()
    seat.look()
    assert sent == []


def test_a_page_follows_while_it_is_open_and_stops_when_it_is_not(leading, seat, monkeypatch):
    monkeypatch.setattr(following, "EVERY", 0.01)
    monkeypatch.setattr(following, "PATIENCE", 0.3)
    page = ConsultationPage(seat)
    assert not page.following.is_following
    page.following.hear()
    assert page.following.is_following
    leading.reveal(3)
    give_up = time.monotonic() + 10
    while len(scores_in(page.view.chart)) != 3 and time.monotonic() < give_up:
        time.sleep(0.01)
    assert scores_in(page.view.chart) == [4.2, 4.3, 4.2]
    leading.look()
    assert leading.n_present == 1  # as many as gave a sign of a page
    while page.following.is_following and time.monotonic() < give_up:
        time.sleep(0.01)
    assert not page.following.is_following
    page.following.hear()
    assert page.following.is_following
    page.following.close()


def test_who_is_alone_can_see_it_as_a_participant_does(leading):
    page = ConsultationPage(leading)
    page.swap.click()
    assert (page.own.layout.display, page.as_participant.layout.display) == ("none", "")
    leading.ask_group(["rupture"])
    page._look()
    view = page.as_participant.children[0]
    view.children[4].choices["rupture"].value = ["unsure"]
    leading.look()
    assert leading.n_answered == 1
    page.swap.click()
    assert page.own.layout.display == ""


def test_a_case_that_is_not_among_these_ratings_is_said(path, leading):
    elsewhere = Source(make_scores(4.0, 4.1, case_id="C99"))
    page = ConsultationPage(ParticipantState(elsewhere, sk.Participation(path, viewer="v1")))
    assert "not among the ratings" in page.view.where.value
    assert "C07" not in everything_sent(page)
    with pytest.raises(UnknownNameError, match="session"):
        leading.reveal(77)
    with pytest.raises(UnknownNameError, match="case"):
        leading.choose_case("rose")


# Who one is


def open_page(monkeypatch, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(f"SUPERVISION_KIT_{name}", str(value))
    return sk.apps.consultation_page(sample="data_samples/caseload_items.xlsx")


def test_the_server_says_who_leads_and_the_address_cannot(monkeypatch, path):
    monkeypatch.setenv("QUERY_STRING", "case=C07&seat=2&role=facilitator")
    page = open_page(monkeypatch, ROLE="participant", VIEWER="abc", CONSULTATION=path)
    assert isinstance(page.state, ParticipantState)
    assert page.state.consultation.viewer == "abc"
    assert not hasattr(page, "leading")
    assert page.swap not in page.children
    assert page.state.stage == Stage()  # the address chose no case
    monkeypatch.setenv("QUERY_STRING", "seat=2")
    page = open_page(monkeypatch, ROLE="facilitator")
    assert isinstance(page.state, FacilitatorState)
    assert page.swap not in page.children


def test_an_unknown_role_takes_part_and_leads_nothing(monkeypatch, path):
    page = open_page(monkeypatch, ROLE="rose", VIEWER="abc", CONSULTATION=path)
    assert isinstance(page.state, ParticipantState)


@pytest.mark.parametrize("environment", [{"ROLE": "participant", "VIEWER": "abc"}, {"ROLE": "participant"}])
def test_without_a_session_or_a_sign_in_there_is_a_page_that_says_so(monkeypatch, path, environment):
    if "VIEWER" not in environment:
        environment = {**environment, "CONSULTATION": path}
    page = open_page(monkeypatch, **environment)
    assert "sk-banner-error" in page.banner._dom_classes


def test_alone_one_leads_over_the_workspace_and_finds_it_again(monkeypatch, tmp_path):
    with sk.Workspace(tmp_path / "workspace.sqlite") as workspace:
        workspace.import_ratings(sk.read_ratings("data_samples/caseload_tidy.csv"))
    monkeypatch.setenv("QUERY_STRING", "case=C07")
    page = open_page(monkeypatch)
    assert isinstance(page.state, FacilitatorState)
    assert page.state.stage.case_id == "C07"
    assert page.swap in page.children
    assert (tmp_path / "workspace_consultation.sqlite").exists()
    page.state.note("C07", "rose")
    monkeypatch.setenv("QUERY_STRING", "seat=1")
    seat = open_page(monkeypatch)
    assert isinstance(seat.state, ParticipantState)
    assert (seat.state.stage.case_id, seat.state.consultation.viewer) == ("C07", "seat 1")


def test_over_a_workspace_what_was_agreed_goes_into_it_and_the_next_session_begins_empty(path, tmp_path):
    with sk.Workspace(tmp_path / "spring.sqlite") as workspace:
        workspace.import_ratings(sk.read_ratings("data_samples/caseload_tidy.csv"))
        leading = FacilitatorState(Source(workspace), sk.Facilitation(path))
        page = ConsultationPage(leading)
        leading.choose_case("C07")
        leading.note("C07", "rose")
        leading.decide("ask her")
        page.after.bring.click()
        assert "1 decision and 1 note" in page.after.done.value
        decision = workspace.decisions("C07").iloc[0]
        assert (decision["text"], decision["session"]) == ("ask her", leading.sessions[-1])
        page.after.anew.click()
        assert (leading.stage, leading.notes) == (Stage(), "")
        page.after.file.value = str(tmp_path / "nowhere.sqlite")
        page.after.bring.click()
        assert "no file of a consultation" in page.banner.value
        page.close()


def test_a_published_page_offers_no_workspace(leading):
    page = ConsultationPage(leading)
    assert page.after.bring not in page.after.body.children
    assert "consult bring-back" in page.after.body.children[0].value


# Words


def stage_of(**more):
    return Stage(case_id="C07", revealed=3, **more)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Stage(), stage_of(), "The group now looks at C07, session 3."),
        (stage_of(), stage_of(asked=("rupture",), is_open=True), "You are asked: Is this a rupture?"),
        (
            stage_of(asked=("rupture",), is_open=True),
            stage_of(asked=("rupture",)),
            "The question to the group is closed.",
        ),
        (stage_of(), stage_of(shown=frozenset({"methods"})), "What the methods say is shown."),
        (stage_of(), stage_of(question="why?"), "The question is now: why?"),
        (stage_of(), Stage(), "The group has left the case."),
        (stage_of(shown=frozenset({"methods"})), stage_of(), ""),
        (stage_of(), stage_of(), ""),
    ],
)
def test_what_moved_is_said(before, after, said):
    assert tell_move(before, after) == said


def test_every_choice_has_words():
    for question in QUESTIONS.values():
        assert all(term.words for term in question.terms.values())
    assert ConsultationError.__mro__[1] is sk.SupervisionKitError
