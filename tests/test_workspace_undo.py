"""Undo: a user's last change is taken back whole, never anybody else's, and never over what came after it."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import supervision_kit as sk
from supervision_kit.words import speaking
from supervision_kit.workspace import moments
from supervision_kit.workspace.database import select_rows
from supervision_kit.workspace.schema import tables
from supervision_kit.workspace.undoing import CHANGES
from workspaces import read

TEXT = "case,session,SRS\nA,1,30\nB,1,31\n"
SERIES = {"rater": "client", "instrument": "srs", "scale": "total"}
KEEPS_TRACK = {"audit", "case_sets", "case_set_members", "changes", "change_rows"}


def rows_of(workspace):
    """Return all rows of all tables but the audit's and undo's own."""
    with workspace._database.reading() as connection:
        return {
            name: sorted(select_rows(connection, f"SELECT * FROM {name}"), key=repr)  # noqa: S608
            for name in tables.tables.keys() - KEEPS_TRACK
        }


@pytest.fixture
def filled(workspace):
    workspace.import_ratings(read(TEXT))
    return workspace


def fill(workspace):
    """Make one of everything that can be changed."""
    workspace.add_note("A", "a note")
    item = workspace.add_agenda_item("A", "an item")
    workspace.add_decision("A", "a decision", agenda_item=item)
    workspace.add_annotation("A", 1, "crisis")
    workspace.judge_episode("A", **SERIES, onset=1, verdict="rupture", codes={"move": ["testing", "pleasing"]})
    workspace.flag_case("A", "seen")
    workspace.set_consent("A", teaching=True)
    workspace.set_preference("weights", [1])
    workspace.start_supervision()


EACH_CHANGE = {
    "the note on A": lambda w: w.add_note("A", "new"),
    "the change of a note on A": lambda w: w.change_note(1, "other"),
    "the removal of a note on A": lambda w: w.remove_note(1),
    "the agenda item on A": lambda w: w.add_agenda_item("A", "new"),
    "the change of an agenda item on A": lambda w: w.set_agenda_state(1, "done"),
    "the decision on A": lambda w: w.add_decision("A", "new"),
    "what became of a decision on A": lambda w: w.set_decision_state(1, "kept", note="it did"),
    "the annotation on A": lambda w: w.add_annotation("A", 1, "other"),
    "the change of an annotation on A": lambda w: w.change_annotation(1, rebases=True, cause="x"),
    "the removal of an annotation on A": lambda w: w.remove_annotation(1),
    "the judgement on A": lambda w: w.judge_episode(
        "A", **SERIES, onset=1, end=2, verdict="unsure", codes={"move": ["testing"], "part": ["forgot"]}
    ),
    "the removal of a judgement on A": lambda w: w.remove_judgement(1),
    "the flag on A": lambda w: w.flag_case("A", "not today"),
    "the removal of the flag on A": lambda w: w.unflag_case("A"),
    "the consent of A": lambda w: w.set_consent("A", teaching=None),
    "the beginning of the supervision": lambda w: w.start_supervision(),
    "the end of the supervision": lambda w: w.end_supervision(1),
    "the change of a setting": lambda w: w.set_preference("weights", {"a": None}),
}


def test_there_is_a_test_for_every_change():
    assert {sentence.replace("{case}", "A") for sentence in CHANGES.values()} == set(EACH_CHANGE)


@pytest.mark.parametrize("words", [words for words in EACH_CHANGE if "beginning" not in words])
def test_each_change_is_taken_back_whole(filled, words):
    fill(filled)
    before = rows_of(filled)
    EACH_CHANGE[words](filled)
    assert rows_of(filled) != before
    assert filled.can_undo() == words
    assert filled.undo() == words
    assert rows_of(filled) == before


def test_the_beginning_of_a_supervision_is_taken_back(filled):
    before = rows_of(filled)
    filled.start_supervision()
    assert filled.undo() == "the beginning of the supervision"
    assert rows_of(filled) == before


def test_a_supervision_that_was_closed_is_under_way_again_after_one_step_and_so_is_one_that_never_began(filled):
    before = rows_of(filled)
    filled.close_supervision()
    assert filled.undo() == "the end of the supervision"
    assert rows_of(filled) == before
    begun = filled.start_supervision()
    under_way = rows_of(filled)
    assert filled.close_supervision() == begun
    assert filled.supervisions()["ended_at"].notna().all()
    assert filled.undo() == "the end of the supervision"
    assert rows_of(filled) == under_way


def test_changes_are_taken_back_one_after_the_other_and_an_import_never(filled):
    before = rows_of(filled)
    fill(filled)
    filled.import_ratings(read("case,session,SRS\nA,2,30\n"))
    undone = []
    while filled.can_undo():
        undone.append(filled.undo())
    assert len(undone) == 9
    after = rows_of(filled)
    assert {name for name in after if after[name] != before[name]} == {"imports", "forms", "answers"}
    assert filled.undo() is None


def test_nothing_to_undo_is_none(workspace):
    assert workspace.can_undo() is None
    assert workspace.undo() is None


def test_what_changes_nothing_is_no_change(filled):
    filled.unflag_case("A")
    filled.end_supervision(filled.start_supervision())
    filled.end_supervision(1)
    n_before = len(filled.audit())
    filled.end_supervision(1)
    filled.unflag_case("A")
    assert len(filled.audit()) == n_before + 1, "the look into the audit itself"
    assert filled.undo() == "the end of the supervision"


def test_undo_is_written_into_the_audit_without_the_text(filled):
    filled.add_note("A", "Zacharias")
    filled.undo()
    entry = filled.audit().iloc[-1]
    assert entry[["action", "view", "cases"]].tolist() == ["write", "undo", ["A"]]


def test_it_is_said_in_the_language_of_the_page(filled):
    filled.add_note("A", "text")
    with speaking("de"):
        assert filled.can_undo() == "die Notiz zu A"


# Two users


@pytest.fixture
def two(where):
    with sk.Workspace(where, user="anna") as anna, sk.Workspace(where, user="ben") as ben:
        anna.import_ratings(read(TEXT))
        yield anna, ben


def test_each_user_takes_back_their_own_last_change(two):
    anna, ben = two
    anna.add_note("A", "hers")
    ben.add_note("B", "his")
    assert anna.undo() == "the note on A"
    assert ben.notes()["text"].tolist() == ["his"]
    assert anna.can_undo() is None
    assert ben.can_undo() == "the note on B"


@pytest.mark.parametrize("change", ["change", "remove"])
def test_what_another_changed_since_is_left_as_it_is_and_the_one_before_comes_next(two, change):
    anna, ben = two
    anna.add_note("B", "earlier")
    note = anna.add_note("A", "hers")
    ben.change_note(note, "his") if change == "change" else ben.remove_note(note)
    left = ben.notes()["text"].tolist()
    with pytest.raises(sk.WorkspaceError, match=r"changed again since, and was left as it is: the note on A\."):
        anna.undo()
    assert ben.notes()["text"].tolist() == left
    assert anna.undo() == "the note on B"


def test_what_something_new_points_to_is_left(two):
    anna, ben = two
    item = anna.add_agenda_item("A", "hers")
    ben.add_decision("A", "his", agenda_item=item)
    with pytest.raises(sk.WorkspaceError, match="changed again since"):
        anna.undo()
    assert len(anna.agenda()) == len(anna.decisions()) == 1


def test_what_something_new_stands_in_the_place_of_stays_out(two):
    anna, ben = two
    removed = anna.judge_episode("A", **SERIES, onset=1, verdict="rupture", codes={"move": ["testing"]})
    anna.remove_judgement(removed)
    new = ben.judge_episode("A", **SERIES, onset=1, verdict="unsure")
    assert new != removed, "a number that undo knows is given to nothing else"
    with pytest.raises(sk.WorkspaceError, match="changed again since"):
        anna.undo()
    assert anna.judgements()["id"].tolist() == [new]
    assert len(anna.codes()) == 0


def test_two_users_at_once_take_back_their_own(where):
    with sk.Workspace(where) as workspace:
        workspace.import_ratings(read(TEXT))

    def change_and_undo(user):
        with sk.Workspace(where, user=user) as workspace:
            for number in range(5):
                workspace.add_note("A", f"{user} {number}")
                workspace.flag_case("A", "seen")
                workspace.undo()
                if number % 2:
                    workspace.undo()

    with ThreadPoolExecutor() as pool:
        list(pool.map(change_and_undo, ("anna", "ben")))
    with sk.Workspace(where) as workspace:
        assert sorted(workspace.notes()["text"]) == [
            f"{user} {number}" for user in ("anna", "ben") for number in (0, 2, 4)
        ]
        assert len(workspace.flags()) == 0


# How long


def test_only_changes_of_the_last_day_and_the_last_twenty_can_be_undone(filled, monkeypatch):
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    at = [start]
    monkeypatch.setattr(moments, "this_moment", lambda: at[0])
    for number in range(25):
        filled.add_note("A", f"secret {number}")
    at[0] = start + timedelta(hours=23)
    n_undone = 0
    while filled.undo():
        n_undone += 1
    assert n_undone == 20
    filled.add_note("A", "last")
    at[0] = start + timedelta(hours=48)
    assert filled.can_undo() is None
    assert filled.undo() is None
    filled.add_note("B", "next day")
    with filled._database.reading() as connection:
        kept = select_rows(connection, "SELECT after FROM change_rows")
    assert len(kept) == 1
    assert "next day" in kept[0][0]


def test_what_is_too_old_to_be_undone_goes_when_the_workspace_is_opened_though_nothing_changes(where, monkeypatch):
    at = [datetime(2026, 3, 2, 9, 0, tzinfo=UTC)]
    monkeypatch.setattr(moments, "this_moment", lambda: at[0])
    with sk.Workspace(where, user="anna") as workspace:
        workspace.import_ratings(read(TEXT))
        workspace.add_note("A", "secret")
    for hours, n_kept in ((23, 1), (2, 0)):
        at[0] += timedelta(hours=hours)
        with sk.Workspace(where, user="berta") as workspace, workspace._database.reading() as connection:
            assert len(select_rows(connection, "SELECT after FROM change_rows")) == n_kept
            assert len(select_rows(connection, "SELECT id FROM changes")) == n_kept


def test_it_holds_after_the_workspace_was_closed(where):
    with sk.Workspace(where, user="anna") as workspace:
        workspace.import_ratings(read(TEXT))
        workspace.add_note("A", "text")
    with sk.Workspace(where, user="anna") as workspace:
        assert workspace.undo() == "the note on A"
        assert len(workspace.notes()) == 0


@given(st.lists(st.sampled_from([words for words in EACH_CHANGE if "beginning" not in words]), max_size=8))
@settings(max_examples=8)
def test_any_changes_taken_back_in_turn_leave_what_was_before(changes):
    with tempfile.TemporaryDirectory() as folder, sk.Workspace(Path(folder) / "w.sqlite") as workspace:
        workspace.import_ratings(read(TEXT))
        fill(workspace)
        stages = [rows_of(workspace)]
        for words in changes:
            with suppress(sk.WorkspaceError):  # what is to be changed was removed before
                EACH_CHANGE[words](workspace)
            if rows_of(workspace) != stages[-1]:
                stages.append(rows_of(workspace))
        while stages:
            assert rows_of(workspace) == stages.pop()
            workspace.undo()
