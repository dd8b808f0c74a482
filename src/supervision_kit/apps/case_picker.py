"""Which case, and by whose rating on which scale: the controls above everything else on the page of a case."""

from __future__ import annotations

from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.page import Page
from supervision_kit.instruments import INSTRUMENTS, say_scale
from supervision_kit.words import say, say_number
from supervision_kit.words.raters import say_rater


class CasePicker(ipw.VBox):
    """The case, with the ones before and after it in the caseload's order, and the series that the page is about.

    Switches that have nothing to switch between are not shown.
    """

    def __init__(self, state: CaseState, page: Page) -> None:
        self.state = state
        self.case = ipw.Dropdown(options=state.case_ids, value=state.case_id, description=say("Case"))
        self.before, self.after = _button(say("◂ Previous")), _button(say("Next ▸"))
        self.place = ipw.HTML()
        cases = ipw.Box([self.before, self.case, self.after, self.place])
        cases.add_class("sk-case-picker")
        self.rater = ipw.Dropdown(description=say("Rated by"))
        self.instrument = ipw.Dropdown(description=say("Questionnaire"))
        self.scale = ipw.Dropdown(description=say("Scale"))
        self.switches = {"rater": self.rater, "instrument": self.instrument, "scale": self.scale}
        series = ipw.Box(list(self.switches.values()))
        super().__init__([cases, series])
        for box in self.children:
            box.add_class("sk-controls")
        self._is_showing = False
        self.case.observe(page.guard_choice(self._choose_case), "value")
        for name, switch in self.switches.items():
            switch.observe(page.guard_choice(lambda change, name=name: self._switch(name, change)), "value")
        self.before.on_click(page.guard_choice(lambda _button: self._step(-1)))
        self.after.on_click(page.guard_choice(lambda _button: self._step(1)))
        state.observe(page.guard(self._show), "revision")
        self._show()

    def _choose_case(self, change: Any) -> None:
        self.state.case_id = change["new"]

    def _switch(self, name: str, change: Any) -> None:
        if self._is_showing:
            return
        if change["new"] in getattr(self.state, f"{name}s"):
            setattr(self.state, name, change["new"])
        else:  # what the case before had, chosen before this one's choices were there
            self._show()

    def _step(self, by: int) -> None:
        cases = self.state.case_ids
        self.state.case_id = cases[(cases.index(self.state.case_id) + by) % len(cases)]

    def _show(self, _change: object = None) -> None:
        state, cases = self.state, self.state.case_ids
        self._is_showing = True
        try:
            if tuple(self.case.options) != tuple(cases):
                self.case.options = cases
            self.case.value = state.case_id
            for name, names in self._names().items():
                _offer(self.switches[name], names, getattr(state, name))
        finally:
            self._is_showing = False
        at = say_number(cases.index(state.case_id) + 1)
        place = say("{at} of {n}, in the order of the caseload", at=at, n=say_number(len(cases)))
        self.place.value = f'<span class="sk-quiet">{place}</span>'
        for button in (self.before, self.after):
            button.disabled = len(cases) == 1

    def _names(self) -> dict[str, list[tuple[str, str]]]:
        """Return the choices of each switch as they are read, with what each stands for."""
        state = self.state
        return {
            "rater": [(say_rater(rater), rater) for rater in state.raters],
            "instrument": [
                (INSTRUMENTS[key].short_title if key in INSTRUMENTS else key, key) for key in state.instruments
            ],
            "scale": [(say_scale(state.instrument, scale), scale) for scale in state.scales],
        }


def _offer(switch: ipw.Dropdown, options: list[tuple[str, str]], value: str) -> None:
    """Offer these choices, with this one chosen; nothing is sent where nothing changed."""
    if list(switch.options) != options:
        switch.options = options
    switch.value = value if options else None
    switch.layout.display = "" if len(options) > 1 else "none"


def _button(words: str) -> ipw.Button:
    button = ipw.Button(description=words)
    button.add_class("sk-open")
    return button
