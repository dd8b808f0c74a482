"""``supervision-kit demo``: the pages over the sample caseload, or over one's own files."""

from __future__ import annotations

import logging.config
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from supervision_kit.environment import FLEETING, LANGUAGE, RATINGS, SAMPLE, WORKSPACE
from supervision_kit.errors import SupervisionKitError
from supervision_kit.server.pages import find_folder, name_workspace
from supervision_kit.server.quick_import import skip_grammar
from supervision_kit.server.quiet_log import LOGGING

WRONG_USE = 2


def serve_demo(
    *,
    port: int = 8866,
    open_browser: bool = True,
    ratings: Sequence[str | Path] = (),
    workspace: str | None = None,
    language: str | None = None,
) -> int:
    """Serve the pages on this machine until interrupted, and return the exit code.

    Once it listens it prints one line, ``Open: http://127.0.0.1:PORT/``.

    Parameters
    ----------
    port
        Where to listen; 0 for any free port.
    open_browser
        Whether to open the first page in the user's browser.
    ratings
        Files of ratings to show instead of the sample caseload.
    workspace
        Where imported ratings are kept: a path or a URL. Without one, nor ``SUPERVISION_KIT_WORKSPACE``, they are kept
        in a folder that is deleted when the serving ends: a demonstration never writes into, or shows, what is kept
        for good. The sample caseload is in a workspace of its own there, so that notes and decisions can be tried; it
        is shown until ratings are imported, and never mixed with them.
    language
        The language of the pages, a key of :data:`supervision_kit.words.LANGUAGES`. Without one, nor
        ``SUPERVISION_KIT_LANGUAGE``, each viewer's browser says which.

    Returns
    -------
    int
        0 after an orderly end; 2, with a sentence on stderr, if a file is not there or the port is taken.
    """
    files = [Path(file).absolute() for file in ratings]
    folders = [str(file) for file in files if file.is_dir()]
    if folders:
        return _refuse(f"{' and '.join(folders)}: a folder. Give the files of ratings in it.")
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        return _refuse(f"There is no file {' and no file '.join(missing)}. Check the name and the folder.")
    served = {RATINGS: os.pathsep.join(map(str, files))} if files else {}
    served |= {LANGUAGE: language} if language else {}
    with ExitStack() as until_the_end:
        try:
            _serve(port, {**served, **_kept_in(workspace, until_the_end)}, open_browser=open_browser)
        except SupervisionKitError as error:
            return _refuse(str(error))
    return 0


def _serve(port: int, kernel_env: dict[str, str], *, open_browser: bool) -> None:
    skip_grammar()
    from supervision_kit.server.dashboard import Dashboard, dashboard_settings

    logging.config.dictConfig(LOGGING)
    Dashboard.launch_instance(
        argv=[],
        log=logging.getLogger("supervision_kit.server"),
        config=dashboard_settings(
            find_folder("notebooks"), port=port, open_browser=open_browser, kernel_env=kernel_env
        ),
    )


def _kept_in(workspace: str | None, until_the_end: ExitStack) -> dict[str, str]:
    """Return what the kernels are told of the workspace; one that was not chosen lasts as long as the serving."""
    workspace = workspace or os.environ.get(WORKSPACE)
    if workspace:
        return {WORKSPACE: name_workspace(workspace)}
    folder = until_the_end.enter_context(TemporaryDirectory(prefix="supervision_kit_", ignore_cleanup_errors=True))
    kept, sample = (str(Path(folder) / name) for name in ("demonstration.sqlite", "sample.sqlite"))
    return {WORKSPACE: kept, SAMPLE: sample, FLEETING: "1"}


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return WRONG_USE
