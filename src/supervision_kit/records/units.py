"""Sum or item mean: in which statistic a column gives a scale, decided over the whole column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS

STATISTICS = ("sum", "item mean")
DECIMALS = 10


@dataclass(frozen=True)
class Unit:
    """How the numbers of a column are to be read, and the factor that turns them into the instrument's own scale."""

    statistic: str
    lowest: float
    highest: float
    factor: float
    decided: bool = True

    def fits(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Return which values are possible."""
        return (values >= self.lowest) & (values <= self.highest)

    def convert(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the values in the instrument's own statistic."""
        return values if self.factor == 1 else (values * self.factor).round(DECIMALS)

    @property
    def words(self) -> str:
        """The statistic and its range."""
        return f"{self.statistic}s, {self.lowest:g} to {self.highest:g}"


def unit_of(instrument: str, scale: str, statistic: str, *, decided: bool = True) -> Unit:
    """Return the range of a scale in this statistic and the factor to its own."""
    known = INSTRUMENTS[instrument]
    spec = known.scales[scale]
    n_items = len(spec.items)
    own_n = n_items if spec.statistic == "sum" else 1
    n = n_items if statistic == "sum" else 1
    return Unit(statistic, known.lowest_answer * n, known.highest_answer * n, own_n / n, decided)


def choose_unit(values: npt.NDArray[np.float64], *, instrument: str, scale: str, hint: str | None) -> Unit:
    """Return the statistic that a column's heading names or its values show.

    A heading that names one is followed unless most values are impossible under it and more fit the other. Without,
    an instrument that reports sums is read as sums; one that reports item means as what more of the values fit. Where
    both fit alike it is read as the instrument's own, and not ``decided``.
    """
    own = INSTRUMENTS[instrument].scales[scale].statistic
    given = values[~np.isnan(values)]
    fitting = {each: _count_fitting(given, unit_of(instrument, scale, each), instrument) for each in STATISTICS}
    if hint:
        other = STATISTICS[1 - STATISTICS.index(hint)]
        contradicted = 2 * fitting[hint][1] < len(given) and fitting[other][1] > fitting[hint][1]
        return unit_of(instrument, scale, other if contradicted else hint)
    if own == "sum" or not len(given):
        return unit_of(instrument, scale, own)
    if fitting["sum"] == fitting["item mean"]:
        return unit_of(instrument, scale, own, decided=False)
    return unit_of(instrument, scale, max(STATISTICS, key=lambda each: fitting[each]))


def _count_fitting(given: npt.NDArray[np.float64], unit: Unit, instrument: str) -> tuple[int, int]:
    """Return how many values are what a form with every item answered gives, and how many are in range."""
    fits = unit.fits(given)
    whole = unit.statistic == "sum" and INSTRUMENTS[instrument].whole_numbers
    usual = fits & (given % 1 == 0) if whole else fits
    return int(usual.sum()), int(fits.sum())
