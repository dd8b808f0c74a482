"""A table of rows in a page that sorts, searches and turns its pages, by mouse and by keyboard."""

from __future__ import annotations

import ipywidgets as ipw
import pandas as pd


def row_table(table: pd.DataFrame, *, widths: dict[str, str], searches: bool = True) -> ipw.Widget:
    """Return the table as a widget; nothing in its cells is read as HTML.

    Parameters
    ----------
    table
        What is shown, with the headings as they are read.
    widths
        Heading → width of the column.
    searches
        Whether there is a field to search in.
    """
    from itables.widget import ITable

    return ITable(
        table,
        allow_html=False,
        maxBytes=0,  # callers count the rows, not the bytes
        classes="display sk-row-table",
        showIndex=False,
        autoWidth=False,
        columnDefs=[{"targets": at, "width": widths[name]} for at, name in enumerate(table.columns)],
        pageLength=10,
        lengthMenu=[10, 25, 100],
        layout={
            "topStart": None,
            "topEnd": "search" if searches else None,
            "bottomStart": "info",
            "bottomEnd": "paging",
        },
    )
