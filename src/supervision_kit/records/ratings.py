"""Files → :class:`Ratings`: the tables, every problem found, and what was recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import IO

import pandas as pd

from supervision_kit.errors import RecordsError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.aside import AsideRows, rows_set_aside, write_set_aside
from supervision_kit.records.assembling import SheetSummary, build_responses, build_scores, summarise
from supervision_kit.records.cells import Sheet
from supervision_kit.records.columns import SheetColumns, columns_of
from supervision_kit.records.dating import number_by_date
from supervision_kit.records.entries import read_entries
from supervision_kit.records.files import Source, find_files
from supervision_kit.records.finding import Layout
from supervision_kit.records.layout import check_found, find_layout
from supervision_kit.records.mappings import ColumnMapping, check_mappings, settle_said
from supervision_kit.records.merging import Merged, merge
from supervision_kit.records.oddities import list_oddities
from supervision_kit.records.problems import empty_problems
from supervision_kit.records.progress import Progress, Report, say_nothing
from supervision_kit.records.reporting import write_report
from supervision_kit.records.rows import read_body
from supervision_kit.records.sheets import read_sheets
from supervision_kit.records.targets import Said
from supervision_kit.words import say, say_number


@dataclass(frozen=True, eq=False, repr=False)
class Ratings:
    """What was read: scores and responses to work with, problems to look at, notes on what was assumed.

    ``rows_read == rows_kept + rows_set_aside`` always holds, and every row set aside stands in ``problems`` with each
    of its cells that cannot be used. A row with one bad cell is set aside whole. What is worth a look in a row that is
    kept all the same stands in ``problems`` too, with ``kept`` true.

    Attributes
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`: made from the items where there are any, else as given.
    responses
        See :data:`supervision_kit.tables.RESPONSES`; empty where the files hold scores only.
    problems
        ``source, row, column, value, rule, message, suggestion, kept``: row numbers are as Excel shows them, ``value``
        is the cell cut to 40 characters, ``rule`` one of :data:`supervision_kit.records.RULES`, ``message`` says what
        is wrong and ``suggestion`` what to do about it; ``kept`` is whether the row is in the tables all the same.
    rows_read, rows_kept
        Rows beneath the headings that hold anything, and those of them that are in the tables.
    notes
        Plain sentences on what was recognised, assumed or left aside. They hold headings, never cells.
    sheets
        The counts of each sheet or file.
    dated
        ``case_id, session, date`` of the sessions that were numbered by their days, for want of numbers in the file.
    """

    scores: pd.DataFrame
    responses: pd.DataFrame
    problems: pd.DataFrame
    rows_read: int
    rows_kept: int
    notes: tuple[str, ...]
    sheets: tuple[SheetSummary, ...]
    dated: pd.DataFrame
    _aside: tuple[AsideRows, ...] = field(default=())

    @property
    def rows_set_aside(self) -> int:
        """Rows that are in ``problems`` and not in the tables."""
        return self.rows_read - self.rows_kept

    @property
    def set_aside(self) -> pd.DataFrame:
        """The rows set aside: ``source, row, reason``, then their cells as text under their own headings."""
        return rows_set_aside(self._aside, self.problems)

    def save_set_aside(self, path: str | PathLike[str] | IO[bytes]) -> None:
        """Write the rows set aside to an Excel workbook, a sheet for each source, to be corrected and read again.

        Every cell is text, as it was read: ``007`` keeps its zeros, and ``=SUM(A1)`` is no formula.
        """
        write_set_aside(self._aside, self.problems, path)

    def report(self) -> str:
        """Return in words what was recognised, assumed and set aside. No cell stands in it."""
        return write_report(self.sheets, self.notes, self.problems)

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
    mappings: Iterable[ColumnMapping] = (),
    progress: Report | None = None,
) -> Ratings:
    r"""Read session ratings from a clinic's export, whatever its headings, and list every row that cannot be used.

    A table has a row per form (with item columns, totals or subscales), a row per item, or a row per score. CSV, TSV
    and other delimited text, Excel and other workbooks; the content decides which. See ``docs/reading_files.md``.

    Parameters
    ----------
    source
        A path of a file, a folder or a zip archive, an open binary file, bytes, or a list of them. The same form in
        two files is noticed. In a folder or an archive, files without ratings are left aside and named in the notes.
    columns
        What a column is where its heading does not say it: ``{"their name": "ours"}``. Ours is ``case_id``,
        ``session``, ``therapist_id``, ``rater``, ``date``, ``instrument``, ``item``, ``response``, ``scale``,
        ``score``, ``ignore``, or ``INSTRUMENT:ITEM`` or ``INSTRUMENT:SCALE`` such as ``"wai_sr:3"``, ``"srs:total"``,
        with a rater, statistic or session after another colon where needed: ``"wai_sr:bond:sum"``,
        ``"srs:total:therapist"``, ``"srs:total:session 3"``. ``*`` is the instrument of the row or file: ``"*:3"``.
    instrument
        Key of the instrument where the file does not name it.
    rater
        ``client``, ``therapist`` or ``observer`` where the file does not say it; without, the ratings are the client's.
    day_first
        How to read dates such as 03/04/2025 where the file does not show it; without, rows with such
        dates are set aside.
    mappings
        What the columns of earlier exports were: the first one with a sheet's headings is used for it, and the notes
        say so. What the other settings say goes before.
    progress
        Is called with a :class:`Progress` again and again, for a display.

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
    said = Said.by(columns=columns, instrument=instrument, rater=rater, day_first=day_first)
    mappings = check_mappings(mappings)
    known = {name: role for mapping in mappings for name, role in mapping.said.targets.items()} | {**said.targets}
    notes = list(INSTRUMENTS.unusable_words)
    files = []
    report = progress or say_nothing
    for origin in find_files(source):
        sheets, left_out = read_sheets(origin, targets=known, report=report)
        files.append(sheets)
        notes += left_out
    check_found(said.targets, [sheet for sheets in files for sheet in sheets], theirs=columns or {})
    found = [each for sheets in files for each in _understood(sheets, notes, said=said, mappings=mappings)]
    report(Progress(0, None, say("Reading answers")))
    bodies = [read_body(sheet, layout, rater=of.rater, day_first=of.day_first) for sheet, layout, of in found]
    dated = number_by_date(bodies)
    entries = [read_entries(body) for body in bodies]
    report(Progress(0, None, say("Putting forms together")))
    merged = merge(bodies, entries)
    many = len(bodies) > 1
    notes += [f"{body.source}: {note}" if many else note for body in bodies for note in body.notes]
    return _tables(merged, dated, notes, [columns_of(*each) for each in found])


def _understood(
    sheets: list[Sheet], notes: list[str], *, said: Said, mappings: Iterable[ColumnMapping]
) -> list[tuple[Sheet, Layout, Said]]:
    """Return the sheets that hold ratings; of a workbook with others besides, the others are noted."""
    found, refused = [], []
    for sheet in sheets:
        of_sheet, note = settle_said(sheet, said, mappings)
        try:
            found.append((sheet, find_layout(sheet, said=of_sheet, note=note), of_sheet))
        except RecordsError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    notes += [say("Left aside: {error}", error=error) for error in refused]
    return found


def _tables(merged: Merged, dated: pd.DataFrame, notes: list[str], columns: Sequence[SheetColumns]) -> Ratings:
    list_oddities(merged, notes)
    responses = build_responses(merged)
    scores = build_scores(merged, responses, notes)
    problems = pd.concat(
        [
            empty_problems(),
            *(body.list_problems() for body in merged.bodies),
        ],
        ignore_index=True,
    )
    if n_repeated := int((problems["rule"] == "repeated_row").sum()):
        notes.append(
            say(
                "{n} row(s) repeat a form that stands elsewhere with the same content: it counts once.",
                n=say_number(n_repeated),
            )
        )
    rows_read = sum(len(body.set_aside) for body in merged.bodies)
    set_aside = sum(int(body.set_aside.sum()) for body in merged.bodies)
    sheets = tuple(summarise(merged, at, of_sheet) for at, of_sheet in enumerate(columns))
    return Ratings(
        scores,
        responses,
        problems,
        rows_read,
        rows_read - set_aside,
        tuple(dict.fromkeys(notes)),
        sheets,
        dated,
        tuple(AsideRows.of(body) for body in merged.bodies),
    )
