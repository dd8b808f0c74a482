"""What the literature found about ruptures and repairs: numbers, sources, what was counted, how strong it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from supervision_kit.calibration.intervals import estimate_share
from supervision_kit.tables import CASELOAD, CLASS_SHARES


@dataclass(frozen=True, kw_only=True)
class Study:
    """Who found it, in whom or what it was counted, and how strong it is: *meta-analysis* or *single study*."""

    source: str
    doi: str
    counted: str
    strength: str
    seen: str = "seen in the paper's abstract"


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


LARSSON = Study(
    source="Larsson, Falkenström, Andersson & Holmqvist (2018)",
    doi="10.1080/10503307.2016.1174345",
    counted="605 psychotherapies in Swedish primary care, of many orientations, rated by the client session by session",
    strength="single study",
)
MCLAUGHLIN = Study(
    source="McLaughlin, Keller, Feeny, Youngstrom & Zoellner (2014)",
    doi="10.1037/a0034696",
    counted="82 clients in ten weeks of prolonged exposure for PTSD",
    strength="single study",
)
STEVENS = Study(
    source="Stevens, Muran, Safran, Gorman & Winston (2007)",
    doi="10.1176/appi.psychotherapy.2007.61.2.109",
    counted="44 cases of 30 sessions, rated by the client after each",
    strength="single study",
)
CHEN = Study(
    source="Chen, Atzil-Slonim, Bar-Kalifa, Hasson-Ohayon & Refaeli (2018)",
    doi="10.1080/10503307.2016.1227104",
    counted="84 clients of 56 therapists, session by session",
    strength="single study",
)
FLUECKIGER = Study(
    source="Flückiger, Del Re, Wampold & Horvath (2018)",
    doi="10.1037/pst0000172",
    counted="295 studies, more than 30,000 patients; the number is for face-to-face psychotherapy",
    strength="meta-analysis",
)
EUBANKS = Study(
    source="Eubanks, Muran & Safran (2018)",
    doi="10.1037/pst0000185",
    counted="11 studies, 1,314 patients",
    strength="meta-analysis",
    seen="seen in the abstract of the authors' book chapter on the same analysis",
)
SAFRAN = Study(
    source="Safran, Muran & Eubanks-Carter (2011)",
    doi="10.1037/a0022140",
    counted="3 studies, 148 patients",
    strength="meta-analysis",
)

EVIDENCE: Mapping[str, Finding] = MappingProxyType(
    {
        "alliance_outcome": Finding(
            says="A stronger alliance goes with a better outcome.",
            measure="r", value=0.278, low=0.256, high=0.299, study=FLUECKIGER,
        ),
        "repair_outcome": Finding(
            says="Repaired ruptures go with a better outcome than unrepaired ones.",
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
            says="Where the therapist recognised a rupture, the client rated the alliance of the next session higher.",
            measure="interaction in a multilevel model", study=CHEN,
        ),
    }
)  # fmt: skip

# The classes of a case, and the finding that each may be held beside.
_CLASSES: Mapping[str, tuple[tuple[str, ...], str]] = MappingProxyType(
    {
        "no rupture marked": (("no fall marked",), "no_rupture"),
        "repaired": (("repaired",), "repaired"),
        "not repaired, or in part": (("unrepaired", "partly repaired"), "not_repaired"),
    }
)


def share_classes(caseload: pd.DataFrame) -> pd.DataFrame:
    """Count the cases by what became of their falls, with published shares beside them for orientation.

    Parameters
    ----------
    caseload
        See :data:`supervision_kit.tables.CASELOAD`.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.CLASS_SHARES`. Shares are of the cases whose class can be told, with Wilson's
        95 % interval; cases that are undetermined or could not be judged are counted in a row of their own and are in
        no share.

    Raises
    ------
    TableError
        The table breaks its contract.

    Notes
    -----
    The published shares are those of Larsson et al. (2018), by their own criteria and instrument. How many cases show a
    rupture depends on the criterion more than on the caseload: a difference from them is no finding, and what chance
    alone would give (:func:`chance_benchmark`) says more.
    """
    outcome = CASELOAD.check(caseload)["outcome_class"]
    n_told = int(outcome.isin([one for outcomes, _ in _CLASSES.values() for one in outcomes]).sum())
    rows = []
    for name, (outcomes, key) in _CLASSES.items():
        n = int(outcome.isin(outcomes).sum())
        share = estimate_share([n], [n_told]).times(100)
        rows.append((name, n, share.value, share.low, share.high, EVIDENCE[key].value))
    rows.append(("cannot be told", len(outcome) - n_told, np.nan, np.nan, np.nan, np.nan))
    return CLASS_SHARES.check(pd.DataFrame(rows, columns=list(CLASS_SHARES.columns)))
