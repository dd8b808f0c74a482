"""``supervision-kit demo``: the pages over the sample caseload, or over one's own files."""

from __future__ import annotations

import logging.config
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from supervision_kit.environment import RATINGS
from supervision_kit.errors import SupervisionKitError
from supervision_kit.server.pages import find_folder
from supervision_kit.server.quick_import import skip_grammar
from supervision_kit.server.quiet_log import LOGGING

WRONG_USE = 2


def serve_demo(*, port: int = 8866, open_browser: bool = True, ratings: Sequence[str | Path] = ()) -> int:
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
    skip_grammar()
    from supervision_kit.server.dashboard import Dashboard, dashboard_settings

    logging.config.dictConfig(LOGGING)
    try:
        Dashboard.launch_instance(
            argv=[],
            log=logging.getLogger("supervision_kit.server"),
            config=dashboard_settings(
                find_folder("notebooks"),
                port=port,
                open_browser=open_browser,
                kernel_env={RATINGS: os.pathsep.join(map(str, files))} if files else {},
            ),
        )
    except SupervisionKitError as error:
        return _refuse(str(error))
    return 0


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return WRONG_USE
