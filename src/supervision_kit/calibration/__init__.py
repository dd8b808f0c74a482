"""How far a method can be trusted: what it marks by chance, what it finds, how late; all by simulation."""

from supervision_kit.calibration.chance import ChanceBenchmark, chance_benchmark
from supervision_kit.calibration.describing import describe_repairs

__all__ = ["ChanceBenchmark", "chance_benchmark", "describe_repairs"]
