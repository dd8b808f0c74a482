"""Entries of all files → each rating once: the same form twice is found, and nothing is chosen silently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.body import Body, instrument_keys
from supervision_kit.records.cells import Flags, Texts
from supervision_kit.records.entries import Entries
from supervision_kit.records.grouping import SCALE
from supervision_kit.records.values import LAST_SESSION
from supervision_kit.tables import RATERS
from supervision_kit.words import later, say

MOST_NAMED = 5  # rows in one message
_SAYS = {
    "conflicting_rows": later("The same form (case, rater, instrument and session) stands in {rows} with {what}."),
    "same_day": later("The same form (case, rater, instrument and day) stands in {rows} with {what}."),
}


@dataclass(frozen=True, eq=False)
class Merged:
    """The rows of all sheets one after the other, and the entries that stay."""

    bodies: list[Body]
    first_row: npt.NDArray[np.int64]
    case: Texts
    therapist: Texts
    session: npt.NDArray[np.int64]
    date: npt.NDArray[np.datetime64]
    entries: Entries

    def forms(self, entries: Entries) -> npt.NDArray[np.int64]:
        """Return a number for each entry's form: same case, rater, instrument and session, same number."""
        case = pd.factorize(self.case)[0].astype(np.int64)[entries.row]
        key = (case * len(RATERS) + entries.rater) * len(instrument_keys()) + entries.instrument
        return pd.factorize(key * (LAST_SESSION + 1) + self.session[entries.row])[0].astype(np.int64)

    def label(self, rows: npt.NDArray[np.int64]) -> Texts:
        """Return how a message calls these rows."""
        numbers = np.concatenate([body.numbers for body in self.bodies])[rows]
        alone = len(self.bodies) == 1
        of_sheet = [(say(body.row_word), "" if alone else say(" of {file}", file=body.source)) for body in self.bodies]
        pairs = zip(numbers, self.sheet_of(rows), strict=True)
        return np.array([f"{of_sheet[at][0]} {number}{of_sheet[at][1]}" for number, at in pairs], dtype=object)

    def sheet_of(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return which of the bodies each row is of."""
        return np.searchsorted(self.first_row, rows, side="right") - 1

    def add_problems(
        self,
        rows: npt.NDArray[np.int64],
        position: npt.NDArray[np.int64],
        rule: str,
        message: Texts,
        *,
        kept: bool = False,
    ) -> None:
        """Set these rows aside, unless they are `kept`; `position` is of the column, -1 for the row as a whole."""
        sheets = self.sheet_of(rows)
        for at in np.unique(sheets):
            here = sheets == at
            body, local = self.bodies[at], rows[here] - self.first_row[at]
            values = np.array(
                [
                    body.columns[column].texts[body.columns[column].codes[row]] if column >= 0 else ""
                    for row, column in zip(local, position[here], strict=True)
                ],
                dtype=object,
            )
            body.problems.add(
                local, position=position[here], values=values, rule=rule, message=message[here], kept=kept
            )


def merge(bodies: list[Body], parts: list[Entries]) -> Merged:
    """Return the ratings of all sheets, each once.

    The same form in two rows: where all that both say agrees, the later row adds nothing and is set aside; where they
    differ in an answer, a score, the date or the therapist, all of them are, for nobody can tell which is right. A form
    without any answer yields to one with answers.
    """
    first_row = np.cumsum([0, *(body.n_rows for body in bodies)])[:-1].astype(np.int64)
    whole = Merged(
        bodies,
        first_row,
        np.concatenate([body.case for body in bodies]),
        np.concatenate([body.therapist for body in bodies]),
        np.concatenate([body.session for body in bodies]),
        np.concatenate([body.date for body in bodies]),
        Entries.joined([part.after(int(start)) for part, start in zip(parts, first_row, strict=True)]),
    )
    entries = _set_conflicts_aside(whole, whole.entries)
    entries = _set_repeats_aside(whole, entries)
    return Merged(bodies, first_row, whole.case, whole.therapist, whole.session, whole.date, entries)


@dataclass(frozen=True, eq=False)
class _Shared:
    """The entries whose item or score of a form stands in more than one row, sorted by that and by row."""

    entry: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    yields: Flags


def _find_shared(entries: Entries, form: npt.NDArray[np.int64]) -> _Shared:
    slot = form * (2 * SCALE) + entries.slot
    at = np.flatnonzero(pd.Series(slot).duplicated(keep=False).to_numpy())
    at = at[np.lexsort((entries.row[at], slot[at]))]
    group = pd.factorize(slot[at])[0]
    answered = ~np.isnan(entries.value)
    here = pd.factorize(form * (int(entries.row.max(initial=0)) + 1) + entries.row)[0] if len(at) else form
    empty_form = (np.bincount(here, weights=answered) == 0)[here[at]] if len(at) else np.zeros(0, dtype=bool)
    answered_elsewhere = (np.bincount(group, weights=answered[at]) > 0)[group] if len(at) else empty_form
    return _Shared(at, group, empty_form & answered_elsewhere)


def _set_conflicts_aside(whole: Merged, entries: Entries) -> Entries:
    form = whole.forms(entries)
    shared = _find_shared(entries, form)
    at, group = shared.entry[~shared.yields], shared.group[~shared.yields]
    torn = _differing(entries.value[at], group)
    position = entries.position[at[torn]].astype(np.int64)
    found: list[_Found] = [(at[torn], group[torn], position, say("different answers"))]
    found += _differing_about(whole, entries, form)
    bad = np.zeros(len(whole.session), dtype=bool)
    for which, groups, positions, what in found:
        if not len(which):
            continue
        rows = entries.row[which].astype(np.int64)
        bad[rows] = True
        dated = np.array([body.is_dated for body in whole.bodies])[whole.sheet_of(rows)]
        of_dated = np.isin(groups, groups[dated])
        for rule, here in (("same_day", of_dated), ("conflicting_rows", ~of_dated)):
            named = _name_rows(whole, rows[here], groups[here])
            message = np.array([say(_SAYS[rule], rows=rows_of, what=what) for rows_of in named], dtype=object)
            whole.add_problems(rows[here], positions[here], rule, message)
    return entries.only(~bad[entries.row]) if bad.any() else entries


def _differing(values: npt.NDArray[np.float64], group: npt.NDArray[np.int64]) -> Flags:
    """Return which values stand in a group (sorted) whose values are not all the same; ``nan`` equals ``nan``."""
    if not len(values):
        return np.zeros(0, dtype=bool)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    reference = np.repeat(values[first], np.diff(np.append(first, len(values))))
    differs = ~((values == reference) | (np.isnan(values) & np.isnan(reference)))
    return np.isin(group, group[differs])


_Found = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], str]


def _differing_about(whole: Merged, entries: Entries, form: npt.NDArray[np.int64]) -> list[_Found]:
    """Return the entries of forms whose rows name different days or therapists."""
    rows = pd.DataFrame({"form": form, "row": entries.row}).drop_duplicates()
    rows = rows[rows["form"].duplicated(keep=False)]
    found: list[_Found] = []
    if rows.empty:
        return found
    about = {
        "date": (say("different dates"), whole.date),
        "therapist_id": (say("different therapists"), whole.therapist),
    }
    for field, (what, values) in about.items():
        here = rows.assign(value=values[rows["row"]]).dropna(subset="value")
        distinct = here[["form", "value"]].drop_duplicates()
        torn = distinct.loc[distinct["form"].duplicated(), "form"]
        which = here[here["form"].isin(torn)].sort_values(["form", "row"])
        sheets = whole.sheet_of(which["row"].to_numpy().astype(np.int64))
        position = np.array([whole.bodies[sheet].layout.fields.get(field, -1) for sheet in sheets], dtype=np.int64)
        found.append((which.index.to_numpy(), which["form"].to_numpy(), position, what))
    return found


def _set_repeats_aside(whole: Merged, entries: Entries) -> Entries:
    shared = _find_shared(entries, whole.forms(entries))
    if not len(shared.entry):
        return entries
    order = np.lexsort((entries.row[shared.entry], shared.yields, shared.group))
    at, group = shared.entry[order], shared.group[order]
    first = np.flatnonzero(np.diff(group, prepend=-1))
    keeper = np.repeat(entries.row[at[first]], np.diff(np.append(first, len(at)))).astype(np.int64)
    again = np.ones(len(at), dtype=bool)
    again[first] = False
    dropped = np.zeros(len(entries), dtype=bool)
    dropped[at[again]] = True
    adds = np.bincount(entries.row[~dropped], minlength=len(whole.session)) > 0
    rows = entries.row[at[again]].astype(np.int64)
    idle = pd.DataFrame({"row": rows, "keeper": keeper[again]})[~adds[rows]].groupby("row")["keeper"].min()
    if len(idle):
        repeated = idle.index.to_numpy().astype(np.int64)
        kept = whole.label(idle.to_numpy())
        adds_nothing = later(
            "The same form (case, rater, instrument and session) stands in {row} already; this row adds nothing."
        )
        message = np.array([say(adds_nothing, row=label) for label in kept], dtype=object)
        whole.add_problems(repeated, np.full(len(repeated), -1), "repeated_row", message)
    return entries.only(~dropped)


def join_labels(labels: Iterable[str]) -> str:
    """Return the labels for a sentence, the first of them where they are many."""
    named = list(labels)
    return say(" and ").join(named[:MOST_NAMED] + ([say("others")] if len(named) > MOST_NAMED else []))


def _name_rows(whole: Merged, rows: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]) -> list[str]:
    """Return for each row what the rows of its group are called."""
    named = pd.DataFrame({"group": groups, "label": whole.label(rows)}).drop_duplicates()
    joined = named.groupby("group")["label"].agg(join_labels)
    return joined.reindex(groups).to_list()
