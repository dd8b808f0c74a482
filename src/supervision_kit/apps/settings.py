"""The controls for the method, its settings and the repair rule."""

from __future__ import annotations

from dataclasses import Field, replace
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.line_state import LineState
from supervision_kit.apps.page import Page
from supervision_kit.detection import METHODS

WITHIN_CHOICES = (3, 5)  # the windows that the literature names


class SettingsView(ipw.VBox):
    """Method and settings, folded away until wanted; changes go to the state."""

    def __init__(self, state: LineState, page: Page) -> None:
        self.state, self.page = state, page
        self.toggle = ipw.ToggleButton(value=False, description="Method and settings ▸")
        self.toggle.add_class("sk-fold-button")
        self.method = ipw.Dropdown(
            options=[(method.title, key) for key, method in METHODS.items()],
            value=state.method.key,
            description="Method",
        )
        self.within = ipw.Dropdown(
            options=[(f"within {n} sessions", n) for n in sorted({*WITHIN_CHOICES, state.rule.within})],
            value=state.rule.within,
            description="Repaired if back",
        )
        self.source = ipw.HTML()
        self.fields = _box()
        self.body = ipw.VBox([_box(self.method, self.within), self.fields, self.source])
        super().__init__([self.toggle, self.body])
        self.add_class("sk-settings")
        self.method.observe(page.guard(self._choose_method), "value")
        self.within.observe(page.guard(self._choose_window), "value")
        self.toggle.observe(self._fold, "value")
        self._fold()
        self._show_settings()

    def _fold(self, _change: object = None) -> None:
        self.body.layout.display = "" if self.toggle.value else "none"
        self.toggle.description = f"Method and settings {'▾' if self.toggle.value else '▸'}"

    def _choose_method(self, change: Any) -> None:
        self.state.method = METHODS[change["new"]]()
        self._show_settings()

    def _choose_window(self, change: Any) -> None:
        self.state.rule = replace(self.state.rule, within=change["new"])

    def _show_settings(self) -> None:
        method = self.state.method
        self.fields.children = [self._field(one, getattr(method, one.name)) for one in method.settings()]
        looks = "looks back only" if method.is_prospective else "looks at the whole series"
        self.source.value = f'<p class="sk-quiet">{method.title}: {method.source}. It {looks}.</p>'

    def _tick(self, setting: Field[Any], *, value: bool) -> ipw.Widget:
        tick = ipw.Checkbox(value=value, description=setting.metadata["label"], indent=False)

        def change(_change: object) -> None:
            self.state.method = replace(self.state.method, **{setting.name: tick.value})

        tick.observe(self.page.guard(change), "value")
        field = ipw.VBox([tick])
        field.add_class("sk-field")
        return field

    def _field(self, setting: Field[Any], value: float | None) -> ipw.Widget:
        """Return a number field, with a tick for "none" where the setting knows it."""
        label, if_none, start = (setting.metadata[key] for key in ("label", "if_none", "start"))
        if isinstance(value, bool):
            return self._tick(setting, value=value)
        is_whole = "int" in str(setting.type)
        number = (ipw.IntText if is_whole else ipw.FloatText)(
            value=start if value is None else value,
            description=label[0].upper() + label[1:],
            layout=_shown(value is not None),
            step=1 if is_whole else 0.1,
        )
        tick = ipw.Checkbox(value=value is None, description=f"{label}: {if_none}", indent=False)

        def change(_change: object) -> None:
            number.layout = _shown(not tick.value)
            self.state.method = replace(self.state.method, **{setting.name: None if tick.value else number.value})

        for control in (number, tick):
            control.observe(self.page.guard(change), "value")
        field = ipw.VBox([number, tick] if if_none else [number])
        field.add_class("sk-field")
        return field


def _shown(is_shown: bool) -> ipw.Layout:  # noqa: FBT001 - reads as a question
    return ipw.Layout(display="" if is_shown else "none")


def _box(*parts: ipw.Widget) -> ipw.Box:
    box = ipw.Box(parts)
    box.add_class("sk-controls")
    return box
