"""Whole forms of small numbers among millimetres: they could be in centimetres, and are asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from supervision_kit.records.body import Body
from supervision_kit.records.grouping import RatedCells
from supervision_kit.records.lines import LENGTH
from supervision_kit.records.numbers import Numbers
from supervision_kit.records.units import Unit
from supervision_kit.tables import RATERS
from supervision_kit.words import later, say

FEWEST_SMALL = 2  # answers: one line alone may well be as short as 10 millimetres
_COULD_BE = later(
    "No answer of this form is above 10, while most of the file’s are in millimetres; are these centimetres?"
)
_OTHER_UNIT = later("If the form is in centimetres, multiply its answers by 10; if not, read it by itself.")


def flag_small_forms(
    body: Body, groups: Sequence[RatedCells], numbers: Mapping[int, Numbers], units: Sequence[Unit | None]
) -> None:
    """Set aside the forms in millimetres of which every answer, of several, could be in centimetres as well."""
    in_millimetres = [
        group for group, unit in zip(groups, units, strict=True) if group.scale is None and unit and unit.millimetres
    ]
    for instrument in {group.instrument for group in in_millimetres}:
        _flag_instrument(body, [group for group in in_millimetres if group.instrument == instrument], numbers)


def _flag_instrument(body: Body, groups: Sequence[RatedCells], numbers: Mapping[int, Numbers]) -> None:
    sound = ~body.problems.bad
    forms = [body.form * len(RATERS) + _rater(body, group) for group in groups]
    highest = np.zeros(max(int(form.max(initial=-1)) for form in forms) + 1)
    n_answered = np.zeros(len(highest), dtype=np.int64)
    for group, form in zip(groups, forms, strict=True):
        values = body.columns[group.position].spread(numbers[group.position].values)
        given = group.rows & sound & ~np.isnan(values)
        np.maximum.at(highest, form[given], values[given])
        np.add.at(n_answered, form[given], 1)
    small = (highest > 0) & (highest <= LENGTH) & (n_answered >= FEWEST_SMALL)
    for group, form in zip(groups, forms, strict=True):
        body.problems.flag(
            group.rows & sound & small[form] & ~body.columns[group.position].blank,
            position=group.position,
            column=body.columns[group.position],
            rule="response_unit_unclear",
            message=say(_COULD_BE),
            suggestion=say(_OTHER_UNIT),
        )


def _rater(body: Body, group: RatedCells) -> npt.NDArray[np.int64]:
    return np.full(body.n_rows, RATERS.index(group.rater)) if group.rater else body.rater
