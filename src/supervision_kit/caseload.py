"""All of it → one row per case, those most in need of a word first, each with its reasons in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.detection.method import check_number
from supervision_kit.episodes import END_SHARE, falls_among
from supervision_kit.errors import TableError, UnknownNameError
from supervision_kit.headline import Flags, rates_as_client, take_headline
from supervision_kit.ordering import Ordering, count_cells
from supervision_kit.outcome.relating import relate_series
from supervision_kit.reasons import REASONS, episode_reasons, outcome_reasons, rating_reasons
from supervision_kit.recognition import compare_with_therapists
from supervision_kit.repair.line import RatingLine
from supervision_kit.tables import CASELOAD, MARKS, REPAIRS, SCORES, SERIES_KEY

NO_FALL = "no fall marked"
_WORST_FIRST = ("unrepaired", "partly repaired", "undetermined", "repaired")
FEWEST_SCORES = 3  # without marks to say so, fewer cannot be judged; the kit's own choice


def review_caseload(
    scores: pd.DataFrame,
    repairs: pd.DataFrame,
    *,
    marks: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Put the cases in the order in which they need a word, with the reasons.

    Each case is read by its headline series: the client's ratings on the alliance instrument with most of them, on its
    total (where that is not rated, on its scale with most ratings). An episode that fell less than the scale's floor
    below the level before it (a low first session, a return from one high rating) counts for nothing here. Every reason
    counts once, however often it holds.

    Parameters
    ----------
    scores
        All scores, alliance and outcome, of all raters; see :data:`supervision_kit.tables.SCORES`.
    repairs
        The followed episodes of one method; see :data:`supervision_kit.tables.REPAIRS`.
    marks
        The marks behind them. With it, ``outcome_class`` is ``<NA>`` for every case none of whose ratings could be
        judged; without it, where the headline series has fewer than three scores or no spread.
    weights
        Weights by the keys of :data:`REASONS` in place of the kit's own; 0 leaves a reason out of the order.

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
        A weight that is no number.
    """
    (checked, ordering), followed = SCORES.check_in_order(scores), REPAIRS.check(repairs)
    judged = None if marks is None else MARKS.check_in_order(marks)
    for name, table in (("repairs", followed), ("marks", judged[0] if judged else None)):
        _require_one_method(name, table)
    weight = _weigh(weights or {})

    headline = take_headline(checked, ordering)
    is_last = ~headline["case_id"].duplicated(keep="last")
    own = headline.loc[is_last, list(SERIES_KEY)]
    rated = _rated_sessions(checked, ordering)
    cases = _describe(checked, headline, rated)
    falls = _place(falls_among(followed[_are_of(own, followed)]), headline)
    cases["outcome_class"] = _classify(
        cases.index, falls, _judgeable_cases(headline) if judged is None else _judged_cases(*judged, own)
    )
    cases["open_ruptures"] = falls[falls["is_down"]].groupby("case_id").size().reindex(cases.index, fill_value=0)

    found = [
        *episode_reasons(
            falls.assign(
                is_unrecognised=compare_with_therapists(falls, checked, ordering, marks=judged and judged[0]).fillna(
                    value=False
                )
            )
        ),
        *rating_reasons(headline, cases["last_session"], rated.groupby("case_id")["session"].max()),
        *outcome_reasons(relate_series(checked, headline, criteria={})),
    ]
    told = {case: _weigh_reasons(reasons, weight) for case, reasons in _by_case(found).items()}
    cases["priority"] = [told[case][0] if case in told else 0.0 for case in cases.index]
    cases["reasons"] = pd.Series([told[case][1] if case in told else () for case in cases.index], index=cases.index)
    ordered = cases.reset_index().sort_values(["priority", "case_id"], ascending=[False, True])
    return CASELOAD.check(ordered)


def _require_one_method(name: str, table: pd.DataFrame | None) -> None:
    methods = [] if table is None else sorted(table["method"].unique())
    if len(methods) > 1:
        raise TableError(f"review_caseload: {name} hold several methods ({', '.join(methods)}); pass one method's.")


def _weigh(weights: Mapping[str, float]) -> dict[str, float]:
    for key, value in weights.items():
        if key not in REASONS:
            raise UnknownNameError("reason", key, REASONS)
        check_number("weights", key, value, whole=False)
    return {key: float(weights.get(key, reason.weight)) for key, reason in REASONS.items()}


def _are_of(series: pd.DataFrame, table: pd.DataFrame) -> Flags:
    """Tell for each row of a table whether it belongs to one of these series."""
    wanted, keys = (list(zip(*(one[name].to_list() for name in SERIES_KEY), strict=True)) for one in (series, table))
    known = set(wanted)
    return np.array([key in known for key in keys], dtype=bool)


def _by_case(found: Iterable[tuple[str, str, str]]) -> dict[str, list[tuple[str, str]]]:
    reasons: dict[str, list[tuple[str, str]]] = {}
    for case, key, sentence in found:
        reasons.setdefault(case, []).append((key, sentence))
    return reasons


def _weigh_reasons(reasons: list[tuple[str, str]], weight: Mapping[str, float]) -> tuple[float, tuple[str, ...]]:
    """Return the priority of a case, in which a reason counts once, and the sentences, most weighty first."""
    ordered = sorted(reasons, key=lambda reason: -weight[reason[0]])
    return sum(weight[key] for key in dict.fromkeys(key for key, _ in ordered)), tuple(text for _, text in ordered)


def _place(falls: pd.DataFrame, headline: pd.DataFrame) -> pd.DataFrame:
    """Add where each fall stands by now: the latest rating, and whether it is down then."""
    falls = falls.reset_index(drop=True)
    half_way = falls["pre_level"] - END_SHARE * falls["depth"] - ROUNDING
    line = RatingLine.lay_out(headline, episodes=falls)
    falls["last_rated"] = line.session[line.stop - 1]
    never_back = ~(line.highest(line.place_after(falls["nadir"]), line.stop) >= half_way)
    is_latest = ~falls.duplicated("case_id", keep="last")
    falls["is_down"] = (line.score[line.stop - 1] < half_way) & (is_latest | never_back)
    return falls


def _rated_sessions(scores: pd.DataFrame, ordering: Ordering) -> pd.DataFrame:
    """Return each case's sessions with an alliance rating by the client, on whatever instrument and scale."""
    _, is_kept = ordering.keep(rates_as_client(scores, ordering))
    rated = scores.loc[is_kept & scores["score"].notna(), ["case_id", "session"]]
    return rated.drop_duplicates()


def _describe(scores: pd.DataFrame, headline: pd.DataFrame, rated: pd.DataFrame) -> pd.DataFrame:
    by_session = scores[["case_id", "session", "therapist_id"]].sort_values("session", kind="stable")
    latest = by_session.groupby("case_id").last()  # the last that is not missing
    cases = pd.DataFrame({"therapist_id": latest["therapist_id"], "last_session": latest["session"]})
    cases["n_sessions"] = rated.groupby("case_id").size().reindex(cases.index, fill_value=0)
    cases["last_score"] = headline.dropna(subset="score").groupby("case_id")["score"].last().reindex(cases.index)
    return cases


def _judged_cases(marks: pd.DataFrame, ordering: Ordering, headline: pd.DataFrame) -> pd.Series:
    """Return the cases of which a rating in one of these series could be judged."""
    if marks.empty:
        return marks["case_id"]
    is_judged = count_cells(marks["is_rupture"].notna(), ordering) > 0
    series = marks[list(SERIES_KEY)].iloc[ordering.first_row[is_judged]]
    return series.loc[_are_of(headline, series), "case_id"]


def _judgeable_cases(headline: pd.DataFrame) -> pd.Series:
    """Return the cases with scores enough to judge by, which are not all the same."""
    by_case = headline.groupby("case_id")["score"]
    is_judgeable = (by_case.count() >= FEWEST_SCORES) & (by_case.max() - by_case.min() > ROUNDING)
    return is_judgeable.index[is_judgeable].to_series()


def _classify(cases: pd.Index, falls: pd.DataFrame, judged: pd.Series) -> pd.Series:
    worst = pd.Series(NO_FALL, index=pd.Index(judged), dtype="str").reindex(cases)
    for outcome in reversed(_WORST_FIRST):
        worst[cases.isin(falls.loc[falls["outcome"] == outcome, "case_id"])] = outcome
    return worst
