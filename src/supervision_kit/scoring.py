"""Item responses → scores: one row per scale of each form."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.errors import TableError
from supervision_kit.instruments import Instrument, Scale, find_instrument
from supervision_kit.tables import RESPONSES, SCORES

Answers = npt.NDArray[np.float64]  # forms × items, NaN where blank

_FORM = ["case_id", "rater", "instrument", "session"]


def score_responses(responses: pd.DataFrame) -> pd.DataFrame:
    """Score the items of every form on every scale of its instrument.

    Answers that count only where another item has a certain answer are left out elsewhere, reversed items are turned
    (lowest + highest answer − response), and where the instrument says so a blank item takes the rounded mean of its
    scale. A scale is then the mean of its answered items, or that mean times the number of its items where the
    instrument reports a sum, times the scale's multiplier. A scale with fewer answered items than the instrument's
    missing rule asks for has the score ``<NA>``, never 0; an unanswered form keeps its row.

    Parameters
    ----------
    responses
        A row per item, see :data:`supervision_kit.tables.RESPONSES`; ``response`` is ``<NA>`` where left blank.

    Returns
    -------
    pandas.DataFrame
        Scores, see :data:`supervision_kit.tables.SCORES`, in scale points.

    Raises
    ------
    TableError
        The table breaks its contract, or holds items or answers that the instrument does not have.
    UnknownNameError
        An instrument is not registered.

    Examples
    --------
    >>> answers = pd.DataFrame({"case_id": "C1", "rater": "client", "instrument": "srs", "session": 1,
    ...                         "item": [1, 2, 3, 4], "response": [9.1, 8.0, 8.5, 9.0]})
    >>> score_responses(answers)[["scale", "score", "n_answered"]].to_dict("records")
    [{'scale': 'total', 'score': 34.6, 'n_answered': 4}]
    """
    checked = RESPONSES.check(responses)
    parts = [
        _score_instrument(answers, find_instrument(str(key)))
        for key, answers in checked.groupby("instrument", sort=False)
    ]
    if not parts:
        return SCORES.empty()
    return SCORES.check(pd.concat(parts, ignore_index=True).sort_values(list(SCORES.key), kind="stable"))


def _score_instrument(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    _check_answers(responses, instrument)
    forms = responses.groupby(_FORM, sort=False)
    about = forms[["therapist_id", "date"]].first().reset_index()
    answers = np.full((len(about), instrument.n_items), np.nan)
    answers[forms.ngroup().to_numpy(), responses["item"].to_numpy() - 1] = responses["response"].to_numpy()
    answers = turn_answers(_without_idle(answers, instrument), instrument)
    filled = _impute(answers, instrument)
    wholly = bool(instrument.impute_from)
    scales = instrument.scales.values()
    return pd.concat([about.assign(**_score_scale(answers, filled, scale, wholly=wholly)) for scale in scales])


def turn_answers(answers: Answers, instrument: Instrument) -> Answers:
    """Return forms × items with the reversed items turned; turned twice they are as before."""
    ends = np.array([item.lowest + item.highest for item in instrument.items])
    is_reversed = np.array([item.is_reversed for item in instrument.items])
    return np.where(is_reversed, ends - answers, answers)


def _without_idle(answers: Answers, instrument: Instrument) -> Answers:
    """Leave out answers that count only where another item has a certain answer, and there it has not."""
    kept = answers.copy()
    for item in instrument.items:
        if item.only_where:
            where_item, answer = item.only_where
            kept[answers[:, where_item - 1] != answer, item.number - 1] = np.nan
    return kept


def _impute(answers: Answers, instrument: Instrument) -> Answers:
    """Give blank items the mean of the answered ones of their scale, halves rounded up, where enough are answered."""
    filled = answers.copy()
    for scale in (instrument.scales[key] for key in instrument.impute_from):
        columns = [item - 1 for item in scale.items]
        of_scale = answers[:, columns]
        n_answered = (~np.isnan(of_scale)).sum(axis=1)
        mean = np.nansum(of_scale, axis=1) / np.maximum(n_answered, 1)
        mean[n_answered < scale.fewest_answered] = np.nan
        filled[:, columns] = np.where(np.isnan(of_scale), np.floor(mean + 0.5)[:, None], of_scale)
    return filled


def _score_scale(answers: Answers, filled: Answers, scale: Scale, *, wholly: bool) -> dict[str, Any]:
    """Score one scale; `wholly` where every blank must have been filled."""
    columns = [item - 1 for item in scale.items]
    n_answered = (~np.isnan(answers[:, columns])).sum(axis=1)
    n_filled = (~np.isnan(filled[:, columns])).sum(axis=1)
    mean = np.nansum(filled[:, columns], axis=1) / np.maximum(n_filled, 1)
    points = scale.multiplier * (mean * len(columns) if scale.statistic == "sum" else mean)
    # ten decimals: sums of tenths such as 9.1 + 8.0 + 8.5 + 9.0 come out as written
    is_enough = (n_answered >= scale.fewest_answered) & (n_filled >= (len(columns) if wholly else 1))
    score = np.where(is_enough, points.round(10), np.nan)
    return {"scale": scale.key, "score": score, "n_answered": n_answered, "n_items": len(columns)}


def _check_answers(responses: pd.DataFrame, instrument: Instrument) -> None:
    item, response = responses["item"], responses["response"]
    faults = []
    if strange := int((~item.between(1, instrument.n_items)).sum()):
        faults.append(f"{strange} item number(s) outside 1 to {instrument.n_items}")
    there = item.clip(1, instrument.n_items).to_numpy() - 1
    lowest, highest = (np.array([getattr(each, end) for each in instrument.items]) for end in ("lowest", "highest"))
    outside = response.notna() & ~response.between(lowest[there], highest[there])
    broken = response.notna() & (response % 1 != 0) if instrument.whole_numbers else outside
    if wrong := int((outside | broken).sum()):
        faults.append(f"{wrong} response(s) that are not {instrument.answers}")
    if faults:
        raise TableError(f"responses of {instrument.short_title}: {'; '.join(faults)}.")
