"""What was answered at one session, beside the session before and the first: the largest difference first."""

from __future__ import annotations

import pandas as pd

from supervision_kit.apps.case_series import CaseSeries
from supervision_kit.charts.series_choice import main_scale_first
from supervision_kit.instruments import INSTRUMENTS, Instrument, find_scale
from supervision_kit.instruments.labels import labels_in_configuration
from supervision_kit.words import say, say_number

COLUMNS = {
    "item": "int64",
    "label": "str",
    "first": "float64",
    "previous": "float64",
    "this": "float64",
    "change": "float64",
    "stronger": "str",
}


def list_answers(responses: pd.DataFrame, series: CaseSeries, *, session: int | None) -> pd.DataFrame:
    """Return a row for each item of the chosen scale, by how far the answer moved since the session before.

    Parameters
    ----------
    responses
        The answers of one case, see :data:`supervision_kit.tables.RESPONSES`.
    series
        Whose answers, on which scale.
    session
        The session; without one the table is empty.

    Returns
    -------
    pandas.DataFrame
        item · label (the clinic's own, or empty) · first · previous · this (answers as given, <NA> where there is none)
        · change (this less previous) · stronger (``higher`` or ``lower``: which answers are better on this item).
        *previous* is the latest session before that has an answer on this form, *first* the first of all.
    """
    forms = _answered(responses, series)
    if session is None or session not in forms:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})
    before = [one for one in forms if one < session]
    this, previous = forms[session], forms[before[-1]] if before else None
    first = forms[min(forms)] if before else None
    items = _items_of(series, this)
    instrument = INSTRUMENTS.get(series.instrument)
    labels = _labels(instrument)
    table = pd.DataFrame(
        {
            "item": items,
            "label": [labels[item - 1] if item <= len(labels) else "" for item in items],
            **{
                name: pd.Series(dtype="float64").reindex(items) if form is None else form.reindex(items)
                for name, form in (("first", first), ("previous", previous), ("this", this))
            },
            "stronger": [_stronger(instrument, series, item) for item in items],
        }
    )
    table["change"] = table["this"] - table["previous"]
    order = table["change"].abs().fillna(-1).sort_values(ascending=False, kind="stable").index
    return table.loc[order, list(COLUMNS)].astype(COLUMNS).reset_index(drop=True)


def list_scale_changes(scores: pd.DataFrame, series: CaseSeries, *, session: int | None) -> pd.DataFrame:
    """Return what each scale of the chosen form came to at a session and at the one rated before it.

    Parameters
    ----------
    scores
        The scores of one case, see :data:`supervision_kit.tables.SCORES`.
    series
        Whose form; all its scales are listed.
    session
        The session; without one, or where nothing was rated before it, the table is empty.

    Returns
    -------
    pandas.DataFrame
        scale · previous · this, in scale points; the total first.
    """
    own = scores[(scores["rater"] == series.rater) & (scores["instrument"] == series.instrument)]
    by_session = own[own["score"].notna()].pivot_table(index="session", columns="scale", values="score")
    before = [one for one in by_session.index if session is not None and one < session]
    if not before or session not in by_session.index:
        return pd.DataFrame({"scale": pd.Series(dtype="str"), **{name: pd.Series(dtype=float) for name in _POINTS}})
    table = by_session.loc[[before[-1], session]].dropna(axis="columns").T.set_axis(list(_POINTS), axis="columns")
    order = main_scale_first(pd.Series(table.index))
    return table.loc[order].rename_axis("scale").reset_index().astype({"scale": "str"})


_POINTS = ("previous", "this")


def why_no_answers(responses: pd.DataFrame, scores: pd.DataFrame, series: CaseSeries, *, session: int | None) -> str:
    """Say why a session has no answers to show; empty where it has, or where no session is chosen."""
    if session is None or session in _answered(responses, series):
        return ""
    is_rated = series.of(scores).query("session == @session")["score"].notna().any()
    named = say_number(session)
    if not is_rated:
        return say("Session {session} has no form with a score here.", session=named)
    if responses.empty:
        return say("The ratings came as finished scores, without the answers to the single questions.")
    return say("The form of session {session} came as a finished score, without its answers.", session=named)


def _answered(responses: pd.DataFrame, series: CaseSeries) -> dict[int, pd.Series]:
    """Return the answers of each form by the number of the item, in the order of the sessions."""
    is_own = (responses["rater"] == series.rater) & (responses["instrument"] == series.instrument)
    own = responses[is_own & responses["response"].notna()].sort_values(["session", "item"])
    forms = own.set_index("item").groupby("session")["response"]
    return {int(str(session)): form for session, form in forms}


def _items_of(series: CaseSeries, form: pd.Series) -> list[int]:
    scale = find_scale(series.instrument, series.scale)
    return sorted(scale.items) if scale else [int(item) for item in form.index]


def _labels(instrument: Instrument | None) -> tuple[str, ...]:
    return () if instrument is None else instrument.labels or labels_in_configuration(instrument)


def _stronger(instrument: Instrument | None, series: CaseSeries, item: int) -> str:
    """Return which answers to an item say that the alliance is stronger."""
    if instrument is None or item > instrument.n_items:
        return ""
    scale = find_scale(series.instrument, series.scale)
    is_higher = (scale.better_is if scale else instrument.better_is) == "higher"
    return "higher" if is_higher != instrument.items[item - 1].is_reversed else "lower"
