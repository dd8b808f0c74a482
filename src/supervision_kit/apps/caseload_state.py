"""The state behind the page of the caseload; runs without a browser."""

from __future__ import annotations

from typing import Any

import pandas as pd
from traitlets import Unicode, validate

from supervision_kit.apps.line_state import LineState
from supervision_kit.errors import UnknownNameError
from supervision_kit.reasons import NEEDS_A_WORD, counted
from supervision_kit.tables import OUTCOMES


class CaseloadState(LineState):
    """The whole caseload, or one therapist's part of it; ``therapist_id`` is empty for all."""

    therapist_id = Unicode("")

    @property
    def therapist_ids(self) -> list[str]:
        """The therapists there are, in order."""
        return sorted(self.line.caseload["therapist_id"].dropna().unique())

    @property
    def ratings(self) -> pd.DataFrame:
        """The headline ratings of the chosen therapist's cases."""
        return self.headline[self.headline["case_id"].isin(self.cases["case_id"])]

    @property
    def cases(self) -> pd.DataFrame:
        """The caseload table of the chosen therapist, those most in need of a word first."""
        cases = self.line.caseload
        return cases if not self.therapist_id else cases[cases["therapist_id"] == self.therapist_id]

    @validate("therapist_id")
    def _known_therapist(self, proposal: Any) -> str:
        if proposal["value"] and proposal["value"] not in self.therapist_ids:
            raise UnknownNameError("therapist", proposal["value"], self.therapist_ids, from_data=True)
        return str(proposal["value"])

    @property
    def answer(self) -> str:
        """The page's answer in a sentence."""
        groups = self.groups
        n_open = int((self.cases["open_ruptures"] > 0).sum())
        n_word, cases = len(groups["needs_word"]), counted(len(self.cases), "case")
        parts = [f"{n_word} of {cases} may need a word" if n_word else f"Nothing stands out in {cases}"]
        if n_open:
            parts[0] += f": in {n_open} of them the client's rating is down by now"
        if len(groups["came_back"]):
            parts.append(f"In {len(groups['came_back'])} it fell and came back")
        if len(groups["unclear"]):
            parts.append(f"{len(groups['unclear'])} cannot be judged from the ratings")
        return ". ".join(parts) + "."

    @property
    def groups(self) -> dict[str, pd.DataFrame]:
        """The cases by what is said of them: needs_word, came_back, unclear (cannot be judged), quiet."""
        cases, outcome = self.cases, self.cases["outcome_class"]
        needs_word = cases["priority"] >= NEEDS_A_WORD
        came_back, unclear = ~needs_word & outcome.isin(OUTCOMES), ~needs_word & outcome.isna()
        chosen = {"needs_word": needs_word, "came_back": came_back, "unclear": unclear}
        return {name: cases[which] for name, which in chosen.items()} | {
            "quiet": cases[~needs_word & ~came_back & ~unclear]
        }

    @property
    def as_code(self) -> str:
        """The Python lines that repeat what the page shows."""
        return f"{self.line_as_code}\nsk.charts.caseload_overview(caseload, scores, marks, falls)"

    @property
    def line_as_code(self) -> str:
        """The Python lines that make the tables, of one therapist's cases where one is chosen."""
        lines = super().line_as_code
        if not self.therapist_id:
            return lines
        return f'{lines}\ncaseload = caseload[caseload["therapist_id"] == {self.therapist_id!r}]'
