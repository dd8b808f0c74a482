"""One setting of a method: a number, with a tick for "none" where it knows that, or a tick alone for yes and no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field
from typing import Any

import ipywidgets as ipw

from supervision_kit.words import say

STEP, SMALL_STEP = 0.1, 0.01  # of a setting, by the arrows beside it


class SettingField(ipw.VBox):
    """The controls of one setting.

    Parameters
    ----------
    setting
        The field of the method's class.
    value
        What it is set to.
    choose
        Called with what it is set to by hand.
    """

    def __init__(self, setting: Field[Any], value: float | None, *, choose: Callable[[float | None], None]) -> None:
        label, if_none = (say(str(setting.metadata[key])) for key in ("label", "if_none"))
        self._start = setting.metadata["start"]
        kind, words = str(setting.type), label[0].upper() + label[1:]
        self._yes = ipw.Checkbox(description=words, indent=False) if kind == "bool" else None
        self._number = (ipw.IntText if "int" in kind else ipw.FloatText)(
            description=words, step=1 if "int" in kind else SMALL_STEP if 0 < (value or 0) < STEP else STEP
        )
        self._none = ipw.Checkbox(description=f"{label}: {if_none}", indent=False)
        controls = [self._yes] if self._yes else [self._number, self._none] if if_none else [self._number]
        super().__init__(controls)
        self.add_class("sk-field")
        self._is_showing = False
        self.show(value)
        for control in controls:
            control.observe(lambda _change: None if self._is_showing else self._choose(choose), "value")

    def show(self, value: float | None) -> None:
        """Show what it is set to; nobody is called."""
        self._is_showing = True
        try:
            if self._yes:
                self._yes.value = bool(value)
                return
            self._none.value = value is None
            if value is not None:
                self._number.value = value
            elif not self._number.value:
                self._number.value = self._start
            self._number.layout.display = "none" if value is None else ""
        finally:
            self._is_showing = False

    def _choose(self, choose: Callable[[float | None], None]) -> None:
        if self._yes:
            choose(self._yes.value)
            return
        self._number.layout.display = "none" if self._none.value else ""
        choose(None if self._none.value else self._number.value)
