"""Rows of what is said about cases, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Column, ColumnElement, Integer, Table, select
from sqlalchemy.engine import Connection

from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.failures import told_if_damaged
from supervision_kit.workspace.moments import as_moments
from supervision_kit.workspace.schema import YES_OR_NO

DAYS = ("follow_up",)
_LATER = ("at", "who", "changed_at", "changed_by")  # these columns come last


def read_rows(
    connection: Connection,
    table: Table,
    *where: ColumnElement[bool],
    codes: Mapping[int, str] | None = None,
    only: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Return the rows, oldest first; with codes, ``case_id`` in the place of the case's number.

    `only` are the numbers of the cases wanted; without, all.
    """
    query = select(table).where(*where).order_by(table.c.id)
    if only is not None:
        query = query.where(table.c.case_number.in_(only))
    rows = connection.execute(query).all()
    columns = list(table.c)
    values = dict(zip(columns, zip(*rows, strict=True) if rows else [()] * len(columns), strict=True))
    last = [column for column in columns if column.name in _LATER]
    read: dict[str, pd.Series] = {}
    for column in [*(one for one in columns if one not in last), *last]:
        if column.name == "case_number" and codes is not None:
            read["case_id"] = pd.Series([codes[number] for number in values[column]], dtype="str")
        else:
            read[column.name] = _typed(column, values[column])
    return pd.DataFrame(read)


def _typed(column: Column[Any], values: Iterable[Any]) -> pd.Series:
    if column.name == "at" or column.name.endswith("_at"):
        return as_moments(values)
    series = pd.Series(list(values), dtype="object")
    with told_if_damaged():
        if column.name in DAYS:
            return pd.to_datetime(series, format="ISO8601").astype("datetime64[us]")
        if column.info.get(YES_OR_NO):
            return series.astype("Int64").astype("boolean")
        if isinstance(column.type, Integer):
            return series.astype("Int64" if column.nullable else "int64")
    return series.astype("str")


def find_case(connection: Connection, table: Table, number: int) -> int:
    """Return the number of the case that a row is about."""
    case = connection.execute(select(table.c.case_number).where(table.c.id == number)).scalar()
    if case is None:
        raise WorkspaceError(say("What has the number {number} is not there, or not there any more.", number=number))
    return int(case)


def check_text(text: str) -> str:
    """Return a text, refusing one that is empty."""
    if not isinstance(text, str) or not text.strip():
        raise WorkspaceError(say("There is no text yet: write it first."))
    return text


def check_session(session: int) -> int:
    """Return a session's number, refusing what is none."""
    if isinstance(session, bool) or int(session) != session or session < 1:
        raise WorkspaceError(say("A session is a whole number from 1."))
    return int(session)
