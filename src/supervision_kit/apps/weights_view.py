"""How the order of the caseload is made: the weight of each reason, to be seen and changed."""

from __future__ import annotations

from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.caseload_state import MOST_PLANNED, CaseloadState
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.page import Page
from supervision_kit.reasons import NEEDS_A_WORD, REASONS
from supervision_kit.reasons.kinds import HEAVIEST
from supervision_kit.words import say, say_number

STEP = 0.5


class WeightsView(Fold):
    """The weights, each beside what it is for; the order follows at once."""

    def __init__(self, state: CaseloadState, page: Page) -> None:
        self.state, self.page = state, page
        self.fields: dict[str, ipw.BoundedFloatText] = {}
        self.rows = ipw.VBox()
        self.rows.add_class("sk-weights")
        self.reset = ipw.Button(description=say("Back to the kit's own weights"))
        self.reset.add_class("sk-open")
        self.reset.on_click(page.guard(lambda _button: state.keep_weights({})))
        self.planned = ipw.BoundedIntText(
            description=say("Sessions that are usually planned (0: none)"), min=0, max=MOST_PLANNED
        )
        planned = ipw.Box([self.planned])
        planned.add_class("sk-field")
        self.planned.observe(page.guard(lambda change: state.plan_sessions(change["new"])), "value")
        explained = ipw.HTML(f"<p>{_explanation()}</p>")
        super().__init__(
            say("How this order is made"), explained, self.rows, self.reset, planned, page=page, fill=self._fill
        )
        state.observe(page.guard(lambda _change: self.refresh()), ["weights", "planned_sessions"])

    def _fill(self) -> None:
        if not self.fields:
            self.fields = {key: self._field(key) for key in REASONS}
            self.rows.children = tuple(self.fields.values())
        for key, field in self.fields.items():
            field.value = self.state.weights.get(key, REASONS[key].weight)
        self.planned.value = self.state.planned_sessions

    def _field(self, key: str) -> ipw.BoundedFloatText:
        field = ipw.BoundedFloatText(
            value=self.state.weights.get(key, REASONS[key].weight),
            description=say(REASONS[key].meaning),
            min=0,
            max=HEAVIEST,
            step=STEP,
        )
        field.observe(self.page.guard(lambda change: self._weigh(key, change)), "value")
        return field

    def _weigh(self, key: str, change: Any) -> None:
        if change["new"] != self.state.weights.get(key, REASONS[key].weight):
            self.state.set_weight(key, change["new"])


def _explanation() -> str:
    return say(
        "Each reason that holds for a case adds its weight, once; cases are listed by the sum, and need a word from "
        "{line} on. The weights are this kit's own choice: they make an order that can be explained, and are no "
        "estimate of risk. Yours are remembered.",
        line=say_number(NEEDS_A_WORD),
    )
