"""Which series a case is read by where one must stand for all: the client's ratings of the alliance."""

from __future__ import annotations

import pandas as pd

from supervision_kit.instruments import INSTRUMENTS, rates_alliance
from supervision_kit.tables import SERIES_KEY


def find_headline(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of each case's headline series, in session order; cases without one have no rows."""
    ratings = client_alliance(scores)
    series = ratings.groupby(list(SERIES_KEY), sort=True)["score"].agg(n_scored="count").reset_index()
    series["is_known"] = series["instrument"].isin(INSTRUMENTS)
    series["n_forms"] = series.groupby(["case_id", "instrument"])["n_scored"].transform("max")
    series["is_total"] = (series["scale"] == "total") & (series["n_scored"] > 0)
    order = ["is_known", "n_forms", "is_total", "n_scored"]
    best = series.sort_values(order, ascending=False, kind="stable").drop_duplicates("case_id")
    return ratings.merge(best[list(SERIES_KEY)], on=list(SERIES_KEY)).sort_values(["case_id", "session"])


def client_alliance(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the client's ratings on instruments that rate the alliance."""
    alliance = [key for key in scores["instrument"].unique() if rates_alliance(key)]
    return scores[scores["instrument"].isin(alliance) & (scores["rater"] == "client")]
