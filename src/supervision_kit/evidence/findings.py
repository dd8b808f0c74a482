"""What studies found, in a sentence and a number each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supervision_kit.evidence.studies import (
    CAMANTO,
    CHEN,
    CONSENSUS,
    EUBANKS,
    FLUECKIGER,
    HILL,
    LARSSON,
    MCLAUGHLIN,
    SAFRAN,
    STEVENS,
    SWIFT,
    TRYON,
    ZILCHA_MANO,
    Study,
)
from supervision_kit.words import later


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One published finding. All of them are correlational: they do not say what causes what.

    Attributes
    ----------
    says
        What was found, in a sentence.
    measure, value, low, high
        What the number is, the number, and its 95 % interval, where they are published.
    study
        Where it comes from.
    """

    says: str
    measure: str
    study: Study
    value: float | None = None
    low: float | None = None
    high: float | None = None


EVIDENCE: Mapping[str, Finding] = MappingProxyType(
    {
        "alliance_outcome": Finding(
            says="A stronger alliance goes with a better outcome.",
            measure="r", value=0.278, low=0.256, high=0.299, study=FLUECKIGER,
        ),
        "repair_outcome": Finding(
            says=later("Repaired ruptures go with a better outcome than unrepaired ones."),
            measure="r", value=0.29, low=0.10, high=0.47, study=EUBANKS,
        ),
        "repair_outcome_2011": Finding(
            says="Rupture-repair episodes go with a better outcome.",
            measure="r", value=0.24, low=0.09, high=0.39, study=SAFRAN,
        ),
        "no_rupture": Finding(
            says="Three therapies in four showed no rupture.",
            measure="% of cases", value=74.5, study=LARSSON,
        ),
        "repaired": Finding(
            says="One therapy in seven showed a rupture that was repaired.",
            measure="% of cases", value=14.7, study=LARSSON,
        ),
        "not_repaired": Finding(
            says="One therapy in nine showed a rupture without repair; these ended worse.",
            measure="% of cases", value=10.7, study=LARSSON,
        ),
        "any_rupture": Finding(
            says="Nearly half of the therapies showed a rupture, repaired or not.",
            measure="% of cases", value=46.0, study=MCLAUGHLIN,
        ),
        "unrepaired_outcome": Finding(
            says="Unrepaired ruptures went with a worse outcome.",
            measure="β", value=0.45, study=MCLAUGHLIN,
        ),
        "local_repairs": Finding(
            says="Half of the therapies showed local ruptures and repairs; these did not go with the outcome.",
            measure="% of cases", value=50.0, study=STEVENS,
        ),
        "recognition": Finding(
            says=later("Where the therapist recognised a rupture, the client's next alliance rating was higher."),
            measure="interaction in a multilevel model", study=CHEN,
        ),
        "goal_consensus": Finding(
            says=later("Where client and therapist agree on goals, outcomes are better."),
            measure="r", value=0.24, low=0.19, high=0.28, study=TRYON,
        ),
        "collaboration": Finding(
            says=later("Where client and therapist work together on the tasks, outcomes are better."),
            measure="r", value=0.29, low=0.24, high=0.34, study=TRYON,
        ),
        "immediacy": Finding(
            says=later("After therapists spoke of the relationship here and now, clients often opened up."),
            measure="what followed most often", study=HILL,
        ),
        "consensus": Finding(
            says=later("Experts agree: in the session of the rupture validate and explore; change comes later."),
            measure="rated effectiveness", study=CONSENSUS,
        ),
        "drop_out": Finding(
            says=later("About one client in five leaves therapy early."),
            measure="% of clients", value=19.7, low=18.7, high=20.7, study=SWIFT,
        ),
        "trust": Finding(
            says=later("To trust is to expect kindness and respect, honesty, and that the other is predictable."),
            measure="sides of trust", study=CAMANTO,
        ),
        "not_every_case": Finding(
            says=later("Not every therapy needs work on its ruptures."),
            measure="types of treatment", study=ZILCHA_MANO,
        ),
    }
)  # fmt: skip
