"""Starts one Python kernel for a page: ``python -m supervision_kit.server.kernel -f CONNECTION_FILE``."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from supervision_kit.server.quick_import import skip_grammar
from supervision_kit.server.quiet_log import FORMAT, Redacted


def keep_own_log_only() -> None:
    """Let the kit's own redacted log through to the server's, and drop what else prints: it can quote values."""
    server = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    handler = logging.StreamHandler(server)
    handler.setFormatter(logging.Formatter(FORMAT))
    handler.addFilter(Redacted())
    own = logging.getLogger("supervision_kit")
    own.addHandler(handler)
    own.propagate = False


def run_kernel(arguments: Sequence[str]) -> None:
    """Be a kernel until it is told to end; `arguments` as on the command line."""
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(argv=list(arguments))


if __name__ == "__main__":
    keep_own_log_only()
    skip_grammar()
    run_kernel(sys.argv[1:])
