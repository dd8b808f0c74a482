"""How often each thing happened among the cases of each supervisee."""

from __future__ import annotations

import pandas as pd

from supervision_kit.errors import UnknownNameError
from supervision_kit.reasons import CAME_BACK, DOWN
from supervision_kit.tables import CASE_REASONS, CASELOAD, SUPERVISEES

FALLS = (*DOWN, "partly", "early", "anew", *CAME_BACK)  # reasons of which there is one for each fall
_FALL_COUNTS = {
    "n_back": CAME_BACK,
    "n_down": DOWN,
    "n_partly": ("partly",),
    "n_early": ("early",),
    "n_anew": ("anew",),
}
_CASE_COUNTS = {"n_unrecognised": ("unrecognised",), "n_missing": ("missing", "no_forms"), "n_top": ("top",)}
_FALL = ["case_id", "rater", "instrument", "scale", "session"]
HANDOVER = "handover"  # the reason that says of a fall that it came at a change of therapist


def count_supervisees(caseload: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """Count, for each therapist, the cases and what the ratings of these cases show.

    Parameters
    ----------
    caseload
        See :data:`supervision_kit.tables.CASELOAD`; cases without a therapist are in no row.
    reasons
        See :data:`supervision_kit.tables.CASE_REASONS`. Falls in which the supervisor sees no rupture are not counted;
        those at a change of therapist are counted apart, for they are not the new therapist's.

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
    at_handover = told.loc[told["reason"].eq(HANDOVER), _FALL].assign(is_at_handover=True)
    falls = told[told["reason"].isin(FALLS)].merge(at_handover, on=_FALL, how="left")
    is_own = falls.pop("is_at_handover").isna()
    falls, handed_over = falls[is_own], falls[~is_own]
    by = cases.groupby("therapist_id")
    table = pd.DataFrame({"n_cases": by.size(), "n_judged": by["outcome_class"].count()})

    def fill(name: str, counts: pd.Series) -> None:
        table[name] = counts.reindex(table.index, fill_value=0)

    fill("n_fell", falls.groupby("therapist_id")["case_id"].nunique())
    fill("n_falls", falls.groupby("therapist_id").size())
    for name, keys in _FALL_COUNTS.items():
        fill(name, falls[falls["reason"].isin(keys)].groupby("therapist_id").size())
    fill("n_handover", handed_over.groupby("therapist_id").size())
    for name, keys in _CASE_COUNTS.items():
        fill(name, told[told["reason"].isin(keys)].groupby("therapist_id")["case_id"].nunique())
    return SUPERVISEES.check(table.reset_index().sort_values("therapist_id"))


def cases_of(caseload: pd.DataFrame, therapist_id: str | None) -> pd.DataFrame:
    """Return the cases of a therapist, or those without a therapist's code, under a dash.

    Raises
    ------
    UnknownNameError
        There is no such therapist, or no such case.
    """
    whose = caseload["therapist_id"]
    cases = caseload[whose.isna() if therapist_id is None else whose.eq(therapist_id).fillna(value=False)]
    if cases.empty:
        raise UnknownNameError("therapist", therapist_id or "", whose.dropna().unique(), from_data=True)
    return cases.fillna({"therapist_id": "–"})


def leave_out_handovers(caseload: pd.DataFrame, reasons: pd.DataFrame | None) -> pd.DataFrame:
    """Return the cases without those that fell at a change of therapist: what became of these is nobody's share."""
    if reasons is None:
        return caseload
    return caseload[~caseload["case_id"].isin(reasons.loc[reasons["reason"].eq(HANDOVER), "case_id"])]
