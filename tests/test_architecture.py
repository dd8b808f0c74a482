"""Imports point one way, heavy ones wait, notebooks stay thin."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "supervision_kit"

# Each stage may import from its own and earlier stages.
STAGES = [
    {"advice", "environment", "closing"},
    {"errors"},
    {"words"},
    {"threads"},
    {"text_columns"},
    {"ordering"},
    {"tables"},
    {"instruments"},
    {"lens"},
    {"scoring"},
    {"records", "simulate"},
    {"series", "headline", "rebasing"},
    {"detection"},
    {"episodes"},
    {"repair", "agreement", "outcome"},
    {"recognition"},
    {"reasons"},
    {"calibration"},
    {"evidence", "judging"},
    {"caseload"},
    {"prompts"},
    {"supervisees"},
    {"summary"},
    {"workspace"},
    {"consulting"},
    {"disclosure"},
    {"scale"},
    {"bundles"},
    {"charts", "chart_bundle"},
    {"agenda"},
    {"apps"},
    {"server"},
    {"publishing"},
    {"cli"},
    {"__main__"},
]
ORDER = {name: rank for rank, stage in enumerate(STAGES) for name in stage}
# Who alone may import what.
RESERVED = {
    "altair": {"charts", "chart_bundle"},
    "vl_convert": {"charts", "chart_bundle"},
    "docx": {"agenda"},
    "fpdf": {"agenda"},
    "ipywidgets": {"apps"},
    "itables": {"apps"},
    "anywidget": {"apps"},
    "voila": {"server"},
    "jupyter_server": {"server"},
    "tornado": {"server"},
    "python_calamine": {"records", "workspace"},
    "pyreadstat": {"records"},
    "xlsxwriter": {"records", "workspace"},
    "pyarrow": {"text_columns", "records", "workspace", "bundles"},
    "sqlalchemy": {"workspace"},
    "alembic": {"workspace"},
    "sqlite3": {"workspace", "consulting", "server"},
    "lifelines": {"repair"},
    "dask": {"scale"},
    "distributed": {"scale"},
    "babel": {"words"},
}


def modules():
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def stage_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            if node.module == "supervision_kit":
                yield from (f"supervision_kit.{alias.name}" for alias in node.names)
            else:
                yield node.module


def test_every_module_has_its_place_on_the_map():
    assert {stage_of(path) for path in modules()} <= set(ORDER)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path):
    own = stage_of(path)
    for name in imported_names(path):
        package, _, rest = name.partition(".")
        if package == "supervision_kit" and rest not in {"", "__version__"}:
            there = rest.split(".")[0]
            assert there == own or ORDER[there] < ORDER[own], f"{own} must not import {there}"
        elif package in RESERVED:
            assert own in RESERVED[package], f"{own} must not import {package}"


HEAVY = (
    "altair",
    "ipywidgets",
    "itables",
    "anywidget",
    "openpyxl",
    "python_calamine",
    "pyreadstat",
    "xlsxwriter",
    "sqlalchemy",
    "alembic",
    "voila",
    "vl_convert",
    "jupyter_server",
    "IPython",
    "lifelines",
    "dask",
    "distributed",
    "matplotlib",
    "scipy",
)


def loaded_after(code):
    """Return which modules a fresh interpreter has loaded after `code`."""
    report = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_kit_loads_none_of_its_stages_and_nothing_heavy():
    loaded = loaded_after("import supervision_kit")
    assert not loaded & {*HEAVY, "pandas", "numpy"}
    assert not [name for name in loaded if name.startswith("supervision_kit.")]


def test_the_line_from_scores_to_caseload_loads_nothing_heavy_either():
    code = "import supervision_kit as sk; sk.mark_sessions, sk.find_episodes, sk.follow_repairs, sk.review_caseload"
    assert not loaded_after(code) & set(HEAVY)


def test_every_public_name_loads():
    import supervision_kit as sk

    assert all(getattr(sk, name) is not None for name in dir(sk))
    assert {"read_ratings", "mark_sessions", "charts", "apps"} <= set(dir(sk))


PAGE_NAMES = {
    "1_load_ratings": "load",
    "2_caseload": "caseload",
    "3_case": "case",
    "4_ruptures_and_repairs": "episodes",
    "5_consultation": "consultation",
}


def notebooks():
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks():
    assert [path.stem for path in notebooks()] == list(PAGE_NAMES)


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.name)
def test_a_notebook_is_thin_and_stores_nothing(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert cells[0]["cell_type"] == "markdown"
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) <= 6
    for cell in code:
        source = "".join(cell["source"])
        tree = ast.parse(source)
        assert len(source.splitlines()) <= 5
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        assert not any(
            isinstance(node, ast.For | ast.While | ast.If | ast.Try | ast.FunctionDef) for node in ast.walk(tree)
        )
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                named = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
                assert named.split(".")[0] == "supervision_kit"


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.name)
def test_a_notebook_runs_and_shows_its_page(path):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    page = notebook.cells[-1].outputs[-1]["data"]
    assert "application/vnd.jupyter.widget-view+json" in page
    state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    classes = {name for one in state.values() for name in one["state"].get("_dom_classes", [])}
    assert {"sk-page", f"sk-page-{PAGE_NAMES[path.stem]}", "sk-summary"} <= classes
    assert "sk-chart" in classes or "sk-drop" in classes
    assert "sk-banner-error" not in classes
