"""What every page says under "As code" runs as it stands, in a Python of its own, and gives what the page shows."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import supervision_kit as sk

WEEK = Path(__file__).parents[1] / "data_samples" / "caseload_tidy.csv"
TELL = "\nimport json\nprint(json.dumps([caseload['case_id'].to_list(), falls['onset'].to_list()]))"
SETTINGS = {"method": sk.Ewma(weight=0.3, sigmas=2), "rule": sk.RepairRule(within=5, kind="half")}


def run_alone(code, folder):
    """Run code in a process of its own, in a folder where nothing is; return what it prints last."""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(params=["a file", "a workspace"])
def opened(request, tmp_path):
    """What a state is made of, and where it says that comes from."""
    ratings = sk.read_ratings(WEEK)
    if request.param == "a file":
        yield ratings.scores, {"files": (str(WEEK),)}
        return
    with sk.Workspace(tmp_path / "spring.sqlite", user="tester") as workspace:
        workspace.import_ratings(ratings)
        yield workspace, {}


def test_the_caseload_as_code_gives_the_caseload(opened, tmp_path):
    source, where = opened
    state = sk.apps.CaseloadState(source, **where, **SETTINGS)
    state.therapist_id = state.therapist_ids[0]
    told, _ = run_alone(state.as_code + TELL, tmp_path)
    assert told == state.cases["case_id"].to_list()


def test_ruptures_and_repairs_as_code_give_their_falls(opened, tmp_path):
    source, where = opened
    state = sk.apps.EpisodesState(source, **where, **SETTINGS)
    _, onsets = run_alone(state.as_code + TELL, tmp_path)
    assert sorted(onsets) == sorted(state.shown["onset"])


CONTROLS = {
    "method": lambda state: setattr(state, "method", sk.Ewma()),
    "therapist": lambda state: setattr(state, "therapist_id", state.therapist_ids[-1]),
    "rated by": lambda state: setattr(state, "rater", "therapist"),
    "fell by": lambda state: setattr(state, "least_depth", 0.15),
    "how it ended": lambda state: setattr(state, "outcome", "repaired"),
    "only those down": lambda state: setattr(state, "open_only", True),
    "only those down, by the therapist": lambda state: (
        setattr(state, "rater", "therapist"),
        setattr(state, "open_only", True),
    ),
}


def run_each(codes, tell, folder):
    """Run several codes, each among names of its own, in one process; return what `tell` comes to after each."""
    lines = [
        "import json",
        "told = []",
        f"for code in {list(codes)!r}:",
        "    names = {}",
        "    exec(code, names)",
        f"    told.append(eval({tell!r}, names))",
        "print(json.dumps(told))",
    ]
    return run_alone("\n".join(lines), folder)


def test_each_control_of_ruptures_and_repairs_is_in_its_code(opened, tmp_path):
    source, where = opened
    plain, codes, shown = sk.apps.EpisodesState(source, **where).as_code, {}, {}
    for control, turn in CONTROLS.items():
        state = sk.apps.EpisodesState(source, **where)
        turn(state)
        assert state.as_code != plain, control
        codes[control], shown[control] = state.as_code, sorted(state.shown["onset"])
    told = run_each(codes.values(), "sorted(falls['onset'].to_list())", tmp_path)
    assert dict(zip(codes, told, strict=True)) == shown
    assert len(set(map(tuple, shown.values()))) > 1, "the controls show one and the same"


CASELOAD_CONTROLS = {
    "new since": lambda state: state.pick_since(date(2025, 3, 1)),
    "planned sessions": lambda state: state.plan_sessions(12),
    "weights": lambda state: state.set_weight("open", 1.0),
    "therapist": lambda state: setattr(state, "therapist_id", state.therapist_ids[-1]),
}


def test_each_control_of_the_caseload_is_in_its_code(opened, tmp_path):
    source, where = opened
    plain, codes, shown = sk.apps.CaseloadState(source, **where).as_code, {}, {}
    for control, turn in CASELOAD_CONTROLS.items():
        state = sk.apps.CaseloadState(source, **where)
        before = state.as_code
        turn(state)
        assert state.as_code not in (before, plain), control
        codes[control] = state.as_code
        shown[control] = [
            list(pair) for pair in zip(state.cases["case_id"], map(list, state.cases["reasons"]), strict=True)
        ]
    tell = "list(map(list, zip(caseload['case_id'].to_list(), map(list, caseload['reasons']))))"
    told = run_each(codes.values(), tell, tmp_path)
    assert dict(zip(codes, told, strict=True)) == shown


def test_a_case_as_code_gives_its_chart_whichever_series_is_shown(opened, tmp_path):
    source, where = opened
    state = sk.apps.CaseState(source, case_id="C07", **where, **SETTINGS)
    state.scale = next(scale for scale in state.scales if scale != "total")
    *lines, drawn = state.as_code.splitlines()
    draw = f"import json\nchart = {drawn}\nprint(json.dumps(chart.datasets['caption']))"
    (caption,) = run_alone("\n".join([*lines, draw]), tmp_path)
    assert caption["title"].endswith("C07")


def test_pages_over_a_bundle_say_code_that_opens_the_bundle_alone(tmp_path, monkeypatch):
    from supervision_kit.bundles.writing import write_bundle

    scores = sk.read_ratings(WEEK).scores
    folder = tmp_path / "bundle"
    write_bundle(folder, tables={"scores": scores}, settings={}, report="", pages={})
    monkeypatch.setenv("SUPERVISION_KIT_BUNDLE", str(folder))
    for page in (sk.apps.caseload_page, sk.apps.episodes_page):
        state = page().state
        assert "bundle = sk.open_bundle()\nscores = bundle.scores\n" in state.as_code
        assert str(tmp_path) not in state.as_code
        told, _ = run_alone(state.as_code + TELL, tmp_path)
        assert told == state.cases["case_id"].to_list()
    case = sk.apps.case_page().state
    *lines, drawn = case.as_code.splitlines()
    draw = f"import json\nchart = {drawn}\nprint(json.dumps(chart.datasets['caption']))"
    (caption,) = run_alone("\n".join([*lines, draw]), tmp_path)
    assert caption["title"].endswith(case.case_id)
    monkeypatch.delenv("SUPERVISION_KIT_BUNDLE")
    named = sk.apps.case_page(bundle=str(folder)).state
    assert f"sk.open_bundle({str(folder)!r})" in named.as_code
