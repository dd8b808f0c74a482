"""Sum or item mean: in which statistic one rater's scores of an instrument are given, decided over all forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS, Instrument
from supervision_kit.words import later, say

STATISTICS = ("sum", "item mean")
PLURALS = {"sum": later("sums"), "item mean": later("item means")}
DECIMALS = 10
SLACK = 3.0  # points of the sum by which a total may miss its subscales: rounding, and items left blank
UNUSUAL = 0.75  # the weight of a form with a broken sum (a blank item made up for) against one with a whole sum
REPORTED = "reported"  # said of a scale that is reported times a number: so it is given
OPEN, CONTESTED, UNCLEAR = "open", "contested", "unclear"
FEWEST_EVEN = 5  # whole scores, all even: of plain sums one in 32 would be so
FEWEST_ODD = 0.25  # of the scores, before they are taken for plain sums: doubled ones are never odd
MILLIMETRES = 10  # of a centimetre
ANSWER = "answer"  # the unit of an item, in the place of a statistic

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Unit:
    """How a scale's numbers are to be read, and the factor that turns them into the instrument's own statistic.

    `doubt` is empty where heading or values decide, ``open`` where they fit both statistics alike, and ``contested``
    where most fit both and a minority speaks against the one taken. Where it is ``unclear`` nothing is taken: each
    score is a problem that asks.
    """

    statistic: str
    lowest: float
    highest: float
    factor: float
    doubt: str = ""
    millimetres: bool = False
    multiplier: float = 1

    def fits(self, values: Values) -> Flags:
        """Return which values are possible."""
        return (values >= self.lowest) & (values <= self.highest)

    def convert(self, values: Values) -> Values:
        """Return the values in the instrument's own statistic."""
        return values if self.factor == 1 else (values * self.factor).round(DECIMALS)

    @property
    def words(self) -> str:
        """The statistic and its range."""
        times = "" if self.multiplier == 1 else f"{self.multiplier:g} × "
        scores = f"{times}{say(PLURALS[self.statistic])}"
        if self.millimetres:
            scores = say("{scores} in millimetres", scores=scores)
        return say(
            "{scores}, {lowest} to {highest}", scores=scores, lowest=f"{self.lowest:g}", highest=f"{self.highest:g}"
        )

    def in_millimetres(self) -> Unit:
        """Return the unit of the same scores measured in millimetres."""
        lowest, highest = self.lowest * MILLIMETRES, self.highest * MILLIMETRES
        return replace(self, lowest=lowest, highest=highest, factor=self.factor / MILLIMETRES, millimetres=True)


def unit_of(instrument: str, scale: str, statistic: str, *, doubt: str = "") -> Unit:
    """Return the range of a scale in this statistic and the factor to its own, the multiplier among it."""
    spec = INSTRUMENTS[instrument].scales[scale]
    n_items = len(spec.items)
    factor = (n_items if spec.statistic == "sum" else 1) / (n_items if statistic == "sum" else 1) * spec.multiplier
    return Unit(statistic, spec.lowest / factor, spec.highest / factor, factor, doubt)


def _as_reported(instrument: str, scale: str) -> Unit:
    """Return the unit of a scale with a multiplier, as the instrument reports it."""
    spec = INSTRUMENTS[instrument].scales[scale]
    return Unit(spec.statistic, spec.lowest, spec.highest, 1.0, multiplier=spec.multiplier)


def choose_units(given: Mapping[str, Values], *, instrument: str, hints: Mapping[str, str | None]) -> dict[str, Unit]:
    """Return for each scale the statistic that its heading names or the forms show.

    ========================================================  ==========================================
    what is known of a scale                                  how it is read
    ========================================================  ==========================================
    its heading names a statistic                             so, unless most values are impossible then
    more forms are possible in the instrument's own           in the instrument's own
    more are in the other, by half of its values or more       in the other
    more are in the other, by fewer                           in the instrument's own, ``contested``
    as many are in either                                     as the instrument's other scales, if those
                                                              are decided, else its own, ``open``
    ========================================================  ==========================================

    A form is possible where every score is in its range, and the total and the subscales add up. `given` holds for each
    scale a value per form, ``nan`` where there is none.
    """
    times = {scale for scale in given if INSTRUMENTS[instrument].scales[scale].multiplier != 1}
    if times:
        rest = {scale: values for scale, values in given.items() if scale not in times}
        plain = _are_plain({scale: given[scale] for scale in times if not hints.get(scale)}, instrument)
        units = {
            scale: _read_multiplied(given[scale], instrument, scale, hints.get(scale), are_plain=plain)
            for scale in times
        }
        return units | (choose_units(rest, instrument=instrument, hints=hints) if rest else {})
    allowed = {scale: _allowed(values, instrument, scale, hints.get(scale)) for scale, values in given.items()}
    if all(INSTRUMENTS[instrument].scales[scale].statistic == "sum" for scale in given):
        return {scale: _read_alone(given[scale], instrument, scale, allowed[scale]) for scale in given}
    readings = [dict(zip(allowed, each, strict=True)) for each in product(*allowed.values())]
    weights = [_weigh(given, reading, INSTRUMENTS[instrument]) for reading in readings]
    units = {}
    for scale, values in given.items():
        best = {
            statistic: max(w for reading, w in zip(readings, weights, strict=True) if reading[scale] == statistic)
            for statistic in allowed[scale]
        }
        units[scale] = _decide(best, instrument, scale, int((~np.isnan(values)).sum()))
    return _with_the_others(units, instrument)


def _allowed(values: Values, instrument: str, scale: str, hint: str | None) -> tuple[str, ...]:
    """Return the statistic that the heading names, or the other where the values contradict it; both if none."""
    if len(INSTRUMENTS[instrument].scales[scale].items) == 1:  # its sum is its mean
        return (INSTRUMENTS[instrument].scales[scale].statistic,)
    if hint is None:
        return STATISTICS
    other = STATISTICS[1 - STATISTICS.index(hint)]
    fitting, fitting_other = (int(unit_of(instrument, scale, each).fits(values).sum()) for each in (hint, other))
    contradicted = 2 * fitting < int((~np.isnan(values)).sum()) and fitting_other > fitting
    return (other if contradicted else hint,)


def _are_plain(given: Mapping[str, Values], instrument: str) -> bool | None:
    """Return whether scores that are reported times a number come without it; ``None`` where it cannot be told.

    All of them show it together: a score beyond the plain range has been multiplied, an odd one has not been doubled.
    """
    specs = INSTRUMENTS[instrument].scales
    there = {scale: values[~np.isnan(values)] for scale, values in given.items()}
    plain = [unit_of(instrument, scale, specs[scale].statistic).fits(values) for scale, values in there.items()]
    whole = np.concatenate([np.zeros(0), *there.values()])
    if not len(whole) or not all(map(np.all, plain)):
        return False
    if {(specs[scale].statistic, specs[scale].multiplier) for scale in given} != {("sum", 2)}:
        return None
    share = float((whole % 2 == 1).mean())
    return True if share >= FEWEST_ODD else False if share == 0 and len(whole) >= FEWEST_EVEN else None


def _read_multiplied(values: Values, instrument: str, scale: str, hint: str | None, *, are_plain: bool | None) -> Unit:
    """Return the unit of a scale that is reported times a number: with it, or as plain as heading or values say."""
    given, reported = values[~np.isnan(values)], _as_reported(instrument, scale)
    if hint and hint != REPORTED:
        plain = unit_of(instrument, scale, hint)
        fitting, fitting_reported = (int(each.fits(given).sum()) for each in (plain, reported))
        return reported if 2 * fitting < len(given) and fitting_reported > fitting else plain
    if hint or are_plain is False:
        return reported
    return unit_of(instrument, scale, reported.statistic) if are_plain else replace(reported, doubt=UNCLEAR)


def _read_alone(values: Values, instrument: str, scale: str, allowed: tuple[str, ...]) -> Unit:
    """Return the unit of an instrument that reports sums, whose item means lie within the range of the sums."""
    if len(allowed) == 1:
        return unit_of(instrument, scale, allowed[0])
    known, given = INSTRUMENTS[instrument], values[~np.isnan(values)]
    small = given <= unit_of(instrument, scale, "item mean").highest
    if not known.whole_numbers:
        return unit_of(instrument, scale, "sum", doubt=OPEN if len(given) and small.all() else "")
    broken = small & (given % 1 != 0)
    if broken.any() and small.all() and 2 * broken.sum() >= len(given):
        return unit_of(instrument, scale, "item mean")
    return unit_of(instrument, scale, "sum", doubt=CONTESTED if 2 * broken.sum() >= max(len(given), 1) else "")


def _weigh(given: Mapping[str, Values], reading: Mapping[str, str], known: Instrument) -> float:
    """Return how many forms are possible under this reading of their scales."""
    n_forms = len(next(iter(given.values())))
    some, possible = np.zeros(n_forms, dtype=bool), np.ones(n_forms, dtype=bool)
    weight = np.ones(n_forms)
    sums: dict[str, Values] = {}
    for scale, statistic in reading.items():
        unit, values = unit_of(known.key, scale, statistic), given[scale]
        there = ~np.isnan(values)
        some, possible = some | there, possible & (~there | unit.fits(values))
        if statistic == "sum" and known.whole_numbers:
            weight = np.where(there & (values % 1 != 0), UNUSUAL, weight)
        sums[scale] = values * (1 if statistic == "sum" else len(known.scales[scale].items))
    return float((weight * (some & possible & _adds_up(sums, known))).sum())


def _adds_up(sums: Mapping[str, Values], known: Instrument) -> Flags:
    """Return whether each form's total leaves a possible sum to the items that no given subscale holds."""
    whole = max(known.scales, key=lambda scale: len(known.scales[scale].items))
    if whole not in sums:
        return np.ones(len(next(iter(sums.values()))), dtype=bool)
    rest = sums[whole]
    within = [item in known.scales[whole].items for item in range(1, known.n_items + 1)]
    left: Flags = np.tile(np.array(within), (len(rest), 1))
    for scale, values in sums.items():
        inside = np.array([item in known.scales[scale].items for item in range(1, known.n_items + 1)])
        if scale != whole and not (inside & ~np.array(within)).any():
            rest = rest - np.nan_to_num(values)
            left &= np.isnan(values)[:, None] | ~inside
    lowest, highest = (left @ np.array([getattr(item, end) for item in known.items]) for end in ("lowest", "highest"))
    fits: Flags = (rest >= lowest - SLACK) & (rest <= highest + SLACK)
    return fits | np.isnan(sums[whole])


def _decide(best: Mapping[str, float], instrument: str, scale: str, n_values: int) -> Unit:
    own = INSTRUMENTS[instrument].scales[scale].statistic
    if len(best) == 1:
        return unit_of(instrument, scale, *best)
    other = STATISTICS[1 - STATISTICS.index(own)]
    margin = best[other] - best[own]
    if margin > 0 and 2 * margin >= n_values:
        return unit_of(instrument, scale, other)
    doubt = CONTESTED if margin > 0 else OPEN if margin == 0 and n_values else ""
    return unit_of(instrument, scale, own, doubt=doubt)


def _with_the_others(units: dict[str, Unit], instrument: str) -> dict[str, Unit]:
    settled = {unit.statistic for unit in units.values() if not unit.doubt}
    if len(settled) != 1:
        return units
    (statistic,) = settled
    return {
        scale: unit if unit.doubt != OPEN else unit_of(instrument, scale, statistic) for scale, unit in units.items()
    }
