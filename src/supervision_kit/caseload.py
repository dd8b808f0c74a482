"""All of it → one row per case, those most in need of a word first, each with its reasons in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from supervision_kit.detection.method import ROUNDING
from supervision_kit.errors import TableError, UnknownNameError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.reasons import REASONS, episode_reasons, falls_among, rating_reasons
from supervision_kit.tables import CASELOAD, MARKS, REPAIRS, SCORES, SERIES_KEY

NO_RUPTURE = "no rupture marked"
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

    Each case is read by its headline series: the client's rating on the alliance instrument with most ratings, on its
    total (where there is no total, on its first scale). An episode that fell less than the scale's floor below the
    level before it (a low first session, a return from one high rating) counts for nothing here.

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
        case's episodes (*unrepaired*, *partly repaired*, *undetermined*, *repaired*), or *no rupture marked*, which is
        not to say that there was none; ``<NA>`` where nothing could be judged.

    Raises
    ------
    TableError
        A table breaks its contract, or `repairs` holds the episodes of several methods.
    UnknownNameError
        `weights` names a reason that does not exist.
    """
    checked, followed = SCORES.check(scores), REPAIRS.check(repairs)
    methods = sorted(followed["method"].unique())
    if len(methods) > 1:
        raise TableError(
            f"review_caseload: repairs hold the episodes of several methods ({', '.join(methods)}); pass one method's."
        )
    weight = {key: reason.weight for key, reason in REASONS.items()}
    for key, value in (weights or {}).items():
        if key not in REASONS:
            raise UnknownNameError("reason", key, REASONS)
        weight[key] = float(value)

    headline = find_headline(checked)
    episodes = falls_among(followed.merge(headline[list(SERIES_KEY)].drop_duplicates(), on=list(SERIES_KEY)))
    cases = _describe(checked, headline)
    cases["outcome_class"] = _classify(cases.index, episodes, headline, None if marks is None else MARKS.check(marks))
    last_rated = headline.dropna(subset="score").groupby("case_id")["session"].max()
    episodes["is_open"] = (episodes["outcome"] != "repaired") & (episodes["end"] >= episodes["case_id"].map(last_rated))
    cases["open_ruptures"] = episodes[episodes["is_open"]].groupby("case_id").size().reindex(cases.index, fill_value=0)

    found = [
        *episode_reasons(episodes, checked, last_rated),
        *rating_reasons(headline, cases["last_session"]),
    ]
    reasons = pd.DataFrame(found, columns=["case_id", "key", "sentence"])
    reasons["weight"] = reasons["key"].map(weight).astype(float)
    reasons = reasons.sort_values("weight", ascending=False, kind="stable")
    by_case = reasons.groupby("case_id")
    cases["priority"] = by_case["weight"].sum().reindex(cases.index, fill_value=0.0)
    sentences = by_case["sentence"].agg(tuple).to_dict()
    cases["reasons"] = pd.Series([sentences.get(case, ()) for case in cases.index], index=cases.index, dtype=object)
    ordered = cases.reset_index().sort_values(["priority", "case_id"], ascending=[False, True])
    return CASELOAD.check(ordered)


def find_headline(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of each case's headline series, in session order; cases without one have no rows."""
    is_alliance = scores["instrument"].map(lambda key: key not in INSTRUMENTS or INSTRUMENTS[key].kind == "alliance")
    ratings = scores[is_alliance.astype(bool) & (scores["rater"] == "client")]
    sizes = ratings.groupby(list(SERIES_KEY), sort=True)["score"].agg(n_scored="count", n="size").reset_index()
    sizes["is_total"] = sizes["scale"] == "total"
    best = sizes.sort_values(["is_total", "n_scored", "n"], ascending=False, kind="stable").drop_duplicates("case_id")
    return ratings.merge(best[list(SERIES_KEY)], on=list(SERIES_KEY)).sort_values(["case_id", "session"])


def _describe(scores: pd.DataFrame, headline: pd.DataFrame) -> pd.DataFrame:
    latest = scores.sort_values("session", kind="stable").groupby("case_id")
    rated = headline.dropna(subset="score").groupby("case_id")
    cases = pd.DataFrame({"therapist_id": latest["therapist_id"].last(), "last_session": latest["session"].max()})
    cases["n_sessions"] = rated.size().reindex(cases.index, fill_value=0)
    cases["last_score"] = rated["score"].last().reindex(cases.index)
    return cases


def _classify(cases: pd.Index, episodes: pd.DataFrame, headline: pd.DataFrame, marks: pd.DataFrame | None) -> pd.Series:
    if marks is None:
        by_case = headline.groupby("case_id")["score"]
        judged = (by_case.count() >= FEWEST_SCORES) & (by_case.max() - by_case.min() > ROUNDING)
        judged_cases = judged.index[judged]
    else:
        of_headline = marks.merge(headline[list(SERIES_KEY)].drop_duplicates(), on=list(SERIES_KEY))
        judged_cases = pd.Index(of_headline.loc[of_headline["is_rupture"].notna(), "case_id"].unique())
    worst = pd.Series(NO_RUPTURE, index=judged_cases, dtype="str").reindex(cases)
    for outcome in reversed(_WORST_FIRST):
        worst[cases.isin(episodes.loc[episodes["outcome"] == outcome, "case_id"])] = outcome
    return worst
