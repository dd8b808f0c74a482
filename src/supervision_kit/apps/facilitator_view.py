"""The controls that lead a consultation: case, question, sessions, what to ask and to show."""

from __future__ import annotations

from functools import partial

import ipywidgets as ipw

from supervision_kit.apps.asking_view import AskingView
from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.leading_controls import LeadingControls, button, in_a_row, offer
from supervision_kit.apps.page import Page, heading, quiet
from supervision_kit.apps.seat import is_alone
from supervision_kit.apps.timer_view import TimerView
from supervision_kit.words import later, say, say_number

NONE = ""  # of the choices: nothing chosen
_SHOW = {
    "methods": (later("Show what the methods say"), later("Hide what the methods say")),
    "outcome": (later("Show what happened"), later("Hide what happened")),
}


class FacilitatorView(LeadingControls):
    """The steps in the order in which a group takes them; each shows on all pages at once."""

    def __init__(self, state: FacilitatorState, page: Page) -> None:
        self._cases = [(case_id, case_id) for case_id in state.case_ids]
        self.case = ipw.Dropdown(description=say("Case"))
        self.session = ipw.Dropdown(options=[("–", 0)], description=say("Seen up to session"))
        self.back, self.next = button(say("◂ Session back")), button(say("Next session ▸"), is_first=True)
        self.why = ipw.HTML()
        self.question = ipw.Text(description=say("The one question"), continuous_update=False)
        self.suggested = ipw.Dropdown(options=[("–", NONE)], description=say("Questions that others would ask"))
        self.asking = AskingView(state, page)
        self.shown = {what: button("") for what in _SHOW}
        self.gathered = ipw.Checkbox(description=say("The others have this page only"), indent=False)
        for wide in (self.question, self.suggested):
            wide.add_class("sk-wide")
        super().__init__(
            state,
            page,
            heading(2, say("Lead the group")),
            in_a_row(self.case, self.back, self.session, self.next),
            self.why,
            in_a_row(self.question, self.suggested),
            self.asking,
            in_a_row(*self.shown.values()),
            TimerView(state, page),
            *(() if is_alone() else (self.gathered, ipw.HTML(quiet(_about_gathering())))),
        )
        self.add_class("sk-lead")

    def listen(self) -> None:
        """Let each control do its step."""
        state = self.state
        self.choose(self.case, lambda case_id: state.choose_case(case_id) if case_id else state.leave_case())
        self.choose(self.session, lambda session: state.reveal(session) if session else None)
        self.choose(self.question, state.ask)
        self.choose(self.suggested, lambda question: state.ask(question) if question else None)
        self.choose(self.gathered, lambda is_gathered: state.gather(is_gathered=is_gathered))
        self.click(self.back, lambda: state.step(-1))
        self.click(self.next, lambda: state.step(1))
        for what, one in self.shown.items():
            self.click(one, partial(self._show_or_hide, what))

    def show(self) -> None:
        """Show where the group is."""
        state, stage = self.state, self.state.stage
        nothing = say("leave the case") if state.is_known else say("choose a case")
        offer(self.case, [(nothing, NONE), *self._cases], stage.case_id)
        offer(self.session, [(say_number(session), session) for session in state.sessions], stage.revealed)
        self.question.value = stage.question
        self.gathered.value = stage.is_gathered
        fitting = state.suggested
        listed = [(say("choose one"), NONE), *((question, question) for question in fitting)]
        offer(self.suggested, listed, stage.question)
        is_over = "outcome" in stage.shown
        for control in (self.case, *self.shown.values()):
            control.disabled = stage.is_open
        for control in (self.session, self.back, self.next):
            control.disabled = stage.is_open or is_over or not state.is_known
        for what, (show, hide) in _SHOW.items():
            self.shown[what].description = say(hide if what in stage.shown else show)
        self.why.value = quiet(self._why())

    def _why(self) -> str:
        """Say why some of these can do nothing now."""
        state, stage = self.state, self.state.stage
        if stage.is_open:
            return say("The group is answering: show the answers, or close the question, to go on.")
        if not state.is_known:
            return say("Choose a case: its first session is shown, and then the next when you wish.")
        if "outcome" in stage.shown:
            return say("What happened is shown. Hide it to go from session to session again.")
        return say("This is the last session.") if stage.revealed == state.sessions[-1] else ""

    def _show_or_hide(self, what: str) -> None:
        self.state.show(what, is_shown=what not in self.state.stage.shown)


def _about_gathering() -> str:
    return say(
        "On the other pages all sessions can be read. They are closed to the group from its first case until you take "
        "the tick away, or leave the case; not to you."
    )
