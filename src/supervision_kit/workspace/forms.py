"""Ratings → forms and what was answered on them; the same of what a workspace holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.engine import Connection

from supervision_kit.records import Ratings
from supervision_kit.workspace.database import select_rows
from supervision_kit.workspace.failures import told_if_damaged

FORM = ["case_id", "rater", "instrument", "session"]
STORED_FORMS = ("id", "case_number", "rater", "instrument", "session", "session_from", "therapist_id", "date")
MANY = 20_000  # more numbers than this, and the whole table is read instead

_FORMS = "SELECT id, case_number, rater, instrument, session, session_from, therapist_id, date FROM forms"


@dataclass(frozen=True)
class Brought:
    """What a file brings: its forms, and per answer the position of its form, its slot and its value.

    Attributes
    ----------
    forms
        case_id, rater, instrument, session, therapist_id, date, is_dated (its session was counted from dates).
    days
        case_id, date: the days that count as sessions of cases without numbers, whether or not a form of them could be
        read.
    form, slot, value
        One entry an answer; a slot is an item's number or a scale's key, as text.
    """

    forms: pd.DataFrame
    days: pd.DataFrame
    form: np.ndarray
    slot: np.ndarray
    value: np.ndarray

    def without(self, case_ids: Collection[str]) -> Brought:
        """Return the same without some cases."""
        stays = ~self.forms["case_id"].isin(list(case_ids)).to_numpy()
        number = np.cumsum(stays) - 1
        entries = stays[self.form]
        forms = self.forms[stays].reset_index(drop=True)
        days = self.days[~self.days["case_id"].isin(list(case_ids))].reset_index(drop=True)
        return Brought(forms, days, number[self.form[entries]], self.slot[entries], self.value[entries])


def bring(ratings: Ratings) -> Brought:
    """Take ratings apart into forms and answers; scores that items make stay out, they are made again at reading."""
    responses, scores = ratings.responses, ratings.scores
    given = scores[scores["n_answered"].isna()] if len(responses) else scores
    about = [*FORM, "therapist_id", "date"]
    parts = [
        responses[about].assign(slot=responses["item"].astype(str), value=responses["response"]),
        given[about].assign(slot=given["scale"], value=given["score"]),
    ]
    entries = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    form = entries.groupby(FORM, sort=False).ngroup().to_numpy()
    first = np.unique(form, return_index=True)[1]
    forms = entries.loc[first, FORM].reset_index(drop=True)
    therapist, date = (_first_filled(entries[name], form, len(forms)) for name in ("therapist_id", "date"))
    # as objects: None has to stay None
    forms["therapist_id"] = pd.Series(therapist, dtype=object)
    forms["date"] = pd.Series(dates_as_text(date), dtype=object)
    forms["is_dated"] = _is_dated(forms, ratings.dated)
    dates = dates_as_text(ratings.dated["date"].to_numpy(dtype=object))
    days = pd.DataFrame({"case_id": ratings.dated["case_id"], "date": pd.Series(dates, dtype=object)})
    return Brought(forms, days, form, entries["slot"].to_numpy(dtype=object), entries["value"].to_numpy(dtype=float))


def _first_filled(values: pd.Series, form: np.ndarray, n_forms: int) -> np.ndarray:
    found = np.full(n_forms, None, dtype=object)
    filled = np.flatnonzero(values.notna().to_numpy())[::-1]  # backwards, so that the first one stays
    found[form[filled]] = values.to_numpy(dtype=object)[filled]
    return found


def _is_dated(forms: pd.DataFrame, dated: pd.DataFrame) -> np.ndarray:
    by_date = pd.MultiIndex.from_frame(dated[["case_id", "session"]])
    return np.asarray(pd.MultiIndex.from_frame(forms[["case_id", "session"]]).isin(by_date))


def dates_as_text(dates: np.ndarray) -> np.ndarray:
    """Write dates as ISO texts, days without a time of day; None stays None."""
    filled = np.array([date is not None for date in dates], dtype=bool)
    texts = np.full(len(dates), None, dtype=object)
    moments = pd.to_datetime(pd.Series(dates[filled])).to_numpy(dtype="datetime64[us]")
    written = np.datetime_as_string(moments, unit="us").astype(object)
    days = np.datetime_as_string(moments, unit="D").astype(object)
    texts[filled] = np.where(moments == moments.astype("datetime64[D]"), days, written)
    return texts


def texts_as_dates(texts: Sequence[str | None]) -> np.ndarray:
    """Read what :func:`dates_as_text` wrote."""
    with told_if_damaged():
        return np.array(["NaT" if text is None else text for text in texts], dtype="datetime64[us]")


def load_forms(connection: Connection, cases: Sequence[int] | None) -> pd.DataFrame:
    """Return the stored forms of some cases, or of all."""
    some = None if cases is None or len(cases) > MANY else cases
    return as_frame(select_rows(connection, f"{_FORMS} WHERE case_number {{numbers}}", some), STORED_FORMS)


def load_answers(connection: Connection, forms: Sequence[int] | None) -> pd.DataFrame:
    """Return the stored answers of some forms, or of all."""
    some = None if forms is None or len(forms) > MANY else forms
    rows = select_rows(connection, "SELECT form_number, slot, value FROM answers WHERE form_number {numbers}", some)
    table = as_frame(rows, ("form_number", "slot", "value"))
    with told_if_damaged():
        return table.assign(value=table["value"].astype(float))


def as_frame(rows: Sequence[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Lay rows out as a table of plain objects: None stays None, and no text is taken for a number."""
    fields = list(zip(*rows, strict=True)) or [() for _ in columns]
    table = {}
    for name, values in zip(columns, fields, strict=True):
        whole = name in {"id", "session", "form_number", "case_number"} and None not in values
        with told_if_damaged():
            table[name] = pd.Series(list(values), dtype="int64" if whole else object)
    return pd.DataFrame(table)


def find_among(stored: pd.DataFrame, brought: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Return for each row brought the position of the stored row of the same key, −1 where there is none."""
    both = pd.concat([stored[names], brought[names]], ignore_index=True)
    key = np.zeros(len(both), dtype=np.int64)
    for name in names:
        codes, distinct = pd.factorize(both[name])
        key = key * max(len(distinct), 1) + codes
    return np.asarray(pd.Index(key[: len(stored)]).get_indexer(pd.Index(key[len(stored) :])))
