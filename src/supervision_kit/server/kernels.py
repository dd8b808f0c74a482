"""The kernels behind the pages: which Python runs them, what they are told, and that they end with their page."""

from __future__ import annotations

import math
import os
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import RESOURCES
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec, KernelSpecManager
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager, ServerKernelManager
from tornado.ioloop import IOLoop
from traitlets import Bool, Dict, Unicode, default
from voila import __version__ as voila_version

from supervision_kit.environment import ASKED_LANGUAGE, LANGUAGE
from supervision_kit.server.rehearsal import expect_pages
from supervision_kit.server.warm import WarmProcess, can_fork, name_provisioner
from supervision_kit.words import LANGUAGES, system_language

LEFT_SECONDS = 20.0
"""For so long a kernel is kept whose page's connection was closed: a proxy that starts anew closes it, too."""

UNSEEN_SECONDS = 60.0
"""For so long an idle kernel is kept whose page was sent and never connected."""

GOING_AWAY = 1001
"""With this number browsers close a connection when its page is closed or another is opened in its place."""


class OwnPython(KernelSpecManager):
    """Runs Python notebooks in the Python that serves them, whatever kernels the machine has registered."""

    def get_kernel_spec(self, kernel_name: str) -> Any:
        """Return the kernel of that name; the Python one starts quickly and in this very installation."""
        if kernel_name != NATIVE_KERNEL_NAME:
            return super().get_kernel_spec(kernel_name)
        return KernelSpec(
            argv=[sys.executable, "-m", "supervision_kit.server.kernel", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            metadata={"debugger": True, **name_provisioner()},
            resource_dir=RESOURCES,
        )


class PageKernel(ServerKernelManager):
    """Manages one kernel."""

    def emit(self, schema_id: str, data: dict[str, Any]) -> None:
        """Say nothing of what is done to it: nobody listens, and Jupyter reads the rules for it each time."""


class PageKernels(AsyncMappingKernelManager):
    """Starts a kernel for each page that is opened."""

    kernel_env = Dict(help="environment variables for every kernel", config=True)
    pages = Unicode("", help="the folder of the pages that are made before anybody asks for them", config=True)
    is_warmed = Bool(True, help="fork kernels from one warmed process, where the system can", config=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self.warm = WarmProcess(self.expected_orders()) if self.is_warmed and can_fork() else None
        self._unseen: set[str] = set()
        self._kept_until: dict[str, float] = {}
        self._ending: set[str] = set()

    @default("kernel_manager_class")
    def _default_kernel_manager_class(self) -> str:
        return f"{__name__}.{PageKernel.__name__}"

    def wait_until_warm(self) -> None:
        """Wait until pages open quickly; where they cannot, nobody waits."""
        if self.warm is not None:
            with suppress(OSError):  # the first page tries again, and says so
                self.warm.wait()

    def expected_orders(self) -> list[dict[str, Any]]:
        """Return what kernels are likely to be asked for: each page, in the language that is set or in all."""
        if not self.pages:
            return []
        served = {**os.environ, "SERVER_SOFTWARE": f"voila/{voila_version}"}
        env = {**self.passed_on(served), **self.kernel_env}
        languages = (
            [env[LANGUAGE]] if env.get(LANGUAGE) else sorted(LANGUAGES, key=lambda one: one != system_language())
        )
        return list(expect_pages(Path(self.pages), env, languages, language_in=ASKED_LANGUAGE))

    def passed_on(self, env: dict[str, str]) -> dict[str, str]:
        """Return what of the server's environment, and of a request, a kernel is told: all of it."""
        return env

    async def start_kernel(self, **settings: Any) -> str:  # type: ignore[override]  # its base is both sync and async
        """Start a kernel and return its id."""
        settings["env"] = {**self.passed_on(settings.get("env", {})), **self.kernel_env}
        kernel_id: str = await super().start_kernel(**settings)
        self._unseen.add(kernel_id)
        return kernel_id

    def notify_connect(self, kernel_id: str) -> None:
        """Notice that a page is there."""
        super().notify_connect(kernel_id)  # type: ignore[no-untyped-call]
        self._unseen.discard(kernel_id)
        self._kept_until.pop(kernel_id, None)

    def notice_left(self, kernel_id: str, *, seconds: float) -> None:
        """Notice that a page has gone; its kernel ends after so many seconds unless the page comes back."""
        if not self._kernel_connections.get(kernel_id):
            self._kept_until[kernel_id] = time.monotonic() + seconds

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel whose page has gone; the base class ends those that nobody asked anything for long."""
        if self._is_left(kernel_id):
            await self.shutdown_kernel(kernel_id)
        else:
            await super().cull_kernel_if_idle(kernel_id)  # type: ignore[no-untyped-call]

    def _is_left(self, kernel_id: str) -> bool:
        if kernel_id in self._unseen:
            kernel = self._kernels[kernel_id]
            idle = (datetime.now(UTC) - kernel.last_activity).total_seconds()
            return bool(idle > UNSEEN_SECONDS and kernel.execution_state != "busy")
        return self._kept_until.get(kernel_id, math.inf) < time.monotonic()

    async def shutdown_kernel(  # type: ignore[override]  # its base is both sync and async
        self,
        kernel_id: str,
        now: bool = False,  # noqa: FBT001, FBT002 - as its base has it
        restart: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """Stop a kernel; while that is under way, asking again does nothing."""
        if kernel_id in self._ending:
            return
        self._ending.add(kernel_id)
        try:
            await super().shutdown_kernel(kernel_id, now=now, restart=restart)  # type: ignore[no-untyped-call]
        finally:
            self._ending.discard(kernel_id)
            self._unseen.discard(kernel_id)
            self._kept_until.pop(kernel_id, None)

    async def shutdown_all(self, now: bool = False) -> None:  # type: ignore[override]  # noqa: FBT001, FBT002
        """Stop every kernel, and what they were forked from."""
        await super().shutdown_all(now=now)
        if self.warm is not None:
            self.warm.close()
            self.warm = None


class PageConnection(ZMQChannelsWebsocketConnection):
    """The connection between a page and its kernel, which tells how it ended."""

    def disconnect(self) -> None:  # type: ignore[override]  # its base's base is async
        """Notice that the connection is closed."""
        super().disconnect()  # type: ignore[no-untyped-call]
        self.multi_kernel_manager.notice_left(self.kernel_id, seconds=how_long_kept(self.websocket_handler))


def how_long_kept(handler: Any) -> float:
    """Return for how many seconds the kernel is kept after a connection that ended in this way.

    Without end, where it fell silent: a laptop that sleeps wakes up again. Then only idleness ends it.
    """
    now = IOLoop.current().time()
    if now - getattr(handler, "last_pong", now) > handler.ping_timeout / 1000:
        return math.inf
    return 0.0 if handler.close_code == GOING_AWAY else LEFT_SECONDS
