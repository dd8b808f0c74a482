"""The trust lens: one question each on what may lie behind a fall, and what is known over time."""

from __future__ import annotations

import html

import ipywidgets as ipw

from supervision_kit.apps.choice_list import ChoiceList
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.judging_state import JudgingState
from supervision_kit.apps.page import Page
from supervision_kit.lens import CODES
from supervision_kit.words import later, say

# Kind of code → the question, and a sentence on it.
QUESTIONS = {
    "touched": (later("What in the trust between them was touched?"), ""),
    "part": (
        later("What was the therapist's part, as far as it can be seen?"),
        later("Everyone misses cues. What is found here can be said to the client."),
    ),
    "move": (
        later("How did the client keep safe?"),
        later("A protective move is information: it was learnt for good reasons."),
    ),
    "history": (
        later("What history may speak here?"),
        later("A hypothesis, to be held lightly and asked about, never a finding."),
    ),
    "tried": (later("What was tried to repair it?"), ""),
}
OPENING = later("Trust is earned, not assumed. Every question may be left open.")


class LensView:
    """The questions, folded away until wanted (`fold`), and the sentences on what they came to (`over_time`)."""

    def __init__(self, state: JudgingState, page: Page) -> None:
        self.state = state
        self.questions = {
            kind: ChoiceList(
                say(question),
                {"": {key: say(term.words) for key, term in CODES[kind].items()}},
                hint=say(hint) if hint else "",
            )
            for kind, (question, hint) in QUESTIONS.items()
        }
        for kind, question in self.questions.items():
            question.observe(page.guard(lambda change, kind=kind: state.say_codes(kind, change["new"])), "value")
        opening = ipw.HTML(f"<p>{html.escape(say(OPENING))}</p>")
        self.fold = Fold(
            say("Read it through the trust lens"), opening, *self.questions.values(), page=page, fill=self._fill
        )
        self.fold.add_class("sk-lens")
        self.over_time = ipw.HTML()

    def refresh(self) -> None:
        """Show what is said by now."""
        self.fold.refresh()
        known = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.state.said_state.lens)
        title = html.escape(say("Seen through the trust lens so far"))
        self.over_time.value = f"<h3>{title}</h3><ul>{known}</ul>" if known else ""

    def _fill(self) -> None:
        for kind, chosen in self.state.codes.items():
            if kind in self.questions:
                self.questions[kind].value = chosen
