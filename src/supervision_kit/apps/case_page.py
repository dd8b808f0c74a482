"""One case: what happened between these two, and how far can the ratings tell."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as ipw
import pandas as pd

from supervision_kit import charts
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.chance_view import ChanceView
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.fold_button import FoldButton
from supervision_kit.apps.page import Page, fold, note
from supervision_kit.apps.settings import SettingsView
from supervision_kit.charts.sentences import how_it_ended

MEANING = """
<p><b>A mark</b> says that a rating lies lower than this method expects of this person. It is a reason to talk, not a
diagnosis of a rupture.</p>
<p><b>No mark</b> does not mean that there was no rupture. Clients report tension far more often than ratings fall, and
withdrawal often leaves ratings flat. Ratings at the top of the scale cannot tell.</p>
<p><b>Cannot be judged</b> (a hollow circle) means what it says: too few ratings, or ratings that do not vary.</p>
<p><b>Some marks are chance.</b> People's ratings go up and down by themselves, and after an unusually low one the next
tends to be higher: part of what looks like repair is that.</p>
<p><b>A repaired fall</b> came back near the level before within the window that is set. <b>Cannot tell</b> (too
early, or not rated in time) is never counted as not repaired.</p>
<p>Ratings change when the client knows that others see them. Say who sees what.</p>
"""


class CasePage(Page):
    """The page of one case; `state` holds its choices and tables."""

    name = "case"

    def __init__(self, state: CaseState, *, warning: str = "", notes: str = "") -> None:
        super().__init__()
        self.state = state
        self.picker = ipw.Dropdown(options=state.case_ids, value=state.case_id, description="Case")
        picker_box = ipw.Box([self.picker])
        picker_box.add_class("sk-case-picker")
        picker_box.add_class("sk-controls")
        self.summary, self.episodes, self.code = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self.summary.add_class("sk-summary")
        self.chance = ChanceView(state, self)
        self.chart, self.strips, self.flags = ChartView(), ChartView(), ipw.HTML()
        self.strips.remove_class("sk-chart")  # the page has one chart; the strips belong to it
        self.strips.add_class("sk-strips")
        compared = ipw.VBox([self.strips, self.flags])
        self.comparing = FoldButton("Compare methods", compared)
        self.comparing.is_open = True
        comparison = ipw.VBox([self.comparing, compared])
        comparison.add_class("sk-settings")
        self.lay_out(
            ipw.HTML(warning),
            picker_box,
            self.summary,
            self.chance,
            self.chart,
            comparison,
            self.episodes,
            SettingsView(state, self),
            ipw.HTML(fold("What a mark means, and what it does not", MEANING)),
            self.code,
            ipw.HTML(notes),
        )
        self.picker.observe(self.guard(self._choose_case), "value")
        state.observe(self.guard(self._redraw), "revision")
        self.chance.follow("revision")
        self.guard(self._redraw)()

    def _choose_case(self, change: Any) -> None:
        self.state.case_id = change["new"]

    def _redraw(self, _change: object = None) -> None:
        state = self.state
        self.picker.value = state.case_id
        *sentences, basis = [html.escape(sentence) for sentence in state.summary]
        sentences += [html.escape(state.agreed)] if state.agreed else []
        said = "".join(f"<p>{sentence}</p>" for sentence in sentences)
        self.summary.value = f'{said}<p class="sk-quiet">{basis}</p>{note(state.advice)}'
        drawn = charts.trajectory(
            state.case_line.marks,
            state.repairs,
            case_id=state.case_id,
            scores=state.case_line.scores,
            **state.series._asdict() if state.series.scale else {},
            provenance=state.method.in_words,
        )
        self.chart.show(drawn)
        self._show_methods(drawn)
        self.episodes.value = f"<h2>Falls and repairs</h2>{_repairs_table(state.repairs, nothing=state.no_falls)}"
        self.code.value = fold("As code", f'<pre class="sk-code">{html.escape(state.as_code)}</pre>')

    def _show_methods(self, drawn: Any) -> None:
        """Show the methods' strips on the trajectory's axis, and each flag's rule."""
        state, frame = self.state, drawn.datasets.get("frame")
        right = frame[0]["right"] if frame else None
        looks = {key: "back" if method.is_prospective else "whole" for key, method in state.methods.items()}
        self.strips.show(charts.method_strips(state.comparison, case_id=state.case_id, looks=looks, right=right))
        self.flags.value = _flags_in_words(state.flags, state.counts)


def _flags_in_words(flags: dict[int, list[tuple[str, str]]], counts: dict[int, str]) -> str:
    """Return, for each session that a method marks, how many do and what each of them says."""
    parts = []
    for session, said in flags.items():
        rules = "".join(f"<li><b>{html.escape(title)}.</b> {html.escape(why)}</li>" for title, why in said)
        parts.append(f"<h3>Session {session}, {html.escape(counts[session])}</h3><ul>{rules}</ul>")
    if not parts:
        return '<p class="sk-quiet">No method marks any of these ratings.</p>'
    return fold("Why each session is marked", "".join(parts))


def _repairs_table(repairs: pd.DataFrame, *, nothing: str) -> str:
    """Return the followed falls as an HTML table in plain words; `nothing` is said where there are none."""
    if repairs.empty:
        return f'<p class="sk-quiet">{nothing}</p>'
    shown = pd.DataFrame(
        {
            "rated by": repairs["rater"],
            "scale": repairs["scale"],
            "fell at session": repairs["onset"],
            "outcome": [how_it_ended(repair) for repair in repairs.to_dict("records")],
            "lowest at": repairs["nadir"],
            "level before": repairs["pre_level"].map("{:.1f}".format, na_action="ignore"),
            "points lost": repairs["depth"].map("{:.1f}".format, na_action="ignore"),
            "back at session": repairs["back_session"].astype("object"),
            "regained": repairs["regained"].map(
                lambda share: "all" if share >= 1 else f"{share:.0%}", na_action="ignore"
            ),
        }
    )
    order = (
        repairs.assign(is_part=repairs["scale"] != "total").sort_values(["rater", "is_part", "scale", "onset"]).index
    )
    ordered = shown.loc[order]
    return f'<div class="sk-scroll">{ordered.fillna("–").to_html(index=False, classes="sk-table", border=0)}</div>'
