"""What a table leaves open once its columns are known, so that it could be read two ways: refused, with a question."""

from __future__ import annotations

from supervision_kit.records.finding import Finding


def refuse_open_questions(finding: Finding) -> None:
    """Refuse a table of which it cannot be told how its ratings are meant.

    Raises
    ------
    RecordsError
        Says what could be meant, and how to say which it is.
    """
    _refuse_lost_sessions(finding)


def _refuse_lost_sessions(finding: Finding) -> None:
    """Refuse columns of sessions that are of no instrument, where nothing else says the session."""
    if not finding.has_sessions():
        raise finding.refuse(
            "the columns with a session in their headings do not say which instrument they are of.",
            "Name it in each heading (“SRS S1”), pass instrument=, or add a session column.",
        )
