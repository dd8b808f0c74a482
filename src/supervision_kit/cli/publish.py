"""``supervision-kit publish``: cases to look at together, without who they are."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supervision_kit.cli.commands import DONE, IN_COMMANDS, Commands, add_command, add_workspace, open_workspace
from supervision_kit.cli.progress import case_line
from supervision_kit.errors import DisclosureError
from supervision_kit.words import LANGUAGES, say, say_n, speaking

if TYPE_CHECKING:
    from supervision_kit.disclosure import Deidentified
    from supervision_kit.workspace import Workspace

_ABOUT = """\
Publishes cases without who they are: as a bundle of tables and pages to be served, as one page that opens by double
click, or both. Cases and therapists get codes drawn at random, whose key stays in the workspace; there is no date, and
nothing that anybody wrote but notes that are chosen one by one. Only cases whose consent for teaching use is written
down are published. What was taken out, and what can still be told, is said in the disclosure report: read it before you
hand anything on.
"""
_EXAMPLES = """\
examples:
  supervision-kit publish --all --out for_monday --dry-run
  supervision-kit publish --all --out for_monday
  supervision-kit publish --cases C07 C12 C17 C20 C31 --html for_monday.html
  supervision-kit publish --all --audience outside --rounding 0.1 --without-therapists --out seminar
  supervision-kit publish --all --list-consents
  supervision-kit publish --all --preview-notes
  supervision-kit publish --all --notes 3 8 --out for_monday"""


def add(commands: Commands) -> None:
    """Declare the command."""
    command = add_command(commands, "publish", "publish cases without who they are", _ABOUT, _EXAMPLES)
    add_workspace(command)
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--cases", nargs="+", metavar="CODE", help="these cases")
    which.add_argument("--all", action="store_true", help="all cases with a consent")
    where = command.add_argument_group("what is written")
    where.add_argument("--out", metavar="BUNDLE", help="the bundle: a folder that is not there yet")
    where.add_argument("--html", metavar="FILE", help="one page that opens by double click: NAME.html")
    where.add_argument("--replace", action="store_true", help="replace a bundle, and a page, that are there")
    where.add_argument("--dry-run", action="store_true", help="write nothing, and show the disclosure report")
    where.add_argument("--language", choices=list(LANGUAGES), help="of the page and the report")
    where.add_argument("--list-consents", action="store_true", help="print which cases have a consent; nothing else")
    _add_protection(command.add_argument_group("what is taken out"))
    _add_choices(command.add_argument_group("what goes out only when asked for"))
    command.set_defaults(run=_publish)


def _add_protection(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--audience",
        choices=["inside", "outside"],
        default="inside",
        help="of the clinic; groups are of 5 cases at least inside it, of 10 outside",
    )
    group.add_argument("--smallest", type=int, metavar="N", help="how many cases a group has at least")
    group.add_argument("--without-therapists", action="store_true", help="therapists have no codes either")
    group.add_argument("--headline", action="store_true", help="of each case only the client's overall alliance rating")
    group.add_argument("--rounding", type=float, metavar="SHARE", help="round scores to this share of their scale")
    group.add_argument("--jitter", type=float, metavar="SHARE", help="shift scores by chance, by about this share")
    group.add_argument(
        "--method",
        action="append",
        metavar="KEY",
        help="by which the report compares the picture before and after; may be given again",
    )


def _add_choices(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--weeks",
        nargs="?",
        type=int,
        const=True,
        default=False,
        metavar="N",
        help="weeks since the first session, rounded to N (default 4)",
    )
    group.add_argument("--items", action="store_true", help="answers to items")
    group.add_argument("--lens", action="store_true", help="the words that the supervisor chose for falls")
    group.add_argument("--notes", nargs="+", type=int, default=[], metavar="NUMBER", help="these notes, word for word")
    group.add_argument(
        "--preview-notes",
        nargs="*",
        type=int,
        metavar="NUMBER",
        help="print these notes, or all, and why one would be refused; nothing is published",
    )


def _publish(arguments: argparse.Namespace) -> int:
    from supervision_kit.publishing.writing import check_places

    with open_workspace(arguments) as workspace, _speaking(arguments.language):
        _check_typed(workspace, arguments)
        if arguments.list_consents:
            _print_consents(workspace, arguments)
            return DONE
        if arguments.preview_notes is not None:
            _print_notes(workspace, arguments)
            return DONE
        if not arguments.dry_run:
            check_places(arguments.out, arguments.html, replace=arguments.replace)
        made = _deidentify(workspace, arguments)
        with _forgotten_unless_written(workspace, made, is_written=not arguments.dry_run):
            parts = made.report.with_ways(IN_COMMANDS)
            print("\n\n".join("\n".join([title, *said]) for title, said in parts.items()))
            if arguments.dry_run:
                print(f"\n{say('Nothing was written.')}")
            else:
                _write(workspace, made, arguments)
    return DONE


def _check_typed(workspace: Workspace, arguments: argparse.Namespace) -> None:
    """Refuse codes of cases and numbers of notes that are not there, and say which: they were typed here."""
    cases, typed = workspace.case_ids(), list(dict.fromkeys(arguments.cases or ()))
    if unknown := [code for code in typed if code not in cases]:
        raise DisclosureError(
            say_n(
                "{n} of the codes typed is not in the workspace: {unknown}. Nothing was published.",
                "{n} of the codes typed are not in the workspace: {unknown}. Nothing was published.",
                len(unknown),
                unknown=", ".join(unknown),
            )
        )
    notes = {*arguments.notes, *(arguments.preview_notes or ())}
    if notes and (unknown := sorted(map(str, notes - set(workspace.notes()["id"])))):
        raise DisclosureError(
            say(
                "There are no notes of these numbers: {unknown}. Nothing was published. See first which there are.",
                unknown=", ".join(unknown),
            ),
            advice="notes",
        )


def _print_consents(workspace: Workspace, arguments: argparse.Namespace) -> None:
    """Print which cases have a consent to teaching use, by the clinic's own codes: for this screen alone."""
    said = {True: say("consent given"), False: say("no consent"), None: say("not asked")}
    answers = workspace.consents().set_index("case_id")["teaching"].dropna()
    for case in arguments.cases or workspace.case_ids():
        print(f"{case}  {said[answers.get(case)]}")


def _deidentify(workspace: Workspace, arguments: argparse.Namespace) -> Deidentified:
    from supervision_kit.disclosure import deidentify

    return deidentify(
        workspace,
        cases=arguments.cases,
        audience=arguments.audience,
        methods=arguments.method,
        weeks=arguments.weeks,
        items=arguments.items,
        lens=arguments.lens,
        notes=arguments.notes,
        headline=arguments.headline,
        therapists=not arguments.without_therapists,
        rounding=arguments.rounding,
        jitter=arguments.jitter,
        smallest=arguments.smallest,
    )


@contextmanager
def _forgotten_unless_written(workspace: Workspace, made: Deidentified, *, is_written: bool) -> Iterator[None]:
    """Take the key out of the workspace again where nothing came of the publication."""
    try:
        yield
    except BaseException:
        is_written = False
        raise
    finally:
        if not is_written:
            workspace.forget_key(made.publication)


def _write(workspace: Workspace, made: Deidentified, arguments: argparse.Namespace) -> None:
    from supervision_kit.bundles import open_bundle
    from supervision_kit.publishing import publish

    with case_line() as tell:
        publish(made, arguments.out, html=arguments.html, replace=arguments.replace, workspace=workspace, tell=tell)
    print()
    if arguments.out:
        checksum = open_bundle(arguments.out).checksum[:16]
        name = Path(arguments.out).name
        print(say("Bundle: {name}, readable for you only. Its checksum begins {sum}.", name=name, sum=checksum))
    if arguments.html:
        print(say("Page: {name}, readable for you only.", name=Path(arguments.html).name))
    print(say("Who is who stays in the workspace, as {publication}.", publication=made.publication))


def _print_notes(workspace: Workspace, arguments: argparse.Namespace) -> None:
    from supervision_kit.disclosure import preview_notes

    wanted = arguments.preview_notes or workspace.notes()["id"].to_list()
    for note in preview_notes(workspace, wanted).to_dict("records"):
        if arguments.cases and note["case_id"] not in arguments.cases:
            continue
        fate = say("refused: {why}", why=note["refused"]) if note["refused"] else say("would go out")
        print(f"{note['id']}  {note['case_id']}  {fate}\n    {note['text']}")


@contextmanager
def _speaking(language: str | None) -> Iterator[Any]:
    if language is None:
        yield
        return
    with speaking(language):
        yield
