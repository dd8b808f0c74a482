"""What a bundle may hold: its files by name, and the columns of its tables; nothing else gets in, or out."""

from __future__ import annotations

import re
from types import MappingProxyType

import pandas as pd

from supervision_kit.tables import JUDGEMENT_CODES, RESPONSES, SCORES, Column, Table

FORMAT = 1
"""Of the folder and its tables; a kit opens bundles up to its own."""

MANIFEST, REPORT = "manifest.json", "disclosure_report.md"
TABLES_FOLDER, PAGES_FOLDER = "tables", "pages"

_WEEKS = {"weeks": Column("Int64", "weeks since the first session, rounded; <NA> where not published", optional=True)}


def _undated(table: Table, *, more: dict[str, Column] | None = None) -> Table:
    columns = {name: column for name, column in table.columns.items() if name != "date"}
    return Table(table.name, table.row, table.key, MappingProxyType(columns | (more or {})))


NOTES = Table(
    "notes",
    "a note that was chosen for publication, word for word",
    (),
    MappingProxyType(
        {
            "case_id": Column("str", "the case's drawn code"),
            "session": Column("Int64", "the session it is about; <NA> where it is about the case"),
            "text": Column("str", "the note"),
        }
    ),
)

TABLES = MappingProxyType(
    {
        "scores": _undated(SCORES, more=_WEEKS),
        "responses": _undated(RESPONSES),
        "notes": NOTES,
        "codes": JUDGEMENT_CODES,
    }
)
"""The tables of a bundle by name. No table has a date."""

_KNOWN_FILE = re.compile(
    rf"{TABLES_FOLDER}/({'|'.join(TABLES)})\.parquet|{PAGES_FOLDER}/[0-9a-z_]+\.ipynb|{re.escape(REPORT)}"
)


def is_known_file(name: str) -> bool:
    """Tell whether a bundle may hold a file of this name, below its folder."""
    return _KNOWN_FILE.fullmatch(name) is not None


def table_file(name: str) -> str:
    """Return where the table of this name lies, below the bundle's folder."""
    return f"{TABLES_FOLDER}/{name}.parquet"


def to_publish(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is published: the columns of its contract alone, rows in an order that tells nothing."""
    checked = TABLES[name].check(table)
    key = [*TABLES[name].key] or list(checked.columns)
    return checked.sort_values(key, kind="stable", ignore_index=True)
