"""The state behind the pages: choices and settings in, the line's tables out; runs without a browser."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from traitlets import HasTraits, Instance, Tuple, Unicode, validate

from supervision_kit.agreement import count_agreement
from supervision_kit.calibration import chance_benchmark, describe_repairs
from supervision_kit.calibration.describing import NONE_JUDGED, describe_falls
from supervision_kit.caseload import review_caseload
from supervision_kit.detection import METHODS, Method, PersonalLimits, mark_sessions
from supervision_kit.episodes import falls_among, find_episodes
from supervision_kit.errors import UnknownNameError
from supervision_kit.headline import find_headline
from supervision_kit.instruments import INSTRUMENTS, find_scale
from supervision_kit.reasons import NEEDS_A_WORD, counted
from supervision_kit.repair import RepairRule, follow_repairs
from supervision_kit.summary import describe_case
from supervision_kit.tables import OUTCOMES, SCORES, SERIES_KEY

# What the pages open with: it judges each session from the earlier ones alone, from the fourth rating on. It is asked
# for a rate of false alarms and holds it the better the more cases it learns from; the page says how well for these.
OPENING_METHOD = PersonalLimits()
N_SERIES = (
    4000  # simulated for what chance gives: fewer than the benchmark's own default, for a page should answer soon
)
LOOKS = {"back": "judge from earlier sessions alone", "whole": "look at the whole series"}


@dataclass(frozen=True)
class Line:
    """One run of the line: the tables from marks to caseload."""

    marks: pd.DataFrame
    repairs: pd.DataFrame
    caseload: pd.DataFrame


class LineState(HasTraits):
    """Ratings, a method and a repair rule, and the line run with them.

    Parameters
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`.
    files, workspace
        Where the scores came from, for the line of code that repeats what was clicked: files, or the code that opens a
        workspace.
    method, rule
        The settings; setting another one runs the line anew.
    """

    method = Instance("supervision_kit.detection.Method")
    rule = Instance(RepairRule)
    files = Tuple()
    workspace = Unicode("")
    line = Instance(Line, read_only=True)

    def __init__(
        self,
        scores: pd.DataFrame,
        *,
        method: Method = OPENING_METHOD,
        rule: RepairRule | None = None,
        files: tuple[str, ...] = (),
        workspace: str = "",
    ) -> None:
        self.scores = SCORES.check(scores)
        self._judged: dict[Method, pd.DataFrame] = {}
        super().__init__(method=method, rule=rule or RepairRule(), files=files, workspace=workspace)
        self.observe(self._run_line, ["method", "rule"])
        self._run_line()

    def _run_line(self, _change: object = None) -> None:
        marks = mark_sessions(self.scores, method=self.method)
        repairs = follow_repairs(find_episodes(marks), self.scores, rule=self.rule, marks=marks)
        self.set_trait("line", Line(marks, repairs, review_caseload(self.scores, repairs, marks=marks)))

    @cached_property
    def headline(self) -> pd.DataFrame:
        """Of each case the client's ratings on the instrument and scale rated most."""
        return find_headline(self.scores)

    @property
    def ratings(self) -> pd.DataFrame:
        """The headline ratings of the cases that the page is about."""
        return self.headline

    @property
    def headline_falls(self) -> pd.DataFrame:
        """The falls of the headline ratings of the cases that the page is about."""
        return self.falls.merge(self.ratings[list(SERIES_KEY)].drop_duplicates(), on=list(SERIES_KEY))

    @property
    def chance_in_words(self) -> tuple[str, ...]:
        """What chance alone would give beside the falls of these cases; takes a moment the first time."""
        if self.why_unjudged:
            return (NONE_JUDGED,) if self.ratings["score"].notna().any() else ()
        chance = chance_benchmark(
            self.ratings, learn_from=self.scores, method=self.method, rule=self.rule, n_series=N_SERIES
        )
        return describe_repairs(self.headline_falls, chance, marks=self.marks)

    @property
    def marks(self) -> pd.DataFrame:
        """What the method says of the headline ratings of the cases that the page is about."""
        return self.line.marks.merge(self.ratings[[*SERIES_KEY, "session"]])

    @property
    def why_unjudged(self) -> str:
        """Say why none of the ratings that the page is about can be judged; empty where at least one can."""
        marks = self.marks.dropna(subset="score")
        if marks.empty:
            return "There is no alliance rating by the client here, so no fall can be told."
        if marks["is_rupture"].notna().any():
            return ""
        notes = marks.loc[marks["note"] != "", "note"].value_counts().index[:2]
        why = f" ({'; '.join(notes)})" if len(notes) else ""
        none = f"{self.method.title} can judge none of these {counted(len(marks), 'rating')}{why}."
        return f"{none} That is no sign that all is well."

    @property
    def methods(self) -> dict[str, Method]:
        """All methods by their key: the chosen one as it is set, the others as they come."""
        return {key: self.method if key == self.method.key else method() for key, method in METHODS.items()}

    @property
    def comparison(self) -> pd.DataFrame:
        """The headline ratings of the cases that the page is about, judged by each of the methods."""
        found = [self._judge_by(method) for method in self.methods.values()]
        return pd.concat(found).merge(self.ratings[[*SERIES_KEY, "session"]])

    def _judge_by(self, method: Method) -> pd.DataFrame:
        """Judge the scales that are anybody's headline, all series of them: some methods learn from all together."""
        if method == self.method:
            return self.line.marks
        if method not in self._judged:
            scales = self.headline[["rater", "instrument", "scale"]].drop_duplicates()
            self._judged[method] = mark_sessions(self.scores.merge(scales), method=method)
        return self._judged[method]

    @property
    def advice(self) -> str:
        """Say of which questionnaires the method can say nothing at all, and what to do; empty where there is none."""
        pairs = self.ratings[["instrument", "scale"]].drop_duplicates().itertuples(index=False, name=None)
        blocked = {
            INSTRUMENTS[instrument].short_title if instrument in INSTRUMENTS else instrument: blocker
            for instrument, scale in pairs
            if (blocker := self.method.for_scale(find_scale(instrument, scale)).blocker)
        }
        return "".join(
            f"{self.method.title} cannot judge ratings on the {title}: {why}. Choose another method, or give it what "
            "is missing, under Method and settings. "
            for title, why in blocked.items()
        ).strip()

    @property
    def falls(self) -> pd.DataFrame:
        """The followed episodes without the marks that are no fall, as the charts draw them."""
        return falls_among(self.line.repairs)

    @property
    def line_as_code(self) -> str:
        """The Python lines that make the tables."""
        files = ", ".join(map(repr, self.files)) or "…"
        read = f"sk.read_ratings([{files}])" if len(self.files) > 1 else f"sk.read_ratings({files})"
        scores = f"{self.workspace}.scores()" if self.workspace else f"{read}.scores"
        return "\n".join(
            [
                "import supervision_kit as sk",
                "",
                f"scores = {scores}",
                f"marks = sk.mark_sessions(scores, method=sk.{self.method})",
                f"repairs = sk.follow_repairs(sk.find_episodes(marks), scores, rule=sk.{self.rule}, marks=marks)",
                "caseload = sk.review_caseload(scores, repairs, marks=marks)",
                "falls = sk.falls_among(repairs)",
            ]
        )


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
