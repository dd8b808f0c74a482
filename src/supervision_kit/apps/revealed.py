"""The ratings of one case as far as a group has seen them."""

from __future__ import annotations

from supervision_kit.apps.case_series import CaseSeries
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.source import Source


class Revealed(Source):
    """One case up to a session, judged by what methods have learnt of the whole caseload; nothing later is in it.

    Parameters
    ----------
    whole
        All ratings.
    case_id
        The case.
    session
        The last session to be seen.
    """

    def __init__(self, whole: Source, case_id: str, session: int) -> None:
        ratings = whole.cases[case_id]
        super().__init__(ratings[ratings["session"] <= session].reset_index(drop=True))
        self.rebases, self.lessons = whole.rebases, whole.lessons


def see_case(whole: Source, case_id: str, session: int) -> CaseState:
    """Return what can be seen of a case up to a session, by the series that the whole case is read by."""
    seen = CaseState(Revealed(whole, case_id, session), case_id=case_id)
    read_by = whole.headline[whole.headline["case_id"] == case_id].head(1)
    for series in read_by[list(CaseSeries._fields)].itertuples(index=False, name=None):
        seen.look_at(CaseSeries(*series)._asdict())
    return seen


def sessions_of(whole: Source, case_id: str) -> tuple[int, ...]:
    """Return the sessions of a case that anything was rated at, in order."""
    return tuple(sorted(int(session) for session in whole.cases[case_id]["session"].unique()))
