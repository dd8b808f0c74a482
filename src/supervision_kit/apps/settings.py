"""The controls for the method, its settings and the repair rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, replace
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.fold_button import FoldButton
from supervision_kit.apps.line_state import LineState
from supervision_kit.apps.page import Page, quiet
from supervision_kit.detection import METHODS, Method
from supervision_kit.words import later, say, say_n

STEP, SMALL_STEP = 0.1, 0.01  # of a setting, by the arrows beside it
WITHIN_CHOICES = (3, 5)  # the windows that the literature names
KINDS = (
    (later("back near the level before"), "level"),
    (later("half of the fall regained"), "half"),
    (later("two ratings in a row back inside the limit"), "limits"),
)


class SettingsView(ipw.VBox):
    """Method and settings, folded away until wanted; changes go to the state."""

    def __init__(self, state: LineState, page: Page) -> None:
        self.state, self.page = state, page
        self._shown: Method | None = None
        self.method = ipw.Dropdown(
            options=[(say(method.title), key) for key, method in METHODS.items()],
            value=state.method.key,
            description=say("Method"),
        )
        self.within = ipw.Dropdown(
            options=[
                (say_n("within {n} session", "within {n} sessions", n), n)
                for n in sorted({*WITHIN_CHOICES, state.rule.within})
            ],
            value=state.rule.within,
            description=say("Repaired if back"),
        )
        self.kind = ipw.Dropdown(
            options=[(say(words), key) for words, key in KINDS],
            value=state.rule.kind,
            description=say("Repaired means"),
        )
        self.source = ipw.HTML()
        self.fields = _box()
        self.body = ipw.VBox([_box(self.method, self.kind, self.within), self.fields, self.source])
        self.toggle = FoldButton(say("Method and settings"), self.body)
        super().__init__([self.toggle, self.body])
        self.add_class("sk-settings")
        self.method.observe(page.guard(self._choose_method), "value")
        self.within.observe(page.guard(self._choose_window), "value")
        self.kind.observe(page.guard(self._choose_kind), "value")
        state.observe(page.guard(self._show_settings), "method")
        self._show_settings()

    def _choose_method(self, change: Any) -> None:
        if change["new"] != self.state.method.key:
            self.state.method = METHODS[change["new"]]()

    def _choose_window(self, change: Any) -> None:
        self.state.rule = replace(self.state.rule, within=change["new"])

    def _choose_kind(self, change: Any) -> None:
        self.state.rule = replace(self.state.rule, kind=change["new"])

    def _show_settings(self, _change: object = None) -> None:
        method = self.state.method
        self.method.value = method.key
        if type(method) is not type(self._shown):  # else the fields stay, and so does the focus in them
            self._shown = method
            self.fields.children = [self._field(one, getattr(method, one.name)) for one in method.settings()]
        told = {"method": say(method.title), "source": say(method.source)}
        self.source.value = quiet(
            say("{method}: {source}. It looks back only.", **told)
            if method.is_prospective
            else say("{method}: {source}. It looks at the whole series.", **told)
        )

    def _field(self, setting: Field[Any], value: float | None) -> ipw.Widget:
        """Return a number field, with a tick for "none" where the setting knows it, or a tick alone for yes and no."""
        label, if_none = (say(str(setting.metadata[key])) for key in ("label", "if_none"))
        start = setting.metadata["start"]
        kind, words = str(setting.type), label[0].upper() + label[1:]
        if kind == "bool":
            yes = ipw.Checkbox(value=bool(value), description=words, indent=False)
            return self._listening([yes], setting.name, lambda: yes.value)
        number = (ipw.IntText if "int" in kind else ipw.FloatText)(
            value=start if value is None else value,
            description=words,
            layout=_shown(value is not None),
            step=1 if "int" in kind else SMALL_STEP if 0 < (value or 0) < STEP else STEP,
        )
        tick = ipw.Checkbox(value=value is None, description=f"{label}: {if_none}", indent=False)

        def read() -> float | None:
            number.layout = _shown(not tick.value)
            return None if tick.value else number.value

        return self._listening([number, tick] if if_none else [number], setting.name, read)

    def _listening(self, controls: list[ipw.Widget], name: str, read: Callable[[], float | None]) -> ipw.Widget:
        def change(_change: object) -> None:
            self.state.method = replace(self.state.method, **{name: read()})

        for control in controls:
            control.observe(self.page.guard(change), "value")
        field = ipw.VBox(controls)
        field.add_class("sk-field")
        return field


def _shown(is_shown: bool) -> ipw.Layout:  # noqa: FBT001 - reads as a question
    return ipw.Layout(display="" if is_shown else "none")


def _box(*parts: ipw.Widget) -> ipw.Box:
    box = ipw.Box(parts)
    box.add_class("sk-controls")
    return box
