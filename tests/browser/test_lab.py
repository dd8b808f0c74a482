"""The same notebooks in JupyterLab, which `supervision-kit lab` opens: charts drawn, nothing asked of the outside."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import TimeoutError  # noqa: A004 - Playwright's own

from browser.everywhere import faults, unfold

OPEN = (
    "import sys; from supervision_kit.server import open_lab; "
    "sys.exit(open_lab(sys.argv[1], port=0, open_browser=False))"
)


@contextmanager
def opened_lab(folder):
    """Open JupyterLab with a workspace of its own, and give its address."""
    lab = subprocess.Popen(
        [sys.executable, "-c", OPEN, str(folder / "pages")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={
            **os.environ,
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "SUPERVISION_KIT_WORKSPACE": str(folder / "workspace.sqlite"),
        },
    )
    lab.stdout.readline()
    yield lab.stdout.readline().removeprefix("Open: ").strip()
    lab.terminate()
    lab.communicate(timeout=30)


@pytest.fixture(scope="module")
def lab_address(tmp_path_factory):
    """A JupyterLab in whose workspace nothing is kept: its pages show the sample."""
    with opened_lab(tmp_path_factory.mktemp("lab")) as url:
        yield url


@pytest.fixture
def lab_of_its_own(tmp_path):
    with opened_lab(tmp_path) as url:
        yield url


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


def open_and_run(visit, lab_address, notebook):
    page = visit.page
    page.goto(lab_address.replace("/?", f"/lab/workspaces/{notebook}/tree/notebooks/{notebook}.ipynb?"))
    page.locator(".jp-Notebook").wait_for()
    page.get_by_text("Python 3 | Idle").wait_for()
    run_all(page)
    return page


@pytest.fixture(scope="module")
def dark_address(tmp_path_factory):
    """A JupyterLab whose theme is dark."""
    folder = tmp_path_factory.mktemp("dark")
    chosen = folder / "settings" / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    chosen.parent.mkdir(parents=True)
    chosen.write_text('{"theme": "JupyterLab Dark"}')
    with opened_lab(folder) as url:
        yield url


@pytest.mark.parametrize("notebook", ["2_caseload", "3_case"])
def test_a_page_can_be_read_in_the_dark_theme_of_jupyterlab(open_tab, dark_address, notebook):
    page = open_and_run(open_tab(dark_address), dark_address, notebook)
    drawn(page).wait_for(state="attached")
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    unfold(page)
    assert page.locator(".sk-page").first.evaluate("box => getComputedStyle(box).backgroundColor") == "rgb(20, 25, 30)"
    assert faults(page, within=".sk-page") == []


@pytest.mark.parametrize("notebook", ["2_caseload", "3_case"])
def test_a_notebook_shows_its_chart_in_jupyterlab_and_asks_nothing_of_the_outside(open_tab, lab_address, notebook):
    visit = open_tab(lab_address)
    page = open_and_run(visit, lab_address, notebook)
    page.locator(".sk-chart svg .mark-symbol path").first.wait_for(state="attached")
    assert page.locator(".sk-chart .sk-banner-error").count() == 0
    assert visit.asked_outside == []


def test_a_file_larger_than_a_web_socket_takes_is_read_and_kept_in_jupyterlab(open_tab, lab_of_its_own):
    visit = open_tab(lab_of_its_own)
    page = open_and_run(visit, lab_of_its_own, "1_load_ratings")
    page.get_by_role("button", name="Choose files …").wait_for()
    rows = [f"C{n // 50},{n % 50 + 1},{'x' * 400},31\n" for n in range(30_000)]
    text = "Client,Session,Remark,SRS total\n" + "".join(rows)
    assert len(text) > 12_000_000
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files …").click()
    chooser.value.set_files([{"name": "large.csv", "mimeType": "", "buffer": text.encode()}])
    page.get_by_text("30,000 of 30,000 rows are ready, none set aside.").first.wait_for()
    page.get_by_role("button", name="Import 30,000 rows").click()
    page.get_by_text("Go on with the caseload: open 2_caseload.ipynb and run it.").wait_for()
    assert visit.asked_outside == []


def open_start(visit, lab_address):
    page = visit.page
    page.goto(lab_address)
    page.locator(".jp-MarkdownViewer h1", has_text="The supervision hour starts here").wait_for()
    return page


def drawn(page):
    return page.locator(".sk-chart svg .mark-symbol path").first


def test_jupyterlab_opens_with_a_page_that_says_where_to_begin_and_its_links_run_the_pages(open_tab, lab_address):
    visit = open_tab(lab_address)
    page = open_start(visit, lab_address)
    picture = page.locator(".jp-MarkdownViewer img")
    page.wait_for_function("document.querySelector('.jp-MarkdownViewer img').naturalWidth > 500")
    assert picture.get_attribute("alt") == "From ratings to the caseload, to a case, to the agenda"
    links = page.locator(".jp-MarkdownViewer li a")
    assert links.all_inner_texts() == ["Load", "Caseload", "Case", "Ruptures & repairs", "Consultation"]
    links.filter(has_text=re.compile("^Caseload$")).click()
    drawn(page).wait_for(state="attached")
    assert visit.asked_outside == []
    assert visit.complaints == []


def test_a_card_in_the_launcher_opens_a_page_and_runs_it_once(open_tab, lab_address):
    visit = open_tab(lab_address)
    page = visit.page
    page.goto(lab_address.replace("/?", "/lab/workspaces/cards?"))
    page.locator(".jp-MarkdownViewer h1").wait_for()
    page.get_by_role("button", name="New Launcher").first.click()
    card = page.locator(".jp-LauncherCard", has_text=re.compile("^Case$"))
    assert card.get_attribute("title") == "what happened between these two, and what to make of it"
    card.click()
    drawn(page).wait_for(state="attached")
    page.locator(".sk-case-picker select").first.evaluate("one => { one.dataset.same = 'yes'; }")
    page.get_by_role("button", name="New Launcher").first.click()
    page.locator(".jp-LauncherCard:visible", has_text=re.compile("^Case$")).click()
    drawn(page).wait_for()
    assert page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="3_case.ipynb").count() == 1
    assert page.locator(".sk-case-picker select").first.get_attribute("data-same") == "yes"
    assert visit.asked_outside == []


CLICK_AT_ONCE = """new MutationObserver((_, observer) => {
  const link = [...document.querySelectorAll(".jp-MarkdownViewer li a")].find((one) => one.textContent === "Case");
  if (!link) return;
  observer.disconnect();
  link.click();
}).observe(document, { subtree: true, childList: true })"""


def test_a_link_that_is_clicked_the_moment_it_is_shown_runs_its_page(open_tab, lab_address):
    visit = open_tab(lab_address)
    visit.page.add_init_script(CLICK_AT_ONCE)
    visit.page.goto(lab_address.replace("/?", "/lab/workspaces/at_once?"))
    drawn(visit.page).wait_for(state="attached")
    assert visit.asked_outside == []


def lose_requests(page, *, how_many):
    """Let the first requests to run cells get lost between the page and its kernel; return those lost."""
    lost = []

    def answer(socket):
        server = socket.connect_to_server()

        def hand_on(message):
            text = message if isinstance(message, bytes) else message.encode()
            if b"execute_request" in text and len(lost) < how_many:
                lost.append(text)
            else:
                server.send(message)

        socket.on_message(hand_on)

    page.route_web_socket(re.compile("/api/kernels/.*/channels"), answer)
    return lost


def test_a_page_that_did_not_run_is_run_again(open_tab, lab_address):
    visit = open_tab(lab_address)
    lost = lose_requests(visit.page, how_many=1)
    visit.page.goto(lab_address.replace("/?", "/lab/workspaces/lost_once?"))
    visit.page.locator(".jp-MarkdownViewer li a", has_text="Ruptures").click()
    drawn(visit.page).wait_for(state="attached")
    assert len(lost) == 1


def test_jupyterlab_says_that_it_could_not_run_a_page(open_tab, lab_address):
    visit = open_tab(lab_address)
    lost = lose_requests(visit.page, how_many=99)
    visit.page.goto(lab_address.replace("/?", "/lab/workspaces/lost?"))
    visit.page.locator(".jp-MarkdownViewer li a", has_text="Load").first.click()
    said = "JupyterLab did not run this page. Please click it once more, or choose Run All Cells in the menu Run."
    visit.page.get_by_text(said).first.wait_for(
        timeout=180_000
    )  # three times a kernel is waited for, half a minute each
    assert len(lost) > 1
