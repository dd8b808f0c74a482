"""Lines of ten centimetres: whether a family of columns gives them in centimetres or in millimetres.

The lines of the ORS, the SRS and their like are scored 0 to 10 and added to 0 to 40. Some systems keep millimetres
instead: 0 to 100, and 0 to 400.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import Instrument
from supervision_kit.records.units import MILLIMETRES, Unit
from supervision_kit.words import say, say_number

LENGTH = 10.0
FEWEST = 2  # numbers that can only be millimetres

Values = npt.NDArray[np.float64]


def has_lines(instrument: Instrument) -> bool:
    """Return whether the items of an instrument are lines of ten centimetres."""
    ends = {(item.lowest, item.highest) for item in instrument.items}
    return not instrument.whole_numbers and ends == {(0, LENGTH)}


def are_millimetres(values: Values, *, highest: float) -> bool:
    """Return whether values of 0 to `highest` are given in millimetres: half of them are possible only so.

    One number is not enough, for it may be mistyped. Scores of 0 to 100 could be the means of lines in millimetres,
    too: of sums beyond the highest, half have to be beyond that.
    """
    given = values[~np.isnan(values)]
    beyond = given[(given > highest) & (given <= highest * MILLIMETRES)]
    sure = beyond[beyond > LENGTH * MILLIMETRES] if highest > LENGTH else beyond
    return len(sure) >= FEWEST and 2 * len(beyond) >= len(given) and 2 * len(sure) >= len(beyond)


def say_lines(values: Values, unit: Unit) -> str:
    """Return how the answers of an instrument with lines were read."""
    given = values[~np.isnan(values)]
    if unit.millimetres:
        return say("read as millimetres, 0 to 100, and turned into 0 to 10.")
    if n_beyond := int((given > LENGTH).sum()):
        return say(
            "read as 0 to 10; {n} of {n_all} answers are beyond, as millimetres would be.",
            n=say_number(n_beyond),
            n_all=say_number(len(given)),
        )
    return say("read as 0 to 10, and not as millimetres.")
