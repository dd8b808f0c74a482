"""The tables of a workspace, as they stand in the newest version.

Everything points to a form or to a case by number, so that a case's code stands in one row only, and can go.

Moments are texts in UTC (``2026-03-04T09:30:00.000000Z``) and dates are ISO texts: the same on SQLite and PostgreSQL,
and readable with any tool. Numbers of rows are given out by the kit under the write lock; a copy keeps them.
"""

from supervision_kit.workspace.schema.columns import (
    FREE_TEXT,
    NEWEST,
    PASSING,
    SESSION,
    VERSION_TABLE,
    YES_OR_NO,
    tables,
)
from supervision_kit.workspace.schema.keeping import (
    audit,
    case_set_members,
    case_sets,
    change_rows,
    changes,
    drafts,
    mappings,
    preferences,
    pseudonyms,
    publication_keys,
    publication_sessions,
)
from supervision_kit.workspace.schema.ratings import (
    answers,
    cases,
    conflicts,
    dated_days,
    forms,
    history,
    imports,
    settings,
)
from supervision_kit.workspace.schema.said import (
    agenda,
    annotated,
    consents,
    decisions,
    flags,
    judgement_codes,
    judgements,
    notes,
    supervisions,
)

__all__ = [
    "FREE_TEXT", "NEWEST", "PASSING", "SESSION", "VERSION_TABLE", "YES_OR_NO", "agenda", "annotated", "answers",
    "audit", "case_set_members", "case_sets", "cases", "change_rows", "changes", "conflicts", "consents", "dated_days",
    "decisions", "drafts", "flags", "forms", "history", "imports", "judgement_codes", "judgements", "mappings",
    "notes", "preferences", "pseudonyms", "publication_keys", "publication_sessions", "settings", "supervisions",
    "tables",
]  # fmt: skip
