"""The workspace: ratings over time with their history, notes, agenda, decisions, and the audit."""

from supervision_kit.workspace.plans import ImportPlan, ImportResult
from supervision_kit.workspace.workspace import Workspace

__all__ = ["ImportPlan", "ImportResult", "Workspace"]
