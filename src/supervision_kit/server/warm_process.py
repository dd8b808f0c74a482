"""The process that kernels are forked from: ``python -m supervision_kit.server.warm_process ORDERS LIFELINE``.

It imports what pages need, opens each page once over the sample to see to that, and then waits for orders. Memory that
nobody writes to is shared by all its forks. It has no threads and no open connections, so that forking it is safe.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import chdir
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from supervision_kit.environment import FLEETING, SAMPLE, WORKSPACE
from supervision_kit.server.kernel import keep_own_log_only, run_kernel
from supervision_kit.server.pages import FIRST_PAGE, PAGES, find_folder
from supervision_kit.server.quick_import import skip_debugger, skip_grammar

MADE_OF = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.extensions.storemagic",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "psutil",
)
"""What a kernel imports as it starts."""

READY = b"ready\n"
"""What it says before it answers anything."""

QUIET_SECONDS = 5.0
"""For so long after an order nothing is rehearsed."""

NAME = "sk-{:.12}"
"""What the system's list of processes calls the kernel of that id; it takes 15 letters."""


def wait_for_orders(orders: socket.socket, lifeline: int) -> dict[str, Any]:
    """Fork for each order that comes; return in each fork, with what it was ordered to be.

    An order is a line of JSON with ``kernel_id``, ``arguments``, ``env`` and ``cwd``. The answer is the fork's number,
    with a handle on it. The first page is rehearsed before anything else, for it needs most; the others meanwhile, one
    at a time, and not while a page that was ordered needs the processor.
    """
    import_kernel()
    rehearsals = rehearse_pages()
    next(rehearsals)
    settle()
    orders.sendall(READY)
    lines = orders.makefile("rb")
    pause = 0.0
    while True:
        while not select.select([orders], [], [], pause)[0] and next(rehearsals, None):
            settle()
            pause = 0.0
        line = lines.readline()
        if not line:
            sys.exit()
        process = os.fork()
        if process == 0:
            lines.close()
            orders.close()
            order: dict[str, Any] = json.loads(line)
            become(order, lifeline)
            return order
        handle = os.pidfd_open(process)
        socket.send_fds(orders, [b"%d\n" % process], [handle])
        os.close(handle)
        pause = QUIET_SECONDS


def import_kernel() -> None:
    """Import what a kernel itself is made of."""
    for name in MADE_OF:
        import_module(name)


def rehearse_pages() -> Iterator[str]:
    """Run each page's notebook over the sample, and close it again: what pages need is then imported."""
    folder = find_folder("notebooks")
    for page in sorted(PAGES, key=lambda page: page != FIRST_PAGE):
        if (folder / page.notebook).is_file():
            rehearse(folder / page.notebook)
            yield page.notebook


def rehearse(notebook: Path) -> None:
    """Run one notebook where it stands, with a workspace that goes when it is done."""
    from supervision_kit.apps.page import close_pages

    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    with TemporaryDirectory(prefix="sk_rehearsal_", ignore_cleanup_errors=True) as place, chdir(notebook.parent):
        kept, sample = (str(Path(place) / name) for name in ("demonstration.sqlite", "sample.sqlite"))
        os.environ.update({WORKSPACE: kept, SAMPLE: sample, FLEETING: "1"})
        scope: dict[str, Any] = {}
        for cell in cells:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), scope)  # noqa: S102 - a page of the kit's own
    close_pages()


def settle() -> None:
    """Put everything that there is out of the garbage collector's sight: what it looks at is copied for each fork."""
    gc.collect()
    gc.freeze()


def become(order: dict[str, Any], lifeline: int) -> None:
    """Make of this fork a process of its own, as if it had been started with these arguments in this environment."""
    os.setsid()
    for signum in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(signum, signal.SIG_DFL)
    Path("/proc/self/comm").write_text(NAME.format(order["kernel_id"]), encoding="ascii")
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    sys.argv[1:] = order["arguments"]
    if "numpy" in sys.modules:
        import numpy as np

        np.random.seed()  # noqa: NPY002 - its old generator, or all forks would draw the same; Python's sees to itself
    threading.Thread(target=end_with_server, args=(lifeline,), daemon=True).start()


def end_with_server(lifeline: int) -> None:
    """Wait until the server is gone, however it went, and end this process."""
    os.read(lifeline, 1)
    os._exit(1)


if __name__ == "__main__":
    keep_own_log_only()
    skip_grammar()
    skip_debugger()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # a rehearsal leaves no folder behind
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system itself buries forks that have ended
    run_kernel(wait_for_orders(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))["arguments"])
