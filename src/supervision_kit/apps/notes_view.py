"""Notes on a case: what is being typed is kept while one types, and becomes a note when one says so."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as ipw
import pandas as pd

from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page, heading
from supervision_kit.apps.said_state import SaidState
from supervision_kit.words import say, say_day, say_number

PLACE = "note"


class NotesView(ipw.VBox):
    """The notes, newest first, and a field for one more; a note can be changed and taken out."""

    def __init__(self, state: SaidState, page: Page) -> None:
        self.state, self.page = state, page
        self._changing: int | None = None
        self._shown: tuple[str, int | None] | None = None
        self.text = KeptText(say("A note on this case"), page=page, rows=3)
        self.keep = ipw.Button()
        self.keep.add_class("sk-do")
        self.leave = ipw.Button(description=say("Leave it as it is"))
        self.leave.add_class("sk-open")
        buttons = ipw.Box([self.keep, self.leave])
        buttons.add_class("sk-controls")
        self.listed = ipw.VBox()
        super().__init__([heading(2, say("Notes")), self.text, buttons, self.listed])
        self.keep.on_click(page.guard(self._keep))
        self.leave.on_click(page.guard(lambda _button: self._begin(None, "")))
        state.case.observe(page.guard(self._show), "revision")
        self._show()

    def _show(self, _change: object = None) -> None:
        case_id = self.state.case.case_id
        if self._shown is None or self._shown[0] != case_id:
            self._begin(None, "")
        notes = self.state.said.notes.iloc[::-1].to_dict("records")
        self.listed.children = [self._row(note) for note in notes]

    def _row(self, note: dict[Any, Any]) -> ipw.Widget:
        change, remove = ipw.Button(description=say("Change")), ipw.Button(description=say("Take out"))
        for button in (change, remove):
            button.add_class("sk-open")
        number, text = int(note["id"]), str(note["text"])
        change.on_click(self.page.guard(lambda _button: self._begin(number, text)))
        remove.on_click(
            self.page.guard(lambda _button: self.state.write(lambda workspace, _case_id: workspace.remove_note(number)))
        )
        row = ipw.Box([ipw.HTML(_in_words(note)), change, remove])
        row.add_class("sk-said-row")
        return row

    def _begin(self, number: int | None, text: str) -> None:
        """Show a note in the field, to be changed; or what was being typed as a new one."""
        workspace, case_id = self.state.workspace, self.state.case.case_id
        self._changing, self._shown = number, (case_id, number)
        place = self._place
        self.text.show(
            workspace.draft(place, case_id=case_id) or text,
            keep=lambda typed: workspace.save_draft(place, typed, case_id=case_id),
        )
        self.keep.description = say("Keep this note") if number is None else say("Keep the change")
        self.leave.layout.display = "none" if number is None else ""

    @property
    def _place(self) -> str:
        return PLACE if self._changing is None else f"{PLACE} {self._changing}"

    def _keep(self, _button: object) -> None:
        workspace, case = self.state.workspace, self.state.case
        if self._changing is None:
            workspace.add_note(case.case_id, self.text.text, case.session)
        else:
            workspace.change_note(self._changing, self.text.text)
        workspace.drop_draft(self._place, case_id=case.case_id)
        self._begin(None, "")
        self.state.renew()


def _in_words(note: dict[Any, Any]) -> str:
    about = [say_day(note["at"].date()), note["who"]]
    if pd.notna(note["session"]):
        about.append(say("session {session}", session=say_number(note["session"])))
    text = html.escape(str(note["text"])).replace("\n", "<br>")
    return f'{text}<br><span class="sk-quiet">{html.escape(" · ".join(about))}</span>'
