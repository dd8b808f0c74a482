"""The kernels behind the pages: which Python runs them, what they are told, and that they keep quiet."""

from __future__ import annotations

import sys
from typing import Any

from ipykernel.kernelspec import RESOURCES
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec, KernelSpecManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets import Dict


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
            metadata={"debugger": True},
            resource_dir=RESOURCES,
        )


class PageKernels(AsyncMappingKernelManager):
    """Starts a kernel for each page that is opened."""

    kernel_env = Dict(help="environment variables for every kernel", config=True)

    async def start_kernel(self, **settings: Any) -> str:  # type: ignore[override]  # its base is both sync and async
        """Start a kernel and return its id."""
        settings["env"] = {**settings.get("env", {}), **self.kernel_env}
        kernel_id: str = await super().start_kernel(**settings)
        return kernel_id
