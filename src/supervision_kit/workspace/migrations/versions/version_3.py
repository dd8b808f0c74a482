"""Version 3: the supervisor's hour: supervisions, flags, annotations, judgements, consents, drafts, undo."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Make the tables; notes may be changed from now on, and decisions have a state."""
    for table in ("notes", "decisions"):
        op.add_column(table, sa.Column("changed_at", sa.Text))
        op.add_column(table, sa.Column("changed_by", sa.Text))
    op.add_column("decisions", sa.Column("state", sa.Text, nullable=False, server_default="open"))
    op.add_column("decisions", sa.Column("state_note", sa.Text, nullable=False, server_default=""))
    _make_annotations()
    _make_judgements()
    _make_states_of_cases()
    _make_belongings()
    _make_changes()


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)


def _of(table: str, name: str, *, nullable: bool = False, unique: bool | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{table}.id"), nullable=nullable, unique=unique)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _make_annotations() -> None:
    op.create_table(
        "annotations",
        _number(),
        _of("cases", "case_number"),
        sa.Column("session", sa.Integer, nullable=False),
        *_texts("kind", "text"),
        sa.Column("rebases", sa.Integer, nullable=False),
        *_texts("cause", "at", "who"),
        sa.Column("changed_at", sa.Text),
        sa.Column("changed_by", sa.Text),
    )
    op.create_index("annotations_of_case", "annotations", ["case_number"])


def _make_judgements() -> None:
    op.create_table(
        "judgements",
        _number(),
        _of("cases", "case_number"),
        *_texts("rater", "instrument", "scale", "method"),
        sa.Column("marked_onset", sa.Integer, nullable=False),
        sa.Column("onset", sa.Integer, nullable=False),
        sa.Column("end_session", sa.Integer),
        *_texts("verdict", "reason"),
        sa.Column("type", sa.Text),
        sa.Column("outcome", sa.Text),
        *_texts("at", "who"),
        sa.UniqueConstraint("case_number", "rater", "instrument", "scale", "method", "marked_onset"),
    )
    op.create_table(
        "judgement_codes",
        _number(),
        _of("judgements", "judgement"),
        *_texts("kind", "code"),
        sa.UniqueConstraint("judgement", "kind", "code"),
    )


def _make_states_of_cases() -> None:
    op.create_table(
        "flags",
        _number(),
        _of("cases", "case_number"),
        *_texts("flag", "reason", "at", "who"),
        sa.UniqueConstraint("case_number", "who"),
    )
    op.create_table(
        "consents",
        _number(),
        _of("cases", "case_number", unique=True),
        sa.Column("teaching", sa.Integer),
        *_texts("at", "who"),
    )
    op.create_table("supervisions", _number(), *_texts("started_at"), sa.Column("ended_at", sa.Text), *_texts("who"))
    op.create_index("supervisions_of_user", "supervisions", ["who"])


def _make_belongings() -> None:
    op.create_table("preferences", _number(), *_texts("who", "name", "value", "at"), sa.UniqueConstraint("who", "name"))
    op.create_table(
        "drafts", _number(), *_texts("who", "place"), _of("cases", "case_number", nullable=True), *_texts("text", "at")
    )
    op.create_table(
        "pseudonyms",
        _number(),
        _of("cases", "case_number", unique=True),
        sa.Column("pseudonym", sa.Text, nullable=False, unique=True),
    )
    op.create_index("drafts_of_user", "drafts", ["who", "place"])


def _make_changes() -> None:
    op.create_table("changes", _number(), _of("cases", "case_number", nullable=True), *_texts("what", "at", "who"))
    op.create_index("changes_of_user", "changes", ["who"])
    op.create_table(
        "change_rows",
        _number(),
        _of("changes", "change_number"),
        *_texts("table_name"),
        sa.Column("row_number", sa.Integer, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
    )
    op.create_index("rows_of_change", "change_rows", ["change_number"])
