"""What the literature found about ruptures and repairs: numbers, sources, what was counted, how strong it is."""

from supervision_kit.evidence.classes import share_classes
from supervision_kit.evidence.findings import EVIDENCE, Finding
from supervision_kit.evidence.studies import CORRELATIONAL, STRENGTHS, Study

__all__ = ["CORRELATIONAL", "EVIDENCE", "STRENGTHS", "Finding", "Study", "share_classes"]
