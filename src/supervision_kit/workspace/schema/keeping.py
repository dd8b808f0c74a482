"""What the workspace keeps about its own use: the audit, column mappings, and what belongs to a user."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from supervision_kit.workspace.schema.columns import (
    PASSING,
    free_text,
    number_of,
    row_number,
    session,
    tables,
    text,
    whole,
)

case_sets = Table("case_sets", tables, row_number(), Column("digest", Text, nullable=False, unique=True))

case_set_members = Table(
    "case_set_members",
    tables,
    number_of("case_sets", "case_set", primary_key=True),
    number_of("cases", "case_number", primary_key=True),
    Index("case_sets_of_case", "case_number"),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    tables,
    row_number(),
    text("at"),
    text("who"),
    text("action"),
    text("view"),
    number_of("case_sets", "case_set", empty=True),
    Index("audit_by_time", "at"),
)

mappings = Table(
    "mappings",
    tables,
    row_number(),
    Column("name", Text, nullable=False, unique=True),
    text("mapping"),  # JSON
    text("at"),
    text("who"),
)

preferences = Table(
    "preferences",
    tables,
    row_number(),
    text("who"),
    text("name"),
    free_text("value"),  # JSON
    text("at"),
    UniqueConstraint("who", "name"),
)

pseudonyms = Table(
    "pseudonyms",
    tables,
    row_number(),
    number_of("cases", "case_number", unique=True),
    Column("pseudonym", Text, nullable=False, unique=True),
)

# Who is who in a publication, and which of its sessions is which: never in the publication itself.
publication_keys = Table(
    "publication_keys",
    tables,
    row_number(),
    text("publication"),
    number_of("cases", "case_number"),
    text("code"),
    text("therapists"),  # JSON: code → therapist_id
    text("at"),
    text("who"),
    UniqueConstraint("publication", "case_number"),
    UniqueConstraint("publication", "code"),
)

publication_sessions = Table(
    "publication_sessions",
    tables,
    row_number(),
    text("publication"),
    number_of("cases", "case_number"),
    whole("published"),
    session(),
    UniqueConstraint("publication", "case_number", "published"),
)

drafts = Table(
    "drafts",
    tables,
    row_number(),
    text("who"),
    text("place"),
    number_of("cases", "case_number", empty=True),
    free_text("text"),
    text("at"),
    Index("drafts_of_user", "who", "place"),
)

# What undo needs: each change with its rows as they were and as they became. It passes within a day.
changes = Table(
    "changes",
    tables,
    row_number(),
    number_of("cases", "case_number", empty=True),
    text("what"),
    text("at"),
    text("who"),
    Index("changes_of_user", "who"),
    info={PASSING: True},
)

change_rows = Table(
    "change_rows",
    tables,
    row_number(),
    number_of("changes", "change_number"),
    text("table_name"),
    whole("row_number"),
    text("before", empty=True),  # JSON; empty where the row was not there
    text("after", empty=True),
    Index("rows_of_change", "change_number"),
    info={PASSING: True},
)
