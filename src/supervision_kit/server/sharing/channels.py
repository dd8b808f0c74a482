"""The websocket between a page and its kernel: only what widgets say to each other passes, and not too much of it."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from tornado.websocket import WebSocketClosedError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler, read_header_from_binary_message

from supervision_kit.server.sharing.sign_ins import viewer_of

LARGEST = 2**20
"""Bytes of a message from a page."""

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


def tell_no_versions(message: bytes) -> bytes:
    """Return what a kernel says of itself without what nobody needs to know: of what software, in which version."""
    channel, parts = deserialize_msg_from_ws_v1(message)  # type: ignore[no-untyped-call]
    said = json.loads(parts[3])
    kept = {name: said[name] for name in ("status", "protocol_version") if name in said}
    told = {**kept, "implementation": "", "implementation_version": "", "banner": "", "help_links": []}
    language = {"name": "python", "version": "", "mimetype": "text/x-python", "file_extension": ".py"}
    parts[3] = json.dumps({**told, "language_info": language}).encode()
    return bytes(serialize_msg_to_ws_v1(parts, channel))  # type: ignore[no-untyped-call]


class SharedChannels(VoilaKernelWebsocketHandler):
    """Lets the messages of widgets through, both ways, and closes at anything else."""

    def initialize(self) -> None:
        """Be open."""
        self._is_over = False

    async def get(self, kernel_id: str) -> None:
        """Be a line between a page and its kernel, for as long as it holds.

        The page names its session, and speaks the protocol whose messages are looked into here.
        """
        protocols = self.request.headers.get("Sec-WebSocket-Protocol", "")
        seats = self.kernel_manager.seats
        if not _SESSION.fullmatch(self.get_argument("session_id", "")) or _PROTOCOL not in protocols:
            self._refuse(400)
        elif not seats.has_line_free(kernel_id):
            self._refuse(429)
        else:
            self._kernel = kernel_id
            self._allowance = self.kernel_manager.allowances.of(viewer_of(self.request).id)
            with seats.connected(kernel_id):
                await super().get(kernel_id)

    def _refuse(self, status: int) -> None:
        self.set_status(status)
        self.finish()

    async def open(self, kernel_id: str) -> None:
        """Tell the server that this connection is not one of those that come and go."""
        self.request.server_connection.stream.is_line = True
        await super().open(kernel_id)

    def on_message(self, ws_message: str | bytes) -> None:
        """Pass a message on to the kernel, if it may be."""
        if self._is_over or self.ws_connection is None:  # what was on its way when the connection was closed
            return
        if self.selected_subprotocol == _PROTOCOL and self._may_pass(ws_message):
            self.kernel_manager.seats.hear(self._kernel)
            super().on_message(ws_message)
        else:
            self._is_over = True
            self.close(_REFUSED)

    def _may_pass(self, message: str | bytes) -> bool:
        try:
            check_message(message)
        except NotAllowedError:
            return False
        kernels = self.kernel_manager
        is_there = kernels.owner(self._kernel) is not None and kernels.is_open_to(self._kernel)
        return is_there and self._allowance.may_say(len(message))

    def write_message(self, message: Any, binary: bool = False) -> Any:  # noqa: FBT001, FBT002 - Tornado's signature
        """Pass a message on to the page: no source, no printed text, no traceback, no versions."""
        header = read_header_from_binary_message(message) if isinstance(message, bytes) else None
        if header is None or header.get("msg_type") not in TO_PAGE or self._is_gone():
            return None
        if header["msg_type"] == "kernel_info_reply":
            message = tell_no_versions(message)
        n = len(message)
        if not self._allowance.may_be_told(n):
            self.ws_connection.stream.close()
            return None
        try:
            sent = super().write_message(message, binary)
        except WebSocketClosedError:
            self._allowance.is_taken(n)
            return None
        sent.add_done_callback(lambda done: self._count_sent(done, n))
        return sent

    def _is_gone(self) -> bool:
        return self.ws_connection is None or bool(self.ws_connection.is_closing())

    def _count_sent(self, done: Any, n: int) -> None:
        self._allowance.is_taken(n)
        if not done.cancelled():
            done.exception()  # that the page went meanwhile is no news for the log
