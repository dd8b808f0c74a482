"""The command line: ``supervision-kit demo | check | lab``.

Exit codes: 0 done, 1 problems found in the data, 2 wrong use (a file that cannot be read among it).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from supervision_kit import __version__
from supervision_kit.errors import RecordsError, SupervisionKitError

if TYPE_CHECKING:
    import pandas as pd

    from supervision_kit.records.progress import Progress, Report
DONE, PROBLEMS_FOUND, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
DEMO_PORT = 8866
LONGEST_STAGE, SECONDS_SHOWN = 60, 0.1  # of the line that tells how far reading has come
MOST_LINES = 200  # problems in the plain report; --json has them all

MOST_DIGITS = 5  # shown of a faulty cell; more could be a telephone number or a day of birth

_LETTER = re.compile(r"[^\W\d_]")
_DATE_LIKE = re.compile(r"\D*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")

_NUMBER = re.compile(r"[+-]?\d{1,5}([.,]\d+)?")

_ABOUT = "Turns session-by-session ratings of the therapeutic alliance into psychotherapy supervision."
_EXIT_CODES = "Exit codes: 0 done, 1 problems found in the data, 2 wrong use or a file that cannot be read."
_CHECK = """\
Says what is in files of session ratings, and lists every row that cannot be used.

Nothing is changed or kept. Words that stand in a faulty cell are shown as (text), dates in a wrong place as (date) and
long numbers as (number), so that no name or birthday gets into a terminal's log; --json holds the cells as they are.
"""
_CHECK_EXAMPLES = f"""\
examples:
  supervision-kit check march.xlsx
  supervision-kit check march.csv april.csv --day-first
  supervision-kit check export.csv --instrument wai_sr --column "Pat.=case_id"
  supervision-kit check export.csv --column "Pat.=case_id" --save-mapping clinic.json
  supervision-kit check next_week.csv --mapping clinic.json
  supervision-kit check export.csv --json > problems.json

--json prints the problem table and nothing else: a list with, for each problem, an object with source, row (as Excel
shows it), column, value, rule, message, suggestion and whether the row was kept; an empty list if there is none.
{_EXIT_CODES}
"""
_DEMO_EXAMPLES = f"""\
examples:
  supervision-kit demo
  supervision-kit demo --workspace spring.sqlite
  supervision-kit demo --ratings march.xlsx april.xlsx
  supervision-kit demo --no-browser --port 8899

Stop it with Ctrl+C. {_EXIT_CODES}
"""
_LAB_EXAMPLES = f"""\
examples:
  supervision-kit lab
  supervision-kit lab my_caseload --no-browser

Stop it with Ctrl+C. {_EXIT_CODES}
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _build_parser()
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as end:  # argparse has said why, or printed its help
        return int(end.code or DONE)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        return int(arguments.run(arguments))
    except SupervisionKitError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED if arguments.command == "check" else DONE


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("supervision-kit", description=_ABOUT, epilog=_EXIT_CODES)
    parser.add_argument("--version", action="version", version=f"supervision_kit {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_check(commands)
    _add_lab(commands)
    return parser


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = _add_command(
        commands, "demo", "open the pages on this machine", "Opens the pages in the browser.", _DEMO_EXAMPLES
    )
    demo.add_argument("--port", type=_port, default=DEMO_PORT, help=f"where to listen (default {DEMO_PORT})")
    demo.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    demo.add_argument("--ratings", nargs="+", metavar="FILE", default=[], help="instead of the sample caseload")
    demo.add_argument("--workspace", metavar="FILE-OR-URL", help="where imported ratings are kept (default: nowhere)")
    demo.set_defaults(run=_demo)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = _add_command(
        commands, "check", "say what is in files of ratings and what is wrong", _CHECK, _CHECK_EXAMPLES
    )
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--json", action="store_true", help="print the problem table as JSON, and nothing else")
    check.add_argument("--instrument", metavar="KEY", help="the instrument, where the file does not name it")
    check.add_argument(
        "--instrument-file",
        nargs="+",
        metavar="TOML",
        default=[],
        help="data files of your own instruments, checked and used; see docs/instruments/own.md",
    )
    check.add_argument("--rater", metavar="WHO", help="client, therapist or observer, where the file does not say it")
    check.add_argument(
        "--column",
        action="append",
        type=_column,
        default=[],
        metavar="THEIRS=OURS",
        help="what a column is, such as “Pat.=case_id” or “V1=wai_sr:1”; may be given again",
    )
    check.add_argument(
        "--mapping", action="append", default=[], metavar="FILE", help="a saved column mapping; may be given again"
    )
    check.add_argument("--save-mapping", metavar="FILE", help="save what the columns are, for exports like this one")
    order = check.add_mutually_exclusive_group()
    order.add_argument("--day-first", action="store_true", default=None, help="03/04/2025 is 3 April")
    order.add_argument("--month-first", action="store_false", dest="day_first", help="03/04/2025 is 4 March")
    check.set_defaults(run=_check)


def _add_lab(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lab = _add_command(
        commands,
        "lab",
        "open the notebooks in JupyterLab",
        "Copies the notebooks and samples to a folder, keeping files that are there, and opens JupyterLab in it.",
        _LAB_EXAMPLES,
    )
    lab.add_argument("folder", nargs="?", metavar="FOLDER", help="where to work (default supervision_kit_pages)")
    lab.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    lab.add_argument("--port", type=_port, help="where to listen (default: a free port)")
    lab.add_argument("--workspace", metavar="FILE-OR-URL", help="where the pages keep ratings")
    lab.set_defaults(run=_lab)


def _add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, short: str, about: str, examples: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=short, description=about, epilog=examples, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:  # noqa: PLR2004
        raise argparse.ArgumentTypeError("a port is a whole number from 0 to 65535")
    return int(text)


def _column(text: str) -> tuple[str, str]:
    theirs, equals, ours = text.rpartition("=")
    if not (theirs.strip() and equals and ours.strip()):
        raise argparse.ArgumentTypeError("write THEIRS=OURS, such as “Pat.=case_id”")
    return theirs.strip(), ours.strip()


def _demo(arguments: argparse.Namespace) -> int:
    from supervision_kit.server import serve_demo

    return serve_demo(
        port=arguments.port,
        open_browser=not arguments.no_browser,
        ratings=arguments.ratings,
        workspace=arguments.workspace,
    )


def _lab(arguments: argparse.Namespace) -> int:
    from supervision_kit.server import open_lab

    return open_lab(
        arguments.folder,
        port=arguments.port,
        open_browser=not arguments.no_browser,
        workspace=arguments.workspace,
    )


def _check(arguments: argparse.Namespace) -> int:
    from supervision_kit.instruments import add_instrument
    from supervision_kit.records import ColumnMapping, read_ratings

    for path in arguments.instrument_file:
        add_instrument(path)
    with progress_line() as progress:
        ratings = read_ratings(
            arguments.files,
            columns=dict(arguments.column),
            instrument=arguments.instrument,
            rater=arguments.rater,
            day_first=arguments.day_first,
            mappings=[ColumnMapping.load(path) for path in arguments.mapping],
            progress=progress,
        )
    if arguments.save_mapping:
        _save_mapping(arguments)
    if arguments.json:
        print(json.dumps(ratings.problems.to_dict("records"), indent=1))
    else:
        print(ratings.report())
        if len(ratings.problems):
            print("\n".join(["", "Row by row", *_table(ratings.problems, name_source=len(ratings.sheets) > 1)]))
    return PROBLEMS_FOUND if len(ratings.problems) else DONE


@contextmanager
def progress_line() -> Iterator[Report | None]:
    """Keep one line on the terminal that says how far reading has come; elsewhere than on a terminal say nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    last = 0.0

    def show(progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last > SECONDS_SHOWN:
            last = time.monotonic()
            share = f" {min(100 * progress.done // progress.total, 100)} %" if progress.total else ""
            sys.stderr.write(f"\r{progress.stage[:LONGEST_STAGE]}{share} …\x1b[K")
            sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")


def _save_mapping(arguments: argparse.Namespace) -> None:
    from supervision_kit.records import ColumnMapping, list_columns

    said = {"instrument": arguments.instrument, "rater": arguments.rater}
    sheets = list_columns(arguments.files, columns=dict(arguments.column), **said)
    read = [sheet for sheet in sheets if not sheet.refusal]
    if len({sheet.headings for sheet in read}) != 1:
        raise RecordsError("--save-mapping keeps the headings of one table. Check one file with one table of ratings.")
    ColumnMapping.of(read[0], day_first=arguments.day_first, **said).save(arguments.save_mapping)


def _table(problems: pd.DataFrame, *, name_source: bool) -> list[str]:
    names = ["source"] if name_source else []
    names += ["row", "column", "value", "message", "suggestion"]
    shown = problems.head(MOST_LINES)
    values = [_veil(str(value), str(rule)) for value, rule in zip(shown["value"], shown["rule"], strict=True)]
    cells = shown.assign(value=values)[names].astype(str).to_numpy().tolist()
    rows = [[*names[:-2], "what is wrong", "what to do"], *cells]
    widths = [max(len(row[at]) for row in rows) for at in range(len(names))]
    lines = [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    more = len(problems) - len(shown)
    return [*lines, f"  … and {more:,} more: --json lists them all"] if more else lines


def _veil(value: str, rule: str) -> str:
    """Hide what could be a name, a birthday or a telephone number."""
    from supervision_kit.records.no_answer import NO_ANSWER

    if _LETTER.search(value) and value.casefold() not in NO_ANSWER:
        return "(text)"
    if _DATE_LIKE.fullmatch(value) and rule != "date_unreadable":
        return "(date)"
    if sum(map(str.isdigit, value)) > MOST_DIGITS and not _NUMBER.fullmatch(value):
        return "(number)"
    return value
