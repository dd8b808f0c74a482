"""What the tables are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Text

NEWEST = "4"
VERSION_TABLE = "workspace_version"
# What the kit must know of columns: they hold what somebody wrote, 0 or 1, or the number of a session.
FREE_TEXT, YES_OR_NO, SESSION = "free text", "yes or no", "session"
PASSING = "passing"  # of tables: what is in them goes within a day, and into no export

tables = MetaData()


def row_number() -> Column[int]:
    """Return the column of a row's number."""
    return Column("id", Integer, primary_key=True, autoincrement=False)


def text(name: str, *, empty: bool = False) -> Column[str]:
    """Return a column of words, codes or moments."""
    return Column(name, Text, nullable=empty)


def free_text(name: str) -> Column[str]:
    """Return a column of what somebody wrote: it may name anyone."""
    return Column(name, Text, nullable=False, info={FREE_TEXT: True})


def whole(name: str, *, empty: bool = False) -> Column[int]:
    """Return a column of whole numbers."""
    return Column(name, Integer, nullable=empty)


def session(name: str = "session", *, empty: bool = False) -> Column[int]:
    """Return a column of session numbers, which move where sessions are counted anew."""
    return Column(name, Integer, nullable=empty, info={SESSION: True})


def yes_or_no(name: str, *, empty: bool = False) -> Column[int]:
    """Return a column of 0 and 1."""
    return Column(name, Integer, nullable=empty, info={YES_OR_NO: True})


def number_of(table: str, name: str, *, empty: bool = False, **settings: Any) -> Column[int]:
    """Return a column that points to a row of another table."""
    return Column(name, Integer, ForeignKey(f"{table}.id"), nullable=empty, autoincrement=False, **settings)
