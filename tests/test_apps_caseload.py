"""The page of the caseload without a browser: what is new, the order, what is set aside, what is listed."""

from datetime import date

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.apps.caseload_state import CASES_PER_PAGE
from supervision_kit.apps.supervisee_state import SuperviseeState
from supervision_kit.apps.therapist_state import NO_THERAPIST
from supervision_kit.words import say_day, speaking

OPEN = (4.2, 4.3, 4.2, 4.3, 3.1, 3.2, 3.1, 3.2)
MENDED = (4.2, 4.3, 4.2, 4.3, 3.1, 3.6, 4.2, 4.3)
STEADY = (4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2, 4.3)
STOPPED = (4.2, 4.3, 4.2, 4.3)
THERAPIST = (4.0, 4.1, 4.0, 4.1, 4.0, 4.1, 4.0, 4.1)
TOP = (4.0, 5.0, 5.0, 5.0, 5.0, 5.0)


def dated(*score, case_id, **about):
    """Ratings a week apart from 5 January 2026 on."""
    days = pd.Timestamp("2026-01-05") + pd.to_timedelta(7 * pd.RangeIndex(len(score)).to_numpy(), unit="D")
    return make_scores(*score, case_id=case_id, **about).assign(date=days)


@pytest.fixture
def scores():
    return pd.concat(
        [
            dated(*OPEN, case_id="open"),
            dated(*MENDED, case_id="mended"),
            dated(*STEADY, case_id="steady", therapist="T2"),
            dated(*STOPPED, case_id="gone", therapist="T2"),
            dated(*THERAPIST, case_id="gone", therapist="T2", rater="therapist"),
        ]
    )


@pytest.fixture
def state(scores):
    return sk.apps.CaseloadState(scores, method=sk.AdjacentDrop())


@pytest.fixture
def workspace(scores, tmp_path):
    with sk.Workspace(tmp_path / "hour.sqlite", user="supervisor") as opened:
        opened.import_ratings(make_ratings(scores))
        yield opened


@pytest.fixture
def kept(workspace):
    return sk.apps.CaseloadState(workspace, method=sk.AdjacentDrop())


def make_ratings(scores):
    """The same scores as a clinic's file brings them."""
    return sk.read_ratings(scores.to_csv(index=False).encode())


def codes(state):
    return [entry.case_id for entry in state.entries]


def sizes(state):
    return {name: len(cases) for name, cases in state.listed.items() if len(cases)}


def press(page, **message):
    page.cases._handle_custom_msg(message, [])


# -- what is new -------------------------------------------------------------------------------------------------------


def test_without_a_workspace_new_forms_are_those_of_a_day_or_later(state):
    assert state.new_forms is None
    state.pick_since(date(2026, 2, 16))  # the seventh session is on that day
    assert sorted(state.new_forms["session"].unique()) == [7, 8]
    assert state.answer.startswith("Since 16 February 2026: 8 new ratings. 2 of 4 cases may need a word:")
    state.pick_since(None)
    assert state.since is None
    assert state.answer.startswith("2 of 4 cases")


def test_a_workspace_remembers_the_last_supervision(workspace, scores):
    workspace.end_supervision(workspace.start_supervision())
    later = pd.concat([scores, dated(*STEADY, case_id="later")])
    workspace.import_ratings(make_ratings(later))
    state = sk.apps.CaseloadState(workspace, method=sk.AdjacentDrop())
    assert state.since == workspace.last_supervision()
    assert set(state.new_forms["case_id"]) == {"later"}
    state.only_new, state.group = True, "quiet"
    assert codes(state) == ["later"]
    assert state.entries[0].new_sessions == (1, 2, 3, 4, 5, 6, 7, 8)


def test_the_page_goes_on_once_the_supervision_is_closed(kept, workspace):
    page = sk.apps.CaseloadPage(kept)
    press(page, do="agenda", case="open")
    page.agenda.close_button.click()
    assert not page.banner.value
    today = workspace.last_supervision().to_pydatetime().astimezone().date()
    assert page.since.value == today
    assert f"Since {say_day(today)}: 0 new ratings." in page.summary.value
    again = sk.apps.CaseloadPage(sk.apps.CaseloadState(workspace, method=sk.AdjacentDrop()))
    assert (again.banner.value, again.since.value) == ("", today)


def test_a_new_fall_is_called_new_and_an_old_one_is_not(state):
    state.pick_since(date(2026, 2, 2))  # the fifth session
    reasons = {one["reason"]: one for one in state.told["open"]}
    assert reasons["open"]["is_new"]
    assert "new_fall" in reasons
    state.pick_since(date(2026, 2, 9))
    reasons = {one["reason"]: one for one in state.told["open"]}
    assert not reasons["open"]["is_new"]
    assert "new_fall" not in reasons


# -- the order ---------------------------------------------------------------------------------------------------------


def test_weights_change_the_order_at_once_without_a_new_run_of_the_line(state):
    line = state.line
    assert codes(state) == ["open", "gone"]
    state.set_weight("missing", 50)
    assert codes(state) == ["gone", "open"]
    assert state.line is line
    state.keep_weights({})
    assert codes(state) == ["open", "gone"]


def test_a_weight_that_is_the_kits_own_again_is_not_kept(state):
    state.set_weight("missing", 50)
    state.set_weight("missing", 2)
    assert state.weights == {}


def test_a_weight_that_makes_no_sense_is_refused_and_changes_nothing(state):
    with pytest.raises(sk.SettingError):
        state.set_weight("missing", -1)
    with pytest.raises(sk.UnknownNameError):
        state.set_weight("nonsense", 1)
    assert state.weights == {}


def test_a_workspace_remembers_weights_and_planned_sessions(kept, workspace):
    kept.set_weight("missing", 50)
    kept.plan_sessions(9)
    again = sk.apps.CaseloadState(workspace, method=sk.AdjacentDrop())
    assert again.weights == {"missing": 50}
    assert codes(again)[0] == "gone"
    assert "near_end" in {one["reason"] for one in again.told["open"]}


def test_weights_kept_by_another_version_do_no_harm(workspace):
    workspace.set_preference("weights", {"gone": 3, "missing": "much", "open": 7})
    assert sk.apps.CaseloadState(workspace).weights == {"open": 7.0}


# -- set aside ---------------------------------------------------------------------------------------------------------


def test_a_case_that_is_set_aside_leaves_the_list_and_stays_findable(kept):
    kept.set_aside("open", "not today", reason="discussed on Tuesday")
    assert codes(kept) == ["gone"]
    assert kept.answer.startswith("1 of 3 cases may need a word.")
    kept.group = "aside"
    assert [(one.case_id, one.flag, one.flag_reason) for one in kept.entries] == [
        ("open", "not today", "discussed on Tuesday")
    ]
    kept.take_up("open")
    kept.group = "needs_word"
    assert codes(kept) == ["open", "gone"]


def test_a_case_that_was_seen_comes_back_with_a_new_form(kept, workspace, scores):
    kept.set_aside("gone", "seen")
    assert codes(kept) == ["open"]
    more = pd.concat([scores, make_scores(4.0, sessions=[9], case_id="gone", therapist="T2", rater="therapist")])
    workspace.import_ratings(make_ratings(more))
    kept.refresh(ratings=True)
    assert codes(kept) == ["open", "gone"]


def test_setting_aside_can_be_undone(kept):
    kept.set_aside("open", "seen")
    assert "open" in kept.undoable
    kept.undo()
    assert codes(kept) == ["open", "gone"]


def test_where_nothing_is_kept_nothing_is_set_aside_and_the_page_says_where_to_import(state):
    state.set_aside("open", "seen")
    assert codes(state) == ["open", "gone"]
    page = sk.apps.CaseloadPage(state)
    assert "Import them on the page Load" in page.keeping.value
    assert page.agenda not in page.children
    assert "set_aside" not in page.cases.content


def test_a_decision_made_a_moment_ago_is_no_reason_to_talk(kept):
    page = sk.apps.CaseloadPage(kept)
    page.agenda_state.decide("steady", "name the silence")
    assert "decision" not in {one["reason"] for one in kept.told.get("steady", ())}
    assert "silence" not in page.cases.content


# -- what is listed ----------------------------------------------------------------------------------------------------


def test_every_case_stands_in_one_group(state):
    assert sizes(state) == {"needs_word": 2, "came_back": 1, "quiet": 1}


def test_what_stands_for_weeks_is_worth_asking_about_and_needs_no_word(scores):
    together = pd.concat([scores, dated(*TOP, case_id="top")])
    state = sk.apps.CaseloadState(together, method=sk.AdjacentDrop())
    assert sizes(state) == {"needs_word": 2, "to_ask": 1, "came_back": 1, "quiet": 1}
    assert "1 is worth asking about when there is time." in state.answer
    state.query = "top"
    assert "3 of 5" not in state.answer


@pytest.mark.parametrize(
    ("cases", "answer"),
    [
        (["open"], "1 of 1 case may need a word: the client's rating is down by now."),
        (["open", "steady"], "1 of 2 cases may need a word: the client's rating is down by now."),
        (["gone"], "1 of 1 case may need a word."),
        (["steady"], "Nothing stands out in 1 case."),
    ],
)
def test_the_answer_reads_well_for_one(scores, cases, answer):
    state = sk.apps.CaseloadState(scores[scores["case_id"].isin(cases)], method=sk.AdjacentDrop())
    assert state.answer == answer


def test_where_no_case_needs_a_word_what_can_wait_is_said_without_more():
    state = sk.apps.CaseloadState(pd.concat([dated(*TOP, case_id="a"), dated(*STEADY, case_id="b")]))
    assert state.answer.startswith("By their ratings none of 2 cases needs a word. 1 is worth asking about")


def test_cases_without_a_therapists_code_are_chosen_and_taken_together(scores):
    is_lacking = scores["case_id"].isin(["open", "mended"])
    table = scores.assign(therapist_id=scores["therapist_id"].mask(is_lacking))
    state = sk.apps.CaseloadState(table, method=sk.AdjacentDrop())
    assert [words for words, _ in state.therapist_choices] == ["all", "T2", "without a therapist’s code"]
    page = sk.apps.CaseloadPage(state)
    page.therapist.value = NO_THERAPIST
    assert sorted(state.cases["case_id"]) == ["mended", "open"]
    assert SuperviseeState(state).sentences[0] == "2 cases; of 2 the ratings can be judged."
    assert page.supervisee.together.button.description == "The cases without a therapist’s code together"
    assert "isna()" in state.line_as_code


def test_no_choice_of_cases_without_a_code_where_all_have_one_or_none_has(scores, state):
    assert NO_THERAPIST not in dict(state.therapist_choices).values()
    nobody = sk.apps.CaseloadState(scores.assign(therapist_id=pd.NA), method=sk.AdjacentDrop())
    assert nobody.therapist_choices == [("all", "")]


def test_a_case_that_only_the_therapist_rated_says_who_rated():
    """12 sessions by the therapist, who fell at 7 and did not come back."""
    fell = dated(*[4.2, 4.3, 4.2, 4.3, 4.2, 4.3] + [3.0, 3.1] * 3, case_id="own", rater="therapist")
    state = sk.apps.CaseloadState(pd.concat([fell, dated(*STEADY, case_id="steady")]), method=sk.AdjacentDrop())
    page = sk.apps.CaseloadPage(state)
    assert codes(state) == ["own"]
    assert [one["reason"] for one in state.entries[0].reasons] == ["therapist_fell", "no_forms"]
    assert "no session rated by the client, 12 by the therapist" in page.cases.content
    assert "Rated by the therapist. 12 rated sessions, the latest 3.1. Marked: 7." in page.cases.content


def test_cases_are_filtered_by_reason_code_and_therapist(state):
    state.reason = "missing"
    assert codes(state) == ["gone"]
    state.reason, state.query = "", " O "
    assert codes(state) == ["open", "gone"]
    state.query = "OPEN"
    assert codes(state) == ["open"]
    state.query, state.therapist_id = "", "T2"
    assert codes(state) == ["gone"]


def test_a_query_is_text_and_no_pattern(state):
    state.query = ".*"
    assert codes(state) == []


def test_long_lists_are_shown_page_by_page():
    cases = [dated(*OPEN, case_id=f"C{number:03}") for number in range(2 * CASES_PER_PAGE + 3)]
    state = sk.apps.CaseloadState(pd.concat(cases), method=sk.AdjacentDrop())
    assert (state.n_pages, len(state.entries)) == (3, CASES_PER_PAGE)
    state.page = 2
    assert codes(state) == ["C050", "C051", "C052"]
    assert state.entries[0].place == 51
    state.page = 99
    assert state.page == 2
    state.query = "C01"
    assert (state.page, state.n_pages, len(state.entries)) == (0, 1, 10)
    page = sk.apps.CaseloadPage(state)
    assert page.cases.content.count('class="sk-one-case"') == 10
    press(page, do="group", group="quiet")
    assert "Some are left out by what is chosen above." in page.cases.content


def test_what_goes_beyond_an_hour_is_folded_away():
    cases = [dated(*OPEN, case_id=f"C{number:02}") for number in range(11)]
    page = sk.apps.CaseloadPage(sk.apps.CaseloadState(pd.concat(cases), method=sk.AdjacentDrop()))
    before, more = page.cases.content.split('<details data-key="more">')
    assert before.count('class="sk-one-case"') == 8
    assert "3 more that may need a word" in more
    assert '<ol class="sk-rows-of-cases" start="9">' in more


def test_the_answer_counts_what_the_groups_hold(state):
    assert state.answer == (
        "2 of 4 cases may need a word: in 1 of them the client's rating is down by now. In 1 it fell and came back: "
        "worth learning from."
    )
    state.query = "gone"
    assert state.answer.startswith("2 of 4 cases")


def test_a_group_that_does_not_exist_is_refused_with_a_banner(state):
    page = sk.apps.CaseloadPage(state)
    press(page, do="group", group="nonsense")
    assert state.group == "needs_word"
    assert "group of cases" in page.banner.value


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_buttons_of_the_list_set_aside_put_on_the_agenda_and_undo(kept, workspace):
    page = sk.apps.CaseloadPage(kept)
    press(page, do="agenda", case="open")
    assert workspace.agenda()["case_id"].to_list() == ["open"]
    assert "on the agenda" in page.cases.content
    press(page, do="set_aside", case="gone", flag="seen", reason=" fine ")
    assert workspace.flags()[["case_id", "flag", "reason"]].to_numpy().tolist() == [["gone", "seen", "fine"]]
    assert 'data-case="gone"' not in page.cases.content
    page.undo._handle_custom_msg({}, [])
    assert workspace.flags().empty
    assert 'data-case="gone"' in page.cases.content
    assert not page.banner.value


def test_a_case_that_was_set_aside_is_taken_up_again_by_its_button(kept, workspace):
    page = sk.apps.CaseloadPage(kept)
    press(page, do="set_aside", case="gone", flag="seen")
    press(page, do="group", group="aside")
    assert 'data-do="take_up" data-case="gone"' in page.cases.content
    press(page, do="take_up", case="gone")
    assert workspace.flags().empty
    assert 'data-case="gone"' not in page.cases.content
    assert not page.banner.value


def test_weights_are_seen_beside_what_they_are_for_and_can_be_put_back(kept):
    page = sk.apps.CaseloadPage(kept)
    page.weights.button.is_open = True
    page.weights.fields["missing"].value = 40
    assert codes(kept)[0] == "gone"
    page.weights.reset.click()
    assert page.weights.fields["missing"].value == 2
    assert codes(kept)[0] == "open"


def test_the_overview_of_many_cases_waits_to_be_opened():
    cases = [dated(*STEADY, case_id=f"C{number:03}") for number in range(61)]
    page = sk.apps.CaseloadPage(sk.apps.CaseloadState(pd.concat(cases), method=sk.AdjacentDrop()))
    assert not page.overview.button.is_open
    assert page.chart.figure["spec"] == {}
    page.overview.button.is_open = True
    assert page.chart.figure["spec"]


def test_a_strip_says_in_words_what_it_shows(state):
    page = sk.apps.CaseloadPage(state)
    assert 'aria-label="8 rated sessions, the latest 3.2. Marked: 5.' in page.cases.content


def test_the_page_speaks_german(scores):
    with speaking("de"):
        page = sk.apps.CaseloadPage(sk.apps.CaseloadState(scores, method=sk.AdjacentDrop()))
    assert "Die Allianz aus Klientensicht fiel in Sitzung 5 um 1,2 Punkte" in page.cases.content


def test_the_code_repeats_what_is_shown(kept):
    kept.pick_since(date(2026, 1, 1))
    kept.set_weight("missing", 50)
    kept.plan_sessions(9)
    kept.therapist_id = "T2"
    code = kept.as_code
    names = {}
    exec(code, names)  # noqa: S102 - the line of code that the page shows
    assert names["caseload"]["case_id"].to_list() == kept.cases["case_id"].to_list()
    assert names["caseload"]["priority"].to_list() == kept.cases["priority"].to_list()


# -- a supervisee's cases ----------------------------------------------------------------------------------------------


def test_a_supervisees_cases_are_taken_together_only_when_one_is_chosen(state):
    together = SuperviseeState(state)
    assert together.sentences == ()
    state.therapist_id = "T2"
    assert together.sentences[0] == "2 cases; of 2 the ratings can be judged."
    assert together.sentences[-1].startswith("These are counts: fewer than 5 cases make no pattern.")
    assert len(together.trend) == 2


def test_the_funnel_is_drawn_only_when_it_is_asked_for(state):
    page = sk.apps.CaseloadPage(state)
    funnel = page.supervisee.funnel
    funnel.button.is_open = True
    assert funnel.chart.figure["spec"] == {}
    assert "tempts to rank" in funnel.warning.value
    funnel.ask.click()
    assert funnel.chart.figure["tables"]["points"]
    assert "fewer than 10 such cases" in funnel.said.value
    assert "T1" not in funnel.said.value
    state.therapist_id = "T1"
    assert funnel.layout.display == "none"


def test_a_fall_in_which_the_supervisor_sees_no_rupture_is_none_that_came_back(workspace):
    series = {"rater": "client", "instrument": "wai_sr", "scale": "total"}
    workspace.judge_episode(
        "open", **series, method="adjacent_drop", marked_onset=5, onset=5, verdict="not a rupture", reason="a cold"
    )
    state = sk.apps.CaseloadState(workspace, method=sk.AdjacentDrop())
    assert sorted(state.listed["quiet"]["case_id"]) == ["open", "steady"]
    assert state.listed["came_back"]["case_id"].to_list() == ["mended"]
    assert "In 1 it fell and came back: worth learning from." in state.answer


def test_what_is_kept_to_go_back_to_is_what_a_page_opened_anew_shows(kept, workspace):
    page, method = sk.apps.CaseloadPage(kept), kept.method
    first = kept.entries[0].case_id
    kept.therapist_id = "T2"
    kept.method = sk.ControlChart()
    kept.therapist_id = ""
    kept.method = method
    kept.plan_sessions(9)
    series = kept.headline.iloc[0][["rater", "instrument", "scale"]]
    workspace.judge_episode("open", **series, onset=2, verdict="rupture")
    kept.refresh()
    kept.set_aside(first, "seen")
    assert kept.undo() is not None
    again = sk.apps.CaseloadState(workspace, method=method)
    for name in ("reasons", "ranked"):
        pd.testing.assert_frame_equal(getattr(kept, name), getattr(again, name))
    assert kept.entries == again.entries
    assert page.cases.content == sk.apps.CaseloadPage(again).cases.content
    assert "<svg" in page.cases.content


def test_chance_is_worked_out_beside_the_page_and_let_go_of_by_another_choice(kept):
    page = sk.apps.CaseloadPage(kept)
    page.chance.button.is_open = True
    page.working_out.wait()
    assert 'role="status"' in page.chance_text.value
    assert "is being worked out" not in page.chance_text.value
    kept.therapist_id = "T2"
    assert not page.chance.button.is_open
