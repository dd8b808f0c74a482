"""Ratings judged cell by cell: what cannot be is a problem with a suggestion, and what was read with care is said."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import INSTRUMENTS, Instrument
from supervision_kit.records.body import Body
from supervision_kit.records.cells import Column, Flags, Rows, Texts
from supervision_kit.records.dates import like_dates
from supervision_kit.records.folding import squeeze
from supervision_kit.records.grouping import RatedCells
from supervision_kit.records.lines import LENGTH, has_lines
from supervision_kit.records.no_answer import typed_by_hand
from supervision_kit.records.numbers import Numbers, read_alike
from supervision_kit.records.problems import ProblemList
from supervision_kit.records.scaling import say_unclear
from supervision_kit.records.units import ANSWER, DECIMALS, MILLIMETRES, UNCLEAR, Unit
from supervision_kit.words import later, say, say_number

MISSING_CODES = frozenset({-1, -7, -8, -9, -66, -77, -88, -99, -999, -9999, 7, 8, 9, 66, 77, 88, 98, 99, 999, 9999})
FEWEST = 2  # cells with a code before it is taken for one
THOUSAND = 1_000

_AS_NUMBERS = later("Excel has turned a number into a date: format the column as numbers and type it again.")
_PER_CENT = later("Give the points themselves, not a per cent.")
_TWO = later("Where two answers were ticked, leave the cell blank.")
_BESIDE = later("Give the number alone, or the same words beside it throughout the column.")
_MARK = later("Write it with the same decimal mark as the others, and without one for thousands.")
_FROM_0 = later("If the answers are counted from 0 in this file, add 1 to each of them.")
_FROM_1 = later("If the answers are counted from 1 in this file, take 1 from each of them.")
_MILLIMETRES = later("If these are millimetres, divide them by 10.")


@dataclass
class Readings:
    """The cells that were read with care; to be counted once it is known which rows stay.

    `cells` are the rows of numbers, by how they were read; `unanswered` the rows and columns of what somebody wrote for
    no answer, by what it is.
    """

    cells: dict[str, list[Rows]] = field(default_factory=dict)
    unanswered: dict[str, list[tuple[int, str, Rows]]] = field(default_factory=dict)

    def add(self, how: str, where: Flags) -> None:
        """Remember the rows of some cells."""
        self.cells.setdefault(how, []).append(np.flatnonzero(where))

    def add_unanswered(self, group: RatedCells, column: Column, which: Flags) -> None:
        """Remember the rows of the texts that say that there is no answer."""
        for code in np.flatnonzero(which):
            text = str(column.texts[code])
            rows = np.flatnonzero(group.rows & (column.codes == code))
            if len(rows):
                self.unanswered.setdefault(text.casefold(), []).append((group.position, text, rows))

    def list_unanswered(self, problems: ProblemList) -> None:
        """List each way of saying that there is no answer once, where it stands first among the rows that stay."""
        for places in self.unanswered.values():
            here = [
                (row, position, text) for position, text, rows in places for row in rows[~problems.bad[rows]].tolist()
            ]
            if here:
                row, position, text = min(here)
                problems.add(
                    np.array([row]),
                    position=position,
                    values=text,
                    rule="no_answer_in_words",
                    message=say(
                        "This stands in {n} cell(s) for a rating, which were read as unanswered.",
                        n=say_number(len(here)),
                    ),
                    kept=True,
                )

    def notes(self, bad: Flags) -> list[str]:
        """Return a sentence with the number of cells for each way of reading, those in rows set aside left out."""
        counts = {how: int((~bad[np.concatenate(rows)]).sum()) for how, rows in self.cells.items()}
        return [say(how, n=say_number(n)) for how, n in counts.items() if n]


_WITH_WORDS = later(
    "{n} cell(s) hold a number with words beside it (4 - often), always the same ones, and were read as the number."
)
_WITH_UNIT = later(
    "{n} cell(s) hold a number with its unit or its highest (36 pts, 36/40), and were read as the number."
)
_YES_NO = {
    **dict.fromkeys(("yes", "y", "true", "ja", "j", "wahr", "oui", "vrai", "si", "verdadero"), 1.0),
    **dict.fromkeys(("no", "n", "false", "nein", "falsch", "non", "faux", "falso", "nee"), 0.0),
}
_AS_YES_NO = later("{n} cell(s) say yes or no (ja, TRUE), and were read as 1 and 0.")
_AS_LENGTHS = later("{n} cell(s) say in what they are measured (82 mm, 8.2 cm), and were read as that.")


def judge_cells(
    body: Body, group: RatedCells, numbers: Numbers, unit: Unit | None, readings: Readings
) -> npt.NDArray[np.float64]:
    """Flag the group's cells that cannot be, and return its value for each row of the body."""
    instrument, column = INSTRUMENTS[group.instrument], body.columns[group.position]
    present = np.bincount(column.codes[group.rows], minlength=len(column.texts)) > 0
    labelled, measured = _read_beside(group, instrument, numbers, present, unit)
    plain = (numbers.words == "") & ~numbers.unit & np.isnan(numbers.most)
    unreadable = numbers.unreadable | ~(plain | labelled | measured | np.isnan(numbers.values))
    truths = _read_yes_and_no(group, instrument, column.texts)
    unreadable &= np.isnan(truths)
    values = np.where(unreadable, np.nan, np.where(np.isnan(truths), _in_unit(numbers, unit), truths))
    given = ~np.isnan(values)
    kind, allowed, lowest, highest = _range(group, instrument, unit)
    outside = given & ~((values >= lowest) & (values <= highest))
    whole = instrument.whole_numbers and group.scale is None
    faults = {
        "not_a_number": unreadable,
        "out_of_range": outside,
        "not_whole": given & ~outside & (values % 1 != 0) & whole,
        "unit_unclear": given & ~outside & ~numbers.length & _unclear(values, unit),
    }
    advice = _advise(body, group, numbers, values, outside)
    if unit is not None and unit.doubt == UNCLEAR:
        advice[given & ~outside] = say_unclear(group, unit)
    for rule, which in faults.items():
        if which.any():
            body.problems.flag(
                group.rows & column.spread(which),
                position=group.position,
                column=column,
                rule=f"{kind}_{rule}",
                message=say("{allowed}; blank where not given.", allowed=allowed),
                suggestion=column.spread(np.where(which, advice, "")),
            )
    readings.add_unanswered(group, column, (numbers.unanswered | numbers.in_words) & typed_by_hand(column.texts))
    beside = {
        _AS_YES_NO: ~np.isnan(truths),
        _WITH_WORDS: labelled,
        _WITH_UNIT: measured & ~numbers.length,
        _AS_LENGTHS: measured & numbers.length,
    }
    for how, which in beside.items():
        if which.any():
            readings.add(how, group.rows & column.spread(which & ~outside))
    return column.spread(unit.convert(values) if unit else values)


def _range(group: RatedCells, instrument: Instrument, unit: Unit | None) -> tuple[str, str, float, float]:
    """Return the kind of rating, what is allowed in words, and the lowest and the highest number."""
    if group.scale is not None and unit is not None:
        allowed = say(
            "{form} {scale} is read as {unit}", form=instrument.short_title, scale=group.scale, unit=unit.words
        )
        return "score", allowed, unit.lowest, unit.highest
    if unit is not None:
        allowed = say(
            "{form} answers are read as millimetres, 0 to {highest}",
            form=instrument.short_title,
            highest=f"{unit.highest:g}",
        )
        return "response", allowed, unit.lowest, unit.highest
    item = instrument.items[group.slot - 1]
    allowed = say(
        "{form} answers are {answers}", form=instrument.short_title, answers=instrument.answers_of(group.slot)
    )
    return "response", allowed, item.lowest, item.highest


def _read_beside(
    group: RatedCells, instrument: Instrument, numbers: Numbers, present: Flags, unit: Unit | None
) -> tuple[Flags, Flags]:
    """Return which numbers may have the words, and which the unit or the highest number, that stand beside them."""
    answers = group.scale is None and instrument.whole_numbers
    labelled = read_alike(numbers, present) if answers else np.zeros(len(present), dtype=bool)
    highest = unit.highest if unit else instrument.items[group.slot - 1].highest
    of_most = np.isnan(numbers.most) | (numbers.most == highest)
    of_most &= ~numbers.length | has_lines(instrument)
    measured = (numbers.unit | ~np.isnan(numbers.most)) & of_most & ~np.isnan(numbers.values)
    return labelled, measured & (not answers)


def _read_yes_and_no(group: RatedCells, instrument: Instrument, texts: Texts) -> npt.NDArray[np.float64]:
    """Return 1 for yes and 0 for no, where these are the answers of the item; ``nan`` for all else."""
    if group.scale is not None or not instrument.whole_numbers:
        return np.full(len(texts), np.nan)
    item = instrument.items[group.slot - 1]
    meanings = _YES_NO if (item.lowest, item.highest) == (0, 1) else {}
    return np.array([meanings.get(squeeze(text), np.nan) for text in texts], dtype=float)


def _in_unit(numbers: Numbers, unit: Unit | None) -> npt.NDArray[np.float64]:
    """Return the values in the unit of their column; a cell that says its length needs no column for that."""
    times = MILLIMETRES if unit and unit.millimetres else 1
    return np.where(numbers.length, (numbers.values * times).round(DECIMALS), numbers.values)


def _unclear(values: npt.NDArray[np.float64], unit: Unit | None) -> Flags:
    """Return which numbers among millimetres look like centimetres: small and, where they are answers, broken.

    A single line may be as short as a whole number of millimetres up to 10, the sum of them hardly.
    """
    if unit is not None and unit.doubt == UNCLEAR:
        return np.ones(len(values), dtype=bool)
    if unit is None or not unit.millimetres:
        return np.zeros(len(values), dtype=bool)
    small: Flags = (values * MILLIMETRES <= unit.highest) & (values > 0)
    return small & (values % 1 != 0) if unit.statistic == ANSWER else small


def _advise(body: Body, group: RatedCells, numbers: Numbers, values: npt.NDArray[np.float64], outside: Flags) -> Texts:
    """Return for each text what to do about it, empty where there is nothing more to say than the rule does."""
    instrument, column = INSTRUMENTS[group.instrument], body.columns[group.position]
    texts = column.texts
    advice = np.full(len(texts), "", dtype=object)
    unread = np.isnan(values)
    advice[unread & ((numbers.words != "") | numbers.unit | ~np.isnan(numbers.most))] = say(_BESIDE)
    advice[[text.endswith(("%", "\uff05")) for text in texts]] = say(_PER_CENT)
    advice[[_holds_two(text) for text in texts]] = say(_TWO)
    advice[like_dates(texts)] = say(_AS_NUMBERS)
    if not outside.any():
        return advice
    advice[outside & (values >= THOUSAND) & [("," in text or "." in text) for text in texts]] = say(_MARK)
    if has_lines(instrument):
        longest = LENGTH if group.scale is None else LENGTH * MILLIMETRES
        advice[outside & (values > longest) & (values <= longest * MILLIMETRES) & (values % 1 == 0)] = say(_MILLIMETRES)
    n_rows = np.bincount(column.codes[group.rows & ~body.problems.bad], minlength=len(texts))
    if instrument.whole_numbers and group.scale is None:
        item = instrument.items[group.slot - 1]
        lowest, highest = item.lowest, item.highest
        for given, elsewhere, said in ((lowest - 1, highest, say(_FROM_0)), (highest + 1, lowest, say(_FROM_1))):
            if not n_rows[values == elsewhere].any():
                advice[outside & (values == given)] = said
    codes = outside & np.isin(values, list(MISSING_CODES)) & (n_rows >= FEWEST)
    advice[codes] = [
        say(
            "{value} stands in {n} rows of the column: was it “missing”? Then leave the cells blank.",
            value=f"{value:g}",
            n=say_number(n),
        )
        for value, n in zip(values[codes], n_rows[codes], strict=True)
    ]
    return advice


def _holds_two(text: str) -> bool:
    """Return whether a text is two numbers: 4/5, 4-5, 4 5, 3 und 4."""
    runs = text.replace("/", " ").replace("-", " ").replace("+", " ").replace("&", " ").split()
    return len(runs) > 1 and all(run.isdecimal() or run in {"or", "and", "und", "oder", "to", "bis"} for run in runs)
