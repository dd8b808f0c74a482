"""The agenda of a supervision: what became of what was agreed, and the sheets that go into the hour."""

from supervision_kit.agenda.following import follow_decisions, measure_changes
from supervision_kit.agenda.questions import is_own_question, suggest_questions
from supervision_kit.agenda.sheets import Tables
from supervision_kit.agenda.today import ORDER, read_agenda
from supervision_kit.agenda.writing import FORMATS, make_agenda, write_agenda

__all__ = [
    "FORMATS",
    "ORDER",
    "Tables",
    "follow_decisions",
    "is_own_question",
    "make_agenda",
    "measure_changes",
    "read_agenda",
    "suggest_questions",
    "write_agenda",
]
