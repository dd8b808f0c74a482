"""``supervision-kit publish``: what it writes, what it says, what it refuses, and what the audit keeps of it."""

import pytest

import supervision_kit as sk
from supervision_kit.cli import main
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
        (["--all", "--out", "monday", "--audience", "outside"], "case_id"),
        (["--cases", "Ada", "--out", "monday"], "case_id"),
        (["--all", "--notes", "2", "--out", "monday"], "text"),
        (["--cases", "Nobody", "--out", "monday"], "no case"),
    ],
)
def test_what_cannot_be_published_is_refused_in_words_and_leaves_nothing(at, capsys, monkeypatch, arguments, why):
    monkeypatch.chdir(at)
    before = sorted(at.iterdir())
    code, said = run(capsys, *arguments)
    assert code == 2
    assert why in said.err
    assert names_any(said.err) == []
    assert [path for path in sorted(at.iterdir()) if not path.name.startswith("w.sqlite")] == [
        path for path in before if not path.name.startswith("w.sqlite")
    ]
    with sk.Workspace() as workspace:
        assert workspace.publications().empty


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
