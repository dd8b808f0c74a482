"""The state behind the pages: choices and settings in, the line's tables out; runs without a browser."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
from traitlets import HasTraits, Instance, Int, Tuple, Unicode

from supervision_kit.apps.line import Line
from supervision_kit.apps.remembering import keep_latest
from supervision_kit.apps.source import Source
from supervision_kit.bundles import Bundle
from supervision_kit.calibration import chance_benchmark, describe_repairs
from supervision_kit.calibration.describing import NONE_JUDGED
from supervision_kit.detection import METHODS, Method, PersonalLimits, say_note
from supervision_kit.instruments import INSTRUMENTS, find_scale
from supervision_kit.repair import RepairRule
from supervision_kit.tables import SERIES_KEY
from supervision_kit.words import later, say, say_n
from supervision_kit.workspace import Workspace

# What the pages open with: it judges each session from the earlier ones alone, from the fourth rating on. It is asked
# for a rate of false alarms and holds it the better the more cases it learns from; the page says how well for these.
OPENING_METHOD = PersonalLimits()
N_SERIES = (
    4000  # simulated for what chance gives: fewer than the benchmark's own default, for a page should answer soon
)
LOOKS = {
    "back": later("{marked} of {judged} methods that judge from earlier sessions alone"),
    "whole": later("{marked} of {judged} methods that look at the whole series"),
}


class LineState(HasTraits):
    """Ratings, a method and a repair rule, and the line run with them.

    Parameters
    ----------
    source
        Scores, see :data:`supervision_kit.tables.SCORES`; an open :class:`supervision_kit.Workspace`, from which
        annotations and judgements come as well; or a :class:`supervision_kit.Bundle`.
    responses
        The answers behind scores that are a table; see :data:`supervision_kit.tables.RESPONSES`.
    files, opened_as
        Where the scores came from, for the line of code that repeats what was clicked: files, or the code that opens
        the workspace or the bundle.
    method, rule
        The settings; setting another one runs the line anew.

    Attributes
    ----------
    revision
        Counts up once whenever something else is to be shown.
    """

    view = "line"
    method = Instance("supervision_kit.detection.Method")
    rule = Instance(RepairRule)
    files = Tuple()
    counts_falls = False  # whether the page's answer says how many falls there are
    opened_as = Unicode("")
    line = Instance(Line, read_only=True)
    revision = Int(0)

    def __init__(
        self,
        source: pd.DataFrame | Workspace | Bundle | Source,
        *,
        method: Method = OPENING_METHOD,
        rule: RepairRule | None = None,
        files: tuple[str, ...] = (),
        opened_as: str = "",
        responses: pd.DataFrame | None = None,
    ) -> None:
        self.source = source if isinstance(source, Source) else Source(source, responses=responses, view=self.view)
        self._judged: dict[tuple[Method, int], tuple[pd.DataFrame, pd.DataFrame]] = {}
        self._lines: dict[tuple[Any, ...], Line] = {}  # over all ratings, the last used last
        self.remembered: dict[Any, Any] = {}
        self.n_reads = 0  # how often what was said of the ratings was read anew
        super().__init__(
            method=method, rule=rule or RepairRule(), files=files, opened_as=opened_as or self.source.opened_as
        )
        self._run_line()
        self.observe(self._run_line, ["method", "rule"])

    @property
    def workspace(self) -> Workspace | None:
        """The workspace that the ratings are kept in; ``None`` where they are files or a table."""
        return self.source.workspace

    @property
    def is_shared(self) -> bool:
        """Whether the ratings are those of a published bundle: de-identified, to be looked at only."""
        return self.source.bundle is not None

    @property
    def scores(self) -> pd.DataFrame:
        """All scores."""
        return self.source.scores

    @property
    def responses(self) -> pd.DataFrame:
        """The answers behind the scores, as far as there are any."""
        return self.source.responses()

    @property
    def annotations(self) -> pd.DataFrame:
        """What happened around sessions."""
        return self.source.annotations

    @property
    def judgements(self) -> pd.DataFrame:
        """What supervisors say of episodes."""
        return self.source.judgements

    def refresh(self, *, ratings: bool = False) -> None:
        """Read anew what was said of the ratings, after a change to the workspace; with `ratings`, these as well."""
        lessons = self.source.lessons
        self.source.read(ratings=ratings)
        self.n_reads += 1
        if self.source.lessons is lessons:
            self._show()
            return
        self.remembered.clear()
        self._judged.clear()
        self._lines.clear()
        if ratings:
            self._take_in_ratings()
        self._run_line()

    def _take_in_ratings(self) -> None:
        """Take in ratings that were read anew; for those states that keep something of them."""

    def _run_line(self, _change: object = None) -> None:
        """Set out the line; its tables are made when they are asked for, and kept for when it is chosen again."""
        make = partial(self._line_of, self.scores, read_by=self.source.read_by)
        self.set_trait("line", keep_latest(self._lines, self._line_key, make))
        self._show()

    @property
    def _line_key(self) -> tuple[Any, ...]:
        """All choices that the line depends on."""
        return self.method, self.rule

    def _show(self) -> None:
        """Tell those who follow that something else is to be shown."""
        self.revision += 1

    def _line_of(self, scores: pd.DataFrame, *, read_by: pd.DataFrame | None = None) -> Line:
        judge = partial(self._judge, method=self.method)
        return Line(scores, judge=judge, rule=self.rule, rebases=self.source.rebases, read_by=read_by)

    def _judge(self, scores: pd.DataFrame, *, method: Method) -> pd.DataFrame:
        """Return the marks of some ratings; kept together with these, so that no other table is taken for them."""
        key = (method, id(scores))
        if key not in self._judged:
            self._judged[key] = scores, self.source.lessons.judge(scores, [method])
        return self._judged[key][1]

    @property
    def headline(self) -> pd.DataFrame:
        """Of each case the client's ratings on the instrument and scale rated most."""
        return self.source.headline

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
        return describe_repairs(self.headline_falls, chance, marks=self.marks, is_counted=self.counts_falls)

    @property
    def marks(self) -> pd.DataFrame:
        """What the method says of the headline ratings of the cases that the page is about."""
        return self.line_of_ratings.marks.merge(self.ratings[[*SERIES_KEY, "session"]])

    @property
    def why_unjudged(self) -> str:
        """Say why none of the ratings that the page is about can be judged; empty where at least one can."""
        marks = self.marks.dropna(subset="score")
        if marks.empty:
            return self._say_unrated()
        if marks["is_rupture"].notna().any():
            return ""
        notes = marks.loc[marks["note"] != "", "note"].value_counts().index[:2]
        if not len(notes):
            return say_n(
                "{method} cannot judge this one rating. That is no sign that all is well.",
                "{method} can judge none of these {n} ratings. That is no sign that all is well.",
                len(marks),
                method=say(self.method.title),
            )
        return say_n(
            "{method} cannot judge this one rating ({why}). That is no sign that all is well.",
            "{method} can judge none of these {n} ratings ({why}). That is no sign that all is well.",
            len(marks),
            method=say(self.method.title),
            why="; ".join(say_note(note) for note in notes),
        )

    def _say_unrated(self) -> str:
        return say("There is no alliance rating by the client here, so no fall can be told.")

    @property
    def methods(self) -> dict[str, Method]:
        """All methods by their key: the chosen one as it is set, the others as they come."""
        return {key: self.method if key == self.method.key else method() for key, method in METHODS.items()}

    @property
    def comparison(self) -> pd.DataFrame:
        """The headline ratings of the cases that the page is about, judged by each of the methods."""
        return self.source.lessons.judge(self.ratings, self.methods.values())

    @property
    def advice(self) -> str:
        """Say of which questionnaires the method can say nothing at all, and what to do; empty where there is none."""
        pairs = self.ratings[["instrument", "scale"]].drop_duplicates().itertuples(index=False, name=None)
        blocked = {
            INSTRUMENTS[instrument].short_title if instrument in INSTRUMENTS else instrument: blocker
            for instrument, scale in pairs
            if (blocker := self.method.for_scale(find_scale(instrument, scale)).blocker)
        }
        return " ".join(
            say(
                "{method} cannot judge ratings on the {questionnaire}: {why}. Choose another method, or give "
                "it what is "
                "missing, under Method and settings.",
                method=say(self.method.title),
                questionnaire=title,
                why=say_note(why),
            )
            for title, why in blocked.items()
        )

    @property
    def falls(self) -> pd.DataFrame:
        """The followed episodes on scales that cases are read by, without the marks that are no fall."""
        return self.line_of_ratings.falls

    @property
    def line_of_ratings(self) -> Line:
        """The line over the ratings that cases are read by."""
        return self.line.triage

    @property
    def line_as_code(self) -> str:
        """The Python lines that make the tables."""
        files = ", ".join(map(repr, self.files)) or "…"
        read = f"sk.read_ratings([{files}])" if len(self.files) > 1 else f"sk.read_ratings({files})"
        opened = [f"workspace = {self.opened_as}", "scores = workspace.scores()"]
        if self.is_shared:
            opened = [f"bundle = {self.opened_as}", "scores = bundle.scores"]
        anew, starts = "", list[str]()
        if len(self.source.rebases):
            anew = ", rebases=rebases"
            starts = ["annotations = workspace.annotations()", 'rebases = annotations[annotations["rebases"]]']
        return "\n".join(
            [
                "import supervision_kit as sk",
                "",
                *(opened if self.opened_as else [f"scores = {read}.scores"]),
                *starts,
                f"marks = sk.mark_sessions(scores, method=sk.{self.method}{anew})",
                f"episodes = sk.find_episodes(marks{anew})",
                f"repairs = sk.follow_repairs(episodes, scores, rule=sk.{self.rule}, marks=marks{anew})",
                f"caseload = sk.review_caseload(scores, repairs, marks=marks{anew})",
                "falls = sk.falls_among(repairs)",
            ]
        )
