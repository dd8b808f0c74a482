"""How far a method can be trusted: what it marks by chance, what it finds, how late; all by simulation."""

from supervision_kit.calibration.chance import ChanceBenchmark, chance_benchmark
from supervision_kit.calibration.describing import describe_repairs
from supervision_kit.calibration.exact import TrueModel, exact_tail
from supervision_kit.calibration.thresholds import threshold_curve
from supervision_kit.calibration.trust import calibrate

__all__ = [
    "ChanceBenchmark",
    "TrueModel",
    "calibrate",
    "chance_benchmark",
    "describe_repairs",
    "exact_tail",
    "threshold_curve",
]
