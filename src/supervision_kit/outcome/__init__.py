"""How clients change on outcome measures: reliably, clinically significantly, and beside the alliance."""

from supervision_kit.outcome.criteria import ChangeCriteria, Cutoffs, criteria_for, find_cutoffs
from supervision_kit.outcome.effect_sizes import EffectSize, effect_from_moments, standardised_mean_change
from supervision_kit.outcome.relating import relate_outcome
from supervision_kit.outcome.reviewing import review_outcome
from supervision_kit.outcome.summarising import summarise_outcome

__all__ = [
    "ChangeCriteria",
    "Cutoffs",
    "EffectSize",
    "criteria_for",
    "effect_from_moments",
    "find_cutoffs",
    "relate_outcome",
    "review_outcome",
    "standardised_mean_change",
    "summarise_outcome",
]
