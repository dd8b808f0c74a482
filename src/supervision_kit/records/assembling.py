"""Merged entries → the tables: responses, scores (the items' before given ones), and the counts of each sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.body import instrument_keys
from supervision_kit.records.columns import SheetColumns
from supervision_kit.records.entries import Entries
from supervision_kit.records.grouping import SCALE
from supervision_kit.records.merging import Merged, join_labels
from supervision_kit.scoring import score_responses
from supervision_kit.tables import RATERS, RESPONSES, SCORES, SERIES_KEY
from supervision_kit.words import say

TOLERANCE = 0.05  # scale points; a given score within it of the items' score is the same, rounded


@dataclass(frozen=True)
class SheetSummary:
    """What one sheet or file held, in counts: nothing of it is a rating or a code."""

    source: str
    rows_read: int
    rows_kept: int
    instruments: tuple[str, ...]
    raters: tuple[str, ...]
    n_cases: int
    n_forms: int
    sessions: tuple[int, int] | None
    dates: tuple[pd.Timestamp, pd.Timestamp] | None
    shape: str
    sessions_from: str
    date_order: str
    columns: SheetColumns


def _about(merged: Merged, entries: Entries) -> dict[str, object]:
    return {
        "case_id": merged.case[entries.row],
        "rater": np.array(RATERS, dtype=object)[entries.rater],
        "instrument": np.array(instrument_keys(), dtype=object)[entries.instrument],
        "session": merged.session[entries.row],
        "therapist_id": merged.therapist[entries.row],
        "date": merged.date[entries.row],
    }


def build_responses(merged: Merged) -> pd.DataFrame:
    """Return the answered and unanswered items."""
    entries = merged.entries.only(merged.entries.slot < SCALE)
    if not len(entries):
        return RESPONSES.empty()
    table = pd.DataFrame({**_about(merged, entries), "item": entries.slot, "response": entries.value})
    return RESPONSES.check(table.sort_values(list(RESPONSES.key), kind="stable"))


def build_scores(merged: Merged, responses: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Return the scores that the items make, and the given ones where there are no answers to make them from."""
    entries = merged.entries.only(merged.entries.slot >= SCALE)
    made = score_responses(responses)
    for key, of_instrument in made.groupby("instrument"):
        if of_instrument["score"].isna().all() and of_instrument["n_answered"].any():
            notes.append(say("Too few items of {form} were found for a score.", form=INSTRUMENTS[str(key)].short_title))
    if not len(entries):
        return made
    keys = instrument_keys()
    scales = [(key, scale) for key in keys for scale in INSTRUMENTS[key].scales]
    start = {key: next(at for at, (each, _) in enumerate(scales) if each == key) for key in keys}
    at = np.array([start[key] for key in keys])[entries.instrument] + entries.slot - SCALE
    names = np.array([scale for _, scale in scales], dtype=object)
    n_items = np.array([len(INSTRUMENTS[key].scales[scale].items) for key, scale in scales])
    given = pd.DataFrame(
        {**_about(merged, entries), "scale": names[at], "score": entries.value, "n_items": n_items[at]}
    )
    if len(made):
        made, given = _prefer_items(merged, made, given.assign(row=entries.row), notes)
    both = pd.concat([part for part in (made, given) if len(part)], ignore_index=True)
    return SCORES.check(both.sort_values(list(SCORES.key), kind="stable"))


def _prefer_items(
    merged: Merged, made: pd.DataFrame, given: pd.DataFrame, notes: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of a scale's made and given score keep the made one, or the given one where the items make none."""
    key = list(SCORES.key)
    given = given.astype(dict.fromkeys(SERIES_KEY, "str"))
    beside = given.merge(made[[*key, "score"]], how="left", on=key, suffixes=("", "_made"))
    both = (beside["score"].notna() & beside["score_made"].notna()).to_numpy(dtype=bool)
    far = both & ((beside["score"] - beside["score_made"]).abs() > TOLERANCE + 1e-9)
    for (instrument, scale), differing in beside[far].groupby(["instrument", "scale"]):
        rows = merged.label(np.unique(differing["row"].to_numpy().astype(np.int64)))
        notes.append(
            say(
                "The given {form} {scale} differs from what the items make in {rows}; the items were used.",
                form=INSTRUMENTS[str(instrument)].short_title,
                scale=scale,
                rows=join_labels(rows),
            )
        )
    made_keys = pd.MultiIndex.from_frame(made[key])
    needless = beside["score_made"].notna() | beside["score"].isna()
    kept = given[~(needless.to_numpy(dtype=bool) & pd.MultiIndex.from_frame(given[key]).isin(made_keys))]
    replaced = made_keys.isin(pd.MultiIndex.from_frame(kept[key]))
    return made[~replaced], kept.drop(columns="row")


def summarise(merged: Merged, at: int, columns: SheetColumns) -> SheetSummary:
    """Return the counts of one of the sheets, and what its columns were read as."""
    body, start = merged.bodies[at], int(merged.first_row[at])
    entries = merged.entries.only((merged.entries.row >= start) & (merged.entries.row < start + body.n_rows))
    rows = np.flatnonzero(np.bincount(entries.row - start, minlength=body.n_rows)) + start
    session, dates = merged.session[rows], merged.date[rows]
    dates = dates[~np.isnat(dates)]
    return SheetSummary(
        body.source,
        len(body.set_aside),
        int((~body.set_aside).sum()),
        tuple(instrument_keys()[code] for code in np.flatnonzero(np.bincount(entries.instrument))),
        tuple(RATERS[code] for code in np.flatnonzero(np.bincount(entries.rater))),
        len(pd.unique(merged.case[rows])),
        len(pd.unique(merged.forms(entries))),
        (int(session.min()), int(session.max())) if len(session) else None,
        (pd.Timestamp(dates.min()), pd.Timestamp(dates.max())) if len(dates) else None,
        body.layout.shape,
        "dates" if body.is_dated else "numbers",
        body.date_order,
        columns,
    )
