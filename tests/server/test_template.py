"""The template asks no other host, whoever brings it in."""

import re
from pathlib import Path

import pytest

from supervision_kit import server
from supervision_kit.server.dashboard import SORRY, Dashboard, dashboard_settings, pages_in

TEMPLATE = Path(server.__file__).parent / "templates" / "supervision_kit"


@pytest.mark.parametrize("path", sorted(TEMPLATE.iterdir()), ids=lambda path: path.name)
def test_a_template_file_names_no_host(path):
    assert not re.search(r"(https?:)?//[\w.-]+\.\w", path.read_text(encoding="utf-8"))


@pytest.fixture
def dashboard(tmp_path):
    (tmp_path / "3_case.ipynb").touch()
    Dashboard.clear_instance()
    yield Dashboard(config=dashboard_settings(tmp_path, port=0, open_browser=False, kernel_env={}))
    Dashboard.clear_instance()


def test_the_packages_own_template_comes_before_every_installed_one(dashboard):
    dashboard.initialize([])
    assert dashboard.template_paths[0] == str(TEMPLATE)


def test_neither_addresses_nor_notebooks_choose_a_template(dashboard):
    dashboard.initialize([])
    voila = dashboard.voila_configuration
    assert (voila.allow_template_override, voila.allow_theme_override) == ("NO", "NO")
    assert voila.file_allowlist == []
    assert voila.show_tracebacks is False


def test_the_bar_holds_the_pages_that_are_there(tmp_path):
    assert pages_in(tmp_path) == []
    (tmp_path / "3_case.ipynb").touch()
    assert [(page["notebook"], page["title"]) for page in pages_in(tmp_path)] == [("3_case.ipynb", "Case")]


def test_viewers_of_a_failed_page_read_a_sentence(dashboard):
    dashboard.initialize([])
    assert dashboard.config.VoilaExecutor.cell_error_instruction == SORRY
    assert "Voil" not in SORRY
    assert "traceback" not in SORRY
