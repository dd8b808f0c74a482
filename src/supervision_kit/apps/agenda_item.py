"""One case on the agenda: the question, and what is agreed about it."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.agenda_state import AgendaState
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page
from supervision_kit.errors import SupervisionKitError
from supervision_kit.words import say


class AgendaItem(ipw.VBox):
    """An item of the agenda, with what can be done with it.

    Parameters
    ----------
    state
        The agenda.
    item
        The row of :attr:`AgendaState.items`.
    page
        The page it stands on.
    about
        Returns as HTML what a case is called, perhaps as a link to it.
    """

    def __init__(self, state: AgendaState, item: Mapping[Any, Any], *, page: Page, about: Callable[[str], str]) -> None:
        self.state, self._page, self._about = state, page, about
        self.number, self.case_id = int(item["id"]), str(item["case_id"])
        self.title = ipw.HTML()
        self.question = KeptText(say("Question"), page=page)
        self.decision = KeptText(say("What we agree"), page=page, hint=say("Who does what until when?"))
        self.agree = self._button(say("Note this decision"), self._decide)
        self.up = self._button(say("Earlier"), lambda: state.move(self.number, -1))
        self.down = self._button(say("Later"), lambda: state.move(self.number, 1))
        self.done = self._button("", self._turn)
        self.drop = self._button(say("Take off the agenda"), lambda: state.mark(self.number, "dropped"))
        moves = ipw.Box([self.done, self.up, self.down, self.drop])
        moves.add_class("sk-buttons")
        self.body = ipw.VBox([self.question, self.decision, ipw.Box([self.agree])])
        super().__init__([self.title, self.body, moves])
        self.add_class("sk-agenda-item")
        self._shown: str | None = None
        self.decision.show(state.draft(self.case_id, item=self.number), keep=self._keep)
        self.show(item)

    def show(self, item: Mapping[Any, Any]) -> None:
        """Show the item as it is now; a question that did not change elsewhere is left as it stands in the field."""
        self._is_done = item["state"] == "done"
        therapist = f" ({html.escape(item['therapist_id'])})" if item["therapist_id"] else ""
        done = f" – {html.escape(say('talked about'))}" if self._is_done else ""
        self.title.value = f'<h3 class="sk-agenda-title">{self._about(self.case_id)}{therapist}{done}</h3>'
        self.done.description = say("Talk about it again") if self._is_done else say("Talked about")
        self.body.layout.display = "none" if self._is_done else ""
        if item["text"] not in (self._shown, self.question.text):
            self.question.show(
                self.state.question(self.case_id, self.number), keep=self._keep_question, done=self._reword
            )
        self._shown = item["text"]

    def _keep_question(self, text: str) -> None:
        self.state.keep_question(self.case_id, self.number, text)

    def _reword(self, text: str) -> None:
        self.state.reword(self.case_id, self.number, text)

    def _keep(self, text: str) -> None:
        self.state.keep_draft(self.case_id, text, item=self.number)

    def _decide(self) -> None:
        text = self.decision.text
        self.decision.show("", keep=self._keep)  # at once: the rest of the page follows
        try:
            self.state.decide(self.case_id, text, item=self.number)
        except SupervisionKitError:
            self.decision.show(text, keep=self._keep)
            raise

    def _turn(self) -> None:
        self.state.mark(self.number, "open" if self._is_done else "done")

    def _button(self, description: str, do: Callable[[], None]) -> ipw.Button:
        button = ipw.Button(description=description)
        button.add_class("sk-open")
        button.on_click(self._page.guard(lambda _button: do()))
        return button
