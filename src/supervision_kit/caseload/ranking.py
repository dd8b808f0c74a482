"""The order in which cases need a word."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from supervision_kit.caseload.listing import reasons_of_ratings
from supervision_kit.caseload.looking import look_through
from supervision_kit.reasons import weigh
from supervision_kit.tables import CASE_REASONS, CASELOAD


def review_caseload(
    scores: pd.DataFrame,
    repairs: pd.DataFrame,
    *,
    marks: pd.DataFrame | None = None,
    reasons: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
    rebases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Put the cases in the order in which they need a word, with the reasons.

    Each case is read by its headline series, as :func:`list_reasons` says. Every reason counts once, however often it
    holds.

    Parameters
    ----------
    scores
        All scores, alliance and outcome, of all raters; see :data:`supervision_kit.tables.SCORES`.
    repairs
        The followed episodes of one method; see :data:`supervision_kit.tables.REPAIRS`.
    marks
        The marks behind them. With it, ``outcome_class`` is ``<NA>`` for every case none of whose ratings could be
        judged; without it, where the headline series has fewer than three scores or no spread.
    reasons
        What :func:`list_reasons` found; without it, the reasons that lie in the ratings alone.
    weights
        Weights by the keys of :data:`supervision_kit.reasons.REASONS` in place of the kit's own; 0 leaves a reason out
        of the order.
    rebases
        Where cases start anew, see :data:`supervision_kit.tables.REBASES`: a fall before that is not open by now.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.CASELOAD`, highest priority first. ``outcome_class`` is the worst of the
        case's falls (*unrepaired*, *partly repaired*, *undetermined*, *repaired*), or *no fall marked*, which is not to
        say that there was no rupture; ``<NA>`` where nothing could be judged. ``open_ruptures`` counts
        the falls that are less than half way back at the latest rating: the last one, and those before it that never
        were.

    Raises
    ------
    TableError
        A table breaks its contract, or holds the judgements of several methods.
    UnknownNameError
        `weights` names a reason that does not exist.
    SettingError
        A weight that is no number from 0 to 100.
    """
    weigh(weights or {})  # before what takes long
    look = look_through(scores, repairs, marks, rebases)
    cases = look.cases.reset_index()
    unranked = CASELOAD.of({**cases, "priority": np.zeros(len(cases)), "reasons": [()] * len(cases)})
    told = reasons_of_ratings(look) if reasons is None else CASE_REASONS.check(reasons)
    return _rank(unranked, told, weigh(weights or {}))


def rank_cases(
    caseload: pd.DataFrame, reasons: pd.DataFrame, *, weights: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Put the cases in order anew, by other reasons or other weights; nothing else about them changes.

    Parameters
    ----------
    caseload
        See :data:`supervision_kit.tables.CASELOAD`.
    reasons
        See :data:`supervision_kit.tables.CASE_REASONS`.
    weights
        As in :func:`review_caseload`.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.CASELOAD`. The priority is the sum of the weights of a case's reasons, each
        once; the sentences of its reasons stand most weighty first. Cases of equal priority come in the order of their
        codes.

    Raises
    ------
    TableError
        A table breaks its contract.
    UnknownNameError
        `weights` names a reason that does not exist.
    SettingError
        A weight that is no number from 0 to 100.

    Examples
    --------
    >>> caseload = pd.DataFrame({"case_id": ["a", "b"], "n_sessions": 4, "last_session": 4, "last_score": 4.0,
    ...     "open_ruptures": 0, "outcome_class": None, "priority": 0.0, "reasons": [(), ()]})
    >>> reasons = pd.DataFrame({"case_id": ["b"], "number": 1, "reason": "missing", "sentence": "No forms."})
    >>> rank_cases(caseload, reasons)["case_id"].to_list()
    ['b', 'a']
    """
    return _rank(CASELOAD.check(caseload), CASE_REASONS.check(reasons), weigh(weights or {}))


def _rank(ranked: pd.DataFrame, told: pd.DataFrame, weight: Mapping[str, float]) -> pd.DataFrame:
    """Rank checked cases, whose table is changed, by checked reasons."""
    of_case: dict[str, list[tuple[float, int, str, str]]] = {}
    columns = (told[name].to_list() for name in ("case_id", "number", "reason", "sentence"))
    for case, number, reason, sentence in zip(*columns, strict=True):
        of_case.setdefault(case, []).append((-weight.get(reason, 0.0), number, reason, sentence))
    most_weighty_first = [sorted(of_case.get(case, ())) for case in ranked["case_id"].to_list()]
    ranked["priority"] = [sum({reason: -low for low, _, reason, _ in one}.values()) + 0.0 for one in most_weighty_first]
    ranked["reasons"] = pd.Series([tuple(told for *_, told in one) for one in most_weighty_first], index=ranked.index)
    keys = list(zip((-ranked["priority"]).to_list(), ranked["case_id"].to_list(), strict=True))
    return ranked.take(sorted(range(len(keys)), key=keys.__getitem__)).reset_index(drop=True)


def weigh_reasons(reasons: pd.DataFrame, weight: Mapping[str, float]) -> pd.DataFrame:
    """Return the reasons with their ``weight``, most weighty first within each case."""
    weighed = reasons.assign(weight=reasons["reason"].map(dict(weight)).astype("float64"))
    return weighed.sort_values(["case_id", "weight", "number"], ascending=[True, False, True], ignore_index=True)
