"""Parquet → cells."""

from __future__ import annotations

import io
from typing import Any

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Sheet, cell_text, widened
from supervision_kit.records.files import File
from supervision_kit.records.growing import WIDEST, GrowingColumn
from supervision_kit.records.progress import Progress, Report
from supervision_kit.words import later, say, say_number

MOST_CELLS = 1_000_000_000
ROWS_AT_ONCE = 20_000
_DAMAGED = later("{file} cannot be opened as Parquet: it is damaged or encrypted. Export the ratings again.")


def read_parquet(file: File, *, stem: str, report: Report) -> tuple[Sheet, list[str]]:
    """Return the table as a sheet whose headings are the columns' names, and notes on columns that hold no cells.

    Raises
    ------
    RecordsError
        It is damaged, encrypted or far too large.
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(io.BytesIO(file.content()))
        n_rows, schema = table.metadata.num_rows, table.schema_arrow
        if len(schema) > WIDEST or n_rows * len(schema) > MOST_CELLS:
            raise RecordsError(
                say("{file} holds more than an export of ratings does. It was not read.", file=file.name)
            )
        plain = [at for at, kind in enumerate(schema.types) if not pa.types.is_nested(kind)]
        columns = [GrowingColumn() for _ in plain]
        for column, at in zip(columns, plain, strict=True):
            column.add([schema.names[at]])
        done = 0
        for batch in table.iter_batches(ROWS_AT_ONCE):
            for column, at in zip(columns, plain, strict=True):
                column.add(_texts(batch.column(at)))
            done += batch.num_rows
            report(Progress(done, n_rows, f"Reading {file.name}"))
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError, UnicodeError, KeyError):
        raise RecordsError(say(_DAMAGED, file=file.name)) from None
    n_nested = len(schema) - len(plain)
    notes = (
        [say("{n} column(s) hold lists or tables of their own, and were left aside.", n=say_number(n_nested))]
        if n_nested
        else []
    )
    numbers = np.arange(done + 1)
    return Sheet(
        file.name, tuple(column.finished() for column in columns), stem, numbers=numbers, has_own_headings=True
    ), notes


def _texts(cells: Any) -> list[str]:
    import pyarrow as pa

    short = pa.types.is_float32(cells.type)
    return [cell_text(widened(cell) if short else cell) for cell in cells.to_pylist()]
