"""What is said about cases: notes, agenda, decisions, annotations, judgements, flags, consents; and supervisions."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from supervision_kit.workspace.schema.columns import free_text, number_of, row_number, session, tables, text, yes_or_no

agenda = Table(
    "agenda",
    tables,
    row_number(),
    number_of("cases", "case_number"),
    session(empty=True),
    free_text("text"),
    text("state"),  # open, done, dropped
    text("follow_up", empty=True),
    text("at"),
    text("who"),
    text("changed_at", empty=True),
    text("changed_by", empty=True),
    Index("agenda_of_case", "case_number"),
)

notes = Table(
    "notes",
    tables,
    row_number(),
    number_of("cases", "case_number"),
    session(empty=True),
    free_text("text"),
    text("at"),
    text("who"),
    text("changed_at", empty=True),
    text("changed_by", empty=True),
    Index("notes_of_case", "case_number"),
)

decisions = Table(
    "decisions",
    tables,
    row_number(),
    number_of("cases", "case_number"),
    session(empty=True),
    number_of("agenda", "agenda_item", empty=True),
    free_text("text"),
    text("state"),  # open, kept, changed, dropped
    free_text("state_note"),
    text("at"),
    text("who"),
    text("changed_at", empty=True),
    text("changed_by", empty=True),
    Index("decisions_of_case", "case_number"),
)

annotated = Table(
    "annotations",
    tables,
    row_number(),
    number_of("cases", "case_number"),
    session(),
    text("kind"),
    free_text("text"),
    yes_or_no("rebases"),  # whether limits start anew at that session
    free_text("cause"),  # why they do
    text("at"),
    text("who"),
    text("changed_at", empty=True),
    text("changed_by", empty=True),
    Index("annotations_of_case", "case_number"),
)

judgements = Table(
    "judgements",
    tables,
    row_number(),
    number_of("cases", "case_number"),
    text("rater"),
    text("instrument"),
    text("scale"),
    text("method"),  # empty: no method marked it, it was added by hand
    session("marked_onset"),  # where the method saw it begin; of one added by hand, the same as onset
    session("onset"),
    session("end_session", empty=True),
    text("verdict"),  # rupture, not a rupture, unsure
    free_text("reason"),
    text("type", empty=True),  # withdrawal, confrontation, mixed
    text("outcome", empty=True),  # as of repairs, in the supervisor's own judgement
    text("at"),
    text("who"),
    UniqueConstraint("case_number", "rater", "instrument", "scale", "method", "marked_onset"),
)

judgement_codes = Table(
    "judgement_codes",
    tables,
    row_number(),
    number_of("judgements", "judgement"),
    text("kind"),  # marker, strategy, touched, part, move, history, tried
    text("code"),
    UniqueConstraint("judgement", "kind", "code"),
)

flags = Table(
    "flags",
    tables,
    row_number(),
    number_of("cases", "case_number"),
    text("flag"),  # seen, not today
    free_text("reason"),
    text("at"),
    text("who"),
    UniqueConstraint("case_number", "who"),
)

consents = Table(
    "consents",
    tables,
    row_number(),
    number_of("cases", "case_number", unique=True),
    yes_or_no("teaching", empty=True),  # empty: not asked, or open again
    text("at"),
    text("who"),
)

supervisions = Table(
    "supervisions",
    tables,
    row_number(),
    text("started_at"),
    text("ended_at", empty=True),
    text("who"),
    Index("supervisions_of_user", "who"),
)
