"""A supervisee's cases together, and a comparison of therapists that must be asked for."""

from __future__ import annotations

import html

import ipywidgets as ipw

from supervision_kit import charts
from supervision_kit.apps.caseload_state import CaseloadState
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.page import Page
from supervision_kit.apps.supervisee_state import SuperviseeState
from supervision_kit.words import say


class SuperviseeView(ipw.VBox):
    """What the chosen supervisee's cases show together; the funnel of all waits behind a button."""

    def __init__(self, state: CaseloadState, page: Page) -> None:
        self.state = SuperviseeState(state)
        self.text = ipw.HTML()
        self.together = Fold(say("These cases together"), self.text, page=page, fill=self._tell)
        self.funnel = FunnelView(self.state, page)
        super().__init__([self.together, self.funnel])
        page.follow(state, self._follow, "revision")
        self._follow()

    def _follow(self) -> None:
        self.together.layout.display = "" if self.state.therapist_id else "none"
        self.funnel.layout.display = "" if self.state.can_compare else "none"
        self.together.button.description = self.state.title
        self.together.refresh()
        self.funnel.refresh()

    def _tell(self) -> None:
        said = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.state.sentences)
        trend = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.state.trend)
        lens = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.state.lens)
        self.text.value = (
            f"<ul>{said}</ul><h3>{html.escape(say('Earlier and later cases'))}</h3>{trend}"
            + (f"<h3>{html.escape(say('Through the trust lens'))}</h3><ul>{lens}</ul>" if lens else "")
            + f'<p class="sk-quiet">{html.escape(_no_grade())}</p>'
        )


class FunnelView(Fold):
    """The funnel plot, drawn only when it is asked for, with its warning first."""

    def __init__(self, state: SuperviseeState, page: Page) -> None:
        self.state = state
        self.warning = ipw.HTML(_warning())
        self.ask = ipw.Button(description=say("Show the comparison all the same"))
        self.ask.add_class("sk-open")
        self.ask.on_click(page.guard(self._show))
        self.chart, self.said = ChartView(), ipw.HTML()
        self.chart.remove_class("sk-chart")  # the page has one chart
        self.chart.add_class("sk-strips")
        self.drawn = ipw.VBox([])
        super().__init__(say("Compare therapists"), self.warning, self.ask, self.drawn, page=page, fill=self._fill)

    def _show(self, _button: object) -> None:
        self.state.is_asked_for = True
        self.ask.layout.display = "none"
        self._fill()

    def _fill(self) -> None:
        if not self.state.is_asked_for:
            return
        funnel, limits = self.state.funnel, self.state.funnel_limits
        self.said.value = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.state.funnel_in_words)
        self.chart.show(charts.supervisee_funnel(funnel, limits))
        self.drawn.children = (self.said, self.chart)


def _no_grade() -> str:
    return say("None of this says how good a therapist is. It says where to look together.")


def _warning() -> str:
    sentences = (
        say(
            "A comparison of therapists tempts to rank them. With the few cases that each has, most differences are "
            "chance; clients, settings and referrals differ; and therapists who were shown ranks did not trust them."
        ),
        say(
            "What is shown is a funnel: within its lines, a therapist differs from the whole by no more than chance "
            "would have it. Points carry no names until one points at them."
        ),
        say("Method after Spiegelhalter (2005), Statistics in Medicine, 10.1002/sim.1970."),
    )
    return "".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences)
