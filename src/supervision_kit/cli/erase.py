"""``supervision-kit erase``: a case out of the workspace for good."""

from __future__ import annotations

import argparse

from supervision_kit.cli.commands import DONE, PROBLEMS_FOUND, Commands, add_command, add_workspace, open_workspace
from supervision_kit.errors import WorkspaceError

_ABOUT = """\
Takes a case out of the workspace: its ratings, history, notes, agenda items and decisions. There is no way back.

That a case was erased, when and by whom, stays in the audit, under a number in place of its code.
"""
_EXAMPLES = """\
examples:
  supervision-kit erase C07 --yes --reason "asked by the client"
  supervision-kit erase --wipe

Exit code 1 says that something is left to do, such as deleting an older copy that still holds the case."""


def add(commands: Commands) -> None:
    """Declare the command."""
    command = add_command(commands, "erase", "take a case out of the workspace for good", _ABOUT, _EXAMPLES)
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("case", nargs="?", metavar="CODE")
    what.add_argument("--wipe", action="store_true", help="only overwrite what earlier erasures could not")
    command.add_argument("--yes", action="store_true", help="do it: without, nothing is erased")
    command.add_argument("--reason", default="", help="why; kept with the tombstone, so name nobody")
    add_workspace(command)
    command.set_defaults(run=_erase)


def _erase(arguments: argparse.Namespace) -> int:
    from supervision_kit.consulting import find_sessions

    with open_workspace(arguments) as workspace:
        if arguments.wipe:
            if not workspace.wipe():
                print("Another program is using the workspace. Close it, and say --wipe again.")
                return PROBLEMS_FOUND
            print("The room that erased cases left is overwritten.")
            return DONE
        if not arguments.yes:
            raise WorkspaceError("Nothing was erased: there is no way back, so say --yes as well.")
        talked_of = find_sessions(workspace, arguments.case)  # before the key forgets which code was whose
        done = workspace.erase_case(arguments.case, reason=arguments.reason)
    print("\n".join(done.sentences()))
    if talked_of:
        print(
            f"A consultation group has looked at it. Delete {len(talked_of):,} file(s) once what was agreed on others "
            f"is brought back: {', '.join(map(str, talked_of))}."
        )
    print("Files of consultations that you keep elsewhere were not looked at.")
    return PROBLEMS_FOUND if talked_of or done.backups or done.n_mentions or not done.is_wiped else DONE
