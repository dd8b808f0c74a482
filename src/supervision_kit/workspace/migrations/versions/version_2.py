"""Version 2: what is said about a case (notes, decisions, agenda), and how a clinic's columns are read (mappings)."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def _about_a_case() -> list[sa.Column[int]]:
    return [
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("case_number", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("session", sa.Integer),
    ]


def _said() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in ("text", "at", "who")]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mappings",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("mapping", "at", "who")),
    )
    op.create_table(
        "agenda",
        *_about_a_case(),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("follow_up", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text),
        sa.Column("changed_by", sa.Text),
    )
    op.create_table("notes", *_about_a_case(), *_said())
    op.create_table(
        "decisions", *_about_a_case(), sa.Column("agenda_item", sa.Integer, sa.ForeignKey("agenda.id")), *_said()
    )
    for name in ("agenda", "notes", "decisions"):
        op.create_index(f"{name}_of_case", name, ["case_number"])
