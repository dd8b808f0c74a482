"""What everybody in a consultation sees: the case as far as it is shown, the question, the time, what was answered."""

from __future__ import annotations

import html
import time
from typing import Any

import ipywidgets as ipw

from supervision_kit import charts
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.falls_table import falls_table
from supervision_kit.apps.group_state import GroupState
from supervision_kit.apps.group_words import decisions_in_words, tell_move, together_in_words
from supervision_kit.apps.live_line import LiveLine
from supervision_kit.apps.methods_view import MethodsView, meaning
from supervision_kit.apps.page import Page, note, quiet
from supervision_kit.apps.time_left import TimeLeft
from supervision_kit.words import say, say_number


class GroupView(ipw.VBox):
    """The case that the group looks at; follows `state` and sends only what is something else.

    Parameters
    ----------
    state, page
        What is shown, and where.
    own
        What stands between the picture and what all answered: on a participant's page their own answer.
    """

    def __init__(self, state: GroupState, page: Page, *own: ipw.Widget) -> None:
        self.state, self.page = state, page
        self.where, self.question, self.together, self.said, self.agreed = (ipw.HTML() for _ in range(5))
        self.where.add_class("sk-summary")
        self.question.add_class("sk-group-question")
        self.time, self.heard, self.chart, self.methods = TimeLeft(), LiveLine(), ChartView(), ipw.VBox()
        self._stage = state.stage
        self._methods_of: CaseState | None = None
        head = ipw.Box([self.where, self.time])
        head.add_class("sk-group-head")
        super().__init__(
            [head, self.heard, self.question, self.chart, *own, self.together, self.said, self.methods, self.agreed]
        )
        self.add_class("sk-group")
        if isinstance(state, FacilitatorState):  # who clicks several times in a row waits for the last picture only
            page.follow(state, self._show, "revision")
        else:
            state.observe(page.guard(self._show), "revision")
        page.guard(self._show)()

    def tell_time(self) -> None:
        """Tell a page that has just come to be seen how much time is left by now."""
        self.time.show(self.state.stage.timer, time.time(), anew=True)

    def prepare(self) -> None:
        """Work out once what takes long the first time, so that nobody waits when it is shown."""
        whole = self.state.whole
        if whole is not None:
            for is_judged in (False, True):
                self.chart.write_out(_draw(whole, is_judged=is_judged))
            _ = _what_is_said(whole, is_over=True), whole.comparison

    def _show(self, _change: object = None) -> None:
        state, stage = self.state, self.state.stage
        self.time.show(stage.timer, time.time())
        seen = state.seen
        self.chart.layout.display = "" if seen else "none"
        if seen is not None:
            self.chart.show(_draw(seen, is_judged=state.is_judged))
        self.where.value = self._where()
        self.question.value = f"<p>{html.escape(stage.question)}</p>" if stage.question else ""
        self.together.value = together_in_words(state.together)
        self._show_judged(seen if state.is_judged else None)
        self.agreed.value = decisions_in_words(state.decisions)
        if moved := tell_move(self._stage, stage):
            self.heard.said = moved
        self._stage = stage

    def _where(self) -> str:
        stage = self.state.stage
        if not stage.case_id:
            return f"<p>{html.escape(say('No case is looked at now. The next one will show here by itself.'))}</p>"
        if not self.state.is_known:
            return f"<p>{html.escape(say('The group looks at a case that is not among the ratings shown here.'))}</p>"
        if "outcome" in stage.shown:
            return f"<p>{html.escape(say('{case}, all that was rated', case=stage.case_id))}</p>"
        told = say("{case}, up to session {session}", case=stage.case_id, session=say_number(stage.revealed))
        return f"<p>{html.escape(told)}</p>"

    def _show_judged(self, seen: CaseState | None) -> None:
        """Show what the methods say of what is seen and, with all of it seen, what happened; nothing before."""
        if seen is None:
            self.said.value = ""
            self.methods.children = ()
            self._methods_of = None
            return
        is_over = "outcome" in self.state.stage.shown
        self.said.value = _what_is_said(seen, is_over=is_over) + note(self.state.cut)
        if self._methods_of is not seen:
            self._methods_of = seen
            self.methods.children = (MethodsView(seen, self.page, self.chart),)


def _draw(seen: CaseState, *, is_judged: bool) -> Any:
    """Draw what is seen of a case, with what the method says of it or without."""
    return charts.trajectory(
        seen.marks,
        seen.series_falls if is_judged else None,
        case_id=seen.case_id,
        scores=seen.case_line.scores,
        **seen.series._asdict() if seen.series.scale else {},
        provenance=seen.method.in_words,
        is_judged=is_judged,
    )


def _what_is_said(seen: CaseState, *, is_over: bool) -> str:
    """Return as HTML what the methods say of what is seen and, where that is all, what became of each fall."""
    *sentences, basis = seen.summary
    told = "".join(f"<p>{html.escape(one)}</p>" for one in [*sentences, seen.agreed] if one)
    title = say("What happened") if is_over else say("What the methods say")
    falls = falls_table(seen.judged, nothing=seen.no_falls) if is_over else ""
    return f"<h2>{html.escape(title)}</h2>{told}{quiet(basis)}{note(seen.advice)}{falls}{meaning()}"
