"""``supervision-kit check``: what is in files of ratings, and what is wrong."""

from __future__ import annotations

import argparse
import json

from supervision_kit.cli.commands import DONE, PROBLEMS_FOUND, Commands, add_command
from supervision_kit.cli.reading_options import add_reading_options, print_report, read_files
from supervision_kit.errors import RecordsError

_ABOUT = """\
Says what is in files of session ratings, and lists every row that cannot be used.

Nothing is changed or kept. Words that stand in a faulty cell are shown as (text), dates in a wrong place as (date) and
long numbers as (number), so that no name or birthday gets into a terminal's log; --json holds the cells as they are.
"""
_EXAMPLES = """\
examples:
  supervision-kit check march.xlsx
  supervision-kit check march.csv april.csv --day-first
  supervision-kit check export.csv --instrument wai_sr --column "Pat.=case_id"
  supervision-kit check export.csv --column "Pat.=case_id" --save-mapping clinic.json
  supervision-kit check next_week.csv --mapping clinic.json
  supervision-kit check export.csv --json > problems.json

--json prints the problem table and nothing else: a list with, for each problem, an object with source, row (as Excel
shows it), column, value, rule, message, suggestion and whether the row was kept; an empty list if there is none."""


def add(commands: Commands) -> None:
    """Declare the command."""
    check = add_command(commands, "check", "say what is in files of ratings and what is wrong", _ABOUT, _EXAMPLES)
    add_reading_options(check)
    check.add_argument("--json", action="store_true", help="print the problem table as JSON, and nothing else")
    check.add_argument("--save-mapping", metavar="FILE", help="save what the columns are, for exports like this one")
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    ratings = read_files(arguments)
    if arguments.save_mapping:
        _save_mapping(arguments)
    if arguments.json:
        print(json.dumps(ratings.problems.to_dict("records"), indent=1))
    else:
        print_report(ratings)
    return PROBLEMS_FOUND if len(ratings.problems) else DONE


def _save_mapping(arguments: argparse.Namespace) -> None:
    from supervision_kit.records import ColumnMapping, list_columns

    said = {"instrument": arguments.instrument, "rater": arguments.rater}
    sheets = list_columns(arguments.files, columns=dict(arguments.column), **said)
    read = [sheet for sheet in sheets if not sheet.refusal]
    if len({sheet.headings for sheet in read}) != 1:
        raise RecordsError("--save-mapping keeps the headings of one table. Check one file with one table of ratings.")
    ColumnMapping.of(read[0], day_first=arguments.day_first, **said).save(arguments.save_mapping)
