"""Why each case may need a word, as a table: each reason with its sentence and where its evidence is seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from supervision_kit.caseload.looking import Look, look_through
from supervision_kit.judging import judge_beside
from supervision_kit.outcome.relating import relate_series
from supervision_kit.reasons.course import decision_reasons, end_reasons, hand_reasons, news_reasons
from supervision_kit.reasons.falls import A_RUPTURE, NOT_BACK, fall_reasons, therapist_fall_reasons
from supervision_kit.reasons.found import Found
from supervision_kit.reasons.ratings import form_reasons, gap_reasons, level_reasons, outcome_reasons
from supervision_kit.tables import CASE_REASONS, CONGRUENCE, SERIES_KEY
from supervision_kit.words import current_language, say, speaking

_FORM = ["case_id", "rater", "instrument", "session"]  # a form


def list_reasons(
    scores: pd.DataFrame,
    repairs: pd.DataFrame,
    *,
    marks: pd.DataFrame | None = None,
    congruence: pd.DataFrame | None = None,
    new_forms: pd.DataFrame | None = None,
    judgements: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    annotations: pd.DataFrame | None = None,
    planned_sessions: int | Mapping[str, int] | None = None,
    rebases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List why each case may need a word: a row per reason, with where its evidence is seen.

    Each case is read by its headline series: the client's ratings on the alliance instrument with most of them, on its
    total (where that is not rated, on its scale with most ratings). Where the client never rated, a fall of the
    therapist's ratings is told, as a lighter reason. An episode that fell less than the scale's floor
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
        Decisions: columns ``case_id, session, state``. Open ones count once a later session is rated; their text is not
        used.
    annotations
        What was noted along the course, see :data:`supervision_kit.tables.ANNOTATIONS`: a change of therapist counts
        beside those that the ratings show.
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
    look = look_through(scores, repairs, marks, rebases, annotations)
    found = [*_reasons_of_ratings(look, judgements)]
    if congruence is not None:
        found += gap_reasons(CONGRUENCE.check(congruence), look.headline)
    if judgements is not None:
        found += hand_reasons(_seen_alone(judgements, look))
    if decisions is not None:
        rated = look.scores[look.scores["score"].notna()]
        found += decision_reasons(decisions, rated.groupby("case_id")["session"].max())
    known = set(look.cases.index)
    listed = _tabulate(one for one in found if one.case_id in known)
    if planned_sessions is not None:
        listed = add_ends(listed, look.cases["last_session"], planned_sessions)
    return listed if new_forms is None else add_news(listed, new_forms[new_forms["case_id"].isin(known)])


def add_ends(reasons: pd.DataFrame, last_session: pd.Series, planned_sessions: int | Mapping[str, int]) -> pd.DataFrame:
    """Return reasons that were listed without planned sessions, with those of the cases that are near their end.

    `last_session` has each case's latest session, by its code.
    """
    return _add(reasons, _tabulate(end_reasons(last_session, planned_sessions)))


def add_news(reasons: pd.DataFrame, new_forms: pd.DataFrame) -> pd.DataFrame:
    """Return reasons that were listed without new forms, with these: what is new of them, and the news themselves."""
    forms = new_forms[_FORM].drop_duplicates(ignore_index=True)
    columns = [forms[name].to_list() for name in _FORM]
    whole, sessions = set(zip(*columns, strict=True)), set(zip(columns[0], columns[-1], strict=True))
    rows = list(_rows(reasons))
    is_new = [_is_new(row, whole, sessions) for row in rows]
    news = [
        Found(row["case_id"], "new_fall", say("This fall came in since the last supervision."), row["session"],
              row["brought_at"], *(row[name] for name in SERIES_KEY[1:]))
        for row, new in zip(rows, is_new, strict=True)
        if new and row["reason"] in NOT_BACK
    ]  # fmt: skip
    added = _tabulate([*news, *news_reasons(forms)]).assign(is_new=True)
    return _add(reasons.assign(is_new=pd.array(is_new, dtype="boolean")), added)


def _add(reasons: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Put what is added to each case behind its other reasons."""
    together = pd.concat([reasons, added]).sort_values("case_id", kind="stable", ignore_index=True)
    return CASE_REASONS.of(_numbered({**together}))


def _rows(reasons: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give what is asked of each reason; None where there is nothing."""
    names = (*SERIES_KEY, "reason", "session", "brought_at")
    columns = (reasons[name].astype(object).where(reasons[name].notna(), None).to_list() for name in names)
    for row in zip(*columns, strict=True):
        yield dict(zip(names, row, strict=True))


def _is_new(row: Mapping[str, Any], whole: set[tuple[Any, ...]], sessions: set[tuple[Any, ...]]) -> bool | None:
    if row["brought_at"] is None:
        return None
    if row["instrument"] is None:
        return (row["case_id"], row["brought_at"]) in sessions
    return (row["case_id"], row["rater"], row["instrument"], row["brought_at"]) in whole


def reasons_of_ratings(look: Look) -> pd.DataFrame:
    """Return the reasons that lie in the ratings alone."""
    with speaking(current_language()):  # looked up once for all sentences
        return _tabulate(_reasons_of_ratings(look, None))


def _reasons_of_ratings(look: Look, judgements: pd.DataFrame | None) -> Iterable[Found]:
    yield from fall_reasons(look.falls.assign(verdict=_verdicts(look.falls, judgements)))
    alone = look.therapist_falls
    yield from therapist_fall_reasons(alone.assign(verdict=_verdicts(alone, judgements)))
    yield from form_reasons(look.cases)
    yield from level_reasons(look.headline)
    yield from outcome_reasons(relate_series(look.scores, look.ordering, look.headline, criteria={}))


def _verdicts(falls: pd.DataFrame, judgements: pd.DataFrame | None) -> list[str]:
    """Return what the supervisor says of each fall, whichever method it was marked by; empty where nothing."""
    if judgements is None or judgements.empty or falls.empty:
        return [""] * len(falls)
    said = judge_beside(falls, judgements)["verdict"].head(len(falls)).fillna("").to_list()
    confirmed = {n for at in _meetings(judgements[_is_seen_by_hand(judgements)], falls).values() for n in at}
    return [verdict or (A_RUPTURE if n in confirmed else "") for n, verdict in enumerate(said)]


def _seen_alone(judgements: pd.DataFrame, look: Look) -> pd.DataFrame:
    """Return the judgements without ruptures added by hand that are among the falls as well."""
    by_hand = judgements[_is_seen_by_hand(judgements)]
    met = {n for falls in (look.falls, look.therapist_falls) for n, at in _meetings(by_hand, falls).items() if at}
    return judgements.drop(index=by_hand.index[list(met)])


def _is_seen_by_hand(judgements: pd.DataFrame) -> pd.Series:
    return judgements["marked_onset"].isna() & judgements["verdict"].eq(A_RUPTURE)


def _meetings(judgements: pd.DataFrame, falls: pd.DataFrame) -> dict[int, list[int]]:
    """Return for each judgement the falls of its series in whose sessions it is, both by their places."""
    by_series: dict[tuple[Any, ...], list[tuple[int, int, int]]] = {}
    columns = (falls[name].to_list() for name in (*SERIES_KEY, "onset", "end"))
    for n, (*series, onset, end) in enumerate(zip(*columns, strict=True)):
        by_series.setdefault(tuple(series), []).append((n, onset, end))
    last = judgements["end"].fillna(judgements["onset"])
    columns = (judgements[name].to_list() for name in (*SERIES_KEY, "onset"))
    return {
        number: [n for n, first, end in by_series.get(tuple(series), []) if onset <= end and until >= first]
        for number, ((*series, onset), until) in enumerate(zip(zip(*columns, strict=True), last, strict=True))
    }


def _tabulate(found: Iterable[Found]) -> pd.DataFrame:
    rows = sorted(found, key=lambda one: one.case_id)
    return CASE_REASONS.of(_numbered({name: [getattr(one, name) for one in rows] for name in Found._fields}))


def _numbered(columns: Mapping[str, Iterable[Any]]) -> dict[str, Iterable[Any]]:
    """Count the reasons within each case, whose rows stand together."""
    n_before: Counter[str] = Counter()
    numbers = []
    for case in columns["case_id"]:
        n_before[case] += 1
        numbers.append(n_before[case])
    return {**columns, "number": numbers}
