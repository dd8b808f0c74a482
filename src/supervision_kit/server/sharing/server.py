"""The HTTP server under the gate: waits for nobody for long, and holds no more connections than it can."""

from __future__ import annotations

import time
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback

from supervision_kit.server.sharing.gate import Gate

FROM_ONE, EACH = 200, 8
"""Connections from one address, which can be a clinic's: so many, or so many for each viewer; a browser holds six."""

IN_ALL = 5
"""Times as many from all addresses."""

MOST_UNSENT = 32 * 2**20
"""Bytes that wait for somebody to take them."""

HEADER_SECONDS, BODY_SECONDS = 10, 10
TAKEN_WITHIN = 180.0
"""Seconds within which an answer has to be taken; lines between pages and kernels have their own measure."""

_LOOK_EVERY = 5_000  # ms
LARGEST_HEADER, LARGEST_BODY = 16 * 1024, 64 * 1024


class PatientServer(HTTPServer):
    """Serves what passes the gate.

    Where no more connections can be held, a new one takes the place of the oldest that nobody who is signed in uses;
    where there is none, of the oldest that is no line between a page and its kernel.

    Parameters
    ----------
    gate
        What decides.
    viewers
        How many there can be.
    is_behind_proxy
        Whether all connections come from one address.
    ssl_options
        For TLS.
    """

    def initialize(  # type: ignore[override]  # the other settings are ours
        self, gate: Gate, *, viewers: int, is_behind_proxy: bool = False, ssl_options: Any = None
    ) -> None:
        """Set the limits."""
        super().initialize(
            gate,
            ssl_options=ssl_options,
            max_header_size=LARGEST_HEADER,
            max_body_size=LARGEST_BODY,
            idle_connection_timeout=HEADER_SECONDS,
            body_timeout=BODY_SECONDS,
        )
        from_one = max(FROM_ONE, EACH * viewers)
        self._most = IN_ALL * from_one
        self._most_from_one = self._most if is_behind_proxy else from_one
        self._open: dict[Any, str] = {}  # senders by stream, the oldest first
        self._full_since: dict[Any, float] = {}
        PeriodicCallback(self.end_slow_readers, _LOOK_EVERY).start()

    def handle_stream(self, stream: Any, address: Any) -> None:
        """Take a connection, or hang up."""
        sender = str(address[0]) if address else ""
        living = [one for one in self._open if not one.closed()]  # those that have ended are taken off a moment later
        same = [one for one in living if self._open[one] == sender]
        is_full_for_sender, is_full = len(same) >= self._most_from_one, len(living) >= self._most
        if (is_full_for_sender and not _let_go(same)) or (is_full and not _let_go(living)):
            stream.close()
            return
        stream.max_write_buffer_size = MOST_UNSENT
        self._open[stream] = sender
        super().handle_stream(stream, address)

    def on_close(self, server_conn: Any) -> None:
        """Count a connection less."""
        self._open.pop(server_conn.stream, None)
        super().on_close(server_conn)

    def end_slow_readers(self) -> None:
        """Hang up on those for whom something has waited for too long."""
        now = time.monotonic()
        waiting = [one for one in self._open if one.writing() and not getattr(one, "is_line", False)]
        self._full_since = {one: self._full_since.get(one, now) for one in waiting}
        for stream, since in self._full_since.items():
            if now - since > TAKEN_WITHIN:
                stream.close()


def _let_go(streams: list[Any]) -> bool:
    """Hang up on the oldest connection that can be spared; tell whether there was one."""
    for mark in ("is_viewers", "is_line"):
        for stream in streams:
            if not getattr(stream, mark, False) and not stream.closed():
                stream.close()
                return True
    return False
