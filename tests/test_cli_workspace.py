"""The workspace on the command line: what it says, what it returns, and what it keeps to itself."""

import csv
import io
import json

import pytest

import supervision_kit as sk
from supervision_kit.cli import main

MARCH = "case,session,SRS\nA,1,30\nA,2,31\n"
APRIL = "case,session,SRS\nA,2,33\nA,3,34\n"


@pytest.fixture
def at(tmp_path, monkeypatch):
    """A folder with two files in it, and the workspace named by the environment."""
    (tmp_path / "march.csv").write_text(MARCH)
    (tmp_path / "april.csv").write_text(APRIL)
    monkeypatch.setenv("SUPERVISION_KIT_WORKSPACE", str(tmp_path / "w.sqlite"))
    return tmp_path


def run(capsys, *arguments):
    """Run a command; return its exit code and what it printed."""
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_import_says_what_is_new_and_the_same_file_again_changes_nothing(at, capsys):
    code, said = run(capsys, "import", at / "march.csv")
    assert code == 0
    assert "SRS, rated by client" in said
    assert "2 of 2 form(s) are new, of 1 new case(s)." in said
    code, said = run(capsys, "import", at / "march.csv")
    assert code == 0
    assert "Nothing is new: all 2 form(s) are here already." in said


def test_what_differs_waits_for_a_decision_and_returns_1_until_it_is_made(at, capsys):
    run(capsys, "import", at / "march.csv")
    code, said = run(capsys, "import", at / "april.csv")
    assert code == 1
    assert "1 value(s) in the workspace wait for a decision." in said
    code, said = run(capsys, "conflicts")
    assert code == 1
    assert said.splitlines()[1].split() == ["1", "A", "client", "srs", "2", "score", "total", "31", "33"]
    assert run(capsys, "conflicts", "--replace", "1", "--reason", "typing error") == (
        0, "1 decided.\nNothing waits for a decision.\n",
    )  # fmt: skip
    code, said = run(capsys, "conflicts", "--keep", "1")
    assert code == 2
    assert "1 was decided already" in said
    assert run(capsys, "conflicts", "--reopen", "1")[0] == 1
    assert run(capsys, "conflicts", "--keep", "all")[0] == 0
    with sk.Workspace() as workspace:
        assert workspace.scores()["score"].tolist() == [30.0, 33.0, 34.0]


@pytest.mark.parametrize(("option", "score"), [("--keep", 31.0), ("--replace", 33.0)])
def test_what_becomes_of_changes_can_be_said_beforehand(at, capsys, option, score):
    run(capsys, "import", at / "march.csv")
    assert run(capsys, "import", at / "april.csv", option)[0] == 0
    with sk.Workspace() as workspace:
        assert workspace.scores()["score"].tolist() == [30.0, score, 34.0]


def test_a_dry_run_says_what_would_be_done_and_does_nothing(at, capsys):
    code, said = run(capsys, "import", at / "march.csv", "--dry-run")
    assert code == 0
    assert "Nothing was imported. An import would find:\n2 of 2 form(s) are new" in said
    with sk.Workspace() as workspace:
        assert workspace.case_ids() == ()


@pytest.mark.parametrize(
    ("option", "code", "said"),
    [
        ((), 1, "1 value(s) on 1 form(s) differ from what is kept."),
        (("--keep",), 0, "1 value(s) would stay as they are, as asked."),
        (("--replace",), 0, "1 value(s) would be replaced, as asked."),
    ],
)
def test_a_dry_run_says_what_would_become_of_changes(at, capsys, option, code, said):
    run(capsys, "import", at / "march.csv")
    done, printed = run(capsys, "import", at / "april.csv", "--dry-run", *option)
    assert (done, said in printed) == (code, True)
    with sk.Workspace() as workspace:
        assert workspace.scores()["score"].tolist() == [30.0, 31.0]


def test_a_dry_run_with_replace_counts_what_the_replacing_import_takes(at, capsys):
    (at / "total.csv").write_text("case,session,SRS\nA,1,30\n")
    (at / "items.csv").write_text("case,session,SRS 1,SRS 2,SRS 3,SRS 4\nA,1,9,8,7,9\n")  # 33
    run(capsys, "import", at / "total.csv")
    held = "4 answer(s) make another score than the one kept"
    assert held in run(capsys, "import", at / "items.csv", "--dry-run")[1]
    dry = run(capsys, "import", at / "items.csv", "--dry-run", "--replace")[1]
    assert held not in dry
    assert "4 value(s) fill what was blank on forms that are here." in dry
    assert "4 value(s) fill what was blank on forms that are here." in run(
        capsys, "import", at / "items.csv", "--replace"
    )[1]  # fmt: skip


def test_rows_set_aside_return_1_and_show_no_name(at, capsys):
    (at / "bad.csv").write_text("case,session,SRS\nA,1,30\nA,Zacharias,31\n")
    code, said = run(capsys, "import", at / "bad.csv")
    assert code == 1
    assert "1 row(s) ready, 1 set aside" in said
    assert "Zacharias" not in said
    with sk.Workspace() as workspace:
        assert len(workspace.scores()) == 1


def test_a_kept_mapping_is_found_again(at, capsys):
    (at / "odd.csv").write_text("Pat. X,Nr X,SRS\nA,1,30\n")
    assert run(capsys, "import", at / "odd.csv")[0] == 2
    with sk.Workspace() as workspace:
        mapping = sk.ColumnMapping(("Pat. X", "Nr X", "SRS"), {"Pat. X": "case_id", "Nr X": "session"})
        workspace.save_mapping(mapping, "odd")
    assert run(capsys, "import", at / "odd.csv")[0] == 0


def test_the_audit_is_printed_in_three_shapes_and_of_one_case(at, capsys):
    run(capsys, "import", at / "march.csv")
    code, said = run(capsys, "audit")
    assert code == 0
    assert said.splitlines()[-1].split()[2:] == ["write", "import", "A"]
    entries = json.loads(run(capsys, "audit", "--json")[1])
    assert [entry["view"] for entry in entries] == ["import", "audit"]
    rows = list(csv.DictReader(io.StringIO(run(capsys, "audit", "--csv", "--case", "A")[1])))
    assert [(row["action"], row["case"]) for row in rows] == [("write", "A")]
    assert run(capsys, "audit", "--since", "2999-01-01") == (0, "There is no such entry.\n")
    assert run(capsys, "audit", "--since", "monday")[0] == 2


def test_erasing_needs_a_yes_and_says_what_is_left_to_do(at, capsys):
    run(capsys, "import", at / "march.csv")
    code, said = run(capsys, "erase", "A")
    assert (code, said) == (2, "Nothing was erased: there is no way back, so say --yes as well.\n")
    code, said = run(capsys, "erase", "A", "--yes")
    assert code == 0
    assert "The case was erased: 2 form(s)" in said
    code, said = run(capsys, "import", at / "march.csv")
    assert code == 2
    assert "1 of the cases in these files were erased" in said
    assert run(capsys, "import", at / "march.csv", "--erased", "leave-out")[0] == 0
    assert run(capsys, "import", at / "march.csv", "--erased", "take")[0] == 0
    assert run(capsys, "erase", "--wipe")[0] == 0
    (at / "w.sqlite.backup-version-1-x").touch()
    assert run(capsys, "erase", "A", "--yes")[0] == 1


def test_what_is_not_overwritten_is_not_said_to_be(at, capsys, monkeypatch):
    run(capsys, "import", at / "march.csv")
    monkeypatch.setattr(sk.Workspace, "wipe", lambda _: False)
    code, said = run(capsys, "erase", "--wipe")
    assert code == 1
    assert said == "Another program is using the workspace. Close it, and say --wipe again.\n"


def test_a_code_in_the_audit_is_no_formula(at, capsys):
    (at / "march.csv").write_text("case,session,SRS\n=1+1,1,30\n")
    run(capsys, "import", at / "march.csv")
    rows = list(csv.DictReader(io.StringIO(run(capsys, "audit", "--csv")[1])))
    assert rows[-1]["case"] == "'=1+1"


def test_everything_goes_out_and_into_a_new_workspace(at, capsys):
    run(capsys, "import", at / "march.csv")
    for name in ("all.xlsx", "all.zip", "folder"):
        assert run(capsys, "export", at / name)[0] == 0
        code, said = run(capsys, "restore", at / name, "--workspace", at / f"{name}.sqlite")
        assert (code, said) == (0, "Restored, with 1 case(s).\n")
    code, said = run(capsys, "export", at / "all.xlsx")
    assert code == 2
    assert "nothing is overwritten" in said


def test_a_workspace_that_is_not_there_is_not_made_by_looking(at, capsys):
    for command in (["audit"], ["conflicts"], ["export", "x"], ["erase", "A", "--yes"]):
        code, said = run(capsys, *command, "--workspace", at / "none.sqlite")
        assert code == 2
        assert (
            said
            == "The workspace none.sqlite is not there yet. Import ratings first, or name another with --workspace.\n"
        )
    assert not (at / "none.sqlite").exists()


def test_a_database_is_used_by_its_url_and_never_printed(at, capsys, postgres):
    assert run(capsys, "import", at / "march.csv", "--workspace", postgres)[0] == 0
    code, said = run(capsys, "audit", "--workspace", postgres)
    assert code == 0
    assert run(capsys, "upgrade", "--workspace", postgres)[0] == 0
    code, failed = run(capsys, "audit", "--workspace", postgres.replace("kit:", "kit:zebra"))
    assert code == 2
    assert "zebra" not in said + failed


@pytest.mark.parametrize("command", ["import", "conflicts", "audit", "export", "restore", "erase", "upgrade"])
def test_every_command_has_help_with_examples_and_exit_codes(command, capsys):
    code, said = run(capsys, command, "--help")
    assert code == 0
    assert f"  supervision-kit {command}" in said
    assert "0 done, 1 problems found in the data, 2 wrong use" in said
