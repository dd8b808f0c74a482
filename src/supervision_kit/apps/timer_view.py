"""The facilitator's hand on the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.page import Page
from supervision_kit.consulting import PARTS
from supervision_kit.consulting.timer import LONGEST, Timer
from supervision_kit.words import say


class TimerView(ipw.VBox):
    """Start and stop the time, go on to the next part, and say how long each may take."""

    def __init__(self, state: FacilitatorState, page: Page) -> None:
        self.state = state
        self.run, self.before, self.after = ipw.Button(), ipw.Button(description=say("◂ Part before")), ipw.Button()
        self.after.description = say("Next part ▸")
        for button in (self.run, self.before, self.after):
            button.add_class("sk-open")
        self.minutes = [
            ipw.BoundedIntText(value=1, min=1, max=LONGEST, description=say("{part}, minutes", part=say(part)))
            for part in PARTS
        ]
        fields = ipw.Box([_field(one) for one in self.minutes])
        fields.add_class("sk-controls")
        buttons = ipw.Box([self.run, self.before, self.after])
        buttons.add_class("sk-buttons")
        super().__init__([buttons, Fold(say("How long each part takes"), fields, page=page)])
        self._is_showing = False

        def click(button: ipw.Button, change: Callable[[Timer, float], Timer]) -> None:
            button.on_click(page.guard(lambda _button: state.set_time(change)))

        click(self.run, lambda timer, now: timer.stop(now) if timer.is_running else timer.start(now))
        click(self.before, lambda timer, now: timer.go_to(max(timer.part - 1, 1), now))
        click(self.after, lambda timer, now: timer.go_to(min(timer.part + 1, len(PARTS)), now))
        for one in self.minutes:
            one.observe(page.guard(self._allow), "value")
        state.observe(page.guard(self._show), "revision")
        self._show()

    def _allow(self, _change: Any) -> None:
        if not self._is_showing:
            minutes = tuple(int(one.value) for one in self.minutes)
            self.state.set_time(lambda timer, _now: timer.allow(minutes))

    def _show(self, _change: object = None) -> None:
        timer = self.state.stage.timer
        self.run.description = say("Stop the time") if timer.is_running else say("Start the time")
        self._is_showing = True
        try:
            for one, minutes in zip(self.minutes, timer.minutes, strict=True):
                one.value = minutes
        finally:
            self._is_showing = False


def _field(control: ipw.Widget) -> ipw.Box:
    field = ipw.Box([control])
    field.add_class("sk-field")
    return field
