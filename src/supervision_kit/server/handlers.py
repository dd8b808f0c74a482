"""What the server answers beside Voila's own pages."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError
from voila.handler import BaseVoilaHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler

from supervision_kit.server.page_language import ACCEPTED, COOKIE, language_of, settle_language


class KernelGoodbye(VoilaShutdownKernelHandler):
    """Stops a page's kernel when the page is closed.

    The page's farewell carries no cross-site token, for Voila never hands it one: the kernel's random id, which only
    the page knows, stands for it.
    """

    def check_xsrf_cookie(self) -> None:
        """Ask for no token."""


class PageOpener(TornadoVoilaHandler):
    """Opens a page in the language of its viewer, who may choose another by ``?lang=``: the browser remembers it."""

    async def prepare(self) -> None:
        """Settle the language; its kernel finds it where the browser's wish would stand."""
        await super().prepare()
        language, is_chosen = settle_language(self)
        if is_chosen:
            self.set_cookie(COOKIE, language, path=self.base_url, samesite="Strict", httponly=True)
        self.request.headers[ACCEPTED] = language


class NoSuchPage(BaseVoilaHandler):
    """Every address that nothing is served at."""

    @property
    def template_namespace(self) -> dict[str, Any]:
        """Tell the template the viewer's language."""
        return {**super().template_namespace, "sk_language": language_of(self)}

    def initialize(self) -> None:
        """Take Voila's settings from the application."""
        super().initialize(voila_configuration=self.settings["voila"].voila_configuration)

    async def prepare(self) -> None:
        """Answer that there is no such page."""
        await super().prepare()
        raise HTTPError(404)
