"""Say how soon fifteen participants' pages follow whoever leads, and what following costs, with the network cut.

Run from the root of the project: ``python benchmarks/consultation.py`` (about two minutes). It prints a table;
``--write`` puts it in docs/benchmarks.md. Pages are opened without
browsers, at the level of HTTP and websockets, through ``supervision-kit serve``. Where the system lets it, all of it
runs in a network of its own in which there is nothing but this machine.
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

from serving import end_by, write_table

import supervision_kit as sk
from supervision_kit.bundles.writing import write_bundle

PAGE = "voila/render/5_consultation.ipynb"
PROTOCOL = "v1.kernel.websocket.jupyter.org"
N_STEPS, IDLE_SECONDS = 10, 15
LONGEST = 420.0  # s; the whole run
HEAD = ("| what | found | asked |", "|---|---|---|")
MIB = 2**20
CUT = 'ip link set lo up && exec "$0" "$@"'


@dataclass
class Seat:
    """One page without a browser: its websocket, the widgets behind it, and when what came in."""

    socket: Any
    kernel: str
    session: str
    widgets: dict[str, Any] = field(default_factory=dict)
    heard: list[tuple[float, str]] = field(default_factory=list)

    async def listen(self) -> None:
        """Take in what the kernel sends."""
        while (frame := await self.socket.read_message()) is not None:
            text = frame if isinstance(frame, str) else frame.decode("latin-1")
            self.heard.append((time.perf_counter(), text))

    async def hears(self, words: str, *, since: int = 0, patience: float = 60) -> float:
        """Return when something with these words came in."""
        give_up = time.perf_counter() + patience
        at = since
        while time.perf_counter() < give_up:
            while at < len(self.heard):
                when, text = self.heard[at]
                if words in text:
                    return when
                at += 1
            await asyncio.sleep(0.002)
        raise TimeoutError(words)

    async def send(self, kind: str, content: dict[str, Any]) -> None:
        """Send the kernel a message about a widget."""
        from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1

        header = {"msg_id": uuid4().hex, "msg_type": kind, "session": self.session, "username": "", "version": "5.3"}
        parts = [json.dumps(part).encode() for part in (header, {}, {"version": "1.0.0"}, content)]
        await self.socket.write_message(serialize_msg_to_ws_v1(parts, "shell"), binary=True)

    async def tell(self, widget: str, data: dict[str, Any]) -> None:
        """Send a widget what a browser would."""
        await self.send("comm_msg", {"comm_id": widget, "data": data})

    def find(self, name: str, **state: Any) -> str:
        """Return the number of the widget of a kind, with this in its state."""
        for number, about in self.widgets.items():
            told = about["state"]
            kind = told.get("_anywidget_id") or about["model_name"]
            if kind.endswith(name) and all(told.get(key) == value for key, value in state.items()):
                return number
        raise LookupError(name)


async def take_seat(address: str) -> Seat:
    """Open the page at an address that signs in, and connect to its kernel as its scripts do."""
    from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
    from tornado.httpclient import AsyncHTTPClient, HTTPRequest
    from tornado.websocket import websocket_connect

    client, cookies, url = AsyncHTTPClient(max_clients=40), {}, address
    for _ in range(8):
        request = HTTPRequest(url, headers=_cookie(cookies), follow_redirects=False, request_timeout=180)
        answer = await client.fetch(request, raise_error=False)
        for line in answer.headers.get_list("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            cookies[name] = value
        kernel = re.search(rb'"kernelId": ?"([0-9a-f-]+)"', answer.body or b"")
        if kernel and PAGE in url:
            break
        is_on_its_way = "sign-in" in answer.headers.get("Location", "") or "sign-in" not in url
        url = urljoin(url, answer.headers["Location"]) if is_on_its_way else urljoin(address, f"/{PAGE}")
    else:
        raise LookupError(f"no page of a consultation, but an answer {answer.code}")
    session, number = uuid4().hex, kernel[1].decode()
    place = urlsplit(address)
    there = f"ws://{place.netloc}/api/kernels/{number}/channels?session_id={session}"
    origin = {"Origin": f"{place.scheme}://{place.netloc}"}
    socket = await websocket_connect(
        HTTPRequest(there, headers={**_cookie(cookies), **origin}), subprotocols=[PROTOCOL]
    )
    seat = Seat(socket, number, session)
    control = uuid4().hex
    await seat.send("comm_open", {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}})
    await seat.send("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
    while not seat.widgets:
        frame = await socket.read_message()
        _, parts = deserialize_msg_from_ws_v1(frame)
        content = json.loads(parts[3])
        if content.get("data", {}).get("method") == "update_states":
            seat.widgets = content["data"]["states"]
    await seat.tell(seat.find("Following"), {"method": "custom", "content": {}})
    return seat


def _cookie(cookies: dict[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}


@dataclass(frozen=True)
class Row:
    """One line of what is printed."""

    what: str
    found: str
    wanted: str = ""

    def __str__(self) -> str:
        return f"| {self.what} | {self.found} | {self.wanted} |"


async def measure(address: str, leads_at: str, n_viewers: int) -> Iterator[Row]:
    """Open the pages, lead the group through a case, and return what that took."""
    began = time.perf_counter()
    lead = await take_seat(leads_at)
    alone = time.perf_counter() - began
    began = time.perf_counter()
    seats = await asyncio.gather(*(take_seat(address) for _ in range(n_viewers)))
    burst = time.perf_counter() - began
    everybody = [lead, *seats]
    listening = [asyncio.create_task(seat.listen()) for seat in everybody]
    await asyncio.sleep(25)  # until what takes long the first time is worked out

    async def follow(act: Callable[[], Any], words: str) -> list[float]:
        since = [len(seat.heard) for seat in seats]
        at = time.perf_counter()
        await act()
        heard = [seat.hears(words, since=n) for seat, n in zip(seats, since, strict=True)]
        return [when - at for when in await asyncio.gather(*heard)]

    def press(words: str) -> Callable[[], Any]:
        button = lead.find("ButtonModel", description=words)
        return lambda: lead.tell(button, {"method": "custom", "content": {"event": "click"}})

    def choose(number: str, value: Any) -> Callable[[], Any]:
        return lambda: lead.tell(number, {"method": "update", "state": value, "buffer_paths": []})

    cases = lead.find("DropdownModel", description="Case")
    first = await follow(choose(cases, {"index": 1}), "session 1.")
    await asyncio.sleep(10)  # a case is talked about before more of it is shown
    steps = [await follow(press("Next session ▸"), f"up to session {n}") for n in range(2, N_STEPS + 2)]
    people = lead.find("BoundedIntTextModel", description="People in the group, with you")
    await choose(people, {"value": n_viewers + 1})()
    asked = await follow(press("Ask the group"), "You are asked")
    for seat in seats:
        verdict = seat.find("ChoiceList", legend="Is this a rupture?")
        await seat.tell(verdict, {"method": "update", "state": {"value": ["rupture"]}, "buffer_paths": []})
    began = time.perf_counter()
    counted = await lead.hears(f"{n_viewers} have answered", patience=60) - began
    together = await follow(press("Ask the group"), f"{n_viewers} of {n_viewers}")
    methods = await follow(press("Show what the methods say"), "What the methods say is shown")
    outcome = await follow(press("Show what happened"), "What happened is shown")
    before, at = _cpu(everybody), time.perf_counter()
    await asyncio.sleep(IDLE_SECONDS)
    share = (_cpu(everybody) - before) / (time.perf_counter() - at)
    for task in listening:
        task.cancel()
    every = [delay for step in steps for delay in step]
    return iter(
        [
            Row("the page of whoever leads, opened and answering", f"{alone:.2f} s"),
            Row(f"{n_viewers} participants' pages opened at once, all answering", f"{burst:.2f} s"),
            Row(f"a case is chosen, {n_viewers} pages show it", _said(first), "1 s"),
            Row(f"the next session, {N_STEPS} times", _said(every), "1 s"),
            Row("the group is asked", _said(asked), "1 s"),
            Row(f"{n_viewers} answers at once are counted for whoever leads", f"{counted:.2f} s", "1 s"),
            Row("the answers are shown together", _said(together), "1 s"),
            Row("what the methods say is shown", _said(methods), "1 s"),
            Row("what happened is shown", _said(outcome), "1 s"),
            Row(f"{n_viewers + 1} pages that follow and nothing happens", f"{100 * share:.1f} % of one processor"),
        ]
    )


def _said(delays: list[float]) -> str:
    return f"{statistics.median(delays):.2f} s, the last {max(delays):.2f} s"


def _cpu(seats: list[Seat]) -> float:
    """Return the seconds of processor time that the kernels have used."""
    names = {f"sk-{seat.kernel:.12}" for seat in seats}
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name, told = (process / "comm").read_text().strip(), (process / "stat").read_text()
        except OSError:
            continue
        if name in names:
            fields = told.rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run it, in a network of its own where that can be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=15)
    parser.add_argument("--write", action="store_true", help="put the table in docs/benchmarks.md")
    parser.add_argument("--inside", action="store_true", help="the network is cut already")
    arguments = parser.parse_args()
    end_by(LONGEST if arguments.inside else LONGEST + 20)  # the one inside ends its server first
    unshare = shutil.which("unshare")
    if not arguments.inside and unshare and shutil.which("ip"):
        inside = [sys.executable, __file__, "--inside", "--viewers", str(arguments.viewers)]
        inside += ["--write"] if arguments.write else []
        done = subprocess.run(  # noqa: S603 - our own
            [unshare, "--map-root-user", "--net", "sh", "-c", CUT, *inside], check=False
        )
        if done.returncode == 0:
            return 0
        print("A network of its own could not be had; with this machine's:")
    with tempfile.TemporaryDirectory() as folder:
        rows = [str(row) for row in _run(Path(folder), arguments.viewers)]
    print(*HEAD, *rows, sep="\n")
    if arguments.write:
        write_table("consultation", [*HEAD, *rows])
    return 0


def _run(folder: Path, n_viewers: int) -> Iterator[Row]:
    scores = sk.simulate_caseload(n_cases=40, seed=1).scores
    write_bundle(folder / "bundle", tables={"scores": scores}, settings={}, report="# Simulated\n", pages={})
    command = [sys.executable, "-m", "supervision_kit", "serve", str(folder / "bundle"), "--port", "0"]
    command += ["--consultation", str(folder / "kept"), "--viewers", str(n_viewers), "--language", "en"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    try:
        address, leads_at = (line.partition(": ")[2].strip() for line in islice(server.stdout or (), 2))
        time.sleep(15)  # until the process that pages are forked from is warm
        return asyncio.run(measure(f"{address.rstrip('/')}/{PAGE}", leads_at, n_viewers))
    finally:
        server.terminate()
        server.wait(30)


if __name__ == "__main__":
    sys.exit(main())
