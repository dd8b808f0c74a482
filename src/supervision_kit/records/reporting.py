"""What was read, in words: never a cell, so that it may be printed anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.assembling import SheetSummary
from supervision_kit.records.rules import RULES

MOST_NAMED = 5  # rows of one rule


def write_report(sheets: Sequence[SheetSummary], notes: Sequence[str], problems: pd.DataFrame) -> str:
    """Return what was recognised in each sheet, the notes, and the problems by rule."""
    lines = [line for sheet in sheets for line in _describe(sheet)]
    if len(sheets) > 1:
        kept = sum(sheet.rows_kept for sheet in sheets)
        aside = sum(sheet.rows_read for sheet in sheets) - kept
        lines.append(f"Together: {kept:,} row(s) ready, {aside:,} set aside.")
    if notes:
        lines += ["", "Notes", *(f"  {note}" for note in notes)]
    for title, which in (("Set aside", ~problems["kept"]), ("Kept, but worth a look", problems["kept"])):
        if which.any():
            lines += ["", title, *_by_rule(problems[which], name_source=len(sheets) > 1)]
    return "\n".join(lines)


def _describe(sheet: SheetSummary) -> list[str]:
    lines = [sheet.source]
    if sheet.sessions:
        titles = ", ".join(INSTRUMENTS[key].short_title for key in sheet.instruments)
        days = " to ".join(f"{day:%Y-%m-%d}" for day in sheet.dates) if sheet.dates else "no dates"
        first, last = sheet.sessions
        lines.append(f"  {titles}, rated by {' and '.join(sheet.raters)}")
        lines.append(f"  {sheet.n_cases:,} case(s), {sheet.n_forms:,} form(s), sessions {first} to {last}, {days}")
    return [
        *lines,
        f"  {sheet.rows_kept:,} row(s) ready, {sheet.rows_read - sheet.rows_kept:,} set aside",
        f"  Shape: {sheet.shape}",
    ]


def _by_rule(problems: pd.DataFrame, *, name_source: bool) -> list[str]:
    """Return two lines for each rule, the most frequent first: what is wrong and where, and what to do."""
    lines = []
    for name in problems["rule"].value_counts(sort=True).index:
        here = problems[problems["rule"] == name]
        rows = here[["source", "row"]].drop_duplicates()
        columns = [f"“{column}”" for column in pd.unique(here["column"]) if column]
        where = f" in {_listed(columns)}" if columns else ""
        labels = [
            f"{row:,} of {source}" if name_source else f"{row:,}"
            for source, row in rows.head(MOST_NAMED + 1).itertuples(index=False)
        ]
        n, s = len(rows), "" if len(rows) == 1 else "s"
        lines.append(f"  {n:,} row{s} ({_listed(labels, n)}){where}: {RULES[name].meaning}  [{name}]")
        advice = pd.unique(here["suggestion"])
        lines.append(f"    {advice[0] if len(advice) == 1 else RULES[name].suggestion}")
    return lines


def _listed(names: Sequence[str], n: int | None = None) -> str:
    n = len(names) if n is None else n
    more = [f"{n - MOST_NAMED:,} more"] if n > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])
