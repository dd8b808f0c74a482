"""The server's log: warnings only, and never a value, a cell's source or a traceback."""

from __future__ import annotations

import logging
from typing import Any

FORMAT = "supervision_kit: %(message)s"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redacted": {"()": "supervision_kit.server.quiet_log.Redacted"}},
    "formatters": {"plain": {"format": FORMAT}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "filters": ["redacted"], "formatter": "plain", "level": "WARNING"}
    },
    "loggers": {"tornado.general": {"level": "ERROR"}},  # it lists refused addresses, which can hold a case's code
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
"""For :func:`logging.config.dictConfig`: everything goes through the one redacted handler."""

_NO_NEWS = ("is not trusted", "websocket_ping_timeout")


class Redacted(logging.Filter):
    """Names an exception by its type and leaves out its text, which can quote what a file holds."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record that carries an exception; drop what every visit repeats."""
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            kind = getattr(error, "ename", None) or type(error).__name__  # a failed cell names its own error
            record.msg = f"Something stopped with {kind}. To see why, open its notebook with: supervision-kit lab"
            record.args = record.exc_info = record.exc_text = record.stack_info = None
        return not any(known in str(record.msg) for known in _NO_NEWS)
