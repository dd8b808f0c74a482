"""The state behind the page of one case; runs without a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import pandas as pd
from traitlets import Int, Unicode, observe, validate

from supervision_kit.agreement import count_agreement
from supervision_kit.apps.answers import list_answers, list_scale_changes, why_no_answers
from supervision_kit.apps.case_series import NOTHING_RATED, CaseSeries, list_series, nearest_series
from supervision_kit.apps.line import Line
from supervision_kit.apps.line_state import LOOKS, N_SERIES, LineState
from supervision_kit.apps.remembering import remembered
from supervision_kit.apps.source import Source
from supervision_kit.calibration import chance_benchmark
from supervision_kit.calibration.describing import describe_falls
from supervision_kit.errors import UnknownNameError
from supervision_kit.evidence import CORRELATIONAL
from supervision_kit.judging import judge_beside
from supervision_kit.prompts import Prompt, choose_prompts
from supervision_kit.summary import describe_case, describe_series
from supervision_kit.tables import SERIES_KEY
from supervision_kit.words import say, say_list, say_number
from supervision_kit.workspace import Workspace


class CaseState(LineState):
    """One case of the caseload, by one of its series.

    Attributes
    ----------
    case_id
        Which case.
    rater, instrument, scale
        The series that everything on the page is about: who rated, the form, and the key of its scale. A case opens
        with its headline series; once another was chosen, the next case opens with the nearest to that.
    session
        The session that was clicked, or None.
    picture
        Counts up when the picture is to be drawn anew; `revision` follows, at once or by `afterwards`.
    afterwards
        Does what can wait until the picture is on its way; at once, unless a page does it otherwise.
    """

    view = "case"
    case_id = Unicode()
    rater, instrument, scale = Unicode(), Unicode(), Unicode()
    session = Int(None, allow_none=True)
    picture = Int(0)
    _is_settling = False
    _known: tuple[CaseSeries, ...] = ()
    _headline = NOTHING_RATED

    def __init__(self, source: pd.DataFrame | Workspace | Source, *, case_id: str | None = None, **more: Any) -> None:
        self.afterwards: Callable[[Callable[[], None]], None] = _at_once
        super().__init__(source, **more)
        self.case_id = self.case_ids[0] if case_id is None else case_id

    # What there is to choose from

    @cached_property
    def case_ids(self) -> list[str]:
        """The cases there are, those most in need of a word first, by the settings that the page was opened with."""
        return self.line.caseload["case_id"].to_list()

    @property
    def raters(self) -> tuple[str, ...]:
        """Who rated this case."""
        return tuple(dict.fromkeys(one.rater for one in self._known))

    @property
    def instruments(self) -> tuple[str, ...]:
        """The forms that the chosen rater filled in, the one with most forms first."""
        return tuple(dict.fromkeys(one.instrument for one in self._known if one.rater == self.rater))

    @property
    def scales(self) -> tuple[str, ...]:
        """The scales of the chosen form, the total first."""
        return tuple(one.scale for one in self._known if one[:2] == (self.rater, self.instrument))

    @property
    def sessions(self) -> tuple[int, ...]:
        """The sessions with a form of the chosen series, in order."""
        return tuple(sorted(int(session) for session in self.ratings["session"]))

    @property
    def series(self) -> CaseSeries:
        """The series that is shown."""
        return CaseSeries(self.rater, self.instrument, self.scale)

    @property
    def is_headline(self) -> bool:
        """Whether the series shown is the one that the case is read by."""
        return self.series == self._headline

    @validate("case_id")
    def _known_case(self, proposal: Any) -> str:
        if proposal["value"] not in self.source.cases:
            raise UnknownNameError("case", proposal["value"], self.source.cases, from_data=True)
        return str(proposal["value"])

    @validate("rater", "instrument", "scale")
    def _known_series(self, proposal: Any) -> str:
        name = proposal["trait"].name
        known = getattr(self, f"{name}s")
        if not self._is_settling and proposal["value"] not in known:
            raise UnknownNameError(f"{name} in this case", proposal["value"], known)
        return str(proposal["value"])

    @validate("session")
    def _known_session(self, proposal: Any) -> int | None:
        if proposal["value"] is not None and proposal["value"] not in self.sessions:
            raise UnknownNameError("session in this series", proposal["value"], map(str, self.sessions))
        return None if proposal["value"] is None else int(proposal["value"])

    @observe("case_id", "rater", "instrument", "scale")
    def _settle(self, change: Any) -> None:
        """Show a series that the case has: the one asked for, or the nearest to what was shown."""
        if self._is_settling:
            return
        wish = None if change["name"] == "case_id" and self.is_headline else self.series
        if change["name"] == "case_id":
            self.session = None
            self._read_case()
        self._choose(wish or self._headline)
        self._show()

    def look_at(self, place: Mapping[str, Any]) -> None:
        """Show the series and the session where something is to be seen, as far as the case has them.

        `place` holds any of ``session, rater, instrument, scale``.
        """
        if "rater" in place:
            wish = CaseSeries(
                place["rater"], *(place.get(name, getattr(self, name)) for name in ("instrument", "scale"))
            )
            self._choose(wish)
            self._show()
        if place.get("session") in self.sessions:
            self.session = place["session"]

    def refresh(self, *, ratings: bool = False) -> None:
        """Read anew what was said of the ratings, and show all that follows at once; see :class:`LineState`."""
        later, self.afterwards = self.afterwards, _at_once
        try:
            super().refresh(ratings=ratings)
        finally:
            self.afterwards = later

    def _show(self) -> None:
        self.picture += 1
        self.afterwards(super()._show)

    def _read_case(self) -> None:
        self._known = self._series_of_case
        self._headline = self._headlines.get(self.case_id) or nearest_series(self._known, NOTHING_RATED)

    @remembered("case_id")
    def _series_of_case(self) -> tuple[CaseSeries, ...]:
        return list_series(self.source.cases[self.case_id])

    @remembered()
    def _headlines(self) -> dict[str, CaseSeries]:
        """The series that each case is read by."""
        first = self.headline.drop_duplicates("case_id")[["case_id", *CaseSeries._fields]]
        return {case: CaseSeries(*series) for case, *series in first.itertuples(index=False, name=None)}

    def _choose(self, wish: CaseSeries) -> None:
        self._is_settling = True
        try:
            self.rater, self.instrument, self.scale = (
                self._headline if wish == self._headline else nearest_series(self._known, wish)
            )
        finally:
            self._is_settling = False
        if self.session not in self.sessions:
            self.session = None

    def _take_in_ratings(self) -> None:
        super()._take_in_ratings()
        self.__dict__.pop("case_ids", None)
        if self.case_id not in self.source.cases:
            self.case_id = self.case_ids[0]
        self._read_case()
        self._choose(self.series)

    # What is shown

    @remembered("case_id", "method", "rule")
    def case_line(self) -> Line:
        """The line over all series of this case."""
        return self._line_of(self.source.cases[self.case_id])

    @remembered("case_id", "series", "method", "rule")
    def series_line(self) -> Line:
        """The line over the series that is shown."""
        return self._line_of(self.ratings)

    @remembered("case_id", "series")
    def ratings(self) -> pd.DataFrame:
        """The ratings of the series that is shown."""
        return self.series.of(self.source.cases[self.case_id])

    @property
    def marks(self) -> pd.DataFrame:
        """What the method says of the series that is shown."""
        return self.series_line.marks

    @property
    def series_falls(self) -> pd.DataFrame:
        """The falls of the series that is shown, followed up."""
        return self.series_line.falls

    @property
    def repairs(self) -> pd.DataFrame:
        """The falls of this case, followed up, of every rater and scale; marks without a fall are left out."""
        return self.case_line.falls

    @property
    def annotations(self) -> pd.DataFrame:
        """What happened around sessions of this case."""
        return self._of_case(self.source.annotations)

    @property
    def judgements(self) -> pd.DataFrame:
        """What supervisors say of episodes of this case."""
        return self._of_case(self.source.judgements)

    def _of_case(self, table: pd.DataFrame) -> pd.DataFrame:
        return table[table["case_id"] == self.case_id].reset_index(drop=True)

    @property
    def responses(self) -> pd.DataFrame:
        """The answers of this case."""
        return self.source.responses(self.case_id)

    @property
    def answers(self) -> pd.DataFrame:
        """The answers at the clicked session, see :func:`supervision_kit.apps.answers.list_answers`."""
        return list_answers(self.responses, self.series, session=self.session)

    @property
    def scale_changes(self) -> pd.DataFrame:
        """What each scale came to at the clicked session and before, see :func:`answers.list_scale_changes`."""
        return list_scale_changes(self.case_line.scores, self.series, session=self.session)

    @property
    def why_no_answers(self) -> str:
        """Why the clicked session has no answers to show; empty where it has."""
        return why_no_answers(self.responses, self.ratings, self.series, session=self.session)

    @remembered("case_id", "series", "method", "rule")
    def summary(self) -> tuple[str, ...]:
        """What happened in the series that is shown, in plain sentences; why the case may need a word goes first."""
        line, series = self.case_line, self.series_line
        told = {"method": self.method, "rebases": self.source.rebases}
        said: tuple[str, ...] = ()
        if self.is_headline:
            said = describe_case(line.scores, line.marks, line.caseload, case_id=self.case_id, **told)
        if self.is_headline and self.rater == "client":
            return said
        own = describe_series(series.scores, series.marks, series.repairs, **told)
        return tuple(dict.fromkeys([*said, *own]))  # a therapist's fall is a reason where the client never rated

    @remembered("case_id", "method", "rule", "n_reads")
    def judged(self) -> pd.DataFrame:
        """The falls of this case with the supervisor's judgement beside each, and ruptures added by hand."""
        line = self.case_line
        return judge_beside(self.repairs, self.judgements, scores=line.scores, rule=self.rule, rebases=line.rebases)

    @remembered("case_id", "series", "method", "rule", "session", "n_reads")
    def prompts(self) -> tuple[Prompt, ...]:
        """What to ask next, about the clicked session's fall or the latest; see :func:`choose_prompts`."""
        line = self.case_line
        planned = None if self.workspace is None else self.workspace.preference("planned_sessions")
        told = self.series.of(self.judged) if self.rater == "client" else self._headline.of(self.judged)
        return choose_prompts(
            line.scores,
            told,
            session=self.session,
            annotations=self.annotations,
            marks=line.marks,
            planned_sessions=planned or None,
            rebases=line.rebases,
        )

    @property
    def prompts_caution(self) -> str:
        """What to bear in mind of all questions that rest on studies; empty where none does."""
        return say(CORRELATIONAL) if any(prompt.doi for prompt in self.prompts) else ""

    @property
    def chance_in_words(self) -> tuple[str, ...]:
        """How many falls like these of the whole caseload are chance; takes a moment the first time."""
        if self.why_unjudged:
            return ()
        is_headline = self.is_headline and self.case_id in self._headlines
        peers = self.headline if is_headline else self.series.of(self.scores)
        chance = chance_benchmark(peers, learn_from=self.scores, method=self.method, rule=self.rule, n_series=N_SERIES)
        keys = peers[list(SERIES_KEY)].drop_duplicates()
        falls = self.falls if is_headline else self._line_of(peers).falls
        n, by_chance = len(falls.merge(keys)), chance.row("falls")
        said = describe_falls(n, chance, method=say(self.method.title))
        if not n:
            return (said,)
        if n <= by_chance["caseload_high"]:
            return (f"{said} {say('Any one of them may be chance.')}" if n > 1 else said,)
        return (f"{said} {_how_many_are_chance(by_chance['value'], n)}" if n > 1 else said,)

    @remembered("case_id", "series", "method")
    def comparison(self) -> pd.DataFrame:
        """The series that is shown, judged by each of the methods."""
        return self.source.lessons.judge(self.ratings, self.methods.values())

    @remembered("case_id", "series", "method")
    def flags(self) -> dict[int, list[tuple[str, str]]]:
        """Each session that any method marks → those methods' titles, with their rules in words and numbers."""
        marks, found = self.comparison, dict[int, list[tuple[str, str]]]()
        for mark in (
            marks[marks["is_rupture"].fillna(value=False)].sort_values("session", kind="stable").to_dict("records")
        ):
            method = self.methods[mark["method"]]
            why = method.explain(**{name: mark[name] for name in ("score", "expected", "limit", "evidence")})
            found.setdefault(int(mark["session"]), []).append((say(method.title), why))
        return found

    @remembered("case_id", "series", "method")
    def counts(self) -> dict[int, str]:
        """Each session that any method marks → how many of the methods that can judge it do, in words."""
        counts = count_agreement(self.comparison, methods=self.methods.values())
        said: dict[int, list[str]] = {}
        for count in counts[counts["n_judged"] > 0].to_dict("records"):
            words = say(LOOKS[count["looks"]], marked=count["n_marked"], judged=count["n_judged"])
            said.setdefault(int(count["session"]), []).append(words)
        return {session: say("marked by {methods}", methods=say_list(said[session])) for session in self.flags}

    @property
    def agreed(self) -> str:
        """How many methods mark the first session of the latest fall; empty where nothing fell."""
        onsets, counts = self.series_falls["onset"], self.counts
        if onsets.empty or int(onsets.max()) not in counts:
            return ""
        return say("Session {session} is {marked_by}.", session=onsets.max(), marked_by=counts[int(onsets.max())])

    @property
    def no_falls(self) -> str:
        """What to say where this case has no fall to list."""
        return (
            say("This method marks no fall in this case.")
            if self.case_line.marks["is_rupture"].notna().any()
            else say("Nothing could be judged, so no falls can be listed.")
        )

    @property
    def as_code(self) -> str:
        """The Python lines that repeat what the page shows."""
        chosen = "" if self.is_headline else "".join(f", {name}={getattr(self, name)!r}" for name in CaseSeries._fields)
        is_said = self.opened_as and not self.is_shared
        said = ", annotations=workspace.annotations(), judgements=workspace.judgements()" if is_said else ""
        drawn = f"sk.charts.trajectory(marks, falls, case_id={self.case_id!r}, scores=scores{chosen}{said})"
        return f"{self.line_as_code}\n{drawn}"


def _at_once(work: Callable[[], None]) -> None:
    work()


def _how_many_are_chance(by_chance: float, n: int) -> str:
    if by_chance < 1:
        return say("So hardly any of the {n} may be chance.", n=n)
    return say("So about {about} of the {n} may be chance.", about=say_number(by_chance, digits=0), n=n)
