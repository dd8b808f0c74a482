"""Item responses → scores: one row per scale of each form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.errors import TableError
from supervision_kit.instruments import Instrument, find_instrument
from supervision_kit.tables import RESPONSES, SCORES

_FORM = ["case_id", "rater", "instrument", "session"]


def score_responses(responses: pd.DataFrame) -> pd.DataFrame:
    """Score the items of every form on every scale of its instrument.

    Reversed items are turned (lowest + highest answer − response), then a scale is the mean of its answered items, or
    that mean times the number of its items where the instrument reports a sum. A scale with fewer answered items than
    the instrument's missing rule asks for has the score ``<NA>``, never 0; an unanswered form keeps its row.

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
    turned = [item - 1 for item in instrument.reversed_items]
    answers[:, turned] = instrument.lowest_answer + instrument.highest_answer - answers[:, turned]
    return pd.concat([about.assign(**_score_scale(answers, instrument, key)) for key in instrument.scales])


def _score_scale(answers: np.ndarray, instrument: Instrument, key: str) -> dict[str, Any]:
    scale = instrument.scales[key]
    of_scale = answers[:, [item - 1 for item in scale.items]]
    n_answered = (~np.isnan(of_scale)).sum(axis=1)
    mean = np.nansum(of_scale, axis=1) / np.maximum(n_answered, 1)
    points = mean * len(scale.items) if scale.statistic == "sum" else mean
    # ten decimals: sums of tenths such as 9.1 + 8.0 + 8.5 + 9.0 come out as written
    score = np.where(n_answered >= scale.fewest_answered, points.round(10), np.nan)
    return {"scale": key, "score": score, "n_answered": n_answered, "n_items": len(scale.items)}


def _check_answers(responses: pd.DataFrame, instrument: Instrument) -> None:
    item, response = responses["item"], responses["response"]
    faults = []
    if strange := int((~item.between(1, instrument.n_items)).sum()):
        faults.append(f"{strange} item number(s) outside 1 to {instrument.n_items}")
    outside = response.notna() & ~response.between(instrument.lowest_answer, instrument.highest_answer)
    broken = response.notna() & (response % 1 != 0) if instrument.whole_numbers else outside
    if wrong := int((outside | broken).sum()):
        faults.append(f"{wrong} response(s) that are not {instrument.answers}")
    if faults:
        raise TableError(f"responses of {instrument.short_title}: {'; '.join(faults)}.")
