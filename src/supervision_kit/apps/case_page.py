"""One case: what happened between these two, and what do we make of it."""

from __future__ import annotations

import html

import ipywidgets as ipw

from supervision_kit import charts
from supervision_kit.apps.agenda_state import AgendaState
from supervision_kit.apps.agenda_view import AgendaView
from supervision_kit.apps.annotation_view import AnnotationView
from supervision_kit.apps.case_picker import CasePicker
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.chance_view import ChanceView
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.consent_view import ConsentView
from supervision_kit.apps.falls_table import falls_table
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.judging_state import JudgingState
from supervision_kit.apps.judging_view import JudgingView
from supervision_kit.apps.methods_view import MethodsView, meaning
from supervision_kit.apps.notes_view import NotesView
from supervision_kit.apps.page import Page, as_code, heading, note, quiet, where_to_keep
from supervision_kit.apps.prompts_view import prompts_in_words
from supervision_kit.apps.said_state import SaidState
from supervision_kit.apps.session_view import SessionView
from supervision_kit.apps.settings import SettingsView
from supervision_kit.apps.shared_words import tell_cut_of_case, words_in_html
from supervision_kit.apps.undo_button import UndoButton
from supervision_kit.words import say, say_number


class CasePage(Page):
    """The page of one case; `state` holds its choices and tables, `said` what is said of it, where that can be kept."""

    name = "case"

    def __init__(self, state: CaseState, *, warning: str = "", notes: str = "") -> None:
        super().__init__()
        self.state = state
        self.said = SaidState(state, state.workspace) if state.workspace else None
        self.summary, self.judged_by, self.prompts, self.episodes, self.code = (ipw.HTML() for _ in range(5))
        self.shared = ipw.HTML()
        self.summary.add_class("sk-summary")
        self.cases, self.chart = CasePicker(state, self), ChartView()
        self.picker = self.cases.case
        self.chance = ChanceView(state, self)
        self.comparing = MethodsView(state, self, self.chart)
        self.by_hand = ipw.Button(layout=ipw.Layout(display="none"))
        self.by_hand.add_class("sk-open")
        self.session = SessionView(state, self, self.chart, self.by_hand)
        state.observe(self.chance.let_go, "picture")
        self.follow(state, self._draw, "picture")
        state.observe(self.guard(self._tell), "revision")
        state.observe(self.guard(self._ask), "session")
        self.guard(self._draw)()
        self.guard(self._tell)()
        unkept = ipw.HTML(where_to_keep(is_shared=state.is_shared))
        talk, after = self._talk(self.said) if self.said else ((unkept,), ())
        self.lay_out(
            ipw.HTML(warning),
            self.cases,
            self.summary,
            self.chance,
            self.chart,
            self.judged_by,
            self.session,
            self.prompts,
            heading(2, say("What we say")),
            *talk,
            self.episodes,
            *after,
            *((self.shared,) if state.is_shared else ()),
            SettingsView(state, self),
            self.comparing,
            ipw.HTML(meaning()),
            self.code,
            ipw.HTML(notes),
        )
        self.chance.follow("revision")
        state.afterwards = self.soon

    def prepare(self) -> None:
        """Say now what chance alone would give."""
        self.chance.prepare()

    def _talk(self, said: SaidState) -> tuple[tuple[ipw.Widget, ...], tuple[ipw.Widget, ...]]:
        """Return what is said of the case where it can be kept: what stands before the table of falls, and after it."""
        self.judging_state = JudgingState(said)
        self.judging = JudgingView(self.judging_state, self)
        self.annotations, self.notes = AnnotationView(said, self), NotesView(said, self)
        self.consent = ConsentView(said, self)
        self.consenting = Fold(say("Consent for teaching"), self.consent, page=self, fill=self.consent.show)
        self.undo = UndoButton(page=self, undo=said.undo)
        self.by_hand.on_click(self.guard(self._add_by_hand))
        show = self.guard(lambda _change: self._show_said(said))
        self.state.observe(show, ["revision", "session"])
        show(None)
        agenda = AgendaState(self.state)
        self.agenda = AgendaView(agenda, self)
        agenda.observe(show, "revision")
        return (self.judging,), (self.annotations, self.notes, self.agenda, self.consenting, self.undo)

    def _draw(self) -> None:
        """Draw what happened, before all else: the eye is on it."""
        state, is_kept = self.state, self.said is not None
        self.chart.show(
            charts.trajectory(
                state.marks,
                state.series_falls,
                case_id=state.case_id,
                scores=state.case_line.scores,
                **state.series._asdict() if state.series.scale else {},
                annotations=state.annotations if is_kept else None,
                judgements=state.judgements if is_kept else None,
                provenance=say(state.method.title),
            )
        )

    def _tell(self, _change: object = None) -> None:
        state = self.state
        self.judged_by.value = quiet(state.method.in_words)  # here it can wrap, in the chart it cannot
        *sentences, basis = state.summary
        said = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in [*sentences, state.agreed] if sentence)
        cut = quiet(tell_cut_of_case(state.source, state.case_id))
        self.summary.value = f"{said}{quiet(basis)}{cut}{note(state.advice)}"
        self._ask()
        if (bundle := self.state.source.bundle) is not None:
            self.shared.value = words_in_html(state.case_id, notes=bundle.notes, codes=bundle.codes)
        self.episodes.value = falls_table(state.judged, nothing=state.no_falls)
        self.code.value = as_code(state.as_code)
        self.comparing.refresh()

    def _ask(self, _change: object = None) -> None:
        self.prompts.value = prompts_in_words(self.state.prompts)

    def _show_said(self, said: SaidState) -> None:
        """Show what follows from what is said: what can be taken back, and whether a rupture can be added here."""
        self.undo.show(said.undoable)
        self.consenting.refresh()
        session = self.state.session
        is_free = session is not None and self.judging_state.fall_at(session) is None
        self.by_hand.layout.display = "" if is_free else "none"
        if is_free:
            self.by_hand.description = say("Add a rupture at session {session}", session=say_number(session or 0))

    def _add_by_hand(self, _button: object) -> None:
        if self.state.session is not None:
            self.judging_state.add_by_hand(self.state.session)
