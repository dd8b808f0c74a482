"""The problems of the files as a table that sorts, searches and turns its pages, by mouse and by keyboard."""

from __future__ import annotations

import ipywidgets as ipw
import pandas as pd

from supervision_kit.apps.page import heading, quiet
from supervision_kit.apps.row_table import row_table
from supervision_kit.records.rules import say_rule
from supervision_kit.words import later, say, say_number

ALL = ""
MOST_SHOWN = 5_000  # more than anyone reads; the workbook of the rows set aside holds all
NAMES = {
    "source": later("file"),
    "row": later("row"),
    "column": later("column"),
    "value": later("value"),
    "message": later("what is wrong"),
    "suggestion": later("suggestion"),
    "kept": later("the row is"),
}
"""Column → its heading."""

WIDTHS = {
    "source": "14%",
    "row": "8%",
    "column": "14%",
    "value": "14%",
    "message": "28%",
    "suggestion": "28%",
    "kept": "9%",
}


HERE = {
    "date_ambiguous": later("Answer the question above the table."),
    "rater_missing": later("Choose under Columns who rated, or write it into the row."),
    "instrument_missing": later("Choose the questionnaire under Columns, or name it in the row."),
}
"""Rule → what to do on this page, where the rule's own suggestion speaks of code."""


class ProblemView(ipw.VBox):
    """The table of problems, with a choice of the rule; hidden while there is none."""

    def __init__(self) -> None:
        self.rule = ipw.Dropdown(options=[(say("all"), ALL)], description=say("Show"))
        controls = ipw.Box([self.rule])
        controls.add_class("sk-controls")
        self.cut, self.place = ipw.HTML(), ipw.VBox()
        self.place.add_class("sk-table-place")
        self._problems = pd.DataFrame(columns=["source", "rule"])
        super().__init__([heading(2, say("What is wrong, and where")), controls, self.place, self.cut])
        self.add_class("sk-problems")
        self.add_class("sk-rows")
        self.layout.display = "none"
        self.rule.observe(self._redraw, "value")

    def show(self, problems: pd.DataFrame | None) -> None:
        """Show these problems instead; the chosen rule stays chosen where there is any of it left."""
        self._problems = self._problems.iloc[:0] if problems is None else problems
        counts = self._problems["rule"].value_counts()
        chosen = self.rule.value
        with self.hold_trait_notifications():
            self.rule.unobserve(self._redraw, "value")
            self.rule.options = [
                (say("all ({n})", n=say_number(len(self._problems))), ALL),
                *((f"{say_rule(str(rule))} ({say_number(n)})", rule) for rule, n in counts.items()),
            ]
            self.rule.value = chosen if chosen in counts.index else ALL
            self.rule.observe(self._redraw, "value")
        self.layout.display = "" if len(self._problems) else "none"
        self._redraw()

    def _redraw(self, _change: object = None) -> None:
        chosen = self.rule.value
        problems = self._problems[self._problems["rule"] == chosen] if chosen else self._problems
        if problems.empty:
            return
        alike = {name for name in ("source", "kept") if len(self._problems[name].unique()) == 1}
        table = problems.head(MOST_SHOWN)[[name for name in NAMES if name not in alike]]
        here = problems["rule"].map({rule: say(words) for rule, words in HERE.items()})
        table = table.assign(suggestion=table["suggestion"].where(~problems["rule"].isin(HERE), here))
        if "kept" not in alike:
            table = table.assign(kept=table["kept"].map({True: say("kept"), False: say("set aside")}))
        headings = {name: say(heading) for name, heading in NAMES.items()}
        widths = {headings[name]: width for name, width in WIDTHS.items()}
        self.place.children = [row_table(table.rename(columns=headings), widths=widths)]
        more = len(problems) - len(table)
        self.cut.value = quiet(say("… and {n} more.", n=say_number(more))) if more else ""
