"""A participant's own answer to what the group is asked: private, kept at once."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.choice_list import ChoiceList
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.group_state import ParticipantState
from supervision_kit.apps.group_words import own_answer_in_words
from supervision_kit.apps.page import Page
from supervision_kit.consulting import QUESTIONS
from supervision_kit.words import say


class AnswerView(ipw.VBox):
    """The questions that are asked now, with their choices, and what is kept of one's own answer."""

    def __init__(self, state: ParticipantState, page: Page) -> None:
        self.state = state
        self.title = ipw.HTML(f"<h2>{html.escape(say('Your answer'))}</h2>")
        self.choices = {
            key: ChoiceList(
                say(question.words),
                {"": {term: say(about.words) for term, about in question.terms.items()}},
                is_single=question.is_single,
            )
            for key, question in QUESTIONS.items()
        }
        self.status = ipw.HTML()
        super().__init__([self.title, *self.choices.values(), self.status])
        self.add_class("sk-own-answer")
        self._is_showing = False
        for key, choices in self.choices.items():
            choices.observe(page.guard(lambda change, key=key: self._choose(key, change)), "value")
        state.observe(page.guard(self._show), "revision")
        self._show()

    def _choose(self, key: str, change: Any) -> None:
        if not self._is_showing:
            self.state.answer(key, tuple(change["new"]))

    def _show(self, _change: object = None) -> None:
        stage, own = self.state.stage, self.state.own_answer
        self._is_showing = True
        try:
            for key, choices in self.choices.items():
                choices.value = list(own.get(key, ()))
                choices.layout.display = "" if stage.is_open and key in stage.asked else "none"
        finally:
            self._is_showing = False
        self.layout.display = "" if stage.asked else "none"
        self.status.value = f'<div role="status">{own_answer_in_words(own, is_open=stage.is_open)}</div>'


class OwnAnswer(Fold):
    """The answer of whoever leads, as private as everybody's; folded away, as others may see their screen."""

    def __init__(self, seat: ParticipantState, page: Page) -> None:
        self.seat, self.answer = seat, AnswerView(seat, page)
        super().__init__(say("Answer too, as one of the group"), self.answer, page=page)
        seat.observe(page.guard(self._appear), "revision")
        self._appear()

    def _appear(self, _change: object = None) -> None:
        self.layout.display = "" if self.seat.stage.asked else "none"
