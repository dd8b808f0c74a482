"""Answers that are counted from another number than the form's (1 to 4 for 0 to 3): the whole file is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.body import Body
from supervision_kit.records.grouping import RatedCells
from supervision_kit.records.numbers import Numbers
from supervision_kit.words import say

FEWEST_BEYOND = 2  # cells; one alone is a slip
FEWEST_ANSWERS = 20  # of a file, before an end that nobody ticked means anything


def flag_shifted_answers(body: Body, groups: Sequence[RatedCells], numbers: Mapping[int, Numbers]) -> None:
    """Set aside all forms of an instrument whose answers never reach one end and pass the other by one.

    Those of them that lie within the form's range would be kept as wrong by one each.
    """
    items = [group for group in groups if group.scale is None and INSTRUMENTS[group.instrument].whole_numbers]
    for instrument in {group.instrument for group in items}:
        ranges = {(item.lowest, item.highest) for item in INSTRUMENTS[instrument].items}
        if len(ranges) == 1:
            ((lowest, highest),) = ranges
            _flag_instrument(
                body, [group for group in items if group.instrument == instrument], numbers, lowest, highest
            )


def _flag_instrument(
    body: Body, groups: Sequence[RatedCells], numbers: Mapping[int, Numbers], lowest: float, highest: float
) -> None:
    cells = [
        np.where(group.rows, body.columns[group.position].spread(numbers[group.position].values), np.nan)
        for group in groups
    ]
    given = np.concatenate([values[~np.isnan(values)] for values in cells])
    for end, beyond, counted_from in ((lowest, highest + 1, lowest + 1), (highest, lowest - 1, lowest - 1)):
        is_shifted = len(given) >= FEWEST_ANSWERS and (given == beyond).sum() >= FEWEST_BEYOND
        if not is_shifted or (given == end).any() or ((given < min(end, beyond)) | (given > max(end, beyond))).any():
            continue
        sound = ~body.problems.bad
        for group, values in zip(groups, cells, strict=True):
            body.problems.flag(
                sound & ~np.isnan(values),
                position=group.position,
                column=body.columns[group.position],
                rule="answers_shifted",
                message=say(
                    "No answer in the file is {end}, and some are {beyond}: they seem to be counted from "
                    "{counted_from}, where the form counts from {lowest} to {highest}.",
                    end=f"{end:g}",
                    beyond=f"{beyond:g}",
                    counted_from=f"{counted_from:g}",
                    lowest=f"{lowest:g}",
                    highest=f"{highest:g}",
                ),
            )
