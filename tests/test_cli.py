"""The command line: what it says, what it returns, and what it keeps to itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import supervision_kit
from supervision_kit.cli import main

SAMPLES = Path(__file__).parent.parent / "data_samples"
GOOD = "case,session,date,SRS\nA,1,2025-03-04,36\nA,2,2025-03-11,30\nB,1,2025-03-05,38\n"
BAD = "case,session,comment,SRS\nA,1,,36\nA,Zacharias,,30\n,3,,30\nB,1990-02-03,,30\nB,1,,n/a\nB,2,,41\n"


@pytest.fixture
def file(tmp_path):
    def write(text, name="march.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_clean_file_is_described_and_returns_0(file, capsys):
    assert main(["check", file(GOOD)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:4] == [
        "march.csv",
        "  SRS, rated by client",
        "  2 case(s), 3 form(s), sessions 1 to 2, 2025-03-04 to 2025-03-11",
        "  3 row(s) ready, 0 set aside",
    ]
    assert "  No rater column: read as the client’s ratings." in out


def test_problems_are_listed_without_names_or_birthdays_and_return_1(file, capsys):
    assert main(["check", file(BAD)]) == 1
    captured = capsys.readouterr()
    lines = [line.split()[:3] for line in captured.out.splitlines()]
    assert ["3", "session", "(text)"] in lines
    assert ["5", "session", "(date)"] in lines
    assert ["7", "SRS", "41"] in lines
    assert "Zacharias" not in captured.out + captured.err
    assert "1990" not in captured.out + captured.err
    assert "  2 row(s) ready, 4 set aside" in captured.out


def test_json_is_the_problem_table_and_nothing_else(file, capsys):
    assert main(["check", file(BAD), "--json"]) == 1
    captured = capsys.readouterr()
    problems = json.loads(captured.out)
    assert [(each["row"], each["column"], each["value"], each["rule"]) for each in problems] == [
        (3, "session", "Zacharias", "session_not_a_number"),
        (4, "case", "", "case_missing"),
        (5, "session", "1990-02-03", "session_not_a_number"),
        (6, "SRS", "n/a", "no_answer_in_words"),
        (7, "SRS", "41", "score_out_of_range"),
    ]
    assert set(problems[0]) == {"source", "row", "column", "value", "rule", "message", "suggestion", "kept"}
    assert captured.err == ""
    assert main(["check", file(GOOD), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_several_files_are_summed_and_named_in_the_table(file, capsys):
    assert main(["check", file(GOOD), file(BAD.replace("A,1", "C,1").replace("B,1,", "D,1,"), "april.csv")]) == 1
    out = capsys.readouterr().out
    assert "Together: 5 row(s) ready, 4 set aside." in out
    assert "  april.csv  3    session  (text)" in out


def test_what_the_file_does_not_say_can_be_said(file, capsys):
    path = file("Pat;session;wann;V1;V2;V3;V4\nA;1;03/04/2025;9;9;9;9\n")
    given = ["--instrument", "srs", "--rater", "therapist", "--column", "Pat=case_id", "--column", "wann=date"]
    assert main(["check", path, *given, "--month-first"]) == 0
    out = capsys.readouterr().out
    assert "SRS, rated by therapist" in out
    assert "2025-03-04 to 2025-03-04" in out
    assert main(["check", path, *given, "--day-first"]) == 0
    assert "2025-04-03 to 2025-04-03" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("report.pdf", b"%PDF-1.7", "report.pdf is a PDF, which holds no table that can be read."),
        ("empty.csv", b"", "empty.csv is empty."),
        ("noise.bin", bytes(range(256)), "noise.bin is neither text in columns nor a workbook."),
    ],
)
def test_a_file_that_is_no_table_gets_one_sentence_on_stderr_and_2(tmp_path, capsys, name, content, said):
    (tmp_path / name).write_bytes(content)
    assert main(["check", str(tmp_path / name)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(said)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_folder_and_a_missing_file_return_2(tmp_path, capsys):
    assert main(["check", str(tmp_path)]) == 2
    assert main(["check", str(tmp_path / "none.csv"), "--json"]) == 2
    captured = capsys.readouterr()
    assert "is a folder" in captured.err
    assert "there is no such file" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    "arguments",
    [[], ["check"], ["nonsense"], ["check", "x.csv", "--column", "no"], ["demo", "--port", "x"], ["lab", "a", "b"]],
)
def test_wrong_use_returns_2_and_says_how_it_goes(arguments, capsys):
    assert main(arguments) == 2
    assert "usage: supervision-kit" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["demo", "check", "lab"])
def test_every_command_has_help_with_examples_and_exit_codes(command, capsys):
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"  supervision-kit {command}" in out
    assert "0 done, 1 problems found in the data, 2 wrong use" in out


def test_the_version_is_printed(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"supervision_kit {supervision_kit.__version__}\n"


@pytest.mark.parametrize("name", ["caseload_tidy.csv", "caseload_items.xlsx", "caseload_semicolon.csv"])
def test_each_sample_is_clean(name, capsys):
    assert main(["check", str(SAMPLES / name)]) == 0
    assert "40 case(s)" in capsys.readouterr().out or name.endswith("xlsx")


def test_the_broken_sample_has_every_planted_problem(capsys):
    assert main(["check", str(SAMPLES / "broken_export.csv"), "--json"]) == 1
    problems = json.loads(capsys.readouterr().out)
    assert [(each["row"], each["column"], each["rule"]) for each in problems] == [
        (5, "WAI-SR 7", "response_out_of_range"),
        (7, "Client", "case_missing"),
        (8, "Session", "session_missing"),
        (9, "Session", "session_not_a_number"),
        (10, "Session", "session_not_a_number"),
        (11, "Date", "date_unreadable"),
        (13, "", "repeated_row"),
        (14, "WAI-SR 1", "conflicting_rows"),
        (14, "WAI-SR 2", "conflicting_rows"),
        (15, "WAI-SR 1", "conflicting_rows"),
        (15, "WAI-SR 2", "conflicting_rows"),
        (16, "WAI-SR 2", "response_not_whole"),
        (17, "WAI-SR 4", "response_not_a_number"),
        (18, "Rater", "rater_unknown"),
        (20, "WAI-SR 2", "no_answer_in_words"),
    ]


def test_the_command_runs_as_a_module_and_imports_no_heavy_thing():
    code = (
        "import sys; from supervision_kit.cli import main; main(['--version']); "
        "print(sorted({'altair', 'ipywidgets', 'voila', 'pandas', 'python_calamine'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    asked = subprocess.run(
        [sys.executable, "-m", "supervision_kit", "check", str(SAMPLES / "none.csv")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (asked.returncode, asked.stdout, asked.stderr.count("\n")) == (2, "", 1)


def test_reading_text_loads_no_workbook_reader():
    code = (
        "import sys, supervision_kit as sk; sk.read_ratings(b'case,session,SRS\\nA,1,30\\n'); "
        "print(sorted({'altair', 'ipywidgets', 'voila', 'python_calamine'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_long_numbers_in_a_faulty_cell_are_not_shown(file, capsys):
    text = "case,session,SRS\nA,943 476 5919,30\nB,+44 7700 900123,30\nC,19800201,30\nD,1,41.25\nE,1,99999\n"
    assert main(["check", file(text)]) == 1
    out = capsys.readouterr().out
    assert [digits for digits in ("5919", "900123", "1980") if digits in out] == []
    assert out.count("(number)") == 3
    assert "41.25" in out
    assert "99999" in out


def test_progress_is_told_on_a_terminal_and_nowhere_else(monkeypatch, capsys):
    assert main(["check", str(SAMPLES / "caseload_tidy.csv")]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["check", str(SAMPLES / "caseload_tidy.csv")]) == 0
    told = capsys.readouterr().err
    assert told.startswith("\rReading caseload_tidy.csv 0 %")
    assert told.endswith("\r\x1b[K")
    assert main(["check", str(SAMPLES / "none.csv")]) == 2
    assert capsys.readouterr().err.startswith("\r\x1b[Knone.csv: there is no such file")
