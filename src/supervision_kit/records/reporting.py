"""What was read, in words: never a cell, so that it may be printed anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.assembling import SheetSummary
from supervision_kit.records.rules import RULES
from supervision_kit.words import later, say, say_n, say_number
from supervision_kit.words.raters import say_rater

MOST_NAMED = 5  # rows of one rule


def write_report(sheets: Sequence[SheetSummary], notes: Sequence[str], problems: pd.DataFrame) -> str:
    """Return what was recognised in each sheet, the notes, and the problems by rule."""
    lines = [line for sheet in sheets for line in _describe(sheet)]
    if len(sheets) > 1:
        kept = sum(sheet.rows_kept for sheet in sheets)
        aside = sum(sheet.rows_read for sheet in sheets) - kept
        lines.append(
            say("Together: {kept} row(s) ready, {aside} set aside.", kept=say_number(kept), aside=say_number(aside))
        )
    if notes:
        lines += ["", say("Notes"), *(f"  {note}" for note in notes)]
    for title, which in ((later("Set aside"), ~problems["kept"]), (later("Kept, but worth a look"), problems["kept"])):
        if which.any():
            lines += ["", say(title), *_by_rule(problems[which], name_source=len(sheets) > 1)]
    return "\n".join(lines)


def _describe(sheet: SheetSummary) -> list[str]:
    lines = [sheet.source]
    if sheet.sessions:
        titles = ", ".join(INSTRUMENTS[key].short_title for key in sheet.instruments)
        days = say(" to ").join(f"{day:%Y-%m-%d}" for day in sheet.dates) if sheet.dates else say("no dates")
        first, last = sheet.sessions
        raters = say(" and ").join(map(say_rater, sheet.raters))
        lines.append("  " + say("{forms}, rated by {raters}", forms=titles, raters=raters))
        counts = {"n": say_number(sheet.n_cases), "n_forms": say_number(sheet.n_forms)}
        told = say("{n} case(s), {n_forms} form(s), sessions {first} to {last}", first=first, last=last, **counts)
        lines.append(f"  {told}, {days}")
    rows = {"kept": say_number(sheet.rows_kept), "aside": say_number(sheet.rows_read - sheet.rows_kept)}
    return [
        *lines,
        "  " + say("{kept} row(s) ready, {aside} set aside", **rows),
        "  " + say("Shape: {shape}", shape=say(sheet.shape)),
    ]


def _by_rule(problems: pd.DataFrame, *, name_source: bool) -> list[str]:
    """Return two lines for each rule, the most frequent first: what is wrong and where, and what to do."""
    lines = []
    for name in problems["rule"].value_counts(sort=True).index:
        here = problems[problems["rule"] == name]
        rows = here[["source", "row"]].drop_duplicates()
        columns = [f"“{column}”" for column in pd.unique(here["column"]) if column]
        where = say(" in {columns}", columns=_listed(columns)) if columns else ""
        labels = [
            say("{row} of {file}", row=say_number(row), file=source) if name_source else say_number(row)
            for source, row in rows.head(MOST_NAMED + 1).itertuples(index=False)
        ]
        n = len(rows)
        told = say_n("{n} row ({rows}){where}", "{n} rows ({rows}){where}", n, rows=_listed(labels, n), where=where)
        lines.append(f"  {told}: {say(RULES[name].meaning)}  [{name}]")
        advice = pd.unique(here["suggestion"])
        lines.append(f"    {advice[0] if len(advice) == 1 else say(RULES[name].suggestion)}")
    return lines


def _listed(names: Sequence[str], n: int | None = None) -> str:
    n = len(names) if n is None else n
    more = [say("{n} more", n=say_number(n - MOST_NAMED))] if n > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])
