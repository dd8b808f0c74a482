"""The binary sheets of .xls and .xlsb workbooks, looked through as `sheet_xml` does."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator

from supervision_kit.records.compound_file import CompoundFile
from supervision_kit.records.sheet_xml import SheetScan, StrangeWorkbookError, read_parts

LAST_ROW_XLS, LAST_COLUMN_XLS = 65_536, 256
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
# records of .xls
_BOF, _LOCK, _SHEET, _DIMENSIONS, _ROW, _COLUMNS = (0x0809, 0x0009), 0x002F, 0x0085, 0x0200, 0x0208, 0x007D
_SHORTEST, _SHORTEST_CELL = {_DIMENSIONS: 12, _ROW: 14, _COLUMNS: 10}, 6  # bytes of what is looked at
_CELLS = frozenset({0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, 0x0006})
_CELLS |= {0x0206, 0x0406}
_FORMULAS, _FAULT_OR_TRUTH, _SEVERAL = frozenset({0x0006, 0x0206, 0x0406}), 0x0205, frozenset({0x00BD, 0x00BE})
# records of .xlsb
_ROW_B, _CELL_B, _ERROR_B, _FORMULA_ERROR_B, _COLUMNS_B, _SHEET_B = 0, range(1, 12), 3, 11, 60, 156
_ROW_HIDDEN, _ROW_HIDDEN_B = 0x20, 0x10


class LockedWorkbookError(ValueError):
    """The workbook is protected by a password."""


def scan_xls(content: bytes) -> dict[int, SheetScan]:
    """Return what each sheet of an .xls file is like, by its place among the sheets.

    Raises
    ------
    LockedWorkbookError
        It is protected by a password.
    StrangeWorkbookError
        It is no workbook, or a cell stands outside of what a sheet can hold.
    """
    container = CompoundFile(content)
    if "EncryptedPackage" in container:
        raise LockedWorkbookError
    stream = container.stream("Workbook") or container.stream("Book")
    if stream is None:
        raise StrangeWorkbookError("no workbook in it")
    starts: list[int] = []
    scans: dict[int, SheetScan] = {}
    scan = SheetScan()
    for at, kind, record in _records(stream):
        if kind == _LOCK:
            raise LockedWorkbookError
        if kind in _BOF:
            scan = scans.setdefault(at, SheetScan())
        elif kind == _SHEET and len(record) >= 4:  # noqa: PLR2004
            starts.append(struct.unpack_from("<I", record)[0])
        else:
            _take(scan, kind, record)
    return {place: scans[start] for place, start in enumerate(starts) if start in scans}


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _take(scan: SheetScan, kind: int, record: bytes) -> None:
    if len(record) < _SHORTEST.get(kind, _SHORTEST_CELL):
        return
    if kind == _DIMENSIONS:
        first, last, left, right = struct.unpack_from("<2I2H", record)
        if last > LAST_ROW_XLS or right > LAST_COLUMN_XLS or first > last or left > right:
            raise StrangeWorkbookError("the size of a sheet")
    elif kind == _ROW and record[12] & _ROW_HIDDEN:
        scan.hidden_rows.add(struct.unpack_from("<H", record)[0])
    elif kind == _COLUMNS and record[8] & 1:
        first, last = struct.unpack_from("<2H", record)
        scan.hidden_columns.update(range(first, min(last, LAST_COLUMN_XLS) + 1))
    elif kind in _CELLS or kind in _SEVERAL:
        row, column = struct.unpack_from("<2H", record)
        last = struct.unpack_from("<H", record, len(record) - 2)[0] if kind in _SEVERAL else column
        scan.take(row, max(column, last), rows=LAST_ROW_XLS, columns=LAST_COLUMN_XLS)
        if code := _error_of(kind, record):
            scan.errors[row, column] = code


def _error_of(kind: int, record: bytes) -> str | None:
    if kind == _FAULT_OR_TRUTH and len(record) >= 8 and record[7] == 1:  # noqa: PLR2004
        return _ERRORS.get(record[6])
    if kind in _FORMULAS and len(record) >= 14 and record[12:14] == b"\xff\xff" and record[6] == 2:  # noqa: PLR2004
        return _ERRORS.get(record[8])
    return None


def scan_xlsb(archive: zipfile.ZipFile) -> tuple[list[SheetScan], dict[str, SheetScan]]:
    """Return what each binary part of an .xlsb file is like, and which of them a sheet's name stands for.

    Raises
    ------
    StrangeWorkbookError
        A cell stands outside of what a sheet can hold, or a part is damaged.
    """
    scans = {
        member.filename: _scan_part(archive.read(member))
        for member in archive.infolist()
        if member.filename.endswith(".bin") and "sheet" in member.filename.casefold()
    }
    parts = read_parts(archive, "xl/_rels/workbook.bin.rels")
    named = {}
    for kind, record in _short_records(archive.read("xl/workbook.bin")):
        if kind == _SHEET_B:
            part, end = _wide_text(record, 8)
            name, _ = _wide_text(record, end)
            named[name] = parts.get(part, "")
    return list(scans.values()), {name: scans[part] for name, part in named.items() if part in scans}


def _scan_part(content: bytes) -> SheetScan:
    scan, row = SheetScan(), 0
    for kind, record in _short_records(content):
        if kind == _ROW_B and len(record) >= 12:  # noqa: PLR2004
            row = struct.unpack_from("<I", record)[0]
            if record[11] & _ROW_HIDDEN_B:
                scan.hidden_rows.add(row)
        elif kind in _CELL_B and len(record) >= 8:  # noqa: PLR2004
            column = struct.unpack_from("<I", record)[0]
            scan.take(row, column)
            if kind in (_ERROR_B, _FORMULA_ERROR_B) and len(record) > 8:  # noqa: PLR2004
                scan.errors[row, column] = _ERRORS.get(record[8], "#VALUE!")
        elif kind == _COLUMNS_B and len(record) >= 18 and record[16] & 1:  # noqa: PLR2004
            first, last = struct.unpack_from("<2I", record)
            scan.hidden_columns.update(range(first, min(last, first + 16_383) + 1))
    return scan


def _short_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        kind, at = _short_number(content, at, 2)
        length, at = _short_number(content, at, 4)
        yield kind, content[at : at + length]
        at += length


def _short_number(content: bytes, at: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        if at >= len(content):
            raise StrangeWorkbookError("a record that is cut")
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            break
    return number, at


def _wide_text(record: bytes, at: int) -> tuple[str, int]:
    if at + 4 > len(record):
        raise StrangeWorkbookError("a name that is cut")
    end = at + 4 + 2 * struct.unpack_from("<I", record, at)[0]
    return record[at + 4 : end].decode("utf-16-le", errors="replace"), end
