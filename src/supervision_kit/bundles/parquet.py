"""Tables as Parquet that holds their values and column names and nothing about where they come from."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd

from supervision_kit.bundles.contents import TABLES
from supervision_kit.errors import BundleError, TableError
from supervision_kit.words import say

MOST_ROWS = 20_000_000  # a small file can hold more than a computer: no caseload has as many


def write_table(name: str, table: pd.DataFrame) -> bytes:
    """Return a table of :data:`contents.TABLES` as a Parquet file: no index, no pandas metadata, no statistics."""
    import pyarrow as pa
    from pyarrow import parquet

    fields = [(column, _type(spec.dtype)) for column, spec in TABLES[name].columns.items()]
    arrow = pa.Table.from_arrays(
        [pa.Array.from_pandas(table[column], type=kind) for column, kind in fields], schema=pa.schema(fields)
    )
    buffer = io.BytesIO()
    parquet.write_table(arrow, buffer, compression="zstd", write_statistics=False, store_schema=False)
    return buffer.getvalue()


def read_table(name: str, content: bytes) -> pd.DataFrame:
    """Return the table in a Parquet file.

    Raises
    ------
    BundleError
        It cannot be read, is larger than any caseload, or is no table of a bundle of that name.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(content))
        if file.metadata.num_rows > MOST_ROWS or file.schema_arrow.names != list(TABLES[name].columns):
            raise _unreadable(name)
        arrow = file.read()
        frame = pd.DataFrame({column: arrow.column(column).to_pandas() for column in arrow.schema.names})
        return TABLES[name].check(frame)
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, TableError):
        raise _unreadable(name) from None


def _unreadable(name: str) -> BundleError:
    return BundleError(say("The table {name} of this bundle cannot be read. Ask for the bundle again.", name=name))


def schema_of(name: str) -> Mapping[str, str]:
    """Return the columns of a table with the types that they have in the file, for the manifest."""
    return {column: str(_type(spec.dtype)) for column, spec in TABLES[name].columns.items()}


def _type(dtype: str) -> Any:
    import pyarrow as pa

    return {"str": pa.string(), "int64": pa.int64(), "Int64": pa.int64(), "float64": pa.float64()}[dtype]
