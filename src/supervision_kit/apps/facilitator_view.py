"""The controls that lead a consultation: case, question, sessions, what to ask and to show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.choice_list import ChoiceList
from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.page import Page, heading, quiet
from supervision_kit.apps.timer_view import TimerView
from supervision_kit.consulting import QUESTIONS
from supervision_kit.words import later, say, say_n, say_number

NONE = ""  # of the choices: nothing chosen yet
_SHOW = {
    "methods": (later("Show what the methods say"), later("Hide what the methods say")),
    "outcome": (later("Show what happened"), later("Hide what happened")),
}


class FacilitatorView(ipw.VBox):
    """The steps in the order in which a group takes them; each shows on all pages at once."""

    def __init__(self, state: FacilitatorState, page: Page) -> None:
        self.state, self.page = state, page
        self._is_showing = False
        cases = [(say("choose a case"), NONE), *((case_id, case_id) for case_id in state.case_ids)]
        self.case = ipw.Dropdown(options=cases, description=say("Case"))
        self.session = ipw.Dropdown(options=[("–", 0)], description=say("Seen up to session"))
        self.back, self.next = self._button(say("◂ Session back")), self._button(say("Next session ▸"), is_first=True)
        self.question = ipw.Text(description=say("The one question"), continuous_update=False)
        self.suggested = ipw.Dropdown(options=[("–", NONE)], description=say("Questions that others would ask"))
        self.asked = ChoiceList(
            say("Ask the group"), {"": {key: say(question.words) for key, question in QUESTIONS.items()}}
        )
        self.asked.value = ["rupture", "type"]
        self.group, self.close_only = self._button("", is_first=True), self._button(say("Close without showing"))
        self.count = ipw.HTML()
        self.shown = {what: self._button("") for what in _SHOW}
        super().__init__(
            [
                heading(2, say("Lead the group")),
                _row(self.case, self.back, self.session, self.next),
                _row(self.question, self.suggested),
                self.asked,
                _row(self.group, self.close_only, self.count),
                _row(*self.shown.values()),
                TimerView(state, page),
            ]
        )
        for wide in (self.question, self.suggested):
            wide.add_class("sk-wide")
        self.add_class("sk-lead")
        self._listen()
        state.observe(page.guard(self._show), "revision")
        self._show()

    def _listen(self) -> None:
        state, click = self.state, self._click
        self._choose(self.case, state.choose_case)
        self._choose(self.session, state.reveal)
        self._choose(self.question, state.ask, may_be_empty=True)
        self._choose(self.suggested, state.ask)
        click(self.back, lambda: state.step(-1))
        click(self.next, lambda: state.step(1))
        click(self.group, self._ask_or_show)
        click(self.close_only, state.close_round)
        for what, button in self.shown.items():
            click(button, partial(self._show_or_hide, what))

    def _choose(self, control: ipw.Widget, act: Callable[[Any], None], *, may_be_empty: bool = False) -> None:
        def choose(change: Any) -> None:
            if not self._is_showing and (change["new"] or may_be_empty):
                try:
                    act(change["new"])
                finally:
                    self._show()  # what was refused is shown as it is

        control.observe(self.page.guard(choose), "value")

    def _click(self, button: ipw.Button, act: Callable[[], None]) -> None:
        button.on_click(self.page.guard(lambda _button: act()))

    def _show_or_hide(self, what: str) -> None:
        self.state.show(what, is_shown=what not in self.state.stage.shown)

    def _ask_or_show(self) -> None:
        if self.state.stage.is_open:
            self.state.show("answers")
        else:
            self.state.ask_group(self.asked.value)

    def _show(self, _change: object = None) -> None:
        state, stage = self.state, self.state.stage
        self._is_showing = True
        try:
            self.case.value = stage.case_id if state.is_known else NONE
            _offer(self.session, [(say_number(session), session) for session in state.sessions], stage.revealed)
            self.question.value = stage.question
            fitting = state.suggested
            listed = [(say("choose one"), NONE), *((question, question) for question in fitting)]
            _offer(self.suggested, listed, stage.question if stage.question in fitting else NONE)
        finally:
            self._is_showing = False
        is_over = "outcome" in stage.shown
        for control in (self.case, self.session, self.back, self.next, *self.shown.values()):
            control.disabled = stage.is_open
        for control in (self.session, self.back, self.next):
            control.disabled = stage.is_open or is_over or not state.is_known
        for what, (show, hide) in _SHOW.items():
            self.shown[what].description = say(hide if what in stage.shown else show)
        self.group.description = self._next_with_group()
        self.close_only.layout.display = "" if stage.is_open else "none"
        self.count.value = quiet(self._count())

    def _next_with_group(self) -> str:
        stage = self.state.stage
        if stage.is_open:
            return say("Show the answers together")
        return say("Ask the group again") if stage.asked else say("Ask the group")

    def _count(self) -> str:
        state = self.state
        here = say_n("{n} participant is here.", "{n} participants are here.", state.n_present)
        if not state.stage.is_open:
            return here
        return f"{say_n('{n} has answered.', '{n} have answered.', state.n_answered)} {here}"

    def _button(self, words: str, *, is_first: bool = False) -> ipw.Button:
        button = ipw.Button(description=words)
        button.add_class("sk-do" if is_first else "sk-open")
        return button


def _row(*parts: ipw.Widget) -> ipw.Box:
    row = ipw.Box(parts)
    row.add_class("sk-controls")
    return row


def _offer(choice: ipw.Dropdown, options: list[tuple[str, Any]], value: Any) -> None:
    """Offer these, with this one chosen; nothing is sent where nothing changed."""
    options = options or [("–", 0)]
    if list(choice.options) != options:
        choice.options = options
    known = [one for _, one in options]
    choice.value = value if value in known else known[0]
