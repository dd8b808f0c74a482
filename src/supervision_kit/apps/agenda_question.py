"""Where a case is put on the agenda, with a question."""

from __future__ import annotations

from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.agenda_state import AgendaState
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page
from supervision_kit.words import say


class AgendaQuestion(Fold):
    """A field for a question on the case that the page is about, and the questions that fit what is seen."""

    def __init__(self, state: AgendaState, *, page: Page) -> None:
        self.state, self._about = state, ""
        self._none = (say("choose, or write your own"), "")
        self.fitting = ipw.Dropdown(options=[self._none], description=say("Questions that fit"))
        self.text = KeptText(say("Question for the agenda"), page=page)
        self.add = ipw.Button(description=say("Put on the agenda"))
        self.add.add_class("sk-do")
        self.fitting.observe(page.guard(self._choose), "value")
        self.add.on_click(page.guard(self._add))
        choice = ipw.Box([self.fitting])
        choice.add_class("sk-controls")
        title = say("Put this case on the agenda")
        super().__init__(title, choice, self.text, ipw.Box([self.add]), page=page, fill=self._show_case)

    def show(self) -> None:
        """Show the questions that fit the case; nothing where the page is about all cases."""
        self.layout.display = "" if self.state.case_id else "none"
        if self.state.case_id != self._about:
            self.refresh()

    def _show_case(self) -> None:
        case = self._about = self.state.case_id
        questions = self.state.suggest(case)
        self.fitting.options = [self._none, *((one, one) for one in questions)]
        self._write(self.state.new_question(case) or ("" if len(self.state.items) else questions[0]))

    def _write(self, text: str) -> None:
        case = self._about
        self.text.show(text, keep=lambda typed: self.state.keep_new_question(case, typed))

    def _choose(self, change: Any) -> None:
        if change["new"]:
            self._write(change["new"])

    def _add(self, _button: object) -> None:
        self.state.collect(self._about, self.text.text)
        self._write("")
