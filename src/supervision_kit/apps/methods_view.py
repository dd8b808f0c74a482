"""What each method says of the series shown, session by session, and why."""

from __future__ import annotations

import html

import ipywidgets as ipw

from supervision_kit import charts
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.page import Page, fold, quiet
from supervision_kit.words import later, say, say_number


class MethodsView(Fold):
    """A strip per method on the axis of the trajectory, and the rule behind each mark; made when it is opened."""

    def __init__(self, state: CaseState, page: Page, chart: ChartView) -> None:
        self.state, self.chart = state, chart
        self.strips, self.flags = ChartView(), ipw.HTML()
        self.strips.remove_class("sk-chart")  # the page has one chart; the strips belong to it
        self.strips.add_class("sk-strips")
        super().__init__(say("Compare methods"), self.strips, self.flags, page=page, fill=self._show_methods)

    def _show_methods(self) -> None:
        state, frame = self.state, self.chart.figure["tables"].get("frame")
        right = frame[0]["right"] if frame else None
        looks = {key: "back" if method.is_prospective else "whole" for key, method in state.methods.items()}
        self.strips.show(
            charts.method_strips(state.comparison, case_id=state.case_id, looks=looks, right=right, rater=state.rater)
        )
        self.flags.value = _flags_in_words(state.flags, state.counts)


def _flags_in_words(flags: dict[int, list[tuple[str, str]]], counts: dict[int, str]) -> str:
    """Return, for each session that a method marks, how many do and what each of them says."""
    parts = []
    for session, said in flags.items():
        rules = "".join(f"<li><b>{html.escape(say(title))}.</b> {html.escape(why)}</li>" for title, why in said)
        heading = say("Session {session}, {count}", session=say_number(session), count=counts[session])
        parts.append(f"<h3>{html.escape(heading)}</h3><ul>{rules}</ul>")
    if not parts:
        return quiet(say("No method marks any of these ratings."))
    return fold(say("Why each session is marked"), "".join(parts))


MEANING = (
    later(
        "<b>A mark</b> says that a rating lies lower than this method expects of this person. It is a reason to talk, "
        "not a diagnosis of a rupture."
    ),
    later(
        "<b>No mark</b> does not mean that there was no rupture. Clients report tension far more often than ratings "
        "fall, and withdrawal often leaves ratings flat. Ratings at the top of the scale cannot tell."
    ),
    later(
        "<b>Cannot be judged</b> (a hollow circle) means what it says: too few ratings, or ratings that do not vary."
    ),
    later(
        "<b>Some marks are chance.</b> People's ratings go up and down by themselves, and after an unusually low one "
        "the next tends to be higher: part of what looks like repair is that."
    ),
    later(
        "<b>A repaired fall</b> came back near the level before within the window that is set. <b>Cannot tell</b> (too "
        "early, or not rated in time) is never counted as not repaired."
    ),
    later(
        "<b>What the supervisor says</b> stands beside what a method marks, and changes none of its numbers. Only a "
        "new start changes what is compared with what."
    ),
    later("Ratings change when the client knows that others see them. Say who sees what."),
)


def meaning() -> str:
    """Return as HTML what a mark means, and what it does not."""
    return fold(say("What a mark means, and what it does not"), "".join(f"<p>{say(words)}</p>" for words in MEANING))
