"""What can be wrong with a row, and the list of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.cells import Column, Flags, Rows, Texts, printable

COLUMNS = ("source", "row", "column", "value", "rule", "message")
LONGEST_VALUE = 40

RULES: Mapping[str, str] = MappingProxyType(
    {
        "case_missing": "The row does not say which case it is of.",
        "row_too_long": "The row has more cells than there are headings.",
        "quote_unclosed": "A quotation mark opens a cell in this row and swallows the rows after it.",
        "summary_row": "The case cell says total, mean or the like: the row sums up others.",
        "session_missing": "The row does not say which session it is of.",
        "session_not_a_number": "The session is not a whole number from 1 up.",
        "rater_missing": "There is a rater column, and it is empty in this row.",
        "rater_unknown": "The rater is neither client, therapist nor observer, in any word that is known for them.",
        "date_unreadable": "The cell in the date column is no date, or not in the order of the others.",
        "instrument_missing": "There is an instrument column, and it is empty in this row.",
        "instrument_unknown": "The instrument is not one that the kit knows.",
        "scale_missing": "There is a scale column, and it is empty in this row.",
        "scale_unknown": "The instrument has no scale of that name.",
        "item_missing": "There is an item column, and it is empty in this row.",
        "item_unknown": "The instrument has no item of that number.",
        "response_not_a_number": "The answer is neither a number nor a known word for no answer.",
        "response_out_of_range": "The answer is below or above what the form allows.",
        "response_not_whole": "The answer lies between two answers that the form allows.",
        "score_not_a_number": "The score is neither a number nor a known word for no score.",
        "score_out_of_range": "The score is below or above what the scale allows.",
        "nothing_rated": "No column of the file belongs to the instrument that this row names.",
        "repeated_row": "Another row holds the same form already, and this one adds nothing to it.",
        "conflicting_rows": "Several rows hold the same form with different content; which is right cannot be told.",
    }
)


@dataclass(eq=False)
class ProblemList:
    """The problems of one sheet, and which of its rows they set aside."""

    n_rows: int
    bad: Flags = field(init=False)
    parts: list[pd.DataFrame] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.bad = np.zeros(self.n_rows, dtype=bool)

    def flag(self, where: Flags, *, position: int, column: Column | None, rule: str, message: str | Texts) -> None:
        """Set aside the rows `where`, for the cell of the column at `position` (-1: for the row as a whole).

        `message` is one sentence for all, or one for each of the rows of the sheet.
        """
        rows = np.flatnonzero(where)
        if not len(rows):
            return
        self.bad[rows] = True
        values = column.texts[column.codes[rows]] if column is not None else ""
        text = message if isinstance(message, str) else message[rows]
        self.add(rows, position=position, values=values, rule=rule, message=text)

    def add(
        self,
        rows: Rows,
        *,
        position: int | npt.NDArray[np.intp],
        values: Texts | str,
        rule: str,
        message: str | Texts,
    ) -> None:
        """Add one problem for each of these rows."""
        assert rule in RULES  # noqa: S101
        self.bad[rows] = True
        self.parts.append(
            pd.DataFrame({"at": rows, "position": position, "value": values, "rule": rule, "message": message})
        )

    def table(self, *, source: str, numbers: npt.NDArray[np.int64], headings: tuple[str, ...]) -> pd.DataFrame:
        """Return the problems in the order of the sheet, with rows numbered and columns named as the file does."""
        if not self.parts:
            return empty_problems()
        found = pd.concat(self.parts, ignore_index=True).sort_values(["at", "position"], kind="stable")
        names = np.array([*headings, ""], dtype=object)  # -1 is the row as a whole
        return pd.DataFrame(
            {
                "source": source,
                "row": numbers[found["at"].to_numpy()],
                "column": names[found["position"].to_numpy()],
                "value": [printable(value)[:LONGEST_VALUE] for value in found["value"].astype("str")],
                "rule": found["rule"].to_numpy(),
                "message": found["message"].to_numpy(),
            }
        ).astype(_TYPES)


_TYPES = {name: "int64" if name == "row" else "str" for name in COLUMNS}


def empty_problems() -> pd.DataFrame:
    """Return the problem table without rows."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _TYPES.items()})
