"""The agenda on a page: what to talk about, what is agreed, and what became of what was agreed."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as ipw

from supervision_kit.apps.agenda_file import AgendaFile
from supervision_kit.apps.agenda_item import AgendaItem
from supervision_kit.apps.agenda_question import AgendaQuestion
from supervision_kit.apps.agenda_state import AgendaState
from supervision_kit.apps.decision_item import DecisionItem
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.page import Page, heading, note, quiet
from supervision_kit.words import say, say_n

AGENDA, DECISIONS = "sk-agenda", "sk-decisions"  # where on the page they stand


class AgendaView(ipw.VBox):
    """Today's agenda, of all cases or of one.

    Parameters
    ----------
    state
        The agenda.
    page
        The page it stands on.
    about
        Returns as HTML what a case is called, perhaps as a link to it.
    """

    def __init__(self, state: AgendaState, page: Page, *, about: Callable[[str], str] = html.escape) -> None:
        self.state, self._page, self._about = state, page, about
        self.heading = heading(2, say("On the agenda"), anchor=AGENDA)
        self.empty, self.agreed = ipw.HTML(), ipw.HTML()
        self.question = AgendaQuestion(state, page=page)
        self.items, self.decisions = ipw.VBox(), ipw.VBox()
        self.file = AgendaFile(state, page=page)
        self.settled = ipw.VBox()
        self.settled_fold = Fold("", self.settled, page=page, fill=self._fill_settled)
        self.close_button = ipw.Button(description=say("Close this supervision"))
        self.close_button.add_class("sk-open")
        self.close_button.on_click(page.guard(lambda _button: state.close()))
        self.ending = ipw.VBox([ipw.Box([self.close_button]), ipw.HTML(_what_closing_does())])
        super().__init__()
        self.add_class("sk-agenda")
        if state.why_not:
            self.children = [self.heading, ipw.HTML(note(state.why_not))]
            return
        self.children = [
            *(self.heading, self.empty, self.items, self.question),
            *(
                heading(2, say("What became of what we agreed"), anchor=DECISIONS),
                self.agreed,
                self.decisions,
                self.settled_fold,
                self.file,
                self.ending,
            ),
        ]
        state.observe(page.guard(self._show), "revision")
        self._show()

    def adder(self, case_id: str) -> ipw.Widget:
        """Return a button that puts a case on the agenda, with the question that fits best."""
        button = ipw.Button(description=say("Agenda"), tooltip=say("Put {case} on the agenda", case=case_id))
        button.add_class("sk-open")

        def collect(_button: object) -> None:
            self.state.collect(case_id)

        button.on_click(self._page.guard(collect))
        return button

    def _show(self, _change: object = None) -> None:
        state = self.state
        is_case = bool(state.case_id)
        self._show_items()
        self.empty.value = "" if len(state.items) else quiet(_what_to_do(is_case))
        self._show_decisions()
        self.question.show()
        for part in (self.file, self.ending):
            part.layout.display = "none" if is_case else ""

    def _show_items(self) -> None:
        """Show the items in order; one that was shown before keeps its fields, and what is being typed in them."""
        shown = {item.number: item for item in self.items.children}
        rows = self.state.items.to_dict("records")
        for row in rows:
            if row["id"] in shown:
                shown[row["id"]].show(row)
            else:
                shown[row["id"]] = AgendaItem(self.state, row, page=self._page, about=self._about)
        self.items.children = [shown[row["id"]] for row in rows]

    def _show_decisions(self) -> None:
        rows = self.state.open_decisions.to_dict("records")
        shown = {item.number: item for item in self.decisions.children}
        for row in rows:
            if row["id"] in shown:
                shown[row["id"]].show(row)
            else:
                shown[row["id"]] = DecisionItem(self.state, row, page=self._page, about=self._about)
        self.decisions.children = [shown[row["id"]] for row in rows]
        nothing = say("No decision is open. What you agree on comes back here, with what the ratings did since.")
        self.agreed.value = "" if rows else quiet(nothing)
        n = self.state.n_settled
        self.settled_fold.button.description = say_n("{n} settled decision", "{n} settled decisions", n)
        self.settled_fold.layout.display = "" if n else "none"
        self.settled_fold.refresh()

    def _fill_settled(self) -> None:
        rows = self.state.settled_decisions.to_dict("records")
        self.settled.children = [DecisionItem(self.state, row, page=self._page, about=self._about) for row in rows]


def _what_to_do(is_case: bool) -> str:  # noqa: FBT001 - one of two sentences
    if is_case:
        return say("This case is not on the agenda.")
    return say("Nothing is on the agenda yet. Press “Agenda” beside a case, or open it and write a question.")


def _what_closing_does() -> str:
    return quiet(
        say(
            "What was talked about leaves the agenda, the rest stays for next time. “Since the last supervision” "
            "counts from today then. It can be undone."
        )
    )
