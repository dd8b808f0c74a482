"""Which of a case's series a chart draws: instrument, scale, method; and how it is named in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from supervision_kit.detection import METHODS
from supervision_kit.errors import UnknownNameError
from supervision_kit.instruments import INSTRUMENTS, Scale, name_scale, rates_alliance
from supervision_kit.tables import RATERS, Table
from supervision_kit.words import say

FREE_SCALE_MARGIN = 0.1  # of the span of the ratings, where the scale is not registered


@dataclass(frozen=True)
class Series:
    """One scale of one instrument by one rater, and the method that judged it."""

    rater: str
    instrument: str
    scale: str
    method: str = ""

    @property
    def title(self) -> str:
        """Instrument and scale in words: "WAI-SR total"."""
        return name_scale(self.instrument, self.scale)

    @property
    def method_title(self) -> str:
        """The method in words: "Control chart"."""
        known = METHODS.get(self.method)
        return say(known.title) if known else self.method.replace("_", " ")

    def pick(self, table: pd.DataFrame, *, rater: str | None = None) -> pd.DataFrame:
        """Return the rows of this series (or of another rater's on the same scale), in session order."""
        wanted = (
            (table["rater"] == (rater or self.rater))
            & (table["instrument"] == self.instrument)
            & (table["scale"] == self.scale)
        )
        if "method" in table and self.method and rater is None:
            wanted &= table["method"] == self.method
        order = "session" if "session" in table else "onset"
        return table[wanted].sort_values(order, kind="stable").reset_index(drop=True)


def of_case(table: pd.DataFrame | None, contract: Table, case_id: str) -> pd.DataFrame:
    """Return one case's rows, held against the contract; an empty table for ``None``."""
    if table is None:
        return contract.empty()
    if "case_id" in table:
        table = table[table["case_id"].astype("str") == case_id]
    return contract.check(table)


def check_case(case_id: str, *tables: pd.DataFrame | None) -> None:
    """Raise ``UnknownNameError`` where no table knows the case; tables without any case pass."""
    known = {str(case) for table in tables if table is not None and "case_id" in table for case in table["case_id"]}
    if known and case_id not in known:
        raise UnknownNameError("case", case_id, known, from_data=True)


def choose_series(
    marks: pd.DataFrame, *, rater: str, instrument: str | None, scale: str | None, method: str | None
) -> Series | None:
    """Choose the series to draw, or ``None`` where the rater gave no alliance rating.

    Without a wish: the alliance instrument with most rated sessions, its total or else its first scale, and the first
    method.

    Raises
    ------
    UnknownNameError
        A wish that is not there; lists those there.
    """
    if rater not in RATERS:
        raise UnknownNameError("rater", rater, RATERS)
    rows = marks[(marks["rater"] == rater) & marks["instrument"].map(rates_alliance).astype(bool)]
    if rows.empty:
        return None
    rated = rows[rows["score"].notna()].groupby("instrument", sort=False)["session"].nunique()
    by_use = [*rated.sort_values(ascending=False, kind="stable").index, *rows["instrument"].unique()]
    instrument = wish("instrument", instrument, by_use)
    rows = rows[rows["instrument"] == instrument]
    scale = wish("scale", scale, main_scale_first(rows["scale"]))
    rows = rows[rows["scale"] == scale]
    judged_by = wish("method", method, rows["method"].unique()) if "method" in rows else ""
    return Series(rater, instrument, scale, judged_by)


def wish(kind: str, wanted: str | None, there: Iterable[object]) -> str:
    """Return the name that is wanted, or the first there is; raise ``UnknownNameError`` where it is not there."""
    names = [str(name) for name in there]
    if wanted is None:
        return names[0]
    if wanted not in names:
        raise UnknownNameError(kind, wanted, set(names))
    return wanted


def main_scale_first(scales: pd.Series) -> list[str]:
    """Return the scales that occur, the total before the others."""
    return sorted(dict.fromkeys(scales), key=lambda scale: scale != "total")


def outcome_instruments() -> set[str]:
    """Return the keys of the registered outcome measures."""
    return {key for key, instrument in INSTRUMENTS.items() if instrument.kind == "outcome"}


def scale_range(known: Scale | None, scores: pd.Series) -> tuple[float, float]:
    """Return the scale's own range; for a scale that is not registered, what the scores span and a little more."""
    if known:
        return known.lowest, known.highest
    low, high = (float(scores.min()), float(scores.max())) if scores.notna().any() else (0.0, 1.0)
    margin = FREE_SCALE_MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def outcome_measures(scores: pd.DataFrame) -> list[tuple[Series, pd.DataFrame]]:
    """Return the case's outcome measures, each on its main scale; the client's forms before another rater's."""
    of_outcome = scores[scores["instrument"].isin(outcome_instruments()) & scores["score"].notna()]
    found = []
    for instrument, forms in of_outcome.groupby("instrument"):
        rater = min(forms["rater"].unique(), key=["client", "observer", "therapist"].index)
        scale = main_scale_first(forms.loc[forms["rater"] == rater, "scale"])[0]
        series = Series(rater, str(instrument), scale)
        found.append((series, series.pick(scores)))
    return found
