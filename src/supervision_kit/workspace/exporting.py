"""Everything in a workspace as files that other programs read, and that :mod:`restoring` takes back whole."""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Float, Integer, Table
from sqlalchemy.engine import Connection

from supervision_kit import __version__
from supervision_kit.errors import UnknownNameError, WorkspaceError
from supervision_kit.words import say, say_number
from supervision_kit.workspace.cells_of_text import write_text
from supervision_kit.workspace.database import select_rows
from supervision_kit.workspace.schema import NEWEST, PASSING, tables

KIND = "supervision_kit workspace"
MANIFEST = "workspace.json"
MANIFEST_SHEET = "workspace"
FORMATS = ("csv", "xlsx", "parquet")
MOST_ROWS = 1_048_576  # of an XLSX sheet, the heading among them
LONGEST_TEXT = 32_767  # signs in an XLSX cell

Rows = Sequence[Sequence[Any]]


def export(connection: Connection, path: Path, kind: str) -> int:
    """Write every table, but what undo keeps; return the number of rows.

    Raises
    ------
    WorkspaceError
        Something is there already, cannot be written, or does not fit into a workbook.
    """
    if kind not in FORMATS:
        raise UnknownNameError("export format", kind, FORMATS)
    if path.exists():
        raise WorkspaceError(
            say("{name} is there already, and nothing is overwritten. Give another name.", name=path.name)
        )
    kept = [table for table in tables.sorted_tables if not table.info.get(PASSING)]
    content = {table.name: _read(connection, table) for table in kept}
    kinds = {table.name: column_kinds(table) for table in kept}
    manifest = {
        "kind": KIND,
        "version": NEWEST,
        "kit_version": __version__,
        "format": kind,
        "tables": {name: {"columns": kinds[name], "rows": len(rows)} for name, rows in content.items()},
    }
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write = _write_workbook if kind == "xlsx" else _write_files
    try:
        write(partial, path.suffix == ".zip", content, manifest)
        partial.rename(path)
    except OSError as error:
        raise WorkspaceError(
            say("{name} cannot be written: {why}.", name=path.name, why=error.strerror or say("refused"))
        ) from None
    finally:
        remove(partial)
    return sum(map(len, content.values()))


def column_kinds(table: Table) -> dict[str, str]:
    """Return for each column whether it holds whole numbers, numbers, or texts."""
    kinds: dict[str, str] = {}
    for column in table.c:
        kinds[column.name] = "number" if isinstance(column.type, Float) else "text"
        if isinstance(column.type, Integer):
            kinds[column.name] = "whole"
    return kinds


def _read(connection: Connection, table: Table) -> Rows:
    key = ", ".join(column.name for column in table.primary_key)
    names = ", ".join(table.c.keys())
    return select_rows(connection, f"SELECT {names} FROM {table.name} ORDER BY {key}")  # noqa: S608 - our own names


def remove(partial: Path) -> None:
    """Take away what was written."""
    if partial.is_dir():
        shutil.rmtree(partial)
    else:
        partial.unlink(missing_ok=True)


def _private(path: str | os.PathLike[str], flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write_files(path: Path, zipped: bool, content: Mapping[str, Rows], manifest: Mapping[str, Any]) -> None:  # noqa: FBT001
    as_bytes: Callable[[Mapping[str, str], Rows], bytes] = {"csv": _as_csv, "parquet": _as_parquet}[manifest["format"]]
    ending = manifest["format"]
    written = json.dumps(manifest, indent=1).encode()
    parts = ((f"{name}.{ending}", manifest["tables"][name]["columns"], rows) for name, rows in content.items())
    if zipped:
        with (
            open(path, "xb", opener=_private) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name, columns, rows in parts:
                archive.writestr(name, as_bytes(columns, rows))
            archive.writestr(MANIFEST, written)
        return
    path.mkdir(mode=0o700)
    for name, columns, rows in parts:
        with open(path / name, "xb", opener=_private) as file:
            file.write(as_bytes(columns, rows))
    with open(path / MANIFEST, "xb", opener=_private) as file:
        file.write(written)


def _as_csv(columns: Mapping[str, str], rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    is_text = [kind == "text" for kind in columns.values()]
    for row in rows:
        writer.writerow([write_text(cell) if text_ else cell for cell, text_ in zip(row, is_text, strict=True)])
    return text.getvalue().encode()


def _as_parquet(columns: Mapping[str, str], rows: Rows) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    types = {"whole": pa.int64(), "number": pa.float64(), "text": pa.string()}
    fields = list(zip(*rows, strict=True)) or [() for _ in columns]
    arrays = {name: pa.array(values, types[kind]) for (name, kind), values in zip(columns.items(), fields, strict=True)}
    buffer = io.BytesIO()
    parquet.write_table(pa.table(arrays), buffer)
    return buffer.getvalue()


def _write_workbook(path: Path, _zipped: bool, content: Mapping[str, Rows], manifest: Mapping[str, Any]) -> None:  # noqa: FBT001
    import xlsxwriter

    if long := [name for name, rows in content.items() if len(rows) >= MOST_ROWS]:
        raise WorkspaceError(
            say(
                "The table {table} has {n} rows, and a sheet of a workbook holds {most}. Export as csv or parquet.",
                table=long[0],
                n=say_number(len(content[long[0]])),
                most=say_number(MOST_ROWS - 1),
            )
        )
    with (
        open(path, "xb", opener=_private) as file,
        xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_numbers": False}) as book,
    ):
        for name, rows in content.items():
            columns = manifest["tables"][name]["columns"]
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(columns))
            for at, row in enumerate(rows, start=1):
                _write_row(sheet, at, row, list(columns.values()))
        book.add_worksheet(MANIFEST_SHEET).write_string(0, 0, json.dumps(manifest))


def _write_row(sheet: Any, at: int, row: Sequence[Any], kinds: Sequence[str]) -> None:
    for column, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
        if cell is None:
            continue
        if kind == "text":
            text = write_text(cell)
            if len(text) > LONGEST_TEXT:
                raise WorkspaceError(
                    say(
                        "A text is longer than the {most} signs that a workbook's cell holds. "
                        "Export as csv or parquet.",
                        most=say_number(LONGEST_TEXT),
                    )
                )
            sheet.write_string(at, column, text)
        elif float(f"{cell:.16G}") == cell:  # the digits that a workbook keeps
            sheet.write_number(at, column, cell)
        else:
            sheet.write_string(at, column, repr(cell))
