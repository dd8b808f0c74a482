"""What must not break a workspace: a program killed in the middle, two programs at once, a reader meanwhile."""

import signal
import subprocess
import sys
import time

import pytest

import supervision_kit as sk
from supervision_kit.workspace.database import select_rows
from workspaces import read, scores_of

FIRST = "case,session,SRS\nA,1,30\nA,2,31\n"
N_CASES = 1_500

# a program of its own: tells each step on its output, so that it can be met in the middle of it
IMPORT = """
import sys
import supervision_kit as sk
from supervision_kit.workspace import importing
where, n_cases, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
forms = [(case, session) for case in range(first, first + n_cases) for session in (1, 2, 3)]
rows = "".join(f"K{case},{session},{(case + session) % 41}\\n" for case, session in forms)
ratings = sk.read_ratings(("case,session,SRS\\n" + rows).encode())
write = importing.insert_rows
def telling(connection, table, columns, rows):
    print("before", table, flush=True)
    write(connection, table, columns, rows)
    print("after", table, flush=True)
importing.insert_rows = telling
with sk.Workspace(where, user="other") as workspace:
    print("ready", flush=True)
    if len(sys.argv) > 4:
        sys.stdin.readline()
    print("new", workspace.import_ratings(ratings).n_new_forms, flush=True)
"""


def start_import(where, *, n_cases=N_CASES, first=0, wait=False):
    command = [sys.executable, "-c", IMPORT, where, str(n_cases), str(first), *(["wait"] if wait else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def state_of(where):
    """Return all that the tables hold but the audit, which grows with every look."""
    with sk.Workspace(where) as workspace, workspace._database.reading() as connection:
        names = ("cases", "imports", "forms", "answers", "history", "conflicts")
        return {name: sorted(select_rows(connection, f"SELECT * FROM {name}"), key=repr) for name in names}  # noqa: S608


@pytest.mark.parametrize(
    "moment",
    [
        "before imports",
        "after imports",
        "before cases",
        "before forms",
        "after forms",
        "before answers",
        "after answers",
    ],
)
def test_a_program_killed_in_the_middle_of_an_import_leaves_the_workspace_as_it_was(where, moment):
    with sk.Workspace(where) as workspace:
        workspace.import_ratings(read(FIRST))
    before = state_of(where)
    program = start_import(where)
    for line in program.stdout:
        if line.strip() == moment:
            break
    program.send_signal(signal.SIGKILL)
    _, said = program.communicate()
    assert program.returncode == -signal.SIGKILL, said
    assert state_of(where) == before
    with sk.Workspace(where) as workspace:  # and it works as ever
        assert workspace.import_ratings(read(FIRST + "A,3,32\n")).n_new_forms == 1


def test_a_program_killed_at_any_time_leaves_all_of_its_import_or_nothing(where):
    with sk.Workspace(where) as workspace:
        workspace.import_ratings(read(FIRST))
    before = state_of(where)
    outcomes = set()
    for delay in (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 5.0):
        program = start_import(where)
        for line in program.stdout:
            if line.strip() == "after forms":
                break
        time.sleep(delay)  # the answers, the commit, or the end
        program.kill()
        program.communicate()
        after = state_of(where)
        n_new = len(after["forms"]) - len(before["forms"])
        outcomes.add(n_new)
        assert n_new in {0, N_CASES * 3}
        assert len(after["answers"]) - len(before["answers"]) == n_new
    assert outcomes >= {N_CASES * 3}, "the last one was given time to end"


def test_a_file_killed_in_the_middle_is_sound(tmp_path):
    import sqlite3

    path = tmp_path / "w.sqlite"
    program = start_import(str(path))
    for line in program.stdout:
        if line.strip() == "after answers":
            break
    program.kill()
    program.communicate()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM forms").fetchone() == (0,)


def test_two_programs_that_import_at_once_both_succeed_and_nothing_is_lost(where):
    with sk.Workspace(where) as workspace:
        workspace.import_ratings(read(FIRST))
    # the second half of the first and the first half of the second are the same forms
    programs = [start_import(where, first=first, wait=True) for first in (0, N_CASES // 2)]
    for program in programs:
        assert program.stdout.readline().strip() == "ready"
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    said = [program.communicate()[0].splitlines()[-1].split() for program in programs]
    assert [program.returncode for program in programs] == [0, 0]
    assert sum(int(n_new) for _, n_new in said) == N_CASES // 2 * 3 * 3
    with sk.Workspace(where) as workspace:
        scores = workspace.scores()
        assert len(scores) == N_CASES // 2 * 3 * 3 + 2
        new = scores[scores["case_id"] != "A"]
        assert (new["score"] == (new["case_id"].str[1:].astype(int) + new["session"]) % 41).all()
        assert len(workspace.conflicts()) == 0


def test_two_programs_that_make_the_same_workspace_at_once_both_succeed(tmp_path):
    where = str(tmp_path / "new" / "w.sqlite")
    programs = [start_import(where, n_cases=5, first=first) for first in (0, 100)]
    for program in programs:
        _, errors = program.communicate()
        assert program.returncode == 0, errors
    with sk.Workspace(where) as workspace:
        assert len(workspace.case_ids()) == 10


def test_a_reader_sees_the_whole_of_before_or_after_while_another_program_writes(where):
    with sk.Workspace(where) as workspace:
        workspace.import_ratings(read(FIRST))
        program = start_import(where)
        seen = set()
        while program.poll() is None:
            seen.add(len(workspace.scores()))
        _, errors = program.communicate()
        assert program.returncode == 0, errors
        seen.add(len(workspace.scores()))
        assert seen <= {2, 2 + N_CASES * 3}
        assert 2 + N_CASES * 3 in seen


def test_a_workspace_locked_for_too_long_is_said_plainly_and_nothing_is_changed(tmp_path):
    import sqlite3

    path = tmp_path / "w.sqlite"
    with sk.Workspace(path, wait=0.2) as workspace:
        workspace.import_ratings(read(FIRST))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sk.WorkspaceError, match="is being written by another program"):
            workspace.import_ratings(read("case,session,SRS\nB,1,30\n"))
        other.execute("ROLLBACK")
        other.close()
        assert workspace.case_ids() == ("A",)


def test_a_database_locked_for_too_long_is_said_plainly(postgres):
    with sk.Workspace(postgres, wait=0.2) as workspace, sk.Workspace(postgres) as other:
        with other._database.writing(), pytest.raises(sk.WorkspaceError, match="is being written by another program"):
            workspace.import_ratings(read(FIRST))
        assert workspace.import_ratings(read(FIRST)).n_new_forms == 2


def test_on_postgres_a_look_need_not_wait_for_an_import(postgres):
    with sk.Workspace(postgres, wait=0.2) as workspace, sk.Workspace(postgres) as other:
        workspace.import_ratings(read(FIRST))
        with other._database.writing():
            assert len(workspace.scores()) == 2


def test_what_fails_half_way_leaves_nothing_behind(where, monkeypatch):
    from supervision_kit.workspace import importing

    with sk.Workspace(where) as workspace:
        workspace.import_ratings(read(FIRST))
        before = state_of(where)
        write = importing.insert_rows

        def stumble(connection, table, columns, rows):
            if table == "answers" and rows:
                raise KeyboardInterrupt
            write(connection, table, columns, rows)

        monkeypatch.setattr(importing, "insert_rows", stumble)
        with pytest.raises(KeyboardInterrupt):
            workspace.import_ratings(read("case,session,SRS\nB,1,30\n"))
        monkeypatch.undo()
        assert state_of(where) == before
        assert scores_of(workspace, "score") == [(30.0,), (31.0,)]
        assert workspace.import_ratings(read("case,session,SRS\nB,1,30\n")).n_new_forms == 1
