"""What every page says under "As code" runs as it stands, in a Python of its own, and gives what the page shows."""

import json
import subprocess
import sys
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
