"""Rows of a text that do not keep to the table's columns: with too many cells, or swallowed by a quotation mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from supervision_kit.records.numbers import read_numbers
from supervision_kit.records.values import read_sessions
from supervision_kit.words import say

if TYPE_CHECKING:
    from supervision_kit.records.body import Body
    from supervision_kit.records.cells import Texts
    from supervision_kit.records.finding import Layout


def flag_long_rows(body: Body) -> None:
    """Set aside rows with a cell beyond the last heading."""
    for position in range(body.layout.width, len(body.spread.sheet)):
        body.problems.flag(
            ~body.columns[position].blank & ~body.problems.bad,
            position=position,
            column=body.columns[position],
            rule="row_too_long",
            message=say("This row has more cells than headings; a comma inside a number or a comment does that."),
        )


def flag_swallowed_rows(body: Body, delimiter: str) -> None:
    """Set aside rows with a quoted cell whose lines are rows themselves, as a stray quotation mark makes them."""
    for position, column in enumerate(body.columns[: len(body.spread.sheet)]):
        n_rows = _count_swallowed(column.texts, delimiter, position, body.layout)
        messages = [say("A quotation mark in this row swallows {n} line(s) that look like rows.", n=n) for n in n_rows]
        body.problems.flag(
            column.spread(n_rows > 0),
            position=position,
            column=column,
            rule="quote_unclosed",
            message=column.spread(np.array(messages, dtype=object)),
        )


def _count_swallowed(texts: Texts, delimiter: str, position: int, layout: Layout) -> npt.NDArray[np.int64]:
    """Return for each cell how many lines after its first have a case, a session number, and the cells up to here.

    In a table without a session column any number will do. In the case column it is any line, where there is a
    delimiter too: a code has neither.
    """
    case, session = layout.fields["case_id"], layout.fields.get("session", layout.width)
    session = session if session < layout.width else case
    whose = []
    for at, text in enumerate(texts):
        for line in text.splitlines()[1:] if delimiter in text else ():
            cells = line.split(delimiter)
            whole = len(cells) > max(position, case, session) and bool(cells[case].strip())
            if position == case or (whole and _has_number(cells, session, case)):
                whose.append(at)
    return np.bincount(np.array(whose, dtype=np.int64), minlength=len(texts))


def _has_number(cells: Sequence[str], session: int, case: int) -> bool:
    """Return whether the session's cell is a number or, where there is none, any cell besides the case's."""
    if session != case:
        return bool(read_sessions(np.array([cells[session].strip()], dtype=object))[0])
    rest = np.array([cell.strip() for at, cell in enumerate(cells) if at != case], dtype=object)
    return bool((~np.isnan(read_numbers(rest).values)).any())
