"""Version 1: ratings with their history and conflicts, imports, audit."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "settings", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("code", sa.Text, unique=True),
        sa.Column("erased_code", sa.Text),
        sa.Column("erased_at", sa.Text),
        sa.Column("erased_by", sa.Text),
        sa.Column("erased_reason", sa.Text),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("kit_version", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("rows_read", "rows_set_aside", "new_forms", "new_answers", "changed")
        ),
    )
    _make_forms()
    _make_changes()
    _make_audit()


def _make_forms() -> None:
    op.create_table(
        "forms",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("case_number", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("rater", sa.Text, nullable=False),
        sa.Column("instrument", sa.Text, nullable=False),
        sa.Column("session", sa.Integer, nullable=False),
        sa.Column("session_from", sa.Text, nullable=False),
        sa.Column("therapist_id", sa.Text),
        sa.Column("date", sa.Text),
        sa.Column("import_number", sa.Integer, sa.ForeignKey("imports.id"), nullable=False),
        sa.UniqueConstraint("case_number", "rater", "instrument", "session"),
    )
    op.create_table(
        "dated_days",
        sa.Column("case_number", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
        sa.Column("day", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answers",
        sa.Column(
            "form_number", sa.Integer, sa.ForeignKey("forms.id"), primary_key=True, autoincrement=False, nullable=False
        ),
        sa.Column("slot", sa.Text, primary_key=True),
        sa.Column("value", sa.Float(53)),
        sqlite_with_rowid=False,
    )


def _make_changes() -> None:
    op.create_table(
        "history",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("form_number", sa.Integer, sa.ForeignKey("forms.id"), nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("old", sa.Text),
        sa.Column("new", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("import_number", sa.Integer, sa.ForeignKey("imports.id")),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("history_of_form", "history", ["form_number"])
    op.create_table(
        "conflicts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("form_number", sa.Integer, sa.ForeignKey("forms.id"), nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("brought", sa.Text, nullable=False),
        sa.Column("import_number", sa.Integer, sa.ForeignKey("imports.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("stored", sa.Text),
        sa.Column("decided_at", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("conflicts_of_form", "conflicts", ["form_number"])


def _make_audit() -> None:
    op.create_table(
        "case_sets",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "case_set_members",
        sa.Column("case_set", sa.Integer, sa.ForeignKey("case_sets.id"), primary_key=True, autoincrement=False),
        sa.Column("case_number", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_index("case_sets_of_case", "case_set_members", ["case_number"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("view", sa.Text, nullable=False),
        sa.Column("case_set", sa.Integer, sa.ForeignKey("case_sets.id")),
    )
    op.create_index("audit_by_time", "audit", ["at"])
