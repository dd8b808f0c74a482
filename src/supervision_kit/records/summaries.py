"""Rows that sum up others: totals, means and the like, told by the word in the case column and by their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from supervision_kit.records.cells import Flags, Texts
from supervision_kit.records.folding import squeeze, words
from supervision_kit.records.vocabulary import EXTREMES, SUMMARIES

_ALONE = SUMMARIES | {
    *("averages", "means", "zwischensumme", "gesamtmittelwert", "schnitt", "stddev", "standarddeviation"),
    *("stddeviation", "standardabweichung", "stdabw", "variance", "varianz", "cutoff", "cutoffs", "benchmark"),
    *("allclients", "allpatients", "allcases", "alleklienten", "allepatienten", "allefalle", "\u00f8", "\u03c3"),
}
_AMONG_OTHERS = frozenset(  # words that no code and no name has beside others
    {"total", "totals", "subtotal", "mean", "means", "average", "averages", "median", "ergebnis", "gesamtergebnis"}
    | {"summe", "zwischensumme", "mittelwert", "durchschnitt", "schnitt", "stdev", "deviation", "moyenne", "promedio"}
)
_PERHAPS = EXTREMES | {"mw", "m", "change", "norm", "target"}  # pseudonyms too
_N_EQUALS = re.compile(r"[nN]\s*=")
_HIGHEST = re.compile(r"\(?(?:min|max)\.?\s*[0-9.,]+\)?", re.IGNORECASE)
ROUNDING = 0.06  # of a mean with one decimal
FEWEST = 2  # rows above, or numbers, that a row has to sum up before its numbers show it

Values = npt.NDArray[np.float64]


def sums_up(texts: Texts) -> Flags:
    """Return which cells of the case column say that the row is a total, a mean or the like."""
    found = np.array([_says_summary(str(text)) for text in texts], dtype=bool)
    return found | could_sum_up(texts) if found.any() else found


def could_sum_up(texts: Texts) -> Flags:
    """Return which cells could say so, and could be a pseudonym as well."""
    return np.array([squeeze(str(text)) in _PERHAPS for text in texts], dtype=bool)


def is_sum_of(rows: Flags, columns: Sequence[Values]) -> Flags:
    """Return which of these rows hold in every column the mean, the sum, the lowest or the highest of those above."""
    found = np.zeros(len(rows), dtype=bool)
    for at in np.flatnonzero(rows):
        above = np.flatnonzero(~rows[:at])
        given = [values for values in columns if not np.isnan(values[at]) and not np.isnan(values[above]).all()]
        if given and max(len(given), len(above)) >= FEWEST:
            found[at] = any(
                all(abs(statistic(values[above]) - values[at]) <= ROUNDING for values in given)
                for statistic in (np.nanmean, np.nansum, np.nanmin, np.nanmax)
            )
    return found


def _says_summary(text: str) -> bool:
    squeezed, run = squeeze(text), words(text)
    alone = squeezed in _ALONE or bool(_N_EQUALS.match(text)) or bool(_HIGHEST.fullmatch(text.strip()))
    return alone or (len(run) > 1 and not _AMONG_OTHERS.isdisjoint(run))
