"""Kernels forked from one warmed process: each its own, none left behind, and started as usual where none is."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread

import pytest

from supervision_kit.server.kernels import OwnPython, PageKernels
from supervision_kit.server.warm import can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")


@pytest.fixture(scope="module")
def run():
    """A function that runs a coroutine in a loop of its own thread: a browser's loop may run in this one."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def make_kernels():
    return PageKernels(kernel_spec_manager=OwnPython(), connection_dir=tempfile.gettempdir())


@pytest.fixture(scope="module")
def kernels(run):
    """The kernels of a server, with one warmed process."""
    made = run(make_kernels())
    yield made
    run(made.shutdown_all())


@pytest.fixture
def ask(run, kernels):
    """A function that starts a kernel for each of some codes and returns what each prints."""

    def run_all(*codes, env=None, then=None, of=kernels):
        return run(ask_kernels(of, codes, env, then))

    return run_all


async def ask_kernels(kernels, codes, env, then):
    started = [await kernels.start_kernel(kernel_name="python3", env=env or dict(os.environ)) for _ in codes]
    printed = [await printed_by(kernels.get_kernel(one), code) for one, code in zip(started, codes, strict=True)]
    if then:
        await then(started)
    for one in started:
        if one in kernels:
            await kernels.shutdown_kernel(one)
    return printed


async def printed_by(kernel, code):
    client = kernel.client()
    client.start_channels()
    await client._async_wait_for_ready(timeout=60)
    printed = []
    await client._async_execute_interactive(
        code, timeout=60, output_hook=lambda message: printed.append(message["content"].get("text", ""))
    )
    client.stop_channels()
    return "".join(printed)


def is_there(pid):
    """Tell whether a process runs; one that has ended and waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(*pids, seconds=15):
    give_up = time.monotonic() + seconds
    while any(map(is_there, pids)) and time.monotonic() < give_up:
        time.sleep(0.05)
    return not any(map(is_there, pids))


def test_a_kernel_has_what_pages_need_imported_before_it_begins(ask, kernels):
    began = (
        "import os, sys; print(os.getppid(), all(name in sys.modules for name in ('pandas', 'altair', 'ipywidgets')))"
    )
    assert ask(began) == [f"{kernels.warm.pid} True\n"]


def test_what_one_kernel_finds_in_its_environment_no_other_does(ask):
    first = {**os.environ, "SUPERVISION_KIT_LANGUAGE": "de"}
    code = (
        "import os; print(os.environ.get('SUPERVISION_KIT_LANGUAGE'), os.environ.get('SUPERVISION_KIT_SAMPLE'));"
        "os.environ['SUPERVISION_KIT_SAMPLE'] = 'mine'; import supervision_kit; supervision_kit.mine = 1"
    )
    look = "import supervision_kit; print(hasattr(supervision_kit, 'mine'))"
    assert ask(code, code, look, env=first) == ["de None\n", "de None\n", "False\n"]


def test_kernels_draw_different_random_numbers(ask):
    code = "import random, numpy; print(random.random(), numpy.random.random(), numpy.random.default_rng().random())"
    first, second = (printed.split() for printed in ask(code, code))
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_a_kernel_is_forked_from_a_process_without_threads(ask):
    code = "import os; print(os.listdir(f'/proc/{os.getppid()}/task') == [str(os.getppid())])"
    assert ask(code) == ["True\n"]


def test_a_kernel_has_no_widgets_of_the_rehearsed_pages(ask):
    assert ask("from ipywidgets.widgets import widget; print(len(widget._instances))") == ["0\n"]


def test_a_kernel_of_a_page_has_no_debugger(ask):
    assert ask("import sys; print(sys.modules.get('debugpy'))") == ["None\n"]


def test_a_kernel_that_dies_is_noticed_and_one_that_is_asked_ends(ask, kernels):
    async def kill_one_and_end_the_other(started):
        first, second = (kernels.get_kernel(kernel).provisioner for kernel in started)
        kernels.get_kernel(started[0]).stop_restarter()
        os.kill(first.pid, signal.SIGKILL)
        assert first.process.wait() == 0
        assert await first.poll() is not None
        assert await second.poll() is None
        await kernels.shutdown_kernel(started[1])
        assert wait_until_gone(second.pid)

    ask("1", "1", then=kill_one_and_end_the_other)


def test_a_kernel_can_be_interrupted_and_started_anew(ask, kernels):
    async def interrupt_and_restart(started):
        kernel = kernels.get_kernel(started[0])
        before = kernel.provisioner.pid
        waiting = "import time\ntry: time.sleep(60)\nexcept KeyboardInterrupt: print('woken')"
        slow = asyncio.create_task(printed_by(kernel, waiting))
        await asyncio.sleep(2)
        await kernel.interrupt_kernel()
        assert await slow == "woken\n"
        await kernel.restart_kernel(now=True)
        told = await printed_by(kernel, "import os; print(os.getpid(), os.environ['A'])")
        assert told == f"{kernel.provisioner.pid} b\n"
        assert kernel.provisioner.pid != before
        assert wait_until_gone(before)

    ask("1", env={**os.environ, "A": "b"}, then=interrupt_and_restart)


def test_a_warmed_process_that_dies_takes_no_page_with_it_and_is_started_again(ask, kernels):
    async def kill_the_warmed_one(started):
        first = kernels.warm.pid
        os.kill(first, signal.SIGKILL)
        assert wait_until_gone(first)
        assert await printed_by(kernels.get_kernel(started[0]), "print(1 + 1)") == "2\n"
        another = await kernels.start_kernel(kernel_name="python3", env=dict(os.environ))
        assert kernels.warm.pid != first
        printed = await printed_by(kernels.get_kernel(another), "import os; print(os.getppid())")
        assert printed == f"{kernels.warm.pid}\n"
        await kernels.shutdown_kernel(another)

    ask("1", then=kill_the_warmed_one)


def test_where_the_warmed_process_cannot_answer_a_page_starts_by_itself(ask, kernels, monkeypatch):
    async def refuse(_order):
        raise BrokenPipeError

    monkeypatch.setattr(kernels.warm, "fork", refuse)
    assert ask("import os; print(os.getppid())") == [f"{os.getpid()}\n"]


def test_where_the_system_cannot_fork_safely_a_page_starts_by_itself(ask, run, monkeypatch):
    monkeypatch.setattr("supervision_kit.server.kernels.can_fork", lambda: False)
    kernels = run(make_kernels())
    kernels.wait_until_warm()
    assert ask("import os; print(os.getppid())", of=kernels) == [f"{os.getpid()}\n"]
    monkeypatch.delattr(os, "pidfd_open")
    assert not can_fork()


SERVE_TWO = """
import asyncio, os, tempfile
from supervision_kit.server.kernels import OwnPython, PageKernels
async def run():
    kernels = PageKernels(kernel_spec_manager=OwnPython(), connection_dir=tempfile.gettempdir())
    started = [await kernels.start_kernel(kernel_name="python3", env=dict(os.environ)) for _ in range(2)]
    print(kernels.warm.pid, *(kernels.get_kernel(one).provisioner.pid for one in started), flush=True)
    await asyncio.sleep(60)
asyncio.run(run())
"""


def test_a_server_that_is_killed_leaves_no_process_behind():
    server = subprocess.Popen([sys.executable, "-c", SERVE_TWO], stdout=subprocess.PIPE, text=True)
    pids = list(map(int, server.stdout.readline().split()))
    assert len(pids) == 3
    assert all(map(is_there, pids))
    server.kill()
    server.communicate()
    assert wait_until_gone(*pids)
