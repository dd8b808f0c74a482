"""The rows of a sheet while they are read: what each says of its form, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.records.cells import Column, Flags, Texts
from supervision_kit.records.finding import Layout
from supervision_kit.records.problems import ProblemList
from supervision_kit.records.reshaping import Spread
from supervision_kit.records.values import LAST_SESSION

Ints = npt.NDArray[np.int64]


def instrument_keys() -> tuple[str, ...]:
    """Return the instruments by their codes in `Body.instrument`; those added later come behind."""
    return tuple(INSTRUMENTS)


@dataclass
class Body:
    """The filled rows beneath the headings, and what is known of each so far.

    Where a row holds several forms that stand for themselves, each of them is a row here: see `spread`. Messages
    call a row by `row_word`.
    """

    source: str
    spread: Spread
    numbers: Ints
    problems: ProblemList
    notes: list[str]
    row_word: str
    case: Texts = field(init=False)
    therapist: Texts = field(init=False)
    session: Ints = field(init=False)
    date: npt.NDArray[np.datetime64] = field(init=False)
    day_unclear: Flags = field(init=False)
    date_order: str = field(init=False, default="")
    is_summary: Flags = field(init=False)
    rater: Ints = field(init=False)
    instrument: Ints = field(init=False)

    @property
    def layout(self) -> Layout:
        """What stands where in the columns."""
        return self.spread.layout

    @property
    def columns(self) -> tuple[Column, ...]:
        """The cells."""
        return self.spread.columns

    @property
    def is_dated(self) -> bool:
        """Whether the rows have no session but their day."""
        return "session" not in self.layout.fields

    @property
    def n_rows(self) -> int:
        """Rows to be read, a row for each form that stands for itself."""
        return len(self.numbers)

    @property
    def sheet_numbers(self) -> Ints:
        """The number of each filled row of the sheet."""
        numbers = np.zeros(int(self.spread.row.max(initial=-1)) + 1, dtype=np.int64)
        numbers[self.spread.row] = self.numbers
        return numbers

    @property
    def set_aside(self) -> Flags:
        """Which filled rows of the sheet are set aside, in whole or in part."""
        return np.bincount(self.spread.row, weights=self.problems.bad) > 0

    def covers(self, position: int) -> Flags:
        """Return which rows have a cell of their own in this column of ratings."""
        return self.spread.covers.get(position, np.ones(self.n_rows, dtype=bool))

    def list_problems(self) -> pd.DataFrame:
        """Return the problems with rows numbered and columns named as in the sheet."""
        return self.problems.table(
            source=self.source, numbers=self.numbers, headings=self.layout.headings, origin=self.spread.origin
        )

    @property
    def form(self) -> Ints:
        """A number for each row, the same for rows of the same case and session."""
        case = pd.factorize(self.case)[0].astype(np.int64)
        return pd.factorize(case * (LAST_SESSION + 1) + self.session)[0].astype(np.int64)

    def column(self, name: str) -> tuple[int, Column | None]:
        """Return the position and the column of a field, (-1, None) where the sheet has none."""
        position = self.layout.fields.get(name, -1)
        return position, self.columns[position] if position >= 0 else None
