"""A served demo and a browser that reports every request to another host and every complaint of the page."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
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


@pytest.fixture(scope="session")
def address():
    process, url = start_demo()
    yield url
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture
def serve():
    """A function that starts a demo of its own over a workspace and returns its address; each ends with the test."""
    processes = []

    def serve_one(workspace):
        process, url = start_demo(workspace=str(workspace))
        processes.append(process)
        return url

    yield serve_one
    for process in processes:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def kept_address(serve, tmp_path):
    """A demo of its own, with a workspace of its own."""
    return serve(tmp_path / "spring.sqlite")


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        reason = "there is no Chromium on this machine: apt-get install chromium"
        if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

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
        page.locator(".sk-chart svg .mark-symbol path").first.wait_for(state="attached", timeout=60_000)
        return page


def watched(chromium, address, *, outside):
    """Open a tab in which whatever is not from `address` is aborted or, as behind many a firewall, never answered."""
    tab = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
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
    tab.on("console", lambda message: visit.complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: visit.complaints.append(str(error)))
    return visit


@pytest.fixture
def open_tab(chromium):
    """A function that opens a tab at an address; every tab is closed after the test."""
    visits = []

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
