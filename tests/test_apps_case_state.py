"""The state of one case, from a table and from a workspace, without a browser."""

import subprocess
import sys

import pandas as pd
import pytest

import supervision_kit as sk
from builders import make_scores
from supervision_kit.apps.source import Source
from supervision_kit.instruments.configuration import configuration_folder
from supervision_kit.words import speaking

FELL = (4.2, 4.3, 4.2, 4.3, 3.1, 3.2, 3.1, 3.2)
STEADY = (4.2, 4.3, 4.2, 4.3, 4.2, 4.3, 4.2, 4.3)


def form(case_id, *answers, session, rater="client", instrument="wai_sr"):
    """Return a form with the answers to its items from 1 on; None is left blank."""
    about = {"case_id": case_id, "rater": rater, "instrument": instrument, "session": session, "therapist_id": "T1"}
    return pd.DataFrame([about | {"item": n, "response": answer} for n, answer in enumerate(answers, 1)])


@pytest.fixture
def scores():
    return pd.concat(
        [
            make_scores(*FELL, case_id="C1"),
            make_scores(*FELL, case_id="C1", scale="bond"),
            make_scores(*STEADY, case_id="C1", rater="therapist"),
            make_scores(*STEADY, case_id="C2"),
            make_scores(*(8 * score for score in STEADY[:6]), case_id="C3", instrument="srs"),
        ]
    )


@pytest.fixture
def kept(scores, tmp_path):
    path = tmp_path / "ratings.csv"
    scores.to_csv(path, index=False)
    with sk.Workspace(tmp_path / "kept.sqlite", user="anna") as workspace:
        workspace.import_ratings(sk.read_ratings(str(path)))
        yield workspace


def open_case(source, case_id="C1", **more):
    return sk.apps.CaseState(source, case_id=case_id, **{"method": sk.AdjacentDrop(sds=1), **more})


# -- what there is to choose -------------------------------------------------------------------------------------------


def test_a_case_opens_with_its_headline_and_says_what_else_there_is(scores):
    state = open_case(scores)
    assert (state.rater, state.instrument, state.scale) == ("client", "wai_sr", "total")
    assert (state.raters, state.instruments, state.scales) == (("client", "therapist"), ("wai_sr",), ("total", "bond"))
    assert state.sessions == tuple(range(1, 9))
    assert state.is_headline


def test_another_rater_or_scale_shows_the_nearest_series_there_is(scores):
    state = open_case(scores)
    state.scale = "bond"
    assert state.series == ("client", "wai_sr", "bond")
    state.rater = "therapist"  # who did not rate the bond by itself
    assert state.series == ("therapist", "wai_sr", "total")


def test_everything_follows_the_series_that_is_shown(scores):
    state = open_case(scores)
    assert state.series_falls["onset"].to_list() == [5]
    state.rater = "therapist"
    assert set(state.marks["rater"]) == {"therapist"}
    assert state.series_falls.empty
    assert set(state.comparison["rater"]) == {"therapist"}
    assert state.summary[0] == "No rating is marked. That does not mean that there was no rupture."
    state.rater, state.scale = "client", "bond"
    assert state.summary[0].startswith("Client-rated bond fell 1.2 points at session 5 and has not come back")
    assert "by Drop from one session to the next" in state.chance_in_words[0]


def test_the_next_case_opens_with_its_headline_or_the_nearest_to_what_was_chosen(scores):
    state = open_case(scores)
    state.case_id = "C3"
    assert state.series == ("client", "srs", "total")
    state.case_id = "C1"
    state.rater = "therapist"
    state.case_id = "C2"  # nobody but the client rated it
    assert state.series == ("client", "wai_sr", "total")


def test_what_the_case_does_not_have_is_refused_and_changes_nothing(scores):
    state = open_case(scores)
    for name, value in {"rater": "observer", "scale": "goal", "instrument": "srs", "session": 99}.items():
        with pytest.raises(sk.UnknownNameError):
            setattr(state, name, value)
    assert state.series == ("client", "wai_sr", "total")
    assert state.session is None


def test_something_else_to_show_is_told_once(scores):
    state, seen = open_case(scores), []
    state.observe(lambda change: seen.append(change["new"]), "revision")
    changes = {"case_id": "C3", "method": sk.ControlChart(), "rule": sk.RepairRule(within=5)}
    for n, (name, value) in enumerate(changes.items(), 1):
        setattr(state, name, value)
        assert len(seen) == n
    state.case_id = "C1"
    state.scale = "bond"
    assert len(seen) == 5
    state.session = 3  # which changes nothing but itself
    assert len(seen) == 5


def test_the_cases_come_in_the_order_of_the_caseload(scores):
    assert open_case(scores).case_ids == ["C1", "C3", "C2"]  # the SRS of C3 is below its published line


def test_going_back_to_what_was_shown_judges_nothing_anew(scores, monkeypatch):
    state = open_case(scores)
    before = (state.marks, state.summary, state.judged)
    state.case_id = "C2"
    state.case_id = "C1"

    def judge(*_):
        raise AssertionError("judged again")

    monkeypatch.setattr(state.source.lessons, "judge", judge)
    assert all(now is then for now, then in zip((state.marks, state.summary, state.judged), before, strict=True))


def test_one_case_is_judged_as_it_is_among_all(scores):
    for method in (sk.PersonalLimits(), sk.PersonalLimits(rate=0.1), sk.Gumz(), sk.ControlChart(sigmas=1)):
        state = open_case(scores, method=method)
        whole = sk.mark_sessions(scores, method=method)
        own = whole[whole["case_id"] == "C1"].reset_index(drop=True)
        pd.testing.assert_frame_equal(state.case_line.marks, own)
        pd.testing.assert_frame_equal(state.marks, state.series.of(own).reset_index(drop=True))


def test_sentences_are_remembered_in_each_language(scores):
    state = open_case(scores)
    english = state.summary
    with speaking("de"):
        assert state.summary != english
    assert state.summary == english


def test_a_case_that_only_the_therapist_rated_is_shown_as_the_therapist_rated_it():
    state = open_case(make_scores(*FELL, case_id="C1", rater="therapist"))
    assert state.series == ("therapist", "wai_sr", "total")
    assert state.summary[:2] == (
        "Therapist-rated alliance fell 1.2 points at session 5 and has not come back after 3 sessions.",
        "There is no alliance rating from the client so far.",
    )
    assert sum(said.startswith("Therapist-rated alliance fell") for said in state.summary) == 1


def test_a_case_without_any_alliance_rating_has_nothing_to_choose_and_says_so():
    state = open_case(make_scores(9, 8, 9, 8, case_id="C1", instrument="phq9"))
    assert (state.series, state.raters, state.sessions) == (("client", "", ""), (), ())
    assert state.summary[0] == "There is no alliance rating from the client so far."
    assert state.judged.empty
    assert state.answers.empty


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def answered():
    """WAI-SR forms of which item 3 falls by 2 at session 3, item 1 rises by 1, item 2 is left blank there."""
    rest = (4,) * 9
    forms = [
        form("C1", 3, 4, 5, *rest, session=1),
        form("C1", 3, 4, 5, *rest, session=2),
        form("C1", 4, None, 3, *rest, session=3),
    ]
    return pd.concat(forms)


def test_answers_of_a_session_stand_beside_those_before_the_largest_difference_first(answered):
    state = open_case(sk.score_responses(answered), responses=answered)
    assert state.answers.empty
    state.session = 3
    answers = state.answers
    assert answers["item"].to_list() == [3, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 2]
    first = answers.iloc[0]
    assert (first["first"], first["previous"], first["this"], first["change"]) == (5, 5, 3, -2)
    blank = answers.iloc[-1]
    assert pd.isna(blank["this"])
    assert pd.isna(blank["change"])
    assert blank["previous"] == 4
    assert state.why_no_answers == ""


def test_answers_are_those_of_the_chosen_scale(answered):
    state = open_case(sk.score_responses(answered), responses=answered)
    state.scale = "bond"
    state.session = 3
    assert sorted(state.answers["item"]) == [3, 5, 7, 9]


def test_a_first_session_has_nothing_before_it(answered):
    state = open_case(sk.score_responses(answered), responses=answered)
    state.session = 1
    assert state.answers[["first", "previous", "change"]].isna().all(axis=None)


def test_a_reversed_item_is_shown_as_answered_and_says_which_answers_are_stronger():
    responses = form("C1", *[6] * 12, session=1, instrument="wai_s")
    state = open_case(sk.score_responses(responses), responses=responses)
    state.session = 1
    stronger = state.answers.set_index("item")["stronger"]
    assert [item for item, word in stronger.items() if word == "lower"] == [4, 10]
    assert (state.answers["this"] == 6).all()


def test_the_clinics_own_labels_stand_with_the_answers(answered, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    folder = configuration_folder() / "labels"
    assert tmp_path in folder.parents
    folder.mkdir(parents=True)
    labels = ", ".join(f'"label {n}"' for n in range(1, 13))
    (folder / "wai_sr.toml").write_text(f'instrument = "wai_sr"\nlabels = [{labels}]\n', encoding="utf-8")
    state = open_case(sk.score_responses(answered), responses=answered)
    state.session = 3
    assert state.answers["label"].iloc[0] == "label 3"


def test_it_says_why_there_are_no_answers(scores, answered):
    state = open_case(scores)
    state.session = 3
    assert state.why_no_answers == "The ratings came as finished scores, without the answers to the single questions."
    both = pd.concat([sk.score_responses(answered), make_scores(4.0, case_id="C1", sessions=[4])])
    state = open_case(both, responses=answered)
    state.session = 4
    assert state.why_no_answers == "The form of session 4 came as a finished score, without its answers."


# -- from a workspace --------------------------------------------------------------------------------------------------


def test_a_workspace_gives_the_same_tables_as_its_scores(kept):
    of_workspace, of_table = open_case(kept), open_case(kept.scores())
    pd.testing.assert_frame_equal(of_workspace.marks, of_table.marks)
    pd.testing.assert_frame_equal(of_workspace.repairs, of_table.repairs)
    assert of_workspace.summary == of_table.summary
    assert of_workspace.workspace is kept
    assert of_table.workspace is None


def test_an_annotation_that_rebases_starts_the_limits_anew_once_it_is_read(kept):
    state = open_case(kept)
    before = state.marks
    kept.add_annotation("C1", 6, "change of therapist", rebases=True, cause="the therapist left the clinic")
    assert state.marks is before
    state.refresh()
    assert state.marks.query("session == 6")["note"].iloc[0].startswith("after a new start: ")
    assert "The limits start anew at session 6." in state.summary
    kept.undo()
    state.refresh()
    pd.testing.assert_frame_equal(state.marks, before)


def test_a_judgement_stands_beside_the_fall_once_it_is_read_and_nothing_is_judged_anew(kept):
    state = open_case(kept)
    marks = state.marks
    kept.judge_episode(
        "C1", **state.series._asdict(), method="adjacent_drop", marked_onset=5, onset=5, verdict="rupture",
        type="withdrawal",
    )  # fmt: skip
    state.refresh()
    assert state.marks is marks
    total = state.series.of(state.judged)
    assert total[["onset", "verdict", "type"]].to_numpy().tolist() == [[5, "rupture", "withdrawal"]]
    assert "withdrawal" in [prompt.key for prompt in state.prompts]


def test_new_ratings_are_taken_in_when_asked(kept, tmp_path):
    state = open_case(kept)
    path = tmp_path / "more.csv"
    make_scores(*FELL, 4.2, case_id="C1").to_csv(path, index=False)
    kept.import_ratings(sk.read_ratings(str(path)))
    state.refresh()
    assert state.sessions[-1] == 8
    state.refresh(ratings=True)
    assert state.sessions[-1] == 9


def test_a_case_that_was_erased_gives_way_to_another(kept):
    state = open_case(kept, "C3")
    kept.erase_case("C3")
    state.refresh(ratings=True)
    assert state.case_id == "C1"
    assert state.series == ("client", "wai_sr", "total")


def test_a_look_is_one_entry_in_the_audit(kept):
    before = len(kept.audit())
    state = open_case(kept)
    _ = state.summary, state.judged, state.prompts
    state.refresh()
    looks = kept.audit().iloc[before + 1 :]
    assert looks["view"].to_list() == ["case"]


def test_one_source_serves_several_states_and_what_was_learnt(kept):
    source = Source(kept, view="case")
    first, second = open_case(source), open_case(source, "C2")
    assert first.source.lessons is second.source.lessons


@pytest.mark.parametrize("rebases", [False, True])
def test_the_lines_of_code_run_as_they_are_in_a_fresh_process(kept, tmp_path, rebases):
    if rebases:
        kept.add_annotation("C1", 6, "other", rebases=True, cause="another form was used")
    state = open_case(kept)
    state.scale = "bond"
    kept.close()
    script = tmp_path / "as_code.py"
    script.write_text(f"{state.as_code}.to_json()\nfalls.to_parquet({str(tmp_path / 'falls.parquet')!r})\n", "utf-8")
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    falls = pd.read_parquet(tmp_path / "falls.parquet")
    own = falls[falls["case_id"] == "C1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, state.repairs.reset_index(drop=True))
    assert ("rebases" in state.as_code) is rebases


def test_the_caseload_is_judged_by_the_scales_that_cases_are_read_by(scores):
    state = sk.apps.CaseloadState(scores, method=sk.AdjacentDrop(sds=1))
    assert set(state.line.triage.marks["scale"]) == {"total"}  # nobody is read by the bond
    assert set(state.line.triage.marks["rater"]) == {"client", "therapist"}
    assert set(state.line.marks["scale"]) == {"total", "bond"}
    marks = sk.mark_sessions(scores, method=sk.AdjacentDrop(sds=1))
    repairs = sk.follow_repairs(sk.find_episodes(marks), scores)
    pd.testing.assert_frame_equal(state.line.caseload, sk.review_caseload(scores, repairs, marks=marks))


def test_a_therapists_form_of_its_own_is_judged_with_the_clients():
    scores = pd.concat(
        [
            make_scores(*FELL, instrument="wai_s", case_id="C1"),
            make_scores(*FELL, instrument="wai_st", rater="therapist", case_id="C1"),
            make_scores(*FELL, instrument="wai_s", scale="bond", case_id="C1"),
        ]
    )
    state = sk.apps.CaseloadState(scores, method=sk.AdjacentDrop(sds=1))
    assert set(state.line.triage.marks["instrument"]) == {"wai_s", "wai_st"}
