"""The HTTP server under the gate: waits for nobody for long, and holds no more connections than it can."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tornado.httpserver import HTTPServer

from supervision_kit.server.sharing.gate import Gate

MOST_CONNECTIONS, MOST_FROM_ONE = 1000, 200
"""In all, and from one address, which can be a clinic's: a browser holds six, and one for each open page."""

HEADER_SECONDS, BODY_SECONDS = 20, 10
LARGEST_HEADER, LARGEST_BODY = 16 * 1024, 64 * 1024


class PatientServer(HTTPServer):
    """Serves what passes the gate.

    Parameters
    ----------
    gate
        What decides.
    is_behind_proxy
        Whether all connections come from one address.
    ssl_options
        For TLS.
    """

    def initialize(  # type: ignore[override]  # the other settings are ours
        self, gate: Gate, *, is_behind_proxy: bool = False, ssl_options: Any = None
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
        self._most_from_one = MOST_CONNECTIONS if is_behind_proxy else MOST_FROM_ONE
        self._open: Counter[str] = Counter()

    def handle_stream(self, stream: Any, address: Any) -> None:
        """Take a connection, or hang up."""
        sender = str(address[0]) if address else ""
        if self._open.total() >= MOST_CONNECTIONS or self._open[sender] >= self._most_from_one:
            stream.close()
            return
        self._open[sender] += 1
        stream.socket_sender = sender
        super().handle_stream(stream, address)

    def on_close(self, server_conn: Any) -> None:
        """Count a connection less."""
        sender = server_conn.stream.socket_sender
        self._open[sender] -= 1
        if not self._open[sender]:
            del self._open[sender]
        super().on_close(server_conn)
