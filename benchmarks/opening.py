"""Say how soon a page is there, beside plain Voila that serves an ordinary notebook with the same chart.

Both are measured in the same run.

Run from the root of the project: ``python benchmarks/opening.py`` (some minutes; Linux). It prints a table; ``--write``
puts it in docs/benchmarks.md. A burst is measured without browsers: the page complete, and its kernel answering.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser
from serving import DEMO, ROOT, Server, chromium, end_by, serving, serving_plainly, write_notebook, write_table
from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import websocket_connect

LONGEST = 900.0  # s; the whole run
PATIENCE = 120.0  # s; of one visit
BURST, BURST_PLAIN = 15, 4  # plain Voila takes a minute for eight, and does not end with fifteen
SINGLES = 5
ENDED_BY, PLAIN_ENDED_BY = 60.0, 5.0  # s; plain Voila's kernels stay, so it is not waited for longer at each visit
OURS, THEIRS = "/voila/render/3_case.ipynb", "/voila/render/ordinary.ipynb"
MARKS = "svg .mark-symbol path"
ORDINARY = """\
import altair as alt
import supervision_kit as sk

ratings = sk.read_ratings({sample!r})
marks = sk.mark_sessions(ratings.scores, method="personal_limits")
repairs = sk.follow_repairs(sk.find_episodes(marks), ratings.scores)
alt.JupyterChart.enable_offline()
alt.JupyterChart(sk.charts.trajectory(marks, repairs, case_id="C14"), embed_options={{"renderer": "svg"}})
"""

MB = 1.048576  # in a MiB
HEAD = ["| what | the kit | plain Voila | ratio | asked |", "|---|---|---|---|---|"]


def see_chart(browser: Browser, server: Server, path: str, *, seconds: float) -> tuple[float, float | None]:
    """Visit a page as somebody new; return after how long its chart is seen, and its kernel ended afterwards."""
    context = browser.new_context()
    tab = context.new_page()
    start = time.perf_counter()
    tab.goto(server.address + path, timeout=PATIENCE * 1000)
    tab.locator(MARKS).first.wait_for(state="attached", timeout=PATIENCE * 1000)
    seen = time.perf_counter() - start
    kernel = tab.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    context.close()
    return seen, wait_until_ended(server.address, kernel, seconds=seconds)


def wait_until_ended(address: str, kernel: str, *, seconds: float) -> float | None:
    """Return after how many seconds a kernel had ended; None if it did not."""
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        try:
            urllib.request.urlopen(f"{address}/api/kernels/{kernel}", timeout=10)  # noqa: S310 - our own server
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
    while (told := await asyncio.wait_for(channels.read_message(), PATIENCE)) is not None:
        if isinstance(told, str) and json.loads(told)["msg_type"] == "kernel_info_reply":
            return time.perf_counter() - start, channels
    raise ConnectionError("The kernel's connection was closed before it answered.")


async def burst(server: Server, path: str, n: int) -> tuple[float, float, float]:
    """Open a page some times by itself, then `n` times at once; return both times (the longest), and each one's MiB."""
    AsyncHTTPClient.configure(None, max_clients=100)
    singles = []
    for _ in range(SINGLES):
        taken, channels = await open_page(server.address + path)
        singles.append(taken)
        channels.close()  # type: ignore[attr-defined]
        await asyncio.sleep(2)
    many = await asyncio.gather(*(open_page(server.address + path) for _ in range(n)))
    await asyncio.sleep(10)
    private = statistics.median(sorted(private_mib(kernel) for kernel in kernels_of(server.pid))[-n:])
    return statistics.median(singles), max(taken for taken, _ in many), private


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
    with chromium() as browser:
        seen = [
            (
                see_chart(browser, kit, OURS, seconds=ENDED_BY),
                see_chart(browser, plain, THEIRS, seconds=PLAIN_ENDED_BY if number else ENDED_BY),
            )
            for number in range(visits)
        ]
    ours, theirs = (statistics.median(visit[side][0] for visit in seen) for side in (0, 1))
    yield f"| first visit to visible chart | {ours:.2f} s | {theirs:.2f} s | {ours / theirs:.2f} | 0.2, and 2 s |"
    last, plain_first = max(_or_longer(visit[0][1]) for visit in seen), _or_longer(seen[0][1][1])
    yield f"| a closed page's kernel is gone after | {_say(last)} | {_say(plain_first)} | | 60 s |"
    alone, longest, private = asyncio.run(burst(kit, OURS, BURST))
    alone_plain, longest_plain, private_plain = asyncio.run(burst(plain, THEIRS, BURST_PLAIN))
    yield f"| page complete, kernel answering | {alone:.2f} s | {alone_plain:.2f} s | {alone / alone_plain:.2f} | |"
    yield f"| the last of {BURST} at once | {longest:.2f} s | | {longest / alone:.1f} × a single one | 3 × |"
    yield f"| the last of {BURST_PLAIN} at once | | {longest_plain:.2f} s | {longest_plain / alone_plain:.1f} × | |"
    yield (
        f"| private memory per viewer | {private * MB:.0f} MB | {private_plain * MB:.0f} MB "
        f"| {private / private_plain:.2f} | 40 MB |"
    )


def _or_longer(seconds: float | None) -> float:
    return float("inf") if seconds is None else seconds


def _say(seconds: float) -> str:
    return "more than 60 s" if seconds == float("inf") else f"{seconds:.0f} s"


def main() -> None:
    """Measure, print, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the table in docs/benchmarks.md")
    asked = parser.parse_args()
    end_by(LONGEST)
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sample = ROOT / "data_samples" / "caseload_items.xlsx"
        write_notebook(folder / "ordinary.ipynb", ORDINARY.format(sample=str(sample)))
        with serving(DEMO, folder=folder) as kit, serving_plainly(folder) as plain:
            print(*HEAD, sep="\n", flush=True)
            for row in measure(kit, plain, visits=asked.visits):
                rows.append(row)
                print(row, flush=True)
    if asked.write:
        write_table("opening", [*HEAD, *rows])


if __name__ == "__main__":
    main()
