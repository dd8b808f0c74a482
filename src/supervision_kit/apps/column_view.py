"""What the columns of a sheet are read as, with a drop-down for each to say it otherwise."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as ipw

from supervision_kit.apps.column_words import list_choices
from supervision_kit.apps.fold_button import FoldButton
from supervision_kit.apps.load_state import LoadState
from supervision_kit.apps.page import Page, quiet
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records import SheetColumns
from supervision_kit.tables import RATERS
from supervision_kit.words import later, say, say_n
from supervision_kit.words.raters import say_rater

FEW = 12  # columns that are shown at once, of whatever kind
NOT_SAID = ""  # a drop-down takes None for nothing chosen
AS_THE_FILE_SAYS = later("as the file says")
DATE_ORDERS = (
    (later("as the file shows"), NOT_SAID),
    (later("3 April (day first)"), "day"),
    (later("4 March (month first)"), "month"),
)
DAY_FIRST = {NOT_SAID: None, "day": True, "month": False}


class ColumnView(ipw.VBox):
    """The drop-downs of one sheet; they stay the same widgets while the sheet is read anew, so that focus stays."""

    def __init__(self, sheet: SheetColumns, state: LoadState, page: Page, *, title: str = "") -> None:
        self.headings, self.state, self.page, self.sheet = sheet.headings, state, page, sheet
        as_it_says = (say(AS_THE_FILE_SAYS), NOT_SAID)
        self.instrument = _dropdown(say("Questionnaire"), [as_it_says, *_instruments()])
        self.rater = _dropdown(say("Rated by"), [as_it_says, *((say_rater(rater), rater) for rater in RATERS)])
        self.day_first = _dropdown(say("03/04/2025 is"), [(say(words), key) for words, key in DATE_ORDERS])
        self.columns = {column.position: _dropdown(column.heading, [("", "")]) for column in sheet.columns}
        self.kept = ipw.HTML()
        self.shown, self.folded = _box(), _box()
        self.toggle = FoldButton("", self.folded)
        self.more = ipw.VBox([self.toggle, self.folded])
        super().__init__(
            [
                *([ipw.HTML(f"<h3>{html.escape(title)}</h3>")] if title else []),
                ipw.HTML(quiet(say("What each column is. A change is read at once."))),
                self.kept,
                _box(self.instrument, self.rater, self.day_first),
                self.shown,
                self.more,
            ]
        )
        self.add_class("sk-columns")
        self._arrange()
        self._is_showing = False
        self.show(sheet)
        self._listen()

    def show(self, sheet: SheetColumns) -> None:
        """Show what the columns are read as now."""
        self.sheet, said = sheet, self.state.said_of(self.headings)
        self._is_showing = True
        try:
            self.instrument.value, self.rater.value = said.instrument or NOT_SAID, said.rater or NOT_SAID
            self.day_first.value = next(name for name, is_first in DAY_FIRST.items() if is_first == said.day_first)
            offered = self._instruments_offered()
            for column in sheet.columns:
                dropdown = self.columns[column.position]
                options = list_choices(offered, column.read_as)
                if [*dropdown.options] != options:
                    dropdown.options = options
                dropdown.value = column.read_as
        finally:
            self._is_showing = False
        self.kept.value = (
            quiet(say("What you said of these columns before was used again."))
            if self.state.is_kept(self.headings)
            else ""
        )

    def _listen(self) -> None:
        def choose_column(heading: str) -> Any:
            return lambda change: self.state.choose_column(self.headings, heading, change["new"])

        for column in self.sheet.columns:
            self._observe(self.columns[column.position], choose_column(column.heading))
        self._observe(
            self.instrument, lambda change: self.state.choose(self.headings, instrument=change["new"] or None)
        )
        self._observe(self.rater, lambda change: self.state.choose(self.headings, rater=change["new"] or None))
        self._observe(
            self.day_first, lambda change: self.state.choose(self.headings, day_first=DAY_FIRST[change["new"]])
        )
        self.toggle.observe(self.page.guard(self._arrange), "is_open")

    def _observe(self, dropdown: ipw.Dropdown, choose: Any) -> None:
        guarded = self.page.guard(choose)
        dropdown.observe(lambda change: None if self._is_showing else guarded(change), "value")

    def _instruments_offered(self) -> list[str]:
        """Return the instruments that the sheet is known to hold, whose items are worth offering."""
        named = [column.read_as.split(":")[0] for column in self.sheet.columns if ":" in column.read_as]
        chosen = [self.instrument.value] if self.instrument.value else []
        return [key for key in dict.fromkeys([*chosen, *named]) if key in INSTRUMENTS]

    def _arrange(self, _change: object = None) -> None:
        """Show what is unknown or says which form a row is of; fold away what was recognised as answers."""
        columns = self.sheet.columns
        is_plain = {column.position: len(columns) > FEW and ":" in column.read_as for column in columns}
        self.shown.children = [self.columns[at] for at, plain in is_plain.items() if not plain]
        rest = [self.columns[at] for at, plain in is_plain.items() if plain]
        self.more.layout.display = "" if rest else "none"
        self.toggle.description = say_n(
            "Show {n} more column, recognised as an answer", "Show {n} more columns, recognised as answers", len(rest)
        )
        self.folded.children = rest if self.toggle.is_open else []


def _instruments() -> list[tuple[str, str]]:
    return sorted((instrument.short_title, key) for key, instrument in INSTRUMENTS.items())


def _dropdown(label: str, options: Any) -> ipw.Dropdown:
    return ipw.Dropdown(options=list(options), description=label)


def _box(*parts: ipw.Widget) -> ipw.Box:
    box = ipw.Box(parts)
    box.add_class("sk-controls")
    return box
