"""The list of what is wrong in the rows of a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.records.cells import Column, Flags, Rows, Texts, printable
from supervision_kit.records.rules import RULES
from supervision_kit.words import say

LONGEST_VALUE = 40
_TYPES = {
    "source": "str",
    "row": "int64",
    "column": "str",
    "value": "str",
    "rule": "str",
    "message": "str",
    "suggestion": "str",
    "kept": "bool",
}


@dataclass(eq=False)
class ProblemList:
    """The problems of one sheet, and which of its rows they set aside."""

    n_rows: int
    bad: Flags = field(init=False)
    parts: list[pd.DataFrame] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.bad = np.zeros(self.n_rows, dtype=bool)

    def flag(
        self,
        where: Flags,
        *,
        position: int,
        column: Column | None,
        rule: str,
        message: str | Texts,
        suggestion: str | Texts = "",
    ) -> None:
        """Set aside the rows `where`, for the cell of the column at `position` (-1: for the row as a whole).

        `message` and `suggestion` are one sentence for all, or one for each of the rows of the sheet; an empty
        suggestion is the rule's own.
        """
        rows = np.flatnonzero(where)
        if not len(rows):
            return
        values = column.texts[column.codes[rows]] if column is not None else ""
        said, advised = (each if isinstance(each, str) else each[rows] for each in (message, suggestion))
        self.add(rows, position=position, values=values, rule=rule, message=said, suggestion=advised)

    def add(
        self,
        rows: Rows,
        *,
        position: int | npt.NDArray[np.intp],
        values: Texts | str,
        rule: str,
        message: str | Texts,
        suggestion: str | Texts = "",
        kept: bool = False,
    ) -> None:
        """Add one problem for each of these rows; they are set aside, unless they are `kept` all the same."""
        if not kept:
            self.bad[rows] = True
        own = say(RULES[rule].suggestion)
        advised = suggestion or own if isinstance(suggestion, str) else np.where(suggestion == "", own, suggestion)
        self.parts.append(
            pd.DataFrame(
                {
                    "at": rows,
                    "position": position,
                    "value": values,
                    "rule": rule,
                    "message": message,
                    "suggestion": advised,
                    "kept": kept,
                }
            )
        )

    def table(
        self,
        *,
        source: str,
        numbers: npt.NDArray[np.int64],
        headings: tuple[str, ...],
        origin: npt.NDArray[np.int64],
    ) -> pd.DataFrame:
        """Return the problems in the order of the sheet, with rows numbered and columns named as the file does.

        `origin` says for each row and position where the cell stands in the sheet. What several forms of a row share is
        one problem.
        """
        if not self.parts:
            return empty_problems()
        found = pd.concat(self.parts, ignore_index=True)
        at, position = found["at"].to_numpy(), found["position"].to_numpy()
        found["position"] = np.where(position < 0, -1, origin[at, position])
        found["at"] = numbers[at]
        found = found.drop_duplicates().sort_values(["at", "position"], kind="stable")
        names = np.array([*headings, ""], dtype=object)  # -1 is the row as a whole
        return pd.DataFrame(
            {
                "source": source,
                "row": found["at"].to_numpy(),
                "column": names[found["position"].to_numpy()],
                "value": [printable(value)[:LONGEST_VALUE] for value in found["value"].astype("str")],
                **{name: found[name].to_numpy() for name in ("rule", "message", "suggestion", "kept")},
            }
        ).astype(_TYPES)


def empty_problems() -> pd.DataFrame:
    """Return the problem table without rows."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _TYPES.items()})
