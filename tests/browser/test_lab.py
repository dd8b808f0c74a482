"""The same notebooks in JupyterLab, which `supervision-kit lab` opens: charts drawn, nothing asked of the outside."""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import TimeoutError  # noqa: A004 - Playwright's own

OPEN = (
    "import sys; from supervision_kit.server import open_lab; "
    "sys.exit(open_lab(sys.argv[1], port=0, open_browser=False))"
)


@pytest.fixture(scope="module")
def lab_address(tmp_path_factory):
    lab = subprocess.Popen(
        [sys.executable, "-c", OPEN, str(tmp_path_factory.mktemp("lab"))],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path_factory.mktemp("workspaces"))},
    )
    lab.stdout.readline()
    yield lab.stdout.readline().removeprefix("Open: ").strip()
    lab.terminate()
    lab.communicate(timeout=30)


def run_all(page):
    """Run all cells; JupyterLab loses the command now and then while a notebook still settles, so ask until it runs."""
    running = page.locator(".jp-InputArea-prompt").filter(has_text=re.compile(r"\[(\*|\d+)\]"))
    for _ in range(6):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        try:
            running.first.wait_for(timeout=10_000)
        except TimeoutError:
            continue
        return
    pytest.fail("JupyterLab ran no cell.")


@pytest.mark.parametrize("notebook", ["2_caseload", "3_case"])
def test_a_notebook_shows_its_chart_in_jupyterlab_and_asks_nothing_of_the_outside(open_tab, lab_address, notebook):
    visit = open_tab(lab_address)
    page = visit.page
    page.goto(lab_address.replace("/?", f"/lab/workspaces/{notebook}/tree/notebooks/{notebook}.ipynb?"))
    page.locator(".jp-Notebook").wait_for(timeout=60_000)
    page.get_by_text("Python 3 | Idle").wait_for(timeout=60_000)
    run_all(page)
    page.locator(".sk-chart svg .mark-symbol path").first.wait_for(state="attached", timeout=60_000)
    assert page.locator(".sk-chart .sk-banner-error").count() == 0
    assert visit.asked_outside == []
