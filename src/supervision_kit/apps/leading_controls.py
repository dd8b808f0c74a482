"""What the facilitator's controls have in common: they show where the group is, and lead it when they are used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.page import Page


class LeadingControls(ipw.VBox):
    """A part of the facilitator's page; what was refused is shown as it is."""

    def __init__(self, state: FacilitatorState, page: Page, *parts: ipw.Widget) -> None:
        self.state, self.page = state, page
        self._is_showing = False
        super().__init__(parts)
        self.listen()
        page.follow(state, self._show, "revision")
        self._show()

    def listen(self) -> None:
        """Let each control do its step."""
        raise NotImplementedError

    def show(self) -> None:
        """Show where the group is."""
        raise NotImplementedError

    def choose(self, control: ipw.Widget, act: Callable[[Any], None]) -> None:
        """Let `act` take what is chosen or typed in a control."""

        def take(change: Any) -> None:
            if self._is_showing:
                return
            try:
                act(change["new"])
            finally:
                self._show()

        control.observe(self.page.guard(take), "value")

    def click(self, pressed: ipw.Button, act: Callable[[], None]) -> None:
        """Let a button do this."""
        pressed.on_click(self.page.guard_choice(lambda _button: act()))

    def _show(self) -> None:
        self._is_showing = True
        try:
            self.show()
        finally:
            self._is_showing = False


def button(words: str, *, is_first: bool = False) -> ipw.Button:
    """Return a button; `is_first` is the one that one most likely wants."""
    made = ipw.Button(description=words)
    made.add_class("sk-do" if is_first else "sk-open")
    return made


def in_a_row(*parts: ipw.Widget) -> ipw.Box:
    """Return controls side by side, as far as there is room."""
    row = ipw.Box(parts)
    row.add_class("sk-controls")
    return row


def offer(choice: ipw.Dropdown, options: list[tuple[str, Any]], value: Any) -> None:
    """Offer these, with this one chosen, or else the first; nothing is sent where nothing changed."""
    options = options or [("–", 0)]
    if list(choice.options) != options:
        choice.options = options
    known = [one for _, one in options]
    choice.value = value if value in known else known[0]
