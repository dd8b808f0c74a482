"""Opening: what is made, with which rights, what is upgraded, and what is refused in plain words."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import event

import supervision_kit as sk
from supervision_kit.workspace import versions
from supervision_kit.workspace.places import find_place
from supervision_kit.workspace.schema import tables
from workspaces import read, scores_of

FIRST = "case,session,SRS\nA,1,30\nA,2,31\n"
OLD = Path(__file__).parent / "files" / "workspace_version_1.sqlite"
SECOND = Path(__file__).parent / "files" / "workspace_version_2.sqlite"
THIRD = Path(__file__).parent / "files" / "workspace_version_3.sqlite"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_made_with_its_folder_for_its_owner_only(tmp_path):
    previous = os.umask(0)
    try:
        path = tmp_path / "new" / "folder" / "w.sqlite"
        with sk.Workspace(path) as workspace, workspace._database.reading():
            workspace_files = sorted(path.parent.iterdir())
            assert [file.name for file in workspace_files] == ["w.sqlite", "w.sqlite-shm", "w.sqlite-wal"]
            assert {mode(file) for file in workspace_files} == {0o600}
        assert [mode(folder) for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]
    finally:
        os.umask(previous)


def test_a_copy_put_back_with_open_rights_is_closed_again(tmp_path):
    path = tmp_path / "w.sqlite"
    sk.Workspace(path).close()
    path.chmod(0o644)
    sk.Workspace(path).close()
    assert mode(path) == 0o600


def test_a_file_uses_a_write_ahead_log_foreign_keys_and_overwrites_what_is_deleted(tmp_path):
    with sk.Workspace(tmp_path / "w.sqlite") as workspace, workspace._database.reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 30_000}


def test_the_environment_names_the_workspace_and_without_it_the_users_folder_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("SUPERVISION_KIT_WORKSPACE", str(tmp_path / "named.sqlite"))
    assert sk.Workspace().path == tmp_path / "named.sqlite"
    monkeypatch.delenv("SUPERVISION_KIT_WORKSPACE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    if sys.platform == "linux":
        assert find_place(None).path == tmp_path / "data" / "supervision_kit" / "workspace.sqlite"


# Versions


def test_the_tables_of_the_code_are_the_tables_that_the_versions_make(workspace):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with workspace._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "workspace_version"})
        assert compare_metadata(context, tables) == []


def test_an_old_file_is_upgraded_with_a_backup_first_and_loses_nothing(tmp_path):
    path = tmp_path / "w.sqlite"
    shutil.copy(OLD, path)
    shutil.copy(OLD, tmp_path / "old.sqlite")  # a look leaves files beside it
    with sqlite3.connect(tmp_path / "old.sqlite") as old:
        names = [name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        before = {name: old.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608
    assert "notes" not in names
    with sk.Workspace(path) as workspace:
        backup = workspace.backup
        assert backup.name.startswith("w.sqlite.backup-version-1-")
        assert mode(backup) == 0o600
        # written by hand into tests/files/make_workspace_version_1.py
        scores = scores_of(workspace, "case_id", "session", "score")
        assert scores[:3] == [("007", 4, 24.0), ("A", 1, 33.0), ("A", 2, 31.0)]
        assert [str(part) for part in scores[3]] == ["Ö 2", "1", "nan"]
        workspace.add_note("A", "now there is room for notes")
    with sqlite3.connect(backup) as kept:
        assert {name: kept.execute(f"SELECT * FROM {name}").fetchall() for name in names} == before  # noqa: S608
    with sqlite3.connect(path) as new:
        for name in set(names) - {"workspace_version", "audit", "case_sets", "case_set_members"}:
            assert new.execute(f"SELECT * FROM {name}").fetchall() == before[name]  # noqa: S608
        audit = new.execute("SELECT * FROM audit").fetchall()
        assert audit[: len(before["audit"])] == before["audit"]
    with sk.Workspace(path) as workspace:
        assert workspace.backup is None


def check_second_version(workspace):
    """Hold what the second version left (written by hand into tests/files/make_workspace_version_2.py) against this."""
    assert scores_of(workspace, "case_id", "session", "score")[:2] == [("A", 1, 33.0), ("A", 2, 31.0)]
    notes = workspace.notes()
    assert notes[["id", "case_id", "session", "text"]].to_numpy().tolist()[0] == [1, "A", 1, "one\nline"]
    assert notes["changed_by"].isna().all()
    decisions = workspace.decisions()
    assert decisions[["case_id", "text", "agenda_item", "state", "state_note"]].to_numpy().tolist()[0] == [
        "A", "name the withdrawal", 1, "open", "",
    ]  # fmt: skip
    assert decisions["session"].tolist()[0] == 2
    assert decisions["session"].isna().tolist() == [False, True], "what was written down is left as it was"
    assert workspace.agenda()["state"].tolist() == ["open", "done"]
    assert workspace.mappings()[0].headings == ("Pat.", "S", "SRS")
    assert workspace.erased()["case_number"].tolist() == [3]
    number = workspace.judge_episode("A", rater="client", instrument="srs", scale="total", onset=2, verdict="unsure")
    assert workspace.judgements()["id"].tolist() == [number]
    workspace.set_decision_state(1, "kept")
    assert workspace.undo() == "what became of a decision on A"


def test_a_file_of_the_second_version_is_upgraded_and_goes_on(tmp_path):
    shutil.copy(SECOND, tmp_path / "w.sqlite")
    with sk.Workspace(tmp_path / "w.sqlite") as workspace:
        assert workspace.backup.name.startswith("w.sqlite.backup-version-2-")
        check_second_version(workspace)


def test_a_database_of_the_second_version_is_upgraded_with_what_it_holds(postgres):
    from supervision_kit.workspace.database import Database, insert_rows, select_rows
    from supervision_kit.workspace.versions import bring_up_to_date

    database = Database(find_place(postgres), wait=5)
    bring_up_to_date(database, to="2")
    with sqlite3.connect(SECOND) as old, database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM settings")
        names = [
            "settings", "cases", "imports", "forms", "answers", "history", "agenda", "notes", "decisions", "mappings",
            "case_sets", "case_set_members", "audit",
        ]  # fmt: skip
        for name in names:
            rows = old.execute(f"SELECT * FROM {name}")  # noqa: S608
            insert_rows(connection, name, [column[0] for column in rows.description], rows.fetchall())
        assert len(select_rows(connection, "SELECT * FROM notes")) == 2
    database.engine.dispose()
    with sk.Workspace(postgres, upgrade=True) as workspace:
        check_second_version(workspace)


def test_an_export_of_the_second_version_is_restored_into_the_newest(where):
    with sk.Workspace.restore(SECOND.with_suffix(".zip"), into=where) as workspace:
        check_second_version(workspace)


def check_third_version(workspace):
    """Hold what the third version left (written by hand into tests/files/make_workspace_version_3.py) against this."""
    assert workspace.decisions()["state"].tolist() == ["open", "kept"]
    assert workspace.annotations()[["case_id", "session", "kind"]].to_numpy().tolist() == [["A", 2, "crisis"]]
    assert workspace.judgements()[["case_id", "onset", "verdict"]].to_numpy().tolist() == [["A", 2, "rupture"]]
    assert workspace.codes()["code"].tolist() == ["denial"]
    assert workspace.consents()["teaching"].tolist() == [True, pd.NA]
    assert workspace.pseudonyms("A") == {"A": "B2C3D"}
    key = pd.DataFrame({"case_id": ["A"], "code": ["case-01"], "therapists": [{"therapist-A": "T1"}]})
    workspace.keep_key("first", key.assign(sessions=[[1, 2]]))
    assert workspace.key("first")["sessions"].tolist() == [[1, 2]]


def test_a_file_of_the_third_version_is_upgraded_and_goes_on(tmp_path):
    shutil.copy(THIRD, tmp_path / "w.sqlite")
    with sk.Workspace(tmp_path / "w.sqlite") as workspace:
        assert workspace.backup.name.startswith("w.sqlite.backup-version-3-")
        check_third_version(workspace)


def test_an_export_of_the_third_version_is_restored_into_the_newest(where):
    with sk.Workspace.restore(THIRD.with_suffix(".zip"), into=where) as workspace:
        check_third_version(workspace)


def test_an_upgrade_that_fails_leaves_the_old_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "w.sqlite"
    shutil.copy(OLD, path)
    before = path.read_bytes()
    migrate = versions.migrate

    def stumble(connection, to):
        migrate(connection, to)
        connection.exec_driver_sql("INSERT INTO no_such_table VALUES (1)")

    monkeypatch.setattr(versions, "migrate", stumble)
    with pytest.raises(sk.WorkspaceError, match="Nothing was changed"):
        sk.Workspace(path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    with sk.Workspace(path) as workspace:
        assert len(workspace.scores()) == 4


def test_an_upgrade_without_room_for_a_backup_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "w.sqlite"
    shutil.copy(OLD, path)

    def refuse(*_arguments, **_settings):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(versions.os, "open", refuse)
    with pytest.raises(sk.WorkspaceError, match="its backup could not be written beside it"):
        versions.back_up(path, version="1")
    assert [file.name for file in tmp_path.iterdir()] == ["w.sqlite"]


def test_an_old_database_is_upgraded_only_when_asked(postgres):
    from supervision_kit.workspace.database import Database
    from supervision_kit.workspace.versions import bring_up_to_date

    database = Database(find_place(postgres), wait=5)
    bring_up_to_date(database, to="1")
    database.engine.dispose()
    with pytest.raises(
        sk.WorkspaceError, match=r"is in version 1 and this kit needs version 4\. Have the database backed"
    ):
        sk.Workspace(postgres)
    with sk.Workspace(postgres, upgrade=True) as workspace:
        workspace.import_ratings(read(FIRST))
    sk.Workspace(postgres).close()


@pytest.mark.parametrize("version", ["5", "99", "x"])
def test_a_workspace_of_a_newer_kit_is_refused(where, version):
    with sk.Workspace(where) as workspace, workspace._database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE workspace_version SET version_num = '{version}'")  # noqa: S608
    with pytest.raises(sk.WorkspaceError, match="was made by a newer version of supervision_kit"):
        sk.Workspace(where)


# What is refused


def another_programs(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE patients (name TEXT)")


def another_with_our_table(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE workspace_version (version_num TEXT)")


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(bytes(range(256)) * 40),
        lambda path: path.write_text("case,session,SRS\nA,1,30\n"),
        lambda path: path.write_bytes(b"SQLite format 3\0" + b"\x07" * 5_000),
        another_programs,
        another_with_our_table,
        lambda path: path.mkdir(),
    ],
)
def test_what_is_no_workspace_is_refused_and_left_as_it_is(tmp_path, make):
    path = tmp_path / "w.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(sk.WorkspaceError, match=r"w\.sqlite is (no workspace|damaged|a folder)"):
        sk.Workspace(path)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert [file.name for file in tmp_path.iterdir()] == ["w.sqlite"]


def test_a_file_that_is_gone_is_not_made_anew_under_an_open_workspace(tmp_path):
    path = tmp_path / "w.sqlite"
    with sk.Workspace(path) as workspace:
        workspace.import_ratings(read(FIRST))
        path.unlink()
        for use in (workspace.scores, lambda: workspace.import_ratings(read(FIRST))):
            with pytest.raises(sk.WorkspaceError, match=r"w\.sqlite cannot be opened: it is gone"):
                use()
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_nowhere_is_refused(tmp_path):
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "nowhere.sqlite")
    with pytest.raises(sk.WorkspaceError, match=r"link\.sqlite is a link to a file that is not there"):
        sk.Workspace(tmp_path / "link.sqlite")


@pytest.mark.parametrize(
    "change",
    ["UPDATE answers SET value = 'zebra'", "UPDATE forms SET date = 'zebra'", "UPDATE forms SET session = 'z'"],
)
def test_what_another_program_wrote_into_the_file_is_said_without_quoting_it(tmp_path, change):
    path = tmp_path / "w.sqlite"
    with sk.Workspace(path) as workspace:
        workspace.import_ratings(read(FIRST))
        other = sqlite3.connect(path)
        other.execute(change if "session" not in change else f"{change} WHERE session = 2")
        other.commit()
        other.close()
        with pytest.raises(sk.WorkspaceError, match="something that the kit does not write") as refused:
            workspace.scores()
        assert "zebra" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "look"),
    [
        ("UPDATE notes SET at = 'zebra'", lambda w: w.notes()),
        ("UPDATE annotations SET session = 'zebra'", lambda w: w.annotations()),
        ("UPDATE annotations SET rebases = 'zebra'", lambda w: w.annotations()),
        ("UPDATE agenda SET follow_up = 'zebra'", lambda w: w.agenda()),
        ("UPDATE preferences SET value = '{zebra'", lambda w: w.preference("weights")),
        ("UPDATE imports SET at = 'zebra'", lambda w: w.new_since(None)),
        ("UPDATE audit SET at = 'zebra'", lambda w: w.audit()),
    ],
)
def test_what_another_program_wrote_among_what_is_said_is_not_quoted_either(tmp_path, change, look):
    path = tmp_path / "w.sqlite"
    with sk.Workspace(path) as workspace:
        workspace.import_ratings(read(FIRST))
        workspace.add_note("A", "text")
        workspace.add_agenda_item("A", "text", follow_up="2026-03-04")
        workspace.add_annotation("A", 1, "crisis")
        workspace.set_preference("weights", 1)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute(change)
        with pytest.raises(sk.WorkspaceError, match="something that the kit does not write") as refused:
            look(workspace)
        assert "zebra" not in str(refused.value)


@pytest.mark.parametrize("name", ["a b", "ü'q\"", "what?now", "50%20#1", "[1]*"])
def test_any_name_of_a_file_is_taken_as_it_is(tmp_path, name):
    path = tmp_path / name / f"{name}.sqlite"
    for _ in range(2):
        with sk.Workspace(path) as workspace:
            workspace.import_ratings(read(FIRST))
            assert len(workspace.scores()) == 2
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_database_with_other_tables_is_refused(postgres):
    import psycopg

    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE TABLE patients (name TEXT)")
    with pytest.raises(sk.WorkspaceError, match="holds tables that are not a workspace"):
        sk.Workspace(postgres)


AS_NOBODY = """
import os, sys, tempfile
import supervision_kit as sk
sk.Workspace(tempfile.mkdtemp() + "/loads.sqlite").scores()  # all modules, before their folder may not be read
if os.geteuid() == 0:  # whom no rights bind
    os.setgid(65534); os.setuid(65534)
try:
    with sk.Workspace(sys.argv[1]) as workspace:
        workspace.scores()
except sk.WorkspaceError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other rights")
@pytest.mark.parametrize("rights", [(0o755, 0o444), (0o755, 0o000), (0o777, 0o444), (0o555, None), (0o000, None)])
def test_missing_rights_are_said_plainly(rights):
    import tempfile

    folder = Path(tempfile.mkdtemp(dir="/tmp"))  # pytest's own folder is closed to others
    try:
        path = folder / "w.sqlite"
        if rights[1] is not None:
            sk.Workspace(path).close()
            path.chmod(rights[1])
        folder.chmod(rights[0])
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("The workspace w.sqlite ")
        assert done.stdout.count("\n") == 1
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_a_full_disk_is_said_plainly_and_nothing_is_changed(tmp_path):
    with sk.Workspace(tmp_path / "w.sqlite") as workspace:
        workspace.import_ratings(read(FIRST))
        n_pages = 40

        @event.listens_for(workspace._database.engine, "connect")
        def limit(connection, _record):
            connection.execute(f"PRAGMA max_page_count = {n_pages}")

        many = "case,session,SRS\n" + "".join(f"B{case},1,30\n" for case in range(5_000))
        with pytest.raises(sk.WorkspaceError, match="its disk is full"):
            workspace.import_ratings(read(many))
        assert workspace.case_ids() == ("A",)


SECRET = "zebra-7"  # noqa: S105


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://kit:zebra-7@server/db", "A workspace cannot be kept in mysql"),
        ("postgresql://kit:zebra-7@127.0.0.1:1/db", "cannot be reached"),
        ("postgresql://kit:zebra-7@127.0.0.1:port/db", "The workspace's URL cannot be understood"),
        ("postgresql://kit@127.0.0.1:1/db?password=zebra-7", "cannot be reached"),
        ("postgresql://kit:a@zebra-7@127.0.0.1:1/db", "The workspace's URL cannot be understood"),
        ("postgresql://kit:a@b/zebra-7@127.0.0.1:1/db", "The workspace's URL cannot be understood"),
        ("postgresql://kit:zebra-7@127.0.0.1:1/db?nonsense=zebra-7", "cannot be reached"),
    ],
)
def test_a_url_that_does_not_work_is_refused_without_its_password(url, said):
    with pytest.raises(sk.WorkspaceError) as refused:
        sk.Workspace(url)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_wrong_password_or_database_is_said_and_no_password_shown(postgres):
    from sqlalchemy import make_url

    url = make_url(postgres)
    wrong = url.set(password=SECRET).render_as_string(hide_password=False)
    with pytest.raises(sk.WorkspaceError, match="refused the user or the password") as refused:
        sk.Workspace(wrong)
    assert SECRET not in str(refused.value)
    with pytest.raises(sk.WorkspaceError, match="the server has no database of that name"):
        sk.Workspace(url.set(database="none_such").render_as_string(hide_password=False))
    with sk.Workspace(postgres) as workspace:
        assert str(url.password) not in repr(workspace) + repr(workspace._place) + repr(workspace._database.engine)


def test_without_the_driver_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(sk.WorkspaceError, match=r"pip install 'supervision-kit\[postgres\]'"):
        sk.Workspace("postgresql://kit@server/db")


def test_a_nul_in_a_text_is_said_plainly_on_postgres(postgres):
    with sk.Workspace(postgres) as workspace:
        workspace.import_ratings(read(FIRST))
        with pytest.raises(sk.WorkspaceError, match="NUL character"):
            workspace.add_note("A", "a\0b")


def test_a_connection_that_breaks_is_said_plainly(postgres):
    import psycopg

    def break_it(workspace):
        with workspace._database.reading() as connection:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            with psycopg.connect(postgres, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
            connection.exec_driver_sql("SELECT 1")

    with sk.Workspace(postgres) as workspace:
        workspace.import_ratings(read(FIRST))
        with pytest.raises(sk.WorkspaceError, match="broke the connection"):
            break_it(workspace)
        assert len(workspace.scores()) == 2, "the next one goes through"


def test_a_place_is_shown_without_its_password():
    place = find_place("postgresql://anna:s3cret@db.local:5433/clinic?password=s3cret&sslmode=require")
    assert place.shown == "postgresql://anna:***@db.local:5433/clinic"
    assert find_place("/srv/a b.sqlite").shown == "/srv/a b.sqlite"
