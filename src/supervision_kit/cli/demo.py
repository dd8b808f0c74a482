"""``supervision-kit demo``: the pages on this machine."""

from __future__ import annotations

import argparse

from supervision_kit.cli.commands import Commands, add_command, add_language, add_port

PORT = 8866

_EXAMPLES = """\
examples:
  supervision-kit demo
  supervision-kit demo --workspace spring.sqlite
  supervision-kit demo --ratings march.xlsx april.xlsx
  supervision-kit demo --no-browser --port 8899

Stop it with Ctrl+C."""


def add(commands: Commands) -> None:
    """Declare the command."""
    about = "Opens the pages in the browser."
    demo = add_command(commands, "demo", "open the pages on this machine", about, _EXAMPLES)
    add_port(demo, default=PORT, words=str(PORT))
    demo.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    demo.add_argument("--ratings", nargs="+", metavar="FILE", default=[], help="instead of the sample caseload")
    demo.add_argument("--workspace", metavar="FILE-OR-URL", help="where imported ratings are kept (default: nowhere)")
    add_language(demo)
    demo.set_defaults(run=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    from supervision_kit.server import serve_demo

    return serve_demo(
        port=arguments.port,
        open_browser=not arguments.no_browser,
        ratings=arguments.ratings,
        workspace=arguments.workspace,
        language=arguments.language,
    )
