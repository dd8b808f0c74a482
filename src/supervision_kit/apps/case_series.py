"""Which series of a case there are to look at, and which of them is nearest to what was chosen."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from supervision_kit.agreement.raters import THERAPIST_FORMS
from supervision_kit.charts.series_choice import main_scale_first
from supervision_kit.instruments import rates_alliance
from supervision_kit.tables import RATERS


class CaseSeries(NamedTuple):
    """One scale of one instrument by one rater."""

    rater: str
    instrument: str
    scale: str

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of this series."""
        is_own = (table["rater"] == self.rater) & (table["instrument"] == self.instrument)
        return table[is_own & (table["scale"] == self.scale)]


NOTHING_RATED = CaseSeries("client", "", "")


def list_series(scores: pd.DataFrame) -> tuple[CaseSeries, ...]:
    """Return the alliance series of a case that hold a score: by rater, the instrument with most forms first."""
    rated = scores[scores["score"].notna() & scores["instrument"].map(rates_alliance).astype(bool)]
    found = []
    for rater in RATERS:
        own = rated[rated["rater"] == rater]
        n_forms = own.groupby("instrument", sort=False)["session"].nunique()
        for instrument in n_forms.sort_values(ascending=False, kind="stable").index:
            scales = main_scale_first(own.loc[own["instrument"] == instrument, "scale"])
            found += [CaseSeries(rater, str(instrument), scale) for scale in scales]
    return tuple(found)


def nearest_series(known: tuple[CaseSeries, ...], wish: CaseSeries) -> CaseSeries:
    """Return the series that has most in common with what is wished: its rater, then its form, then its scale."""
    form = THERAPIST_FORMS.get(wish.instrument, wish.instrument)

    def distance(one: CaseSeries) -> tuple[bool, bool, bool]:
        is_other_form = THERAPIST_FORMS.get(one.instrument, one.instrument) != form
        return one.rater != wish.rater, is_other_form, one.scale != wish.scale

    return min(known, key=distance, default=NOTHING_RATED)
