"""An export → a new workspace that holds the same."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say, say_number
from supervision_kit.workspace.cells_of_text import read_text
from supervision_kit.workspace.database import insert_rows
from supervision_kit.workspace.exporting import KIND, MANIFEST, MANIFEST_SHEET
from supervision_kit.workspace.schema import NEWEST, PASSING, VERSION_TABLE, tables
from supervision_kit.workspace.versions import migrate

Rows = list[list[Any]]
_TYPED: Mapping[str, Callable[[str], Any]] = {
    "whole": lambda cell: int(cell) if cell else None,
    "number": lambda cell: float(cell) if cell else None,
    "text": read_text,
}


class Export:
    """The files of an export: a folder, a zip, or a workbook.

    Raises
    ------
    WorkspaceError
        It is none, was written by a newer kit, or is not whole.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._parts = _read_parts(path)
            manifest = json.loads(self._parts[MANIFEST])
            self.kind, self.version = str(manifest["format"]), str(manifest["version"])
            self.tables: dict[str, dict[str, str]] = {n: dict(t["columns"]) for n, t in manifest["tables"].items()}
            self._n_rows = {name: int(table["rows"]) for name, table in manifest["tables"].items()}
            is_ours = manifest["kind"] == KIND
        except OSError as error:
            raise WorkspaceError(
                say("{name} cannot be opened: {why}.", name=path.name, why=error.strerror or say("refused"))
            ) from None
        except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile):
            is_ours = False
        if not is_ours:
            raise WorkspaceError(
                say(
                    "{name} is no export of a workspace: its {manifest} is missing or damaged.",
                    name=path.name,
                    manifest=MANIFEST,
                )
            )
        if not (self.version.isdecimal() and int(self.version) <= int(NEWEST)):
            raise WorkspaceError(
                say("{name} was written by a newer version of supervision_kit. Update the kit.", name=path.name)
            )

    def rows(self, table: str) -> Rows:
        """Return the rows of a table."""
        kinds = self.tables[table]
        try:
            part = self._parts[f"{table}.{self.kind}"]
            rows = _from_parquet(part, kinds) if self.kind == "parquet" else _from_cells(part, kinds)
        except (KeyError, ValueError, TypeError, csv.Error):
            raise WorkspaceError(
                say("{name}: its table {table} is missing or damaged.", name=self.name, table=table)
            ) from None
        if len(rows) != self._n_rows[table]:
            raise WorkspaceError(
                say(
                    "{name} is not whole: {table} has {n} of {n_all} row(s).",
                    name=self.name,
                    table=table,
                    n=say_number(len(rows)),
                    n_all=say_number(self._n_rows[table]),
                )
            )
        return rows


def _read_parts(path: Path) -> dict[str, Any]:
    if path.is_dir():
        return {each.name: each.read_bytes() for each in path.iterdir() if each.is_file()}
    content = path.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise ValueError
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if MANIFEST in archive.namelist():
            return {name: archive.read(name) for name in archive.namelist()}
    return _read_workbook(content)


def _read_workbook(content: bytes) -> dict[str, Any]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except CalamineError:
        raise ValueError from None
    manifest = sheets.pop(MANIFEST_SHEET)[0][0]
    return {MANIFEST: manifest, **{f"{name}.xlsx": rows for name, rows in sheets.items()}}


def _from_cells(part: bytes | list[list[Any]], kinds: Mapping[str, str]) -> Rows:
    lines: list[list[Any]] = _lines(part) if isinstance(part, bytes) else part
    if not lines or [str(cell) for cell in lines[0]] != list(kinds):
        raise ValueError
    typed = [_TYPED[kind] for kind in kinds.values()]
    return [[read(_cell(cell)) for read, cell in zip(typed, line, strict=True)] for line in lines[1:]]


def _lines(part: bytes) -> list[list[str]]:
    longest = csv.field_size_limit(sys.maxsize)  # a note may be long
    try:
        return list(csv.reader(io.StringIO(part.decode(), newline="")))
    finally:
        csv.field_size_limit(longest)


def _cell(cell: object) -> str:
    """Return a cell as CSV would hold it: calamine gives numbers as floats."""
    if isinstance(cell, float) and cell.is_integer():
        return repr(int(cell)) if cell or str(cell)[0] != "-" else "-0.0"
    return repr(cell) if isinstance(cell, float) else str(cell)


def _from_parquet(part: bytes, kinds: Mapping[str, str]) -> Rows:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(pa.BufferReader(part))
    except pa.ArrowException:
        raise ValueError from None
    if table.column_names != list(kinds):
        raise ValueError
    return [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]


def restore(connection: Connection, export: Export) -> int:
    """Fill an empty database with an export, in the export's version, and bring it to the newest; return the rows."""
    names = set(inspect(connection).get_table_names())
    if names:
        raise WorkspaceError(say("An export is restored into a new workspace; this one holds something already."))
    migrate(connection, export.version)
    connection.execute(text("DELETE FROM settings"))
    inspector = inspect(connection)
    passing = {VERSION_TABLE, *(table.name for table in tables.tables.values() if table.info.get(PASSING))}
    there = {
        name: [column["name"] for column in inspector.get_columns(name)]
        for name in inspector.get_table_names()
        if name not in passing
    }
    if {name: sorted(columns) for name, columns in export.tables.items()} != {n: sorted(c) for n, c in there.items()}:
        raise WorkspaceError(
            say(
                "{name} has other tables or columns than its version {version}.",
                name=export.name,
                version=export.version,
            )
        )
    n_rows = 0
    for name, columns in export.tables.items():
        rows: Sequence[Sequence[Any]] = export.rows(name)
        insert_rows(connection, name, list(columns), rows)
        n_rows += len(rows)
    if export.version != NEWEST:
        migrate(connection, NEWEST)
    return n_rows
