"""Importing: what is new goes in, what is known stays, what differs is asked about."""

import pytest

import supervision_kit as sk
from workspaces import read, scores_of

MARCH = "case,session,SRS,therapist\nA,1,30,T1\nA,2,31,T1\nB,1,,T2\n"
APRIL = "case,session,SRS,therapist\nA,1,33,T1\nA,2,31,T9\nB,1,12,T2\nC,1,20,\n"
ITEMS = "case,session,date,SRS 1,SRS 2,SRS 3,SRS 4\nA,1,2026-03-02,9,8,7,6\nA,2,2026-03-09,9,,,6\n"


def test_the_first_file_goes_in_and_comes_out_as_it_was(workspace):
    ratings = read(MARCH)
    done = workspace.import_ratings(ratings)
    assert (done.n_forms, done.n_new_forms, done.n_same, done.new_cases) == (3, 3, 0, ("A", "B"))
    assert workspace.scores().equals(ratings.scores)
    assert scores_of(workspace, "case_id", "session", "score")[:2] == [("A", 1, 30.0), ("A", 2, 31.0)]


def test_a_form_that_was_left_blank_is_kept_as_blank(workspace):
    workspace.import_ratings(read(MARCH))
    blank = workspace.scores(["B"])
    assert blank["score"].isna().tolist() == [True]


def test_items_come_back_with_their_blanks_and_are_scored_at_reading(workspace):
    ratings = read(ITEMS)
    workspace.import_ratings(ratings)
    assert workspace.responses().equals(ratings.responses)
    assert workspace.scores().equals(ratings.scores)
    assert workspace.scores()["score"].iloc[0] == 30.0  # 9 + 8 + 7 + 6


def test_the_same_file_again_changes_nothing_and_says_so(workspace):
    workspace.import_ratings(read(MARCH))
    again = workspace.import_ratings(read(MARCH))
    assert (again.n_new_forms, again.n_same, again.import_number) == (0, 3, 0)
    assert again.sentences() == ("Nothing is new: all 3 form(s) are here already.",)


def test_an_overlapping_file_adds_what_is_new_and_lists_what_differs(workspace):
    workspace.import_ratings(read(MARCH))
    plan = workspace.compare(read(APRIL))
    assert (plan.n_new_forms, plan.n_filled, plan.n_changed_forms, plan.new_cases) == (1, 1, 2, ("C",))
    changed = sorted(
        plan.changed[["case_id", "session", "what", "stored", "brought"]].itertuples(index=False, name=None)
    )
    assert changed == [("A", 1, "score total", "30", "33"), ("A", 2, "therapist", "T1", "T9")]
    assert len(workspace.conflicts()) == 0, "comparing writes nothing"
    done = workspace.import_ratings(read(APRIL))
    assert (done.n_opened, done.n_open) == (2, 2)
    expected = [("A", 1, 30.0), ("A", 2, 31.0), ("B", 1, 12.0), ("C", 1, 20.0)]
    assert scores_of(workspace, "case_id", "session", "score") == expected


def test_a_value_that_fills_a_blank_is_new_and_a_blank_takes_nothing_away(workspace):
    workspace.import_ratings(read("case,session,SRS\nA,1,\n"))
    assert workspace.import_ratings(read("case,session,SRS,therapist\nA,1,25,T1\n")).n_filled == 2
    back = workspace.import_ratings(read("case,session,SRS\nA,1,\n"))
    assert (back.n_blank, back.n_opened) == (2, 0)
    assert scores_of(workspace, "score", "therapist_id") == [(25.0, "T1")]
    old_and_new = workspace.history("A")[["what", "old", "new"]].itertuples(index=False, name=None)
    assert sorted(old_and_new) == [("score total", None, "25"), ("therapist", None, "T1")]


def test_conflicts_outlive_the_program_and_are_not_opened_twice(where):
    with sk.Workspace(where) as workspace:
        workspace.import_ratings(read(MARCH))
        workspace.import_ratings(read(APRIL))
    with sk.Workspace(where) as workspace:
        assert len(workspace.conflicts()) == 2
        again = workspace.import_ratings(read(APRIL))
        assert (again.n_opened, again.n_open, again.import_number) == (0, 2, 0)


def conflict_over(workspace, what):
    table = workspace.conflicts()
    return int(table.loc[table["what"] == what, "conflict_id"].iloc[0])


def test_replacing_writes_the_new_value_and_keeps_the_old_in_history(workspace):
    workspace.import_ratings(read(MARCH))
    workspace.import_ratings(read(APRIL))
    workspace.decide(conflict_over(workspace, "score total"), "replace", "typing error in March")
    assert scores_of(workspace, "case_id", "score")[0] == ("A", 33.0)
    last = workspace.history("A").iloc[-1]
    assert last[["what", "old", "new", "changed_by", "reason"]].tolist() == [
        "score total", "30", "33", "tester", "typing error in March",
    ]  # fmt: skip


def test_what_was_decided_stays_decided_whichever_file_comes_again(workspace):
    workspace.import_ratings(read(MARCH))
    workspace.import_ratings(read(APRIL))
    workspace.decide(conflict_over(workspace, "score total"), "replace")
    workspace.decide(conflict_over(workspace, "therapist"), "keep")
    for text in (MARCH, APRIL):
        done = workspace.import_ratings(read(text))
        assert (done.n_opened, done.n_open, done.n_settled) == (0, 0, 1)
    assert workspace.import_ratings(read(APRIL), "replace").n_settled == 1
    assert scores_of(workspace, "score", "therapist_id")[:2] == [(33.0, "T1"), (31.0, "T1")]


def test_deciding_twice_is_refused_in_plain_words_and_reopening_allows_it(workspace):
    workspace.import_ratings(read(MARCH))
    workspace.import_ratings(read(APRIL))
    number = conflict_over(workspace, "score total")
    workspace.decide(number, "keep")
    with pytest.raises(
        sk.WorkspaceError, match=rf"Nothing was decided. Of the conflicts, {number} was decided already"
    ):
        workspace.decide(number, "replace")
    with pytest.raises(sk.WorkspaceError, match="There is no conflict of the number"):
        workspace.decide(99, "keep")
    workspace.reopen(number)
    workspace.decide(number, "replace")
    assert scores_of(workspace, "score")[0] == (33.0,)
    workspace.reopen(number)  # what stood there before is now what there is to decide on
    assert workspace.conflicts()[["stored", "brought"]].iloc[0].tolist() == ["T1", "T9"]
    table = workspace.conflicts().set_index("conflict_id")
    assert table.loc[number, ["stored", "brought"]].tolist() == ["33", "30"]


def test_a_conflict_dissolves_where_a_later_file_agrees_with_what_is_kept(workspace):
    workspace.import_ratings(read("case,session,SRS\nA,1,30\n"))
    workspace.import_ratings(read("case,session,SRS\nA,1,33\n"))
    done = workspace.import_ratings(read("case,session,SRS\nA,1,30\nA,2,31\n"))
    assert (done.n_dissolved, done.n_open) == (1, 0)


def test_of_two_conflicts_over_a_value_the_other_dissolves_when_it_comes_true(workspace):
    for score in (30, 33, 35):
        workspace.import_ratings(read(f"case,session,SRS\nA,1,{score}\n"))
    table = workspace.conflicts()
    assert table["brought"].tolist() == ["33", "35"]
    with pytest.raises(sk.WorkspaceError, match="choose which one shall replace it"):
        workspace.decide(table["conflict_id"], "replace")
    workspace.decide(int(table["conflict_id"][0]), "replace")
    assert workspace.conflicts()[["stored", "brought"]].to_numpy().tolist() == [["33", "35"]]


@pytest.mark.parametrize(("on_change", "score", "counts"), [("keep", 30.0, (1, 0)), ("replace", 33.0, (0, 1))])
def test_the_user_can_say_beforehand_what_becomes_of_changes(workspace, on_change, score, counts):
    workspace.import_ratings(read("case,session,SRS\nA,1,30\n"))
    done = workspace.import_ratings(read("case,session,SRS\nA,1,33\n"), on_change)
    assert (done.n_kept, done.n_replaced) == counts
    assert done.n_open == 0
    assert scores_of(workspace, "score") == [(score,)]
    again = workspace.import_ratings(read("case,session,SRS\nA,1,33\n"))
    assert again.n_open == 0


def test_a_choice_that_is_none_is_refused(workspace):
    with pytest.raises(sk.SettingError, match="on_change is one of list, keep, replace"):
        workspace.import_ratings(read(MARCH), "overwrite")


def test_a_day_and_a_moment_of_it_are_no_contradiction_and_another_day_is(workspace):
    workspace.import_ratings(read("case,session,date,SRS\nA,1,2026-03-02,30\n"))
    assert workspace.import_ratings(read("case,session,date,SRS\nA,1,2026-03-02 10:30,30\n")).n_opened == 0
    assert workspace.import_ratings(read("case,session,date,SRS\nA,1,2026-03-03,30\n")).n_opened == 1
    assert workspace.conflicts()[["what", "stored", "brought"]].iloc[0].tolist() == ["date", "2026-03-02", "2026-03-03"]


def test_a_decimal_is_kept_to_the_last_bit(workspace):
    text = "case,session,WAI-SR bond\nA,1,3.8333333333333335\nA,2,4.1\n"
    workspace.import_ratings(read(text))
    assert workspace.import_ratings(read(text)).n_same == 2
    assert [score for (score,) in scores_of(workspace, "score")] == [3.8333333333333335, 4.1]


def test_codes_are_kept_as_text(workspace):
    workspace.import_ratings(read("case,session,SRS\n007,1,30\n7,1,31\n=1+1,1,32\n"))
    assert workspace.case_ids() == ("007", "7", "=1+1")
