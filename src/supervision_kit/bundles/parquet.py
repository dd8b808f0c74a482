"""Tables as Parquet that holds their values and column names and nothing about where they come from."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd

from supervision_kit.bundles.contents import TABLES
from supervision_kit.errors import BundleError
from supervision_kit.words import say


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
        It cannot be read, or has other columns than a bundle's table of that name.
    TableError
        It breaks its contract.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        arrow = parquet.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError):
        raise _unreadable(name) from None
    if arrow.schema.names != list(TABLES[name].columns):
        raise _unreadable(name)
    frame = pd.DataFrame({column: arrow.column(column).to_pandas() for column in arrow.schema.names})
    return TABLES[name].check(frame)


def _unreadable(name: str) -> BundleError:
    return BundleError(say("The table {name} of this bundle cannot be read. Ask for the bundle again.", name=name))


def schema_of(name: str) -> Mapping[str, str]:
    """Return the columns of a table with the types that they have in the file, for the manifest."""
    return {column: str(_type(spec.dtype)) for column, spec in TABLES[name].columns.items()}


def _type(dtype: str) -> Any:
    import pyarrow as pa

    return {"str": pa.string(), "int64": pa.int64(), "Int64": pa.int64(), "float64": pa.float64()}[dtype]
