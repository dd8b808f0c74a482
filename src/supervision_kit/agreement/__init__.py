"""How far several judgements of the same sessions agree: methods, readers, client and therapist."""

from supervision_kit.agreement.kappa import kappa_interval, kappa_of
from supervision_kit.agreement.methods import compare_methods, compare_readings, count_agreement
from supervision_kit.agreement.raters import compare_raters
from supervision_kit.agreement.shrinking import Shrunken, shrink, shrink_given

__all__ = [
    "Shrunken",
    "compare_methods",
    "compare_raters",
    "compare_readings",
    "count_agreement",
    "kappa_interval",
    "kappa_of",
    "shrink",
    "shrink_given",
]
