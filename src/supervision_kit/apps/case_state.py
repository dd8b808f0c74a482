"""The state behind the page of one case; runs without a browser."""

from __future__ import annotations

from typing import Any

import pandas as pd
from traitlets import Unicode, validate

from supervision_kit.agreement import count_agreement
from supervision_kit.apps.line_state import LOOKS, N_SERIES, LineState
from supervision_kit.calibration import chance_benchmark
from supervision_kit.calibration.describing import describe_falls
from supervision_kit.errors import UnknownNameError
from supervision_kit.summary import describe_case
from supervision_kit.tables import SERIES_KEY


class CaseState(LineState):
    """One case of the caseload; ``case_id`` says which."""

    case_id = Unicode()

    def __init__(self, scores: pd.DataFrame, *, case_id: str | None = None, **more: Any) -> None:
        super().__init__(scores, **more)
        self.case_id = self.line.caseload["case_id"].iloc[0] if case_id is None else case_id

    @property
    def case_ids(self) -> list[str]:
        """The cases there are, in order."""
        return sorted(self.line.caseload["case_id"])

    @validate("case_id")
    def _known_case(self, proposal: Any) -> str:
        if proposal["value"] not in set(self.line.caseload["case_id"]):
            raise UnknownNameError("case", proposal["value"], self.case_ids, from_data=True)
        return str(proposal["value"])

    @property
    def ratings(self) -> pd.DataFrame:
        """The headline ratings of this case."""
        return self.headline[self.headline["case_id"] == self.case_id]

    @property
    def summary(self) -> tuple[str, ...]:
        """What happened in this case, in plain sentences."""
        return describe_case(self.scores, self.line.marks, self.line.caseload, case_id=self.case_id, method=self.method)

    @property
    def chance_in_words(self) -> tuple[str, ...]:
        """How many falls like these of the whole caseload are chance; takes a moment the first time."""
        if self.why_unjudged:
            return ()
        chance = chance_benchmark(
            self.headline, learn_from=self.scores, method=self.method, rule=self.rule, n_series=N_SERIES
        )
        keys = self.headline[list(SERIES_KEY)].drop_duplicates()
        n, by_chance = len(self.falls.merge(keys)), chance.row("falls")
        said = describe_falls(n, chance, where=f" by {self.method.title} in this caseload")
        if not n:
            return (said,)
        if n <= by_chance["caseload_high"]:
            return (f"{said} Any one of them may be chance." if n > 1 else said,)
        about = f"about {by_chance['value']:.0f}" if by_chance["value"] >= 1 else "hardly any"
        return (f"{said} So {about} of the {n} may be chance." if n > 1 else said,)

    @property
    def flags(self) -> dict[int, list[tuple[str, str]]]:
        """Each session that any method marks → those methods' titles, with their rules in words and numbers."""
        marks, found = self.comparison, dict[int, list[tuple[str, str]]]()
        for mark in (
            marks[marks["is_rupture"].fillna(value=False)].sort_values("session", kind="stable").to_dict("records")
        ):
            method = self.methods[mark["method"]]
            why = method.explain(**{name: mark[name] for name in ("score", "expected", "limit", "evidence")})
            found.setdefault(int(mark["session"]), []).append((method.title, why))
        return found

    @property
    def counts(self) -> dict[int, str]:
        """Each session that any method marks → how many of the methods that can judge it do, in words."""
        counts = count_agreement(self.comparison, methods=self.methods.values())
        said: dict[int, list[str]] = {}
        for count in counts[counts["n_judged"] > 0].to_dict("records"):
            words = f"{count['n_marked']} of {count['n_judged']} methods that {LOOKS[count['looks']]}"
            said.setdefault(int(count["session"]), []).append(words)
        return {session: f"marked by {' and '.join(said[session])}" for session in self.flags}

    @property
    def agreed(self) -> str:
        """How many methods mark the first session of the latest fall; empty where nothing fell."""
        onsets = self.headline_falls["onset"]
        if onsets.empty or int(onsets.max()) not in self.counts:
            return ""
        return f"Session {onsets.max()} is {self.counts[int(onsets.max())]}."

    @property
    def no_falls(self) -> str:
        """What to say where this case has no fall to list."""
        marks = self.line.marks
        judged = marks.loc[marks["case_id"] == self.case_id, "is_rupture"].notna()
        return (
            "This method marks no fall in this case."
            if judged.any()
            else "Nothing could be judged, so no falls can be listed."
        )

    @property
    def repairs(self) -> pd.DataFrame:
        """The falls of this case, followed up, of every rater and scale; marks without a fall are left out."""
        return self.falls[self.falls["case_id"] == self.case_id]

    @property
    def as_code(self) -> str:
        """The Python lines that repeat what the page shows."""
        return f"{self.line_as_code}\nsk.charts.trajectory(marks, falls, case_id={self.case_id!r}, scores=scores)"
