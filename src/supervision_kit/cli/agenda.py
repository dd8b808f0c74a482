"""``supervision-kit agenda``: the agenda of a supervision as a file."""

from __future__ import annotations

import argparse

from supervision_kit.cli.commands import DONE, Commands, add_command, add_workspace, open_workspace

_ABOUT = """\
Writes the agenda to a file: one sheet per supervisee, with the cases on it, why, small charts, questions with room to
write, and what the ratings did since each decision.

Coded unless said otherwise: cases under codes drawn at random, whose key stays in the workspace; no dates, and nothing
that somebody wrote. Coded is not anonymous: keep the file as you keep the files of the cases.
"""
_EXAMPLES = """\
examples:
  supervision-kit agenda --out agenda.docx
  supervision-kit agenda --workspace spring.sqlite --out agenda.pdf --supervisee T-02
  supervision-kit agenda --out agenda.md --identifiable"""


def add(commands: Commands) -> None:
    """Declare the command."""
    command = add_command(commands, "agenda", "write the agenda of a supervision to a file", _ABOUT, _EXAMPLES)
    command.add_argument("--out", required=True, metavar="FILE", help="NAME.docx, NAME.pdf or NAME.md")
    command.add_argument("--supervisee", metavar="CODE", help="only the cases of this therapist")
    command.add_argument("--identifiable", action="store_true", help="name the cases as the workspace does")
    command.add_argument("--with-notes", action="store_true", help="coded, but with what was written: read it through")
    command.add_argument("--since", metavar="DAY", help="with cases talked about since, such as 2026-03-04")
    add_workspace(command)
    command.set_defaults(run=_write)


def _write(arguments: argparse.Namespace) -> int:
    from supervision_kit.agenda import write_agenda

    with open_workspace(arguments) as workspace:
        written = write_agenda(
            workspace,
            arguments.out,
            supervisee=arguments.supervisee,
            coded=not arguments.identifiable,
            with_notes=arguments.with_notes or arguments.identifiable,
            since=arguments.since,
        )
    kind = "identifiable" if arguments.identifiable else "coded, with notes" if arguments.with_notes else "coded"
    print(f"Written: {written.name} ({kind}), readable for you only.")
    return DONE
