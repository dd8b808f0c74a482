"""``supervision-kit lab``: the notebooks in JupyterLab."""

from __future__ import annotations

import argparse

from supervision_kit.cli.commands import Commands, add_command, add_language, add_port

_ABOUT = "Copies the notebooks and samples to a folder, keeping files that are there, and opens JupyterLab in it."
_EXAMPLES = """\
examples:
  supervision-kit lab
  supervision-kit lab my_caseload --no-browser

Stop it with Ctrl+C."""


def add(commands: Commands) -> None:
    """Declare the command."""
    lab = add_command(commands, "lab", "open the notebooks in JupyterLab", _ABOUT, _EXAMPLES)
    lab.add_argument("folder", nargs="?", metavar="FOLDER", help="where to work (default supervision_kit_pages)")
    lab.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    add_port(lab, default=None, words="a free port")
    lab.add_argument("--workspace", metavar="FILE-OR-URL", help="where the pages keep ratings")
    add_language(lab)
    lab.set_defaults(run=_lab)


def _lab(arguments: argparse.Namespace) -> int:
    from supervision_kit.server import open_lab

    return open_lab(
        arguments.folder,
        port=arguments.port,
        open_browser=not arguments.no_browser,
        workspace=arguments.workspace,
        language=arguments.language,
    )
