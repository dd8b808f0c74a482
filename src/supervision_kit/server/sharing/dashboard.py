"""Voila for a group: the pages of a bundle behind a gate, by TLS where there are strangers."""

from __future__ import annotations

import functools
import os
import re
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.utils import url_path_join
from jupyterlab_server.themes_handler import ThemesHandler
from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback
from tornado.web import RequestHandler
from traitlets import Instance, Unicode
from traitlets.config import Config
from voila.static_file_handler import AllowListFileHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from supervision_kit.server.dashboard import Dashboard, dashboard_settings
from supervision_kit.server.handlers import PageOpener
from supervision_kit.server.pages import CONSULTATION_PAGE
from supervision_kit.server.sharing.channels import FROM_PAGE, LARGEST, SharedChannels
from supervision_kit.server.sharing.gate import Gate, House
from supervision_kit.server.sharing.headers import SafeHeaders
from supervision_kit.server.sharing.kernels import SharedKernels
from supervision_kit.server.sharing.log import log_access
from supervision_kit.server.sharing.open_pages import OpenPages
from supervision_kit.server.sharing.pages import OwnKernel, SharedPage, TheGate, name_viewer
from supervision_kit.server.sharing.people_page import PeoplePage
from supervision_kit.server.sharing.refusals import PlainPage
from supervision_kit.server.sharing.routes import SHARED_PAGES
from supervision_kit.server.sharing.server import PatientServer
from supervision_kit.server.sharing.sign_in_page import Doorkeeper, SignInPage, SignOut
from supervision_kit.server.sharing.sign_ins import SignIns
from supervision_kit.server.sharing.tls import Tls

NOT_SERVED = (ThemesHandler, AllowListFileHandler)
"""Handlers that Voila brings along and no page needs; the gate lets nothing through to them either."""

_LONGEST_FOLDER = 40  # letters, for the names of sockets in it have 108 at most
_OURS = {PageOpener: SharedPage, KernelHandler: OwnKernel, VoilaKernelWebsocketHandler: SharedChannels}


@dataclass(frozen=True)
class Sharing:
    """How the pages are shared: who may come in, by which way, to what."""

    doorkeeper: Doorkeeper
    sign_ins: SignIns
    house: House
    tls: Tls | None = None
    open_pages: OpenPages = field(default_factory=OpenPages)
    name: str = ""
    """By which people reach it, if others than those at this machine do."""

    afterwards: str = ""
    """The command that brings back what the group agreed."""


class SharedDashboard(Dashboard):
    """The pages for whoever is signed in."""

    ip = Unicode("127.0.0.1", config=True)
    sharing = Instance(Sharing)
    first_page = CONSULTATION_PAGE

    def init_settings(self) -> dict[str, Any]:
        """List the pages that are shared, and no more."""
        settings = super().init_settings()
        settings["voila_jinja2_env"].globals["sk_pages"] = self.config.VoilaConfiguration.resources["sk_pages"]
        self.kernel_manager.allowed_message_types = [*FROM_PAGE]  # Jupyter looks once more, after our channels
        settings["may_sign_out"] = self.sharing.doorkeeper.participants is not None
        return settings

    def init_handlers(self) -> list[Any]:
        """Serve the sign-in and what pages need."""
        sharing = self.sharing
        known = {"doorkeeper": sharing.doorkeeper, "sign_ins": sharing.sign_ins, "house": sharing.house}
        ways = [
            ("sign-in", SignInPage, known),
            ("sign-out", SignOut, {"sign_ins": sharing.sign_ins}),
            ("people", PeoplePage, {"sign_ins": sharing.sign_ins}),
        ]
        needed = [handler for handler in super().init_handlers() if handler[1] not in NOT_SERVED]
        return [(re.escape(url_path_join(self.server_url, path)), *more) for path, *more in ways] + [
            (path, _quiet(_OURS.get(handler, handler)), *more) for path, handler, *more in needed
        ]

    def make_server(self) -> HTTPServer:
        """Put the gate before the pages."""
        sharing, kernels = self.sharing, self.kernel_manager
        self.app.transforms.append(SafeHeaders)
        kernels.open_pages = sharing.open_pages
        for seconds, look in (
            (1, kernels.end_closed_pages),
            (2, kernels.end_greedy_pages),
            (15, functools.partial(end_signed_out, kernels, sharing.sign_ins)),
        ):
            PeriodicCallback(look, timedelta(seconds=seconds)).start()
        gate = Gate(self.app, sharing.house, sharing.sign_ins, kernels, sharing.open_pages)
        return PatientServer(
            gate,
            viewers=kernels.most_viewers,
            is_behind_proxy=sharing.house.proxies is not None,
            ssl_options=sharing.tls.context if sharing.tls else None,
        )

    @property
    def connection_url(self) -> str:
        """Where people find the pages."""
        if self.sharing.house.proxies is not None:
            return f"https://{self.sharing.name}{self.base_url}"
        return self._address(self.sharing.name or self.ip)

    def _address(self, host: str) -> str:
        scheme, host = "https" if self.sharing.tls else "http", f"[{host}]" if ":" in host else host
        return f"{scheme}://{host}:{self.port}{self.base_url}"

    def list_advice(self) -> list[str]:
        """Say how what the group agreed is brought back."""
        return [f"When the session is over: {self.sharing.afterwards}"] if self.sharing.afterwards else []

    def addresses(self) -> dict[str, str]:
        """Return where people find the pages, where a facilitator without a password does, and where a proxy does."""
        url, token = self.connection_url, self.sharing.doorkeeper.token
        leads = {"Facilitator": f"{url}sign-in?token={token}"} if token else {}
        is_proxied = self.sharing.house.proxies is not None
        return {**({"For the proxy": self._address(self.ip)} if is_proxied else {}), "Open": url, **leads}


def shared_settings(folder: Path, sharing: Sharing, *, host: str, viewers: int, **settings: Any) -> Config:
    """Return Voila's settings for pages that are shared; `settings` are those of :func:`dashboard_settings`."""
    config = dashboard_settings(folder, **settings)
    config.Dashboard.ip, config.Dashboard.base_url = host, sharing.house.base
    config.Dashboard.tornado_settings.update(
        {
            "allow_remote_access": True,  # the gate knows the names that it answers to
            "log_function": log_access,
            "websocket_max_message_size": LARGEST,
            "xsrf_cookies": True,
            "xsrf_cookie_name": sharing.sign_ins.form_cookie,
            "xsrf_cookie_kwargs": sharing.sign_ins.options,
        }
    )
    voila = config.VoilaConfiguration
    voila.multi_kernel_manager_class, voila.prelaunch_hook = SharedKernels, name_viewer
    voila.resources["sk_pages"] = [page for page in voila.resources["sk_pages"] if page["notebook"] in SHARED_PAGES]
    config.Dashboard.identity_provider_class = TheGate
    config.SharedKernels.most_viewers = viewers
    if os.name == "posix" and len(tempfile.gettempdir()) < _LONGEST_FOLDER:
        config.KernelManager.transport = "ipc"  # in a folder of the server's own: other users could listen at a port
    return config


def end_signed_out(kernels: SharedKernels, sign_ins: SignIns) -> Any:
    """Keep those signed in whose pages are open, and end the pages of those who are not any more."""
    sign_ins.see({kernels.seats[one].viewer for one in kernels.seats if kernels.seats[one].n_lines})
    return kernels.end_pages_unless(sign_ins.holds)


@functools.cache
def _quiet(handler: type[RequestHandler]) -> type[RequestHandler]:
    """Return a handler whose errors are our own plain page: others' name versions, files and what was asked for."""
    return type(handler.__name__, (_OwnErrors, handler), {})


class _OwnErrors(RequestHandler):
    write_error, write_page = PlainPage.write_error, PlainPage.write_page
