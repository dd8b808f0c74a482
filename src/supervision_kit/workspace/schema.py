"""The tables of a workspace, as they stand in the newest version.

A *form* is one questionnaire of one case, rater and session; its *answers* are what was given on it. The ``slot`` of an
answer is the number of an item (``"3"``) or the key of a scale (``"total"``) where the file gave a score without items.
Scores that items make are not kept: they are made anew at each reading. Everything else points to a form or to a
case by number, so that a case's code stands in one row only, and can go.

Moments are texts in UTC (``2026-03-04T09:30:00.000000Z``) and dates are ISO texts: the same on SQLite and PostgreSQL,
and readable with any tool. Numbers of rows are given out by the kit under the write lock; a copy keeps them.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

NEWEST = "2"
VERSION_TABLE = "workspace_version"

tables = MetaData()


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=False)


def _text(name: str, *, empty: bool = False) -> Column[str]:
    return Column(name, Text, nullable=empty)


def _of(table: str, name: str, *, empty: bool = False, key: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{table}.id"), nullable=empty, primary_key=key, autoincrement=False)


settings = Table("settings", tables, Column("name", Text, primary_key=True), _text("value"))

cases = Table(
    "cases",
    tables,
    _number(),
    Column("code", Text, unique=True),  # NULL once the case is erased
    _text("erased_code", empty=True),  # keyed hash, to notice when an erased case comes back
    _text("erased_at", empty=True),
    _text("erased_by", empty=True),
    _text("erased_reason", empty=True),
)

imports = Table(
    "imports",
    tables,
    _number(),
    _text("at"),
    _text("who"),
    _text("kit_version"),
    _text("content"),  # keyed hash of the ratings; no file name, which may hold a person's
    Column("rows_read", Integer, nullable=False),
    Column("rows_set_aside", Integer, nullable=False),
    Column("new_forms", Integer, nullable=False),
    Column("new_answers", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
)

forms = Table(
    "forms",
    tables,
    _number(),
    _of("cases", "case_number"),
    _text("rater"),
    _text("instrument"),
    Column("session", Integer, nullable=False),
    _text("session_from"),  # number: the file said it; date: counted from the case's dates
    _text("therapist_id", empty=True),
    _text("date", empty=True),
    _of("imports", "import_number"),
    UniqueConstraint("case_number", "rater", "instrument", "session"),
)

# days that count as sessions of a case kept by date, those among them on which no form could be read
dated_days = Table(
    "dated_days",
    tables,
    _of("cases", "case_number", key=True),
    Column("day", Text, primary_key=True),
    sqlite_with_rowid=False,
)

answers = Table(
    "answers",
    tables,
    _of("forms", "form_number", key=True),
    Column("slot", Text, primary_key=True),
    Column("value", Float(53)),
    sqlite_with_rowid=False,
)

history = Table(
    "history",
    tables,
    _number(),
    _of("forms", "form_number"),
    _text("slot"),  # as in answers, or therapist, date, session
    _text("old", empty=True),
    _text("new", empty=True),
    _text("at"),
    _text("who"),
    _of("imports", "import_number", empty=True),
    _text("reason"),
    Index("history_of_form", "form_number"),
)

conflicts = Table(
    "conflicts",
    tables,
    _number(),
    _of("forms", "form_number"),
    _text("slot"),
    _text("brought"),
    _of("imports", "import_number"),
    _text("state"),  # open, kept, replaced, dissolved
    _text("stored", empty=True),  # what stood there when it was decided
    _text("decided_at", empty=True),
    _text("decided_by", empty=True),
    _text("reason"),
    Index("conflicts_of_form", "form_number"),
)

case_sets = Table("case_sets", tables, _number(), Column("digest", Text, nullable=False, unique=True))

case_set_members = Table(
    "case_set_members",
    tables,
    _of("case_sets", "case_set", key=True),
    _of("cases", "case_number", key=True),
    Index("case_sets_of_case", "case_number"),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    tables,
    _number(),
    _text("at"),
    _text("who"),
    _text("action"),
    _text("view"),
    _of("case_sets", "case_set", empty=True),
    Index("audit_by_time", "at"),
)

mappings = Table(
    "mappings",
    tables,
    _number(),
    Column("name", Text, nullable=False, unique=True),
    _text("mapping"),  # JSON
    _text("at"),
    _text("who"),
)

agenda = Table(
    "agenda",
    tables,
    _number(),
    _of("cases", "case_number"),
    Column("session", Integer),
    _text("text"),
    _text("state"),  # open, done, dropped
    _text("follow_up", empty=True),
    _text("at"),
    _text("who"),
    _text("changed_at", empty=True),
    _text("changed_by", empty=True),
    Index("agenda_of_case", "case_number"),
)

notes = Table(
    "notes",
    tables,
    _number(),
    _of("cases", "case_number"),
    Column("session", Integer),
    _text("text"),
    _text("at"),
    _text("who"),
    Index("notes_of_case", "case_number"),
)

decisions = Table(
    "decisions",
    tables,
    _number(),
    _of("cases", "case_number"),
    Column("session", Integer),
    _of("agenda", "agenda_item", empty=True),
    _text("text"),
    _text("at"),
    _text("who"),
    Index("decisions_of_case", "case_number"),
)
