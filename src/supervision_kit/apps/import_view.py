"""Keeping the ratings: what is new since last time, the import, what differs and is to be decided, and where next."""

from __future__ import annotations

import html

import ipywidgets as ipw

from supervision_kit.apps.import_state import KEEP, REPLACE, ImportState, describe_conflict
from supervision_kit.apps.load_state import LoadState
from supervision_kit.apps.page import CASELOAD_NOTEBOOK, Page, fold, is_served
from supervision_kit.reasons import counted

MOST_SHOWN = 50  # conflicts listed one by one; all can be decided at once
ERASED = (("leave them out", "leave_out"), ("take them in again", "take"))


class ImportView(ipw.VBox):
    """The part of the page that keeps ratings in the workspace."""

    def __init__(self, state: ImportState, loaded: LoadState, page: Page) -> None:
        self.state, self.loaded, self.page = state, loaded, page
        self.news, self.result = ipw.HTML(), ipw.HTML()
        self.erased = ipw.Dropdown(options=ERASED, description="Cases that were erased here before")
        erased = ipw.Box([self.erased])
        erased.add_class("sk-controls")
        self.button = ipw.Button()
        self.button.add_class("sk-do")
        self.conflicts = ConflictView(state, page)
        super().__init__(
            [
                ipw.HTML("<h2>Keep these ratings</h2>"),
                self.news,
                erased,
                self.button,
                self.result,
                self.conflicts,
            ]
        )
        self.add_class("sk-import")
        self.button.on_click(page.guard(self._import))
        state.observe(self._redraw, ["plan", "result", "conflicts", "refusal"])
        self._redraw()

    def compare(self) -> None:
        """Say what an import of what is on the page now would do."""
        self.state.compare(self.loaded.reading.ratings)
        self._redraw()

    def _import(self, _button: object) -> None:
        if not self.state.can_import:  # a second click that waited for the first
            return
        plan = self.state.plan
        on_erased = self.erased.value if plan is not None and plan.erased_cases else "refuse"
        self.result.value = '<p role="status">Importing …</p>'
        self.button.disabled = True
        try:
            self.state.import_ratings(self.loaded.said_here, on_erased=on_erased)
        finally:
            self.button.disabled = False
            self._redraw()
        self.loaded.saved = self.state.mappings

    def _redraw(self, _change: object = None) -> None:
        state = self.state
        self.layout.display = "" if state.n_rows or state.refusal or len(state.conflicts) else "none"
        details = "".join(f"<li>{html.escape(each)}</li>" for each in (state.plan.sentences() if state.plan else ()))
        refusal = f'<p class="sk-banner-error" role="alert">{html.escape(state.refusal)}</p>' if state.refusal else ""
        self.news.value = (
            f"{refusal}<p>{html.escape(state.news)}</p>"
            f'<p class="sk-quiet">{html.escape(state.about)}</p>'
            + (fold("What the import will do, in full", f"<ul>{details}</ul>") if details else "")
        )
        self.erased.layout.display = "" if state.plan is not None and state.plan.erased_cases else "none"
        self.button.description = f"Import {counted(state.n_rows, 'row')}"
        self.button.layout.display = "" if state.can_import else "none"
        self.result.value = "" if state.result is None else self._say_result()

    def _say_result(self) -> str:
        result = self.state.result
        said = "".join(f"<li>{html.escape(each)}</li>" for each in result.sentences()) if result else ""
        remembered = (
            "<p>What you said of the columns is remembered for files with the same headings.</p>"
            if self.loaded.said_here
            else ""
        )
        onward = (
            f'<p><a class="sk-onward" href="{CASELOAD_NOTEBOOK}">Go on to the caseload</a></p>'
            if is_served()
            else f"<p>Go on with the caseload: open {CASELOAD_NOTEBOOK} and run it.</p>"
        )
        return f'<div role="status" class="sk-note"><p><b>Imported.</b></p><ul>{said}</ul>{remembered}{onward}</div>'


class ConflictView(ipw.VBox):
    """The values that differ from what is kept, each with its choice."""

    def __init__(self, state: ImportState, page: Page) -> None:
        self.state = state
        self.about, self.rows = ipw.HTML(), ipw.VBox()
        self.all = ipw.Dropdown(
            options=[("each for itself", ""), ("keep all as they are", KEEP), ("take all from the file", REPLACE)],
            description="Decide",
        )
        self.reason = ipw.Text(description="Why (stays in the history)", continuous_update=True)
        settings = ipw.Box([self.all, self.reason])
        settings.add_class("sk-controls")
        self.button = ipw.Button(description="Save these decisions")
        self.button.add_class("sk-open")
        super().__init__([self.about, settings, self.rows, self.button])
        self.add_class("sk-conflicts")
        self.choices: dict[int, ipw.Dropdown] = {}
        self.button.on_click(page.guard(self._decide))
        self.all.observe(page.guard(self._choose_all), "value")
        state.observe(self._redraw, "conflicts")
        self._redraw()

    def _redraw(self, _change: object = None) -> None:
        conflicts = self.state.conflicts
        self.layout.display = "" if len(conflicts) else "none"
        more = len(conflicts) - MOST_SHOWN
        self.about.value = (
            f"<h3>{counted(len(conflicts), 'value')} to decide</h3>"
            "<p>These differ from what was imported before. Until you decide, what was there first stays.</p>"
            + (
                f'<p class="sk-quiet">The first {MOST_SHOWN} are listed, {more:,} come after them.</p>'
                if more > 0
                else ""
            )
        )
        self.choices = {}
        rows = []
        for conflict in conflicts.head(MOST_SHOWN).to_dict("records"):
            choice = ipw.Dropdown(
                options=[
                    ("decide later", ""),
                    (f"keep {conflict['stored']}", KEEP),
                    (f"take {conflict['brought']} from the file", REPLACE),
                ],
                description=describe_conflict(conflict),
            )
            self.choices[int(conflict["conflict_id"])] = choice
            rows.append(choice)
        self.rows.children = rows
        self.all.value, self.reason.value = "", ""

    def _choose_all(self, change: dict[str, str]) -> None:
        for choice in self.choices.values():
            choice.value = change["new"]

    def _decide(self, _button: object) -> None:
        decided = {number: choice.value for number, choice in self.choices.items()}
        if self.all.value:
            decided = dict.fromkeys(self.state.conflicts["conflict_id"], self.all.value) | decided
        reason = self.reason.value
        for choice in (KEEP, REPLACE):
            numbers = [int(number) for number, chosen in decided.items() if chosen == choice]
            if numbers:
                self.state.decide(numbers, choice, reason)
