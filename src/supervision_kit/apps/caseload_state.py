"""The state behind the page of the caseload: who needs a word, why, and what is set aside; runs without a browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

import pandas as pd
from traitlets import Bool, Dict, Instance, Int, Unicode, observe, validate

from supervision_kit.agreement import compare_raters
from supervision_kit.apps.caseload_answer import GROUPS, group_cases, tell_cases, tell_news
from supervision_kit.apps.line import Line
from supervision_kit.apps.remembering import keep_latest
from supervision_kit.apps.source import Source
from supervision_kit.apps.therapist_state import TherapistState
from supervision_kit.caseload import add_ends, add_news, list_reasons, rank_cases
from supervision_kit.caseload.ranking import weigh_reasons
from supervision_kit.errors import SettingError, UnknownNameError
from supervision_kit.reasons import CAME_BACK, REASONS, known_weights, weigh
from supervision_kit.tables import SERIES_KEY
from supervision_kit.words import say
from supervision_kit.workspace import Workspace

CASES_PER_PAGE = 25
MOST_PLANNED = 1000  # sessions


@dataclass(frozen=True)
class CaseEntry:
    """One case as the list shows it.

    `reasons` are rows of the reasons table with their weight, weightiest first; `n_by_therapist` counts the sessions
    that the therapist rated where the client never did.
    """

    place: int
    case_id: str
    therapist_id: str
    n_sessions: int
    n_by_therapist: int
    last_session: int
    n_new: int
    new_sessions: tuple[int, ...]
    reasons: tuple[dict[Any, Any], ...]
    flag: str
    flag_reason: str


class CaseloadState(TherapistState):
    """Whom to talk about, and why.

    Attributes
    ----------
    since
        The moment after which forms count as new: picked, or the beginning of the last supervision; None for no such.
    weights
        Weights by the keys of :data:`supervision_kit.reasons.REASONS` that differ from the kit's own.
    planned_sessions
        How many sessions are usually planned; 0 where that is not said.
    group
        Which cases are listed, one of :data:`GROUPS`.
    reason, query, only_new
        Of these: cases with this reason; whose codes hold this text; with new forms.
    page
        Which page of them is shown, from 0.
    listing
        Counts up whenever nothing but another part of the list is to be shown.
    """

    view = "caseload"
    since = Instance(datetime, allow_none=True)
    weights = Dict()
    planned_sessions = Int(0)
    group = Unicode(GROUPS[0])
    reason, query = Unicode(""), Unicode("")
    only_new = Bool(default_value=False)
    page = Int(0)
    listing = Int(0)
    _is_picked = False
    _said: tuple[Any, ...] = ()  # what the reasons rest on beside the ratings

    def __init__(self, source: pd.DataFrame | Workspace | Source, **more: Any) -> None:
        self._listed_reasons: dict[Line, pd.DataFrame] = {}
        super().__init__(source, **more)
        self._read_own()

    # What is kept

    def refresh(self, *, ratings: bool = False) -> None:
        """Read anew what was said, set aside, decided and preferred; see :meth:`LineState.refresh`."""
        if ratings:
            self._forget("congruence", "_arrivals", "new_forms", "_new_sessions")
        self._read_own()
        super().refresh(ratings=ratings)

    def _read_own(self) -> None:
        """Read this user's preferences, and when the last supervision was."""
        kept = self.workspace
        if kept is None:
            return
        self.weights = known_weights(kept.preference("weights", {}))
        planned = kept.preference("planned_sessions", 0)
        self.planned_sessions = planned if isinstance(planned, int) and 0 <= planned <= MOST_PLANNED else 0
        if not self._is_picked:
            self.since = _last_supervision(kept)

    def pick_since(self, day: date | None) -> None:
        """Count forms as new from a day on; None goes back to the last supervision."""
        self._is_picked = day is not None
        if day is not None:
            self.since = datetime.combine(day, time.min).astimezone()
        else:
            self.since = None if self.workspace is None else _last_supervision(self.workspace)

    def set_weight(self, reason: str, weight: float) -> None:
        """Weigh a reason differently, from now on and the next time as well where there is a workspace."""
        weigh({reason: weight})
        others = {key: value for key, value in self.weights.items() if key != reason}
        self.keep_weights(others if weight == REASONS[reason].weight else others | {reason: float(weight)})

    def keep_weights(self, weights: dict[str, float]) -> None:
        """Use these weights, and remember them; none for the kit's own."""
        self.weights = weights
        if self.workspace is not None:
            self.workspace.set_preference("weights", weights)

    def plan_sessions(self, n: int) -> None:
        """Say how many sessions are usually planned; 0 for none."""
        if not 0 <= n <= MOST_PLANNED:
            raise SettingError(say("The planned sessions must be from 0 to {most}.", most=MOST_PLANNED))
        self.planned_sessions = n
        if self.workspace is not None:
            self.workspace.set_preference("planned_sessions", n)

    def set_aside(self, case_id: str, flag: str, *, reason: str = "") -> None:
        """Set a case aside: ``seen`` until a new form of it comes in, ``not today`` until the next supervision."""
        if self.workspace is not None:
            self.workspace.flag_case(case_id, flag, reason=reason)
            self._show_aside()

    def take_up(self, case_id: str) -> None:
        """Take a case that was set aside up again."""
        if self.workspace is not None:
            self.workspace.unflag_case(case_id)
            self._show_aside()

    def undo(self) -> str | None:
        """Take the last change back and return what it was."""
        done = None if self.workspace is None else self.workspace.undo()
        self.refresh()
        return done

    def catch_up(self) -> None:
        """Take in what was decided, and whether a supervision was closed, elsewhere on the page."""
        if self.workspace is None:
            return
        before, after = self.decisions, self._read_decisions(self.workspace)
        self._forget("aside")
        self._read_own()  # shows all anew where another supervision was the last
        if before is None or not before.equals(after):
            self._show()
        else:
            self._show_list()

    @property
    def undoable(self) -> str | None:
        """What :meth:`undo` would take back."""
        return None if self.workspace is None else self.workspace.can_undo()

    # Tables

    def _show(self) -> None:
        """Make anew what follows from what has changed: another line, or what was said; then tell it."""
        self._forget("decisions", "aside")
        before, self._said = self._said, (self.line, self.judgements, self.annotations, self.decisions)
        is_same_line = bool(before) and before[0] is self.line
        is_said_as_before = bool(before) and all(map(_is_same, before[1:], self._said[1:]))
        if not is_same_line:
            self._forget("marked")
        if not is_said_as_before:
            self._listed_reasons.clear()
        if not (is_same_line and is_said_as_before):
            self._forget("reasons", "told", "ranked")
        super()._show()

    def _show_aside(self) -> None:
        self._forget("aside")
        self._show_list()

    def _show_list(self) -> None:
        """Tell those who show the list alone that another part of it is to be shown."""
        self.listing += 1

    def _forget(self, *names: str) -> None:
        for name in (*names, "listed"):
            self.__dict__.pop(name, None)

    @observe("planned_sessions")
    def _list_anew(self, _change: object) -> None:
        self._forget("reasons", "told", "ranked")
        super()._show()

    @observe("since")
    def _tell_news(self, _change: object) -> None:
        self._forget("new_forms", "_new_sessions", "reasons", "told", "ranked")
        super()._show()

    @observe("weights")
    def _rank_anew(self, _change: object) -> None:
        self._forget("told", "ranked")
        super()._show()

    @observe("therapist_id")
    def _choose_therapist(self, _change: object) -> None:
        self._forget()
        self.page = 0
        super()._show()

    @observe("group", "reason", "query", "only_new")
    def _choose_cases(self, _change: object) -> None:
        self._forget()
        if self.page:
            self.page = 0
        else:
            self._show_list()

    @observe("page")
    def _turn_page(self, _change: object) -> None:
        self._show_list()

    @cached_property
    def new_forms(self) -> pd.DataFrame | None:
        """The forms that came in since; where nothing is kept, those of sessions after that day."""
        arrivals = self._arrivals
        if self.since is None:
            return None
        if arrivals is not None:
            return arrivals[arrivals["at"] > pd.Timestamp(self.since)]
        dated = self.scores[self.scores["date"] >= pd.Timestamp(self.since.date())]
        return dated[["case_id", "rater", "instrument", "session"]].drop_duplicates()

    @cached_property
    def _arrivals(self) -> pd.DataFrame | None:
        """When each form came in, read once, so that another day is answered soon; None where nothing is kept."""
        if self.workspace is None:
            return None
        with self.workspace.viewing(self.source.view):
            return self.workspace.new_since(None)

    @cached_property
    def congruence(self) -> pd.DataFrame:
        """How client and therapist rate beside each other, on the scales that cases are read by."""
        scales = self.headline["scale"].unique()
        return compare_raters(self.scores[self.scores["scale"].isin(scales)])

    @cached_property
    def decisions(self) -> pd.DataFrame | None:
        """The decisions on these cases."""
        return None if self.workspace is None else self._read_decisions(self.workspace)

    def _read_decisions(self, kept: Workspace) -> pd.DataFrame:
        with kept.viewing(self.source.view):
            return kept.decisions()

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Why each case may need a word; see :data:`supervision_kit.tables.CASE_REASONS`."""
        reasons = self._lasting
        if self.planned_sessions:
            reasons = add_ends(reasons, self.all_cases.set_index("case_id")["last_session"], self.planned_sessions)
        return reasons if self.new_forms is None else add_news(reasons, self.new_forms)

    @property
    def _lasting(self) -> pd.DataFrame:
        """The reasons, whatever is new and however many sessions are planned."""
        return keep_latest(self._listed_reasons, self.line, self._list_reasons)

    def _list_reasons(self) -> pd.DataFrame:
        return list_reasons(
            self.scores,
            self.line.triage.repairs,
            marks=self.line.triage.marks,
            congruence=self.congruence,
            judgements=self.judgements,
            decisions=self.decisions,
            annotations=self.annotations,
            rebases=self.source.rebases,
        )

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """All cases in the order in which they need a word; see :data:`supervision_kit.tables.CASELOAD`."""
        return rank_cases(self.all_cases, self.reasons, weights=self.weights)

    @property
    def all_cases(self) -> pd.DataFrame:
        """The caseload table of all therapists, before any reasons are weighed."""
        return self.line.cases

    @property
    def cases(self) -> pd.DataFrame:
        """The chosen therapist's cases, those most in need of a word first."""
        return self._of_therapist(self.ranked)

    @cached_property
    def told(self) -> dict[str, tuple[dict[Any, Any], ...]]:
        """The reasons of each case with their weights, the weightiest first."""
        weighed = weigh_reasons(self.reasons, weigh(self.weights))
        by_case: dict[str, list[dict[Any, Any]]] = {}
        for reason in weighed.to_dict("records"):
            by_case.setdefault(reason["case_id"], []).append(reason)
        return {case: tuple(reasons) for case, reasons in by_case.items()}

    @cached_property
    def aside(self) -> dict[str, dict[Any, Any]]:
        """The cases that are set aside, with the flag and its reason."""
        if self.workspace is None:
            return {}
        with self.workspace.viewing(self.source.view):
            return {flag["case_id"]: flag for flag in self.workspace.standing_flags().to_dict("records")}

    @cached_property
    def marked(self) -> tuple[pd.DataFrame, dict[Any, Any]]:
        """What the method says of the ratings that each case is read by, and which rows are those of each case.

        Where the client never rated, they are the therapist's.
        """
        read_by = pd.concat([self.headline, self.source.therapist_headline])[[*SERIES_KEY, "session"]]
        marks = self.line_of_ratings.marks.merge(read_by)
        return marks, marks.groupby("case_id", sort=False).indices

    def marks_of(self, case_id: str) -> pd.DataFrame | None:
        """Return what the method says of those ratings; None where there are none."""
        marks, rows = self.marked
        return marks.iloc[rows[case_id]] if case_id in rows else None

    # What is listed

    @cached_property
    def listed(self) -> dict[str, pd.DataFrame]:
        """The chosen cases by what is said of them, each group in order; a case stands in one of them."""
        return group_cases(self._chosen(), self.aside, came_back=self._came_back())

    @property
    def n_open_decisions(self) -> int:
        """How many decisions on the chosen cases are open."""
        if self.decisions is None:
            return 0
        is_own = self.decisions["case_id"].isin(self.cases["case_id"])
        return int((is_own & self.decisions["state"].eq("open")).sum())

    def _came_back(self) -> set[str]:
        return {case for case, reasons in self.told.items() if any(one["reason"] in CAME_BACK for one in reasons)}

    def _chosen(self) -> pd.DataFrame:
        cases = self.cases
        if self.reason:
            having = {case for case, reasons in self.told.items() if any(r["reason"] == self.reason for r in reasons)}
            cases = cases[cases["case_id"].isin(having)]
        if self.only_new:
            cases = cases[cases["case_id"].isin(self._new_sessions)]
        if self.query.strip():
            cases = cases[cases["case_id"].str.contains(self.query.strip(), case=False, regex=False)]
        return cases

    @cached_property
    def _new_sessions(self) -> dict[str, tuple[int, ...]]:
        """The session of each new form, by case."""
        if self.new_forms is None:
            return {}
        sessions: dict[str, list[int]] = {}
        for case, session in zip(self.new_forms["case_id"].to_list(), self.new_forms["session"].to_list(), strict=True):
            sessions.setdefault(case, []).append(session)
        return {case: tuple(of_case) for case, of_case in sessions.items()}

    @property
    def n_pages(self) -> int:
        """How many pages the listed group has, one at least."""
        return max(1, -(-len(self.listed[self.group]) // CASES_PER_PAGE))

    @property
    def entries(self) -> tuple[CaseEntry, ...]:
        """The cases on the page that is shown."""
        return self.entries_of(self.group, first=self.page * CASES_PER_PAGE, n=CASES_PER_PAGE)

    def entries_of(self, group: str, *, first: int = 0, n: int | None = None) -> tuple[CaseEntry, ...]:
        """Return the cases of a group: all, or `n` of them from the `first`, counted from 0."""
        shown = self.listed[group].iloc[first : None if n is None else first + n].to_dict("records")
        return tuple(self._entry(case, first + place) for place, case in enumerate(shown, 1))

    def _entry(self, case: dict[Any, Any], place: int) -> CaseEntry:
        code, flag = case["case_id"], self.aside.get(case["case_id"], {})
        return CaseEntry(
            place=place,
            case_id=code,
            therapist_id="" if pd.isna(case["therapist_id"]) else case["therapist_id"],
            n_sessions=int(case["n_sessions"]),
            n_by_therapist=self.source.n_by_therapist.get(code, 0),
            last_session=0 if pd.isna(case["last_session"]) else int(case["last_session"]),
            n_new=len(self._new_sessions.get(code, ())),
            new_sessions=self._new_sessions.get(code, ()),
            reasons=self.told.get(code, ()),
            flag=flag.get("flag", ""),
            flag_reason=flag.get("reason", ""),
        )

    @validate("group")
    def _known_group(self, proposal: Any) -> str:
        if proposal["value"] not in GROUPS:
            raise UnknownNameError("group of cases", proposal["value"], GROUPS)
        return str(proposal["value"])

    @validate("reason")
    def _known_reason(self, proposal: Any) -> str:
        if proposal["value"] and proposal["value"] not in REASONS:
            raise UnknownNameError("reason", proposal["value"], REASONS)
        return str(proposal["value"])

    @validate("page")
    def _known_page(self, proposal: Any) -> int:
        return max(0, min(int(proposal["value"]), self.n_pages - 1))

    # What is said

    @property
    def answer(self) -> str:
        """The page's answer in a few short sentences, about all of the chosen cases but those set aside."""
        groups = group_cases(self.cases, self.aside, came_back=self._came_back())
        n_new = (
            0
            if self.since is None
            else sum(len(self._new_sessions.get(case, ())) for name in GROUPS[:-1] for case in groups[name]["case_id"])
        )
        news = [] if self.since is None else [tell_news(self.since, n_new)]
        return " ".join([*news, *tell_cases(groups)])

    @property
    def line_as_code(self) -> str:
        """The Python lines that make the tables, with the reasons and the order as they are shown."""
        kept, given = self.workspace is not None, ["marks=marks", "congruence=sk.compare_raters(scores)"]
        if self.since is not None:
            dated = f'scores[scores["date"] >= {self.since.date().isoformat()!r}]'
            given.append(f"new_forms={f'workspace.new_since({self.since.isoformat()!r})' if kept else dated}")
        given += [f"{name}=workspace.{name}()" for name in ("judgements", "decisions", "annotations")] if kept else []
        given += [f"planned_sessions={self.planned_sessions}"] if self.planned_sessions else []
        given += ["rebases=rebases"] if len(self.source.rebases) else []
        weights = f", weights={self.weights}" if self.weights else ""
        lines = [
            f"reasons = sk.list_reasons(scores, repairs, {', '.join(given)})",
            f"caseload = sk.rank_cases(caseload, reasons{weights})",
        ]
        return "\n".join([super(TherapistState, self).line_as_code, *lines, *self._lines_of_therapist()])

    @property
    def as_code(self) -> str:
        """The Python lines that repeat what the page shows."""
        return f"{self.line_as_code}\nsk.charts.caseload_overview(caseload, scores, marks, falls)"


def _last_supervision(kept: Workspace) -> datetime | None:
    """Return when this user's last supervision began, as Python's own moment: pandas' knows no local time."""
    began = kept.last_supervision()
    return None if began is None else began.to_pydatetime()


def _is_same(one: pd.DataFrame | None, other: pd.DataFrame | None) -> bool:
    return one is other or (one is not None and other is not None and one.equals(other))
