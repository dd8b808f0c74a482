"""How often each thing happened among the cases of each supervisee."""

from __future__ import annotations

import pandas as pd

from supervision_kit.reasons import CAME_BACK, DOWN
from supervision_kit.tables import CASE_REASONS, CASELOAD, SUPERVISEES

FALLS = (*DOWN, "partly", "early", *CAME_BACK)  # reasons of which there is one for each fall
_FALL_COUNTS = {"n_back": CAME_BACK, "n_down": DOWN, "n_partly": ("partly",), "n_early": ("early",)}
_CASE_COUNTS = {"n_unrecognised": "unrecognised", "n_missing": "missing", "n_top": "top"}


def count_supervisees(caseload: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """Count, for each therapist, the cases and what the ratings of these cases show.

    Parameters
    ----------
    caseload
        See :data:`supervision_kit.tables.CASELOAD`; cases without a therapist are in no row.
    reasons
        See :data:`supervision_kit.tables.CASE_REASONS`. Falls in which the supervisor sees no rupture are not counted.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.SUPERVISEES`, in the order of the codes and in no other: the counts say how
        the work goes, not how good anybody is.

    Raises
    ------
    TableError
        A table breaks its contract.

    Examples
    --------
    >>> caseload = pd.DataFrame({"case_id": ["a"], "therapist_id": "T1", "n_sessions": 4, "last_session": 4,
    ...     "last_score": 4.0, "open_ruptures": 1, "outcome_class": "unrepaired", "priority": 5.0, "reasons": [()]})
    >>> reasons = pd.DataFrame({"case_id": ["a"], "number": 1, "reason": "open", "sentence": "It fell."})
    >>> count_supervisees(caseload, reasons)[["therapist_id", "n_cases", "n_falls", "n_down"]].values.tolist()
    [['T1', 1, 1, 1]]
    """
    cases = CASELOAD.check(caseload).dropna(subset="therapist_id")
    told = CASE_REASONS.check(reasons).merge(cases[["case_id", "therapist_id"]], on="case_id")
    falls = told[told["reason"].isin(FALLS)]
    by = cases.groupby("therapist_id")
    table = pd.DataFrame({"n_cases": by.size(), "n_judged": by["outcome_class"].count()})

    def fill(name: str, counts: pd.Series) -> None:
        table[name] = counts.reindex(table.index, fill_value=0)

    fill("n_fell", falls.groupby("therapist_id")["case_id"].nunique())
    fill("n_falls", falls.groupby("therapist_id").size())
    for name, keys in _FALL_COUNTS.items():
        fill(name, falls[falls["reason"].isin(keys)].groupby("therapist_id").size())
    for name, key in _CASE_COUNTS.items():
        fill(name, told[told["reason"].eq(key)].groupby("therapist_id")["case_id"].nunique())
    return SUPERVISEES.check(table.reset_index().sort_values("therapist_id"))
