"""Deciding conflicts, once each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import update
from sqlalchemy.engine import Connection

from supervision_kit.errors import WorkspaceError
from supervision_kit.words import later, say
from supervision_kit.workspace.changing import Doing, close_conflicts, dissolve_settled, stored_values, write_values
from supervision_kit.workspace.database import select_rows
from supervision_kit.workspace.forms import as_frame
from supervision_kit.workspace.schema import conflicts

_NAMES = ("id", "form_number", "slot", "brought", "import_number", "state", "case_number")
_QUERY = (
    "SELECT c.id, c.form_number, c.slot, c.brought, c.import_number, c.state, f.case_number FROM conflicts c "
    "JOIN forms f ON f.id = c.form_number WHERE c.id {numbers} ORDER BY c.id"
)
_DECIDED = later("{number} was decided already")
_IN_WORDS = {"kept": _DECIDED, "replaced": _DECIDED, "dissolved": later("{number} fell away by itself")}


def decide(connection: Connection, numbers: Sequence[int], choice: str, *, reason: str, who: str, at: str) -> list[int]:
    """Keep or replace what is stored; return the numbers of the cases."""
    table = _find(connection, numbers)
    closed = table[table["state"] != "open"]
    if len(closed):
        listed = "; ".join(say(_IN_WORDS[str(row.state)], number=row.id) for row in closed.itertuples())
        raise WorkspaceError(
            say("Nothing was decided. Of the conflicts, {listed}. Reopen one to decide it anew.", listed=listed)
        )
    stored = stored_values(connection, list(zip(table["form_number"], table["slot"], strict=True)))
    table["stored"] = [stored[form, slot] for form, slot in zip(table["form_number"], table["slot"], strict=True)]
    if choice == "replace" and table.duplicated(["form_number", "slot"]).any():
        raise WorkspaceError(
            say(
                "Nothing was decided. Some of these conflicts are over the same value: choose which one shall replace "
                "it."
            )
        )
    doing = Doing(who, at, None, reason)
    close_conflicts(connection, table, "kept" if choice == "keep" else "replaced", doing)
    if choice == "replace":
        write_values(connection, table, doing)
        dissolve_settled(connection, Doing(who, at, None, "equal by now"), sorted(set(table["form_number"].tolist())))
    return table["case_number"].tolist()


def reopen(connection: Connection, numbers: Sequence[int]) -> list[int]:
    """Open decided conflicts again where stored and brought still differ; return the numbers of the cases.

    One whose brought value was taken over is turned round: what stood there before is what there is to decide on.
    """
    table = _find(connection, numbers)
    if (table["state"] == "open").any():
        raise WorkspaceError(say("Nothing was reopened: some of these conflicts are open already."))
    keys = list(zip(table["form_number"], table["slot"], strict=True))
    stored = stored_values(connection, keys)
    was = dict(select_rows(connection, "SELECT id, stored FROM conflicts WHERE id {numbers}", table["id"].tolist()))
    for row, key in zip(table.itertuples(), keys, strict=True):
        brought = was[row.id] if row.state == "replaced" else row.brought
        if brought is None or stored[key] == brought:
            raise WorkspaceError(
                say("Nothing was reopened: over {number} there is nothing left to decide.", number=row.id)
            )
        renewed = {"state": "open", "brought": brought, "stored": None, "decided_at": None, "decided_by": None}
        connection.execute(update(conflicts).where(conflicts.c.id == row.id).values(renewed))
    return table["case_number"].tolist()


def _find(connection: Connection, numbers: Sequence[int]) -> pd.DataFrame:
    table = as_frame(select_rows(connection, _QUERY, sorted(set(numbers))), _NAMES)
    strange = sorted(set(numbers) - set(table["id"].tolist()))
    if strange:
        raise WorkspaceError(
            say("There is no conflict of the number(s) {numbers}.", numbers=", ".join(map(str, strange)))
        )
    if not len(table):
        raise WorkspaceError(say("Name at least one conflict by its number."))
    return table
