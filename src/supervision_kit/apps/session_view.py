"""One session of the case: which answers moved."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as ipw
import pandas as pd

from supervision_kit import charts
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.page import Page, heading
from supervision_kit.instruments import say_scale
from supervision_kit.words import say, say_number

NONE = 0  # the list's value for "no session": a Dropdown has no None beside its options


class SessionView(ipw.VBox):
    """The session clicked in the chart or chosen here: its answers beside those of the session before and the first.

    Parameters
    ----------
    state, page
        What is shown, and where.
    chart
        The chart in which sessions can be clicked.
    more
        What else can be done with a session; shown beneath its answers.
    """

    def __init__(self, state: CaseState, page: Page, chart: ChartView, *more: ipw.Widget) -> None:
        self.state, self.chart = state, chart
        self.session = ipw.Dropdown(description=say("Session"), options=[("–", NONE)])
        controls = ipw.Box([self.session])
        controls.add_class("sk-controls")
        self.said, self.picture = ipw.HTML(), ChartView()
        self.picture.remove_class("sk-chart")  # the page has one chart
        self.picture.add_class("sk-strips")
        self.body = ipw.VBox([self.said, self.picture, *more])
        super().__init__([heading(2, say("One session")), controls, self.body])
        self.add_class("sk-session")
        self._is_showing = False
        self.session.observe(page.guard(self._choose), "value")
        chart.observe(page.guard(self._pick), "picked")
        state.observe(page.guard(self._show), ["session", "revision"])
        self._show()

    def _choose(self, change: Any) -> None:
        if not self._is_showing:
            self.state.session = change["new"] or None

    def _pick(self, change: Any) -> None:
        picked = change["new"].get("session", [])
        session = int(picked[0]) if picked else None
        self.state.session = session if session in self.state.sessions else None

    def _show(self, _change: object = None) -> None:
        state = self.state
        self._is_showing = True
        try:
            options = [(say("choose one"), NONE), *((say_number(session), session) for session in state.sessions)]
            if list(self.session.options) != options:
                self.session.options = options
            self.session.value = state.session or NONE
        finally:
            self._is_showing = False
        self.chart.picked = {"session": [state.session]} if state.session else {}
        self.body.layout.display = "" if state.session else "none"
        if state.session:
            self._show_answers(state.answers)

    def _show_answers(self, answers: pd.DataFrame) -> None:
        state, why_none = self.state, self.state.why_no_answers
        moved = html.escape(why_none or _what_moved(answers, state.session or 0))
        self.said.value = f'{_scales_in_words(state.instrument, state.scale_changes)}<p role="status">{moved}</p>'
        self.picture.layout.display = "none" if answers.empty else ""
        if not answers.empty:
            self.picture.show(charts.session_answers(answers, instrument=state.instrument))


def _scales_in_words(instrument: str, changes: pd.DataFrame) -> str:
    """Return as HTML how each scale moved: "bond 4.6 → 3.0"; nothing where there is nothing to compare."""
    moved = [
        say(
            "{scale} {before} → {now}",
            scale=say_scale(instrument, change["scale"]),
            before=say_number(change["previous"], digits=1),
            now=say_number(change["this"], digits=1),
        )
        for change in changes.to_dict("records")
    ]
    return f'<p class="sk-moves">{html.escape(" · ".join(moved))}</p>' if moved else ""


def _what_moved(answers: pd.DataFrame, session: int) -> str:
    """Say how many answers were weaker and how many stronger than at the session before."""
    named = say_number(session)
    change = answers["change"].where(answers["stronger"] != "lower", -answers["change"]).dropna()
    if change.empty:
        return say("Session {session} is the first with answers on this form.", session=named)
    weaker, stronger = int((change < 0).sum()), int((change > 0).sum())
    return say(
        "At session {session}, {weaker} of {n} answers were weaker than at the session before and {stronger} stronger.",
        session=named,
        weaker=say_number(weaker),
        stronger=say_number(stronger),
        n=say_number(len(change)),
    )
