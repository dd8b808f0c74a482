"""Supervisions, what came in since, and flags that hold until they no longer should."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

import supervision_kit as sk
from supervision_kit.workspace import moments
from workspaces import read

TEXT = "case,session,SRS\nA,1,30\nB,1,31\n"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is put on: ``clock(hours=2)``."""
    at = [MONDAY]

    def put_on(**span):
        at[0] += timedelta(**span)
        return at[0]

    monkeypatch.setattr(moments, "this_moment", lambda: at[0])
    return put_on


def flagged(table):
    return dict(zip(table["case_id"], table["flag"], strict=True))


def test_the_last_supervision_is_the_newest_that_has_ended(workspace, clock):
    assert workspace.last_supervision() is None
    first = workspace.start_supervision()
    assert workspace.last_supervision() is None, "it has not ended"
    clock(hours=1)
    workspace.end_supervision(first)
    clock(days=7)
    second = workspace.start_supervision()
    assert workspace.last_supervision() == pd.Timestamp(MONDAY), "the one under way is not the last one"
    clock(hours=1)
    workspace.end_supervision(second)
    assert workspace.last_supervision() == pd.Timestamp(MONDAY + timedelta(days=7, hours=1))
    table = workspace.supervisions()
    assert table["id"].tolist() == [first, second]
    assert (table["ended_at"] - table["started_at"]).tolist() == [pd.Timedelta(hours=1)] * 2
    clock(hours=1)
    workspace.end_supervision(second)
    assert workspace.supervisions().equals(table), "one that has ended stays as it is"


def test_a_page_opened_again_goes_on_with_the_supervision_and_a_forgotten_one_ends(workspace, clock):
    first = workspace.start_supervision()
    clock(hours=11)
    assert workspace.start_supervision() == first
    clock(days=7)
    second = workspace.start_supervision()
    assert second != first
    assert workspace.supervisions()["ended_at"].isna().tolist() == [False, True]
    assert workspace.last_supervision() == pd.Timestamp(MONDAY)


def test_each_user_has_supervisions_and_flags_of_their_own(where, clock):
    with sk.Workspace(where, user="anna") as anna, sk.Workspace(where, user="ben") as ben:
        anna.import_ratings(read(TEXT))
        number = anna.start_supervision()
        anna.flag_case("A", "not today")
        clock(hours=1)
        anna.end_supervision(number)
        assert ben.last_supervision() is None
        assert len(ben.flags()) == 0
        with pytest.raises(sk.WorkspaceError, match="no supervision of yours"):
            ben.end_supervision(number)
        ben.start_supervision()
        assert flagged(anna.standing_flags()) == {"A": "not today"}, "another's supervision ends nothing of hers"
        assert ben.supervisions()["who"].tolist() == ["anna", "ben"]


def test_new_forms_are_those_that_came_in_after_the_moment(workspace, clock):
    workspace.import_ratings(read(TEXT))
    later = clock(days=1)
    workspace.import_ratings(read("case,session,SRS,CSRS\nA,1,30,\nA,2,33,\nC,1,,20\n"))
    new = workspace.new_since(MONDAY)
    assert new[["case_id", "instrument", "session"]].to_numpy().tolist() == [["A", "srs", 2], ["C", "csrs", 1]]
    assert set(new["at"]) == {pd.Timestamp(later)}
    assert len(workspace.new_since(None)) == 4, "a blank form is none yet"
    assert len(workspace.new_since(later)) == 0
    clock(days=1)
    workspace.import_ratings(read("case,session,CSRS\nA,1,22\n"))
    assert workspace.new_since(later)[["case_id", "instrument", "session"]].to_numpy().tolist() == [["A", "csrs", 1]]
    assert len(workspace.new_since(date(2026, 3, 1))) == 5
    assert len(workspace.new_since("2026-03-05")) == 0
    assert workspace.new_since(pd.Timestamp(later)).dtypes.equals(new.dtypes), "empty, and of the same types"
    with pytest.raises(sk.WorkspaceError, match="A moment is a day such as"):
        workspace.new_since("last week")


def test_seen_holds_until_a_new_form_of_the_case_comes_in(workspace, clock):
    workspace.import_ratings(read(TEXT))
    clock(minutes=1)
    for case in ("A", "B"):
        workspace.flag_case(case, "seen", reason="talked it over")
    clock(minutes=1)
    workspace.import_ratings(read("case,session,SRS\nA,2,33\nB,1,31\n"))
    assert flagged(workspace.standing_flags()) == {"B": "seen"}
    assert flagged(workspace.flags()) == {"A": "seen", "B": "seen"}
    workspace.flag_case("A", "seen")
    assert flagged(workspace.standing_flags()) == {"A": "seen", "B": "seen"}


def test_not_today_holds_until_the_next_supervision_begins(workspace, clock):
    workspace.import_ratings(read(TEXT))
    number = workspace.start_supervision()
    clock(minutes=10)
    workspace.flag_case("A", "not today")
    clock(minutes=50)
    workspace.end_supervision(number)
    workspace.import_ratings(read("case,session,SRS\nA,2,20\n"))
    assert flagged(workspace.standing_flags()) == {"A": "not today"}
    clock(hours=1)
    workspace.start_supervision()
    assert flagged(workspace.standing_flags()) == {}


def test_not_today_puts_nobody_off_for_good(workspace, clock):
    workspace.import_ratings(read(TEXT))
    workspace.flag_case("A", "not today")
    clock(hours=12)
    assert flagged(workspace.standing_flags()) == {"A": "not today"}
    clock(seconds=1)
    assert flagged(workspace.standing_flags()) == {}, "and no supervision was begun or closed"


def test_a_case_has_one_flag_and_loses_it_again(workspace):
    workspace.import_ratings(read(TEXT))
    workspace.flag_case("A", "seen", reason="first")
    workspace.flag_case("A", "not today", reason="second")
    assert workspace.flags()[["case_id", "flag", "reason", "who"]].to_numpy().tolist() == [
        ["A", "not today", "second", "tester"]
    ]
    workspace.unflag_case("A")
    workspace.unflag_case("A")
    assert len(workspace.flags()) == len(workspace.standing_flags()) == 0
    with pytest.raises(sk.UnknownNameError, match="Known: not today, seen"):
        workspace.flag_case("A", "later")
    with pytest.raises(sk.UnknownNameError, match="There is no case of that name"):
        workspace.flag_case("Z", "seen")


def test_views_are_entered_once_an_hour_however_much_is_read(workspace, monkeypatch):
    from supervision_kit.workspace import opened

    workspace.import_ratings(read(TEXT))
    seconds = [0.0]
    monkeypatch.setattr(opened, "monotonic", lambda: seconds[0])

    def look(view, *case_ids):
        with workspace.viewing(view):
            workspace.scores(case_ids or None)
            workspace.notes()
            workspace.standing_flags()

    def look_at_two():
        with workspace.viewing("broken"):
            workspace.scores(["B"])
            workspace.scores(["Z"])

    def entries():
        table = workspace.audit()
        table = table[(table["action"] == "read") & (table["view"] != "audit")]
        return [(view, tuple(cases)) for view, cases in zip(table["view"], table["cases"], strict=True)]

    look("caseload")
    look("caseload")
    look("caseload", "B")
    look("case", "A")
    assert entries() == [("caseload", ("A", "B")), ("case", ("A",))]
    seconds[0] = 3_601
    look("caseload")
    assert len(entries()) == 3
    with pytest.raises(sk.UnknownNameError):
        look_at_two()
    assert entries()[-1] == ("broken", ("B",)), "what was read is entered, whatever happens then"
    workspace.notes("A")
    assert entries()[-1] == ("note", ("A",)), "and after it each look counts again"
