"""Voila, set up for the kit's pages: offline, quiet, one way in, and nothing served but the pages."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from tornado.web import RedirectHandler
from traitlets import Unicode
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.contentshandler import VoilaContentsHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from supervision_kit.environment import BUNDLE, CHART_URL, FLEETING, LANGUAGE, WORKSPACE
from supervision_kit.errors import SupervisionKitError
from supervision_kit.server.exporting import keep_templates
from supervision_kit.server.front_end import LastingPiece, front_end
from supervision_kit.server.handlers import KernelGoodbye, NoSuchPage, PageOpener
from supervision_kit.server.kernels import OwnPython, PageConnection, PageKernels
from supervision_kit.server.left_folders import clear_left_folders, hold_folder
from supervision_kit.server.page_language import ACCEPTED, say_in, translate_notebook
from supervision_kit.server.pages import FIRST_PAGE, PAGES
from supervision_kit.words import later

LAB_EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget")
"""All that the pages need of JupyterLab's front end; every further one would be loaded by every visitor."""

IDLE_SECONDS = 10 * 60
"""A kernel whose page fell silent, say because its laptop sleeps, is stopped after this long."""

SORRY = later(
    "This page had to stop here. Please reload it; if that does not help, tell whoever looks after these pages."
)

# the browser itself refuses what is not from here; Voila and Vega compile expressions, widgets run from blobs
_ONLY_FROM_HERE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'self'; form-action 'self'"
)
_TEMPLATE = Path(__file__).parent / "templates" / "supervision_kit"


class PortTakenError(SupervisionKitError):
    """Another program listens on the port."""


class Dashboard(Voila):
    """The pages of one folder of notebooks, at 127.0.0.1."""

    ip = Unicode("127.0.0.1")
    first_page = FIRST_PAGE

    def setup_template_dirs(self) -> None:
        """Put the template that belongs to this very package before everything that is installed on the machine."""
        super().setup_template_dirs()
        self.template_paths.insert(0, str(_TEMPLATE))

    def init_settings(self) -> dict[str, Any]:
        """Give the template the list of pages for its bar."""
        keep_templates()
        settings: dict[str, Any] = super().init_settings()
        settings["voila_jinja2_env"].globals["sk_pages"] = pages_in(Path(self.root_dir))
        settings["voila_jinja2_env"].filters["say"] = say_in
        return settings

    def init_handlers(self) -> list[Any]:
        """Serve the pages and what browsers need to show them; list no folders."""
        first = url_path_join(self.base_url, "voila/render", self.first_page.notebook)
        own = [
            (self.server_url, RedirectHandler, {"url": first, "permanent": False}),
            *(
                (url_path_join(self.server_url, piece.address), LastingPiece, {"piece": piece})
                for piece in front_end().values()
            ),
            (url_path_join(self.server_url, r"/voila/api/shutdown/(.*)"), KernelGoodbye),
        ]
        listing = (TornadoVoilaTreeHandler, VoilaContentsHandler)
        voilas = [handler for handler in super().init_handlers() if handler[1] not in listing]
        return own + [
            (path, PageOpener if handler is TornadoVoilaHandler else handler, *more) for path, handler, *more in voilas
        ]

    def start(self) -> None:
        """Remove what servers that were killed have left, and serve."""
        clear_left_folders(Path(self.connection_dir_root))
        super().start()

    def listen(self) -> None:
        """Listen, say where, and serve until the process is told to stop; then stop every kernel.

        Raises
        ------
        PortTakenError
            Another program listens on the port.
        """
        self._held = hold_folder(Path(self.connection_dir))
        self.ioloop = IOLoop.current()
        signal.signal(signal.SIGINT, self._handle_signal_stop)
        try:
            sockets = self._bind()
            self.make_server().add_sockets(sockets)
            self.port = sockets[0].getsockname()[1]
            self.kernel_manager.wait_until_warm()
            said = [*(f"{words}: {url}" for words, url in self.addresses().items()), *self.list_advice()]
            sys.stdout.write("".join(f"{line}\n" for line in said))
            sys.stdout.flush()
            if self.open_browser:
                threading.Thread(target=webbrowser.open, args=([*self.addresses().values()][-1],), daemon=True).start()
            self.ioloop.start()
        finally:
            self.stop()

    def make_server(self) -> HTTPServer:
        """Return the server that hands requests to the pages."""
        return HTTPServer(self.app)

    def addresses(self) -> dict[str, str]:
        """Return the addresses that are said once it listens, each under a word; the last is opened in the browser."""
        return {"Open": self.connection_url}

    def list_advice(self) -> list[str]:
        """Return what else is said then, line by line."""
        return []

    def _bind(self) -> Any:
        try:
            return bind_sockets(self.port, self.ip)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise PortTakenError(
                f"Port {self.port} is not free or not allowed: another program may use it. Choose another with --port."
            ) from error


def pages_in(folder: Path) -> list[dict[str, str]]:
    """Return the pages whose notebooks are in `folder`, as the template wants them."""
    return [asdict(page) for page in PAGES if (folder / page.notebook).is_file()]


def _workspace_in_words(kernel_env: dict[str, str]) -> str:
    """Return what the bar calls the workspace: a file by its name, anything else by nothing that could be a secret."""
    if FLEETING in kernel_env:
        return later("none, this is a demonstration")
    workspace = kernel_env.get(WORKSPACE, "")
    return later("on a server") if "://" in workspace else Path(workspace).name


def dashboard_settings(folder: Path, *, port: int, open_browser: bool, kernel_env: dict[str, str]) -> Config:
    """Return Voila's settings for the pages in `folder`; `kernel_env` is what every kernel finds in its environment."""
    return Config(
        Dashboard={
            "root_dir": str(folder),
            "port": port,
            "open_browser": open_browser,
            "config_file_paths": [],
            "kernel_websocket_connection_class": PageConnection,
            "log_level": "WARN",
            "tornado_settings": {
                "allow_remote_access": False,
                "default_handler_class": NoSuchPage,
                LANGUAGE: kernel_env.get(LANGUAGE) or os.environ.get(LANGUAGE, ""),
                "headers": {"Content-Security-Policy": _ONLY_FROM_HERE},
                "log_function": lambda _: None,
            },
        },
        VoilaConfiguration={
            "template": "lab",
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "extension_allowlist": list(LAB_EXTENSIONS),
            "file_allowlist": [],
            "http_header_envs": [ACCEPTED],
            "prelaunch_hook": translate_notebook,
            "kernel_spec_manager_class": OwnPython,
            "multi_kernel_manager_class": PageKernels,
            "resources": {
                "sk_pages": pages_in(folder),
                "sk_sorry": SORRY,
                "sk_is_shared": BUNDLE in kernel_env,
                "sk_front": {name: piece.address for name, piece in front_end().items()},
                "sk_workspace": _workspace_in_words(kernel_env),
            },
        },
        VoilaExporter={"filters": {"say": say_in}},
        VoilaExecutor={"cell_error_instruction": SORRY},
        PageKernels={
            "cull_idle_timeout": IDLE_SECONDS,
            "cull_interval": 5,
            "cull_connected": False,
            "pages": str(folder),
            "kernel_env": {CHART_URL: front_end()["chart"].address, **kernel_env},
        },
    )
