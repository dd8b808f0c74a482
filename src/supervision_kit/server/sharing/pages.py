"""The pages of a shared server, opened for the viewer who is signed in."""

from __future__ import annotations

import asyncio
import html
from typing import Any

from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.services.kernels.handlers import KernelHandler

from supervision_kit.server.dashboard import SORRY
from supervision_kit.server.handlers import PageOpener
from supervision_kit.server.page_language import SETTING, language_of, say_in, translate_notebook
from supervision_kit.server.sharing.gate import place_of
from supervision_kit.server.sharing.refusals import PlainPage, Refusal
from supervision_kit.server.sharing.sign_ins import FACILITATOR, viewer_of
from supervision_kit.words import later

PATIENCE = 180
"""Seconds that a page may take to be complete."""

_FULL = later("{n} people are here already")
_FULL_ADVICE = later(
    "There is room for no more. Please try again in a few minutes, or ask whoever looks after these pages."
)
_TOO_FAST = Refusal(
    429,
    later("That was many pages in a short time"),
    later("Please wait some seconds, and reload this one."),
    retry_after=10,
)


class TheGate(IdentityProvider):
    """Tells Jupyter's handlers whom the gate let in."""

    def get_user(self, handler: Any) -> User:
        """Return the viewer that the gate found."""
        return User(viewer_of(handler.request).id)

    def get_handlers(self) -> list[tuple[str, object]]:
        """Bring no pages of Jupyter's along."""
        return []

    def is_token_authenticated(self, handler: Any) -> bool:  # noqa: ARG002 - its base has it
        """Know no tokens."""
        return False


class SharedPage(PlainPage, PageOpener):  # type: ignore[misc]  # the one prepares at once, the other awaits
    """Opens a page, if there is room, with a kernel of the viewer's own."""

    async def get(self, path: str | None = None) -> None:
        """Send the page."""
        viewer, place, kernels = viewer_of(self.request), place_of(self.request), self.kernel_manager
        if not kernels.may_open_another(viewer, place=place):
            self.refuse(_TOO_FAST)
        elif not kernels.make_room_for(viewer, place=place):
            n = len(kernels.seats.seated())
            self.refuse(Refusal(503, _FULL, _FULL_ADVICE, named=(("n", n),), retry_after=60))
        else:
            with kernels.expecting(viewer, place=place, notebook=path or ""):
                await self._send(path)

    async def _send(self, path: str | None) -> None:
        """Send the page; give it up after a while, for Voila waits for ever for a kernel that has died."""
        try:
            await asyncio.wait_for(PageOpener.get(self, path), PATIENCE)
        except TimeoutError:
            sorry = html.escape(say_in(SORRY, language_of(self)))
            self.finish(f'</div></div><p class="sk-waiting" role="alert">{sorry}</p>')


class OwnKernel(KernelHandler):
    """Tells a page that its kernel is there, and does nothing to it."""

    SUPPORTED_METHODS = ("GET",)


def name_viewer(handler: Any, *, notebook: Any, **more: Any) -> Any:
    """Return a page's notebook in the viewer's language, with what its bar needs of the viewer."""
    notebook = translate_notebook(handler, notebook=notebook, **more)
    notebook.metadata[SETTING]["is_facilitator"] = viewer_of(handler.request).role == FACILITATOR
    if handler.settings["may_sign_out"]:
        notebook.metadata[SETTING]["sign_out"] = handler.xsrf_token.decode("ascii")
    return notebook
