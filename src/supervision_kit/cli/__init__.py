"""The command line: ``supervision-kit demo | check | lab | import | agenda | conflicts | …``, a file a command.

Exit codes: 0 done, 1 problems found in the data, 2 wrong use (a file that cannot be read among it).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from supervision_kit import __version__
from supervision_kit.cli import (
    agenda,
    audit,
    check,
    conflicts,
    consult,
    demo,
    erase,
    export,
    import_files,
    lab,
    publish,
    serve,
    upgrade,
)
from supervision_kit.cli.commands import DONE, EXIT_CODES, IN_COMMANDS, INTERRUPTED, WRONG_USE
from supervision_kit.errors import SupervisionKitError

_ABOUT = "Turns session-by-session ratings of the therapeutic alliance into psychotherapy supervision."
_COMMANDS = (demo, check, lab, import_files, agenda, publish, serve, consult, conflicts, audit, export, erase, upgrade)
_SERVING = ("demo", "lab", "serve")  # run until they are stopped


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser("supervision-kit", description=_ABOUT, epilog=EXIT_CODES)
    parser.add_argument("--version", action="version", version=f"supervision_kit {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(commands)
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as end:  # argparse has said why, or printed its help
        return int(end.code or DONE)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    try:
        return int(arguments.run(arguments))
    except SupervisionKitError as error:
        way = IN_COMMANDS.get(error.advice)
        sys.stderr.write(f"{error.in_words} ({way})\n" if way else f"{error.in_words}\n")
        return WRONG_USE
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return DONE if arguments.command in _SERVING else INTERRUPTED
