"""Episodes + scores → repairs: did the alliance come back, how far, how soon, or is it too early to say."""

from supervision_kit.repair.following import follow_repairs
from supervision_kit.repair.rule import UNKNOWN_SCALE_TOLERANCE, RepairRule
from supervision_kit.repair.survival import time_to_repair

__all__ = ["UNKNOWN_SCALE_TOLERANCE", "RepairRule", "follow_repairs", "time_to_repair"]
