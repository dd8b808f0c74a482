"""The state behind pages of many cases: all of them, or one therapist's; runs without a browser."""

from __future__ import annotations

from typing import Any

import pandas as pd
from traitlets import Unicode, validate

from supervision_kit.apps.line_state import LineState
from supervision_kit.errors import UnknownNameError
from supervision_kit.words import say

NO_THERAPIST = "\0"  # stands for the cases without a therapist's code; no code of a file or table holds it


class TherapistState(LineState):
    """The whole caseload, or one therapist's part of it.

    ``therapist_id`` is empty for all, and :data:`NO_THERAPIST` for the cases without a code.
    """

    therapist_id = Unicode("")

    @property
    def all_cases(self) -> pd.DataFrame:
        """The caseload table of all therapists."""
        return self.line.caseload

    @property
    def therapist_ids(self) -> list[str]:
        """The therapists there are, in order."""
        return sorted(self.all_cases["therapist_id"].dropna().unique())

    @property
    def therapist_choices(self) -> list[tuple[str, str]]:
        """What there is to choose from, in words, with what it makes ``therapist_id``."""
        codes = [(code, code) for code in self.therapist_ids]
        is_lacking = self.all_cases["therapist_id"].isna().any()
        nobody = [(say("without a therapist’s code"), NO_THERAPIST)] if codes and is_lacking else []
        return [(say("all"), ""), *codes, *nobody]

    @property
    def ratings(self) -> pd.DataFrame:
        """The headline ratings of the chosen therapist's cases."""
        return self.headline[self.headline["case_id"].isin(self.cases["case_id"])]

    @property
    def cases(self) -> pd.DataFrame:
        """The caseload table of the chosen therapist, those most in need of a word first."""
        return self._of_therapist(self.all_cases)

    def _of_therapist(self, cases: pd.DataFrame) -> pd.DataFrame:
        if self.therapist_id == NO_THERAPIST:
            return cases[cases["therapist_id"].isna()]
        return cases if not self.therapist_id else cases[cases["therapist_id"] == self.therapist_id]

    @validate("therapist_id")
    def _known_therapist(self, proposal: Any) -> str:
        if proposal["value"] not in ("", NO_THERAPIST, *self.therapist_ids):
            raise UnknownNameError("therapist", proposal["value"], self.therapist_ids, from_data=True)
        return str(proposal["value"])

    @property
    def line_as_code(self) -> str:
        """The Python lines that make the tables, of one therapist's cases where one is chosen."""
        return "\n".join([super().line_as_code, *self._lines_of_therapist()])

    def _lines_of_therapist(self) -> list[str]:
        if self.therapist_id == NO_THERAPIST:
            return ['caseload = caseload[caseload["therapist_id"].isna()]']
        return [f'caseload = caseload[caseload["therapist_id"] == {self.therapist_id!r}]'] if self.therapist_id else []
