"""Workbooks (Excel and what else python-calamine opens) → cells."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Column, cell_text, printable
from supervision_kit.records.sheet_xml import SheetScan, scan_workbook

MOST_CELLS = 40_000_000  # a sheet's used area, empty cells among them; more does not fit into memory
MOST_BYTES = 600_000_000  # of the unpacked workbook
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DAMAGED = "cannot be opened as a workbook: it is damaged or of another kind. Save it again as Excel (.xlsx) or CSV."


@dataclass(frozen=True)
class WorkbookSheet:
    """One visible sheet's cells, and its name."""

    name: str
    columns: tuple[Column, ...]


def read_workbook(content: bytes, *, source: str) -> tuple[list[WorkbookSheet], list[str]]:
    """Return the visible sheets that hold any cell, and notes on what was not read."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    scans = _look_through(content, source)
    sheets, notes = [], []
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for position, about in enumerate(workbook.sheets_metadata):
            name = printable(about.name)
            if about.visible != SheetVisibleEnum.Visible:
                notes.append(f"The hidden sheet “{name}” was not read.")
                continue
            rows = workbook.get_sheet_by_index(position).to_python(skip_empty_area=False)
            scan = scans.get(about.name, SheetScan())
            if scan.n_unsaved:
                notes.append(
                    f"Sheet “{name}”: {scan.n_unsaved:,} formula cell(s) hold no value and were read as blank. "
                    "Open the file in Excel, save it, and read it again."
                )
            if rows:
                sheets.append(WorkbookSheet(name, _columns(_with_errors(rows, scan))))
    except PasswordError:
        raise RecordsError(_locked(source)) from None
    except (CalamineError, ValueError, OSError):
        raise RecordsError(f"{source} {_DAMAGED}") from None
    return sheets, notes


def _with_errors(rows: list[list[Any]], scan: SheetScan) -> list[list[Any]]:
    """Put the error of a cell (``#REF!``) back, which calamine gives as blank."""
    for (row, column), error in scan.errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = error
    return rows


def _columns(rows: list[list[Any]]) -> tuple[Column, ...]:
    return tuple(Column.of([cell_text(cell) for cell in column]) for column in zip(*rows, strict=True))


def _look_through(content: bytes, source: str) -> dict[str, SheetScan]:
    """Return what each sheet is like; refuse what would not open or would fill the memory.

    Calamine lays out the whole area up to the last cell, and ends the process where that does not fit into memory.
    """
    if _ENCRYPTED in content[:100_000] or _ENCRYPTED in content[-100_000:]:
        raise RecordsError(_locked(source))
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if not {member.filename for member in members} & {"[Content_Types].xml", "content.xml"}:
                raise RecordsError(f"{source} is a zip archive in another. Unpack it and read the files in it.")
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise RecordsError(_too_large(source))
            scans, named = scan_workbook(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        raise RecordsError(f"{source} {_DAMAGED}") from None
    if any(scan.last_row * scan.last_column > MOST_CELLS for scan in scans):
        raise RecordsError(_too_large(source))
    return named


def _locked(source: str) -> str:
    return f"{source} is protected by a password. Open it in Excel, save a copy without the password, and read that."


def _too_large(source: str) -> str:
    return (
        f"{source}: a sheet reaches too far to be read (a stray cell far from the table does that). "
        "Delete the empty rows and columns around the table, or save it as CSV."
    )
