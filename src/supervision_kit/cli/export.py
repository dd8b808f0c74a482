"""``supervision-kit export`` and ``restore``: everything out of a workspace, and back."""

from __future__ import annotations

import argparse

from supervision_kit.cli.commands import DONE, Commands, add_command, add_workspace, open_workspace

_EXPORT = """\
Writes everything in the workspace to files: ratings, history, notes, agenda, decisions, mappings and audit.

The files hold what the workspace holds: keep them as safe. They are made for their owner's eyes only.
"""
_EXPORT_EXAMPLES = """\
examples:
  supervision-kit export everything.xlsx
  supervision-kit export everything.zip --format parquet
  supervision-kit export folder_of_csv"""
_RESTORE_EXAMPLES = """\
examples:
  supervision-kit restore everything.xlsx --workspace new.sqlite
  supervision-kit restore everything.zip --workspace postgresql://kit:PASSWORD@server/caseload"""


def add(commands: Commands) -> None:
    """Declare the commands."""
    command = add_command(commands, "export", "write everything in the workspace to files", _EXPORT, _EXPORT_EXAMPLES)
    command.add_argument("path", metavar="PATH", help="NAME.xlsx, NAME.zip, or the name of a folder")
    command.add_argument("--format", choices=["csv", "xlsx", "parquet"], help="default: xlsx for NAME.xlsx, else csv")
    add_workspace(command)
    command.set_defaults(run=_export)
    about = "Makes a new workspace of an export."
    back = add_command(commands, "restore", "make a new workspace of an export", about, _RESTORE_EXAMPLES)
    back.add_argument("path", metavar="PATH", help="what export wrote")
    add_workspace(back)
    back.set_defaults(run=_restore)


def _export(arguments: argparse.Namespace) -> int:
    is_book = arguments.path.casefold().endswith(".xlsx")
    with open_workspace(arguments) as workspace:
        written = workspace.export(arguments.path, arguments.format or ("xlsx" if is_book else "csv"))
    print(f"Written: {written.name}. It holds what the workspace holds: keep it as safe.")
    return DONE


def _restore(arguments: argparse.Namespace) -> int:
    from supervision_kit.workspace import Workspace

    with Workspace.restore(arguments.path, into=arguments.workspace) as workspace:
        print(f"Restored, with {len(workspace.case_ids()):,} case(s).")
    return DONE
