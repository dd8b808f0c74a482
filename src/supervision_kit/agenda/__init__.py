"""The agenda of a supervision: what became of what was agreed, and the sheets that go into the hour."""

from supervision_kit.agenda.following import follow_decisions, measure_changes

__all__ = ["follow_decisions", "measure_changes"]
