"""The controls for the method, its settings and the repair rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.fold_button import FoldButton
from supervision_kit.apps.line_state import LineState
from supervision_kit.apps.page import Page, quiet
from supervision_kit.apps.setting_field import SettingField
from supervision_kit.detection import METHODS, Method
from supervision_kit.words import later, say, say_n

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
        self._fields: dict[type[Method], dict[str, SettingField]] = {}
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
        self.method.observe(page.guard_choice(self._choose_method), "value")
        self.within.observe(page.guard_choice(self._choose_window), "value")
        self.kind.observe(page.guard_choice(self._choose_kind), "value")
        page.follow(state, self._show_settings, "revision")
        self._show_settings()

    def _choose_method(self, change: Any) -> None:
        if change["new"] != self.state.method.key:
            self.state.method = METHODS[change["new"]]()

    def _choose_window(self, change: Any) -> None:
        self.state.rule = replace(self.state.rule, within=change["new"])

    def _choose_kind(self, change: Any) -> None:
        self.state.rule = replace(self.state.rule, kind=change["new"])

    def _show_settings(self) -> None:
        method = self.state.method
        self.method.value = method.key
        fields = self._fields_of(type(method))
        for name, field in fields.items():
            field.show(getattr(method, name))
        if self.fields.children != tuple(fields.values()):  # else the focus stays in them
            self.fields.children = tuple(fields.values())
        told = {"method": say(method.title), "source": say(method.source)}
        self.source.value = quiet(
            say("{method}: {source}. It looks back only.", **told)
            if method.is_prospective
            else say("{method}: {source}. It looks at the whole series.", **told)
        )

    def _fields_of(self, kind: type[Method]) -> dict[str, SettingField]:
        """Return the fields of a method's settings, made once: a page keeps every widget that it was ever sent."""
        if kind not in self._fields:
            method = self.state.method
            self._fields[kind] = {
                one.name: SettingField(one, getattr(method, one.name), choose=self._chooser(kind, one.name))
                for one in method.settings()
            }
        return self._fields[kind]

    def _chooser(self, kind: type[Method], name: str) -> Callable[[float | None], None]:
        def choose(value: float | None) -> None:
            if type(self.state.method) is kind:  # else another method was chosen, and its fields are on their way
                self.state.method = replace(self.state.method, **{name: value})

        return self.page.guard_choice(choose)


def _box(*parts: ipw.Widget) -> ipw.Box:
    box = ipw.Box(parts)
    box.add_class("sk-controls")
    return box
