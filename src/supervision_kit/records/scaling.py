"""In which unit the groups of rated cells are given: decided for all columns of an instrument together, and said."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.body import Body
from supervision_kit.records.finding import WIDE
from supervision_kit.records.grouping import RatedCells
from supervision_kit.records.lines import LENGTH, are_millimetres, has_lines, say_lines
from supervision_kit.records.numbers import Numbers
from supervision_kit.records.units import (
    ANSWER,
    MILLIMETRES,
    OPEN,
    PLURALS,
    REPORTED,
    STATISTICS,
    UNCLEAR,
    Unit,
    choose_units,
    unit_of,
)
from supervision_kit.words import say


def choose_group_units(body: Body, groups: list[RatedCells], numbers: dict[int, Numbers]) -> list[Unit | None]:
    """Return for each group of scores its unit; the scores of one form are weighed together.

    Answers have a unit where they are in millimetres, which all items of one rater's instrument show together.
    """
    form = body.form
    answers = _answer_units(body, groups, numbers)
    given: dict[tuple[str, str | None], dict[str, npt.NDArray[np.float64]]] = {}
    hints: dict[tuple[str, str | None], dict[str, str | None]] = {}
    for group in groups:
        if group.scale is None:
            continue
        values = body.columns[group.position].spread(numbers[group.position].values)
        rows = group.rows & ~body.problems.bad & ~np.isnan(values)
        key = (group.instrument, group.rater)
        empty = np.full(int(form.max(initial=-1)) + 1, np.nan)
        given.setdefault(key, {}).setdefault(group.scale, empty)[form[rows]] = values[rows]
        hints.setdefault(key, {})[group.scale] = _hint(group)
    chosen = {key: _choose(scales, key[0], hints[key]) for key, scales in given.items()}
    units = [
        chosen[each.instrument, each.rater][each.scale] if each.scale else answers.get((each.instrument, each.rater))
        for each in groups
    ]
    _note_units(body, groups, units)
    return units


def _hint(group: RatedCells) -> str | None:
    """Return the statistic that heading or caller name; “reported” is the scale’s own, where it has no number."""
    spec = INSTRUMENTS[group.instrument].scales[group.scale or ""]
    return spec.statistic if group.statistic == REPORTED and spec.multiplier == 1 else group.statistic


def _choose(
    scales: dict[str, npt.NDArray[np.float64]], instrument: str, hints: dict[str, str | None]
) -> dict[str, Unit]:
    """Return the unit of each scale; of lines, after it is known whether they are in millimetres."""
    in_millimetres = set()
    if has_lines(INSTRUMENTS[instrument]):
        for scale, values in scales.items():
            own = unit_of(instrument, scale, hints[scale] or INSTRUMENTS[instrument].scales[scale].statistic)
            if are_millimetres(values, highest=own.highest):
                in_millimetres.add(scale)
    centimetres = {
        scale: values / MILLIMETRES if scale in in_millimetres else values for scale, values in scales.items()
    }
    units = choose_units(centimetres, instrument=instrument, hints=hints)
    for scale in _means_like_sums(scales, instrument, hints):
        units[scale] = unit_of(instrument, scale, "sum", doubt=UNCLEAR)
        in_millimetres.discard(scale)
    return {scale: unit.in_millimetres() if scale in in_millimetres else unit for scale, unit in units.items()}


def _means_like_sums(
    scales: dict[str, npt.NDArray[np.float64]], instrument: str, hints: dict[str, str | None]
) -> list[str]:
    """Return the scales of lines that are called means, half of which at least fit sums or millimetres only."""
    found = []
    for scale, values in scales.items() if has_lines(INSTRUMENTS[instrument]) else ():
        given = values[~np.isnan(values)]
        beyond = given > unit_of(instrument, scale, "item mean").highest
        all_fit = bool((given <= unit_of(instrument, scale, "sum").highest).all())
        if hints[scale] == "item mean" and beyond.any() and 2 * beyond.sum() >= len(given) and all_fit:
            found.append(scale)
    return found


def _answer_units(
    body: Body, groups: list[RatedCells], numbers: dict[int, Numbers]
) -> dict[tuple[str, str | None], Unit]:
    """Return the unit of the answers that are lines in millimetres, by instrument and rater; say how all are read."""
    lines: dict[tuple[str, str | None], list[npt.NDArray[np.float64]]] = {}
    for group in groups:
        if group.scale is None and has_lines(INSTRUMENTS[group.instrument]):
            found = numbers[group.position]
            values = body.columns[group.position].spread(np.where(found.length, np.nan, found.values))
            rows = group.rows & ~body.problems.bad
            lines.setdefault((group.instrument, group.rater), []).append(values[rows])
    units = {}
    for (instrument, rater), parts in lines.items():
        values = np.concatenate(parts)
        unit = Unit(ANSWER, 0, LENGTH, 1)
        if are_millimetres(values, highest=LENGTH):
            unit = units[instrument, rater] = unit.in_millimetres()
        name = f"{INSTRUMENTS[instrument].short_title} items{', ' if rater else ''}{rater or ''}"
        if not np.isnan(values).all():
            body.notes.append(f"{name}: {say_lines(values, unit)}")
    return units


def _note_units(body: Body, groups: list[RatedCells], units: list[Unit | None]) -> None:
    said: dict[str, dict[str, str]] = {}
    for group, unit in zip(groups, units, strict=True):
        if unit and group.scale and (sentence := _say_unit(body, group, unit)):
            name = f"{INSTRUMENTS[group.instrument].short_title} {group.scale}"
            said.setdefault(name, {})[group.rater or ""] = sentence
    for name, sentences in said.items():
        if len(set(sentences.values())) == 1:
            body.notes.append(f"{name}: {next(iter(sentences.values()))}")
        else:
            body.notes += [f"{name}, {rater}: {sentence}" for rater, sentence in sentences.items()]


def _say_unit(body: Body, group: RatedCells, unit: Unit) -> str:
    spec = INSTRUMENTS[group.instrument].scales[group.scale or ""]
    own = spec.score_words if spec.multiplier != 1 else spec.statistic
    if unit.doubt:
        if unit.doubt == UNCLEAR:
            return say_unclear(group, unit)
        others = say("sums or item means")
        if unit.multiplier != 1:
            others = say(
                "{scores}, or {times} times them", scores=say(PLURALS[unit.statistic]), times=f"{unit.multiplier:g}"
            )
        asked = say("the values could be {others}; read as {unit}.", others=others, unit=unit.words)
        if unit.doubt == OPEN:
            return asked
        other = next(each for each in STATISTICS if (each != unit.statistic) is (unit.multiplier == 1))
        way = f"columns={{“{body.layout.headings[group.position]}”: “{group.instrument}:{group.scale}:{other}”}}"
        return say(
            "most of {asked} If they are {others}, say so: {way}.",
            asked=asked,
            others=say(PLURALS[other]),
            way=way if body.layout.shape == WIDE else say("convert them"),
        )
    if unit.millimetres and unit.factor * MILLIMETRES == 1:
        return say("read as {unit}, and turned into centimetres.", unit=unit.words)
    if unit.factor != 1:
        times, _, statistic = own.rpartition(" × ")
        into = f"{times} × {say(PLURALS[statistic])}" if times else say(PLURALS[statistic])
        return say("read as {unit}, and turned into {scores}.", unit=unit.words, scores=into)
    return say("read as {unit}.", unit=unit.words) if unit.multiplier != 1 or own != "sum" else ""


def say_unclear(group: RatedCells, unit: Unit) -> str:
    """Return between what nobody can tell, and how to say which it is."""
    name = f"{group.instrument}:{group.scale}"
    if unit.multiplier == 1:
        return say(
            "the scores could be sums, or means in millimetres: “{name}:sum” in columns= says that they are sums.",
            name=name,
        )
    plain = f"“{name}:{unit.statistic}”"
    return say(
        "the scores could be {scores}, or {times} times them: {plain} or “{name}:{reported}” in columns= says which.",
        scores=say(PLURALS[unit.statistic]),
        times=f"{unit.multiplier:g}",
        plain=plain,
        name=name,
        reported=REPORTED,
    )
