"""``supervision-kit lab``: the notebooks and samples in a folder of one's own, opened in JupyterLab."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

from supervision_kit.environment import LANGUAGE, WORKSPACE
from supervision_kit.errors import SupervisionKitError
from supervision_kit.server.cards import write_cards
from supervision_kit.server.pages import find_folder, name_workspace
from supervision_kit.server.quick_import import skip_grammar
from supervision_kit.server.start_page import START_PAGE, write_start_page
from supervision_kit.words import speaking, system_language

FOLDER = Path("supervision_kit_pages")
COPIED = ("notebooks", "data_samples")
COPIED_KINDS = (".ipynb", ".csv", ".xlsx", ".json", ".md")
START_SECONDS = 60

_START = (
    "import warnings; warnings.simplefilter('ignore'); "
    "from supervision_kit.server.quick_import import skip_grammar; skip_grammar(); "
    "from {program} import main; main()"
)
_ASK_NOTHING_OF_THE_OUTSIDE = (
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
)


def open_lab(
    folder: str | Path | None = None,
    *,
    port: int | None = None,
    open_browser: bool = True,
    workspace: str | None = None,
    language: str | None = None,
) -> int:
    """Copy the notebooks and samples to `folder`, open JupyterLab there until interrupted, return the exit code.

    It opens with a page that says what the pages are for; each has a card in the launcher. Files that are there already
    are kept as they are. Once JupyterLab listens, its address with the token is printed
    on a line of its own, ``Open: http://…``. Started by JupyterHub, it is the hub's server of that user: the hub says
    where it listens and who may come in, and nothing is printed.

    Parameters
    ----------
    folder
        Where to work; ``supervision_kit_pages`` in the current folder if not given.
    port
        Where to listen; JupyterLab looks for a free one if not given.
    open_browser
        Whether to open JupyterLab in the user's browser.
    workspace
        Where the pages keep ratings, a path or a URL; see :class:`supervision_kit.Workspace` for where without one.
    language
        The language of the pages, a key of :data:`supervision_kit.words.LANGUAGES`. Without one, nor
        ``SUPERVISION_KIT_LANGUAGE``, the system's.

    Returns
    -------
    int
        0 after an orderly end; 2, with a sentence on stderr, if the folder cannot be used or JupyterLab did not start.
    """
    place = Path(FOLDER if folder is None else folder).absolute()
    try:
        spoken = language or os.environ.get(LANGUAGE) or system_language()  # as in the kernels
        with TemporaryDirectory(prefix="supervision_kit_") as extensions, speaking(spoken):
            _say(copy_pages(place))
            write_cards(place, Path(extensions))
            own = _hub_command(extensions), _command(extensions, port=port, open_browser=open_browser)
            command = own[0] if _is_under_hub() else own[1]
            with subprocess.Popen(command, cwd=place, env=_environment(workspace, language)) as lab:  # noqa: S603 - our own Python
                return _attend(lab)
    except (OSError, SupervisionKitError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        sys.stderr.write(f"JupyterLab cannot be opened in {place}: {reason}\n")
        return 2


def copy_pages(place: Path) -> str:
    """Copy notebooks and samples to `place`, overwrite nothing, and return a sentence that says what was done."""
    copied, kept = [], []
    for name in COPIED:
        source = find_folder(name)
        for file in sorted(path for path in source.rglob("*") if path.is_file() and path.suffix in COPIED_KINDS):
            target = place / name / file.relative_to(source)
            if target.exists():
                kept.append(target.relative_to(place).as_posix())
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(file, target)
            copied.append(target)
    start = place / START_PAGE
    if start.exists():
        kept.append(START_PAGE)
    else:
        start.write_text(write_start_page(), encoding="utf-8")
        copied.append(start)
    sentence = f"Copied {len(copied)} file(s) to {place}."
    return f"{sentence} Kept as they were: {', '.join(kept)}." if kept else sentence


def _is_under_hub() -> bool:
    return "JUPYTERHUB_SERVICE_URL" in os.environ


def _command(extensions: str, *, port: int | None, open_browser: bool) -> list[str]:
    return [
        *_start("jupyterlab.labapp", extensions),
        *([f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port is not None else []),
        f"--ServerApp.open_browser={open_browser}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.answer_yes=True",
    ]


def _hub_command(extensions: str) -> list[str]:
    return [*_start("jupyterhub.singleuser.extension", extensions), "--ServerApp.default_url=/lab"]


def _start(program: str, extensions: str) -> list[str]:
    return [
        *(sys.executable, "-c", _START.format(program=program)),
        *_ASK_NOTHING_OF_THE_OUTSIDE,
        f"--LabApp.extra_labextensions_path={extensions}",
        "--ServerApp.allow_root=True",  # no more than this command itself may do
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        "--ServerApp.kernel_spec_manager_class=supervision_kit.server.kernels.OwnPython",
    ]


def _environment(workspace: str | None, language: str | None = None) -> dict[str, str]:
    """Return our own environment with the workspace, and what switches JupyterLab's question about its news off."""
    own = str(Path(__file__).parent / "lab_config")
    return {
        **os.environ,
        **({WORKSPACE: name_workspace(workspace)} if workspace else {}),
        **({LANGUAGE: language} if language else {}),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, [own, os.environ.get("JUPYTER_CONFIG_PATH")])),
    }


def _attend(lab: subprocess.Popen[Any]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: lab.terminate())
    try:
        if _is_under_hub():
            return lab.wait()
        url = _wait_for_address(lab)
        if url is None:
            lab.terminate()
            raise SupervisionKitError("it did not start. Perhaps the port is not free: choose another one with --port.")
        _say(f"Open: {url}")
        lab.wait()
    except KeyboardInterrupt:
        lab.terminate()
    return 0


def _wait_for_address(lab: subprocess.Popen[Any]) -> str | None:
    skip_grammar()
    from jupyter_server.serverapp import list_running_servers

    give_up = time.monotonic() + START_SECONDS
    while lab.poll() is None and time.monotonic() < give_up:
        for server in list_running_servers():
            if server["pid"] == lab.pid and _takes_connections(server):
                return f"{server['url']}?token={server['token']}"
        time.sleep(0.2)
    return None


def _takes_connections(server: dict[str, Any]) -> bool:
    """Tell whether a server can be reached: JupyterLab says where it is a moment before."""
    try:
        with socket.create_connection((server["hostname"], server["port"]), timeout=1):
            return True
    except OSError:
        return False


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
