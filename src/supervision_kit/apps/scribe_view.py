"""What the scribe writes down: notes that are kept while one types, and what was agreed."""

from __future__ import annotations

import html
from functools import partial

import ipywidgets as ipw

from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page, heading, quiet
from supervision_kit.apps.said_list import SaidList, Written
from supervision_kit.words import say


class ScribeView(ipw.VBox):
    """Notes and decisions on the case that the group looks at; they stay in the session's own file.

    Whoever writes them signs in as the facilitator does, on a page of their own, or sits at the facilitator's.
    """

    def __init__(self, state: FacilitatorState, page: Page) -> None:
        self.state, self.page = state, page
        self.notes = KeptText(say("Notes on this case"), page=page, rows=5)
        self.decision = ipw.Textarea(description=say("What was agreed"), rows=2)
        self.decision.add_class("sk-decide")
        self.keep, self.leave = ipw.Button(), ipw.Button(description=say("Leave it as it is"))
        self.keep.add_class("sk-open")
        self.leave.add_class("sk-open")
        buttons = ipw.Box([self.keep, self.leave])
        buttons.add_class("sk-buttons")
        self.listed = SaidList(page, change=self._change, remove=lambda number: state.change_decision(number, ""))
        about = quiet(
            say(
                "Notes are kept as you type, what was agreed once you press its button. Others in the group see what "
                "was agreed, not the notes."
            )
        )
        super().__init__(
            [heading(2, say("Write down")), ipw.HTML(about), self.notes, self.decision, buttons, self.listed]
        )
        self.add_class("sk-scribe")
        self._is_about, self._changing = "", 0
        self.keep.on_click(page.guard(self._keep))
        self.leave.on_click(page.guard(lambda _button: self._begin(0, "")))
        state.observe(page.guard(self._show), "revision")
        self._begin(0, "")
        self._show()

    def _show(self, _change: object = None) -> None:
        state, case_id = self.state, self.state.stage.case_id
        self.layout.display = "" if case_id else "none"
        if case_id != self._is_about or state.notes != self.notes.text:
            self._is_about = case_id
            self.notes.show(state.notes, keep=partial(state.note, case_id))
        self.listed.show([Written(one.id, html.escape(one.text), say("what was agreed")) for one in state.decisions])

    def _change(self, number: int) -> None:
        self._begin(number, next(one.text for one in self.state.decisions if one.id == number))

    def _begin(self, number: int, text: str) -> None:
        """Show something agreed in the field, to be changed; or an empty one for what is agreed next."""
        self._changing = number
        self.decision.value = text
        self.keep.description = say("Keep the change") if number else say("Keep what was agreed")
        self.leave.layout.display = "" if number else "none"

    def _keep(self, _button: object) -> None:
        if self._changing:
            self.state.change_decision(self._changing, self.decision.value)
        else:
            self.state.decide(self.decision.value)
        self._begin(0, "")
