"""One decision on the page: what was agreed, what the ratings did since, and what became of it."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw
import pandas as pd

from supervision_kit.apps.agenda_state import AgendaState
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.page import Page
from supervision_kit.words import later, say

STATES = {"kept": later("Kept"), "changed": later("Changed"), "dropped": later("Let go")}
SETTLED = {"kept": later("kept"), "changed": later("changed"), "dropped": later("let go")}


class DecisionItem(ipw.VBox):
    """A decision, with what can be said of it.

    Parameters
    ----------
    state
        The agenda.
    decision
        The row of :attr:`AgendaState.decisions`.
    page
        The page it stands on.
    about
        Returns as HTML what a case is called, perhaps as a link to it.
    """

    def __init__(
        self, state: AgendaState, decision: Mapping[Any, Any], *, page: Page, about: Callable[[str], str]
    ) -> None:
        self.state, self._about, self.number = state, about, int(decision["id"])
        self.words = ipw.HTML()
        self.note = KeptText(say("What became of it"), page=page, rows=1, hint=say("in a few words, if you like"))
        self.note.show(state.settling(self.number), keep=lambda text: state.keep_settling(self.number, text))
        self.settle = ipw.Box([self._button(name, page) for name in STATES])
        self.settle.add_class("sk-buttons")
        self.body = ipw.VBox([self.note, self.settle])
        self.again = ipw.Button(description=say("Open again"))
        self.again.add_class("sk-open")
        self.again.on_click(page.guard(lambda _button: state.settle(self.number, "open")))
        super().__init__([self.words, self.body, self.again])
        self.add_class("sk-decision")
        self.show(decision)

    def show(self, decision: Mapping[Any, Any]) -> None:
        """Show the decision as it is now."""
        is_open = decision["state"] == "open"
        self.words.value = _in_words(decision, self._about(decision["case_id"]))
        self.body.layout.display = "" if is_open else "none"
        self.again.layout.display = "none" if is_open else ""

    def _button(self, name: str, page: Page) -> ipw.Button:
        button = ipw.Button(description=say(STATES[name]))
        button.add_class("sk-open")
        button.on_click(page.guard(lambda _button: self.state.settle(self.number, name, note=self.note.text.strip())))
        return button


def _in_words(decision: Mapping[Any, Any], case: str) -> str:
    """Return as HTML what was agreed and what the ratings did since."""
    when = "" if pd.isna(decision["session"]) else say("after session {session}", session=decision["session"])
    head = f"<b>{case}</b>{', ' if when else ''}{html.escape(when)}: {html.escape(decision['text'])}"
    said = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in decision["said"])
    settled = ""
    if decision["state"] != "open":
        note = f": {decision['state_note']}" if decision["state_note"] else ""
        settled = f'<p class="sk-quiet">{html.escape(say(SETTLED[decision["state"]]) + note)}</p>'
    return f"<p>{head}</p><ul>{said}</ul>{settled}"
