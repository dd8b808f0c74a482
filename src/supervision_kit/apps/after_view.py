"""After a consultation: what was noted and agreed goes into the workspace, and the next one begins empty."""

from __future__ import annotations

import html

import ipywidgets as ipw

from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.page import Page, quiet
from supervision_kit.words import say

BRING_BACK = "supervision-kit consult bring-back --workspace WORKSPACE --session FILE"


class AfterView(Fold):
    """Brings this session, or that of another file, back to the workspace where the page stands on one.

    A page that was published has no workspace: there it says what whoever keeps the workspace does.
    """

    def __init__(self, state: FacilitatorState, page: Page) -> None:
        self.state = state
        self.done = ipw.HTML()
        self.file = ipw.Text(description=say("Or of another session: its file"), continuous_update=False)
        self.bring, self.anew = ipw.Button(description=say("Put it into the workspace")), ipw.Button()
        self.anew.description = say("Delete all of it, and begin anew")
        for button in (self.bring, self.anew):
            button.add_class("sk-open")
        field = ipw.Box([self.file])
        field.add_class("sk-field")
        parts = [field, self.bring] if state.workspace is not None else []
        clearing = Fold(say("Begin anew"), ipw.HTML(quiet(_about_clearing())), self.anew, page=page)
        super().__init__(say("After the session"), ipw.HTML(self._about()), *parts, self.done, clearing, page=page)
        self.bring.on_click(page.guard(self._bring))
        self.anew.on_click(page.guard(self._clear))

    def _about(self) -> str:
        if self.state.workspace is None:
            told = say(
                "What was noted and agreed stays in this session's own file. Whoever keeps the workspace that the "
                "cases came from brings it back on that computer, with the workspace's name in place of WORKSPACE and, "
                "in place of FILE, the file that serve named when it was started:"
            )
            return f'{quiet(told)}<pre class="sk-code" tabindex="0">{html.escape(BRING_BACK)}</pre>'
        return quiet(
            say("What was agreed becomes decisions in the workspace, and the notes become notes on their cases.")
        )

    def _bring(self, _button: object) -> None:
        said = self.state.bring_back(self.file.value.strip())
        self.file.value = ""
        self.done.value = f'<p role="status">{html.escape(" ".join(said))}</p>'

    def _clear(self, _button: object) -> None:
        self.state.begin_anew()
        self.done.value = f'<p role="status">{html.escape(say("All of it is deleted. Choose the next case."))}</p>'


def _about_clearing() -> str:
    return say("Notes, answers and what was agreed are deleted for everybody. What is in the workspace stays there.")
