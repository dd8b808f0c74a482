"""The websocket between a page and its kernel: only what widgets say to each other passes, and not too much of it."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from tornado.websocket import WebSocketClosedError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler, read_header_from_binary_message

from supervision_kit.server.sharing.limits import Budget

LARGEST = 2**20
"""Bytes of a message from a page."""

MOST_UNSENT = 16 * 2**20
"""Bytes that wait for a page to take them: one that asks and does not listen is hung up on."""

MOST_PARTS = 1000
"""Of a message: channel, header, parent, metadata, content, and what is sent as bytes."""

FROM_PAGE = frozenset({"comm_msg", "comm_close", "comm_open", "comm_info_request", "kernel_info_request"})
TO_PAGE = frozenset(
    {
        *("comm_open", "comm_msg", "comm_close", "comm_info_reply", "kernel_info_reply"),
        *("status", "display_data", "update_display_data", "clear_output"),
    }
)
OPENED_BY_PAGES = frozenset({"jupyter.widget.control"})
"""Comms that a page may open: the one by which it asks for the state of its widgets."""

_REFUSED = 1008  # the websocket's own code for what is against the rules
_PER_SECOND, _AT_ONCE = 100, 1000
_BYTES_PER_SECOND, _BYTES_AT_ONCE = 2**20, 8 * 2**20
_PROTOCOL, _SESSION = "v1.kernel.websocket.jupyter.org", re.compile(r"[0-9A-Za-z-]{8,64}")


class NotAllowedError(Exception):
    """A message that no page sends."""


def check_message(message: str | bytes) -> None:
    """Check that a page may send this to its kernel.

    Raises
    ------
    NotAllowedError
        It may not, or it cannot be understood.
    """
    try:
        channel, header, content = _parts(message)
        kind = header["msg_type"]
        is_allowed = channel == "shell" and kind in FROM_PAGE
        if kind == "comm_open":
            is_allowed = is_allowed and content["target_name"] in OPENED_BY_PAGES and not content.get("target_module")
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise NotAllowedError from error
    if not is_allowed:
        raise NotAllowedError


def _parts(message: str | bytes) -> tuple[str, Any, Any]:
    """Return the channel, the header and the content of a message; see that it has as many parts as it says."""
    if isinstance(message, str) or not _is_laid_out(message):
        raise NotAllowedError
    channel, parts = deserialize_msg_from_ws_v1(message)  # type: ignore[no-untyped-call]
    header, _, _, content, *_ = parts
    return channel, _read(header), _read(content)


def _is_laid_out(message: bytes) -> bool:
    """Tell whether the parts of a message lie one after the other: overlapping ones would be copied time and again."""
    n = int.from_bytes(message[:8], "little")
    if not n <= MOST_PARTS or 8 * (n + 1) > len(message):
        return False
    offsets = struct.unpack(f"<{n}Q", message[8 : 8 * (n + 1)])
    return offsets[:1] == (8 * (n + 1),) and offsets[-1] == len(message) and list(offsets) == sorted(offsets)


def _read(text: bytes) -> Any:
    return json.loads(text, object_pairs_hook=_without_doubles)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that comes twice: another reader could take the other one."""
    read = dict(pairs)
    if len(read) != len(pairs):
        raise NotAllowedError
    return read


class SharedChannels(VoilaKernelWebsocketHandler):
    """Lets the messages of widgets through, both ways, and closes at anything else."""

    def initialize(self) -> None:
        """Fill the budgets."""
        self._messages = Budget(_AT_ONCE, _PER_SECOND)
        self._bytes = Budget(_BYTES_AT_ONCE, _BYTES_PER_SECOND)
        self._is_over, self._unsent = False, 0

    async def get(self, kernel_id: str) -> None:
        """Open, for a page that names its session and speaks the protocol whose messages are looked into here."""
        protocols = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if not _SESSION.fullmatch(self.get_argument("session_id", "")) or _PROTOCOL not in protocols:
            self.set_status(400)
            self.finish()
            return
        await super().get(kernel_id)

    def on_message(self, ws_message: str | bytes) -> None:
        """Pass a message on to the kernel, if it may be."""
        if self._is_over or self.ws_connection is None:  # what was on its way when the connection was closed
            return
        if self.selected_subprotocol == _PROTOCOL and self._may_pass(ws_message):
            super().on_message(ws_message)
        else:
            self._is_over = True
            self.close(_REFUSED)

    def _may_pass(self, message: str | bytes) -> bool:
        try:
            check_message(message)
        except NotAllowedError:
            return False
        return self._messages.take() and self._bytes.take(len(message))

    def write_message(self, message: Any, binary: bool = False) -> Any:  # noqa: FBT001, FBT002 - Tornado's signature
        """Pass a message on to the page: no source, no printed text, no traceback."""
        header = read_header_from_binary_message(message) if isinstance(message, bytes) else None
        if header is None or header.get("msg_type") not in TO_PAGE or self._is_gone():
            return None
        if self._unsent + len(message) > MOST_UNSENT:
            self.ws_connection.stream.close()
            return None
        self._unsent += len(message)
        try:
            sent = super().write_message(message, binary)
        except WebSocketClosedError:
            return None
        sent.add_done_callback(lambda done: self._count_sent(done, len(message)))
        return sent

    def _is_gone(self) -> bool:
        return self.ws_connection is None or bool(self.ws_connection.is_closing())

    def _count_sent(self, done: Any, n: int) -> None:
        self._unsent -= n
        if not done.cancelled():
            done.exception()  # that the page went meanwhile is no news for the log
