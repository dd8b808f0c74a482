"""Consent: whether the client agreed that the case may be used for teaching."""

from __future__ import annotations

from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.choice_list import ChoiceList
from supervision_kit.apps.page import Page
from supervision_kit.apps.said_state import SaidState
from supervision_kit.words import later, say

ANSWERS = {"not asked": later("not asked yet"), "given": later("agreed"), "refused": later("did not agree")}
TEACHING = {"not asked": None, "given": True, "refused": False}
HINT = later("Only a case whose client agreed may be used for teaching. Pseudonyms do not replace consent.")


class ConsentView(ipw.VBox):
    """The client's answer, as the supervisor knows it; not asked is not refused."""

    def __init__(self, state: SaidState, page: Page) -> None:
        self.state = state
        self.answer = ChoiceList(
            say("May this case be used for teaching? The client …"),
            {"": {key: say(words) for key, words in ANSWERS.items()}},
            hint=say(HINT),
            is_single=True,
        )
        super().__init__([self.answer])
        self.answer.observe(page.guard(self._choose), "value")

    def show(self) -> None:
        """Show what is known by now."""
        self.answer.value = [next(key for key, teaching in TEACHING.items() if teaching is self.state.said.consent)]

    def _choose(self, change: Any) -> None:
        teaching = TEACHING[change["new"][0]]
        if teaching is not self.state.said.consent:
            self.state.write(lambda workspace, case_id: workspace.set_consent(case_id, teaching))
