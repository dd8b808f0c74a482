"""What became of the cases, beside what one study published: for orientation, folded away."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import ipywidgets as ipw
import pandas as pd

from supervision_kit.apps.episodes_state import EpisodesState
from supervision_kit.apps.fold import Fold
from supervision_kit.apps.page import NOTHING, Page, table_of
from supervision_kit.evidence import EVIDENCE
from supervision_kit.words import later, say, say_number, say_share

CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "no rupture marked": later("no fall marked"),
        "repaired": later("fell and came back in time"),
        "not repaired, or in part": later("not back in time, or in part"),
        "cannot be told": later("cannot be told, or not yet"),
    }
)


class ClassSharesView(Fold):
    """The classes of the cases shown, with published shares beside them."""

    def __init__(self, state: EpisodesState, page: Page) -> None:
        self.state, self.text = state, ipw.HTML()
        super().__init__(say("Cases beside published shares"), self.text, page=page, fill=self._tell)
        state.observe(page.guard(lambda _change: self._follow()), ["line", "therapist_id"])

    def _follow(self) -> None:
        # the published shares, and the classes of cases, are of clients' ratings
        self.layout.display = "" if self.state.rater == "client" else "none"
        self.refresh()

    def _tell(self) -> None:
        heads = (say("what became of the case"), say("cases here"), say("share here (95 %)"), say("published"))
        rows = (list(_cells(row)) for row in self.state.class_shares.to_dict("records"))
        table = table_of(heads, rows, label=say("Cases beside published shares, a table"))
        caution = say(
            "How many cases show a rupture depends on the criterion and the questionnaire more than on the caseload: a "
            "difference from these shares is no finding, and what chance alone would give says more."
        )
        study = EVIDENCE["repaired"].study
        source = say(
            "Published: {study}, by its own criteria and questionnaire (doi:{doi}).", study=study.source, doi=study.doi
        )
        self.text.value = f'{table}<p>{html.escape(caution)}</p><p class="sk-quiet">{html.escape(source)}</p>'


def _cells(row: Mapping[Any, Any]) -> Iterator[str]:
    yield say(CLASSES[row["outcome_class"]])
    yield say_number(row["n_cases"])
    yield (
        NOTHING
        if pd.isna(row["share"])
        else say("{share} ({low} to {high})", **{name: say_share(row[name] / 100) for name in ("share", "low", "high")})
    )
    yield NOTHING if pd.isna(row["published"]) else say_share(row["published"] / 100, digits=1)
