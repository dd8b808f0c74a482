"""What a workspace holds, as the kit's tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy.engine import Connection

from supervision_kit.errors import WorkspaceError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.scoring import score_responses
from supervision_kit.tables import RESPONSES, SCORES
from supervision_kit.words import say
from supervision_kit.workspace.database import select_rows
from supervision_kit.workspace.forms import FORM, as_frame, load_answers, load_forms, texts_as_dates
from supervision_kit.workspace.moments import as_moments
from supervision_kit.workspace.totals import is_item

_HISTORY = ("case_id", "rater", "instrument", "session", "slot", "old", "new", "changed_at", "changed_by", "reason")
_CONFLICTS = (
    "conflict_id", "case_id", "rater", "instrument", "session", "slot", "brought", "found_at",
)  # fmt: skip


def read_responses(connection: Connection, codes: dict[int, str], only: Sequence[int] | None) -> pd.DataFrame:
    """Return the items that were answered or left blank."""
    entries = _entries(connection, codes, only)
    items = entries[is_item(entries["slot"])]
    table = items.rename(columns={"value": "response"}).assign(item=items["slot"].astype(np.int64))
    return RESPONSES.check(table.sort_values(list(RESPONSES.key), kind="stable"))


def read_scores(connection: Connection, codes: dict[int, str], only: Sequence[int] | None) -> pd.DataFrame:
    """Return the scores that items make, and the given ones where there are no answers to make them from."""
    entries = _entries(connection, codes, only)
    _check_known(entries)
    of_items = is_item(entries["slot"])
    items, given = entries[of_items], entries[~of_items]
    parts = []
    if len(items):
        answers = items.rename(columns={"value": "response"}).assign(item=items["slot"].astype(np.int64))
        parts.append(score_responses(answers))
    if len(given):
        about = given.rename(columns={"slot": "scale", "value": "score"})
        sizes = [
            (key, name, len(scale.items)) for key, one in INSTRUMENTS.items() for name, scale in one.scales.items()
        ]
        n_items = pd.DataFrame(sizes, columns=["instrument", "scale", "n_items"])
        parts.append(SCORES.check(about.merge(n_items, how="left", on=["instrument", "scale"])))
    if not parts:
        return SCORES.empty()
    if len(parts) == 1:
        return parts[0].sort_values(list(SCORES.key), kind="stable", ignore_index=True)
    both = pd.concat(parts, ignore_index=True)
    order = both["score"].isna().sort_values(kind="stable").index  # a filled one first, of two the items' own
    kept = both.loc[order].drop_duplicates(list(SCORES.key))
    return kept.sort_values(list(SCORES.key), kind="stable", ignore_index=True)


def _check_known(entries: pd.DataFrame) -> None:
    unknown = sorted(set(entries["instrument"].unique()) - set(INSTRUMENTS))
    if unknown:
        raise WorkspaceError(
            say(
                "The workspace holds ratings on {instruments}, which this machine does not know. Add the instrument's "
                "file first; its ratings are kept.",
                instruments=", ".join(unknown),
            )
        )


def _entries(connection: Connection, codes: dict[int, str], only: Sequence[int] | None) -> pd.DataFrame:
    forms = load_forms(connection, only)
    answers = load_answers(connection, None if only is None else forms["id"].tolist())
    at = pd.Index(forms["id"]).get_indexer(answers["form_number"])
    answers, rows = answers[at >= 0], at[at >= 0]
    about = {name: _text(forms[name])[rows] for name in ("rater", "instrument", "therapist_id")}
    code = _text(forms["case_number"].map(codes))
    date = texts_as_dates(forms["date"].tolist())
    return pd.DataFrame(
        {
            "case_id": code[rows],
            **about,
            "session": forms["session"].to_numpy(dtype=np.int64)[rows],
            "date": date[rows],
            "slot": answers["slot"].to_numpy(),
            "value": answers["value"].to_numpy(),
        }
    )


def _text(values: pd.Series) -> pd.api.extensions.ExtensionArray:
    return values.astype("str").array


def read_history(connection: Connection, case: int, code: str) -> pd.DataFrame:
    """Return every value of a case that was changed, oldest first."""
    query = (
        "SELECT f.rater, f.instrument, f.session, h.slot, h.old, h.new, h.at, h.who, h.reason FROM history h "
        "JOIN forms f ON f.id = h.form_number WHERE f.case_number {numbers} ORDER BY h.id"
    )
    rows = [(code, *row) for row in select_rows(connection, query, [case])]
    table = as_frame(rows, _HISTORY)
    return table.assign(slot=_in_words(table["slot"]), changed_at=as_moments(table["changed_at"])).rename(
        columns={"slot": "what"}
    )


def read_conflicts(connection: Connection, codes: dict[int, str]) -> pd.DataFrame:
    """Return the open conflicts: what is stored, what a file brought."""
    from supervision_kit.workspace.changing import stored_values

    query = (
        "SELECT c.id, f.case_number, f.rater, f.instrument, f.session, c.slot, c.brought, i.at, c.form_number "
        "FROM conflicts c JOIN forms f ON f.id = c.form_number JOIN imports i ON i.id = c.import_number "
        "WHERE c.state = 'open' ORDER BY c.id"
    )
    rows = select_rows(connection, query)
    stored = stored_values(connection, [(row[-1], row[5]) for row in rows])
    table = as_frame([(row[0], codes[row[1]], *row[2:8]) for row in rows], _CONFLICTS)
    table["conflict_id"] = table["conflict_id"].astype(np.int64)
    table["stored"] = pd.Series([stored[row[-1], row[5]] for row in rows], dtype=object)
    table["what"] = _in_words(table["slot"])
    table["found_at"] = as_moments(table["found_at"])
    return table[["conflict_id", *FORM, "what", "stored", "brought", "found_at"]]


def _in_words(slots: pd.Series) -> pd.Series:
    return slots.map(slot_in_words).astype("str")


def slot_in_words(slot: str) -> str:
    """Return what a slot is called in tables: item 3, score total, therapist, date, session."""
    if slot.isdigit():
        return f"item {slot}"
    return slot if slot in {"therapist", "date", "session"} else f"score {slot}"
