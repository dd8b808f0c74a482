"""The access log: when, what kind of address, with what result, how long it took; never who, and never which."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

from supervision_kit.server.quiet_log import LOGGING

ACCESS = "supervision_kit.access"
_IDS = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4,}){1,4}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b")


class Nameless(logging.Filter):
    """Takes ids and addresses out of what Jupyter reports."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record."""
        record.msg, record.args = _IDS.sub("…", record.getMessage()), None
        return True


SHARED_LOGGING: dict[str, Any] = {
    **LOGGING,
    "formatters": {**LOGGING["formatters"], "bare": {"format": "%(message)s"}},
    "filters": {**LOGGING["filters"], "nameless": {"()": Nameless}},
    "handlers": {
        "stderr": {**LOGGING["handlers"]["stderr"], "filters": ["redacted", "nameless"]},
        "access": {"class": "logging.StreamHandler", "formatter": "bare"},
    },
    "loggers": {
        **LOGGING["loggers"],
        "supervision_kit.server": {"level": "ERROR"},  # Jupyter's warnings name kernels, hosts and origins
        ACCESS: {"handlers": ["access"], "level": "INFO", "propagate": False},
    },
}
"""For :func:`logging.config.dictConfig`: a line for each request, otherwise errors only."""


def log_access(handler: Any) -> None:
    """Write a line for a request that was answered: no address of a sender, no query, no id."""
    request = handler.request
    route = getattr(request, "route", None)
    logging.getLogger(ACCESS).info(
        "%s %s %s %d %.0f ms",
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        request.method if request.method in {"GET", "HEAD", "POST"} else "OTHER",
        route.name if route else "/NOWHERE",
        handler.get_status(),
        1000 * request.request_time(),
    )
