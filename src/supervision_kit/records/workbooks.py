"""Workbooks (Excel and what else python-calamine opens) → cells."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Column, cell_text, printable
from supervision_kit.records.ods_xml import is_locked, scan_ods
from supervision_kit.records.sheet_records import LockedWorkbookError, scan_xls, scan_xlsb
from supervision_kit.records.sheet_xml import SheetScan, scan_workbook
from supervision_kit.records.wording import name_sheet
from supervision_kit.words import later, say, say_number

MOST_CELLS = 40_000_000  # a sheet's used area, empty cells among them; more does not fit into memory
MOST_BYTES = 600_000_000  # of the unpacked workbook
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DAMAGED = later(
    "{file} cannot be opened as a workbook: it is damaged or of another kind. Save it again as Excel (.xlsx) or CSV."
)


_OF_OTHER_KINDS = {  # by whether it is of Apple’s Numbers
    True: later("{file} is a document of Apple’s Numbers. Export the table from there as CSV or Excel (.xlsx)."),
    False: later("{file} is a zip archive in another. Unpack it and read the files in it."),
}


_Scans = tuple[list[SheetScan], Mapping[Any, SheetScan]]  # all of them, and by name or place


@dataclass(frozen=True)
class WorkbookSheet:
    """One visible sheet: its name, what sentences call it, its cells, and which of them are merged.

    A merged area is top, left, bottom and right, from 0.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()


def read_workbook(content: bytes, *, source: str) -> tuple[list[WorkbookSheet], list[str]]:
    """Return the visible sheets that hold any cell, and notes on what was not read."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    scans = _look_through(content, source)
    sheets, notes = [], []
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for position, about in enumerate(workbook.sheets_metadata):
            name = printable(about.name)
            label = name_sheet(name, position + 1)
            if about.visible != SheetVisibleEnum.Visible:
                notes.append(say("The hidden {sheet} was not read.", sheet=label))
                continue
            sheet = workbook.get_sheet_by_index(position)
            rows = sheet.to_python(skip_empty_area=False)
            scan = scans.get(about.name, scans.get(position, SheetScan()))
            notes += _notes(label, scan)
            if rows:
                merged = tuple((*start, *end) for start, end in sheet.merged_cell_ranges or ())
                sheets.append(WorkbookSheet(name, label, _columns(_with_errors(rows, scan)), merged))
    except PasswordError:
        raise RecordsError(_locked(source)) from None
    except (CalamineError, ValueError, OSError, OverflowError, MemoryError):
        raise RecordsError(say(_DAMAGED, file=source)) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a faulty file makes of calamine, no kind of Exception
            raise
        raise RecordsError(say(_DAMAGED, file=source)) from None
    return sheets, notes


def _notes(label: str, scan: SheetScan) -> list[str]:
    notes = []
    if scan.n_unsaved:
        notes.append(
            say(
                "{sheet}: {n} formula cell(s) hold no value and were read as blank. Open the file in Excel, save it, "
                "and read it again.",
                sheet=label[:1].upper() + label[1:],
                n=say_number(scan.n_unsaved),
            )
        )
    if any(scan.n_hidden):
        rows, columns = scan.n_hidden
        notes.append(
            say(
                "{sheet}: {rows} hidden row(s) and {columns} hidden column(s) were read as well.",
                sheet=label[:1].upper() + label[1:],
                rows=say_number(rows),
                columns=say_number(columns),
            )
        )
    return notes


def _with_errors(rows: list[list[Any]], scan: SheetScan) -> list[list[Any]]:
    """Put the error of a cell (``#REF!``) back, which calamine gives as blank."""
    for (row, column), error in scan.errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = error
    return rows


def _columns(rows: list[list[Any]]) -> tuple[Column, ...]:
    return tuple(Column.of([cell_text(cell) for cell in column]) for column in zip(*rows, strict=True))


def _look_through(content: bytes, source: str) -> Mapping[Any, SheetScan]:
    """Return what each sheet is like, by name or place; refuse what would not open or would fill the memory.

    Calamine lays out the whole area up to the last cell, and ends the process where that does not fit into memory.
    """
    if _ENCRYPTED in content[:100_000] or _ENCRYPTED in content[-100_000:]:
        raise RecordsError(_locked(source))
    try:
        scans, named = _scan_archive(content, source) if content.startswith(b"PK") else _scan_container(content)
    except LockedWorkbookError:
        raise RecordsError(_locked(source)) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        OSError,
        ValueError,
        KeyError,
        NotImplementedError,
        RuntimeError,
        struct.error,
        MemoryError,
    ):
        raise RecordsError(say(_DAMAGED, file=source)) from None
    if any(scan.last_row * scan.last_column > MOST_CELLS for scan in scans):
        raise RecordsError(_too_large(source))
    return named


def _scan_container(content: bytes) -> _Scans:
    placed = scan_xls(content)
    return list(placed.values()), placed


def _scan_archive(content: bytes, source: str) -> _Scans:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        if not names & {"[Content_Types].xml", "content.xml"}:
            raise RecordsError(say(_OF_OTHER_KINDS["Index/Document.iwa" in names], file=source))
        if sum(member.file_size for member in members) > MOST_BYTES:
            raise RecordsError(_too_large(source))
        if "word/document.xml" in names or "ppt/presentation.xml" in names:
            raise RecordsError(
                say("{file} is a document, not a table. Save the table of ratings as Excel (.xlsx).", file=source)
            )
        if "content.xml" in names:
            if is_locked(archive):
                raise LockedWorkbookError
            scans, named = scan_ods(archive)
        elif "xl/workbook.bin" in names:
            scans, named = scan_xlsb(archive)
        else:
            scans, named = scan_workbook(archive)
    return scans, named


def _locked(source: str) -> str:
    return say(
        "{file} is protected by a password. Open it in Excel, save a copy without the password, and read that.",
        file=source,
    )


def _too_large(source: str) -> str:
    return say(
        "{file}: a sheet reaches too far to be read (a stray cell far from the table does that). Delete the empty rows "
        "and columns around the table, or save it as CSV.",
        file=source,
    )
