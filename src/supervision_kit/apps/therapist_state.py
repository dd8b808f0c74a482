"""The state behind pages of many cases: all of them, or one therapist's; runs without a browser."""

from __future__ import annotations

from typing import Any

import pandas as pd
from traitlets import Unicode, validate

from supervision_kit.apps.line_state import LineState
from supervision_kit.errors import UnknownNameError


class TherapistState(LineState):
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
    def line_as_code(self) -> str:
        """The Python lines that make the tables, of one therapist's cases where one is chosen."""
        return "\n".join([super().line_as_code, *self._lines_of_therapist()])

    def _lines_of_therapist(self) -> list[str]:
        return [f'caseload = caseload[caseload["therapist_id"] == {self.therapist_id!r}]'] if self.therapist_id else []
