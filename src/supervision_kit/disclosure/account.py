"""What was done to ratings before they were published, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.disclosure.assembling import Published
from supervision_kit.disclosure.beside import Beside
from supervision_kit.disclosure.classes import count_sessions, find_forms, number_sessions
from supervision_kit.disclosure.effects import Effects
from supervision_kit.disclosure.inferring import Inferring
from supervision_kit.disclosure.layout import NOBODY, Flags, Numbers
from supervision_kit.disclosure.linkage import Linkage
from supervision_kit.disclosure.material import Material


@dataclass(frozen=True, kw_only=True)
class Account:
    """All that the report is written from; it holds codes of the clinic's own and is no part of what is published."""

    material: Material
    published: Published
    tables: Mapping[str, pd.DataFrame]
    settings: Mapping[str, Any]
    effects: Effects | None
    beside: Beside | None
    inferring: Inferring
    n_without_weeks: int
    with_originals: Linkage
    with_rough_knowledge: Linkage

    @property
    def smallest(self) -> int:
        """How many cases a group has at least."""
        return int(self.settings["smallest"])

    @cached_property
    def there(self) -> Flags:
        """Which cases of the layout are published."""
        return np.array([bool(code) for code in self.published.case_codes], dtype=bool)

    @property
    def n_cases(self) -> int:
        """How many cases are published."""
        return int(self.there.sum())

    @property
    def n_without_consent(self) -> int:
        """How many of the cases asked for have no consent."""
        return self.material.n_asked - len(self.material.consenting)

    @property
    def n_unlike(self) -> int:
        """How many cases were left out because too few are like them, or nothing of them is known to the kit."""
        return len(self.material.consenting) - self.n_cases

    @cached_property
    def class_sizes(self) -> Numbers:
        """How many cases each class has."""
        sizes: Numbers = np.bincount(self.published.of_case[self.there])
        return sizes

    @cached_property
    def left_out_series(self) -> dict[tuple[str, str, str], int]:
        """In how many published cases a series that they have is left out."""
        layout = self.published.layout
        lost = find_forms(layout, np.ones(len(layout.case), dtype=bool)) & ~find_forms(
            layout, self.published.number > 0
        )
        counts = lost[self.there].sum(axis=0)
        return {series: int(n) for series, n in zip(layout.series, counts, strict=True) if n}

    @cached_property
    def stops(self) -> dict[int, int]:
        """After which session how many published cases stop, of those that went on."""
        layout = self.published.layout
        every = count_sessions(layout, number_sessions(layout, np.ones(len(layout.case), dtype=bool)))
        kept = count_sessions(layout, self.published.number)
        stops, counts = np.unique(kept[self.there & (kept < every)], return_counts=True)
        return dict(zip(stops.tolist(), counts.tolist(), strict=True))

    @cached_property
    def n_closed_up(self) -> int:
        """In how many published cases the numbers of sessions are not the clinical ones."""
        layout, rows = self.published.layout, self.published.rows
        moved = layout.session[rows] != self.published.number[rows]
        return len(np.unique(layout.case[rows[moved]]))

    @cached_property
    def n_uncoded(self) -> int:
        """How many published cases have a therapist but no code for them."""
        layout = self.published.layout
        has = np.zeros(len(layout.cases), dtype=bool)
        has[layout.case[layout.table["therapist_id"].notna().to_numpy()]] = True
        return int((has & self.there & (self.published.therapist == NOBODY)).sum())

    @property
    def n_words_left_out(self) -> int:
        """How many words that were said of falls of published cases are left out."""
        said = self.material.codes["case_id"].isin(list(self.published.truth.values()))
        return int(said.sum()) - len(self.tables["codes"])

    @cached_property
    def cases_of_therapists(self) -> dict[str, int]:
        """How many cases each code of a therapist has."""
        counts = self.tables["scores"].groupby("therapist_id")["case_id"].nunique()
        return {str(code): int(n) for code, n in counts.items()}

    @cached_property
    def most_at_risk(self) -> tuple[str, int, int, bool]:
        """The case that the colleague finds most easily: its code, how many fit, its class, its originals alone."""
        size = dict(zip(self.published.case_codes, self.class_sizes[self.published.of_case].tolist(), strict=True))
        alone = self.with_originals.by_case

        def risk(code: str) -> tuple[float, bool, int, str]:
            n = self.with_rough_knowledge.by_case[code]
            return (n or np.inf, alone.get(code) != 1, size[code], code)

        code = min(self.with_rough_knowledge.by_case, key=risk)
        return code, self.with_rough_knowledge.by_case[code], size[code], alone.get(code) == 1
