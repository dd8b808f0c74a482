"""Ruptures and repairs: how do they go in this caseload, and how far can that be trusted."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as ipw

from supervision_kit import charts
from supervision_kit.apps.agreement_words import agreement_in_words
from supervision_kit.apps.chance_view import ChanceView
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.class_shares_view import ClassSharesView
from supervision_kit.apps.episodes_state import EpisodesState
from supervision_kit.apps.episodes_table import falls_as_workbook, falls_to_read, widths_in_words
from supervision_kit.apps.leading_page import LeadingPage
from supervision_kit.apps.page import as_code, heading, note, quiet
from supervision_kit.apps.row_table import row_table
from supervision_kit.apps.save_button import SaveButton
from supervision_kit.apps.settings import SettingsView
from supervision_kit.apps.trust_state import TrustState
from supervision_kit.apps.trust_view import TrustView
from supervision_kit.charts.theme import OUTCOME_WORDS
from supervision_kit.detection import METHODS
from supervision_kit.words import later, say, say_share
from supervision_kit.words.raters import say_rater

ALL = later("all")
DEPTHS = (0.0, 0.1, 0.2, 0.3)  # shares of the scale
READING = later(
    "A band reaches from the first marked session to the one that is back; ▼ is the lowest rating. “Down” now: the "
    "latest rating is less than half way back. Click a row, or choose its case below, to open it."
)

TIMES = later(
    "Of all falls, by the rule under Method and settings, however late. The band is the 95 % interval; falls whose "
    "ratings end before they are back are followed as far as they go and never counted as not repaired. Part of what "
    "comes back does so by chance: see above."
)


class EpisodesPage(LeadingPage):
    """The page of all falls; `state` holds its choices and tables."""

    name, title = "episodes", later("ruptures and repairs")

    def __init__(self, state: EpisodesState, *, warning: str = "", notes: str = "") -> None:
        super().__init__(state, warning=warning, notes=notes)
        self.state = state
        self.summary, self.showing, self.code = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self.summary.add_class("sk-summary")
        self.filters = FilterView(state, self)
        self.chance = ChanceView(state, self, then=self._show_rest)
        self.timeline, self.cases, self.turner = ChartView(), CaseChoice(self), PageTurner(state, self)
        self.drawn = ipw.VBox([self.timeline, self.cases])  # charts and buttons of our own are hidden by their box
        self.table = ipw.VBox()
        self.table.add_class("sk-table-place")
        self.agreement, self.trust = ipw.HTML(), TrustState(state)
        self.curve, self.curve_says = ChartView(), ipw.HTML()
        self.times = ipw.VBox([heading(2, say("How long until they are back")), self.curve_says, self.curve])
        self.save = SaveButton(self._as_workbook, self.guard, description=say("Save these falls (Excel)"))
        saving = () if state.is_shared else (self.save,)
        self.rows = ipw.VBox([heading(2, say("The falls shown, one by one")), self.table, *saving])
        self.rows.add_class("sk-rows")
        self.parts = (
            ipw.HTML(warning),
            self.summary,
            self.chance,
            self.filters,
            self.showing,
            self.drawn,
            self.turner,
            self.times,
            self.agreement,
            self.rows,
            ClassSharesView(state, self),
            TrustView(self.trust, self),
            SettingsView(state, self),
            self.code,
            ipw.HTML(notes),
        )
        self.lay_out(*self.parts)
        self.timeline.observe(self.guard(self._pick), "picked")
        self.follow(state, self._redraw, "line", "therapist_id")
        self.follow(state, self._show_falls, "line", "therapist_id", "least_depth", "outcome", "open_only", "page")
        self.chance.follow("line", "therapist_id")
        self.guard(self._redraw)()
        self.guard(self._show_falls)()

    def prepare(self) -> None:
        """Say now what chance alone would give."""
        self.chance.prepare()

    def _redraw(self) -> None:
        state = self.state
        self.summary.value = f"<p>{html.escape(state.answer)}</p>{note(state.advice)}"
        self.code.value = as_code(state.as_code)

    def _show_falls(self) -> None:
        state, falls = self.state, self.state.shown
        self.showing.value = f"<p>{html.escape(state.showing)}</p>{quiet(say(READING)) if len(falls) else ''}"
        has_falls = ipw.Layout(display="" if len(falls) else "none")
        self.drawn.layout = self.rows.layout = has_falls
        if len(falls):
            self.timeline.show(charts.episode_timeline(falls, state.shown_cases))
            self.cases.offer(state.shown_cases["case_id"].to_list())
            self.table.children = [row_table(falls_to_read(falls), widths=widths_in_words())]

    def _show_rest(self) -> None:
        """Show what waits until the page is seen."""
        state, times = self.state, self.state.times
        self.agreement.value = agreement_in_words(state.agreed, state.agreement)
        self.curve_says.value = quiet(say(TIMES)) if len(times) else ""
        self.times.layout.display = "" if len(times) else "none"
        if len(times):
            self.curve.show(charts.repair_curve(times))

    def _pick(self, change: Any) -> None:
        for case in change["new"].get("case_id") or []:
            self.cases.choice.value = case

    def _as_workbook(self) -> tuple[str, bytes]:
        about = f"{self.state.answer}\n{self.state.showing}\n{self.state.method.in_words}"
        return say("falls.xlsx"), falls_as_workbook(self.state.shown, about=about)


class FilterView(ipw.Box):
    """The filters: whose falls and by which method, and which of them are shown."""

    def __init__(self, state: EpisodesState, page: EpisodesPage) -> None:
        outcomes = [(say(ALL), ""), *((say(word), key) for key, word in OUTCOME_WORDS.items())]
        self.method = _dropdown(
            say("Method"), [(say(method.title), key) for key, method in METHODS.items()], state.method.key
        )
        self.rater = _dropdown(say("Rated by"), [(say_rater(rater), rater) for rater in state.raters], state.rater)
        self.therapist = _dropdown(say("Therapist"), state.therapist_choices, state.therapist_id)
        self.depth = _dropdown(say("Fell by"), [(_say_depth(depth), depth) for depth in DEPTHS], state.least_depth)
        self.outcome = _dropdown(say("How it ended"), outcomes, "")
        self.open_only = ipw.Checkbox(description=say("only those down at the latest rating"), indent=False)
        raters = [self.rater] if len(state.raters) > 1 else []
        super().__init__([self.method, *raters, self.therapist, self.depth, self.outcome, self.open_only])
        self.add_class("sk-controls")
        links: dict[str, ipw.Widget] = {
            "rater": self.rater,
            "therapist_id": self.therapist,
            "least_depth": self.depth,
            "outcome": self.outcome,
            "open_only": self.open_only,
        }
        for trait, control in links.items():
            control.observe(page.guard_choice(_setter(state, trait)), "value")
        self.method.observe(page.guard_choice(lambda change: _choose_method(state, change["new"])), "value")
        state.observe(self._follow, "method")

    def _follow(self, change: Any) -> None:
        self.method.value = change["new"].key


class CaseChoice(ipw.Box):
    """One of the cases shown, to be opened; a row picked in the chart is chosen here."""

    def __init__(self, page: EpisodesPage) -> None:
        self.page: EpisodesPage = page
        self.choice = _dropdown(say("Case"), [], None)
        super().__init__([self.choice])
        self.add_class("sk-controls")
        self.add_class("sk-case-choice")
        self.choice.observe(page.guard(self._show), "value")

    def offer(self, case_ids: list[str]) -> None:
        """Offer these cases, the first of them chosen."""
        if [*self.choice.options] != case_ids:
            self.choice.options = case_ids
            self.choice.value = next(iter(case_ids), None)
        self._show()

    def _show(self, _change: object = None) -> None:
        seen_at = None if self.page.state.rater == "client" else {"rater": self.page.state.rater}
        opener = [self.page.opener(self.choice.value, seen_at)] if self.choice.value else []
        self.children = [self.choice, *opener]


class PageTurner(ipw.Box):
    """Two buttons that turn the pages of the time lines; hidden where there is one page."""

    def __init__(self, state: EpisodesState, page: EpisodesPage) -> None:
        self.state = state
        self.back, self.on = (
            ipw.Button(description=f"◂ {say('Cases before')}"),
            ipw.Button(description=f"{say('Further cases')} ▸"),
        )
        super().__init__([self.back, self.on])
        self.add_class("sk-controls")
        self.add_class("sk-open")
        self.back.on_click(page.guard_choice(lambda _button: self._turn(-1)))
        self.on.on_click(page.guard_choice(lambda _button: self._turn(+1)))
        page.follow(state, self._show, "page", "line", "therapist_id", "least_depth", "outcome", "open_only")
        self._show()

    def _turn(self, pages: int) -> None:
        self.state.page += pages

    def _show(self) -> None:
        self.layout.display = "none" if self.state.n_pages == 1 else ""
        self.back.disabled, self.on.disabled = self.state.page == 0, self.state.page == self.state.n_pages - 1


def _setter(state: EpisodesState, trait: str) -> Callable[[Any], None]:
    return lambda change: setattr(state, trait, change["new"])


def _choose_method(state: EpisodesState, key: str) -> None:
    if key != state.method.key:
        state.method = METHODS[key]()


def _say_depth(share: float) -> str:
    if not share:
        return say("any")
    return say("{share} of the scale or more", share=say_share(share))


def _dropdown(description: str, options: Any, value: Any) -> ipw.Dropdown:
    return ipw.Dropdown(options=options, value=value, description=description)
