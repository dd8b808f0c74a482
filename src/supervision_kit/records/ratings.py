"""Files → :class:`Ratings`: the tables, every problem found, and what was recognised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Sheet
from supervision_kit.records.entries import SCALE, Entries, read_entries
from supervision_kit.records.files import Source, gather_files, read_cells
from supervision_kit.records.header import count_recognised
from supervision_kit.records.headings import Role
from supervision_kit.records.layout import Layout, check_found, find_layout
from supervision_kit.records.merging import Merged, merge
from supervision_kit.records.problems import empty_problems
from supervision_kit.records.rows import INSTRUMENT_KEYS, Body, read_body
from supervision_kit.records.targets import check_instrument, check_rater, read_targets
from supervision_kit.scoring import score_responses
from supervision_kit.tables import RATERS, RESPONSES, SCORES, SERIES_KEY

TOLERANCE = 0.05  # scale points; a given score within it of the items' score is the same, rounded
MOST_NAMED = 5


@dataclass(frozen=True)
class SheetSummary:
    """What one sheet or file held, in counts: nothing of it is a rating or a code."""

    source: str
    rows_read: int
    rows_kept: int
    instruments: tuple[str, ...]
    raters: tuple[str, ...]
    n_cases: int
    n_forms: int
    sessions: tuple[int, int] | None
    dates: tuple[pd.Timestamp, pd.Timestamp] | None


@dataclass(frozen=True, eq=False, repr=False)
class Ratings:
    """What was read: scores and responses to work with, problems to look at, notes on what was assumed.

    ``rows_read == rows_kept + rows_set_aside`` always holds, and every row set aside stands in ``problems`` with each
    of its cells that cannot be used. A row with one bad cell is set aside whole.

    Attributes
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`: made from the items where there are any, else as given.
    responses
        See :data:`supervision_kit.tables.RESPONSES`; empty where the files hold scores only.
    problems
        ``source, row, column, value, rule, message``: row numbers are as Excel shows them, ``value`` is the cell cut to
        40 characters, ``rule`` one of :data:`supervision_kit.records.RULES`.
    rows_read, rows_kept
        Rows beneath the headings that hold anything, and those of them that are in the tables.
    notes
        Plain sentences on what was recognised, assumed or left aside. They hold headings, never cells.
    sheets
        The counts of each sheet or file.
    """

    scores: pd.DataFrame
    responses: pd.DataFrame
    problems: pd.DataFrame
    rows_read: int
    rows_kept: int
    notes: tuple[str, ...]
    sheets: tuple[SheetSummary, ...]

    @property
    def rows_set_aside(self) -> int:
        """Rows that are in ``problems`` and not in the tables."""
        return self.rows_read - self.rows_kept

    def __repr__(self) -> str:
        return (
            f"<Ratings: {self.rows_kept:,} row(s) kept, {self.rows_set_aside:,} set aside; "
            f"{len(self.scores):,} score(s), {len(self.responses):,} response(s)>"
        )


def read_ratings(
    source: Source | Sequence[Source],
    *,
    columns: Mapping[str, str] | None = None,
    instrument: str | None = None,
    rater: str | None = None,
    day_first: bool | None = None,
) -> Ratings:
    r"""Read session ratings from a clinic's export, whatever its headings, and list every row that cannot be used.

    A table has a row per form (with item columns, totals or subscales), a row per item, or a row per score. CSV, TSV
    and other delimited text, Excel and other workbooks; the content decides which. See ``docs/reading_files.md``.

    Parameters
    ----------
    source
        A path, an open binary file, bytes, or a list of them. The same form in two files is noticed.
    columns
        What a column is where its heading does not say it: ``{"their name": "ours"}``. Ours is ``case_id``,
        ``session``, ``therapist_id``, ``rater``, ``date``, ``instrument``, ``item``, ``response``, ``scale``,
        ``score``, ``ignore``, or ``INSTRUMENT:ITEM`` or ``INSTRUMENT:SCALE`` such as ``"wai_sr:3"``, ``"srs:total"``,
        with a rater or statistic after another colon where needed: ``"wai_sr:bond:sum"``, ``"srs:total:therapist"``.
    instrument
        Key of the instrument where the file does not name it.
    rater
        ``client``, ``therapist`` or ``observer`` where the file does not say it; without, the ratings are the client's.
    day_first
        How to read dates such as 03/04/2025 where the file does not show it; without, such dates are left empty.

    Raises
    ------
    RecordsError
        A file cannot be understood at all: the message lists the columns found and what was looked for.
    UnknownNameError
        `instrument` is not registered.

    Examples
    --------
    >>> ratings = read_ratings(b"client,session,SRS total\nC1,1,36.5\nC1,2,41\n")
    >>> ratings.scores[["case_id", "session", "score"]].to_dict("records")
    [{'case_id': 'C1', 'session': 1, 'score': 36.5}]
    >>> ratings.problems[["row", "column", "rule"]].to_dict("records")
    [{'row': 3, 'column': 'SRS total', 'rule': 'score_out_of_range'}]
    """
    targets = read_targets(columns)
    instrument, rater = check_instrument(instrument), check_rater(rater)
    notes: list[str] = []
    found: list[tuple[Sheet, Layout]] = []
    for file in gather_files(source):
        sheets, left_out = read_cells(file, recognised=lambda row: count_recognised(row, targets))
        notes += left_out
        found += _understood(sheets, notes, targets=targets, instrument=instrument, rater=rater)
    check_found(targets, [layout for _, layout in found], theirs=columns or {})
    bodies = [read_body(sheet, layout, rater=rater, day_first=day_first) for sheet, layout in found]
    merged = merge(bodies, [read_entries(body) for body in bodies])
    many = len(bodies) > 1
    notes += [f"{body.source}: {note}" if many else note for body in bodies for note in body.notes]
    return _tables(merged, notes)


def _understood(
    sheets: list[Sheet],
    notes: list[str],
    *,
    targets: Mapping[str, Role | None],
    instrument: str | None,
    rater: str | None,
) -> list[tuple[Sheet, Layout]]:
    """Return the sheets that hold ratings; of a workbook with others besides, the others are noted."""
    found, refused = [], []
    for sheet in sheets:
        try:
            found.append((sheet, find_layout(sheet, targets=targets, instrument=instrument, rater=rater)))
        except RecordsError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    notes += [f"Left aside: {error}" for error in refused]
    return found


def _tables(merged: Merged, notes: list[str]) -> Ratings:
    entries = merged.entries
    responses = _responses(merged, entries.only(entries.slot < SCALE))
    scores = _scores(merged, responses, entries.only(entries.slot >= SCALE), notes)
    problems = pd.concat(
        [
            empty_problems(),
            *(
                body.problems.table(source=body.source, numbers=body.numbers, headings=body.layout.headings)
                for body in merged.bodies
            ),
        ],
        ignore_index=True,
    )
    rows_read = sum(body.n_rows for body in merged.bodies)
    set_aside = sum(int(body.problems.bad.sum()) for body in merged.bodies)
    sheets = tuple(_summary(merged, at) for at in range(len(merged.bodies)))
    return Ratings(scores, responses, problems, rows_read, rows_read - set_aside, tuple(dict.fromkeys(notes)), sheets)


def _about(merged: Merged, entries: Entries) -> dict[str, object]:
    return {
        "case_id": merged.case[entries.row],
        "rater": np.array(RATERS, dtype=object)[entries.rater],
        "instrument": np.array(INSTRUMENT_KEYS, dtype=object)[entries.instrument],
        "session": merged.session[entries.row],
        "therapist_id": merged.therapist[entries.row],
        "date": merged.date[entries.row],
    }


def _responses(merged: Merged, entries: Entries) -> pd.DataFrame:
    if not len(entries):
        return RESPONSES.empty()
    table = pd.DataFrame({**_about(merged, entries), "item": entries.slot, "response": entries.value})
    return RESPONSES.check(table.sort_values(list(RESPONSES.key), kind="stable"))


def _scores(merged: Merged, responses: pd.DataFrame, entries: Entries, notes: list[str]) -> pd.DataFrame:
    """Return the scores that the items make, and the given ones where there are no answers to make them from."""
    made = score_responses(responses)
    if not len(entries):
        return made
    scales = [(key, scale) for key in INSTRUMENT_KEYS for scale in INSTRUMENTS[key].scales]
    start = {key: next(at for at, (each, _) in enumerate(scales) if each == key) for key in INSTRUMENT_KEYS}
    at = np.array([start[key] for key in INSTRUMENT_KEYS])[entries.instrument] + entries.slot - SCALE
    names = np.array([scale for _, scale in scales], dtype=object)
    n_items = np.array([len(INSTRUMENTS[key].scales[scale].items) for key, scale in scales])
    given = pd.DataFrame(
        {**_about(merged, entries), "scale": names[at], "score": entries.value, "n_items": n_items[at]}
    )
    if len(made):
        made, given = _prefer_items(merged, made, given.assign(row=entries.row), notes)
    both = pd.concat([part for part in (made, given) if len(part)], ignore_index=True)
    return SCORES.check(both.sort_values(list(SCORES.key), kind="stable"))


def _prefer_items(
    merged: Merged, made: pd.DataFrame, given: pd.DataFrame, notes: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out given scores of scales that have answers, and made ones that have none; say where they differ."""
    key = list(SCORES.key)
    given = given.astype(dict.fromkeys(SERIES_KEY, "str"))
    beside = given.merge(made[[*key, "score", "n_answered"]], how="left", on=key, suffixes=("", "_made"))
    answered = (beside["n_answered"].fillna(0) > 0).to_numpy(dtype=bool)
    far = answered & beside["score"].notna() & ~((beside["score"] - beside["score_made"]).abs() <= TOLERANCE + 1e-9)
    for (instrument, scale), differing in beside[far].groupby(["instrument", "scale"]):
        rows = merged.label(np.unique(differing["row"].to_numpy().astype(np.int64)))
        more = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
        notes.append(
            f"The given {INSTRUMENTS[str(instrument)].short_title} {scale} differs from what the items make in "
            f"{', '.join(rows[:MOST_NAMED])}{more}; the items were used."
        )
    kept = given[~answered]
    replaced = pd.MultiIndex.from_frame(made[key]).isin(pd.MultiIndex.from_frame(kept[key]))
    return made[~replaced], kept.drop(columns="row")


def _summary(merged: Merged, at: int) -> SheetSummary:
    body: Body = merged.bodies[at]
    start = int(merged.first_row[at])
    entries = merged.entries.only((merged.entries.row >= start) & (merged.entries.row < start + body.n_rows))
    rows = np.unique(entries.row)
    session, dates = merged.session[rows], merged.date[rows]
    dates = dates[~np.isnat(dates)]
    return SheetSummary(
        body.source,
        body.n_rows,
        int((~body.problems.bad).sum()),
        tuple(INSTRUMENT_KEYS[code] for code in np.unique(entries.instrument)),
        tuple(RATERS[code] for code in np.unique(entries.rater)),
        len(pd.unique(merged.case[rows])),
        len(np.unique(merged.forms(entries))),
        (int(session.min()), int(session.max())) if len(session) else None,
        (pd.Timestamp(dates.min()), pd.Timestamp(dates.max())) if len(dates) else None,
    )
