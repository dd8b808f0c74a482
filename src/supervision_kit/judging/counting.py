"""How the supervisor's judgements and a method's episodes compare, counted and in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.calibration.intervals import estimate_share
from supervision_kit.detection import METHODS
from supervision_kit.judging.beside import NO_RUPTURE
from supervision_kit.judging.dated import BY_HAND
from supervision_kit.tables import JUDGED, JUDGED_COUNTS, SERIES_KEY
from supervision_kit.words import say, say_n, say_number, say_share

RUPTURE, UNSURE = "rupture", "unsure"
FEW_JUDGED = 10  # judged episodes below which no share is said; the kit's own choice


def count_judged(judged: pd.DataFrame) -> pd.DataFrame:
    """Count for each method how many of its episodes the supervisor calls a rupture, and which ruptures it missed.

    Parameters
    ----------
    judged
        See :data:`supervision_kit.tables.JUDGED`.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.JUDGED_COUNTS`. The share is ``<NA>`` below ten episodes called one or the
        other (the kit's own choice), its interval Wilson's. Missed is a rupture in whose sessions the method has no
        episode in that series, whether it was added by hand or marked by another method.

    Raises
    ------
    TableError
        The table breaks its contract.

    Notes
    -----
    The supervisor has seen the marks: this says how useful they were found, not how often they are right.
    """
    checked = JUDGED.check(judged)
    rows = []
    for method, of_method in checked[checked["method"] != BY_HAND].groupby("method"):
        said = of_method["verdict"].value_counts()
        n_yes, n_no, n_unsure = (int(said.get(verdict, 0)) for verdict in (RUPTURE, NO_RUPTURE, UNSURE))
        share = estimate_share([n_yes], [n_yes + n_no])
        known = (share.value, share.low, share.high) if n_yes + n_no >= FEW_JUDGED else (np.nan,) * 3
        n_missed = _count_missed(checked[checked["method"] != method], of_method)
        rows.append((method, len(of_method), n_yes, n_no, n_unsure, n_missed, *known))
    return JUDGED_COUNTS.check(pd.DataFrame(rows, columns=list(JUDGED_COUNTS.columns)))


def _count_missed(others: pd.DataFrame, episodes: pd.DataFrame) -> int:
    """Count the ruptures in rows that are not a method's own, in whose sessions it has no episode."""
    seen = others[(others["verdict"] == RUPTURE) & ~(others["judgement"].duplicated() & others["judgement"].notna())]
    first = seen["supervisor_onset"].fillna(seen["onset"])
    seen = seen.assign(first=first, last=seen["supervisor_end"].fillna(first))
    there = seen[[*SERIES_KEY, "first", "last"]].reset_index().merge(episodes[[*SERIES_KEY, "onset", "end"]])
    is_met = (there["first"] <= there["end"]) & (there["last"] >= there["onset"])
    return len(seen) - int(there.loc[is_met, "index"].nunique())


def describe_judged(judged: pd.DataFrame) -> tuple[str, ...]:
    """Say how the supervisor's judgements and a method's episodes compare; empty where nothing was judged."""
    said = []
    for count in count_judged(judged).to_dict("records"):
        n = count["n_confirmed"] + count["n_rejected"] + count["n_unsure"]
        if n:
            said.append(_compared(count, n))
    checked = JUDGED.check(judged)
    is_own = checked["method"] == BY_HAND
    if missed := _count_missed(checked[is_own], checked[~is_own]):
        said.append(
            say_n("{n} rupture was seen that is not marked.", "{n} ruptures were seen that are not marked.", missed)
        )
    return tuple(said)


def _compared(count: Mapping[Any, Any], n: int) -> str:
    method = METHODS.get(count["method"])
    told = {
        "method": say(method.title) if method else count["method"],
        "all": say_number(count["n_episodes"]),
        "yes": say_number(count["n_confirmed"]),
        "no": say_number(count["n_rejected"]),
    }
    if pd.isna(count["share"]):
        return say_n(
            "{n} of {all} falls marked by {method} has been judged: {yes} called a rupture, {no} not. So few say "
            "little about the method.",
            "{n} of {all} falls marked by {method} have been judged: {yes} called a rupture, {no} not. So few say "
            "little about the method.",
            n,
            **told,
        )
    about = {name: say_share(count[name]) for name in ("share", "low", "high")}
    return say_n(
        "{n} of {all} falls marked by {method} has been judged: {yes} called a rupture, {no} not ({share}; {low} to "
        "{high}).",
        "{n} of {all} falls marked by {method} have been judged: {yes} called a rupture, {no} not ({share}; {low} to "
        "{high}).",
        n,
        **told,
        **about,
    )
