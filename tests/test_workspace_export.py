"""Everything out of a workspace and back: nothing is lost, in any format, into either database."""

import stat
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import supervision_kit as sk
from supervision_kit.workspace.cells_of_text import read_text, write_text
from supervision_kit.workspace.database import select_rows
from supervision_kit.workspace.schema import tables
from workspaces import read

FORMS = "case,session,date,therapist,SRS 1,SRS 2,SRS 3,SRS 4\n007,1,2026-03-02 10:15,T1,9.1,8,,6\n=1+1,2,,,9,8,7,6\n"


NOT_KEPT = {"changes", "change_rows"}  # what undo needs is in no export


def rows_of(workspace, *, without=("audit", "case_sets", "case_set_members", *NOT_KEPT)):
    """Return all rows of all tables; the audit grows with every look and is compared by its beginning."""
    with workspace._database.reading() as connection:
        return {
            name: sorted(select_rows(connection, f"SELECT * FROM {name}"), key=repr)  # noqa: S608
            for name in tables.tables
            if name not in without
        }


def audit_of(workspace):
    with workspace._database.reading() as connection:
        return select_rows(connection, "SELECT id, at, who, action, view, case_set FROM audit ORDER BY id")


def fill(workspace):
    workspace.import_ratings(read(FORMS))
    workspace.import_ratings(read(FORMS.replace("9.1", "8.7").replace("T1", "T2")))
    workspace.decide(int(workspace.conflicts()["conflict_id"].iloc[0]), "replace", "=HYPERLINK(1)")
    workspace.add_note("007", "one\nline, \"two\" 😀 ; 'three'\r\n", 1)
    item = workspace.add_agenda_item("=1+1", "=SUM(A1)", follow_up=date(2026, 4, 1))
    decision = workspace.add_decision("=1+1", "NA", agenda_item=item)
    workspace.set_decision_state(decision, "kept", note="=kept")
    workspace.change_note(workspace.add_note("007", "first"), "'second")
    workspace.add_annotation("007", 1, "change of therapist", text="=A1", rebases=True, cause="-moved")
    said = {"rater": "client", "instrument": "srs", "scale": "total", "onset": 1, "verdict": "rupture"}
    workspace.judge_episode("007", **said, reason="+1", codes={"touched": ["honesty"], "part": ["forgot"]})
    workspace.judge_episode("=1+1", **said | {"onset": 2}, method="gumz", marked_onset=2, end=2, outcome="repaired")
    workspace.flag_case("007", "not today", reason="@ill")
    workspace.set_consent("007", teaching=None)
    workspace.set_consent("=1+1", teaching=False)
    workspace.end_supervision(workspace.start_supervision())
    workspace.set_preference("weights", {"open": 0.1, "Ö": [1, None, "=x"]})
    workspace.save_draft("note", "half a senten", case_id="007")
    workspace.save_draft("note", "about nobody")
    workspace.save_mapping(sk.ColumnMapping(("Pat.", "S", "SRS"), {"Pat.": "case_id"}), "praxis")


@pytest.mark.parametrize("name", ["all.xlsx", "all.zip", "all", "columns.zip", "columns"])
def test_a_round_trip_loses_nothing(workspace, tmp_path, name):
    fill(workspace)
    kind = {"all.xlsx": "xlsx", "columns.zip": "parquet", "columns": "parquet"}.get(name, "csv")
    path = workspace.export(tmp_path / name, kind)
    before = audit_of(workspace)
    with sk.Workspace.restore(path, into=tmp_path / "again.sqlite") as again:
        assert rows_of(again) == rows_of(workspace)
        assert audit_of(again)[: len(before) - 1] == before[:-1]  # its own export is written after it is read
        assert again.scores().equals(workspace.scores())
        assert again.mappings() == workspace.mappings()


def test_a_file_goes_into_postgres_and_back(tmp_path, postgres):
    with sk.Workspace(tmp_path / "w.sqlite") as here:
        fill(here)
        expected = rows_of(here)
        path = here.export(tmp_path / "all.zip", "parquet")
    with sk.Workspace.restore(path, into=postgres) as there:
        assert rows_of(there) == expected
        there.add_note("007", "numbers go on where they were")
        path = there.export(tmp_path / "back.xlsx", "xlsx")
        expected = rows_of(there)
    with sk.Workspace.restore(path, into=tmp_path / "back.sqlite") as back:
        assert rows_of(back) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.none())
@settings(max_examples=500)
def test_any_text_comes_back_from_its_cell_and_none_stays_apart_from_empty(text):
    cell = write_text(text)
    assert read_text(cell) == text
    assert (cell == "") == (text is None)
    assert not cell.startswith(("=", "+", "-", "@"))


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40).filter(
    lambda text: text.strip()
)
AWKWARD = st.sampled_from(
    ["=1+1", "007", "NA", "nan", "None", "'", "''", "_x0041_", "a\r\nb", "\\u0041", " x ", '"', "1e5"]
)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
@given(
    notes=st.lists(TEXTS | AWKWARD, min_size=1, max_size=5), scores=st.lists(st.floats(0, 40), min_size=1, max_size=5)
)
@settings(max_examples=12)
def test_a_round_trip_of_anything_loses_nothing(kind, notes, scores):
    with tempfile.TemporaryDirectory() as folder:
        rows = "".join(f"A,{at},{score!r}\n" for at, score in enumerate(scores, start=1))
        with sk.Workspace(Path(folder) / "w.sqlite") as workspace:
            workspace.import_ratings(read("case,session,SRS\n" + rows))
            for note in notes:
                workspace.add_note("A", note)
            path = workspace.export(Path(folder) / "all", kind)
            with sk.Workspace.restore(path, into=Path(folder) / "again.sqlite") as again:
                assert rows_of(again) == rows_of(workspace)
                assert again.notes()["text"].tolist() == notes
                assert again.scores()["score"].tolist() == scores


def test_an_export_is_for_its_owner_only_and_never_over_another_file(tmp_path):
    with sk.Workspace(tmp_path / "w.sqlite") as workspace:
        fill(workspace)
        paths = [workspace.export(tmp_path / "a.xlsx", "xlsx"), workspace.export(tmp_path / "b.zip")]
        folder = workspace.export(tmp_path / "c")
        assert {stat.S_IMODE(path.stat().st_mode) for path in [*paths, *folder.iterdir()]} == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with pytest.raises(sk.WorkspaceError, match=r"a\.xlsx is there already, and nothing is overwritten"):
            workspace.export(tmp_path / "a.xlsx", "xlsx")
        with pytest.raises(sk.UnknownNameError, match="csv, parquet, xlsx"):
            workspace.export(tmp_path / "d", "ods")
        assert workspace.audit()["action"].tolist().count("export") == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.zip", "c", "w.sqlite"]


def test_no_text_in_a_workbook_is_a_formula(tmp_path):
    with sk.Workspace(tmp_path / "w.sqlite") as workspace:
        fill(workspace)
        path = workspace.export(tmp_path / "a.xlsx", "xlsx")
    book = openpyxl.load_workbook(path)
    assert set(book.sheetnames) == {*tables.tables, "workspace"} - NOT_KEPT
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert "'=SUM(A1)" in [cell.value for cell in cells]


def test_a_text_too_long_for_a_workbook_is_refused_and_goes_as_csv(tmp_path):
    with sk.Workspace(tmp_path / "w.sqlite") as workspace:
        workspace.import_ratings(read(FORMS))
        workspace.add_note("007", "x" * 200_000)
        with pytest.raises(sk.WorkspaceError, match="longer than the 32,767 signs"):
            workspace.export(tmp_path / "a.xlsx", "xlsx")
        assert not (tmp_path / "a.xlsx").exists()
        with sk.Workspace.restore(workspace.export(tmp_path / "a"), into=tmp_path / "b.sqlite") as again:
            assert again.notes()["text"].tolist() == ["x" * 200_000]


def test_what_is_no_whole_export_is_refused(tmp_path):
    with sk.Workspace(tmp_path / "w.sqlite") as workspace:
        fill(workspace)
        good = workspace.export(tmp_path / "good")
    (tmp_path / "other.txt").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.csv", "x")
    for name in ("other.txt", "other.zip", "missing"):
        with pytest.raises(sk.WorkspaceError, match=r"is no export of a workspace|cannot be opened"):
            sk.Workspace.restore(tmp_path / name, into=tmp_path / "x.sqlite")
    lines = (good / "answers.csv").read_text().splitlines(keepends=True)
    (good / "answers.csv").write_text("".join(lines[:-1]))
    with pytest.raises(sk.WorkspaceError, match="good is not whole: answers has"):
        sk.Workspace.restore(good, into=tmp_path / "x.sqlite")
    (good / "notes.csv").unlink()
    (good / "answers.csv").write_text("".join(lines))
    with pytest.raises(sk.WorkspaceError, match="its table notes is missing or damaged"):
        sk.Workspace.restore(good, into=tmp_path / "x.sqlite")


def test_nothing_is_restored_over_a_workspace_that_holds_something(workspace, where, tmp_path):
    fill(workspace)
    path = workspace.export(tmp_path / "all")
    before = rows_of(workspace)
    with pytest.raises(sk.WorkspaceError, match="restored into a new one"):
        sk.Workspace.restore(path, into=where)
    assert rows_of(workspace) == before
