"""A consultation: what does the group see."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.after_view import AfterView
from supervision_kit.apps.answer_view import AnswerView, OwnAnswer
from supervision_kit.apps.background import Background
from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.facilitator_view import FacilitatorView
from supervision_kit.apps.following import Following
from supervision_kit.apps.group_state import GroupState, ParticipantState
from supervision_kit.apps.group_view import GroupView
from supervision_kit.apps.page import Page, heading, is_served
from supervision_kit.apps.scribe_view import ScribeView
from supervision_kit.apps.seat import is_alone
from supervision_kit.words import say

N_TO_TRY = 4  # participants that one can be in other tabs: as many as it takes to see answers together


def seats_in_tabs() -> str:
    """Return as HTML where participants' pages are, for who tries a group out; nothing outside of served pages."""
    if not is_served():
        return ""
    said = html.escape(say("Try it out as a group: open a participant in another tab."))
    seats = (
        f'<a href="?seat={n}" target="_blank">{html.escape(say("participant {n}", n=n))}</a>'
        for n in range(1, N_TO_TRY + 1)
    )
    return f'<p class="sk-quiet">{said} {" · ".join(seats)}</p>'


class ConsultationPage(Page):
    """The page of a group's consultation, as it is for whoever opened it; `state` says who that is.

    Parameters
    ----------
    state
        A :class:`FacilitatorState` or a :class:`ParticipantState`.
    warning, notes
        What the reader should know of the ratings, as HTML.
    """

    name, is_for_anybody = "consultation", False

    def __init__(self, state: GroupState, *, warning: str = "", notes: str = "") -> None:
        super().__init__()
        self.state = state
        self.states = [state]
        self._is_leading = True
        self.own, self.as_participant = ipw.VBox(self._parts(state)), ipw.VBox()
        self._about = [ipw.HTML(warning), ipw.HTML(notes)]
        self.swap = ipw.Button()
        self.swap.add_class("sk-open")
        self.swap.on_click(self.guard(self._swap))
        can_swap = isinstance(state, FacilitatorState) and is_alone()
        self._preparing = Background(self.view.prepare, lambda _done: None, tell=lambda _share: None, page=self)
        self.following = Following(self._look, page=self, arrive=self._arrive)
        top, bottom = self._about
        trying = [ipw.HTML(seats_in_tabs()), self.swap] if can_swap else []
        self.lay_out(top, *trying, self.own, self.as_participant, bottom, self.following)
        self._show_sides()
        state.observe(self._prepare_case, "stage")

    def _parts(self, state: GroupState) -> list[ipw.Widget]:
        if isinstance(state, ParticipantState):
            self.view = GroupView(state, self, AnswerView(state, self))
            return [self.view]
        if not isinstance(state, FacilitatorState):
            self.view = GroupView(state, self)
            return [self.view]
        self.seat = state.seat
        self.states.append(self.seat)
        self.view = GroupView(state, self, OwnAnswer(self.seat, self))
        self.leading, self.scribe = FacilitatorView(state, self), ScribeView(state, self)
        self.after = AfterView(state, self)
        return [self.leading, heading(2, say("What the group sees")), self.view, self.scribe, self.after]

    def prepare(self) -> None:
        """Have methods learn of the ratings now, and draw once what will be drawn."""
        self.view.prepare()

    def close(self) -> None:
        """Let go of the session's file."""
        self.following.close()
        self.state.close()
        super().close()

    def _look(self) -> None:
        for state in self.states:
            state.look()

    def _arrive(self) -> None:
        for state in self.states:
            if isinstance(state, ParticipantState):
                state.be_here()
        if not self.following.is_following:
            self.view.tell_time()
            self._preparing.begin()

    def _prepare_case(self, change: Any) -> None:
        """Work out what will be shown of another case, once all have been told of it."""
        if self.following.is_following and change["new"].case_id != change["old"].case_id:
            self._preparing.begin(after=1.0)

    def _swap(self, _button: object) -> None:
        """See the page as a participant does, or lead again; for who is alone with it."""
        if not self.as_participant.children:
            self.as_participant.children = [GroupView(self.seat, self, AnswerView(self.seat, self))]
        self._is_leading = not self._is_leading
        self._show_sides()

    def _show_sides(self) -> None:
        self.own.layout.display = "" if self._is_leading else "none"
        self.as_participant.layout.display = "none" if self._is_leading else ""
        self.swap.description = say("See it as a participant does") if self._is_leading else say("◂ Back to leading")
