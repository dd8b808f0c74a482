"""Given scores held against those that items make, where one file has the items of a form and another its scores.

What items make is shown, whatever score was given beside them. So items that would make another score than the one
kept are a changed value, to be decided on before they go in; and a given score that differs from what the kept items
make stays out, as it does within one file.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.assembling import TOLERANCE
from supervision_kit.scoring import score_responses

_KEY = ["form_number", "slot"]


def is_item(slots: pd.Series) -> np.ndarray:
    """Return which slots are items; the others are scales."""
    codes, distinct = pd.factorize(slots)
    return np.array([slot.isdigit() for slot in distinct], dtype=bool)[codes]


def hold_against_items(
    found: pd.DataFrame, answers: pd.DataFrame, forms: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Index]:
    """Return the scores that a file's items would change, and the given ones that kept items contradict or make.

    Parameters
    ----------
    found
        What a file brings on known forms: form_number, slot, value, kind.
    answers
        What is kept on them: form_number, slot, value.
    forms
        form_number, rater, instrument of these forms.

    Returns
    -------
    tuple
        Two tables of form_number, slot, old, new; of the second, its index is that of `found`. And the index of the
        given scores that the kept items make, which add nothing to them.
    """
    none = pd.DataFrame({"form_number": [], "slot": [], "old": [], "new": []})
    adds = found["kind"].isin(["new", "filled"]).to_numpy() & found["value"].notna().to_numpy()
    brought_item = is_item(found["slot"])
    given = answers[~is_item(answers["slot"]) & answers["value"].notna().to_numpy()]
    entering = found[adds & brought_item]
    asserted = found[~brought_item & found["kind"].isin(["new", "filled", "changed"]).to_numpy()]
    torn = set(entering["form_number"]) & set(given["form_number"]) | set(asserted["form_number"])
    kept = answers[is_item(answers["slot"]) & answers["form_number"].isin(torn).to_numpy()]
    both = pd.concat([entering[entering["form_number"].isin(torn)], kept])[[*_KEY, "value"]].drop_duplicates(_KEY)
    if not len(both):
        return none, none, pd.Index([], dtype=np.int64)
    before = _score(kept, forms)
    after = given.merge(_score(both, forms), on=_KEY).merge(before, how="left", on=_KEY, suffixes=("", "_before"))
    is_other = (after["value"] - after["made"]).abs() > TOLERANCE + 1e-9
    changes = after[is_other & after["made_before"].isna()].rename(columns={"value": "old", "made": "new"})
    beside = asserted.reset_index(names="at").merge(before, on=_KEY).set_index("at")
    is_far = (beside["value"] - beside["made"]).abs() > TOLERANCE + 1e-9
    refuted = beside[is_far].rename(columns={"made": "old", "value": "new"})
    columns = [*_KEY, "old", "new"]
    return changes[columns].reset_index(drop=True), refuted[columns], beside.index[~is_far & (beside["kind"] == "new")]


def _score(items: pd.DataFrame, forms: pd.DataFrame) -> pd.DataFrame:
    """Return form_number, slot and ``made``, the scores that items make."""
    about = forms[forms["instrument"].isin(list(INSTRUMENTS))].drop_duplicates("form_number")
    table = items.merge(about, on="form_number")
    responses = table.assign(
        case_id=table["form_number"].astype(str), session=1, item=table["slot"].astype(np.int64)
    ).rename(columns={"value": "response"})
    made = score_responses(responses[["case_id", "rater", "instrument", "session", "item", "response"]])
    made = made[made["score"].notna()]
    return pd.DataFrame(
        {
            "form_number": made["case_id"].astype(np.int64),
            "slot": made["scale"].astype(object),
            "made": made["score"].astype(float),
        }
    )


def hold_back(values: pd.DataFrame, changes: pd.DataFrame, *, waiting: Collection[str]) -> pd.DataFrame:
    """Mark the items as ``held`` whose score is among `changes` and of a kind that is waited for."""
    of_score = values.reset_index(names="at").merge(changes[_KEY], on=_KEY)
    torn = of_score.loc[of_score["kind"].isin(list(waiting)), "form_number"]
    enters = values["form_number"].isin(torn) & values["kind"].isin(["new", "filled"])
    values.loc[enters.to_numpy() & is_item(values["slot"]), "kind"] = "held"
    return values
