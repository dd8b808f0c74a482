"""The process that kernels are forked from: ``python -m supervision_kit.server.warm_process ORDERS LIFELINE``.

It imports what pages need, makes each page once over the ratings that are served (:mod:`.rehearsal`), and waits for
orders. Memory that nobody writes to is shared by all its forks. It has no threads and no open
connections, so that forking it is safe.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import threading
from importlib import import_module
from pathlib import Path

from supervision_kit.server.kernel import keep_own_log_only
from supervision_kit.server.quick_import import skip_debugger, skip_grammar
from supervision_kit.server.rehearsal import Order, PagesAhead, rehearse_pages, settle

MADE_OF = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "encodings.ascii",
    "faulthandler",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "psutil",
    "supervision_kit.server.forked_kernel",
    "tornado.gen",
    "tornado.locks",
    "tornado.platform.asyncio",
    "tornado.queues",
)
"""What a kernel imports as it starts."""

READY = b"ready\n"
"""What it says before it answers anything."""

QUIET_SECONDS = 5.0
"""For so long after an order nothing is rehearsed."""

NAME = "sk-{:.12}"
"""What the system's list of processes calls the kernel of that id; it takes 15 letters."""


def wait_for_orders(orders: socket.socket, lifeline: int) -> Order:
    """Fork for each order that comes; return in each fork, with what it was ordered to be.

    An order is a line of JSON with ``kernel_id``, ``arguments``, ``env`` and ``cwd``. The answer is the fork's number,
    with a handle on it. Ahead of all orders comes a line with those to expect. The first page is made before anything
    else; the others meanwhile, one at a time, and not while a page that was ordered needs the processor.
    """
    import_kernel()
    lines = orders.makefile("rb")
    ahead, rehearsals = PagesAhead(json.loads(lines.readline() or b"[]")), rehearse_pages()
    next(rehearsals)
    ahead.make_next()
    settle()
    orders.sendall(READY)
    pause = 0.0
    while True:
        while not select.select([orders], [], [], pause)[0] and (ahead.make_next() or next(rehearsals, None)):
            settle()
            pause = 0.0
        line = lines.readline()
        if not line:
            sys.exit()
        order: Order = json.loads(line)
        process = os.fork()
        if process == 0:
            lines.close()
            orders.close()
            become(order, lifeline)
            return order
        handle = os.pidfd_open(process)
        socket.send_fds(orders, [b"%d\n" % process], [handle])
        os.close(handle)
        ahead.want(order)
        pause = QUIET_SECONDS


def import_kernel() -> None:
    """Import what a kernel itself is made of."""
    for name in MADE_OF:
        import_module(name)


def become(order: Order, lifeline: int) -> None:
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
    ordered = wait_for_orders(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
    import_module("supervision_kit.server.forked_kernel").be_kernel(ordered["arguments"])
