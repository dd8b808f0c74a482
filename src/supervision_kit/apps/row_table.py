"""A table of rows in a page that sorts, searches and turns its pages, by mouse and by keyboard."""

from __future__ import annotations

from typing import Any

import ipywidgets as ipw
import pandas as pd

from supervision_kit.words import number_signs, say


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
        language=_words(),
        pageLength=10,
        lengthMenu=[10, 25, 100],
        layout={
            "topStart": None,
            "topEnd": "search" if searches else None,
            "bottomStart": "info",
            "bottomEnd": "paging",
        },
    )


def _words() -> Any:
    """Return what DataTables says, in the language of the page; its own places stand in capitals."""
    places = {"first": "_START_", "last": "_END_", "all": "_TOTAL_"}
    return {
        "search": say("Search:"),
        "info": say("{first} to {last} of {all}", **places),
        "infoEmpty": say("none"),
        "infoFiltered": say("(of {all})", all="_MAX_"),
        "zeroRecords": say("Nothing here holds what you look for."),
        "emptyTable": say("There is nothing to show yet."),
        "decimal": number_signs()[0],
        "thousands": number_signs()[1],
        "aria": {
            "orderable": say(": sort by this column"),
            "orderableReverse": say(": sort the other way round"),
            "orderableRemove": say(": no longer sort by this column"),
            "paginate": {
                "first": say("first page"),
                "last": say("last page"),
                "next": say("next page"),
                "previous": say("page before"),
            },
        },
    }
