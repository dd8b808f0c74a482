"""The cases as the line leaves them: their headline ratings, and where their falls stand by now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.episodes import END_SHARE, falls_among
from supervision_kit.errors import TableError
from supervision_kit.headline import Flags, rates_as_client, take_headline
from supervision_kit.ordering import Ordering, count_cells
from supervision_kit.rebasing import next_starts
from supervision_kit.recognition import compare_with_therapists
from supervision_kit.repair.line import RatingLine
from supervision_kit.tables import MARKS, REPAIRS, SCORES, SERIES_KEY

NO_FALL = "no fall marked"
_WORST_FIRST = ("unrepaired", "partly repaired", "undetermined", "repaired")
FEWEST_SCORES = 3  # without marks to say so, fewer cannot be judged; the kit's own choice


@dataclass(frozen=True)
class Look:
    """What reasons and rows are made of, all from tables that were checked.

    `cases` has a row per case, by its code: therapist, sessions, latest score, class, open falls. `falls` are those of
    the headline series, with where each stands at the latest rating. `last_rated` is the latest session with an
    alliance rating by the client, missing where there is none.
    """

    scores: pd.DataFrame
    headline: pd.DataFrame
    cases: pd.DataFrame
    falls: pd.DataFrame
    last_rated: pd.Series


def look_through(
    scores: pd.DataFrame, repairs: pd.DataFrame, marks: pd.DataFrame | None, rebases: pd.DataFrame | None
) -> Look:
    """Look through the tables of one run of the line.

    Raises
    ------
    TableError
        A table breaks its contract, or holds the judgements of several methods.
    """
    (checked, ordering), followed = SCORES.check_in_order(scores), REPAIRS.check(repairs)
    judged = None if marks is None else MARKS.check_in_order(marks)
    for name, table in (("repairs", followed), ("marks", judged[0] if judged else None)):
        _require_one_method(name, table)

    headline = take_headline(checked, ordering)
    is_last = ~headline["case_id"].duplicated(keep="last")
    own = headline.loc[is_last, list(SERIES_KEY)]
    rated = _rated_sessions(checked, ordering)
    cases = _describe(checked, headline, rated)
    falls = place_falls(falls_among(followed[_are_of(own, followed)]), headline, rebases)
    falls["is_unrecognised"] = compare_with_therapists(
        falls, checked, ordering, marks=judged and judged[0], rebases=rebases
    ).fillna(value=False)
    cases["outcome_class"] = _classify(
        cases.index, falls, _judgeable_cases(headline) if judged is None else _judged_cases(*judged, own)
    )
    cases["open_ruptures"] = falls[falls["is_down"]].groupby("case_id").size().reindex(cases.index, fill_value=0)
    return Look(checked, headline, cases, falls, rated.groupby("case_id")["session"].max())


def _require_one_method(name: str, table: pd.DataFrame | None) -> None:
    methods = [] if table is None else sorted(table["method"].unique())
    if len(methods) > 1:
        raise TableError(f"caseload: {name} hold several methods ({', '.join(methods)}); pass one method's.")


def _are_of(series: pd.DataFrame, table: pd.DataFrame) -> Flags:
    """Tell for each row of a table whether it belongs to one of these series."""
    wanted, keys = (list(zip(*(one[name].to_list() for name in SERIES_KEY), strict=True)) for one in (series, table))
    known = set(wanted)
    return np.array([key in known for key in keys], dtype=bool)


def place_falls(falls: pd.DataFrame, headline: pd.DataFrame, rebases: pd.DataFrame | None) -> pd.DataFrame:
    """Add where each fall of these series stands by now: the latest rating, and whether it is down then.

    Where its case has started anew since (``starts_anew``), it stands where it stood at the last rating before that.
    """
    falls = falls.reset_index(drop=True)
    half_way = falls["pre_level"] - END_SHARE * falls["depth"] - ROUNDING
    line = RatingLine.lay_out(headline, episodes=falls, rebases=rebases)
    falls["starts_anew"] = next_starts(falls, rebases)
    falls["last_rated"], falls["last_score"] = line.session[line.stop - 1], line.score[line.stop - 1]
    falls["half_way"] = falls["pre_level"] - END_SHARE * falls["depth"]
    never_back = ~(line.highest(line.place_after(falls["nadir"]), line.stop) >= half_way)
    is_latest = ~falls.duplicated(["case_id", "starts_anew"], keep="last")
    is_down = (line.score[line.stop - 1] < half_way) & (is_latest | never_back)
    falls["is_down"] = is_down & falls["starts_anew"].isna()
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
