"""Version 4: the keys of publications."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Make the tables that say who is who in a publication, and which of its sessions is which."""
    op.create_table(
        "publication_keys",
        *_of_a_publication(),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("code", "therapists", "at", "who")),
        sa.UniqueConstraint("publication", "case_number"),
        sa.UniqueConstraint("publication", "code"),
    )
    op.create_table(
        "publication_sessions",
        *_of_a_publication(),
        sa.Column("published", sa.Integer, nullable=False),
        sa.Column("session", sa.Integer, nullable=False),
        sa.UniqueConstraint("publication", "case_number", "published"),
    )


def _of_a_publication() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("publication", sa.Text, nullable=False),
        sa.Column("case_number", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
    ]
