"""What a page may say to its kernel, and be told by it, message by message."""

import json
from concurrent.futures import Future

import pytest
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from tornado.websocket import WebSocketClosedError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from supervision_kit.server.sharing.allowances import Allowance
from supervision_kit.server.sharing.channels import NotAllowedError, SharedChannels, check_message, tell_no_versions


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


def channels_on(line):
    channels = SharedChannels.__new__(SharedChannels)
    channels.initialize()
    channels.ws_connection, channels._allowance = line, Allowance()
    return channels


def test_a_page_that_asks_and_does_not_listen_is_hung_up_on(monkeypatch):
    line, large = Line(), message("comm_msg", "iopub", {"data": "x" * 2**20})

    def send(_channels, told, _binary):
        line.waiting.append((Future(), told))
        return line.waiting[-1][0]

    monkeypatch.setattr(VoilaKernelWebsocketHandler, "write_message", send)
    channels = channels_on(line)
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
    channels = channels_on(Line())
    assert channels.write_message(message("comm_msg", "iopub"), binary=True) is gone
    channels.ws_connection.close()
    assert channels.write_message(message("comm_msg", "iopub"), binary=True) is None


def test_what_a_kernel_prints_or_runs_into_does_not_reach_the_page(monkeypatch):
    sent = []
    monkeypatch.setattr(
        VoilaKernelWebsocketHandler, "write_message", lambda _, told, _binary: sent.append(told) or Future()
    )
    channels = channels_on(Line())
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


def test_a_kernel_says_of_itself_only_that_it_is_there():
    said = {"status": "ok", "protocol_version": "5.4", "implementation": "ipython", "implementation_version": "9.18.1"}
    said |= {"banner": "Python 3.11.7", "help_links": [{"text": "IPython", "url": "https://ipython.org"}]}
    said |= {"language_info": {"name": "python", "version": "3.11.7"}, "supported_features": ["debugger"]}
    channel, parts = deserialize_msg_from_ws_v1(tell_no_versions(message("kernel_info_reply", content=said)))
    assert (channel, json.loads(parts[0])["msg_type"]) == ("shell", "kernel_info_reply")
    assert json.loads(parts[3]) == {
        "status": "ok",
        "protocol_version": "5.4",
        "implementation": "",
        "implementation_version": "",
        "banner": "",
        "help_links": [],
        "language_info": {"name": "python", "version": "", "mimetype": "text/x-python", "file_extension": ".py"},
    }


def test_all_pages_of_a_viewer_share_one_allowance():
    allowance = Allowance()
    assert sum(allowance.may_say(1000) for _ in range(1600)) == pytest.approx(1500, abs=20)
    assert not Allowance().may_say(9 * 2**20)
    told = Allowance()
    assert told.may_be_told(15 * 2**20)
    assert not told.may_be_told(2 * 2**20)  # the first waits still
    told.is_taken(15 * 2**20)
    assert [told.may_be_told(2**20) for _ in range(3)] == [True] * 3


def test_who_asks_for_more_than_pages_show_is_hung_up_on_though_they_listen():
    allowance, n_told = Allowance(), 0
    for _ in range(100):
        if allowance.may_be_told(2**20):
            n_told += 1
            allowance.is_taken(2**20)
    assert n_told == pytest.approx(64, abs=4)
