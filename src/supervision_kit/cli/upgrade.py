"""``supervision-kit upgrade``: a workspace of an older kit to this one's version."""

from __future__ import annotations

import argparse

from supervision_kit.cli.commands import DONE, Commands, add_command, add_workspace, open_workspace

_ABOUT = """\
Brings a workspace to the version of this kit.

A file is backed up and upgraded whenever it is opened; a PostgreSQL database only by this command, once whoever runs it
has backed it up.
"""
_EXAMPLES = """\
examples:
  supervision-kit upgrade --workspace postgresql://kit:PASSWORD@server/caseload"""


def add(commands: Commands) -> None:
    """Declare the command."""
    command = add_command(commands, "upgrade", "bring a workspace to this version", _ABOUT, _EXAMPLES)
    add_workspace(command)
    command.set_defaults(run=_upgrade)


def _upgrade(arguments: argparse.Namespace) -> int:
    with open_workspace(arguments, upgrade=True):
        print("The workspace is in the version of this kit.")
    return DONE
