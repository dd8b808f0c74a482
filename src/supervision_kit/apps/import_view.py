"""Keeping the ratings: what is new since last time, the import, what differs and is to be decided, and where next."""

from __future__ import annotations

import html

import ipywidgets as ipw

from supervision_kit.apps.import_state import KEEP, REPLACE, ImportState, describe_conflict
from supervision_kit.apps.load_state import LoadState
from supervision_kit.apps.page import CASELOAD_NOTEBOOK, Page, fold, heading, is_served, quiet
from supervision_kit.words import later, say, say_n, say_number

MOST_SHOWN = 50  # conflicts listed one by one; all can be decided at once
ERASED = ((later("leave them out"), "leave_out"), (later("take them in again"), "take"))


class ImportView(ipw.VBox):
    """The part of the page that keeps ratings in the workspace."""

    def __init__(self, state: ImportState, loaded: LoadState, page: Page) -> None:
        self.state, self.loaded, self.page = state, loaded, page
        self.news, self.result = ipw.HTML(), ipw.HTML()
        self.erased = ipw.Dropdown(
            options=[(say(words), key) for words, key in ERASED], description=say("Cases that were erased here before")
        )
        erased = ipw.Box([self.erased])
        erased.add_class("sk-controls")
        self.button = ipw.Button()
        self.button.add_class("sk-do")
        self.conflicts = ConflictView(state, page)
        super().__init__(
            [
                heading(2, say("Keep these ratings")),
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
        self.result.value = f'<p role="status">{html.escape(say("Importing …"))}</p>'
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
        self.news.value = f"{refusal}<p>{html.escape(state.news)}</p>{quiet(state.about)}" + (
            fold(say("What the import will do, in full"), f"<ul>{details}</ul>") if details else ""
        )
        self.erased.layout.display = "" if state.plan is not None and state.plan.erased_cases else "none"
        self.button.description = say_n("Import {n} row", "Import {n} rows", state.n_rows)
        self.button.layout.display = "" if state.can_import else "none"
        self.result.value = "" if state.result is None else self._say_result()

    def _say_result(self) -> str:
        result = self.state.result
        said = "".join(f"<li>{html.escape(each)}</li>" for each in result.sentences()) if result else ""
        remembered = (
            _paragraph(say("What you said of the columns is remembered for files with the same headings."))
            if self.loaded.said_here
            else ""
        )
        onward = (
            f'<p><a class="sk-onward" href="{CASELOAD_NOTEBOOK}">{html.escape(say("Go on to the caseload"))}</a></p>'
            if is_served()
            else _paragraph(say("Go on with the caseload: open {notebook} and run it.", notebook=CASELOAD_NOTEBOOK))
        )
        done = f"<p><b>{html.escape(say('Imported.'))}</b></p>"
        return f'<div role="status" class="sk-note">{done}<ul>{said}</ul>{remembered}{onward}</div>'


def _paragraph(sentence: str) -> str:
    return f"<p>{html.escape(sentence)}</p>"


class ConflictView(ipw.VBox):
    """The values that differ from what is kept, each with its choice."""

    def __init__(self, state: ImportState, page: Page) -> None:
        self.state = state
        self.about, self.rows = ipw.HTML(), ipw.VBox()
        self.all = ipw.Dropdown(
            options=[
                (say("each for itself"), ""),
                (say("keep all as they are"), KEEP),
                (say("take all from the file"), REPLACE),
            ],
            description=say("Decide"),
        )
        self.reason = ipw.Text(description=say("Why (stays in the history)"), continuous_update=True)
        settings = ipw.Box([self.all, self.reason])
        settings.add_class("sk-controls")
        self.button = ipw.Button(description=say("Save these decisions"))
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
            f"<h3>{html.escape(say_n('{n} value to decide', '{n} values to decide', len(conflicts)))}</h3>"
            + _paragraph(
                say("These differ from what was imported before. Until you decide, what was there first stays.")
            )
            + (
                quiet(
                    say(
                        "The first {first} are listed, {more} come after them.",
                        first=MOST_SHOWN,
                        more=say_number(more),
                    )
                )
                if more > 0
                else ""
            )
        )
        self.choices = {}
        rows = []
        for conflict in conflicts.head(MOST_SHOWN).to_dict("records"):
            choice = ipw.Dropdown(
                options=[
                    (say("decide later"), ""),
                    (say("keep {value}", value=conflict["stored"]), KEEP),
                    (say("take {value} from the file", value=conflict["brought"]), REPLACE),
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
