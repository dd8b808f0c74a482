"""``supervision-kit import``: files of ratings into the workspace."""

from __future__ import annotations

import argparse

from supervision_kit.cli.commands import DONE, PROBLEMS_FOUND, Commands, add_command, add_workspace, open_workspace
from supervision_kit.cli.reading_options import add_reading_options, print_report, read_files

_ABOUT = """\
Takes what is new in files of ratings into the workspace.

The same file a second time changes nothing. A value that differs from what is kept becomes a conflict to decide on:
see supervision-kit conflicts. It is done whole or not at all.
"""
_EXAMPLES = """\
examples:
  supervision-kit import march.xlsx
  supervision-kit import march.csv april.csv --workspace caseload.sqlite --dry-run
  supervision-kit import export.csv --mapping clinic.json --keep

Exit code 1 says that rows were set aside, forms had no place, or values wait for a decision; the rest is in."""


def add(commands: Commands) -> None:
    """Declare the command."""
    command = add_command(commands, "import", "take files of ratings into the workspace", _ABOUT, _EXAMPLES)
    add_reading_options(command)
    add_workspace(command)
    changed = command.add_mutually_exclusive_group()
    for name, meaning in {"keep": "keep what is stored", "replace": "take what the file brings"}.items():
        words = f"where values differ, {meaning}"
        changed.add_argument(f"--{name}", action="store_const", const=name, dest="on_change", help=words)
    command.add_argument(
        "--erased", choices=["refuse", "leave-out", "take"], default="refuse", help="cases that were erased here before"
    )
    command.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    command.set_defaults(run=_import, on_change="list")


def _import(arguments: argparse.Namespace) -> int:
    with open_workspace(arguments, must_exist=False) as workspace:
        ratings = read_files(arguments, kept=workspace.mappings())
        print_report(ratings)
        print()
        if arguments.dry_run:
            plan = workspace.compare(ratings, arguments.on_change)
            print("\n".join(["Nothing was imported. An import would find:", *plan.sentences()]))
            waiting = len(plan.changed) if arguments.on_change == "list" else 0
            if len(plan.changed) and not waiting:
                done_to_them = "be replaced" if arguments.on_change == "replace" else "stay as they are"
                print(f"{len(plan.changed):,} value(s) would {done_to_them}, as asked.")
        else:
            done = workspace.import_ratings(ratings, arguments.on_change, on_erased=arguments.erased.replace("-", "_"))
            plan, waiting = done, done.n_open
            print("\n".join(["Imported.", *done.sentences()]))
            if waiting:
                print("Decide with: supervision-kit conflicts")
    return PROBLEMS_FOUND if len(ratings.problems) or plan.n_unplaced or waiting else DONE
