"""What the commands have in common: exit codes, and how a command and its options are declared."""

from __future__ import annotations

import argparse
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from supervision_kit.words import LANGUAGES

if TYPE_CHECKING:
    from supervision_kit.workspace import Workspace

DONE, PROBLEMS_FOUND, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES = "Exit codes: 0 done, 1 problems found in the data, 2 wrong use or a file that cannot be read."

# How to do what a message or a report advises: see supervision_kit.advice.
IN_COMMANDS = MappingProxyType(
    {
        "consents": "supervision-kit publish --all --list-consents",
        "few": "supervision-kit publish --all --list-consents; --smallest 3",
        "alike": "--headline",
        "notes": "--preview-notes",
        "headline": "--headline --jitter 0.1",
        "headline only": "--headline",
        "shift": "--jitter 0.1",
        "stronger": "--jitter 0.2 --rounding 0.2",
        "items": "--jitter 0.1, --items",
        "therapists": "--without-therapists",
        "weeks": "--weeks",
        "lens": "--lens",
        "outside": "--audience outside",
        "replace": "--replace",
    }
)

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name


def add_command(commands: Commands, name: str, short: str, about: str, examples: str) -> argparse.ArgumentParser:
    """Declare a command with its help."""
    return commands.add_parser(
        name,
        help=short,
        description=about,
        epilog=f"{examples}\n{EXIT_CODES}\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_port(command: argparse.ArgumentParser, *, default: int | None, words: str) -> None:
    """Declare ``--port``."""
    command.add_argument("--port", type=_port, default=default, help=f"where to listen (default {words})")


def add_language(command: argparse.ArgumentParser) -> None:
    """Declare ``--language``."""
    command.add_argument(
        "--language", choices=list(LANGUAGES), help="of the pages; without, SUPERVISION_KIT_LANGUAGE or your browser's"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:  # noqa: PLR2004
        raise argparse.ArgumentTypeError("a port is a whole number from 0 to 65535")
    return int(text)


def add_workspace(command: argparse.ArgumentParser) -> None:
    """Declare ``--workspace``."""
    command.add_argument(
        "--workspace",
        metavar="PATH-or-URL",
        help="a file, or postgresql://…; without, SUPERVISION_KIT_WORKSPACE or a file in your data folder",
    )


def open_workspace(arguments: argparse.Namespace, *, upgrade: bool = False, must_exist: bool = True) -> Workspace:
    """Open the workspace that is meant; say where a backup was made."""
    from supervision_kit.errors import WorkspaceError
    from supervision_kit.workspace import Workspace
    from supervision_kit.workspace.places import find_place

    place = find_place(arguments.workspace)
    if must_exist and place.path is not None and not place.path.exists():
        raise WorkspaceError(f"{place.words} is not there yet. Import ratings first, or name another with --workspace.")
    workspace = Workspace(arguments.workspace, upgrade=upgrade)
    if workspace.backup is not None:
        print(f"The workspace was upgraded. As it was before: {workspace.backup.name}, beside it.")
    return workspace
