"""The caseload: whom should we talk about today, and why."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as ipw
import pandas as pd

from supervision_kit import charts
from supervision_kit.apps.caseload_state import CaseloadState
from supervision_kit.apps.chance_view import ChanceView
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.leading_page import LeadingPage
from supervision_kit.apps.page import fold, note
from supervision_kit.apps.settings import SettingsView
from supervision_kit.reasons import REASONS, counted

ALL = "all"
CHANCE = "Ratings go up and down by themselves: some of what is marked, and some of what came back, is chance."
OTHER_GROUPS = (
    ("came_back", "fell and came back, in time or later", "What went well here? Some of these are chance."),
    (
        "unclear",
        "cannot be judged: too few ratings, or ratings that do not vary",
        "That is not to say that all is well.",
    ),
    ("quiet", "nothing in the ratings that needs a word", "That does not mean that there was no rupture."),
)


class CaseloadPage(LeadingPage):
    """The page of the caseload; `state` holds its choices and tables."""

    name, title = "caseload", "the caseload"

    def __init__(self, state: CaseloadState, *, warning: str = "", notes: str = "") -> None:
        super().__init__(state, warning=warning, notes=notes)
        self.state = state
        self.therapist = ipw.Dropdown(
            options=[(ALL, ""), *[(therapist, therapist) for therapist in state.therapist_ids]], description="Therapist"
        )
        controls = ipw.Box([self.therapist])
        controls.add_class("sk-controls")
        self.summary, self.others, self.code = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self.summary.add_class("sk-summary")
        self.cases = ipw.VBox()
        self.cases.add_class("sk-cases")
        self.chart, self.chance = ChartView(), ChanceView(state, self)
        self.parts = (
            ipw.HTML(warning),
            self.summary,
            self.chance,
            controls,
            self.cases,
            self.others,
            ipw.HTML("<h2>All cases, session by session</h2>"),
            self.chart,
            SettingsView(state, self),
            ipw.HTML(fold("How this order is made", _order_in_words())),
            self.code,
            ipw.HTML(notes),
        )
        self.lay_out(*self.parts)
        self.therapist.observe(self.guard(self._choose_therapist), "value")
        state.observe(self.guard(self._redraw), ["therapist_id", "line"])
        self.chance.follow("therapist_id", "line")
        self.guard(self._redraw)()

    def _choose_therapist(self, change: Any) -> None:
        self.state.therapist_id = change["new"]

    def _redraw(self, _change: object = None) -> None:
        state, cases = self.state, self.state.cases
        self.summary.value = f'<p>{html.escape(state.answer)}</p><p class="sk-quiet">{CHANCE}</p>{note(state.advice)}'
        groups = state.groups
        self.cases.children = [self._case_row(case) for case in groups["needs_word"].to_dict("records")]
        self.others.value = self._others(groups)
        self.chart.show(charts.caseload_overview(cases, state.scores, state.line.marks, state.falls))
        self.code.value = fold("As code", f'<pre class="sk-code">{html.escape(state.as_code)}</pre>')

    def _case_row(self, case: dict[Any, Any]) -> ipw.Widget:
        text = ipw.HTML(self._case_in_words(case))
        row = ipw.Box([text, self.opener(case["case_id"])])
        row.add_class("sk-case")
        return row

    def _case_in_words(self, case: dict[Any, Any]) -> str:
        named = self.link(case["case_id"], case["case_id"])
        therapist = "" if pd.isna(case["therapist_id"]) else f", therapist {case['therapist_id']}"
        about = f"{therapist}, {case['n_sessions']} rated sessions"
        reasons = "".join(f"<li>{html.escape(reason)}</li>" for reason in case["reasons"])
        return f'<span class="sk-case-id">{named}</span>{html.escape(about)}<ul>{reasons}</ul>'

    def _others(self, groups: dict[str, pd.DataFrame]) -> str:
        """Return the cases that need no word, folded away."""
        parts = []
        for name, title, caution in OTHER_GROUPS:
            cases = groups[name]
            if len(cases):
                listed = "".join(f"<div>{self._case_in_words(case)}</div>" for case in cases.to_dict("records"))
                parts.append(fold(f"{counted(len(cases), 'case')}: {title}", f"<p>{caution}</p>{listed}"))
        return "".join(parts)


def _order_in_words() -> str:
    reasons = "".join(
        f"<tr><td>{html.escape(reason.meaning)}</td><td>{reason.weight:g}</td></tr>" for reason in REASONS.values()
    )
    return (
        "<p>Each reason that holds for a case adds its weight, once; cases are listed by the sum. The weights are "
        "this kit's own choice. They make an order that can be explained, and are no estimate of risk.</p>"
        f'<table class="sk-table"><tr><th>reason</th><th>weight</th></tr>{reasons}</table>'
    )
