"""Workbooks (Excel and what else python-calamine opens) → cells."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Column

MOST_CELLS = 40_000_000  # a sheet's used area, empty cells among them; more does not fit into memory
MOST_BYTES = 2_000_000_000  # of the unpacked workbook
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DAMAGED = "cannot be opened as a workbook: it is damaged or of another kind. Save it again as Excel (.xlsx) or CSV."


@dataclass(frozen=True)
class WorkbookSheet:
    """One visible sheet's cells, and its name."""

    name: str
    columns: tuple[Column, ...]


def read_workbook(content: bytes, *, source: str) -> tuple[list[WorkbookSheet], list[str]]:
    """Return the visible sheets that hold any cell, and the names of the hidden ones."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    _refuse_unreadable(content, source)
    sheets, hidden = [], []
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for position, about in enumerate(workbook.sheets_metadata):
            if about.visible != SheetVisibleEnum.Visible:
                hidden.append(about.name)
                continue
            rows = workbook.get_sheet_by_index(position).to_python(skip_empty_area=False)
            if rows:
                sheets.append(WorkbookSheet(about.name, _columns(rows)))
    except PasswordError:
        raise RecordsError(_locked(source)) from None
    except (CalamineError, ValueError, OSError):
        raise RecordsError(f"{source} {_DAMAGED}") from None
    return sheets, hidden


def _columns(rows: list[list[Any]]) -> tuple[Column, ...]:
    return tuple(Column.of([_text(cell) for cell in column]) for column in zip(*rows, strict=True))


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _refuse_unreadable(content: bytes, source: str) -> None:
    """Refuse what would not open, or would fill the memory: calamine lays out the whole area up to the last cell."""
    if _ENCRYPTED in content[:100_000] or _ENCRYPTED in content[-100_000:]:
        raise RecordsError(_locked(source))
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if not names & {"[Content_Types].xml", "content.xml"}:
                raise RecordsError(f"{source} is a zip archive, not a workbook. Unpack it and read the files in it.")
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise RecordsError(_too_large(source))
            for member in members:
                if member.filename.startswith("xl/worksheets/") and _area(archive.read(member)) > MOST_CELLS:
                    raise RecordsError(_too_large(source))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        raise RecordsError(f"{source} {_DAMAGED}") from None


def _area(sheet_xml: bytes) -> int:
    last_row = last_column = 0
    for letters, row in _CELL.findall(sheet_xml):
        last_row = max(last_row, int(row))
        column = 0
        for letter in letters:
            column = 26 * column + letter - 64
        last_column = max(last_column, column)
    return last_row * last_column


def _locked(source: str) -> str:
    return f"{source} is protected by a password. Open it in Excel, save a copy without the password, and read that."


def _too_large(source: str) -> str:
    return (
        f"{source}: a sheet reaches too far to be read (a stray cell far from the table does that). "
        "Delete the empty rows and columns around the table, or save it as CSV."
    )
