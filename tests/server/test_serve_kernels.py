"""Whose kernel is whose, what one is told when it starts, and how much it may take."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apart import run_apart
from supervision_kit.server.kernels import PageKernels
from supervision_kit.server.sharing import holding_back
from supervision_kit.server.sharing.holding_back import ProcessorTime, hold_back
from supervision_kit.server.sharing.kernels import SharedKernels
from supervision_kit.server.sharing.open_pages import OpenPages
from supervision_kit.server.sharing.seats import Seats
from supervision_kit.server.sharing.sign_ins import Viewer


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


ANNA, BEN = Viewer("a" * 16, "participant"), Viewer("b" * 16, "participant")
LEADER = Viewer("c" * 16, "facilitator")


class Started:
    """Kernels that are not there: what they were told, and which were ended."""

    def __init__(self, monkeypatch):
        self.told, self.running = [], []

        async def start(manager, **settings):
            manager._kernels[str(len(self.told))] = type("Kernel", (), {"provisioner": None})
            self.told.append(settings["env"])
            return str(len(self.told) - 1)

        async def end(manager, kernel_id, **_more):
            manager._kernels.pop(kernel_id)

        monkeypatch.setattr(PageKernels, "start_kernel", start)
        monkeypatch.setattr(SharedKernels, "shutdown_kernel", end)
        self.kernels = SharedKernels(is_warmed=False)

    def run(self, deed):
        async def done():
            await deed(self.kernels)

        run_apart(done())

    def open_page(self, viewer, *, place="10.0.0.1", notebook="2_caseload.ipynb", **env):
        async def opened():
            with self.kernels.expecting(viewer, place=place, notebook=notebook):
                one = await self.kernels.start_kernel(env=env)
            await asyncio.sleep(0)
            return one

        return run_apart(opened())


@pytest.fixture
def started(monkeypatch):
    return Started(monkeypatch)


def test_a_kernel_is_told_by_the_server_who_its_viewer_is_and_by_nobody_else(started):
    sent = {
        "SUPERVISION_KIT_ROLE": "facilitator",
        "SUPERVISION_KIT_VIEWER": "somebody",
        "SUPERVISION_KIT_WORKSPACE": "/home/clinic/real.sqlite",
        "SUPERVISION_KIT_BUNDLE": "/elsewhere",
        "DATABASE_PASSWORD": "secret",
        "QUERY_STRING": "case=C07",
        "HTTP_ACCEPT_LANGUAGE": "de",
        "HTTP_COOKIE": "secret",
        "PATH": "/usr/bin",
    }
    started.open_page(ANNA, **sent)
    assert started.told == [
        {
            "QUERY_STRING": "case=C07",
            "HTTP_ACCEPT_LANGUAGE": "de",
            "PATH": "/usr/bin",
            "SUPERVISION_KIT_ROLE": "participant",
            "SUPERVISION_KIT_VIEWER": "a" * 16,
        }
    ]


def test_a_kernel_belongs_to_who_opened_its_page(started):
    one = started.open_page(ANNA)
    assert started.kernels.owns(one, ANNA)
    assert not started.kernels.owns(one, BEN)
    assert not started.kernels.owns("another", ANNA)


def test_a_fifth_page_ends_the_first(started):
    pages = [started.open_page(ANNA) for _ in range(5)]
    assert [started.kernels.owns(page, ANNA) for page in pages] == [False, True, True, True, True]


def test_pages_end_with_their_sign_in(started):
    pages = [started.open_page(one) for one in (ANNA, BEN)]
    started.run(lambda kernels: kernels.end_pages_unless(lambda viewer: viewer == BEN))
    assert [started.kernels.owns(*one) for one in zip(pages, (ANNA, BEN), strict=True)] == [False, True]


def test_while_a_group_has_gathered_participants_keep_the_page_where_it_meets_and_no_other(started):
    gathered = []
    started.kernels.open_pages = OpenPages(lambda: bool(gathered))
    opened = [(who, page) for who in (ANNA, LEADER) for page in ("2_caseload.ipynb", "5_consultation.ipynb")]
    kernels = [started.open_page(who, notebook=page) for who, page in opened]
    assert [started.kernels.is_open_to(one) for one in kernels] == [True] * 4
    started.run(SharedKernels.end_closed_pages)
    gathered.append(True)
    assert [started.kernels.is_open_to(one) for one in kernels] == [False, True, True, True]
    started.run(SharedKernels.end_closed_pages)
    assert [started.kernels.owner(one) for one in kernels] == [None, ANNA, LEADER, LEADER]


def test_who_gives_up_a_seat_loses_their_pages(started):
    started.kernels.seats = Seats(1, clock=Clock())
    page = started.open_page(ANNA)
    assert not started.kernels.make_room_for(BEN, place="10.0.0.1")
    started.kernels.seats.clock.now += 31  # it never connected
    assert started.kernels.make_room_for(BEN, place="10.0.0.1")
    assert started.kernels.owns(page, ANNA)  # there was a free seat, and its kernel ends by itself
    started.open_page(BEN)
    started.kernels.seats.clock.now += 1
    assert started.kernels.make_room_for(LEADER, place="10.0.0.1")


def test_nobody_opens_pages_faster_than_they_can_look(started):
    kernels = started.kernels
    assert [kernels.may_open_another(ANNA, place="a") for _ in range(13)] == [True] * 12 + [False]
    assert kernels.may_open_another(BEN, place="a")


def test_neither_do_all_of_an_address_together(started):
    many = [Viewer(str(n), "participant") for n in range(70)]
    assert sum(started.kernels.may_open_another(one, place="a") for one in many) == 4 * 15
    assert started.kernels.may_open_another(many[-1], place="b")
    assert started.kernels.may_open_another(LEADER, place="a")


def test_a_process_stands_back_and_its_memory_has_an_end():
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("limits of other processes are set on Linux only")
    code = "input(); a = bytearray(2 * 2**30); print('had it')"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, stderr=-1) as process:
        hold_back(process.pid)
        hold_back(None)
        assert Path(f"/proc/{process.pid}/oom_score_adj").read_text() == "500\n"
        most = resource.prlimit(process.pid, resource.RLIMIT_DATA)[0]
        assert most == 3 * 2**29 + 2**30
        resource.prlimit(process.pid, resource.RLIMIT_DATA, (2**30, 2**30))
        said, errors = process.communicate(b"\n")
    assert said == b""
    assert b"MemoryError" in errors


def test_a_process_that_never_rests_stands_behind_all_others_and_then_ends(monkeypatch):
    if not Path("/proc/self/stat").is_file():
        pytest.skip("what processes use is told on Linux only")
    monkeypatch.setattr(holding_back, "BUSY_AT_ONCE", 0.2)
    monkeypatch.setattr(holding_back, "MOST_AT_ONCE", 0.6)
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        measure, seen = ProcessorTime(process.pid, clock=Clock()), []
        for _ in range(600):
            is_over = measure.is_too_much()
            seen.append((os.getpriority(os.PRIO_PROCESS, process.pid), is_over))
            if is_over:
                break
            time.sleep(0.05)
        process.kill()
    assert seen[0] == (0, False)
    assert (19, False) in seen
    assert seen[-1] == (19, True)


def test_a_page_that_uses_too_much_of_the_processor_is_ended_and_no_other(started, caplog):
    greedy, modest = started.open_page(ANNA), started.open_page(BEN)
    for kernel, is_too_much in ((greedy, True), (modest, False)):
        started.kernels._processor[kernel] = type("Measure", (), {"is_too_much": lambda _, so=is_too_much: so})()
    started.run(SharedKernels.end_greedy_pages)
    assert (started.kernels.owner(greedy), started.kernels.owner(modest)) == (None, BEN)
    assert [record.getMessage() for record in caplog.records] == [
        "A page used too much of the processor, and was ended."
    ]
