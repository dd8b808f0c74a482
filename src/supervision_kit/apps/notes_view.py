"""Notes on a case: what is being typed is kept while one types, and becomes a note when one says so."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as ipw
import pandas as pd

from supervision_kit.apps.fold import Fold
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page
from supervision_kit.apps.said_list import SaidList, Written
from supervision_kit.apps.said_state import SaidState
from supervision_kit.words import say, say_day, say_number

PLACE = "note"


class NotesView(Fold):
    """The notes, newest first, and a field for one more; open where there are any, or one is being written."""

    def __init__(self, state: SaidState, page: Page) -> None:
        self.state = state
        self._changing: int | None = None
        self._is_about = ""
        self.text = KeptText(say("A note on this case"), page=page, rows=3)
        self.keep, self.leave = ipw.Button(), ipw.Button(description=say("Leave it as it is"))
        self.keep.add_class("sk-do")
        self.leave.add_class("sk-open")
        buttons = ipw.Box([self.keep, self.leave])
        buttons.add_class("sk-controls")
        self.listed = SaidList(page, change=self._change, remove=self._remove)
        super().__init__(say("Notes"), self.text, buttons, self.listed, page=page)
        self.keep.on_click(page.guard(self._keep))
        self.leave.on_click(page.guard(lambda _button: self._begin(None, "")))
        state.case.observe(page.guard(self._show), "revision")
        self._show()

    def _show(self, _change: object = None) -> None:
        notes, case_id = self.state.said.notes, self.state.case.case_id
        self.listed.show(
            [Written(int(note["id"]), _in_words(note), say("this note")) for note in notes[::-1].to_dict("records")]
        )
        if self._is_about != case_id:
            self._is_about = case_id
            self._begin(None, "")
            self.button.is_open = bool(len(notes) or self.text.text)

    def _change(self, number: int) -> None:
        notes = self.state.said.notes.set_index("id")["text"]
        self._begin(number, str(notes[number]))

    def _remove(self, number: int) -> None:
        self.state.write(lambda workspace, _case_id: workspace.remove_note(number))

    def _begin(self, number: int | None, text: str) -> None:
        """Show a note in the field, to be changed; or what was being typed as a new one."""
        workspace, case_id = self.state.workspace, self.state.case.case_id
        self._changing = number
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
