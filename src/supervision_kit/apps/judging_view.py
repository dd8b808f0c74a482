"""What we say of a fall: was it a rupture, of what kind, when, and what in the trust between them was touched."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.choice_list import ChoiceList
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.judging_state import JudgingState
from supervision_kit.apps.kept_text import KeptText
from supervision_kit.apps.lens_view import LensView
from supervision_kit.apps.page import Page, quiet
from supervision_kit.charts.theme import OUTCOME_WORDS
from supervision_kit.lens import MARKERS, STRATEGIES, TYPES, VERDICTS, Term
from supervision_kit.tables import OUTCOMES
from supervision_kit.words import later, say, say_number

NOT_SAID = ""
GROUPS = {"withdrawal": later("Withdrawal: moving away"), "confrontation": later("Confrontation: moving against")}
HINT = later("What led you to this? A few words are enough.")


class JudgingView(ipw.VBox):
    """The judgement of one fall. Whatever is chosen is kept at once; all but the verdict may be left open."""

    def __init__(self, state: JudgingState, page: Page) -> None:
        self.state, self.page = state, page
        self._is_showing = False
        self.fall = ipw.Dropdown(description=say("Which fall"))
        self.fall.add_class("sk-wide")
        choice = ipw.Box([self.fall])
        choice.add_class("sk-controls")
        self.none = ipw.HTML()
        self.verdict = ChoiceList(say("Was this a rupture?"), {"": words_of(VERDICTS)}, is_single=True)
        self.reason = KeptText(say("Why we see it so"), page=page, hint=say(HINT))
        self._reason_of: tuple[Any, ...] | None = None
        self.kind = self._make_kind()
        self.dates = self._make_dates()
        self.lens = LensView(state, page)
        remove = ipw.Button(description=say("Take this judgement out"))
        remove.add_class("sk-open")
        remove.on_click(page.guard(lambda _button: state.take_back()))
        self.more = ipw.VBox([self.reason, self.kind, self.lens.fold, self.dates, remove])
        self.judging = ipw.VBox([choice, self.verdict, self.more])
        super().__init__([self.none, self.judging, self.lens.over_time])
        self.verdict.observe(page.guard(self._choose_verdict), "value")
        self.fall.observe(page.guard(self._choose_fall), "value")
        state.observe(page.guard(self._show), "revision")
        self._show()

    def _make_kind(self) -> Fold:
        markers = {
            say(title): {key: say(term.words) for key, term in MARKERS.items() if term.group == group}
            for group, title in GROUPS.items()
        }
        not_said = {NOT_SAID: say("not said")}
        self.type = ChoiceList(say("Which kind of rupture?"), {"": not_said | words_of(TYPES)}, is_single=True)
        self.markers = ChoiceList(say("What was seen of it?"), markers, hint=_provenance(MARKERS), is_searched=True)
        self.strategies = ChoiceList(
            say("What did the therapist do to repair it?"), {"": words_of(STRATEGIES)}, is_searched=True
        )
        ended = {outcome: say(OUTCOME_WORDS[outcome]) for outcome in OUTCOMES}
        self.outcome = ChoiceList(say("What became of it, in our view?"), {"": not_said | ended}, is_single=True)
        for name, single in (("type", self.type), ("outcome", self.outcome)):
            single.observe(self.page.guard(lambda change, name=name: self._choose(name, change)), "value")
        for kind, several in (("marker", self.markers), ("strategy", self.strategies)):
            several.observe(
                self.page.guard(lambda change, kind=kind: self.state.say_codes(kind, change["new"])), "value"
            )
        title = say("Kind, markers and repair, by the names of the 3RS")
        parts = (self.type, self.markers, self.strategies, self.outcome)
        return Fold(title, *parts, page=self.page, fill=self._show_kind)

    def _make_dates(self) -> Fold:
        self.onset, self.end = (
            ipw.Dropdown(description=say("Began at session")),
            ipw.Dropdown(description=say("Lasted to")),
        )
        for name, field in (("onset", self.onset), ("end", self.end)):
            field.observe(self.page.guard(lambda change, name=name: self._redate(name, change)), "value")
        fields = ipw.Box([self.onset, self.end])
        fields.add_class("sk-controls")
        hint = ipw.HTML(quiet(say("What the method marked stays beside it.")))
        return Fold(say("Date it differently"), fields, hint, page=self.page, fill=self._show_dates)

    # What is chosen

    def _choose_fall(self, change: Any) -> None:
        if not self._is_showing and change["new"]:
            self.state.chosen = change["new"]

    def _choose_verdict(self, change: Any) -> None:
        if change["new"] and change["new"][0] != self.state.judgement["verdict"]:
            self.state.judge(verdict=change["new"][0])

    def _choose(self, name: str, change: Any) -> None:
        chosen = (change["new"] or [NOT_SAID])[0] or None
        if chosen != self.state.judgement[name]:
            self.state.judge(**{name: chosen})

    def _redate(self, name: str, change: Any) -> None:
        chosen = change["new"] or None
        if self._is_showing or chosen == self.state.judgement[name]:
            return
        judged = self.state.judgement | {name: chosen}
        if judged["end"] is not None and judged["end"] < judged["onset"]:
            judged["end"] = judged["onset"]
        self.state.judge(onset=judged["onset"], end=judged["end"])

    # What is shown

    def _show(self, _change: object = None) -> None:
        falls, judged = self.state.falls, self.state.judgement
        self.none.value = "" if falls else f"<p>{html.escape(say(_NO_FALL))}</p>"
        self.judging.layout.display = "" if falls else "none"
        self._is_showing = True
        try:
            options = [(fall.words, fall.key) for fall in falls]
            if list(self.fall.options) != options:
                self.fall.options = options
            self.fall.value = self.state.chosen or None
        finally:
            self._is_showing = False
        self.verdict.value = [judged["verdict"]] if judged["verdict"] else []
        self.kind.layout.display = "none" if judged["verdict"] == "not a rupture" else ""
        if judged["verdict"]:
            self._show_reason()
            for part in (self.kind, self.dates):
                part.refresh()
        self.more.layout.display = "" if judged["verdict"] else "none"  # once it can be written to
        self.lens.refresh()

    def _show_reason(self) -> None:
        """Show the reason, or what was being typed when the page went; the field is left alone while one types."""
        state, fall = self.state, self.state.fall
        if fall is None or fall.judgement is None:
            return
        number, case_id, known = int(fall.judgement["id"]), state.case.case_id, state.judgement["reason"]
        if self._reason_of in ((number, known), (number, None)):
            return
        workspace, place = state.said_state.workspace, f"reason of judgement {number}"

        def keep(text: str) -> None:
            self._reason_of = (number, None)  # being typed
            workspace.save_draft(place, text, case_id=case_id)

        def done(text: str) -> None:
            self._reason_of = (number, text)
            state.give_reason(case_id, number, text)
            workspace.drop_draft(place, case_id=case_id)

        draft = workspace.draft(place, case_id=case_id)
        self._reason_of = (number, draft or known)
        self.reason.show(draft or known, keep=keep, done=done)
        if draft:
            done(draft)

    def _show_kind(self) -> None:
        judged, codes = self.state.judgement, self.state.codes
        self.type.value, self.outcome.value = [judged["type"] or NOT_SAID], [judged["outcome"] or NOT_SAID]
        self.markers.value, self.strategies.value = codes["marker"], codes["strategy"]

    def _show_dates(self) -> None:
        if self.state.fall is None:
            return
        judged, sessions = self.state.judgement, self.state.case.sessions
        numbers = [(say_number(session), session) for session in sorted({*sessions, judged["onset"] or sessions[0]})]
        ends = [(say("not said"), 0), *numbers]
        if judged["end"] is not None and judged["end"] not in sessions:
            ends.append((say_number(judged["end"]), judged["end"]))
        self._is_showing = True
        try:
            for field, options, value in ((self.onset, numbers, judged["onset"]), (self.end, ends, judged["end"] or 0)):
                if list(field.options) != options:
                    field.options = options
                field.value = value
        finally:
            self._is_showing = False


_NO_FALL = later(
    "No fall is marked here. If there was a rupture all the same, choose its session in the chart and add it by hand."
)


def words_of(terms: Mapping[str, Term]) -> dict[str, str]:
    """Return the key of each term with its words, for a list to choose from."""
    return {key: say(term.words) for key, term in terms.items()}


def _provenance(terms: Mapping[str, Term]) -> str:
    return say(next(iter(terms.values())).provenance)
