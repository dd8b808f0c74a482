"""When a kernel ends: soon after its page was closed, never while the page is there."""

import math
import os
import tempfile
from types import SimpleNamespace

import pytest
from tornado.ioloop import IOLoop

from apart import run_apart
from supervision_kit.server import kernels as kernels_module
from supervision_kit.server.kernels import GOING_AWAY, LEFT_SECONDS, OwnPython, PageKernels, how_long_kept


def left_after(*steps):
    """Start a kernel, take steps with it, and return whether it is still there after each."""

    async def run():
        kernels = PageKernels(
            kernel_spec_manager=OwnPython(),
            is_warmed=False,
            cull_idle_timeout=600,
            connection_dir=tempfile.gettempdir(),
        )
        kernel_id = await kernels.start_kernel(kernel_name="python3", env=dict(os.environ))
        kernels.get_kernel(kernel_id).execution_state = "idle"
        there = []
        for step in steps:
            step(kernels, kernel_id)
            await kernels.cull_kernels()
            there.append(kernel_id in kernels)
        await kernels.shutdown_all()
        return there

    return run_apart(run())


def connect(kernels, kernel_id):
    kernels.notify_connect(kernel_id)


def disconnect(seconds):
    def step(kernels, kernel_id):
        kernels.notify_disconnect(kernel_id)
        kernels.notice_left(kernel_id, seconds=seconds)

    return step


def nothing(_kernels, _kernel_id):
    pass


def be_busy(kernels, kernel_id):
    kernels.get_kernel(kernel_id).execution_state = "busy"


def test_a_kernel_ends_when_its_page_was_closed_even_in_the_midst_of_work():
    assert left_after(connect, be_busy, disconnect(0)) == [True, True, False]


def test_a_page_that_comes_back_in_time_finds_its_kernel():
    assert left_after(connect, disconnect(20), connect, nothing) == [True, True, True, True]


def test_a_kernel_with_two_pages_stays_until_both_are_closed():
    assert left_after(connect, connect, disconnect(0), disconnect(0)) == [True, True, True, False]


def test_an_open_page_is_left_alone_however_long_nobody_touches_it(monkeypatch):
    monkeypatch.setattr(kernels_module, "UNSEEN_SECONDS", -1.0)
    assert left_after(connect, nothing) == [True, True]


def test_a_kernel_that_no_page_ever_connected_to_ends(monkeypatch):
    assert left_after(nothing) == [True]
    monkeypatch.setattr(kernels_module, "UNSEEN_SECONDS", -1.0)
    assert left_after(nothing) == [False]
    assert left_after(be_busy) == [True]  # its page is still being made


@pytest.mark.parametrize(
    ("close_code", "silence", "kept"),
    [(GOING_AWAY, 0, 0), (None, 0, LEFT_SECONDS), (1000, 0, LEFT_SECONDS), (None, 91, math.inf)],
    ids=["page closed", "connection cut", "connection closed", "laptop asleep"],
)
def test_how_a_connection_ended_says_how_long_its_kernel_is_kept(close_code, silence, kept):
    async def ask():
        last_pong = IOLoop.current().time() - silence
        handler = SimpleNamespace(last_pong=last_pong, ping_timeout=90_000, close_code=close_code)
        return how_long_kept(handler)

    assert run_apart(ask()) == kept
