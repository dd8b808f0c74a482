"""A served demo and a browser that reports every request to another host and every complaint of the page."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from browser.everywhere import NOTEBOOKS, PATIENCE, open_context, open_whole

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
KEPT = "spring.sqlite"
VISITS = pytest.StashKey()
SHOWN = """() => {
  const inOneLine = (text) => text.trim().replace(/\\s+/g, " ").slice(0, 4000);
  const nameOf = (field) => field.ariaLabel ?? field.labels?.[0]?.textContent;
  const named = (field) => `${nameOf(field)}: ${field.type === "checkbox" ? field.checked : field.value}`;
  const fields = [...document.querySelectorAll("input, textarea, select")].filter((field) => field.checkVisibility());
  const alerts = [...document.querySelectorAll("[role=alert], .sk-at-work")].map((box) => box.textContent);
  return [`alerts: ${alerts}`, `focus: ${document.activeElement?.outerHTML.slice(0, 200)}`,
    inOneLine(fields.map(named).join(" | ")), inOneLine(document.body.innerText)].join("\\n");
}"""
SERVE = (
    "import sys; from supervision_kit.server import serve_demo; "
    "sys.exit(serve_demo(port=0, open_browser=False, workspace=sys.argv[1] or None))"
)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


def start_demo(workspace=""):
    """Start the demo on a free port; return the process and the address it printed."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, workspace],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=os.sep,
        env={name: value for name, value in os.environ.items() if name != "SUPERVISION_KIT_WORKSPACE"},
    )
    line = process.stdout.readline()
    if not line.startswith("Open: http://127.0.0.1:"):
        process.kill()
        pytest.fail(f"The demo did not start: {line}{process.stderr.read()}")
    return process, line.removeprefix("Open: ").strip().rstrip("/")


def end_demo(process):
    process.terminate()
    process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="session")
def address():
    process, url = start_demo()
    yield url
    end_demo(process)


@pytest.fixture(scope="session")
def kept_demo(tmp_path_factory):
    """A demo whose pages find the workspace ``spring.sqlite`` in whatever folder a link leads to; link and address."""
    link = tmp_path_factory.mktemp("kept") / "now"
    process, url = start_demo(workspace=str(link / KEPT))
    yield link, url
    end_demo(process)


@pytest.fixture
def serve(kept_demo):
    """A function that lets the pages of a demo show a workspace from now on, and returns their address."""
    link, url = kept_demo

    def serve_one(workspace):
        assert workspace.name == KEPT
        link.unlink(missing_ok=True)
        link.symlink_to(workspace.parent, target_is_directory=True)
        return url

    yield serve_one
    link.unlink(missing_ok=True)


@pytest.fixture
def kept_address(serve, tmp_path):
    """A demo with an empty workspace."""
    return serve(tmp_path / KEPT)


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        reason = "there is no Chromium on this machine: apt-get install chromium"
        if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A browser tab, what it asked of other hosts, and what went wrong in it."""

    page: object
    address: str
    asked_outside: list = field(default_factory=list)
    complaints: list = field(default_factory=list)

    def open(self, notebook, query=""):
        self.page.goto(f"{self.address}/voila/render/{notebook}{query}")
        return self.page

    def open_chart(self, notebook, query=""):
        page = self.open(notebook, query)
        page.locator(".sk-chart svg .mark-symbol path").first.wait_for(state="attached")
        return page


def watched(chromium, address, *, outside):
    """Open a tab in which whatever is not from `address` is aborted or, as behind many a firewall, never answered."""
    tab = open_context(chromium).new_page()
    visit = Visit(tab, address)
    own = urlsplit(address).netloc

    def is_foreign(url):
        return urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).netloc != own

    def answer(route):
        visit.asked_outside.append(route.request.url)
        if outside == "aborted":
            route.abort()

    tab.route(is_foreign, answer)
    tab.on("websocket", lambda socket: visit.asked_outside.append(socket.url) if is_foreign(socket.url) else None)
    tab.on("console", lambda message: visit.complaints.append(whole(message)) if message.type == "error" else None)
    tab.on("pageerror", lambda error: visit.complaints.append(str(error)))
    return visit


def whole(message):
    """Return what a page complains of, and where."""
    return f"{message.text} ({message.location['url']})"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Beside a test that failed, say what its pages showed: it may never fail so again."""
    report = yield
    if report.when == "call" and report.failed:
        for visit in item.stash.get(VISITS, []):
            report.sections.append((f"what {urlsplit(visit.page.url).path} showed", told_by(visit)))
    return report


def told_by(visit):
    """Return what a page says went wrong, what has the focus, and the words of the page itself."""
    from playwright.sync_api import Error

    try:
        words = visit.page.evaluate(SHOWN)
    except Error as error:
        words = f"nothing: {error.message}"
    return "\n".join([f"complaints: {visit.complaints}", f"asked outside: {visit.asked_outside}", words])


@pytest.fixture
def open_tab(chromium, request):
    """A function that opens a tab at an address; every tab is closed after the test."""
    visits = request.node.stash.setdefault(VISITS, [])

    def open_one(address, *, outside="aborted"):
        visits.append(watched(chromium, address, outside=outside))
        return visits[-1]

    yield open_one
    for visit in visits:
        visit.page.context.close()


@pytest.fixture(params=["aborted", "hanging"])
def firewalled(request, open_tab, address):
    """A visit behind each kind of firewall."""
    return open_tab(address, outside=request.param)


@pytest.fixture
def visit(open_tab, address):
    return open_tab(address)


@pytest.fixture(scope="session", params=NOTEBOOKS)
def whole_english_page(request, chromium, address):
    """A page with all of its folds open, for all tests that only look at it: they run one after the other."""
    yield from keep_whole(watched(chromium, address, outside="aborted"), request.param, "en")


@pytest.fixture(scope="session", params=NOTEBOOKS)
def whole_german_page(request, chromium, address):
    yield from keep_whole(watched(chromium, address, outside="aborted"), request.param, "de")


def keep_whole(visit, notebook, language):
    yield open_whole(visit, notebook, language=language)
    visit.page.context.close()


def as_at_first(page):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    return page


@pytest.fixture
def english_page(whole_english_page):
    return as_at_first(whole_english_page)


@pytest.fixture
def german_page(whole_german_page):
    return as_at_first(whole_german_page)
