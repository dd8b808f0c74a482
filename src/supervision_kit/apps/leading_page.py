"""A page that leads to the cases: by links where pages are served, in place elsewhere."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.address import case_link
from supervision_kit.apps.case_page import CasePage
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.line_state import LineState
from supervision_kit.apps.page import Page, is_served
from supervision_kit.words import say


class LeadingPage(Page):
    """A page of the caseload whose cases open as the page judges them; `state` holds its choices and tables."""

    title = ""

    def __init__(self, state: LineState, *, warning: str, notes: str) -> None:
        super().__init__()
        self._line = state
        self.about = {"warning": warning, "notes": notes}
        self.parts: tuple[ipw.Widget, ...] = ()

    def open_case(self, case_id: str, seen_at: Mapping[str, Any] | None = None) -> None:
        """Show the case in place of this page, with a way back; `seen_at` as in :func:`case_link`."""
        state = CaseState(
            self._line.source,
            case_id=case_id,
            method=self._line.method,
            rule=self._line.rule,
            files=self._line.files,
            opened_as=self._line.opened_as,
        )
        state.look_at(seen_at or {})
        back = ipw.Button(description=f"◂ {say('Back to: {page}', page=say(self.title))}")
        back.add_class("sk-open")
        back.on_click(self.guard(lambda _button: self.lay_out(*self.parts)))
        self.lay_out(back, CasePage(state, **self.about))

    def opener(self, case_id: str, seen_at: Mapping[str, Any] | None = None) -> ipw.Widget:
        """Return what opens a case; `seen_at` as in :func:`case_link`."""
        if is_served():
            opener = ipw.HTML(self.link(case_id, say("Open {case}", case=case_id), seen_at))
        else:
            opener = ipw.Button(description=say("Open {case}", case=case_id))
            opener.on_click(self.guard(lambda _button: self.open_case(case_id, seen_at)))
        opener.add_class("sk-open")
        return opener

    def link(self, case_id: str, text: str, seen_at: Mapping[str, Any] | None = None) -> str:
        """Return `text` as HTML, as a link to the case where pages are served."""
        if not is_served():
            return html.escape(text)
        return case_link(case_id, text, method=self._line.method, rule=self._line.rule, seen_at=seen_at)
