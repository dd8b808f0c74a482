"""A consultation's file: who may do what, what is kept, many at once, killed in the middle."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from platformdirs import user_data_path

import supervision_kit as sk
from builders import make_scores
from supervision_kit.cli import main
from supervision_kit.consulting import FEWEST, QUESTIONS, Stage, Timer, find_sessions
from supervision_kit.errors import ConsultationError, UnknownNameError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "monday.sqlite"


@pytest.fixture
def leading(path):
    with sk.Facilitation(path) as facilitation:
        facilitation.move(lambda stage: stage.choose_case("case-07", revealed=3).name_people(6))
        yield facilitation


def seats(path, n):
    return [sk.Participation(path, viewer=f"viewer {number}") for number in range(n)]


def ask(leading, *questions):
    return leading.move(lambda stage: stage.open_round(questions or ["rupture"])).round


def test_the_file_and_those_beside_it_are_for_their_owner_only(path, leading):
    assert leading.stage.revealed == 3
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["monday.sqlite", "monday.sqlite-shm", "monday.sqlite-wal"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_everybody_is_where_the_facilitator_leads_them(path, leading):
    with sk.Participation(path, viewer="v") as seat:
        assert (seat.stage.case_id, seat.stage.revealed) == ("case-07", 3)
        leading.move(lambda stage: stage.reveal(4))
        assert seat.has_changed()
        assert not seat.has_changed()
        assert seat.stage.revealed == 4


def test_a_participant_can_write_nothing_but_an_answer_and_reads_no_notes(path, leading):
    leading.note("case-07", "rose")
    with sk.Participation(path, viewer="v") as seat:
        assert not hasattr(seat, "move")
        forbidden = (
            "UPDATE stage SET record = '{}'",
            "DELETE FROM decisions",
            "INSERT INTO notes VALUES ('a', 'b', 0)",
            "SELECT text FROM notes",
            "SELECT text FROM drafts",
            "INSERT INTO drafts VALUES ('a', 0, 'b')",
            "DROP TABLE answers",
            "ATTACH ':memory:' AS other",
            "PRAGMA query_only = 1",
        )
        for statement in forbidden:
            with (
                pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited"),
                seat._store.changing() as open_,
            ):
                open_.execute(statement)
    with (
        sk.Consultation(path) as looking,
        pytest.raises(sqlite3.DatabaseError, match="not authorized"),
        looking._store.changing() as open_,
    ):
        open_.execute("DELETE FROM answers")


def test_an_answer_is_private_can_be_changed_and_is_found_again(path, leading):
    number = ask(leading, "rupture", "try")
    one, other = seats(path, 2)
    one.answer({"rupture": ("rupture",), "try": ("invites", "validates")}, round=number)
    one.answer({"rupture": ("unsure",), "try": ("invites",)}, round=number)
    assert (leading.n_answered, other.own_answer, other.together) == (1, {}, ())
    again = sk.Participation(path, viewer=one.viewer)  # a reload
    assert again.own_answer == {"rupture": ("unsure",), "try": ("invites",)}
    again.answer({}, round=number)
    assert leading.n_answered == 0


def test_answers_are_counted_together_and_then_stay(path, leading):
    number = ask(leading, "rupture", "try")
    everybody = seats(path, 5)
    for seat, verdict in zip(everybody, ["rupture", "rupture", "unsure", "rupture", "not a rupture"], strict=True):
        seat.answer({"rupture": (verdict,)}, round=number)
    everybody[0].answer({"rupture": ("rupture",), "try": ("invites",)}, round=number)
    leading.move(lambda stage: stage.show("answers"))
    verdicts, tried = everybody[3].together
    assert verdicts.counts == {"rupture": 3, "not a rupture": 1, "unsure": 1}
    assert (verdicts.n_answered, tried.n_answered, tried.counts) == (5, 1, None)
    with pytest.raises(ConsultationError, match="closed"):
        everybody[0].answer({"rupture": ("unsure",)}, round=number)
    assert everybody[0].own_answer["rupture"] == ("rupture",)
    leading.move(lambda stage: stage.hide("answers"))
    assert everybody[3].together == ()


@pytest.mark.parametrize(("n", "is_told"), [(1, False), (2, False), (3, False), (4, True), (5, True)])
def test_few_answers_are_never_told_apart_nor_written_down(path, leading, n, is_told):
    number = ask(leading)
    for seat in seats(path, n):
        seat.answer({"rupture": ("rupture",)}, round=number)
    leading.move(lambda stage: stage.show("answers"))
    (one,) = leading.together
    assert one.n_answered == n
    assert one.counts == ({"rupture": n, "not a rupture": 0, "unsure": 0} if is_told else None)
    ((kept,),) = leading._store.read("SELECT together FROM rounds")
    assert json.loads(kept)[0]["counts"] == one.counts


@pytest.mark.parametrize("is_page_open", [False, True])
def test_one_person_with_more_sign_ins_than_the_group_has_people_is_shown_nothing(path, leading, is_page_open):
    leading.move(lambda stage: stage.name_people(3))
    number = ask(leading)
    for seat in seats(path, 4):  # of whom one is a second page of somebody's
        seat.answer({"rupture": ("rupture",)}, round=number)
        if is_page_open:
            seat.be_here()
    with pytest.raises(ConsultationError, match="4 sign-ins, but 3 people"):
        leading.move(lambda stage: stage.show("answers"))
    assert leading.stage.is_open
    assert leading.together == ()
    assert leading._store.read("SELECT together FROM rounds") == [(None,)]
    leading.move(lambda stage: stage.name_people(4))  # somebody came later
    leading.move(lambda stage: stage.show("answers"))
    assert leading.together[0].counts["rupture"] == 4


def test_who_is_there_counts_though_they_answer_nothing(path, leading, monkeypatch):
    leading.move(lambda stage: stage.name_people(4))
    number = ask(leading)
    everybody = seats(path, 5)
    for seat in everybody:
        seat.be_here()
    for seat in everybody[:4]:
        seat.answer({"rupture": ("rupture",)}, round=number)
    with pytest.raises(ConsultationError, match="5 sign-ins, but 4 people"):
        leading.move(lambda stage: stage.show("answers"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 600)  # whose answers stay, though their pages are closed
    assert leading.n_present == 4
    leading.move(lambda stage: stage.show("answers"))
    assert leading.n_present == 0


def test_what_is_closed_without_being_shown_is_never_counted(path, leading):
    number = ask(leading)
    for seat in seats(path, 5):
        seat.answer({"rupture": ("rupture",)}, round=number)
    leading.move(Stage.close_round)
    assert leading._store.read("SELECT together FROM rounds") == [(None,)]
    with pytest.raises(ConsultationError, match="Ask the group first"):
        leading.move(lambda stage: stage.show("answers"))


def test_a_group_is_gathered_from_its_first_case_until_who_leads_lets_it_go(leading, path):
    with sk.Consultation(path) as server:
        assert server.is_gathered
        leading.move(lambda stage: stage.show("outcome"))
        assert server.is_gathered  # the next case could be read ahead
        leading.move(lambda stage: stage.gather(is_gathered=False))
        leading.move(lambda stage: stage.choose_case("case-03", revealed=1))
        assert not server.is_gathered  # as whoever leads wished
        leading.move(Stage.leave_case)
        assert (leading.stage.case_id, leading.stage.people, server.is_gathered) == ("", 6, False)
        leading.move(lambda stage: stage.choose_case("case-03", revealed=1))
        assert server.is_gathered


def test_what_is_being_written_is_kept_until_it_is_agreed(leading, path):
    leading.save_draft("case-07", "half a sen")
    leading.save_draft("case-03", "wait")
    with sk.Facilitation(path) as again:
        assert (again.draft("case-07"), again.draft("case-03"), again.n_drafts) == ("half a sen", "wait", 2)
        number = again.decide("case-07", "half a sentence", session=3)
        again.save_draft("case-07", "a whole sentence", number)
        again.save_draft("case-03", " ")
        assert (again.draft("case-07"), again.draft("case-07", number), again.n_drafts) == ("", "a whole sentence", 1)
        again.change_decision(number, "a whole sentence")
        assert again.n_drafts == 0


def test_a_session_says_whether_a_case_is_in_it(leading):
    leading.note("case-02", "rose")
    leading.save_draft("case-03", "wait")
    leading.decide("case-04", "wait", session=1)
    ask(leading)
    leading.move(lambda stage: stage.close_round().choose_case("case-05", revealed=1))
    named = [f"case-0{n}" for n in range(9) if leading.has_case(f"case-0{n}")]
    assert named == ["case-02", "case-03", "case-04", "case-05", "case-07"]


def test_a_file_of_the_version_before_is_taken_over(leading, path):
    leading.note("case-07", "rose")
    leading.close()
    with sqlite3.connect(path) as file:
        file.execute("DROP TABLE drafts")
        file.execute("PRAGMA user_version = 1")
        ((record,),) = file.execute("SELECT record FROM stage").fetchall()
        old = {name: value for name, value in json.loads(record).items() if name not in ("people", "is_gathered")}
        file.execute("UPDATE stage SET record = ?", (json.dumps(old),))
    with sk.Facilitation(path) as again:
        assert (again.stage.case_id, again.stage.people, again.notes("case-07")) == ("case-07", 0, "rose")
        again.save_draft("case-07", "wait")


def test_who_answered_what_is_let_go_when_the_group_is_asked_again(path, leading):
    number = ask(leading)
    (seat,) = seats(path, 1)
    seat.answer({"rupture": ("rupture",)}, round=number)
    leading.move(lambda stage: stage.show("answers"))
    assert ask(leading, "try") == number + 1
    assert seat.own_answer == {}
    assert leading._store.read("SELECT count(*) FROM answers") == [(0,)]


@pytest.mark.parametrize(
    "chosen",
    [{"try": ("invites",)}, {"rupture": ("invites",)}, {"rupture": ("rupture", "unsure")}, {"rose": ("rupture",)}],
)
def test_what_is_no_answer_is_refused_and_not_repeated(path, leading, chosen):
    number = ask(leading)
    (seat,) = seats(path, 1)
    with pytest.raises(ConsultationError, match="no answer") as refused:
        seat.answer(chosen, round=number)
    assert "rose" not in str(refused.value)
    assert leading.n_answered == 0


def test_an_answer_to_the_round_before_is_refused(path, leading):
    number = ask(leading)
    (seat,) = seats(path, 1)
    leading.move(Stage.close_round)
    ask(leading)
    with pytest.raises(ConsultationError, match="closed"):
        seat.answer({"rupture": ("rupture",)}, round=number)


def test_nobody_takes_part_without_having_signed_in(path):
    with pytest.raises(ConsultationError, match="signed in"):
        sk.Participation(path, viewer="")
    assert not path.exists()


def test_present_is_whose_page_gave_a_sign(path, leading, monkeypatch):
    for seat in seats(path, 3):
        seat.be_here()
        seat.be_here()
    assert leading.n_present == 3
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 600)
    assert leading.n_present == 0


def test_notes_and_decisions_are_kept_by_case(path, leading):
    leading.note("case-07", "rose")
    leading.note("case-07", "rose, and lilac")
    number = leading.decide("case-07", " ask about session 6 ", session=9)
    leading.decide("case-03", "wait", session=4)
    leading.change_decision(number, "ask about session 5")
    with sk.Facilitation(path) as again:
        assert (again.notes("case-07"), again.notes("case-03")) == ("rose, and lilac", "")
        assert [(one.case_id, one.session, one.text) for one in again.decisions] == [
            ("case-07", 9, "ask about session 5"),
            ("case-03", 4, "wait"),
        ]
        again.change_decision(number, " ")
        assert [one.text for one in again.decisions] == ["wait"]


def test_a_session_belongs_to_one_publication(path):
    with sk.Facilitation(path) as leading:
        leading.begin("pub-1")
        leading.begin("pub-1")
        leading.move(lambda stage: stage.choose_case("case-07", revealed=1))
        with pytest.raises(ConsultationError, match="other cases"):
            leading.begin("pub-2")
        assert leading.publication == "pub-1"


@pytest.mark.parametrize("content", [b"SQLite format 3\0 rose", b"case,score\nrose,4\n"])
def test_a_file_that_is_something_else_is_left_as_it_is(path, content):
    path.write_bytes(content)
    with pytest.raises(ConsultationError) as refused:
        sk.Consultation(path)
    assert "rose" not in str(refused.value)
    assert path.read_bytes() == content


def test_another_programs_database_is_left_as_it_is(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE roses (colour)")
    before = path.read_bytes()
    with pytest.raises(ConsultationError, match="no consultation"):
        sk.Consultation(path)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("roses",)]
    assert len(path.read_bytes()) == len(before)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConsultationError, match="cannot be opened or made"):
        sk.Consultation(tmp_path / "file" / "monday.sqlite")


# Back to the workspace


@pytest.fixture
def workspace(tmp_path):
    scores = pd.concat([make_scores(4.2, 4.3, 3.1, 3.6, case_id=case) for case in ("C07", "C02", "C09")])
    with sk.Workspace(tmp_path / "spring.sqlite") as workspace:
        workspace.import_ratings(sk.read_ratings(scores.to_csv(index=False).encode()))
        key = pd.DataFrame(
            {
                "case_id": ["C07", "C02"],
                "code": ["case-01", "case-02"],
                "therapists": [{}, {}],
                "sessions": [[1, 3, 4], [1, 2, 3, 4]],
            }
        )
        workspace.keep_key("pub-1", key)
        yield workspace


@pytest.fixture
def held(path):
    """A session over the publication, at whose end something was agreed."""
    with sk.Facilitation(path) as leading:
        leading.begin("pub-1")
        leading.decide("case-01", "ask her", session=2)
        leading.decide("case-02", "wait", session=4)
        leading.note("case-02", "rose")
    return path


def said_in(workspace, what):
    table = getattr(workspace, what)()
    return sorted(table[["case_id", "session", "text"]].astype(object).fillna(0).itertuples(index=False, name=None))


def test_what_was_agreed_comes_back_to_the_cases_it_is_about(workspace, held):
    done = sk.bring_back(workspace, held)
    assert (done.n_decisions, done.n_notes, done.n_known, done.n_left) == (2, 1, 0, 0)
    assert said_in(workspace, "decisions") == [("C02", 4, "wait"), ("C07", 3, "ask her")]  # published 2 is clinical 3
    assert said_in(workspace, "notes") == [("C02", 0, "rose")]
    assert done.sentences() == ("Brought back to the workspace: 2 decisions and 1 note.",)


def test_it_can_be_done_again_when_more_was_agreed(workspace, held):
    sk.bring_back(workspace, held)
    with sk.Facilitation(held) as leading:
        leading.decide("case-01", "and listen", session=3)
    done = sk.bring_back(workspace, held)
    assert (done.n_decisions, done.n_notes, done.n_known) == (1, 0, 3)
    assert len(workspace.decisions()) == 3
    assert done.sentences()[1] == "3 were there already."


def test_a_case_erased_since_is_left(workspace, held):
    workspace.erase_case("C02")
    done = sk.bring_back(workspace, held)
    assert (done.n_decisions, done.n_notes, done.n_left) == (1, 0, 2)
    assert "2 are about cases that this workspace does not have" in done.sentences()[1]


def test_another_workspace_is_refused_and_nothing_of_it_written(tmp_path, held):
    with sk.Workspace(tmp_path / "autumn.sqlite") as other:
        with pytest.raises(ConsultationError, match="not published from this workspace"):
            sk.bring_back(other, held)
        with pytest.raises(ConsultationError, match="no file of a consultation"):
            sk.bring_back(other, tmp_path / "nowhere.sqlite")
    assert not (tmp_path / "nowhere.sqlite").exists()


def test_what_was_begun_and_never_agreed_is_counted_and_not_deleted(workspace, held, capsys):
    with sk.Facilitation(held) as leading:
        leading.save_draft("case-01", "half a sen")
    done = sk.bring_back(workspace, held)
    assert (done.n_decisions, done.n_drafts, done.is_whole) == (2, 1, False)
    assert "1 text under What was agreed was begun" in done.sentences()[-1]
    assert len(workspace.decisions()) == 2
    command = ["consult", "bring-back", "--workspace", str(workspace.path), "--session", str(held), "--delete"]
    assert main(command) == 1
    assert held.exists()
    assert "half a sen" not in "".join(capsys.readouterr())


def test_erasing_a_case_names_the_files_that_a_group_looked_at_it_in(workspace, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "kept"))
    folders = [user_data_path("supervision_kit") / "consultations" / name for name in ("a", "b", "c", "d")]
    for folder, publication, code in zip(
        folders, ("pub-1", "pub-1", "pub-2", "pub-1"), ("case-01", "case-02", "case-01", ""), strict=True
    ):
        with sk.Facilitation(folder / "consultation.sqlite") as leading:
            leading.begin(publication)
            leading.note(code, "rose")
    with sk.Facilitation(tmp_path / "spring_consultation.sqlite") as leading:
        leading.note("C07", "rose")
    strange = folders[3] / "consultation.sqlite"
    for file in folders[3].iterdir():
        file.unlink()
    strange.write_bytes(b"something else that lies there")
    found = find_sessions(workspace, "C07")
    named = [str(tmp_path / "spring_consultation.sqlite"), str(folders[0] / "consultation.sqlite"), str(strange)]
    assert [str(path) for path in found] == named
    assert find_sessions(workspace, "C09") == (strange,)
    assert main(["erase", "C07", "--workspace", str(workspace.path), "--yes"]) == 1
    said = "".join(capsys.readouterr())
    assert "Delete 3 file(s)" in said
    assert all(path in said for path in named)


def test_the_command_brings_back_and_deletes_only_when_all_is_back(workspace, held, capsys):
    command = ["consult", "bring-back", "--workspace", str(workspace.path), "--session", str(held), "--delete"]
    with sk.Facilitation(held) as leading:
        number = leading.decide("case-09", "who?", session=1)
    assert main(command) == 1
    assert held.exists()
    with sk.Facilitation(held) as leading:
        leading.change_decision(number, "")
    assert main(command) == 0
    assert list(held.parent.glob("monday.sqlite*")) == []
    told = "".join(capsys.readouterr())
    assert "The session's file is deleted." in told
    assert not any(word in told for word in ("ask her", "rose", "who?", "C07", "case-0"))


def test_a_session_can_begin_anew(path, leading):
    number = ask(leading)
    seats(path, 1)[0].answer({"rupture": ("rupture",)}, round=number)
    leading.note("case-07", "rose")
    leading.decide("case-07", "wait", session=3)
    leading.clear()
    assert (leading.stage, leading.decisions, leading.noted(), leading.n_answered) == (Stage(), (), {}, 0)


# The time, by hand: parts of 15 minutes


def test_the_time_of_a_part_is_what_it_has_less_what_was_used():
    timer = Timer()
    assert timer.left(1000.0) == 900
    timer = timer.start(1000.0)
    assert (timer.left(1060.0), timer.start(1060.0)) == (840, timer)
    stopped = timer.stop(1100.0)
    assert (stopped.left(5000.0), stopped.is_running) == (800, False)
    assert stopped.start(6000.0).left(6900.0) == -100
    assert stopped.allow((20, 10, 5)).left(0.0) == 1100
    assert timer.go_to(2, 1100.0).left(1130.0) == 870
    assert not stopped.go_to(3, 1100.0).is_running
    assert timer.left(900.0) == 900  # a clock that was set back takes no time away


@pytest.mark.parametrize("minutes", [(15, 15), (15, 15, 0), (15, 15, 181)])
def test_parts_of_no_length_are_refused(minutes):
    with pytest.raises(ConsultationError, match="from 1 to 180"):
        Timer().allow(minutes)


def test_there_is_no_part_before_the_first_or_after_the_last():
    for part in (0, 4):
        with pytest.raises(ConsultationError, match="3 parts"):
            Timer().go_to(part, 0.0)


@pytest.mark.parametrize(
    "step",
    [
        lambda stage: stage.ask("why?"),
        lambda stage: stage.reveal(2),
        lambda stage: stage.open_round(["rupture"]),
        lambda stage: stage.show("methods"),
        Stage.close_round,
    ],
)
def test_nothing_goes_on_before_there_is_a_case(step):
    with pytest.raises(ConsultationError):
        step(Stage())


def test_names_that_there_are_none_of_are_refused():
    stage = Stage().choose_case("case-07", revealed=1)
    with pytest.raises(ConsultationError, match="how many people"):
        stage.open_round(["rupture"])
    for people in (0, 100):
        with pytest.raises(ConsultationError, match="from 1 to 99"):
            stage.name_people(people)
    stage = stage.name_people(4)
    with pytest.raises(UnknownNameError, match="question to the group"):
        stage.open_round(["rose"])
    with pytest.raises(UnknownNameError, match="thing to show"):
        stage.show("rose")
    with pytest.raises(ConsultationError, match="what to ask"):
        stage.open_round([])
    with pytest.raises(ConsultationError, match="500 letters"):
        stage.ask("why? " * 101)


class Group(RuleBasedStateMachine):
    """Six sign-ins that do whatever they may, beside a model kept by hand."""

    @initialize()
    def begin(self):
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        path = f"{self.folder.name}/group.sqlite"
        self.leading = sk.Facilitation(path)
        self.seats = seats(path, 6)
        self.answers, self.is_open, self.is_shown, self.case, self.people = {}, False, False, "", 0
        self.is_gathered = False

    def teardown(self):
        for one in (self.leading, *self.seats):
            one.close()
        self.folder.cleanup()

    def refused(self, step):
        with pytest.raises(ConsultationError):
            self.leading.move(step)

    @rule(case=st.sampled_from(["case-01", "case-02"]))
    def turn_to(self, case):
        step = lambda stage: stage.choose_case(case, revealed=1)  # noqa: E731
        if self.is_open:
            self.refused(step)
            return
        self.leading.move(step)
        self.is_gathered = self.is_gathered or not self.case
        self.case, self.is_shown = case, False

    @rule()
    def leave(self):
        if self.is_open:
            self.refused(Stage.leave_case)
            return
        self.leading.move(Stage.leave_case)
        self.case, self.is_shown, self.is_gathered = "", False, False

    @rule(is_gathered=st.booleans())
    def gather(self, is_gathered):
        self.leading.move(lambda stage: stage.gather(is_gathered=is_gathered))
        self.is_gathered = is_gathered

    @rule(people=st.integers(1, 6))
    def name_people(self, people):
        self.leading.move(lambda stage: stage.name_people(people))
        self.people = people

    @rule(session=st.integers(1, 9))
    def reveal(self, session):
        step = lambda stage: stage.reveal(session)  # noqa: E731
        if self.is_open or not self.case:
            self.refused(step)
            return
        before = self.leading.stage.revealed
        self.leading.move(step)
        if session != before:
            self.is_shown = False

    @rule()
    def ask(self):
        step = lambda stage: stage.open_round(["rupture"])  # noqa: E731
        if self.is_open or not self.case or not self.people:
            self.refused(step)
            return
        self.leading.move(step)
        self.answers, self.is_open, self.is_shown = {}, True, False

    @rule(who=st.integers(0, 5), verdict=st.sampled_from(sorted(QUESTIONS["rupture"].terms)))
    def answer(self, who, verdict):
        number = self.leading.stage.round
        if not self.is_open:
            with pytest.raises(ConsultationError):
                self.seats[who].answer({"rupture": (verdict,)}, round=number)
            return
        self.seats[who].answer({"rupture": (verdict,)}, round=number)
        self.answers[who] = verdict

    @rule()
    def show_answers(self):
        step = lambda stage: stage.show("answers")  # noqa: E731
        if not self.is_shown and (not self.is_open or len(self.answers) > self.people):
            self.refused(step)
            return
        self.leading.move(step)
        self.is_open, self.is_shown = False, True

    @precondition(lambda self: self.is_open)
    @rule()
    def close_without_showing(self):
        self.leading.move(Stage.close_round)
        self.is_open = False

    @rule(what=st.sampled_from(["methods", "outcome"]))
    def show_more(self, what):
        step = lambda stage: stage.show(what)  # noqa: E731
        if self.is_open or not self.case:
            self.refused(step)
            return
        self.leading.move(step)

    @invariant()
    def all_see_the_same_and_no_more_than_is_shown(self):
        if not hasattr(self, "leading"):
            return
        stages = {seat.stage for seat in self.seats} | {self.leading.stage}
        assert len(stages) == 1
        (stage,) = stages
        assert (stage.case_id, stage.is_open, stage.is_gathered) == (self.case, self.is_open, self.is_gathered)
        assert not (stage.is_open and stage.shown)
        together = self.seats[0].together
        if not self.is_shown:
            assert together == ()
            return
        (one,) = together
        assert one.n_answered == len(self.answers)
        if len(self.answers) < FEWEST:
            assert one.counts is None
        else:
            assert Counter(one.counts) == Counter(self.answers.values())


TestGroup = Group.TestCase
TestGroup.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


# Many processes, and killed ones

ANSWERING = """
import sys, supervision_kit as sk
path, viewer, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
with sk.Participation(path, viewer=viewer) as seat:
    print("ready", flush=True)
    sys.stdin.readline()
    for i in range(n):
        seat.be_here()
        seat.answer({"rupture": (("rupture", "unsure")[i % 2],)}, round=seat.stage.round)
"""
NOTING = """
import sys, supervision_kit as sk
with sk.Facilitation(sys.argv[1]) as leading:
    for i in range(10**6):
        leading.note("case-07", f"line {i} " * 200)
        leading.move(lambda stage: stage.reveal(i % 50 + 1))
        print(i, flush=True)
"""


def run(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_many_answer_at_once_from_processes_of_their_own_and_none_is_lost(path, leading):
    ask(leading)
    processes = [run(ANSWERING, path, f"viewer {number}", 41) for number in range(6)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0] * 6
    assert (leading.n_answered, leading.n_present) == (6, 6)
    leading.move(lambda stage: stage.show("answers"))
    assert leading.together[0].counts == {"rupture": 6, "not a rupture": 0, "unsure": 0}  # the last of 41


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes are not killed here")
@pytest.mark.parametrize("wait", [0.0, 0.013, 0.05])
def test_what_was_said_to_be_kept_is_there_after_a_kill_in_the_middle(path, leading, wait):
    process = run(NOTING, path)
    for _ in range(20):
        last = process.stdout.readline()
    time.sleep(wait)
    os.kill(process.pid, signal.SIGKILL)
    last = (process.communicate(timeout=30)[0].split() or [last.strip()])[-1]
    with sk.Facilitation(path) as again:
        kept = int(again.notes("case-07").split()[1])
        assert kept >= int(last)
        assert again.notes("case-07") == f"line {kept} " * 200  # all of it or nothing
        assert again.stage.revealed in {kept % 50 + 1, (kept - 1) % 50 + 1}
        assert again._store.read("PRAGMA integrity_check") == [("ok",)]
        again.move(lambda stage: stage.reveal(7))
    assert leading.stage.revealed == 7
