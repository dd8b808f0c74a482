"""``supervision-kit audit``: who looked at what, and who changed what."""

from __future__ import annotations

import argparse
import csv
import json
import sys

from supervision_kit.cli.commands import DONE, Commands, add_command, add_workspace, open_workspace

_ABOUT = "Prints when who looked at or changed what, and of which cases: never scores, names or text."
_EXAMPLES = """\
examples:
  supervision-kit audit
  supervision-kit audit --case C07 --since 2026-03-01
  supervision-kit audit --csv > audit.csv"""
MOST_CASES = 10  # listed in a line of the plain print


def add(commands: Commands) -> None:
    """Declare the command."""
    command = add_command(commands, "audit", "print who looked at or changed what", _ABOUT, _EXAMPLES)
    command.add_argument("--case", metavar="CODE", help="entries on this case only")
    command.add_argument("--since", metavar="DATE", help="entries from this day on, such as 2026-03-01")
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print a list of objects")
    shape.add_argument("--csv", action="store_true", help="print a row for each entry and case")
    add_workspace(command)
    command.set_defaults(run=_audit)


def _audit(arguments: argparse.Namespace) -> int:
    from supervision_kit.workspace.cells_of_text import write_text

    with open_workspace(arguments) as workspace:
        table = workspace.audit(case_id=arguments.case, since=arguments.since)
    table["at"] = table["at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    entries = table.to_dict("records")
    if arguments.json:
        print(json.dumps(entries, indent=1))
    elif arguments.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["at", "who", "action", "view", "case"])
        for entry in entries:
            start = [entry[name] for name in ("at", "who", "action", "view")]
            writer.writerows([*start, write_text(case or None)] for case in entry["cases"] or [""])
    else:
        for entry in entries:
            more = [f"and {entry['n_cases'] - MOST_CASES:,} more"] if entry["n_cases"] > MOST_CASES else []
            about = ", ".join([*entry["cases"][:MOST_CASES], *more]) or "no case"
            print(f"{entry['at']}  {entry['who']}  {entry['action']}  {entry['view']}  {about}")
    if not entries:
        sys.stderr.write("There is no such entry.\n")
    return DONE
