"""One file has the items of a form, another its scores: neither takes the other's place unsaid."""

import pytest

from workspaces import read, scores_of

ITEMS = "case,session,SRS 1,SRS 2,SRS 3,SRS 4\nA,1,9,8,7,6\nA,2,5,5,5,5\n"  # 30 and 20
OTHER, SAME = ("case,session,SRS\nA,1,35\nA,2,20\n", "case,session,SRS\nA,1,30\nA,2,20\n")


@pytest.mark.parametrize("order", [(ITEMS, SAME), (SAME, ITEMS)])
def test_items_and_scores_that_agree_go_together(workspace, order):
    for file in order:
        done = workspace.import_ratings(read(file))
    assert (done.n_held, done.n_refuted, done.n_open) == (0, 0, 0)
    assert scores_of(workspace, "session", "score", "n_answered") == [(1, 30.0, 4), (2, 20.0, 4)]
    assert [workspace.import_ratings(read(file)).import_number for file in order] == [0, 0]


def test_given_scores_that_the_kept_items_make_are_nothing_new(workspace):
    workspace.import_ratings(read(ITEMS))
    assert workspace.compare(read(SAME)).sentences() == ("Nothing is new: all 2 form(s) are here already.",)
    assert "Nothing is new" in workspace.import_ratings(read("case,session,SRS\nA,1,\nA,2,20\n")).sentences()[0]
    assert scores_of(workspace, "session", "score", "n_answered") == [(1, 30.0, 4), (2, 20.0, 4)]


def test_a_given_score_that_kept_items_contradict_stays_out_and_is_said(workspace):
    workspace.import_ratings(read(ITEMS))
    assert workspace.compare(read(OTHER)).n_refuted == 1
    done = workspace.import_ratings(read(OTHER))
    assert (done.n_refuted, done.n_filled, done.n_same, done.n_open) == (1, 0, 1, 0)
    assert "1 given score(s) differ from what the answers kept here make" in " ".join(done.sentences())
    assert scores_of(workspace, "session", "score") == [(1, 30.0), (2, 20.0)]
    again = workspace.import_ratings(read(OTHER))
    assert (again.import_number, again.n_refuted) == (0, 1)
    assert "Nothing is new" not in " ".join(again.sentences())


def test_items_that_would_change_a_kept_score_wait_for_a_decision(workspace):
    workspace.import_ratings(read(OTHER))
    done = workspace.import_ratings(read(ITEMS))
    assert (done.n_held, done.n_filled, done.n_opened) == (4, 4, 1)
    assert scores_of(workspace, "session", "score") == [(1, 35.0), (2, 20.0)]
    assert len(workspace.responses()) == 4
    asked = workspace.conflicts()
    assert asked[["session", "what", "stored", "brought"]].to_numpy().tolist() == [[1, "score total", "35", "30"]]
    assert workspace.import_ratings(read(ITEMS)).n_opened == 0
    workspace.decide(asked["conflict_id"], "replace", "the items are right")
    assert workspace.history("A")[["what", "old", "new"]].to_numpy().tolist() == [["score total", "35", "30"]]
    assert workspace.import_ratings(read(ITEMS)).n_filled == 4
    assert scores_of(workspace, "session", "score", "n_answered") == [(1, 30.0, 4), (2, 20.0, 4)]


def test_a_score_that_was_kept_stays_and_the_items_stay_out(workspace):
    workspace.import_ratings(read(OTHER))
    workspace.import_ratings(read(ITEMS), "keep")
    for choice in ("list", "replace"):
        done = workspace.import_ratings(read(ITEMS), choice)
        assert (done.n_settled, done.n_held, done.n_open) == (1, 4, 0)
    assert scores_of(workspace, "session", "score") == [(1, 35.0), (2, 20.0)]


def test_replacing_takes_score_and_items_at_once(workspace):
    workspace.import_ratings(read(OTHER))
    done = workspace.import_ratings(read(ITEMS), "replace")
    assert (done.n_held, done.n_filled, done.n_replaced) == (0, 8, 1)
    assert scores_of(workspace, "session", "score", "n_answered") == [(1, 30.0, 4), (2, 20.0, 4)]
    assert workspace.history("A")[["what", "old", "new"]].to_numpy().tolist() == [["score total", "35", "30"]]
