"""What the benchmarks of pages share: servers that are ended again, Chromium, the page that holds the tables, an end.

Nothing here waits without a limit: a server that says nothing is ended, and :func:`end_by` ends the whole run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import NamedTuple

import nbformat
from playwright.sync_api import Browser, sync_playwright
from tornado.netutil import bind_sockets

ROOT = Path(__file__).parents[1]
START_SECONDS, END_SECONDS = 60.0, 30.0
NOT_OURS = {"SUPERVISION_KIT_WORKSPACE", "SUPERVISION_KIT_RATINGS"}

# both take a workspace, or an empty text for the sample, and JupyterLab a folder
DEMO = (
    "import sys; from supervision_kit.server import serve_demo; "
    "sys.exit(serve_demo(port=0, open_browser=False, workspace=(sys.argv[1:] or [''])[0] or None))"
)
LAB = (
    "import sys; from supervision_kit.server import open_lab; "
    "sys.exit(open_lab(sys.argv[2], port=0, open_browser=False, workspace=sys.argv[1] or None))"
)


class Server(NamedTuple):
    """A server that runs: the number of its process, and where it answers, without a slash at the end."""

    pid: int
    address: str


@contextmanager
def serving(code: str, *arguments: str, folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server of the kit until the end; it prints where it answers."""
    with _running([sys.executable, "-c", code, *arguments], folder, env or {}) as server:
        watch = Timer(START_SECONDS, server.kill)
        watch.start()
        line = next((line for line in server.stdout or () if line.startswith("Open: ")), "")
        watch.cancel()
        if not line:
            sys.exit("The server did not start.")
        yield Server(server.pid, line.removeprefix("Open: ").strip().rstrip("/"))


@contextmanager
def serving_plainly(folder: Path) -> Iterator[Server]:
    """Run Voila as it comes over a folder of notebooks until the end: its own template, its own kernels."""
    port = free_port()
    with _running([sys.executable, "-m", "voila", str(folder), "--no-browser", f"--port={port}"], folder, {}) as server:
        address, end = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{address}/voila/static/voila.js", timeout=5)  # noqa: S310 - our own server
            except (urllib.error.URLError, TimeoutError):
                time.sleep(0.1)
            else:
                break
        else:
            sys.exit("Plain Voila did not start.")
        yield Server(server.pid, address)


@contextmanager
def _running(command: list[str], folder: Path, env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS} | dict(env)
    with (folder / "log.txt").open("a") as log:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder, env=environment)  # noqa: S603
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.communicate(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.communicate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium until the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def free_port() -> int:
    """Return a port that nobody listens on."""
    (one,) = bind_sockets(0, "127.0.0.1")
    with one:
        port: int = one.getsockname()[1]
        return port


def write_notebook(path: Path, source: str) -> Path:
    """Write a notebook of one cell."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, path)
    return path


def end_by(seconds: float) -> float:
    """End this process and its servers after so many seconds, whatever hangs; return the moment, monotonic."""

    def end() -> None:
        print(f"Not done after {seconds:.0f} s, and ended.", file=sys.stderr, flush=True)
        for process in _below(os.getpid()):
            os.kill(process, 15)
        os._exit(1)

    watch = Timer(seconds, end)
    watch.daemon = True
    watch.start()
    return time.monotonic() + seconds


def _below(pid: int) -> list[int]:
    """Return the processes that this one started."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(one) for thread in threads for one in (thread / "children").read_text().split()]


def write_table(name: str, lines: Sequence[str], *, page: str = "benchmarks") -> None:
    """Put lines between the markers of that name in a page of docs/."""
    path = ROOT / "docs" / f"{page}.md"
    before, mark, rest = path.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    _, _, after = rest.partition(f"<!-- end of {name} -->")
    text = "\n".join(lines)
    path.write_text(f"{before}{mark}{text}\n<!-- end of {name} -->{after}", encoding="utf-8")
