"""Classes of cases beside published shares."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from supervision_kit.calibration.intervals import estimate_share
from supervision_kit.evidence.findings import EVIDENCE
from supervision_kit.tables import CASELOAD, CLASS_SHARES

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
