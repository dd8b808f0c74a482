"""Docs that the code holds to its word."""

import re
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import supervision_kit as sk

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "data_samples" / "README.md"]
made_from_code = runpy.run_path(str(DOCS / "make_pages.py"))["pages"]()


@pytest.mark.parametrize("path", made_from_code, ids=lambda path: path.name)
def test_a_page_made_from_the_code_is_what_the_code_makes(path):
    assert path.read_text(encoding="utf-8") == made_from_code[path], "run: python docs/make_pages.py"


@pytest.mark.parametrize("key", sk.INSTRUMENTS)
def test_every_instrument_has_its_page_source_and_licence(key):
    instrument = sk.INSTRUMENTS[key]
    page = (DOCS / "instruments" / f"{key}.md").read_text(encoding="utf-8")
    assert instrument.source
    assert instrument.source in page
    assert instrument.licence
    assert instrument.licence in page
    assert instrument.missing_rule in page


@pytest.mark.parametrize("key", sk.METHODS)
def test_every_method_has_its_page_with_every_setting_and_what_is_not_confirmed(key):
    method = sk.METHODS[key]
    page = (DOCS / "methods" / f"{key}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {method.title} (`{key}`)")
    for part in ("**Question.**", "**Rule.**", "**Looks.**", "**Fewest sessions.**", "**Cannot be judged.**"):
        assert part in page
    for part in ("## Worked example", "## Deviations", "## References"):
        assert part in page
    for setting in method.settings():
        assert f"`{setting.name}`" in page
        if setting.default is not None:
            is_choice = isinstance(setting.default, bool)
            default = ("no", "yes")[setting.default] if is_choice else f"{setting.default:g}"
            assert re.search(rf"`{setting.name}` \| {default} \|", page)
    if method.sureness == "unconfirmed":
        assert "not confirmed" in method.source
        assert "**not confirmed**" in page.lower() or "**parameters not confirmed**" in page


@pytest.mark.parametrize("key", sk.METHODS)
def test_the_readme_lists_every_method_by_where_it_looks(key):
    (row,) = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if f"/{key}.md)" in line]
    back_only, finished = row.strip("|").split("|")
    assert f"/{key}.md)" in (back_only if sk.METHODS[key].prospective else finished)


def python_blocks(path):
    return re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", [p for p in PAGES if python_blocks(p)], ids=lambda path: path.name)
def test_the_python_in_the_docs_runs(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    for block in python_blocks(path):
        exec(compile(block, str(path), "exec"), {})  # noqa: S102 - our own docs


def pictured_tables():
    """Return the tables in the part on shapes of the page on reading files, as semicolon-separated text."""
    page = (DOCS / "reading_files.md").read_text(encoding="utf-8")
    part = page.partition("\n## Shapes\n")[2].partition("\n## ")[0]
    tables = re.findall(r"(?:^\|.*\n)+", part, flags=re.MULTILINE)
    rows = [[line.strip("| \n").split("|") for line in table.splitlines() if set(line) - set("|-")] for table in tables]
    return ["\n".join(";".join(cell.strip() for cell in row) for row in table) for table in rows]


PICTURED = [  # in the order of the page: rows, cases, forms, sessions; counted by hand
    (1, 1, 1, (1, 1)),
    (1, 1, 1, (3, 3)),  # no therapist fills in a PHQ-9
    (1, 1, 1, (1, 1)),
    (1, 1, 1, (1, 1)),
    (1, 1, 3, (1, 2)),
    (1, 1, 4, (1, 2)),
    (3, 1, 3, (1, 2)),
    (4, 1, 3, (1, 2)),
    (1, 1, 3, (1, 1)),
]


def test_every_pictured_table_is_counted():
    assert len(pictured_tables()) == len(PICTURED)


@pytest.mark.parametrize(("text", "expected"), list(zip(pictured_tables(), PICTURED, strict=False)))
def test_every_pictured_table_is_read_as_the_page_says(text, expected):
    said = {} if re.search("SRS|srs|WAI", text) else {"instrument": "srs"}
    ratings = sk.read_ratings(text.encode(), **said)
    assert ratings.problems["kept"].all()
    (sheet,) = ratings.sheets
    assert (sheet.rows_kept, sheet.n_cases, sheet.n_forms, sheet.sessions) == expected


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_map_names_every_module():
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "supervision_kit"
    files = {path.name for path in package.glob("*.py")} - {"__init__.py", "__main__.py"}
    folders = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    assert {name for name in files | folders if f"`{name}`" not in page} == set()


def test_examples_in_docstrings_run():
    import doctest
    import importlib

    of_methods = (f"detection.{key}" for key in sk.METHODS)
    of_outcome = (f"outcome.{name}" for name in ("criteria", "effect_sizes", "reviewing"))
    of_calibration = (
        f"calibration.{name}" for name in ("planting", "intervals", "exact", "trust", "thresholds", "chance")
    )
    of_repair = ("repair.following", "repair.survival", "recognition")
    in_line = ("scoring", "detection", "detection.personal.prior", "disclosure.windows", "disclosure.steps")
    for name in (*in_line, *of_methods, *of_repair, *of_outcome, *of_calibration):
        module = importlib.import_module(f"supervision_kit.{name}")
        result = doctest.testmod(module, extraglobs={"np": np, "pd": pd})
        assert result.attempted > 0
        assert result.failed == 0
