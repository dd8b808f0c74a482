"""Say how soon a page is there, beside plain Voila that serves an ordinary notebook with the same chart.

Both are measured in the same run.

Run from the root of the project: ``python benchmarks/opening.py`` (some minutes; Linux). It prints a table; ``--write``
puts it in docs/benchmarks.md. A burst is measured without browsers: the page complete, and its kernel answering.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import nbformat
from playwright.sync_api import Browser, sync_playwright
from tornado.httpclient import AsyncHTTPClient
from tornado.netutil import bind_sockets
from tornado.websocket import websocket_connect

ROOT = Path(__file__).parents[1]
PATIENCE = 300.0  # s
BURST, BURST_PLAIN = 15, 4  # plain Voila takes a minute for eight, and does not end with fifteen
MARKS = "svg .mark-symbol path"
DEMO = "import sys; from supervision_kit.server import serve_demo; sys.exit(serve_demo(port=0, open_browser=False))"
NOTEBOOK = """\
import altair as alt
import supervision_kit as sk

ratings = sk.read_ratings({sample!r})
marks = sk.mark_sessions(ratings.scores, method="personal_limits")
repairs = sk.follow_repairs(sk.find_episodes(marks), ratings.scores)
alt.JupyterChart.enable_offline()
alt.JupyterChart(sk.charts.trajectory(marks, repairs, case_id="C14"), embed_options={{"renderer": "svg"}})
"""

Server = tuple[int, str]  # the number of its process, the address of the page
HEAD = ["| what | the kit | plain Voila | ratio | asked |", "|---|---|---|---|---|"]


@contextmanager
def serving(command: list[str], path: str, folder: Path) -> Iterator[Server]:
    """Run a server until the end; `path` is of its page."""
    left_out = {"SUPERVISION_KIT_WORKSPACE", "SUPERVISION_KIT_RATINGS"}
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    with (folder / "log.txt").open("a") as log:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder, env=environment)  # noqa: S603
    try:
        if "voila" in command:
            yield server.pid, _wait_for(command[-1].rpartition("=")[2], path)
        else:
            assert server.stdout is not None  # noqa: S101 - it was asked for
            yield server.pid, server.stdout.readline().removeprefix("Open: ").strip().rstrip("/") + path
    finally:
        server.terminate()
        server.communicate(timeout=60)


def _wait_for(port: str, path: str) -> str:
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/voila/static/voila.js")  # noqa: S310 - our own server
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return address + path
    sys.exit("Plain Voila did not start.")


def free_port() -> int:
    """Return a port that nobody listens on."""
    (one,) = bind_sockets(0, "127.0.0.1")
    with one:
        port: int = one.getsockname()[1]
        return port


def write_notebook(folder: Path) -> Path:
    """Write the ordinary notebook."""
    path = folder / "ordinary.ipynb"
    source = NOTEBOOK.format(sample=str(ROOT / "data_samples" / "caseload_items.xlsx"))
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, path)
    return path


def see_chart(browser: Browser, address: str) -> tuple[float, float | None]:
    """Visit a page as somebody new; return after how long its chart is seen, and its kernel ended afterwards."""
    context = browser.new_context()
    tab = context.new_page()
    start = time.perf_counter()
    tab.goto(address, timeout=PATIENCE * 1000)
    tab.locator(MARKS).first.wait_for(state="attached", timeout=PATIENCE * 1000)
    seen = time.perf_counter() - start
    kernel = tab.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    context.close()
    return seen, wait_until_ended(address.partition("/voila/")[0], kernel)


def wait_until_ended(address: str, kernel: str, *, seconds: float = 60) -> float | None:
    """Return after how many seconds a kernel had ended; None if it did not."""
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        try:
            urllib.request.urlopen(f"{address}/api/kernels/{kernel}")  # noqa: S310 - our own server
        except urllib.error.HTTPError:
            return time.perf_counter() - start
        time.sleep(0.2)
    return None


async def open_page(address: str) -> tuple[float, object]:
    """Ask for a page and for an answer of its kernel; return how long that took, and the connection, still open."""
    start = time.perf_counter()
    page = await AsyncHTTPClient().fetch(address, request_timeout=PATIENCE)
    found = re.search(r'"kernelId": "([\w-]+)"', page.body.decode())
    assert found  # noqa: S101 - else this is no page of Voila's
    where = address.replace("http", "ws", 1).partition("/voila/")[0]
    channels = await websocket_connect(f"{where}/api/kernels/{found[1]}/channels")
    header = {"msg_id": uuid4().hex, "msg_type": "kernel_info_request", "username": "", "session": "", "version": "5.3"}
    asked = {"header": header, "parent_header": {}, "metadata": {}, "content": {}, "channel": "shell"}
    await channels.write_message(json.dumps(asked))
    while True:
        told = await channels.read_message()
        if isinstance(told, str) and json.loads(told)["msg_type"] == "kernel_info_reply":
            return time.perf_counter() - start, channels


async def burst(server: Server, n: int) -> tuple[float, float, float]:
    """Open a page once, then `n` times at once; return both times (the longest), and the MiB of each alone."""
    AsyncHTTPClient.configure(None, max_clients=100)
    pid, address = server
    alone, first = await open_page(address)
    many = await asyncio.gather(*(open_page(address) for _ in range(n)))
    await asyncio.sleep(2)
    private = statistics.median(private_mib(kernel) for kernel in kernels_of(pid))
    del first
    return alone, max(taken for taken, _ in many), private


def kernels_of(pid: int) -> list[int]:
    """Return the processes below a server that have none below them."""
    below = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [leaf for one in below for leaf in kernels_of(one) or [one]]


def private_mib(pid: int) -> float:
    """Return the memory that no other process shares, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def measure(kit: Server, plain: Server, *, visits: int) -> Iterator[str]:
    """Measure both, by turns, and give the lines of the table."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        seen = [(see_chart(browser, kit[1]), see_chart(browser, plain[1])) for _ in range(visits)]
        browser.close()
    ours, theirs = (statistics.median(visit[side][0] for visit in seen) for side in (0, 1))
    yield f"| first visit to visible chart | {ours:.2f} s | {theirs:.2f} s | {ours / theirs:.2f} | 0.2, and 2 s |"
    ends = [[visit[side][1] for visit in seen] for side in (0, 1)]
    last, others = (max(map(_or_longer, one)) for one in ends)
    yield f"| a closed page's kernel is gone after | {_say(last)} | {_say(others)} | | 60 s |"
    alone, longest, private = asyncio.run(burst(kit, BURST))
    alone_plain, longest_plain, private_plain = asyncio.run(burst(plain, BURST_PLAIN))
    yield f"| page complete, kernel answering | {alone:.2f} s | {alone_plain:.2f} s | {alone / alone_plain:.2f} | |"
    yield f"| the last of {BURST} at once | {longest:.2f} s | | {longest / alone:.1f} × a single one | 3 × |"
    yield f"| the last of {BURST_PLAIN} at once | | {longest_plain:.2f} s | {longest_plain / alone_plain:.1f} × | |"
    yield (
        f"| private memory per viewer | {private:.0f} MiB | {private_plain:.0f} MiB "
        f"| {private / private_plain:.2f} | 40 MB |"
    )


def _or_longer(seconds: float | None) -> float:
    return float("inf") if seconds is None else seconds


def _say(seconds: float) -> str:
    return "more than 60 s" if seconds == float("inf") else f"{seconds:.0f} s"


def write(lines: list[str]) -> None:
    """Put lines between the markers of the page."""
    path = ROOT / "docs" / "benchmarks.md"
    before, _, rest = path.read_text(encoding="utf-8").partition("<!-- opening -->\n")
    _, _, after = rest.partition("<!-- end of opening -->")
    text = "\n".join(lines)
    path.write_text(f"{before}<!-- opening -->\n{text}\n<!-- end of opening -->{after}", encoding="utf-8")


def main() -> None:
    """Measure, print, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the table in docs/benchmarks.md")
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        notebook = write_notebook(folder)
        plain_command = [sys.executable, "-m", "voila", str(folder), "--no-browser", f"--port={free_port()}"]
        with (
            serving([sys.executable, "-c", DEMO], "/voila/render/3_case.ipynb", folder) as kit,
            serving(plain_command, f"/voila/render/{notebook.name}", folder) as plain,
        ):
            print(*HEAD, sep="\n", flush=True)
            for row in measure(kit, plain, visits=asked.visits):
                rows.append(row)
                print(row, flush=True)
    if asked.write:
        write([*HEAD, *rows])


if __name__ == "__main__":
    main()
