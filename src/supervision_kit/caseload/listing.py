"""Why each case may need a word, as a table: each reason with its sentence and where its evidence is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from supervision_kit.caseload.looking import Look, look_through
from supervision_kit.outcome.relating import relate_series
from supervision_kit.reasons.course import decision_reasons, end_reasons, hand_reasons, news_reasons
from supervision_kit.reasons.falls import fall_reasons
from supervision_kit.reasons.found import Found
from supervision_kit.reasons.ratings import form_reasons, gap_reasons, level_reasons, outcome_reasons
from supervision_kit.tables import CASE_REASONS, CONGRUENCE, SERIES_KEY

_FORM = ["case_id", "rater", "instrument", "session"]


def list_reasons(
    scores: pd.DataFrame,
    repairs: pd.DataFrame,
    *,
    marks: pd.DataFrame | None = None,
    congruence: pd.DataFrame | None = None,
    new_forms: pd.DataFrame | None = None,
    judgements: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    planned_sessions: int | Mapping[str, int] | None = None,
    rebases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List why each case may need a word: a row per reason, with where its evidence is seen.

    Each case is read by its headline series: the client's ratings on the alliance instrument with most of them, on its
    total (where that is not rated, on its scale with most ratings). An episode that fell less than the scale's floor
    below the level before it (a low first session, a return from one high rating) counts for nothing here.

    Parameters
    ----------
    scores
        All scores, alliance and outcome, of all raters; see :data:`supervision_kit.tables.SCORES`.
    repairs
        The followed episodes of one method; see :data:`supervision_kit.tables.REPAIRS`.
    marks
        The marks behind them: a therapist's rating that is marked shows a fall, whatever its depth.
    congruence
        What :func:`compare_raters` says of these scores; without it, no case is *rated apart*.
    new_forms
        The forms that came in since the last supervision: columns ``case_id, rater, instrument, session``.
    judgements
        What the supervisor made of falls; see :data:`supervision_kit.tables.JUDGEMENTS`.
    decisions
        Decisions of earlier supervisions: columns ``case_id, session, state``. Their text is not used.
    planned_sessions
        How many sessions are planned, for all cases or for each.
    rebases
        Where cases start anew, see :data:`supervision_kit.tables.REBASES`: a fall before that is not down by now.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.CASE_REASONS`, sorted by case. ``is_new`` is ``<NA>`` without `new_forms`, and
        where no single form brought the reason up.

    Raises
    ------
    TableError
        A table breaks its contract, or holds the judgements of several methods.

    Examples
    --------
    >>> import supervision_kit as sk
    >>> scores = sk.simulate_caseload(n_cases=5, seed=1).scores
    >>> marks = sk.mark_sessions(scores, method="adjacent_drop")
    >>> list(sk.list_reasons(scores, sk.follow_repairs(sk.find_episodes(marks), scores)))[:3]
    ['case_id', 'reason', 'session']
    """
    look = look_through(scores, repairs, marks, rebases)
    new = set() if new_forms is None else _forms(new_forms)
    found = [*_reasons_of_ratings(look, judgements, new)]
    if congruence is not None:
        found += gap_reasons(CONGRUENCE.check(congruence), look.headline)
    if judgements is not None:
        found += hand_reasons(judgements)
    if decisions is not None:
        found += decision_reasons(decisions)
    if planned_sessions is not None:
        found += end_reasons(look.cases["last_session"], planned_sessions)
    if new_forms is not None:
        found += news_reasons(new_forms)
    known = set(look.cases.index)
    return tabulate_reasons((one for one in found if one.case_id in known), new=None if new_forms is None else new)


def reasons_of_ratings(look: Look) -> pd.DataFrame:
    """Return the reasons that lie in the ratings alone."""
    return tabulate_reasons(_reasons_of_ratings(look, None, set()), new=None)


def _reasons_of_ratings(
    look: Look, judgements: pd.DataFrame | None, new: set[tuple[str, str, str, int]]
) -> Iterable[Found]:
    yield from fall_reasons(look.falls.assign(verdict=_verdicts(look.falls, judgements)), new=new)
    yield from form_reasons(look.cases)
    yield from level_reasons(look.headline)
    yield from outcome_reasons(relate_series(look.scores, look.ordering, look.headline, criteria={}))


def _verdicts(falls: pd.DataFrame, judgements: pd.DataFrame | None) -> list[str]:
    """Return what the supervisor says of each fall, whichever method it was marked by; empty where nothing."""
    if judgements is None or judgements.empty:
        return [""] * len(falls)
    columns = [*SERIES_KEY, "marked_onset"]
    marked = judgements.dropna(subset="marked_onset").sort_values("at", kind="stable")
    keys = zip(*(marked[name].to_list() for name in columns), strict=True)
    said = dict(zip(keys, marked["verdict"], strict=True))  # the latest stands
    return [said.get(key, "") for key in zip(*(falls[name].to_list() for name in [*SERIES_KEY, "onset"]), strict=True)]


def _forms(new_forms: pd.DataFrame) -> set[tuple[str, str, str, int]]:
    return set(zip(*(new_forms[name].to_list() for name in _FORM), strict=True))


def tabulate_reasons(found: Iterable[Found], *, new: set[tuple[str, str, str, int]] | None) -> pd.DataFrame:
    """Return reasons as a table, with a number within each case; `new` are the forms that came in since."""
    rows = sorted(found, key=lambda one: one.case_id)
    columns = {name: [getattr(one, name) for one in rows] for name in Found._fields if name != "since"}
    columns["is_new"] = _news(rows, new)
    table = pd.DataFrame(columns)
    table["number"] = table.groupby("case_id", sort=False).cumcount() + 1 if rows else []
    return CASE_REASONS.check(table)


def _news(rows: list[Found], new: set[tuple[str, str, str, int]] | None) -> list[bool | None]:
    if new is None:
        return [None] * len(rows)
    sessions = {(case, session) for case, _, _, session in new}
    return [
        None
        if one.since is None
        else (one.case_id, one.since) in sessions
        if one.rater is None or one.instrument is None
        else (one.case_id, one.rater, one.instrument, one.since) in new
        for one in rows
    ]
