"""Sessions counted from dates: one count over all files of a case, and never a guess beside numbers."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import supervision_kit as sk
from workspaces import read, scores_of


def by_date(*forms, case="A"):
    """Return the ratings of a file without session numbers: day and score of each form."""
    return read("case,date,SRS\n" + "".join(f"{case},{day},{score}\n" for day, score in forms))


EARLY = by_date(("2026-03-02", 30), ("2026-03-16", 32))
BETWEEN = by_date(("2026-03-09", 31), ("2026-03-23", 33))


def test_a_later_file_is_counted_on_over_the_dates_of_both(workspace):
    workspace.import_ratings(EARLY)
    assert scores_of(workspace, "session", "score") == [(1, 30.0), (2, 32.0)]
    plan = workspace.compare(BETWEEN)
    assert (plan.n_new_forms, plan.n_renumbered, plan.n_changed_forms) == (2, 1, 0)
    workspace.import_ratings(BETWEEN)
    assert scores_of(workspace, "session", "score") == [(1, 30.0), (2, 31.0), (3, 32.0), (4, 33.0)]
    moved = workspace.history("A")[["what", "old", "new", "reason"]].to_numpy().tolist()
    assert moved == [["session", "2", "3", "counted anew from the dates"]]


def test_each_file_again_changes_nothing(workspace):
    workspace.import_ratings(EARLY)
    workspace.import_ratings(BETWEEN)
    for ratings in (EARLY, BETWEEN, EARLY):
        done = workspace.import_ratings(ratings)
        assert (done.n_same, done.n_renumbered, done.n_opened, done.import_number) == (2, 0, 0, 0)


def test_what_was_noted_on_a_session_goes_with_its_date(workspace):
    workspace.import_ratings(EARLY)
    workspace.add_note("A", "on 2 March", 1)
    workspace.add_note("A", "on 16 March", 2)
    workspace.add_decision("A", "on 16 March", 2)
    workspace.add_agenda_item("A", "on 16 March", 2)
    workspace.import_ratings(by_date(("2026-02-23", 29), ("2026-03-09", 31)))
    assert workspace.notes()[["session", "text"]].to_numpy().tolist() == [[2, "on 2 March"], [4, "on 16 March"]]
    assert workspace.decisions()["session"].tolist() == workspace.agenda()["session"].tolist() == [4]


def test_a_changed_value_is_a_conflict_on_its_date_whatever_its_number(workspace):
    workspace.import_ratings(EARLY)
    done = workspace.import_ratings(by_date(("2026-03-09", 31), ("2026-03-16", 35)))
    assert done.n_opened == 1
    assert workspace.conflicts()[["session", "stored", "brought"]].to_numpy().tolist() == [[3, "32", "35"]]


def test_a_day_of_which_no_form_could_be_read_keeps_its_number(workspace):
    text = "case,date,SRS\nA,2026-03-02,30\nA,2026-03-09,99\nA,2026-03-16,32\n"
    ratings = read(text)
    assert ratings.scores["session"].tolist() == [1, 3]
    workspace.import_ratings(ratings)
    assert workspace.import_ratings(read(text)).n_renumbered == 0
    workspace.import_ratings(by_date(("2026-03-23", 33)))
    assert scores_of(workspace, "session") == [(1,), (3,), (4,)]
    workspace.import_ratings(by_date(("2026-03-09", 31)))
    assert scores_of(workspace, "session", "score") == [(1, 30.0), (2, 31.0), (3, 32.0), (4, 33.0)]


NUMBERED = "case,session,date,SRS\nA,3,2026-03-02,30\nA,5,2026-03-16,32\n"


def test_beside_numbers_a_date_takes_the_number_said_for_it_and_else_has_no_place(workspace):
    workspace.import_ratings(read(NUMBERED))
    other = read("case,date,rater,SRS\nA,2026-03-16,therapist,25\nA,2026-03-09,therapist,26\n")
    done = workspace.import_ratings(other)
    assert (done.n_new_forms, done.n_unplaced) == (1, 1)
    assert done.unplaced[["case_id", "date"]].to_numpy().tolist() == [["A", "2026-03-09"]]
    assert "its date is not among the sessions that carry a number" in done.unplaced["reason"][0]
    assert any("have no place" in sentence for sentence in done.sentences())
    assert scores_of(workspace, "rater", "session") == [("client", 3), ("client", 5), ("therapist", 5)]
    assert workspace.import_ratings(other).n_same == 1


def test_a_date_with_two_numbers_gives_none(workspace):
    workspace.import_ratings(read("case,session,date,SRS\nA,3,2026-03-02,30\nA,4,2026-03-02,31\n"))
    done = workspace.import_ratings(read("case,date,rater,SRS\nA,2026-03-02,therapist,25\n"))
    assert (done.n_new_forms, done.n_unplaced) == (0, 1)


def test_numbers_for_all_dates_kept_take_the_place_of_the_count(workspace):
    workspace.import_ratings(EARLY)
    workspace.add_note("A", "on 16 March", 2)
    done = workspace.import_ratings(read(NUMBERED))
    assert (done.n_same, done.n_renumbered, done.n_new_forms, done.n_opened) == (2, 2, 0, 0)
    assert scores_of(workspace, "session", "score") == [(3, 30.0), (5, 32.0)]
    assert workspace.notes()["session"].tolist() == [5]


def test_numbers_for_some_of_the_dates_kept_have_no_place(workspace):
    workspace.import_ratings(EARLY)
    done = workspace.import_ratings(read("case,session,date,SRS\nA,3,2026-03-02,30\nA,6,2026-03-30,32\n"))
    assert (done.n_new_forms, done.n_unplaced, done.n_renumbered) == (0, 2, 0)
    assert scores_of(workspace, "session", "score") == [(1, 30.0), (2, 32.0)]


@given(
    days=st.lists(st.integers(0, 60), min_size=1, max_size=12, unique=True),
    files=st.lists(st.integers(0, 3), min_size=12, max_size=12),
    order=st.permutations(range(4)),
)
@settings(max_examples=25)
def test_however_the_days_are_spread_over_files_they_are_counted_in_order(tmp_path_factory, days, files, order):
    start = date(2026, 1, 1)
    with sk.Workspace(tmp_path_factory.mktemp("w") / "w.sqlite") as workspace:
        for file in order:
            forms = [
                (start + timedelta(days=day), day % 41) for day, of in zip(days, files, strict=False) if of == file
            ]
            if forms:
                workspace.import_ratings(by_date(*forms))
        expected = [(at, float(day % 41)) for at, day in enumerate(sorted(days), start=1)]
        assert scores_of(workspace, "session", "score") == expected


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_many_cases_at_once(workspace, order):
    rows = [[f"C{case},2026-03-{2 + 7 * at:02d},{20 + at}\n" for case in range(50)] for at in range(3)]
    files = ["case,date,SRS\n" + "".join(each) for each in rows]
    for at in order:
        workspace.import_ratings(read(files[at]))
    table = workspace.scores()
    assert (table["score"] == table["session"] + 19).all()
    assert len(table) == 150
