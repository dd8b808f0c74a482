"""What a page may say to its kernel, message by message; and what a kernel may be told when it starts."""

import asyncio
import json
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from tornado.websocket import WebSocketClosedError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from shared_server import run_apart
from supervision_kit.server.kernels import PageKernels
from supervision_kit.server.sharing import kernels as shared
from supervision_kit.server.sharing.channels import NotAllowedError, SharedChannels, check_message
from supervision_kit.server.sharing.kernels import SharedKernels
from supervision_kit.server.sharing.sign_ins import Viewer


def message(kind, channel="shell", content=None, **header):
    said = {"header": {"msg_type": kind, "msg_id": "1", **header}, "parent_header": {}, "metadata": {}}
    return serialize_msg_to_ws_v1({**said, "content": content or {}, "buffers": []}, channel, pack=as_bytes)


def as_bytes(value):
    return json.dumps(value).encode()


def raw(channel, *parts):
    return serialize_msg_to_ws_v1([part.encode() for part in parts], channel)


@pytest.mark.parametrize("kind", ["comm_msg", "comm_close", "comm_info_request", "kernel_info_request"])
def test_what_widgets_say_to_each_other_passes(kind):
    check_message(message(kind))


def test_a_page_may_ask_for_the_state_of_its_widgets():
    check_message(message("comm_open", content={"target_name": "jupyter.widget.control", "comm_id": "1", "data": {}}))


CHANNELS = ("shell", "control", "stdin", "iopub", "hb", "")
OTHERS = (
    *("execute_request", "inspect_request", "complete_request", "history_request", "is_complete_request"),
    *("shutdown_request", "interrupt_request", "debug_request", "input_reply", "connect_request", "usage_request"),
    *("create_subshell_request", "delete_subshell_request", "apply_request", "abort_request", "clear_request"),
)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("kind", OTHERS)
def test_nothing_that_runs_code_or_steers_a_kernel_passes_on_any_channel(kind, channel):
    with pytest.raises(NotAllowedError):
        check_message(message(kind, channel, {"code": "1", "silent": False}))


@pytest.mark.parametrize("channel", CHANNELS[1:])
@pytest.mark.parametrize("kind", ["comm_msg", "kernel_info_request"])
def test_widgets_speak_on_the_shell_alone(kind, channel):
    with pytest.raises(NotAllowedError):
        check_message(message(kind, channel))


@pytest.mark.parametrize(
    "content",
    [
        {"target_name": "jupyter.widget", "data": {}},
        {"target_name": "jupyter.widget.control", "target_module": "os"},
        {"target_name": ["jupyter.widget.control"]},
        {},
    ],
)
def test_a_page_opens_no_widget_and_names_no_module(content):
    with pytest.raises(NotAllowedError):
        check_message(message("comm_open", content=content))


def overlapping(n):
    """A message whose n buffers are all the same thousand bytes, and which would be n times as large in memory."""
    parts = [b"shell", b'{"msg_type": "comm_msg"}', b"{}", b"{}", b"{}"]
    at, offsets = 8 * (len(parts) + 2 * n + 2), []
    for part in parts:
        offsets.append(at)
        at += len(part)
    offsets += [at, at + 1000] * n + [at]
    head = (len(offsets)).to_bytes(8, "little") + b"".join(one.to_bytes(8, "little") for one in offsets)
    return head + b"".join(parts) + b"x" * 1000


HEADER = '{"msg_type": "comm_msg"}'


@pytest.mark.parametrize(
    "odd",
    [
        '{"channel": "shell", "header": {"msg_type": "comm_msg"}, "content": {}}',  # another protocol
        b"",
        b"\x00",
        b"\xff" * 8,  # says that it has more parts than there are atoms
        overlapping(5_000),
        overlapping(900),
        message("comm_msg")[:-1],
        message("comm_msg") + b"x",
        (2**40).to_bytes(8, "little") + b"x" * 100,
        (3).to_bytes(8, "little") * 9,
        raw("shell", HEADER),
        raw("shell", HEADER, "{}"),
        raw("shell", '{"msg_type": "execute_request", "msg_type": "comm_msg"}', "{}", "{}", "{}"),
        raw("shell", '{"msg_type": {"a": 1}}', "{}", "{}", "{}"),
        raw("shell", "[]", "{}", "{}", "{}"),
        raw("shell", "not json", "{}", "{}", "{}"),
        raw("shell", "[" * 50_000, "{}", "{}", "{}"),
        raw("shell", HEADER, "{}", "{}", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")),
    ],
    ids=range(18),
)
def test_what_cannot_be_understood_does_not_pass(odd):
    with pytest.raises(NotAllowedError):
        check_message(odd)


class Line:
    """A websocket that nobody reads from."""

    def __init__(self):
        self.stream, self.is_open, self.waiting = self, True, []

    def close(self):
        self.is_open = False

    def is_closing(self):
        return not self.is_open


def test_a_page_that_asks_and_does_not_listen_is_hung_up_on(monkeypatch):
    line, large = Line(), message("comm_msg", "iopub", {"data": "x" * 2**20})

    def send(_channels, told, _binary):
        line.waiting.append((Future(), told))
        return line.waiting[-1][0]

    monkeypatch.setattr(VoilaKernelWebsocketHandler, "write_message", send)
    channels = SharedChannels.__new__(SharedChannels)
    channels.initialize()
    channels.ws_connection = line
    for _ in range(15):
        channels.write_message(large, binary=True)
    assert line.is_open
    line.waiting[0][0].set_result(None)  # it took one
    channels.write_message(large, binary=True)
    assert (line.is_open, len(line.waiting)) == (True, 16)
    channels.write_message(large, binary=True)
    assert (line.is_open, len(line.waiting)) == (False, 16)


def test_what_comes_after_a_page_has_gone_is_no_error(monkeypatch):
    gone = Future()
    gone.set_exception(WebSocketClosedError())
    monkeypatch.setattr(VoilaKernelWebsocketHandler, "write_message", lambda *_: gone)
    channels = SharedChannels.__new__(SharedChannels)
    channels.initialize()
    channels.ws_connection = Line()
    assert channels.write_message(message("comm_msg", "iopub"), binary=True) is gone
    channels.ws_connection.close()
    assert channels.write_message(message("comm_msg", "iopub"), binary=True) is None


def test_what_a_kernel_prints_or_runs_into_does_not_reach_the_page(monkeypatch):
    sent = []
    monkeypatch.setattr(
        VoilaKernelWebsocketHandler, "write_message", lambda _, told, _binary: sent.append(told) or Future()
    )
    channels = SharedChannels.__new__(SharedChannels)
    channels.initialize()
    channels.ws_connection = Line()
    for kind in (
        "execute_input",
        "execute_result",
        "stream",
        "error",
        "execute_reply",
        "inspect_reply",
        "input_request",
    ):
        channels.write_message(message(kind, "iopub"), binary=True)
    channels.write_message("text", binary=False)
    assert not sent
    channels.write_message(message("comm_msg", "iopub"), binary=True)
    assert len(sent) == 1


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

    def open_page(self, viewer, **env):
        async def opened():
            with self.kernels.expecting(viewer):
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
    assert started.kernels.owns(one, ANNA.id)
    assert not started.kernels.owns(one, BEN.id)
    assert not started.kernels.owns("another", ANNA.id)


def test_a_fifth_page_ends_the_first(started):
    pages = [started.open_page(ANNA) for _ in range(5)]
    assert [started.kernels.owns(page, ANNA.id) for page in pages] == [False, True, True, True, True]


def test_when_the_room_is_full_those_who_are_in_it_and_the_facilitator_come_in_still(started):
    started.kernels.most_viewers = 1
    started.open_page(ANNA)
    assert [started.kernels.has_room_for(one) for one in (ANNA, BEN, LEADER)] == [True, False, True]
    started.open_page(LEADER)
    run_apart(started.kernels.end_pages_of(ANNA.id))
    assert started.kernels.has_room_for(BEN)


def test_a_place_is_taken_before_the_kernel_is_there(started):
    started.kernels.most_viewers = 1
    with started.kernels.expecting(ANNA):
        assert not started.kernels.has_room_for(BEN)
    assert started.kernels.has_room_for(BEN)


def test_pages_end_with_their_sign_in(started):
    pages = [started.open_page(one) for one in (ANNA, BEN)]
    run_apart(started.kernels.end_pages_unless(lambda viewer: viewer == BEN))
    assert [started.kernels.owns(*one) for one in zip(pages, (ANNA.id, BEN.id), strict=True)] == [False, True]


def test_nobody_opens_pages_faster_than_they_can_look(started):
    assert [started.kernels.may_open_another(ANNA) for _ in range(13)] == [True] * 12 + [False]
    assert started.kernels.may_open_another(BEN)


def test_a_process_stands_back_and_its_memory_has_an_end():
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("limits of other processes are set on Linux only")
    code = "input(); a = bytearray(2 * 2**30); print('had it')"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, stderr=-1) as process:
        shared.hold_back(process.pid)
        shared.hold_back(None)
        assert Path(f"/proc/{process.pid}/oom_score_adj").read_text() == "500\n"
        most = resource.prlimit(process.pid, resource.RLIMIT_DATA)[0]
        assert most == 3 * 2**29 + 2**30
        resource.prlimit(process.pid, resource.RLIMIT_DATA, (2**30, 2**30))
        said, errors = process.communicate(b"\n")
    assert said == b""
    assert b"MemoryError" in errors
