"""How far can I trust this: false alarms, what is found, and a threshold to move."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ipywidgets as ipw
import pandas as pd

from supervision_kit import charts
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.page import Page, fold, heading, table_of
from supervision_kit.apps.trust_state import TrustState
from supervision_kit.detection import METHODS
from supervision_kit.detection.method import n_digits
from supervision_kit.words import later, say, say_number, say_share

INTRO = later(
    "Ratings like these are simulated, with the same lengths and on the same form: without any rupture, and with "
    "ruptures of known depth planted into them. What each method makes of them says how far it can be trusted here."
)
NOTHING_TO_TRY = later("There is no alliance rating by the client here to try the methods on.")
LOOKS = {"back": later("earlier sessions alone"), "whole": later("the whole series")}


class TrustView(ipw.VBox):
    """The panel; it works when its button is pressed."""

    def __init__(self, state: TrustState, page: Page) -> None:
        self.state, self.page = state, page
        self.start = ipw.Button(description=say("Try the methods on ratings like these"))
        self.start.add_class("sk-do")
        self.head, self.status, self.bar = ipw.HTML(), ipw.HTML(), ipw.FloatProgress(min=0.0, max=1.0)
        self.group = ipw.Dropdown(description=say("Rated on"))
        self.answer, self.alarms, self.found, self.table = ipw.HTML(), ChartView(), ChartView(), ipw.HTML()
        self.slider = ipw.SelectionSlider(options=[0.0], description=say("Threshold"), continuous_update=True)
        self.at_threshold, self.curve = ipw.HTML(), ChartView()
        self.drawn = ipw.VBox([self.curve])
        choice = ipw.Box([self.group])
        choice.add_class("sk-controls")
        threshold = ipw.Box([self.slider])
        threshold.add_class("sk-threshold")
        other = ipw.VBox([heading(3, say("If the threshold were another")), threshold, self.at_threshold, self.drawn])
        self.results = ipw.VBox([choice, self.answer, self.alarms, self.found, self.table, other])
        super().__init__([self.head, self.start, self.status, self.bar, self.results])
        self.add_class("sk-trust")
        self.start.on_click(page.guard(lambda _button: self._work_out()))
        self.group.observe(page.guard(self._choose_group), "value")
        self._chosen_by_hand = page.guard(self._choose_threshold)
        self.slider.observe(self._chosen_by_hand, "value")
        state.observe(self._tell, ["stage", "progress"])
        state.observe(page.guard(self._redraw), "calibration")
        state.observe(page.guard(self._show_group), ["group", "curve"])
        state.observe(page.guard(self._show_threshold), "threshold")
        self._tell()
        self._redraw()

    def _work_out(self) -> None:
        self.start.disabled = True
        try:
            self.state.work_out()
        finally:
            self.start.disabled = False

    def _tell(self, _change: object = None) -> None:
        state = self.state
        self.status.value = f'<p role="status">{html.escape(state.stage)} …</p>' if state.stage else ""
        self.bar.value, self.bar.layout.display = max(state.progress, 0.0), "" if state.stage else "none"

    def _redraw(self, _change: object = None) -> None:
        state = self.state
        about = say(INTRO) if state.can_work_out else say(NOTHING_TO_TRY)
        self.head.value = f"<h2>{html.escape(say('How far can I trust this?'))}</h2><p>{html.escape(about)}</p>"
        self.start.layout.display = "none" if state.is_worked_out or not state.can_work_out else ""
        self.results.layout.display = "" if state.is_worked_out else "none"
        if state.is_worked_out:
            self.group.options = [(title, key) for key, title in state.groups.items()]
            self.group.value = state.group
            self._show_group()

    def _choose_group(self, change: Any) -> None:
        if change["new"]:
            self.state.group = change["new"]

    def _choose_threshold(self, change: Any) -> None:
        self.state.threshold = change["new"]

    def _show_group(self, _change: object = None) -> None:
        state = self.state
        if not state.is_worked_out:
            return
        self.answer.value = f"<p>{html.escape(state.answer)}</p>"
        self.alarms.show(charts.false_alarms(state.of_group))
        self.found.show(charts.share_found(state.of_group))
        self.table.value = fold(say("The same in numbers"), figures_in_words(state.of_group))
        curve = state.curve_of_group
        self.slider.layout.display = self.drawn.layout.display = "" if len(curve) else "none"
        if len(curve):
            nearest = min(curve["threshold"], key=lambda value: abs(value - state.threshold))
            options = [(say_number(value, digits=n_digits(value)), value) for value in curve["threshold"]]
            if [*self.slider.options] != options:
                with self._quiet_slider(), self.slider.hold_sync():
                    self.slider.options = options  # chooses the first
                    self.slider.value = nearest
            self.slider.value = nearest
            self.slider.description = state.setting[0].upper() + state.setting[1:]
        self._show_threshold()

    @contextmanager
    def _quiet_slider(self) -> Iterator[None]:
        """Change the slider without choosing anything."""
        self.slider.unobserve(self._chosen_by_hand, "value")
        try:
            yield
        finally:
            self.slider.observe(self._chosen_by_hand, "value")

    def _show_threshold(self, _change: object = None) -> None:
        state, curve = self.state, self.state.curve_of_group
        self.at_threshold.value = f'<p role="status">{html.escape(state.at_threshold)}</p>'
        if len(curve):
            self.curve.show(charts.threshold_curve(curve, chosen=self.slider.value, setting=state.setting))


def figures_in_words(figures: pd.DataFrame) -> str:
    """Return the figures of one questionnaire as an HTML table: a row per method, each with its interval."""
    told = figures[figures["shape"].isin(["any", "no rupture"])]
    sizes = sorted(told.loc[told["size"] > 0, "size"].unique())
    columns = [
        ("false alarms per 100 sessions", 0.0, say("false alarms per 100 sessions")),
        *(("share found", size, say("found, {size} SD deep", size=say_number(size))) for size in sizes),
        *(("sessions of delay", size, say("sessions late, {size} SD deep", size=say_number(size))) for size in sizes),
    ]
    rows = {(row["method"], row["measure"], row["size"]): row for row in told.to_dict("records")}
    heads = [say("method"), say("judges from"), *(title for *_, title in columns)]
    body = []
    for method, looks in told[["method", "looks"]].drop_duplicates().itertuples(index=False):
        cells = [_cell(rows.get((method, measure, size)), measure) for measure, size, _ in columns]
        name = say(METHODS[method].title) if method in METHODS else method
        body.append([name, say(LOOKS[looks]), *cells])
    return table_of(heads, body, label=say("The same in numbers"))


def _cell(row: Any, measure: str) -> str:
    if row is None or pd.isna(row["value"]):
        return "–"
    value, low, high = (
        say_share(row[name]) if measure == "share found" else say_number(row[name], digits=1)
        for name in ("value", "low", "high")
    )
    return say("{value} ({low} to {high})", value=value, low=low, high=high)
