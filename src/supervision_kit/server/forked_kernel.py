"""A kernel in a fork of the warmed process: it leaves out what would write all over the memory that it shares."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

from ipykernel import ipkernel
from ipykernel.kernelapp import IPKernelApp


class ForkedKernel(ipkernel.IPythonKernel):
    """IPython's kernel, which does not look through all modules for a debugger that pages have not."""

    def __init__(self, **settings: Any) -> None:
        module: ModuleType = ipkernel
        module.sys = SimpleNamespace(modules={}, platform=sys.platform)  # type: ignore[attr-defined]
        try:
            super().__init__(**settings)  # type: ignore[no-untyped-call]
        finally:
            module.sys = sys  # type: ignore[attr-defined]


class ForkedKernelApp(IPKernelApp):
    """Starts it, without a parser for a thousand options of which one is given, and without a history of cells."""

    kernel_class = ForkedKernel

    def parse_command_line(self, argv: Sequence[str] | None = None) -> None:
        """Take the one argument: ``-f`` and where the kernel's connections are told."""
        _, self.connection_file = argv or ()
        self.config.HistoryManager.enabled = False


def be_kernel(arguments: Sequence[str]) -> None:
    """Be a kernel until it is told to end."""
    ForkedKernelApp.launch_instance(argv=list(arguments))
