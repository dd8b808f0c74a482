"""The XML of an Excel workbook, looked through before it is laid out: how far a sheet reaches, and its faulty cells."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of a sheet
CHUNK = 1 << 20
_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_YES = ("1", "true")
_WORKBOOK, _PARTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


class StrangeWorkbookError(ValueError):
    """The XML is not what Excel writes, so that nobody can tell how much memory it would take."""


@dataclass
class SheetScan:
    """How far a sheet reaches, its error cells, formulas without a value, and what is hidden.

    Rows and columns are counted from 0, `last_row` and `last_column` from 1.
    """

    last_row: int = 0
    last_column: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    n_unsaved: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def take(self, row: int, column: int, *, rows: int = LAST_ROW, columns: int = LAST_COLUMN) -> None:
        """Take note of a cell; one outside of so many rows and columns is refused."""
        if row >= rows or column >= columns:
            raise StrangeWorkbookError("a cell's place")
        self.last_row = max(self.last_row, row + 1)
        self.last_column = max(self.last_column, column + 1)

    @property
    def n_hidden(self) -> tuple[int, int]:
        """How many rows and columns of those that hold anything are hidden."""
        return (
            sum(row < self.last_row for row in self.hidden_rows),
            sum(column < self.last_column for column in self.hidden_columns),
        )


def scan_workbook(archive: zipfile.ZipFile) -> tuple[list[SheetScan], dict[str, SheetScan]]:
    """Return what each part of the archive that holds cells is like, and which of them a sheet's name stands for.

    Raises
    ------
    StrangeWorkbookError
        A cell stands outside of what a sheet can hold, or the XML is damaged.
    """
    scans = {
        member.filename: _Scanner(archive, member).scan
        for member in archive.infolist()
        if _holds(archive, member, b"sheetData")
    }
    parts = read_parts(archive, _PARTS)
    named = {
        attributes.get("name", ""): parts.get(attributes.get("id", ""), "")
        for name, attributes in _elements(archive, _WORKBOOK)
        if name == "sheet"
    }
    return list(scans.values()), {name: scans[part] for name, part in named.items() if part in scans}


def read_parts(archive: zipfile.ZipFile, relations: str) -> dict[str, str]:
    """Return which part of the archive each id stands for in the relations of the workbook."""
    return {
        attributes.get("Id", ""): str(PurePosixPath("/xl") / attributes.get("Target", "")).lstrip("/")
        for name, attributes in _elements(archive, relations)
        if name == "Relationship"
    }


def parse_part(archive: zipfile.ZipFile, name: str, start: Any, *, end: Any, text: Any) -> None:
    """Parse a part of the archive with these handlers of elements and text."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EndElementHandler, parser.CharacterDataHandler = end, text
    _parse(archive, archive.getinfo(name), start, parser)


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _holds(archive: zipfile.ZipFile, member: zipfile.ZipInfo, word: bytes) -> bool:
    """Return whether the member holds the word; reads it to its end, where its size and checksum are checked."""
    found, rest = False, b""
    for chunk in _chunks(archive, member):
        found = found or word in rest + chunk
        rest = chunk[-len(word) :]
    return found


def _elements(archive: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    """Return each element of a small part with its attributes, both without their namespace's prefix."""
    found: list[tuple[str, dict[str, str]]] = []
    if name not in archive.namelist():
        return found

    def start(element: str, attributes: dict[str, str]) -> None:
        found.append((_local(element), {_local(key): value for key, value in attributes.items()}))

    _parse(archive, archive.getinfo(name), start)
    return found


def _parse(archive: zipfile.ZipFile, member: zipfile.ZipInfo, start: Any, parser: Any = None) -> None:
    parser = parser or expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for chunk in _chunks(archive, member):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError) as error:
        raise StrangeWorkbookError(str(error)) from None


def _refuse_doctype(*_: object) -> None:
    raise StrangeWorkbookError("a document type")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Scanner:
    """Counts rows and columns as calamine does: by each cell's reference, or on from the one before."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        self.scan = SheetScan()
        self.row, self.column = 0, 0
        self.kind, self.formula, self.value = "", False, False
        self.columns: dict[str, int] = {}
        self.parser = expat.ParserCreate()
        _parse(archive, member, self.start, self.parser)
        self.leave_cell()

    def start(self, element: str, attributes: dict[str, str]) -> None:
        name = _local(element)
        if name == "c":
            self.leave_cell()
            self.find_place(attributes.get("r"))
            self.kind = attributes.get("t", "")
        elif name == "v":
            if self.formula or self.kind == "e":
                self.parser.CharacterDataHandler = self.text
            else:
                self.take_value()
        elif name == "is":
            self.take_value()
        elif name == "f":
            self.formula = True
        elif name == "row":
            self.leave_cell()
            self.row = _whole(attributes["r"], LAST_ROW) if "r" in attributes else self.row + 1
            self.column = 0
            if attributes.get("hidden") in _YES:
                self.scan.hidden_rows.add(self.row - 1)
        elif name == "col" and attributes.get("hidden") in _YES:
            first, last = (_whole(attributes.get(each, ""), LAST_COLUMN) for each in ("min", "max"))
            self.scan.hidden_columns.update(range(first - 1, last))

    def find_place(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        match = _CELL.fullmatch(reference)
        if not match:
            raise StrangeWorkbookError("a cell's reference")
        if match[1] not in self.columns:
            self.columns[match[1]] = _column_number(match[1])
        self.column = self.columns[match[1]]
        self.row = _whole(match[2], LAST_ROW)

    def text(self, text: str) -> None:
        if self.kind == "e":
            place = (self.row - 1, self.column - 1)
            self.scan.errors[place] = self.scan.errors.get(place, "") + text
        self.take_value()

    def take_value(self) -> None:
        self.value = True
        self.scan.last_row = max(self.scan.last_row, self.row)
        self.scan.last_column = max(self.scan.last_column, self.column)

    def leave_cell(self) -> None:
        if self.formula and not self.value:
            self.scan.n_unsaved += 1
        self.kind, self.formula, self.value = "", False, False
        self.parser.CharacterDataHandler = None


def _whole(digits: str, most: int) -> int:
    if not digits.isdecimal() or not 1 <= int(digits[:9]) <= most or len(digits) > len("1048576"):
        raise StrangeWorkbookError("a row's number")
    return int(digits)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    if number > LAST_COLUMN:
        raise StrangeWorkbookError("a column's letters")
    return number
