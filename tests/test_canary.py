"""Names, numbers, dates and words planted all over a workspace are found in nothing that is published from it."""

import json
import logging
import os
import re

import pandas as pd
import pytest

import canaries
import supervision_kit as sk
from canaries import CASES, LONGEST, PLANTED, RARE_QUESTIONNAIRE, find_in_folder, find_planted
from supervision_kit.cli import main

GERMAN_TITLE = "Fälle zum gemeinsamen Anschauen"
PLAIN = ("--all",)
FULL = ("--all", "--weeks", "--lens", "--items")
PROTECTED = ("--all", "--rounding", "0.1", "--without-therapists", "--language", "de")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The path of a workspace full of canaries."""
    return canaries.plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module", params=[PLAIN, FULL, PROTECTED], ids=["plain", "with all there is", "protected"])
def published(request, planted, tmp_path_factory):
    """A folder with a bundle and a page in it, by different options; which canaries could be in it, and its log."""
    folder = tmp_path_factory.mktemp("published")
    log = Log()
    logging.getLogger().addHandler(log)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        where = ["--out", str(folder / "bundle"), "--html", str(folder / "page.html")]
        assert main(["publish", "--workspace", str(planted), *request.param, *where]) == 0
    finally:
        logging.getLogger().removeHandler(log)
        logging.getLogger().setLevel(level)
    return folder, PLANTED, log.text


class Log(logging.Handler):
    def __init__(self):
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record):
        self.text += f"{record.getMessage()} {record.__dict__}\n"


@pytest.mark.parametrize("way", canaries.wrappings())
@pytest.mark.parametrize("kind", ["name 0", "e-mail", "born", "note", "record number"])
def test_the_finder_finds_what_is_hidden(way, kind):
    hidden = canaries.wrappings()[way](PLANTED[kind])
    assert kind in find_planted(hidden)
    assert kind in find_planted(b"\x00\x01" * 50 + hidden + b"\xff" * 50)


def test_the_finder_finds_what_a_table_holds_and_says_beside_it(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    table = pd.DataFrame({"case_id": ["a", CASES[0]]})
    parquet.write_table(pa.Table.from_pandas(table), tmp_path / "values.parquet", compression="zstd")
    beside = pa.table({"n": [1]}).replace_schema_metadata({"made of": PLANTED["file"]})
    parquet.write_table(beside, tmp_path / "beside.parquet", compression="zstd")
    found = find_in_folder(tmp_path)
    assert "name 0" in found["values.parquet"]
    assert "file" in found["beside.parquet"]


def test_the_finder_finds_nothing_where_nothing_is():
    assert find_planted(os.urandom(20_000).hex() + "Alliance fell at session 5.") == set()


def test_every_canary_is_in_the_workspace(planted):
    everything = b"".join(path.read_bytes() for path in planted.parent.glob(f"{planted.name}*"))
    everything += b"".join(path.name.encode() + path.read_bytes() for path in planted.parent.glob("*.csv"))
    with sk.Workspace(planted, user=PLANTED["user"]) as workspace:
        everything += workspace.scores().to_csv().encode()
        days = set(workspace.scores()["date"].dt.strftime("%d.%m.%Y"))
    assert PLANTED["day of a session, as Germans write it"] in days
    assert set(PLANTED) - find_planted(everything) == {"day of a session, as Germans write it"}


def test_nothing_planted_is_in_the_files(published):
    folder, wanted, _log = published
    assert (folder / "page.html").is_file()
    assert find_in_folder(folder, wanted) == {}


def test_nothing_planted_is_in_the_log_at_any_level(published):
    folder, wanted, log = published
    assert find_planted(log.replace(str(folder), ""), wanted) == set()


def test_what_one_case_alone_has_does_not_go_out(published):
    folder, _wanted, _log = published
    bundle = sk.open_bundle(folder / "bundle")
    assert RARE_QUESTIONNAIRE not in set(bundle.scores["instrument"])
    assert bundle.scores["session"].max() < LONGEST
    n_sessions = bundle.scores.groupby("case_id")["session"].max()
    assert n_sessions.value_counts().min() >= bundle.settings["smallest"]
    for word in (RARE_QUESTIONNAIRE, sk.INSTRUMENTS[RARE_QUESTIONNAIRE].short_title):
        assert word not in (folder / "page.html").read_text(encoding="utf-8").split('id="content"')[1]


def test_no_column_is_a_date_and_no_number_is_a_moment(published):
    folder, _wanted, _log = published
    bundle = sk.open_bundle(folder / "bundle")
    for table in (bundle.scores, bundle.responses, bundle.notes, bundle.codes):
        assert not [name for name in table if pd.api.types.is_datetime64_any_dtype(table[name])]
        numbers = table.select_dtypes("number")
        assert not (numbers > 10_000).any(axis=None)


def test_every_code_that_goes_out_was_drawn(published):
    folder, _wanted, _log = published
    scores = sk.open_bundle(folder / "bundle").scores
    assert scores["case_id"].str.fullmatch(r"case-\d+").all()
    assert scores["therapist_id"].dropna().str.fullmatch(r"therapist-[A-Z]+").all()


def test_no_file_says_when_in_the_day_it_was_made(published):
    folder, _wanted, _log = published
    assert {path.stat().st_mtime % (24 * 60 * 60) for path in folder.rglob("*")} == {0}


def test_settings_and_addresses_are_an_allow_list(published):
    folder, _wanted, _log = published
    bundle = sk.open_bundle(folder / "bundle")
    assert set(bundle.settings) == {
        *("audience", "smallest", "methods", "weeks", "items", "lens", "therapists", "headline", "rounding", "jitter"),
        *("n_notes", "seeded", "kit_version", "publication", "synthetic", "cut_after"),
    }  # no seed: who has it draws the codes again
    assert bundle.settings["seeded"] is False
    page = (folder / "page.html").read_text(encoding="utf-8")
    own = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    ids = set(re.findall(r'\sid="([^"]*)"', own))
    assert {one for one in ids if not re.fullmatch(r"at-\d+", one)} <= {
        *("main", "bar", "picker", "before", "after", "where", "overview", "stage", "reveal", "steps", "next", "upTo"),
        *("revealed", "whole", "veiled", "scales", "scale", "ofScale", "drawing", "told"),
    }
    assert set(re.findall(r"<title>([^<]*)</title>", own.split("</head>")[0])) <= {
        "Cases to look at together",
        GERMAN_TITLE,
    }


REFUSED = (
    ["publish", "--all", "--notes", "1", "--out"],
    ["publish", "--cases", CASES[-1], "--out"],
    ["publish", "--cases", PLANTED["note"], "--out"],
    ["publish", "--all", "--smallest", "40", "--out"],
    ["publish", "--all", "--method", "no_such", "--out"],
)


@pytest.mark.parametrize("arguments", REFUSED, ids=lambda given: given[2])
def test_nothing_planted_is_in_what_the_command_line_says(planted, tmp_path, capsys, arguments):
    assert main([*arguments, str(tmp_path / "bundle"), "--workspace", str(planted)]) == 2
    said = capsys.readouterr()
    typed = find_planted(" ".join(arguments))  # what was typed may be repeated on the screen where it was
    assert find_planted(said.out + said.err) <= typed


def test_nothing_planted_is_printed_when_something_is_published(planted, tmp_path, capfd):
    assert main(["publish", "--all", "--out", str(tmp_path / "bundle"), "--workspace", str(planted)]) == 0
    said = capfd.readouterr()
    assert "case" in said.out
    assert find_planted((said.out + said.err).replace(str(tmp_path), "")) == set()


def test_what_is_made_in_python_tells_nothing_either(planted):
    with sk.Workspace(planted, user=PLANTED["user"]) as workspace:
        made = sk.deidentify(workspace, rounding=0.1)
    assert find_planted(f"{made!r} {made.report.to_json()} {made.report.to_markdown()} {made.settings}") == set()
    for table in (made.scores, made.responses, made.notes, made.codes):
        assert find_planted(f"{table.to_csv()} {table.attrs} {table.index}") == set()


def test_the_audit_says_that_something_was_published_and_not_of_whom(planted, tmp_path):
    main(["publish", "--all", "--out", str(tmp_path / "bundle"), "--workspace", str(planted)])
    with sk.Workspace(planted, user="somebody") as workspace:
        entries = workspace.audit()
    published = entries[entries["action"] == "publish"].drop(columns=["at", "who"])
    assert len(published)
    assert find_planted(published.to_csv()) == set()


@pytest.mark.parametrize("kind", ["docx", "pdf", "md"])
def test_nothing_planted_is_in_a_coded_agenda(planted, tmp_path, kind):
    folder = tmp_path / "out"
    folder.mkdir()
    assert main(["agenda", "--out", str(folder / f"agenda.{kind}"), "--workspace", str(planted)]) == 0
    assert find_in_folder(folder) == {}


@pytest.mark.parametrize("published", [FULL], ids=["with all there is"], indirect=True)
@pytest.mark.parametrize("page", ["2_caseload", "3_case", "4_ruptures_and_repairs", "5_consultation"])
def test_nothing_planted_is_in_what_a_kernel_says_to_a_page(published, planted, monkeypatch, page):
    import nbformat
    from nbclient import NotebookClient

    folder, wanted, _log = published
    monkeypatch.setenv("SUPERVISION_KIT_WORKSPACE", str(planted))
    said = []

    class Listening(NotebookClient):
        def process_message(self, message, cell, cell_index):
            said.append(json.dumps(message, default=repr))
            return super().process_message(message, cell, cell_index)

    path = folder / "bundle" / "pages" / f"{page}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    Listening(notebook, timeout=240, resources={"metadata": {"path": str(path.parent)}}).execute()
    told = "\n".join(said)
    assert "case-0" in told
    assert "sk-banner-error" not in json.dumps([one["state"].get("_dom_classes") for one in _states(notebook).values()])
    assert find_planted(told + nbformat.writes(notebook), wanted) == set()


def _states(notebook):
    return notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
