"""A kernel is killed while somebody writes: the page says so, and what was kept is found again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import supervision_kit as sk
from supervision_kit.server.warm_process import NAME

SAMPLE = Path(__file__).parents[2] / "data_samples" / "caseload_tidy.csv"
OPEN_LAB = (
    "import sys; from supervision_kit.server import open_lab; "
    "sys.exit(open_lab(sys.argv[1], port=0, open_browser=False, workspace=sys.argv[2], language='en'))"
)
# typed for longer than JupyterLab takes to see that a kernel died: its dialog comes up meanwhile
AFTER_THAT = " after that, and said that it is of no use to go on like this"
KERNEL_OF_PAGE = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
KERNEL_OF_LAB = """async () => {
    const { baseUrl, token } = JSON.parse(document.getElementById('jupyter-config-data').textContent);
    return (await (await fetch(`${baseUrl}api/kernels?token=${token}`)).json())[0].id;
}"""

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the kernel in /proc")


@pytest.fixture
def place(tmp_path):
    """A workspace with ratings."""
    with sk.Workspace(tmp_path / "spring.sqlite") as workspace:
        workspace.import_ratings(sk.read_ratings(SAMPLE))
    return tmp_path / "spring.sqlite"


@pytest.fixture
def lab_address(tmp_path, place):
    lab = subprocess.Popen(
        [sys.executable, "-c", OPEN_LAB, str(tmp_path / "lab"), str(place)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "layouts")},
    )
    lab.stdout.readline()
    yield lab.stdout.readline().removeprefix("Open: ").strip()
    lab.terminate()
    lab.communicate(timeout=30)


def kill_kernel(kernel):
    """Kill the process of a kernel, whose name or command line holds its id, as a crash would."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            names = (process / "comm").read_text().strip(), (process / "cmdline").read_text()
        except OSError:
            continue  # it has ended meanwhile
        if names[0] == NAME.format(kernel) or kernel in names[1]:
            os.kill(int(process.name), signal.SIGKILL)
            return
    pytest.fail("The kernel is not among the processes.")


def note_on(page):
    field = page.get_by_label("A note on this case")
    field.wait_for()
    return field


def write_and_lose_the_kernel(page, kernel):
    page.locator(".sk-fold-button", has_text="Notes").click()  # folded away while there is none
    field = note_on(page)
    field.type("rose went quiet")
    kept = page.locator(".sk-kept-text", has=field).get_by_role("status")
    page.wait_for_function("status => status.textContent === 'Saved.'", arg=kept.element_handle())
    kill_kernel(kernel)
    field.press_sequentially(AFTER_THAT, delay=120)
    page.locator(".sk-kept-text", has_text="Not saved: this page gets no answer").wait_for()
    assert field.input_value() == "rose went quiet" + AFTER_THAT


def test_what_was_typed_before_the_kernel_died_is_there_when_the_page_is_loaded_again(open_tab, serve, place):
    visit = open_tab(serve(place))
    page = visit.open_chart("3_case.ipynb", "?case=C07")
    write_and_lose_the_kernel(page, page.evaluate(KERNEL_OF_PAGE))
    page.on("dialog", lambda dialog: dialog.accept())  # the page asks whether to leave with text that is not saved
    page = visit.open_chart("3_case.ipynb", "?case=C07")
    assert note_on(page).input_value().startswith("rose went quiet")


def test_in_jupyterlab_too(open_tab, lab_address):
    visit = open_tab(lab_address)
    page = visit.page
    page.on("dialog", lambda dialog: dialog.accept())
    for is_first in (True, False):
        page.goto(lab_address)
        page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="start_here").click()
        page.locator(".jp-MarkdownViewer li a", has_text="Case").last.click()
        if is_first:
            page.locator(".sk-fold-button", has_text="Notes").wait_for()
            write_and_lose_the_kernel(page, page.evaluate(KERNEL_OF_LAB))
    assert note_on(page).input_value().startswith("rose went quiet")
