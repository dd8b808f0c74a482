"""Where the agenda is taken along: as DOCX, PDF or Markdown, coded or as the clinic names its cases."""

from __future__ import annotations

import html

import ipywidgets as ipw

from supervision_kit.apps.agenda_state import AgendaState
from supervision_kit.apps.page import Page, as_code, heading
from supervision_kit.apps.save_button import SaveButton
from supervision_kit.words import say

KINDS = {"DOCX": "docx", "PDF": "pdf", "Markdown": "md"}


class AgendaFile(ipw.VBox):
    """The choices of a paper, what it would hold, and the button that saves it."""

    def __init__(self, state: AgendaState, *, page: Page) -> None:
        self.state = state
        self.kind = ipw.Dropdown(options=list(KINDS.items()), description=say("File"))
        self.naming = ipw.Dropdown(
            options=[(say("by codes"), True), (say("as the clinic names them"), False)],
            description=say("Cases are named"),
        )
        self.notes = ipw.Checkbox(description=say("with what was written"), indent=False)
        controls = ipw.Box([self.kind, self.naming, self.notes])
        controls.add_class("sk-controls")
        self.about, self.code = ipw.HTML(), ipw.HTML()
        save = SaveButton(
            lambda: state.make_file(self.kind.value, coded=self.naming.value, with_notes=self.with_notes),
            page.guard,
            description=say("Save the agenda"),
        )
        super().__init__([heading(2, say("Take it along")), controls, self.about, save, self.code])
        for choice in (self.kind, self.naming, self.notes):
            choice.observe(page.guard(self.show), "value")
        state.observe(page.guard(self.show), "revision")
        self.show()

    @property
    def with_notes(self) -> bool:
        """Whether the paper holds what was written; one that names the cases always does."""
        return bool(self.notes.value) or not self.naming.value

    def show(self, _change: object = None) -> None:
        """Say what the paper would hold."""
        self.notes.layout.display = "" if self.naming.value else "none"
        self.about.value = self._in_words()
        code = self.state.file_as_code(self.kind.value, coded=self.naming.value, with_notes=self.with_notes)
        self.code.value = as_code(code)

    def _in_words(self) -> str:
        if not self.naming.value:
            words = say("A sheet per supervisee, with codes of cases, dates, and all that was written on them.")
            return f"<p>{html.escape(words)}</p>"
        own = self.state.own_words
        if not self.notes.value:
            words = say(
                "A sheet per supervisee. Cases stand under codes drawn at random, whose key stays in the workspace; "
                "no dates, and none of your own texts ({n} of them). Coded is not anonymous.",
                n=len(own),
            )
            return f"<p>{html.escape(words)}</p>"
        listed = "".join(f"<li>{html.escape(text)}</li>" for text in own)
        words = say("These texts will stand on it. Look that none of them names anybody:")
        return f"<p>{html.escape(words)}</p><ul>{listed}</ul>"
