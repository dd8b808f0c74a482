"""What an import would do, and what it did, in counts, tables and sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from supervision_kit.words import later, say, say_number
from supervision_kit.workspace.comparing import Comparison
from supervision_kit.workspace.forms import FORM
from supervision_kit.workspace.reading import slot_in_words

CHANGED = [*FORM, "what", "stored", "brought"]
UNPLACED = ["case_id", "rater", "instrument", "date", "reason"]


@dataclass(frozen=True, eq=False)
class ImportPlan:
    """What an import would do; nothing is written yet.

    Attributes
    ----------
    n_forms, n_new_forms, n_same, n_changed_forms, n_unplaced
        Forms brought; of them new; as they are kept; with a value that differs; without a place. A form that only
        fills blanks is among neither of the last three.
    n_filled, n_blank, n_settled
        Values that fill a blank or add to a known form; that are kept here and empty in the file; that differ as they
        did when they were decided before.
    n_held, n_refuted
        Answers on items that would make another score than the one kept, and wait for its decision; given scores that
        the kept answers contradict, and that stay out.
    n_renumbered
        Kept forms whose session is counted anew from the dates.
    new_cases, erased_cases
        Codes that come for the first time; those of them that were erased once.
    changed
        case_id, rater, instrument, session, what, stored, brought: the values over which there is to decide.
    unplaced
        case_id, rater, instrument, date, reason: forms whose session cannot be told.
    """

    n_forms: int
    n_new_forms: int
    n_same: int
    n_changed_forms: int
    n_unplaced: int
    n_filled: int
    n_blank: int
    n_settled: int
    n_held: int
    n_refuted: int
    n_renumbered: int
    new_cases: tuple[str, ...] = field(repr=False)
    erased_cases: tuple[str, ...] = field(repr=False)
    changed: pd.DataFrame = field(repr=False)
    unplaced: pd.DataFrame = field(repr=False)

    def sentences(self) -> tuple[str, ...]:
        """Say in plain words what is new, what is known and what differs; no codes, no values."""
        said = [
            say(
                "{new} of {n} form(s) are new, of {cases} new case(s).",
                new=say_number(self.n_new_forms),
                n=say_number(self.n_forms),
                cases=say_number(len(self.new_cases)),
            ),
            say("{n} form(s) are here already.", n=say_number(self.n_same)),
        ]
        if not self.n_forms:
            said = [say("There is no form to take in.")]
        elif not (
            self.n_new_forms
            or self.n_filled
            or len(self.changed)
            or self.n_renumbered
            or self.n_unplaced
            or self.n_refuted
        ):
            said = [say("Nothing is new: all {n} form(s) are here already.", n=say_number(self.n_forms))]
        counted = [
            (self.n_filled, later("{n} value(s) fill what was blank on forms that are here.")),
            (len(self.changed), later("{n} value(s) on {forms} form(s) differ from what is kept.")),
            (self.n_settled, later("{n} value(s) differ as they did before, and stay as was decided.")),
            (
                self.n_held,
                later("{n} answer(s) make another score than the one kept: replace that one, and import them again."),
            ),
            (self.n_refuted, later("{n} given score(s) differ from what the answers kept here make, and stay out.")),
            (self.n_blank, later("{n} value(s) are kept here and empty in the file: they stay.")),
            (self.n_renumbered, later("{n} form(s) kept by date have their sessions counted anew.")),
            (self.n_unplaced, later("{n} form(s) have no place, because their session cannot be told: see unplaced.")),
            (len(self.erased_cases), later("{n} of the new case(s) were erased here before.")),
        ]
        forms = say_number(self.n_changed_forms)
        return (*said, *(say(words, n=say_number(count), forms=forms) for count, words in counted if count))


@dataclass(frozen=True, eq=False)
class ImportResult(ImportPlan):
    """What an import did: the plan, and what became of the values that differed.

    Attributes
    ----------
    import_number
        0 where nothing was to be written.
    n_opened, n_kept, n_replaced, n_dissolved
        Conflicts that were opened; values that stayed or were replaced as asked; conflicts that fell away because
        stored and brought agree by now.
    n_left_out
        Forms of erased cases that were left out, as asked.
    n_open
        Conflicts that are open in the workspace, this import's and earlier ones.
    """

    import_number: int = 0
    n_opened: int = 0
    n_kept: int = 0
    n_replaced: int = 0
    n_dissolved: int = 0
    n_left_out: int = 0
    n_open: int = 0

    @classmethod
    def of(cls, plan: ImportPlan, **done: int) -> ImportResult:
        """Return a plan with what was done."""
        return cls(**{**vars(plan), **done})

    def sentences(self) -> tuple[str, ...]:
        """Say in plain words what was taken in and what is open; no codes, no values."""
        counted = [
            (self.n_opened, later("{n} value(s) were put down as conflicts to decide on.")),
            (self.n_kept, later("{n} value(s) stayed as they were, as asked.")),
            (self.n_replaced, later("{n} value(s) were replaced, as asked; the old ones are in the history.")),
            (self.n_dissolved, later("{n} open question(s) fell away: file and workspace agree.")),
            (self.n_left_out, later("{n} form(s) of erased cases were left out, as asked.")),
            (self.n_open, later("{n} value(s) in the workspace wait for a decision.")),
        ]
        return (*super().sentences(), *(say(words, n=say_number(count)) for count, words in counted if count))


def make_plan(found: Comparison) -> ImportPlan:
    """Count what a comparison found."""
    forms, values = found.forms, found.known
    changed, unplaced = found.of_kind("changed"), ~found.is_placed
    known = set(forms.loc[forms["form_number"] >= 0, "form_number"])
    touched = set(values.loc[values["kind"].isin(["new", "filled", "changed", "held", "refuted"]), "form_number"])
    where = forms[found.is_placed & (forms["form_number"] >= 0).to_numpy()].set_index("form_number")
    listed = changed.join(where[FORM], on="form_number")
    listed = listed.assign(what=[slot_in_words(slot) for slot in listed["slot"]])
    kinds = values.groupby("kind").size()
    return ImportPlan(
        n_forms=len(forms),
        n_new_forms=int(((forms["form_number"] < 0).to_numpy() & found.is_placed).sum()),
        n_same=len(known - touched),
        n_changed_forms=int(changed["form_number"].nunique()),
        n_unplaced=int(unplaced.sum()),
        n_filled=int(kinds.get("new", 0) + kinds.get("filled", 0)),
        n_blank=int(kinds.get("blank", 0)),
        n_settled=int(kinds.get("settled", 0)),
        n_held=int(kinds.get("held", 0)),
        n_refuted=int(kinds.get("refuted", 0)),
        n_renumbered=int((found.placed.renumbered["old"] != found.placed.renumbered["session"]).sum()),
        new_cases=found.new_cases,
        erased_cases=found.erased,
        changed=listed[CHANGED].reset_index(drop=True),
        unplaced=forms.assign(reason=found.placed.reason)
        .loc[np.flatnonzero(unplaced), UNPLACED]
        .reset_index(drop=True),
    )
