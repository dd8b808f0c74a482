"""What a file would change: its forms held against those that the workspace keeps. Nothing is written here."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.engine import Connection

from supervision_kit.workspace.database import select_rows
from supervision_kit.workspace.forms import FORM, MANY, Brought, as_frame, find_among, load_answers, load_forms
from supervision_kit.workspace.schema import cases, settings
from supervision_kit.workspace.sessions import Placed, place_sessions
from supervision_kit.workspace.totals import hold_against_items, hold_back, is_item

ABOUT = ("therapist", "date")  # slots of what stands on a form beside its answers
_COLUMN = {"therapist": "therapist_id", "date": "date"}
_KEY = ["case_number", "rater", "instrument", "session"]
_TWO_ON_A_SESSION = "another form of the same rater falls on the same session"
_HARDLY = 1e-9  # what two programs may differ by in writing the same number


@dataclass(frozen=True)
class Comparison:
    """A file held against a workspace.

    Attributes
    ----------
    forms
        Those brought, with case_number (−1: a new case), the session they belong to, and form_number (−1: a new form).
    placed
        What the sessions are and which stored forms are renumbered.
    known
        What stands on forms that are known: form_number, slot, stored, brought (texts) and kind, one of ``new``,
        ``filled``, ``same``, ``blank`` (kept here, empty in the file), ``changed``, ``settled`` (decided before),
        ``held`` (items of another score than the one kept) and ``refuted`` (a score that kept items contradict).
    open_conflicts
        Those of the forms brought: id, form_number, slot, brought.
    new_cases, erased
        Codes of cases that come for the first time, and of those that were erased once.
    """

    brought: Brought
    forms: pd.DataFrame
    placed: Placed
    known: pd.DataFrame
    open_conflicts: pd.DataFrame
    new_cases: tuple[str, ...]
    erased: tuple[str, ...]

    def of_kind(self, kind: str) -> pd.DataFrame:
        """Return the values of one kind."""
        return self.known[self.known["kind"] == kind]

    @property
    def is_placed(self) -> np.ndarray:
        """Which of the forms brought have a place."""
        return np.asarray(self.placed.reason == "")


def hash_code(connection: Connection, code: str) -> str:
    """Return the keyed hash under which an erased case's code is recognised."""
    return hmac.new(_salt(connection), code.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def derive_secret(connection: Connection, purpose: str) -> bytes:
    """Return a secret of the workspace's own for a purpose, which tells nothing of others or of hashed codes."""
    key = hmac.new(_salt(connection), b"a secret, not a code", hashlib.sha256).digest()
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()


def _salt(connection: Connection) -> bytes:
    return bytes.fromhex(connection.execute(select(settings.c.value).where(settings.c.name == "salt")).scalar_one())


def compare(connection: Connection, brought: Brought, *, replacing: bool = False) -> Comparison:
    """Hold what a file brings against what is stored; `replacing` says that what changed will be taken."""
    forms = brought.forms.copy()
    codes = list(dict.fromkeys(forms["case_id"]))
    numbers = number_cases(connection)
    new = tuple(str(code) for code in codes if code not in numbers)
    forms["case_number"] = [numbers.get(code, -1) for code in forms["case_id"]]
    known = [numbers[code] for code in codes if code in numbers]
    stored = load_forms(connection, known) if known else load_forms(connection, [])
    kept_days, days = _days(connection, known), _numbered_days(brought.days, numbers)
    placed = place_sessions(stored, forms, pd.concat([kept_days, days], ignore_index=True))
    forms["session"] = placed.session
    twice = forms.duplicated(FORM).to_numpy() & (placed.reason == "")
    placed.reason[twice] = _TWO_ON_A_SESSION
    if len(placed.renumbered):
        moved = placed.renumbered.set_index("id")["session"]
        stored["session"] = stored["id"].map(moved).fillna(stored["session"]).astype(np.int64)
    position = find_among(stored, forms, _KEY)
    position[(placed.reason != "") | (forms["case_number"] < 0).to_numpy()] = -1
    forms["form_number"] = np.where(position >= 0, stored["id"].to_numpy()[position], -1) if len(stored) else -1
    values, remade = _compare_values(connection, brought, forms, stored, position)
    values, still_open = _apply_decisions(connection, values)
    values = hold_back(values, remade, waiting={"settled"} if replacing else {"settled", "changed"})
    return Comparison(brought, forms, placed, values, still_open, new, _erased(connection, new))


def number_cases(connection: Connection) -> dict[str, int]:
    """Return the number of every case by its code."""
    query = select(cases.c.code, cases.c.id).where(cases.c.code.is_not(None))
    return {str(code): int(number) for code, number in connection.execute(query)}


def _days(connection: Connection, known: list[int]) -> pd.DataFrame:
    query = "SELECT case_number, day FROM dated_days WHERE case_number {numbers}"
    return as_frame(select_rows(connection, query, known), ("case_number", "day"))


def _numbered_days(days: pd.DataFrame, numbers: dict[str, int]) -> pd.DataFrame:
    of_known = days[days["case_id"].isin(numbers)]
    return pd.DataFrame(
        {"case_number": of_known["case_id"].map(numbers).astype(np.int64), "day": of_known["date"].str[:10]}
    )


def _erased(connection: Connection, new: tuple[str, ...]) -> tuple[str, ...]:
    query = select(cases.c.erased_code).where(cases.c.erased_code.is_not(None))
    hashes = set(connection.execute(query).scalars())
    return tuple(code for code in new if hash_code(connection, code) in hashes) if hashes else ()


def _compare_values(
    connection: Connection, brought: Brought, forms: pd.DataFrame, stored: pd.DataFrame, position: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    known = np.flatnonzero(position >= 0)
    parts = [_compare_about(forms.iloc[known], stored.iloc[position[known]], slot) for slot in ABOUT if len(known)]
    entries = np.flatnonzero(position[brought.form] >= 0) if len(known) else np.array([], dtype=np.int64)
    empty = pd.DataFrame(columns=["form_number", "slot", "stored", "brought", "kind"])
    remade = empty
    if len(entries):
        answers, remade = _compare_answers(connection, brought, forms, entries)
        parts += [answers, remade]
    return pd.concat([part for part in parts if len(part)] or [empty], ignore_index=True), remade


def _compare_about(brought: pd.DataFrame, stored: pd.DataFrame, slot: str) -> pd.DataFrame:
    new, old = (table[_COLUMN[slot]].to_numpy(dtype=object) for table in (brought, stored))
    alike = new == old
    if slot == "date":  # a day, and a moment of that day, are no contradiction
        alike |= np.array([_is_day_of(a, b) or _is_day_of(b, a) for a, b in zip(new, old, strict=True)], dtype=bool)
    is_new, is_old = (np.array([value is not None for value in values], dtype=bool) for values in (new, old))
    about = {"form_number": brought["form_number"].to_numpy(), "slot": slot, "kind": _kind(is_new, is_old, alike)}
    return pd.DataFrame(about).assign(stored=pd.Series(old, dtype=object), brought=pd.Series(new, dtype=object))


def _is_day_of(day: str | None, moment: str | None) -> bool:
    return bool(day and moment and moment.startswith(f"{day}T"))


def _compare_answers(
    connection: Connection, brought: Brought, forms: pd.DataFrame, entries: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what is said of each answer, and the kept scores that the items brought would change."""
    found = pd.DataFrame(
        {
            "form_number": forms["form_number"].to_numpy()[brought.form[entries]],
            "slot": brought.slot[entries],
            "value": brought.value[entries],
        }
    )
    answers = load_answers(connection, sorted({int(number) for number in found["form_number"].unique()}))
    at = find_among(answers, found, ["form_number", "slot"])
    new = found["value"].to_numpy()
    old = np.where(at >= 0, answers["value"].to_numpy()[at], np.nan) if len(answers) else np.full(len(found), np.nan)
    alike = np.abs(new - old) <= _HARDLY * np.maximum(1, np.abs(old))
    adds = (at < 0) & (~np.isnan(new) | is_item(found["slot"]))  # a blank score beside items says nothing
    found["kind"] = np.where(adds, "new", _kind(~np.isnan(new), ~np.isnan(old), alike))
    remade, refuted, made = hold_against_items(found, answers, forms[["form_number", "rater", "instrument"]])
    found.loc[made, "kind"] = "same"
    found.loc[refuted.index, "kind"] = "refuted"
    old[refuted.index] = refuted["old"]
    differing = found["kind"].isin(["new", "filled", "changed", "refuted"]).to_numpy()
    texts = np.full((2, len(found)), None, dtype=object)
    for row, values in enumerate((old, new)):
        texts[row][differing] = [number_as_text(value) for value in values[differing]]
    stored_text, brought_text = (pd.Series(each, dtype=object) for each in texts)
    remade = remade.assign(
        stored=remade["old"].map(number_as_text), brought=remade["new"].map(number_as_text), kind="changed"
    ).drop(columns=["old", "new"])
    return found.drop(columns="value").assign(stored=stored_text, brought=brought_text), remade


def _kind(is_new: np.ndarray, is_old: np.ndarray, alike: np.ndarray) -> np.ndarray:
    kinds = [~is_new & is_old, ~is_new | alike, ~is_old]
    return np.select(kinds, ["blank", "same", "filled"], "changed").astype(object)


def number_as_text(value: float) -> str | None:
    """Write a number so that it reads back as it was; None for a blank."""
    return None if np.isnan(value) else repr(float(value)).removesuffix(".0")


def _apply_decisions(connection: Connection, values: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mark what was decided before as settled; return the open conflicts of these forms as well.

    A decision stands for its pair of values: the one kept is still stored, and the one set aside comes again.
    """
    names = ("id", "form_number", "slot", "brought", "stored", "state")
    query = "SELECT id, form_number, slot, brought, stored, state FROM conflicts WHERE form_number {numbers}"
    forms = sorted({int(number) for number in values["form_number"].unique()})
    past = as_frame(select_rows(connection, query, forms if len(forms) <= MANY else None), names)
    pairs = set()
    for row in past.itertuples():
        if row.state == "kept":
            pairs.add((row.form_number, row.slot, row.stored, row.brought))
        elif row.state == "replaced":
            pairs.add((row.form_number, row.slot, row.brought, row.stored))
    changed = values.index[values["kind"] == "changed"]
    rows = values.loc[changed, ["form_number", "slot", "stored", "brought"]].itertuples(index=False, name=None)
    settled = [row in pairs for row in rows]
    values.loc[changed[np.array(settled, dtype=bool)], "kind"] = "settled"
    return values, past.loc[past["state"] == "open", ["id", "form_number", "slot", "brought"]].reset_index(drop=True)
