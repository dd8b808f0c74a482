"""What each column of a sheet is read as, in the words of ``columns=``; nothing is refused for want of a role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Sheet
from supervision_kit.records.files import Source, find_files
from supervision_kit.records.finding import Layout
from supervision_kit.records.folding import heading_key
from supervision_kit.records.header import FEWEST_HEADINGS, count_recognised, find_header, first_rows
from supervision_kit.records.layout import find_layout, said_role
from supervision_kit.records.progress import say_nothing
from supervision_kit.records.sheets import read_sheets
from supervision_kit.records.targets import Said, say_role, say_slot
from supervision_kit.records.two_rows import Header, role_of, tidy
from supervision_kit.records.wording import column_name


@dataclass(frozen=True)
class ColumnReading:
    """One column: its place from 0, its heading (``column D`` where it has none) and what it is read as.

    `read_as` is what ``columns=`` would say of it, ``"ignore"`` where the caller said so, and empty where nothing is
    known of it or another column was taken.
    """

    position: int
    heading: str
    read_as: str


@dataclass(frozen=True)
class SheetColumns:
    """The columns of one sheet.

    Attributes
    ----------
    source
        What messages call the sheet.
    header_row
        The last row of the headings, as Excel counts.
    headings
        Every heading as it stands there, empty where there is none.
    columns
        What each filled column is read as.
    refusal
        The sentence with which :func:`read_ratings` would refuse the sheet, or empty.
    """

    source: str
    header_row: int
    headings: tuple[str, ...]
    columns: tuple[ColumnReading, ...]
    refusal: str = ""

    @property
    def read_as(self) -> dict[str, str]:
        """Heading → what it is read as, of the columns that are; of two with one heading the first."""
        said: dict[str, str] = {}
        for column in self.columns:
            if column.read_as:
                said.setdefault(column.heading, column.read_as)
        return said


def list_columns(
    source: Source | Sequence[Source],
    *,
    columns: Mapping[str, str] | None = None,
    instrument: str | None = None,
    rater: str | None = None,
) -> tuple[SheetColumns, ...]:
    r"""Return for each sheet what its columns are read as, also where the sheet as a whole would be refused.

    Parameters
    ----------
    source
        As for :func:`read_ratings`.
    columns, instrument, rater
        What is said of the columns so far, as for :func:`read_ratings`. A name in `columns` that no sheet has is passed
        over.

    Raises
    ------
    RecordsError
        A file is no table at all, or `columns` says something that is nothing.

    Examples
    --------
    >>> (sheet,) = list_columns(b"Kd.,Session,SRS\nC1,1,36\n")
    >>> [(column.heading, column.read_as) for column in sheet.columns]
    [('Kd.', ''), ('Session', 'session'), ('SRS', 'srs:total')]
    >>> sheet.refusal.split(".")[0]
    'data: a case column (case id, client, patient code, …) was not found'
    """
    said = Said.by(columns=columns, instrument=instrument, rater=rater)
    found = []
    for origin in find_files(source):
        sheets, _ = read_sheets(origin, targets=said.targets, report=say_nothing)
        found += [_list_sheet(sheet, said) for sheet in sheets]
    return tuple(found)


def _list_sheet(sheet: Sheet, said: Said) -> SheetColumns:
    try:
        return columns_of(sheet, find_layout(sheet, said=said), said)
    except RecordsError as error:
        refusal = str(error)
    header = _likely_header(sheet, said)
    readings = {}
    for at, heading in enumerate(header.headings):
        role = said_role(heading or column_name(at), said) if heading or _is_said(column_name(at), said) else None
        readings[at] = say_role(role) if role else ""
    return _listed(sheet, header, readings, said, refusal)


def columns_of(sheet: Sheet, layout: Layout, said: Said) -> SheetColumns:
    """Return what the columns of a sheet with this layout are read as."""
    readings = {at: field for field, at in layout.fields.items()}
    readings |= {slot.position: say_slot(slot) for slot in layout.slots}
    headings = tuple(
        "" if heading == column_name(at) and not any(sheet.row(row)[at] for row in layout.header_rows) else heading
        for at, heading in enumerate(layout.headings)
    )
    return _listed(sheet, Header(layout.header_rows[0], layout.header, headings), readings, said)


def _likely_header(sheet: Sheet, said: Said) -> Header:
    """Return the headings that are known or, where none are, the first row of several cells."""
    try:
        return find_header(sheet, said.targets)
    except RecordsError:
        rows = first_rows(sheet)
        row = max(rows, key=lambda each: count_recognised(sheet.row(each), said.targets), default=0)
        if not rows or not count_recognised(sheet.row(row), said.targets):
            row = next((each for each in rows if sum(map(bool, sheet.row(each))) >= FEWEST_HEADINGS), row)
        return Header(row, row, tuple(map(tidy, sheet.row(row))))


def _is_said(heading: str, said: Said) -> bool:
    return heading_key(heading) in said.targets


def _listed(sheet: Sheet, header: Header, readings: Mapping[int, str], said: Said, refusal: str = "") -> SheetColumns:
    columns = []
    for at, heading in enumerate(header.headings):
        if not heading and sheet.columns[at].blank[header.row + 1 :].all():
            continue
        name = heading or column_name(at)
        ignored = _is_said(name, said) and role_of(name, said.targets) is None
        columns.append(ColumnReading(at, name, "ignore" if ignored else readings.get(at, "")))
    return SheetColumns(sheet.source, header.row + 1, header.headings, tuple(columns), refusal)
