"""``supervision-kit conflicts``: the values over which there is to decide, and deciding them."""

from __future__ import annotations

import argparse

from supervision_kit.cli.commands import DONE, PROBLEMS_FOUND, Commands, add_command, add_workspace, open_workspace

_ABOUT = "Lists the values over which stored and imported ratings differ, and decides them."
_EXAMPLES = """\
examples:
  supervision-kit conflicts
  supervision-kit conflicts --keep 3 4 --reason "typing error in the export"
  supervision-kit conflicts --replace all
  supervision-kit conflicts --reopen 3

Exit code 1 says that values still wait for a decision. Codes of cases and values are printed: mind who reads along."""
_SHOWN = ["conflict_id", "case_id", "rater", "instrument", "session", "what", "stored", "brought"]


def add(commands: Commands) -> None:
    """Declare the command."""
    command = add_command(commands, "conflicts", "list and decide values that differ", _ABOUT, _EXAMPLES)
    choice = command.add_mutually_exclusive_group()
    words = {"keep": "keep what is stored", "replace": "take what the file brought", "reopen": "open what was decided"}
    for name, meaning in words.items():
        choice.add_argument(f"--{name}", nargs="+", metavar="NUMBER", type=_number, help=meaning)
    command.add_argument("--reason", default="", help="why, for the history")
    add_workspace(command)
    command.set_defaults(run=_conflicts)


def _number(text: str) -> int | None:
    """Return a conflict's number; None for all of them."""
    if text == "all":
        return None
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("give the numbers of conflicts, or “all”")
    return int(text)


def _conflicts(arguments: argparse.Namespace) -> int:
    with open_workspace(arguments) as workspace:
        if arguments.reopen:
            workspace.reopen([number for number in arguments.reopen if number is not None])
        for choice in ("keep", "replace"):
            if numbers := getattr(arguments, choice):
                every = None in numbers
                chosen = workspace.conflicts()["conflict_id"].tolist() if every else numbers
                workspace.decide(chosen, choice, arguments.reason)
                print(f"{len(chosen):,} decided.")
        table = workspace.conflicts()
    print(table[_SHOWN].to_string(index=False) if len(table) else "Nothing waits for a decision.")
    return PROBLEMS_FOUND if len(table) else DONE
