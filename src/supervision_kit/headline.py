"""Which series a case is read by where one must stand for all: the client's ratings of the alliance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.instruments import INSTRUMENTS, rates_alliance
from supervision_kit.ordering import Ordering, combine_numbers, count_cells
from supervision_kit.tables import SCORES
from supervision_kit.text_columns import texts_at
from supervision_kit.words import say, say_n, say_number

Flags = npt.NDArray[np.bool_]


def find_headline(scores: pd.DataFrame, *, rater: str = "client") -> pd.DataFrame:
    """Return the rows of each case's headline series, in session order; cases without one have no rows.

    Cases are read by the client's ratings; with `rater`, the rows are those of the ``"therapist"`` or ``"observer"``.

    Raises
    ------
    TableError
        The table breaks its contract.
    """
    return take_headline(*SCORES.check_in_order(scores), rater=rater)


def find_therapist_headline(scores: pd.DataFrame) -> pd.DataFrame:
    """Return, of each case whose client never rated the alliance, the rows of the therapist's ratings of most weight.

    They are chosen as :func:`find_headline` chooses the client's.

    Raises
    ------
    TableError
        The table breaks its contract.
    """
    checked, ordering = SCORES.check_in_order(scores)
    is_rated = ordering.of_rows(rates_as("client", checked, ordering)) & checked["score"].notna().to_numpy()
    is_alone = ~checked["case_id"].isin(set(checked.loc[is_rated, "case_id"]))
    alone = checked[is_alone].reset_index(drop=True)
    return take_headline(*SCORES.check_in_order(alone), rater="therapist")


def tell_rated(n_sessions: int, n_by_therapist: int) -> str:
    """Say how many sessions the client rated; where none, how many the therapist did."""
    if n_sessions or not n_by_therapist:
        return say_n("{n} session rated by the client", "{n} sessions rated by the client", n_sessions)
    return say("no session rated by the client, {n} by the therapist", n=say_number(n_by_therapist))


def take_headline(scores: pd.DataFrame, ordering: Ordering, *, rater: str = "client") -> pd.DataFrame:
    """Do what :func:`find_headline` does, with a table that is checked already, for the ratings of a `rater`."""
    kept, is_kept = ordering.keep(_is_headline(scores, ordering, rater=rater))
    headline = scores[is_kept].reset_index(drop=True)
    place = np.arange(len(headline)) if kept.rows is None else kept.rows
    case = np.array(texts_at(headline["case_id"], place[kept.start]), dtype=object)
    if kept.rows is None and (case[1:] > case[:-1]).all():
        return headline
    of_row = np.repeat(np.argsort(np.argsort(case)), kept.length)
    return headline.iloc[place[np.argsort(of_row, kind="stable")]].reset_index(drop=True)


def rates_as(rater: str, scores: pd.DataFrame, ordering: Ordering) -> Flags:
    """Tell for each series whether it holds a `rater`'s ratings on an instrument that rates the alliance."""
    if not ordering.n_series:
        return np.zeros(0, dtype=bool)
    kind, names = ordering.kinds(scores, "rater", "instrument")
    is_so: Flags = np.array([one == rater and rates_alliance(key) for one, key in names])[kind]
    return is_so


def _is_headline(scores: pd.DataFrame, ordering: Ordering, *, rater: str) -> Flags:
    """Tell for each series whether it is its case's headline.

    A registered instrument goes before others, then the one with most ratings, its total, the scale with most ratings.
    """
    is_headline = np.zeros(ordering.n_series, dtype=bool)
    asked = np.flatnonzero(rates_as(rater, scores, ordering))
    if not len(asked):
        return is_headline
    kind, names = ordering.kinds(scores, "instrument", "scale")
    kind = kind[asked]
    is_known, is_total, rank = (
        np.array(values)[kind]
        for values in (
            [instrument in INSTRUMENTS for instrument, _ in names],
            [scale == "total" for _, scale in names],
            [sorted(names).index(name) for name in names],
        )
    )
    n_scored = count_cells(scores["score"].notna(), ordering)[asked]
    case = ordering.number["case_id"][asked]
    form = np.unique(combine_numbers([case, ordering.number["instrument"][asked]]), return_inverse=True)[1]
    n_forms = np.zeros(len(asked), dtype=np.int64)
    np.maximum.at(n_forms, form, n_scored)
    order = np.lexsort((rank, -n_scored, ~(is_total & (n_scored > 0)), -n_forms[form], ~is_known, case))
    is_best = np.append(True, np.diff(case[order]) != 0)
    is_headline[asked[order[is_best]]] = True
    return is_headline
