"""``supervision-kit consult``: what a group agreed, back into the workspace."""

from __future__ import annotations

import argparse
from pathlib import Path

from supervision_kit.cli.commands import DONE, PROBLEMS_FOUND, Commands, add_command, add_workspace, open_workspace

_ABOUT = """\
Brings what a consultation group agreed back to the workspace that its cases were published from: decisions as
decisions, the scribe's notes as notes. Who is who is known from the key that stayed in the workspace.

What is there already is not written twice. What the ratings do after a decision is counted from the last session that
the group could see.
"""
_EXAMPLES = """\
examples:
  supervision-kit consult bring-back --workspace spring.sqlite --session monday.sqlite
  supervision-kit consult bring-back --workspace spring.sqlite --session monday.sqlite --delete

Exit code 1 says that something is in the session's file alone: about a case that the workspace does not have, or begun
and never kept as agreed. The file is not deleted then."""


def add(commands: Commands) -> None:
    """Declare the command."""
    command = add_command(commands, "consult", "bring back what a group agreed", _ABOUT, _EXAMPLES)
    command.add_argument("what", choices=["bring-back"])
    command.add_argument("--session", required=True, metavar="FILE", help="the file of the consultation")
    command.add_argument("--delete", action="store_true", help="and delete that file once all of it is brought back")
    add_workspace(command)
    command.set_defaults(run=_bring_back)


def _bring_back(arguments: argparse.Namespace) -> int:
    from supervision_kit.consulting import bring_back

    with open_workspace(arguments) as workspace:
        done = bring_back(workspace, arguments.session)
    print("\n".join(done.sentences()))
    if not done.is_whole:
        return PROBLEMS_FOUND
    if arguments.delete:
        file = Path(arguments.session)
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            file.with_name(name).unlink(missing_ok=True)
        print("The session's file is deleted.")
    return DONE
