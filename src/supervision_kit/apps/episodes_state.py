"""The state behind the page of ruptures and repairs: all falls of the caseload, filters, and what is said of them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd
from traitlets import Bool, Float, Int, Unicode, observe, validate

from supervision_kit.agreement import compare_methods, count_agreement
from supervision_kit.apps.line import Line
from supervision_kit.apps.remembering import keep_latest
from supervision_kit.apps.therapist_state import TherapistState
from supervision_kit.caseload.looking import place_falls
from supervision_kit.charts.sentences import how_it_ended, outcome_look
from supervision_kit.charts.theme import OUTCOME_WORDS
from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.detection.method import UNKNOWN_SCALE_MIN_DROP
from supervision_kit.errors import UnknownNameError
from supervision_kit.evidence import share_classes
from supervision_kit.headline import find_headline
from supervision_kit.instruments import find_scale
from supervision_kit.instruments.instrument import MIN_DROP_SHARE
from supervision_kit.repair import time_to_repair
from supervision_kit.tables import RATERS, SERIES_KEY
from supervision_kit.words import later, say, say_n, say_number

CASES_PER_PAGE = 20
_UNRATED = {
    "therapist": later("There is no alliance rating by the therapist here, so no fall can be told."),
    "observer": later("There is no alliance rating by an observer here, so no fall can be told."),
}
_BY_OTHERS = {
    "therapist": later("By the therapist's ratings: {answer}"),
    "observer": later("By an observer's ratings: {answer}"),
}
# in the order in which the answer counts them; "not" and "too early" are never one
_ENDS = {
    "repaired": later("{n} came back in time"),
    "partly repaired": later("{n} came back in part"),
    "came back late": later("{n} came back late"),
    "unrepaired": later("{n} did not come back"),
    "undetermined": later("{n} cannot be told yet"),
}


class EpisodesState(TherapistState):
    """All falls of the caseload by the headline ratings of one rater, and which of them are shown.

    The rater, the therapist and the method say what the page is about. The other filters choose among the falls for
    the time lines and the table; the answer above them counts all.

    Attributes
    ----------
    episodes
        All falls of the chosen cases: the columns of the repairs table, and ``therapist_id``, ``depth_share`` (of the
        scale's range), ``look``, ``word`` (how it ended) and ``is_open`` (down at the latest rating).
    rater
        Whose ratings are looked at: the client's, by which cases are read, or those of another of :attr:`raters`.
    least_depth
        Show falls of at least this share of the scale's range.
    outcome
        Show falls that ended so, one of :data:`supervision_kit.charts.theme.OUTCOME_WORDS`; empty for all.
    open_only
        Show falls that are down at the latest rating.
    page
        Which page of time lines is shown, from 0.
    """

    counts_falls = True
    rater = Unicode("client")
    least_depth = Float(0.0)
    outcome = Unicode("")
    open_only = Bool(default_value=False)
    page = Int(0)

    @observe("line", "therapist_id")
    def _forget_episodes(self, _change: object = None) -> None:
        self.__dict__.pop("episodes", None)
        self.page = 0

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """All falls of the chosen cases, as described above."""
        cases = self.cases.set_index("case_id")
        falls = self.headline_falls
        rows = falls.to_dict("records")
        is_latest = ~falls.duplicated("case_id", keep="last")
        span = [_range_of(row["instrument"], row["scale"]) for row in rows]
        is_down = falls["case_id"].map(cases["open_ruptures"]).gt(0)
        if self.rater != "client":
            placed = place_falls(falls, self.ratings, self.source.rebases)
            is_down = falls["case_id"].isin(placed.loc[placed["is_down"], "case_id"])
        return falls.assign(
            therapist_id=falls["case_id"].map(cases["therapist_id"]),
            depth_share=falls["depth"] / pd.Series(span, index=falls.index, dtype=float),
            look=pd.Series([outcome_look(row) for row in rows], index=falls.index, dtype="str"),
            word=pd.Series([how_it_ended(row) for row in rows], index=falls.index, dtype="str"),
            is_open=is_latest & is_down,
        )

    @property
    def raters(self) -> tuple[str, ...]:
        """Whose ratings there are to choose from: the client's, and those of others who rated the alliance."""
        others = (rater for rater in RATERS if rater != "client")
        return ("client", *(rater for rater in others if self._headline_of(rater)["score"].notna().any()))

    @property
    def headline(self) -> pd.DataFrame:
        """Of each case the rater's ratings on the instrument and scale rated most."""
        return self._headline_of(self.rater)

    @property
    def line_of_ratings(self) -> Line:
        """The line over the headline ratings of the rater."""
        if self.rater == "client":
            return self.line.triage
        return keep_latest(self._lines, ("headline", *self._line_key), lambda: self._line_of(self.headline))

    @property
    def _line_key(self) -> tuple[Any, ...]:
        return *super()._line_key, self.rater

    def _headline_of(self, rater: str) -> pd.DataFrame:
        if rater == "client":
            return self.source.headline
        key = ("headline", rater)
        if key not in self.remembered:
            self.remembered[key] = find_headline(self.scores, rater=rater)
        headline: pd.DataFrame = self.remembered[key]
        return headline

    @validate("rater")
    def _known_rater(self, proposal: Any) -> str:
        if proposal["value"] not in self.raters:
            raise UnknownNameError("rater", proposal["value"], self.raters)
        return str(proposal["value"])

    @observe("rater")
    def _judge_by_rater(self, _change: object = None) -> None:
        self._run_line()

    def _say_unrated(self) -> str:
        return say(_UNRATED[self.rater]) if self.rater in _UNRATED else super()._say_unrated()

    @property
    def agreement(self) -> pd.DataFrame:
        """How far each two methods agree on the ratings of the chosen cases."""
        return compare_methods(self.comparison, methods=self.methods.values())

    @property
    def agreed(self) -> str:
        """At how many of the falls most of the methods agree, in a sentence."""
        n_falls = len(self.episodes)
        if not n_falls:
            return ""
        counts = count_agreement(self.comparison, methods=self.methods.values())
        by_session = counts.groupby([*SERIES_KEY, "session"], as_index=False)[["n_judged", "n_marked"]].sum()
        begins = self.episodes.rename(columns={"onset": "session"})[[*SERIES_KEY, "session"]].merge(by_session)
        n = int((2 * begins["n_marked"] > begins["n_judged"]).sum())
        if n_falls == 1:
            if n:
                return say("More than half of the methods that can judge the first session of the fall mark it.")
            return say("No more than half of the methods that can judge the first session of the fall mark it.")
        if not n:
            return say(
                "At none of {falls} falls more than half of the methods that can judge its first session mark it.",
                falls=n_falls,
            )
        return say(
            "At {n} of {falls} falls more than half of the methods that can judge its first session mark it.",
            n=n,
            falls=n_falls,
        )

    @property
    def class_shares(self) -> pd.DataFrame:
        """The cases by what became of them; see :data:`supervision_kit.tables.CLASS_SHARES`."""
        return share_classes(self.cases)

    @property
    def chance_in_words(self) -> tuple[str, ...]:
        """What chance alone would give; nothing where the answer says already that nothing can be judged."""
        return () if self.why_unjudged else super().chance_in_words

    @property
    def times(self) -> pd.DataFrame:
        """How many sessions it takes until falls of the chosen cases are back; the first call imports for seconds."""
        return time_to_repair(self.episodes, self.ratings)

    @property
    def shown(self) -> pd.DataFrame:
        """The falls that the filters leave, in the order of the caseload, then of their onset."""
        episodes = self.episodes
        keep = episodes["depth_share"] >= self.least_depth - ROUNDING
        if self.outcome:
            keep &= episodes["look"] == self.outcome
        if self.open_only:
            keep &= episodes["is_open"]
        place = {case: n for n, case in enumerate(self.cases["case_id"])}
        return episodes[keep].sort_values(
            ["case_id", "onset"], key=lambda column: column.map(place) if column.name == "case_id" else column
        )

    @property
    def shown_cases(self) -> pd.DataFrame:
        """The cases with a fall that is shown, on this page of time lines, in the order of the caseload."""
        first = self.page * CASES_PER_PAGE
        return self._cases_with_falls.iloc[first : first + CASES_PER_PAGE]

    @property
    def n_pages(self) -> int:
        """How many pages of time lines there are, at least 1."""
        return max(1, -(-len(self._cases_with_falls) // CASES_PER_PAGE))

    @property
    def _cases_with_falls(self) -> pd.DataFrame:
        cases = self.cases[self.cases["case_id"].isin(self.shown["case_id"])]
        # what is open is counted by the client's ratings; whether another's are down says the table
        return cases if self.rater == "client" else cases.assign(open_ruptures=0)

    @validate("outcome")
    def _known_outcome(self, proposal: Any) -> str:
        if proposal["value"] and proposal["value"] not in OUTCOME_WORDS:
            raise UnknownNameError("outcome", proposal["value"], OUTCOME_WORDS)
        return str(proposal["value"])

    @validate("page")
    def _page_there_is(self, proposal: Any) -> int:
        return min(int(proposal["value"]), self.n_pages - 1) if proposal["value"] > 0 else 0

    @observe("least_depth", "outcome", "open_only")
    def _back_to_the_first_page(self, _change: object = None) -> None:
        self.page = 0

    @property
    def answer(self) -> str:
        """The page's answer: how many falls, and what became of them."""
        answer = self.why_unjudged or self._count_falls()
        return answer if self.rater == "client" else say(_BY_OTHERS[self.rater], answer=answer)

    def _count_falls(self) -> str:
        episodes, n_cases = self.episodes, len(self.cases)
        if self.rater != "client":
            n_cases = int(self.ratings.dropna(subset="score")["case_id"].nunique())
        if episodes.empty:
            return say_n(
                "{method} marks no fall in {n} case. That does not mean that there was no rupture.",
                "{method} marks no fall in {n} cases. That does not mean that there was no rupture.",
                n_cases,
                method=say(self.method.title),
            )
        by_end = episodes["look"].value_counts()
        ends = [say(words, n=say_number(by_end[look])) for look, words in _ENDS.items() if look in by_end]
        said = say_n(
            "{falls} in {some} of {n} case: {ends}.",
            "{falls} in {some} of {n} cases: {ends}.",
            n_cases,
            falls=say_n("{n} fall", "{n} falls", len(episodes)),
            some=say_number(episodes["case_id"].nunique()),
            ends=", ".join(ends),
        )
        n_down = int(episodes["is_open"].sum())
        if not n_down:
            return said
        down = say_n("{n} of them is down at the latest rating.", "{n} of them are down at the latest rating.", n_down)
        return f"{said} {down}"

    @property
    def showing(self) -> str:
        """Which of the falls the time lines and the table show."""
        n, n_all = len(self.shown), len(self.episodes)
        if not n_all:
            return ""
        if not n:
            return say("No fall is left by these filters. Choose all outcomes, any depth, or take the tick away.")
        falls, n_cases = _how_many(n, n_all), len(self._cases_with_falls)
        if self.n_pages == 1:
            return say_n(
                "{falls}, in {n} case; cases most in need of a word first.",
                "{falls}, in {n} cases; cases most in need of a word first.",
                n_cases,
                falls=falls,
            )
        return say_n(
            "{falls}, in {n} case, page {page} of {pages}; cases most in need of a word first.",
            "{falls}, in {n} cases, page {page} of {pages}; cases most in need of a word first.",
            n_cases,
            falls=falls,
            page=self.page + 1,
            pages=self.n_pages,
        )

    @property
    def as_code(self) -> str:
        """The Python lines that repeat what the page shows."""
        lines = [
            self.line_as_code,
            "ratings = sk.find_headline(scores)"
            if self.rater == "client"
            else f"ratings = sk.find_headline(scores, rater={self.rater!r})",
        ]
        if self.therapist_id:
            lines.append('ratings = ratings[ratings["case_id"].isin(caseload["case_id"])]')
        lines.append('falls = falls.merge(ratings[["case_id", "rater", "instrument", "scale"]].drop_duplicates())')
        lines += self._filters_as_code()
        if self.rater != "client":
            lines.append('caseload["open_ruptures"] = 0  # are counted by the client\'s ratings')
        return "\n".join([*lines, "sk.charts.episode_timeline(falls, caseload)"])

    def _filters_as_code(self) -> list[str]:
        lines = []
        if self.open_only:
            down = 'caseload[caseload["open_ruptures"] > 0]'
            if self.rater != "client":
                rebases = "rebases" if len(self.source.rebases) else "None"
                lines += [
                    "from supervision_kit.caseload.looking import place_falls",
                    f"placed = place_falls(falls, ratings, {rebases})",
                ]
                down = 'placed[placed["is_down"]]'
            lines += [
                f"down = {down}",
                'is_latest = ~falls.duplicated("case_id", keep="last")',
                'falls = falls[is_latest & falls["case_id"].isin(down["case_id"])]',
            ]
        if self.least_depth:
            times = self.least_depth / MIN_DROP_SHARE
            lines += [
                "from supervision_kit.episodes import smallest_falls",
                f'falls = falls[falls["depth"] >= {times:g} * smallest_falls(falls) - 1e-9]',
            ]
        if self.outcome:
            lines += [
                "from supervision_kit.charts.sentences import outcome_look",
                f'falls = falls[[outcome_look(fall) == {self.outcome!r} for fall in falls.to_dict("records")]]',
            ]
        return lines


def _how_many(n: int, n_all: int) -> str:
    if n < n_all:
        return say("{n} of {all} falls", n=say_number(n), all=say_number(n_all))
    return say_n("The one fall", "All {n} falls", n_all)


def _range_of(instrument: str, key: str) -> float:
    scale = find_scale(instrument, key)
    return scale.highest - scale.lowest if scale else UNKNOWN_SCALE_MIN_DROP / MIN_DROP_SHARE
