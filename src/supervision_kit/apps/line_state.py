"""The state behind the pages: choices and settings in, the line's tables out; runs without a browser."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from traitlets import HasTraits, Instance, Tuple, Unicode

from supervision_kit.calibration import chance_benchmark, describe_repairs
from supervision_kit.calibration.describing import NONE_JUDGED
from supervision_kit.caseload import review_caseload
from supervision_kit.detection import METHODS, Method, PersonalLimits, mark_sessions
from supervision_kit.episodes import falls_among, find_episodes
from supervision_kit.headline import find_headline
from supervision_kit.instruments import INSTRUMENTS, find_scale
from supervision_kit.reasons import counted
from supervision_kit.repair import RepairRule, follow_repairs
from supervision_kit.tables import SCORES, SERIES_KEY

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
