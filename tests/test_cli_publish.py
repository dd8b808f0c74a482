"""``supervision-kit publish``: what it writes, what it says, what it refuses, and what the audit keeps of it."""

import argparse
import inspect
import re

import pytest

import supervision_kit as sk
from supervision_kit.advice import IN_PYTHON
from supervision_kit.cli import main, publish
from supervision_kit.cli.commands import IN_COMMANDS
from test_publishing import SIX, ratings


@pytest.fixture
def at(tmp_path, monkeypatch):
    """A folder, and a workspace of six cases named by the environment; five of them agreed to teaching use."""
    monkeypatch.setenv("SUPERVISION_KIT_WORKSPACE", str(tmp_path / "w.sqlite"))
    ratings().rename(columns={"score": "wai_sr_total"}).drop(columns=["instrument", "scale"]).to_csv(
        tmp_path / "march.csv", index=False
    )
    with sk.Workspace() as workspace:
        workspace.import_ratings(sk.read_ratings(tmp_path / "march.csv"))
        for case in SIX[:5]:
            workspace.set_consent(case, teaching=True)
        workspace.add_note("Ada", "We named the withdrawal.")
        workspace.add_note("Ada", "She was born on 3.4.1980.")
    return tmp_path


def run(capsys, *arguments):
    code = main(["publish", *map(str, arguments)])
    return code, capsys.readouterr()


def audit():
    with sk.Workspace() as workspace:
        return [(entry["action"], entry["view"], entry["n_cases"]) for entry in workspace.audit().to_dict("records")]


def names_any(text):
    return [name for name in (*SIX, "Grau", "2025") if name in text]


def test_a_bundle_and_a_page_are_written_and_the_report_is_said(at, capsys):
    code, said = run(capsys, "--all", "--out", at / "monday", "--html", at / "monday.html")
    assert (code, said.err) == (0, "")
    bundle = sk.open_bundle(at / "monday")
    assert bundle.scores["case_id"].nunique() == 5
    for sentence in bundle.report_path.read_text(encoding="utf-8").splitlines():
        if sentence.startswith("- "):
            assert sentence.removeprefix("- ") in said.out
    assert f"Its checksum begins {bundle.checksum[:16]}." in said.out
    assert bundle.settings["publication"] in said.out
    assert names_any(said.out) == []
    assert (at / "monday.html").is_file()
    with sk.Workspace() as workspace:
        key = workspace.key(bundle.settings["publication"])
    assert sorted(key["case_id"]) == sorted(SIX[:5])
    assert set(key["code"]) == set(bundle.scores["case_id"])


def test_the_audit_says_what_was_published_and_of_how_many_cases(at, capsys):
    run(capsys, "--all", "--out", at / "monday")
    publication = sk.open_bundle(at / "monday").settings["publication"]
    assert audit()[-1] == ("publish", f"{publication} 5 cases inside bundle", 0)


def test_the_cases_that_are_named_are_published_and_no_others(at, capsys):
    code, said = run(capsys, "--cases", *SIX[1:5], "--smallest", 4, "--out", at / "monday")
    assert code == 0, said.err
    bundle = sk.open_bundle(at / "monday")
    with sk.Workspace() as workspace:
        assert sorted(workspace.key(bundle.settings["publication"])["case_id"]) == sorted(SIX[1:5])
    assert bundle.scores["case_id"].nunique() == 4
    for both in (["--all", "--cases", "Ada"], []):
        assert run(capsys, *both, "--out", at / "tuesday")[0] == 2


def test_a_dry_run_writes_nothing_and_forgets_the_key(at, capsys):
    code, said = run(capsys, "--all", "--dry-run")
    assert code == 0
    assert said.out.endswith("Nothing was written.\n")
    assert sorted(path.name for path in at.iterdir() if not path.name.startswith("w.sqlite")) == ["march.csv"]
    with sk.Workspace() as workspace:
        assert workspace.publications().empty
    assert "publish" not in [action for action, _view, _n in audit()]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--all"], "Where to?"),
        (["--all", "--out", "march.csv"], "file of that name"),
        (["--all", "--html", "page.txt"], "end in .html"),
        (["--all", "--out", "monday", "--audience", "outside"], "Of the 6 cases asked for, 5 have a consent"),
        (["--cases", "Ada", "--out", "monday"], "on the page of each case, or, for a closed circle, ask for smaller"),
        (["--cases", "Finn", "--out", "monday"], "(supervision-kit publish --all --list-consents)"),
        (["--all", "--notes", "2", "--out", "monday"], "there is a date: nothing was published."),
        (["--all", "--notes", "2", "--out", "monday"], "(--preview-notes)"),
        (["--all", "--notes", "1", "7", "--out", "monday"], "no notes of these numbers: 7."),
        (["--cases", "Ada", "Nobody", "No one", "--out", "monday"], "2 of the codes typed are not in the workspace"),
        (["--cases", "Ada", "Nobody", "No one", "--out", "monday"], ": Nobody, No one. Nothing was published."),
    ],
)
def test_what_cannot_be_published_is_refused_in_words_and_leaves_nothing(at, capsys, monkeypatch, arguments, why):
    monkeypatch.chdir(at)
    before = sorted(at.iterdir())
    code, said = run(capsys, *arguments)
    assert code == 2
    assert why in said.err
    assert not [word for word in ("case_id", "text:", "=", "`") if word in said.err], "words for who typed options"
    assert names_any(said.err) == []
    assert [path for path in sorted(at.iterdir()) if not path.name.startswith("w.sqlite")] == [
        path for path in before if not path.name.startswith("w.sqlite")
    ]
    with sk.Workspace() as workspace:
        assert workspace.publications().empty


def test_what_is_there_already_may_be_replaced_by_an_option(at, capsys):
    where = ("--out", at / "monday", "--html", at / "monday.html")
    assert run(capsys, "--all", *where)[0] == 0
    for place in (where[:2], where[2:]):
        code, said = run(capsys, "--all", *place)
        assert code == 2
        assert said.err.endswith("(--replace)\n")
    assert run(capsys, "--all", "--replace", *where)[0] == 0


@pytest.mark.usefixtures("at")
def test_the_consents_are_listed_by_code_before_anything_is_published(capsys):
    with sk.Workspace() as workspace:
        workspace.set_consent("Ben", teaching=False)
    code, said = run(capsys, "--all", "--list-consents")
    assert code == 0
    assert said.out.splitlines() == [
        "Ada  consent given", "Ben  no consent", *(f"{case}  consent given" for case in SIX[2:5]), "Finn  not asked",
    ]  # fmt: skip
    assert run(capsys, "--cases", "Finn", "--list-consents")[1].out == "Finn  not asked\n"


@pytest.mark.usefixtures("at")
def test_the_report_names_options_on_the_command_line_and_parameters_in_python(capsys):
    _code, said = run(capsys, "--all", "--dry-run")
    assert "Leave out the therapists' codes. (--without-therapists)" in said.out
    assert "as for readers outside the clinic. (--audience outside)" in said.out
    assert "=" not in said.out
    with sk.Workspace() as workspace:
        report = sk.deidentify(workspace).report
    assert "Leave out the therapists' codes. (therapists=False)" in report.to_markdown()
    assert "(" not in "".join(report.parts["What to change if that is too much"])


def test_every_way_that_is_told_is_there():
    assert set(IN_COMMANDS) == set(IN_PYTHON)
    options = set(re.findall(r"--[a-z-]+", _help()))
    parameters = {*inspect.signature(sk.deidentify).parameters, *inspect.signature(sk.publish).parameters, "teaching"}
    for way in IN_COMMANDS.values():
        assert set(re.findall(r"--[a-z-]+", way)) <= options
    for way in IN_PYTHON.values():
        assert set(re.findall(r"(\w+)=", way)) <= parameters


def _help():
    parser = argparse.ArgumentParser()
    publish.add(parser.add_subparsers())
    return parser._subparsers._group_actions[0].choices["publish"].format_help()


def test_a_bundle_that_cannot_be_written_after_all_leaves_no_key(at, capsys, monkeypatch):
    def full(*_args, **_more):
        raise sk.BundleError("The bundle cannot be written: No space left on device.")

    monkeypatch.setattr("supervision_kit.publishing.writing.write_bundle", full)
    assert run(capsys, "--all", "--out", at / "monday")[0] == 2
    with sk.Workspace() as workspace:
        assert workspace.publications().empty


def test_notes_are_read_before_they_go_out(at, capsys):
    code, said = run(capsys, "--all", "--preview-notes")
    assert code == 0
    assert "1  Ada  would go out\n    We named the withdrawal." in said.out
    assert "2  Ada  refused: a date" in said.out
    code, said = run(capsys, "--all", "--notes", 1, "--out", at / "monday")
    assert code == 0
    notes = sk.open_bundle(at / "monday").notes
    assert notes["text"].tolist() == ["We named the withdrawal."]
    assert "withdrawal" not in said.out


def test_the_page_and_the_report_speak_german(at, capsys):
    code, _said = run(capsys, "--all", "--language", "de", "--html", at / "montag.html")
    assert code == 0
    assert '<html lang="de">' in (at / "montag.html").read_text(encoding="utf-8")


def test_every_choice_reaches_what_is_published(at, capsys):
    chosen = ["--headline", "--without-therapists", "--rounding", "0.1", "--smallest", "4", "--weeks", "3", "--lens"]
    code, _said = run(capsys, "--all", *chosen, "--out", at / "monday")
    assert code == 0
    bundle = sk.open_bundle(at / "monday")
    wanted = {"headline": True, "therapists": False, "rounding": 0.1, "smallest": 4, "weeks": 3, "lens": True}
    assert {name: bundle.settings[name] for name in wanted} == wanted
    assert set(bundle.scores["rater"]) == {"client"}
    assert bundle.scores["therapist_id"].isna().all()
    code, _said = run(capsys, "--all", "--items", "--jitter", "0.1", "--out", at / "tuesday")
    assert code == 2  # answers would give the exact scores away
