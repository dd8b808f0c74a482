"""Writing what a file brings, in one transaction."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from sqlalchemy import bindparam, update
from sqlalchemy.engine import Connection

from supervision_kit import __version__
from supervision_kit.workspace.changing import (
    Doing,
    close_conflicts,
    dissolve_settled,
    open_conflicts,
    record,
    write_values,
)
from supervision_kit.workspace.comparing import Comparison, hash_code, number_cases
from supervision_kit.workspace.database import insert_rows, next_number, select_rows
from supervision_kit.workspace.forms import Brought
from supervision_kit.workspace.schema import SESSION, forms, tables
from supervision_kit.workspace.sessions import DATE
from supervision_kit.workspace.undoing import forget_cases

_IMPORTS = (
    "id", "at", "who", "kit_version", "content", "rows_read", "rows_set_aside", "new_forms", "new_answers", "changed",
)  # fmt: skip
_FORMS = (
    "id", "case_number", "rater", "instrument", "session", "session_from", "therapist_id", "date", "import_number",
)  # fmt: skip
_SESSIONS = [column for table in tables.sorted_tables for column in table.c if column.info.get(SESSION)]


def write_import(
    connection: Connection, found: Comparison, *, rows: tuple[int, int], on_change: str, who: str, at: str
) -> dict[str, int]:
    """Write what a comparison found to be new, and treat what changed as asked; return the counts."""
    new_forms = np.flatnonzero((found.forms["form_number"] < 0).to_numpy() & found.is_placed)
    new_answers, filled, changed = found.of_kind("new"), found.of_kind("filled"), found.of_kind("changed")
    counts = dict.fromkeys(("import_number", "n_opened", "n_kept", "n_replaced", "n_dissolved"), 0)
    agreeing, unheard = _agreeing(found), _unheard(found, changed)
    to_write = (new_forms, new_answers, filled, agreeing, found.placed.renumbered)
    if not any(len(part) for part in (*to_write, unheard if on_change == "list" else changed)):
        return counts
    number = counts["import_number"] = next_number(connection, "imports")
    content = hash_code(connection, _digest(found.brought))
    sizes = (*rows, len(new_forms), len(new_answers) + len(filled), len(changed))
    insert_rows(connection, "imports", _IMPORTS, [(number, at, who, __version__, content, *sizes)])
    doing = Doing(who, at, number)
    _renumber(connection, found.placed.renumbered, doing)
    _insert_forms(connection, found, new_forms, number)
    _insert_days(connection, found)
    blank_or_not = [(form, slot, None if new is None else float(new)) for form, slot, new in _plain(new_answers)]
    insert_rows(connection, "answers", ("form_number", "slot", "value"), blank_or_not)
    write_values(connection, filled, doing)
    agreed = Doing(who, at, number, "a later file agrees with what is kept")
    close_conflicts(connection, agreeing, "dissolved", agreed)
    open_conflicts(connection, unheard, number)
    counts["n_opened"] = len(unheard)
    if on_change != "list" and len(changed):
        decide_values(connection, changed, on_change, Doing(who, at, number, "said at import"))
        counts |= {"n_opened": 0, "n_kept" if on_change == "keep" else "n_replaced": len(changed)}
    touched = sorted({int(form) for form in [*filled["form_number"], *changed["form_number"]]})
    counts["n_dissolved"] = len(agreeing) + dissolve_settled(
        connection, Doing(who, at, number, "equal by now"), touched
    )
    return counts


def _plain(values: pd.DataFrame) -> list[tuple[int, str, str | None]]:
    return list(values[["form_number", "slot", "brought"]].itertuples(index=False, name=None))


def _digest(brought: Brought) -> str:
    """Return a hash of what a file brought, whatever the order of its rows."""
    forms = pd.util.hash_pandas_object(brought.forms.astype(str), index=False).to_numpy()
    answers = pd.DataFrame({"form": forms[brought.form], "slot": brought.slot, "value": brought.value})
    rows = np.sort(pd.util.hash_pandas_object(answers, index=False).to_numpy())
    return hashlib.sha256(rows.tobytes()).hexdigest()


def _renumber(connection: Connection, moved: pd.DataFrame, doing: Doing) -> None:
    """Give forms kept by date their new session numbers; what is noted on a session goes with its date."""
    if not len(moved):
        return
    away = update(forms).where(forms.c.id == bindparam("number")).values(session=-forms.c.id)
    connection.execute(away, [{"number": number} for number in moved["id"].tolist()])  # no two on a session meanwhile
    there = update(forms).where(forms.c.id == bindparam("number"))
    there = there.values(session=bindparam("new"), session_from=bindparam("origin"))
    places = zip(*(moved[name].tolist() for name in ("id", "session", "session_from")), strict=True)
    connection.execute(there, [{"number": number, "new": new, "origin": origin} for number, new, origin in places])
    changed = moved[moved["old"] != moved["session"]]
    old_and_new = [
        (number, "session", str(old), str(new))
        for number, old, new in zip(*(changed[name].tolist() for name in ("id", "old", "session")), strict=True)
    ]
    record(connection, old_and_new, Doing(doing.who, doing.at, doing.import_number, "counted anew from the dates"))
    sessions = changed.drop_duplicates(["case_number", "old"])
    columns = (sessions[name].tolist() for name in ("case_number", "old", "session"))
    steps = [(case, old, -new) for case, old, new in zip(*columns, strict=True)]
    steps += [(case, new, -new) for case, _, new in steps]  # by way of negative ones, else two could meet
    for column in _SESSIONS:
        table = column.table
        on_session = (table.c.case_number == bindparam("case")) & (column == bindparam("old"))
        moving = update(table).where(on_session).values({column: bindparam("new")})
        for case, old, new in steps:
            connection.execute(moving, {"case": case, "old": old, "new": new})
    forget_cases(connection, sorted({case for case, _, _ in steps}))  # undo would put old numbers back


def _insert_forms(connection: Connection, found: Comparison, new: np.ndarray, number: int) -> None:
    brought = found.brought
    first_case = next_number(connection, "cases")
    placed = set(found.forms["case_id"].iloc[new])
    codes = {code: first_case + at for at, code in enumerate(code for code in found.new_cases if code in placed)}
    insert_rows(connection, "cases", ("id", "code"), [(case, code) for code, case in codes.items()])
    first_form = next_number(connection, "forms")
    rows = found.forms.iloc[new]
    case_numbers = [
        codes.get(code, case) for code, case in zip(rows["case_id"], rows["case_number"].tolist(), strict=True)
    ]
    columns = [range(first_form, first_form + len(new)), case_numbers, rows["rater"], rows["instrument"]]
    columns += [rows["session"].tolist(), found.placed.session_from[new], rows["therapist_id"], rows["date"]]
    insert_rows(connection, "forms", _FORMS, list(zip(*columns, [number] * len(new), strict=True)))
    number_of = np.full(len(found.forms), -1, dtype=np.int64)
    number_of[new] = np.arange(first_form, first_form + len(new))
    entries = np.flatnonzero(number_of[brought.form] >= 0)
    values = brought.value[entries].astype(object)
    values[np.isnan(brought.value[entries])] = None
    answers = zip(number_of[brought.form[entries]].tolist(), brought.slot[entries], values, strict=True)
    insert_rows(connection, "answers", ("form_number", "slot", "value"), list(answers))


def _insert_days(connection: Connection, found: Comparison) -> None:
    """Remember the days that count as sessions of cases kept by date."""
    numbers = number_cases(connection)
    is_by_date = found.placed.session_from == DATE
    by_date = {numbers[code] for code in set(found.forms.loc[is_by_date, "case_id"]) if code in numbers}
    days = found.brought.days.itertuples(index=False, name=None)
    here = {(numbers[code], date[:10]) for code, date in days if numbers.get(code) in by_date}
    query = "SELECT case_number, day FROM dated_days WHERE case_number {numbers}"
    new = sorted(here - set(select_rows(connection, query, sorted(by_date))))
    insert_rows(connection, "dated_days", ("case_number", "day"), new)


def _agreeing(found: Comparison) -> pd.DataFrame:
    """Return the open conflicts about which the file now says what is stored."""
    same = found.of_kind("same")[["form_number", "slot"]].drop_duplicates()
    return found.open_conflicts.merge(same, on=["form_number", "slot"]).assign(stored=None)


def _unheard(found: Comparison, changed: pd.DataFrame) -> pd.DataFrame:
    """Return the changed values that no open conflict is about."""
    key = ["form_number", "slot", "brought"]
    is_open = set(found.open_conflicts[key].itertuples(index=False, name=None))
    is_new = [row not in is_open for row in changed[key].itertuples(index=False, name=None)]
    return changed[np.array(is_new, dtype=bool)]


def decide_values(connection: Connection, changed: pd.DataFrame, choice: str, doing: Doing) -> None:
    """Decide the open conflicts over these values (form_number, slot, stored, brought)."""
    numbers = sorted({int(form) for form in changed["form_number"]})
    query = "SELECT id, form_number, slot, brought FROM conflicts WHERE state = 'open' AND form_number {numbers}"
    found = {(form, slot, new): number for number, form, slot, new in select_rows(connection, query, numbers)}
    rows = changed[["form_number", "slot", "brought", "stored"]].itertuples(index=False, name=None)
    closed = [(found[form, slot, new], old) for form, slot, new, old in rows if (form, slot, new) in found]
    close_conflicts(
        connection, pd.DataFrame(closed, columns=["id", "stored"]), "kept" if choice == "keep" else "replaced", doing
    )
    if choice == "replace":
        write_values(connection, changed, doing)
