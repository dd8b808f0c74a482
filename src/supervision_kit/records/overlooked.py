"""Columns that nothing is read from, though they could say of which session the ratings are: asked about."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Column, Rows
from supervision_kit.records.dates import read_dates
from supervision_kit.records.field_words import PERHAPS_SESSION
from supervision_kit.records.finding import Finding
from supervision_kit.records.folding import fold, heading_key, squeeze
from supervision_kit.records.header import list_headings
from supervision_kit.records.naming import instruments_in
from supervision_kit.records.no_answer import unanswered
from supervision_kit.records.numbers import read_numbers
from supervision_kit.records.roles import FieldRole
from supervision_kit.records.values import read_codes, read_sessions
from supervision_kit.records.wording import column_name, name_columns
from supervision_kit.words import say

FEWEST_STEPS = 2  # from one day of a case to its next, before a column whose heading says nothing is taken for a count
LARGEST = 999  # no case has more sessions, and years and codes are beyond
_T_SCORE = re.compile(r"(?<![a-z])t(?=[\s_-]?(?:scores?|werte?|values?)(?![a-z]))")
_NUMBERED_0 = re.compile(
    r"(?<![a-z0-9])(?:[st]|session|sitzung|stunde|week|woche|time|timepoint|visit)[\s_.#-]*0+(?![0-9])"
)
_OUTSIDE = re.compile(
    r"(?<![a-z])(?:base\s?line|intake|screening|start|pre|follow[\s_-]?up|fu|katamnese|post|end|ende|discharge)(?![a-z])"
)


def refuse_overlooked_sessions(finding: Finding) -> None:
    """Refuse to count days where a column that is not used could number the sessions.

    Raises
    ------
    RecordsError
        Names the column, and how to say whether it does.
    """
    of_session = any(slot.session for slot in finding.slots) or finding.redcap is not None
    if "session" in finding.fields or of_session or not finding.has_days():
        return
    rows = _rows_beneath(finding)
    days = _days_of_cases(finding, rows)
    for at in _unused(finding):
        sure = heading_key(finding.headings[at]) not in PERHAPS_SESSION
        if _counts_sessions(finding.sheet.columns[at].take(rows), days, fewest=FEWEST_STEPS if sure else 0):
            name = name_columns({at: finding.headings[at]})
            raise RecordsError(
                say(
                    "{file}: {name} could be the session: it holds whole numbers that rise with the days of each "
                    "case. Say whether it is, or the days would be counted instead: columns={{{name}: “session”}} or "
                    "columns={{{name}: “ignore”}}.",
                    file=finding.sheet.source,
                    name=name,
                )
            )


def refuse_unsure_t_scores(finding: Finding) -> None:
    """Refuse “T score” beside “C score”: it is the therapist’s score there, or a norm.

    Raises
    ------
    RecordsError
        Names both columns, and how to say which it is.
    """
    named = {squeeze(heading): heading for heading in finding.headings}
    for at, heading in enumerate(finding.headings):
        spelt = (squeeze(_T_SCORE.sub(letter, fold(heading))) for letter in "ckp")
        beside = next((named[key] for key in spelt if key in named), "")
        if _T_SCORE.search(fold(heading)) and beside and not finding.is_said(at):
            raise RecordsError(
                say(
                    "{file}: “{heading}” beside “{beside}” could be the therapist’s score or a T-score. Write the "
                    "rater in full, or leave it out: columns={{“{heading}”: “ignore”}}.",
                    file=finding.sheet.source,
                    heading=heading,
                    beside=beside,
                )
            )


def refuse_overlooked_ratings(finding: Finding) -> None:
    """Refuse a table with a column for each session where a rated one, such as the baseline, is of none.

    Raises
    ------
    RecordsError
        Names the columns, and how to say what becomes of them.
    """
    if not any(slot.session for slot in finding.slots) or finding.redcap is not None:
        return
    rows = _rows_beneath(finding)
    left = {
        at: finding.headings[at]
        for at in _unused(finding)
        if finding.roles[at] is None and _is_rated(finding.headings[at])
        if not np.isnan(read_numbers(finding.sheet.columns[at].take(rows).texts).values).all()
    }
    if left:
        raise RecordsError(
            say(
                "{file}: {columns} would not be read: sessions count from 1, and the heading gives no such "
                "number. Say which session it is, or leave it out: columns={{“its heading”: “srs:total:session "
                "1”}}, with its own instrument and scale, or columns={{“its heading”: “ignore”}}.",
                file=finding.sheet.source,
                columns=name_columns(left),
            )
        )


def say_dates(finding: Finding) -> str:
    """Return a sentence on the first unused column that holds dates, or nothing."""
    rows = _rows_beneath(finding)
    shown = list_headings(finding.sheet, finding.header.row, finding.targets)
    for at in _unused(finding):
        heading, column = f"“{finding.headings[at]}”", finding.sheet.columns[at].take(rows)
        name = heading if heading in shown else f"“{column_name(at)}”"
        dates, given = read_dates(column.texts, day_first=None), ~unanswered(column.texts)
        if given.any() and not (dates.unreadable | dates.serial)[given].any():
            return say(
                "{name} holds dates: if they are the days of the sessions, columns={{{name}: “date”}}. ", name=name
            )
    return ""


def _is_rated(heading: str) -> bool:
    folded = fold(heading)
    of_instrument = len(instruments_in(heading)) == 1 and _OUTSIDE.search(folded)
    return bool(_NUMBERED_0.search(folded) or _OUTSIDE.fullmatch(folded) or of_instrument)


def _rows_beneath(finding: Finding) -> Rows:
    filled = finding.sheet.filled.copy()
    filled[: finding.header.row + 1] = False
    return np.flatnonzero(filled)


def _unused(finding: Finding) -> list[int]:
    used = {*finding.fields.values(), *(slot.position for slot in finding.slots), *finding.session_dates.values()}
    return [
        at
        for at in range(len(finding.headings))
        if at not in used and not finding.is_said(at) and not isinstance(finding.roles[at], FieldRole)
    ]


def _days_of_cases(finding: Finding, rows: Rows) -> pd.DataFrame:
    """Return the case and the day of each row; of days that can be read two ways, as if the day stood first."""
    case = finding.sheet.filled_down(finding.fields["case_id"], beneath=finding.header.row).take(rows)
    date = finding.sheet.columns[finding.fields["date"]].take(rows)
    dates = read_dates(date.texts, day_first=None)
    if dates.is_open.any():
        dates = read_dates(date.texts, day_first=True)
    return pd.DataFrame({"case": case.spread(read_codes(case)), "day": date.spread(dates.values)})


def _counts_sessions(column: Column, days: pd.DataFrame, *, fewest: int) -> bool:
    """Return whether the column numbers the days of each case, upwards; a count of the rows of the file does not."""
    numbers: npt.NDArray[np.int64] = column.spread(read_sessions(column.texts))
    given = ~column.spread(unanswered(column.texts))
    if not given.any() or (numbers[given] == 0).any() or numbers.max() > LARGEST:
        return False
    table = days.assign(number=numbers)[given & days.notna().all(axis=1).to_numpy()]
    if table.empty or (_counts_rows(numbers) and len(table["case"].unique()) > 1):
        return False
    pairs = table.drop_duplicates().sort_values(["case", "day", "number"])
    if pairs.duplicated(["case", "day"]).any():
        return False
    steps = pairs["number"].diff()[pairs["case"].eq(pairs["case"].shift())]
    return len(steps) >= fewest and bool((steps > 0).all())


def _counts_rows(numbers: npt.NDArray[np.int64]) -> bool:
    return bool((np.diff(numbers) == 1).all())
