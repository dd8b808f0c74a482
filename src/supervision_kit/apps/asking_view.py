"""The facilitator's question to the group: who is there, what is asked, and what may be shown of it."""

from __future__ import annotations

import ipywidgets as ipw

from supervision_kit.apps.choice_list import ChoiceList
from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.leading_controls import LeadingControls, button, in_a_row
from supervision_kit.apps.page import Page, quiet
from supervision_kit.consulting import FEWEST, QUESTIONS
from supervision_kit.consulting.stage import MOST_PEOPLE
from supervision_kit.words import say, say_n, say_number


class AskingView(LeadingControls):
    """How many people there are, the questions, and the button that asks and then shows the answers."""

    def __init__(self, state: FacilitatorState, page: Page) -> None:
        self.people = ipw.BoundedIntText(min=0, max=MOST_PEOPLE, description=say("People in the group, with you"))
        self.present, self.count = ipw.HTML(), ipw.HTML()
        self.asked = ChoiceList(
            say("Ask the group"), {"": {key: say(question.words) for key, question in QUESTIONS.items()}}
        )
        self.asked.value = ["rupture", "type"]
        self.group, self.close_only = button("", is_first=True), button(say("Close without showing"))
        super().__init__(
            state,
            page,
            self.asked,
            in_a_row(self.people, self.present),
            in_a_row(self.group, self.close_only, self.count),
        )
        self.add_class("sk-asking")

    def listen(self) -> None:
        """Let each control do its step."""
        self.choose(self.people, self.state.name_people)
        self.click(self.group, self._ask_or_show)
        self.click(self.close_only, self.state.close_round)

    def show(self) -> None:
        """Show who is there, and what comes next."""
        stage = self.state.stage
        self.people.value = stage.people
        self.present.value = "".join(map(quiet, self._present()))
        self.group.description = self._next_with_group()
        self.close_only.layout.display = "" if stage.is_open else "none"
        n = self.state.n_answered
        self.count.value = quiet(say_n("{n} has answered.", "{n} have answered.", n) if stage.is_open else "")

    def _ask_or_show(self) -> None:
        if self.state.stage.is_open:
            self.state.show("answers")
        else:
            self.state.ask_group(self.asked.value)

    def _next_with_group(self) -> str:
        stage = self.state.stage
        if stage.is_open:
            return say("Show the answers together")
        return say("Ask the group again") if stage.asked else say("Ask the group")

    def _present(self) -> list[str]:
        """Say how many are here and, before it is too late, what will not be shown of their answers."""
        stage, here = self.state.stage, self.state.n_present
        said = [say_n("{n} is here, with you.", "{n} are here, with you.", here)]
        if not stage.people:
            said.append(say("Say how many people that is, before you ask."))
        elif here > stage.people:
            said.append(
                say(
                    "More are here than you have said: set it right, else answers are not shown. One may be here twice."
                )
            )
        elif here < FEWEST:
            said.append(
                say(
                    "Fewer than {fewest} answers are not told apart: all will see only how many answered.",
                    fewest=say_number(FEWEST),
                )
            )
        return said
