"""The caseload: whom should we talk about today, and why."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw

from supervision_kit import charts
from supervision_kit.apps.agenda_state import AgendaState
from supervision_kit.apps.agenda_view import AGENDA, DECISIONS, AgendaView
from supervision_kit.apps.background import Background
from supervision_kit.apps.case_list import CaseList
from supervision_kit.apps.case_rows import list_in_html
from supervision_kit.apps.caseload_state import CaseloadState
from supervision_kit.apps.chance_view import say_working
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.leading_page import LeadingPage
from supervision_kit.apps.page import as_code, is_served, note, quiet, where_to_keep
from supervision_kit.apps.settings import SettingsView
from supervision_kit.apps.supervisee_view import SuperviseeView
from supervision_kit.apps.undo_button import UndoButton
from supervision_kit.apps.weights_view import WeightsView
from supervision_kit.reasons import REASONS
from supervision_kit.words import later, say, say_n, say_number

CHANCE = later("Ratings go up and down by themselves: some of what is marked, and some of what came back, is chance.")
MOST_DRAWN = 60  # cases whose overview is drawn without being asked for
CASES = "sk-cases"  # where on the page they stand
_PLACE = ("session", "rater", "instrument", "scale")


class CaseloadPage(LeadingPage):
    """The page of the caseload; `state` holds its choices and tables."""

    name = "caseload"

    def __init__(self, state: CaseloadState, *, warning: str = "", notes: str = "") -> None:
        super().__init__(state, warning=warning, notes=notes)
        self.state, self.title = state, say("the caseload")
        self._drawn: Any = None  # the table behind the overview, and whose cases it shows
        self._drawn_of, self._advice = "", ""
        self.summary, self.ways, self.code = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self.ways.add_class("sk-ways")
        self.keeping = ipw.HTML(where_to_keep(is_shared=state.is_shared) if state.workspace is None else "")
        self.undo = UndoButton(page=self, undo=self._undo)
        self.summary.add_class("sk-summary")
        self.controls = self._make_controls()
        actions: dict[str, Callable[..., None]] = {
            "open": self._open,
            "group": lambda group: setattr(state, "group", group),
            "page": lambda page: setattr(state, "page", int(page)),
            "set_aside": lambda case, flag, reason="": state.set_aside(case, flag, reason=reason.strip()),
            "take_up": lambda case: self.state.take_up(case_id=case),
            "agenda": self._collect,
        }
        self.cases = CaseList(page=self, actions=actions)
        self.agenda_state = AgendaState(state)
        self.agenda = AgendaView(self.agenda_state, self, about=lambda case: self.link(case, case))
        self.chart, self.chance_text = ChartView(), ipw.HTML()
        self.working_out = Background(
            lambda: state.chance_in_words, self._say_chance, tell=self._tell_share_of_chance, page=self
        )
        self.chance = Fold(say("How much of this may be chance"), self.chance_text, page=self, fill=self._tell_chance)
        self.overview = Fold(
            say("All cases, session by session"),
            self.chart,
            page=self,
            fill=self._draw,
            is_open=len(state.cases) <= MOST_DRAWN,
        )
        self.supervisee, self.weights = SuperviseeView(state, self), WeightsView(state, self)
        self.parts = (
            ipw.HTML(warning),
            self.summary,
            *((self.ways,) if state.workspace is not None else ()),
            self.controls,
            self.keeping,
            ipw.HTML(f'<span id="{CASES}"></span>'),
            self.cases,
            *((self.agenda,) if state.workspace is not None else ()),
            self.supervisee,
            self.overview,
            self.chance,
            self.weights,
            SettingsView(state, self),
            self.code,
            ipw.HTML(notes),
            self.undo,
        )
        self.lay_out(*self.parts)
        self.follow(state, self._redraw, "revision")
        self.follow(state, self._redraw_list, "listing")
        self.agenda_state.observe(self.guard(lambda _change: state.catch_up()), "revision")
        state.observe(self.guard(self._close_chance), ["therapist_id", "line"])
        self.guard(self._redraw)()
        self.catch_up()

    def _make_controls(self) -> ipw.Widget:
        state = self.state
        self.therapist = ipw.Dropdown(options=state.therapist_choices, description=say("Therapist"))
        self.reason = ipw.Dropdown(
            options=[(say("any"), ""), *[(say(reason.name), key) for key, reason in REASONS.items()]],
            description=say("Reason"),
        )
        self.query = ipw.Text(description=say("Code of the case"), continuous_update=False)
        self.since = ipw.DatePicker(
            description=say("New since (empty: any time)"), value=state.since and state.since.date()
        )
        self.only_new = ipw.Checkbox(description=say("only with new ratings"), indent=False)
        for control, name in (
            (self.therapist, "therapist_id"),
            (self.reason, "reason"),
            (self.query, "query"),
            (self.only_new, "only_new"),
        ):
            control.observe(self.guard_choice(lambda change, name=name: setattr(state, name, change["new"])), "value")
        self.since.observe(self.guard(self._pick_since), "value")
        chosen = [self.therapist, self.reason, self.query]  # nothing is new in a bundle, for it has no dates
        controls = ipw.Box(chosen if state.is_shared else [self.since, *chosen, self.only_new])
        controls.add_class("sk-controls")
        return controls

    def _pick_since(self, change: Any) -> None:
        day = self.state.since and self.state.since.astimezone().date()
        if change["new"] != day:
            self.state.pick_since(change["new"])

    def _collect(self, case: str, session: str = "") -> None:
        self.agenda_state.collect(case, session=int(session) if session else None)
        n = len(self.agenda_state.items)
        self.cases.heard = say_n(
            "{case} is on the agenda now, the only one there.", "{case} is on the agenda now, {n} in all.", n, case=case
        )

    def _undo(self) -> str | None:
        done = self.state.undo()
        self.agenda_state.refresh()
        return done

    def _open(self, case: str, **place: str) -> None:
        where: dict[str, Any] = {name: place[name] for name in _PLACE if name in place}
        if "session" in where:
            where["session"] = int(where["session"])
        self.open_case(case, where)

    def _close_chance(self, _change: object) -> None:
        """Fold away what was said of other falls; it takes seconds to work out, and waits to be asked for."""
        self.working_out.give_up()
        self.chance.button.is_open = False
        self.chance.refresh()

    def _tell_chance(self) -> None:
        """Work it out beside the page, which goes on answering."""
        self.chance_text.value = say_working()
        self.working_out.begin()

    def _tell_share_of_chance(self, share: float) -> None:
        self.chance_text.value = say_working(share)

    def _say_chance(self, sentences: tuple[str, ...]) -> None:
        said = sentences or (say("There is nothing here of which chance could be told."),)
        self.chance_text.value = "".join(f'<p role="status">{html.escape(sentence)}</p>' for sentence in said)

    def _redraw(self) -> None:
        state = self.state
        self._advice = note(state.advice)
        self._redraw_list()
        self.since.value = state.since and state.since.astimezone().date()
        if self._drawn is not state.ranked or self._drawn_of != state.therapist_id:
            self._drawn, self._drawn_of = state.ranked, state.therapist_id
            self.soon(self.overview.refresh)  # the list first: the eye is on it
        self.code.value = as_code(state.as_code)

    def _redraw_list(self) -> None:
        """Show the list and what is said above it."""
        state, items = self.state, self.agenda_state.items
        self.cases.content = list_in_html(state, link=self._link, on_agenda=set(items["case_id"]))
        chance = quiet(say(CHANCE))
        self.summary.value = f"<p>{html.escape(state.answer)}</p>{chance}{self._advice}"
        self.ways.value = self._ways()
        self.undo.show(state.undoable)

    def _ways(self) -> str:
        """Return as HTML the ways to what stands further down, with how much waits there."""
        n_items, n_open = len(self.agenda_state.items), self.state.n_open_decisions
        ways = (
            (CASES, say("Cases")),
            (AGENDA, say("Agenda ({n})", n=say_number(n_items))),
            (DECISIONS, say("Open decisions ({n})", n=say_number(n_open))),
        )
        links = "".join(f'<a href="#{place}">{html.escape(words)}</a>' for place, words in ways)
        return f'<nav aria-label="{html.escape(say("On this page"))}">{links}</nav>'

    def _draw(self) -> None:
        state = self.state
        self.chart.show(charts.caseload_overview(state.cases, state.scores, state.line.triage.marks, state.falls))

    def _link(self, case_id: str, text: str, place: Mapping[str, Any]) -> str:
        """Return `text` as HTML that opens a case: a link where pages are served, a button elsewhere."""
        if is_served():
            return self.link(case_id, text, place)
        where = "".join(f' data-{name}="{html.escape(str(value))}"' for name, value in place.items())
        given = f' data-do="open" data-case="{html.escape(case_id)}"{where}'
        return f'<button type="button" class="sk-link"{given}>{html.escape(text)}</button>'
