"""Cases, imports, forms, answers, and what was changed of them.

A *form* is one questionnaire of one case, rater and session; its *answers* are what was given on it. The ``slot`` of an
answer is the number of an item (``"3"``) or the key of a scale (``"total"``) where the file gave a score without items.
Scores that items make are not kept: they are made anew at each reading.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Table, Text, UniqueConstraint

from supervision_kit.workspace.schema.columns import free_text, number_of, row_number, tables, text, whole

settings = Table("settings", tables, Column("name", Text, primary_key=True), text("value"))

cases = Table(
    "cases",
    tables,
    row_number(),
    Column("code", Text, unique=True),  # NULL once the case is erased
    text("erased_code", empty=True),  # keyed hash, to notice when an erased case comes back
    text("erased_at", empty=True),
    text("erased_by", empty=True),
    text("erased_reason", empty=True),
)

imports = Table(
    "imports",
    tables,
    row_number(),
    text("at"),
    text("who"),
    text("kit_version"),
    text("content"),  # keyed hash of the ratings; no file name, which may hold a person's
    whole("rows_read"),
    whole("rows_set_aside"),
    whole("new_forms"),
    whole("new_answers"),
    whole("changed"),
)

forms = Table(
    "forms",
    tables,
    row_number(),
    number_of("cases", "case_number"),
    text("rater"),
    text("instrument"),
    whole("session"),
    text("session_from"),  # number: the file said it; date: counted from the case's dates
    text("therapist_id", empty=True),
    text("date", empty=True),
    number_of("imports", "import_number"),
    UniqueConstraint("case_number", "rater", "instrument", "session"),
)

# days that count as sessions of a case kept by date, those among them on which no form could be read
dated_days = Table(
    "dated_days",
    tables,
    number_of("cases", "case_number", primary_key=True),
    Column("day", Text, primary_key=True),
    sqlite_with_rowid=False,
)

answers = Table(
    "answers",
    tables,
    number_of("forms", "form_number", primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("value", Float(53)),
    sqlite_with_rowid=False,
)

history = Table(
    "history",
    tables,
    row_number(),
    number_of("forms", "form_number"),
    text("slot"),  # as in answers, or therapist, date, session
    text("old", empty=True),
    text("new", empty=True),
    text("at"),
    text("who"),
    number_of("imports", "import_number", empty=True),
    free_text("reason"),
    Index("history_of_form", "form_number"),
)

conflicts = Table(
    "conflicts",
    tables,
    row_number(),
    number_of("forms", "form_number"),
    text("slot"),
    text("brought"),
    number_of("imports", "import_number"),
    text("state"),  # open, kept, replaced, dissolved
    text("stored", empty=True),  # what stood there when it was decided
    text("decided_at", empty=True),
    text("decided_by", empty=True),
    free_text("reason"),
    Index("conflicts_of_form", "form_number"),
)
