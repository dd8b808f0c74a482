"""Writing one value over another, with the old one kept in history; and the conflicts over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import bindparam, update
from sqlalchemy.engine import Connection

from supervision_kit.workspace.database import insert_rows, next_number, select_rows
from supervision_kit.workspace.schema import answers, conflicts, forms

_HISTORY = ("id", "form_number", "slot", "old", "new", "at", "who", "import_number", "reason")
_CONFLICTS = (
    "id", "form_number", "slot", "brought", "import_number", "state", "stored", "decided_at", "decided_by", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Doing:
    """Who writes, when, in which import, and why."""

    who: str
    at: str
    import_number: int | None = None
    reason: str = ""


def write_values(connection: Connection, changes: pd.DataFrame, doing: Doing) -> None:
    """Write ``brought`` over ``stored`` for each form_number and slot; what was there goes into history."""
    rows = list(changes[["form_number", "slot", "stored", "brought"]].itertuples(index=False, name=None))
    record(connection, rows, doing)
    for slot, column in (("therapist", forms.c.therapist_id), ("date", forms.c.date)):
        about = [{"number": form, "new": new} for form, where, _, new in rows if where == slot]
        if about:
            wanted = update(forms).where(forms.c.id == bindparam("number")).values({column: bindparam("new")})
            connection.execute(wanted, about)
    given = [
        {"number": form, "where": slot, "new": float(new)}
        for form, slot, _, new in rows
        if slot not in {"therapist", "date"}
    ]
    if given:
        this = (answers.c.form_number == bindparam("number")) & (answers.c.slot == bindparam("where"))
        connection.execute(update(answers).where(this).values(value=bindparam("new")), given)


def record(connection: Connection, rows: Sequence[tuple[int, str, str | None, str | None]], doing: Doing) -> None:
    """Put rows of form number, slot, old and new into history."""
    start = next_number(connection, "history")
    after = (doing.at, doing.who, doing.import_number, doing.reason)
    insert_rows(connection, "history", _HISTORY, [(start + at, *row, *after) for at, row in enumerate(rows)])


def open_conflicts(connection: Connection, changes: pd.DataFrame, import_number: int) -> None:
    """Open a conflict for each form_number and slot whose ``brought`` differs from what is stored."""
    start = next_number(connection, "conflicts")
    rows = changes[["form_number", "slot", "brought"]].itertuples(index=False, name=None)
    undecided = (import_number, "open", None, None, None, "")
    insert_rows(connection, "conflicts", _CONFLICTS, [(start + at, *row, *undecided) for at, row in enumerate(rows)])


def close_conflicts(connection: Connection, decided: pd.DataFrame, state: str, doing: Doing) -> None:
    """Close conflicts (id, stored) in a state: kept, replaced or dissolved."""
    rows = [{"number": n, "was": was} for n, was in zip(decided["id"].tolist(), decided["stored"], strict=True)]
    if rows:
        closed = {"state": state, "decided_at": doing.at, "decided_by": doing.who, "reason": doing.reason}
        this = update(conflicts).where(conflicts.c.id == bindparam("number"))
        connection.execute(this.values(stored=bindparam("was"), **closed), rows)


def dissolve_settled(connection: Connection, doing: Doing, changed: Sequence[int]) -> int:
    """Close the open conflicts of forms whose stored value has become the one they brought; return how many."""
    query = "SELECT id, form_number, slot, brought FROM conflicts WHERE state = 'open' AND form_number {numbers}"
    waiting = select_rows(connection, query, changed)
    stored = stored_values(connection, [(form, slot) for _, form, slot, _ in waiting])
    done = [(number, brought) for number, form, slot, brought in waiting if stored.get((form, slot)) == brought]
    close_conflicts(connection, pd.DataFrame(done, columns=["id", "stored"]), "dissolved", doing)
    return len(done)


def stored_values(connection: Connection, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], str | None]:
    """Return what stands on forms in some slots, as text."""
    from supervision_kit.workspace.comparing import number_as_text

    numbers = sorted({form for form, _ in wanted})
    found: dict[tuple[int, str], str | None] = {}
    for form, therapist, date in select_rows(
        connection, "SELECT id, therapist_id, date FROM forms WHERE id {numbers}", numbers
    ):
        found[form, "therapist"], found[form, "date"] = therapist, date
    for form, slot, value in select_rows(
        connection, "SELECT form_number, slot, value FROM answers WHERE form_number {numbers}", numbers
    ):
        found[form, slot] = None if value is None else number_as_text(value)
    return {key: found.get(key) for key in wanted}
