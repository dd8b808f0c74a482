"""What the scribe writes down: notes, and what was agreed; both are kept while one types."""

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
        self.decision = KeptText(say("What was agreed"), page=page, rows=2)
        self.keep, self.leave = ipw.Button(), ipw.Button(description=say("Leave it as it is"))
        self.keep.add_class("sk-open")
        self.leave.add_class("sk-open")
        buttons = ipw.Box([self.keep, self.leave])
        buttons.add_class("sk-buttons")
        self.listed = SaidList(page, change=self._change, remove=lambda number: state.change_decision(number, ""))
        about = quiet(
            say(
                "Both are saved as you type. The others see what was agreed once you press its button, and never the "
                "notes."
            )
        )
        super().__init__(
            [heading(2, say("Write down")), ipw.HTML(about), self.notes, self.decision, buttons, self.listed]
        )
        self.add_class("sk-scribe")
        self._is_about, self._changing = "", 0
        self.keep.on_click(page.guard(self._keep))
        self.leave.on_click(page.guard(self._leave))
        state.observe(page.guard(self._show), "revision")
        self._begin(0)
        self._show()

    def _show(self, _change: object = None) -> None:
        state, case_id = self.state, self.state.stage.case_id
        self.layout.display = "" if case_id else "none"
        is_another = case_id != self._is_about
        self._is_about = case_id
        if is_another or state.notes != self.notes.text:
            self.notes.show(state.notes, keep=partial(state.note, case_id))
        known = {one.id for one in state.decisions}
        if is_another or (self._changing and self._changing not in known):
            self._begin(0)
        self.listed.show([Written(one.id, html.escape(one.text), say("what was agreed")) for one in state.decisions])

    def _change(self, number: int) -> None:
        self._begin(number, next(one.text for one in self.state.decisions if one.id == number))

    def _begin(self, number: int, text: str = "") -> None:
        """Show something agreed in the field, to be changed; or what was begun on what is agreed next."""
        self._changing = number
        case_id = self.state.stage.case_id
        self.decision.show(
            self.state.draft(number) or text,
            keep=lambda typed: self.state.save_draft(case_id, typed, number),
        )
        self.keep.description = say("Keep the change") if number else say("Keep what was agreed")
        self.leave.layout.display = "" if number else "none"

    def _leave(self, _button: object) -> None:
        self.state.save_draft(self._is_about, "", self._changing)
        self._begin(0)

    def _keep(self, _button: object) -> None:
        if self._changing:
            self.state.change_decision(self._changing, self.decision.text)
        else:
            self.state.decide(self.decision.text)
        self._begin(0)
