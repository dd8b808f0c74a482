"""What the server answers beside Voila's own pages."""

from __future__ import annotations

from tornado.web import HTTPError, RequestHandler
from voila.handler import BaseVoilaHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

from supervision_kit.chart_bundle import read_bundle


class ChartScript(RequestHandler):
    """The script that draws charts. Its address changes with its content, so browsers may keep it for good."""

    def get(self) -> None:
        """Send the script."""
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        self.finish(read_bundle())


class KernelGoodbye(VoilaShutdownKernelHandler):
    """Stops a page's kernel when the page is closed.

    The page's farewell carries no cross-site token, for Voila never hands it one: the kernel's random id, which only
    the page knows, stands for it.
    """

    def check_xsrf_cookie(self) -> None:
        """Ask for no token."""


class NoSuchPage(BaseVoilaHandler):
    """Every address that nothing is served at."""

    def initialize(self) -> None:
        """Take Voila's settings from the application."""
        super().initialize(voila_configuration=self.settings["voila"].voila_configuration)

    async def prepare(self) -> None:
        """Answer that there is no such page."""
        await super().prepare()
        raise HTTPError(404)
