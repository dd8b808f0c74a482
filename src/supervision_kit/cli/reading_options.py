"""How files of ratings are read: the options that `check` and `import` share, and the problems they list."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from supervision_kit.cli.progress import progress_line

if TYPE_CHECKING:
    import pandas as pd

    from supervision_kit.records import ColumnMapping, Ratings

MOST_LINES = 200  # problems in the plain report; --json of `check` has them all
MOST_DIGITS = 5  # shown of a faulty cell; more could be a telephone number or a day of birth

_LETTER = re.compile(r"[^\W\d_]")
_DATE_LIKE = re.compile(r"\D*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")

_NUMBER = re.compile(r"[+-]?\d{1,5}([.,]\d+)?")


def add_reading_options(command: argparse.ArgumentParser) -> None:
    """Declare the files and what is said of them."""
    command.add_argument("files", nargs="+", metavar="FILE")
    command.add_argument("--instrument", metavar="KEY", help="the instrument, where the file does not name it")
    command.add_argument(
        "--instrument-file",
        nargs="+",
        metavar="TOML",
        default=[],
        help="data files of your own instruments, checked and used; see docs/instruments/own.md",
    )
    command.add_argument("--rater", metavar="WHO", help="client, therapist or observer, where the file does not say it")
    command.add_argument(
        "--column",
        action="append",
        type=_column,
        default=[],
        metavar="THEIRS=OURS",
        help="what a column is, such as “Pat.=case_id” or “V1=wai_sr:1”; may be given again",
    )
    command.add_argument(
        "--mapping", action="append", default=[], metavar="FILE", help="a saved column mapping; may be given again"
    )
    order = command.add_mutually_exclusive_group()
    order.add_argument("--day-first", action="store_true", default=None, help="03/04/2025 is 3 April")
    order.add_argument("--month-first", action="store_false", dest="day_first", help="03/04/2025 is 4 March")


def _column(text: str) -> tuple[str, str]:
    theirs, equals, ours = text.rpartition("=")
    if not (theirs.strip() and equals and ours.strip()):
        raise argparse.ArgumentTypeError("write THEIRS=OURS, such as “Pat.=case_id”")
    return theirs.strip(), ours.strip()


def read_files(arguments: argparse.Namespace, *, kept: Iterable[ColumnMapping] = ()) -> Ratings:
    """Read the files as said; `kept` mappings come after those given."""
    from supervision_kit.instruments import add_instrument
    from supervision_kit.records import ColumnMapping, read_ratings

    for path in arguments.instrument_file:
        add_instrument(path)
    with progress_line() as progress:
        return read_ratings(
            arguments.files,
            columns=dict(arguments.column),
            instrument=arguments.instrument,
            rater=arguments.rater,
            day_first=arguments.day_first,
            mappings=[*(ColumnMapping.load(path) for path in arguments.mapping), *kept],
            progress=progress,
        )


def print_report(ratings: Ratings) -> None:
    """Print what was recognised, and every problem."""
    print(ratings.report())
    if len(ratings.problems):
        print("\n".join(["", "Row by row", *_table(ratings.problems, name_source=len(ratings.sheets) > 1)]))


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
    return [*lines, f"  … and {more:,} more: supervision-kit check --json lists them all"] if more else lines


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
