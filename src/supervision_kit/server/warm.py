"""Kernels forked from one warmed process, where the system can fork safely; elsewhere they are started as usual."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import weakref
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from supervision_kit.server import warm_process

PROVISIONER = "supervision-kit-warm"
PATIENCE = 60.0
"""Seconds after which a warmed process that does not answer is given up."""

END_SECONDS = 5.0
"""Seconds that it has to end."""

_log = logging.getLogger("supervision_kit.server")


def can_fork() -> bool:
    """Return whether kernels can be forked here: on Linux, which gives handles on processes."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return sys.platform == "linux"


class WarmProcess:
    """The warmed process, started now, and again when it is needed and has died.

    `expected` are orders that it is likely to be given: it makes their pages ahead.
    """

    def __init__(self, expected: Sequence[dict[str, Any]] = ()) -> None:
        self._expected = json.dumps(expected).encode() + b"\n"
        self._one_at_a_time = asyncio.Lock()
        self._lifeline, self._held = os.pipe()  # nobody writes to it: it closes when this process is gone
        self._is_warm = False
        self._orders, self._process = self._start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    async def fork(self, order: dict[str, Any]) -> ForkedKernel:
        """Fork it once, see :func:`supervision_kit.server.warm_process.wait_for_orders`.

        Raises
        ------
        OSError
            It has died, and a second one as well.
        """
        async with self._one_at_a_time:
            try:
                return await asyncio.to_thread(self._send, order)
            except OSError:
                _log.warning("The process that pages are forked from has ended. It is started again.")
                self._end()
                self._is_warm = False
                self._orders, self._process = self._start()
                return await asyncio.to_thread(self._send, order)

    def wait(self) -> None:
        """Wait until it is warm.

        Raises
        ------
        OSError
            It has died, or takes longer than anybody should wait.
        """
        if not self._is_warm:
            if self._orders.recv(len(warm_process.READY)) != warm_process.READY:
                raise ConnectionResetError
            self._is_warm = True

    def close(self) -> None:
        """End it, and every kernel that it was forked into."""
        self._end()
        for end in (self._held, self._lifeline):
            os.close(end)

    def _start(self) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        orders, theirs = socket.socketpair()
        orders.settimeout(PATIENCE)
        with theirs:
            ends = (theirs.fileno(), self._lifeline)
            process = subprocess.Popen(  # noqa: S603 - this very package
                [sys.executable, "-P", "-m", warm_process.__name__, *map(str, ends)],
                pass_fds=ends,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl+C in a terminal is for the server
                env=_environment(),
            )
        with suppress(OSError):  # it has died already, as the first order will find out
            orders.sendall(self._expected)
        return orders, process

    def _send(self, order: dict[str, Any]) -> ForkedKernel:
        self.wait()
        self._orders.sendall(json.dumps(order).encode() + b"\n")
        answer, handles, *_ = socket.recv_fds(self._orders, 64, 1)
        if not handles:
            raise ConnectionResetError
        return ForkedKernel(int(answer), handles[0])

    def _end(self) -> None:
        self._orders.close()
        self._process.terminate()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    """Return the environment of the warmed process, whose libraries shall begin no threads; its forks get their own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("JPY_", "SUPERVISION_KIT_"))}
    return {
        **own,
        "OPENBLAS_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "MALLOC_ARENA_MAX": "1",
    }


class ForkedKernel:
    """A process that is another's child, with what jupyter_client asks of a :class:`subprocess.Popen`.

    A handle stands for the process: its number could be another's once it has ended.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, handle: int) -> None:
        self.pid, self._handle = pid, handle
        self._ended = select.poll()
        self._ended.register(handle, select.POLLIN)
        weakref.finalize(self, os.close, handle)

    def poll(self) -> int | None:
        """Return 0 once it has ended, however it did."""
        return 0 if self._ended.poll(0) else None

    def wait(self) -> int:
        """Wait until it has ended."""
        self._ended.poll()
        return 0

    def send_signal(self, signum: int) -> None:
        """Send it a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class WarmProvisioner(LocalProvisioner):
    """Forks a kernel from the warmed process of its :class:`PageKernels`; starts it anew where that cannot be."""

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> KernelConnectionInfo:
        """Launch the kernel, for which `cmd` is what a terminal would be told."""
        manager: Any = self.parent  # of this one kernel; its own parent manages all
        warm = getattr(manager.parent, "warm", None)  # JupyterLab has none
        if warm is not None:
            order = {
                "kernel_id": self.kernel_id,
                "arguments": cmd[cmd.index("-f") :],
                "env": settings["env"],
                "cwd": str(settings.get("cwd") or os.getcwd()),  # noqa: PTH109 - a string all the same
            }
            try:
                self.process = await warm.fork(order)
            except OSError:
                _log.warning("Pages cannot be forked from a warmed process here; each starts by itself, slowly.")
            else:
                self.pid = self.pgid = self.process.pid
                self.cwd = order["cwd"]
                return self.connection_info
        return await super().launch_kernel(cmd, **settings)


def name_provisioner() -> dict[str, Any]:
    """Return what a kernel specification says to have its kernels forked."""
    known = KernelProvisionerFactory.instance().provisioners
    group = KernelProvisionerFactory.GROUP_NAME
    known[PROVISIONER] = EntryPoint(PROVISIONER, f"{__name__}:{WarmProvisioner.__name__}", group)
    return {"kernel_provisioner": {"provisioner_name": PROVISIONER}}
