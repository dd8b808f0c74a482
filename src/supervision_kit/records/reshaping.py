"""Rows that hold several forms → a row per form: a column for each session, or many questionnaires in one export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from supervision_kit.records.cells import Column, Flags, Texts
from supervision_kit.records.finding import Layout, Slot

Ints = npt.NDArray[np.int64]
_Form = tuple[int | None, str | None, str | None]


@dataclass(frozen=True, eq=False)
class Spread:
    """Forms taken out of their rows.

    Attributes
    ----------
    sheet
        The columns as they stand in the sheet.
    row
        The row of each form, from 0. A row that holds no form is here once.
    is_form
        Whether it is a form, and no row without one.
    columns
        The sheet's columns for each form, and behind them a column for each item or score, whatever its session.
    origin
        Where the cell of each form (down) and column (across) stands in the sheet.
    covers
        Which forms have a cell in each of the columns of ratings.
    layout
        What stands where in these columns.
    """

    sheet: tuple[Column, ...]
    row: Ints
    is_form: Flags
    columns: tuple[Column, ...]
    origin: npt.NDArray[np.int64]
    covers: dict[int, Flags]
    layout: Layout


def leave_rows(columns: Sequence[Column], layout: Layout) -> Spread:
    """Return the rows as they are: each is of one form, or of several that stand or fall together."""
    n_rows = len(columns[0]) if columns else 0
    every = np.arange(n_rows, dtype=np.int64)
    origin = np.broadcast_to(np.arange(len(columns)), (n_rows, len(columns)))
    return Spread(tuple(columns), every, np.ones(n_rows, dtype=bool), tuple(columns), origin, {}, layout)


def spread_forms(columns: Sequence[Column], layout: Layout) -> Spread:
    """Return each form of the rows as a row of its own; where all cells of a form are empty, it is none.

    A cell that says that there is no answer (``n/a``) is not empty: that form was held, and not filled in.
    """
    by_form: dict[_Form, list[Slot]] = {}
    for slot in layout.slots:
        by_form.setdefault((slot.session, slot.instrument, slot.rater), []).append(slot)
    forms = list(by_form) or [(None, None, None)]  # a row per item or score is of one form, and holds it
    n_rows = len(columns[0]) if columns else 0
    filled = np.array([_is_filled(columns, by_form.get(form, ()), n_rows) for form in forms])
    row, block = np.nonzero(np.vstack([filled, ~filled.any(axis=0)]).T)
    spread = _Spreading(columns, row, block, forms)
    fields = dict(layout.fields)
    if any(slot.session for slot in layout.slots):
        fields["session"] = spread.add_texts([str(form[0] or "") for form in forms])
    elif layout.redcap and "session" not in fields and layout.redcap.says_sessions(columns):
        at = layout.redcap.instance if layout.redcap.instance >= 0 else layout.redcap.event
        fields["session"] = spread.add_cells(layout.redcap.sessions(columns), at)
    if layout.redcap and "rater" not in fields and (raters := layout.redcap.raters(columns)) is not None:
        fields["rater"] = spread.add_cells(raters, layout.redcap.form)
    if layout.session_dates:
        fields["date"] = spread.add({at: layout.session_dates.get(form[0] or 0, -1) for at, form in enumerate(forms)})
    slots: dict[Slot, dict[int, int]] = {}
    for at, form in enumerate(forms):
        for slot in by_form.get(form, ()):
            slots.setdefault(replace(slot, position=-1, session=None), {})[at] = slot.position
    found = [replace(slot, position=spread.add(positions)) for slot, positions in slots.items()]
    origins = np.array(spread.origins).T  # block, column
    headings = (*layout.headings, *[""] * (len(columns) - len(layout.headings)))
    named = [headings[max(origins[:, at])] for at in range(len(columns), origins.shape[1])]
    return Spread(
        tuple(columns),
        row.astype(np.int64),
        block < len(forms),
        tuple(spread.columns),
        origins[block],
        spread.covers,
        replace(layout, fields=fields, slots=tuple(found), headings=(*headings, *named)),
    )


def _is_filled(columns: Sequence[Column], slots: Sequence[Slot], n_rows: int) -> Flags:
    if not slots:
        return np.ones(n_rows, dtype=bool)
    filled: Flags = ~np.all([columns[slot.position].blank for slot in slots], axis=0)
    return filled


class _Spreading:
    """The columns of the forms while they are being put together; the block of a form says which of `forms` it is."""

    def __init__(self, columns: Sequence[Column], row: Ints, block: Ints, forms: Sequence[_Form]) -> None:
        self.sheet, self.row, self.block, self.n_blocks = columns, row, block, len(forms) + 1
        self.columns = [Column(column.codes[row], column.texts) for column in columns]
        self.origins = [[at] * self.n_blocks for at in range(len(columns))]
        self.covers: dict[int, Flags] = {}

    def add(self, positions: dict[int, int]) -> int:
        """Add a column whose cell stands at these positions, by block; return its own."""
        cells: Texts = np.full(len(self.row), "", dtype=object)
        covered = np.zeros(len(self.row), dtype=bool)
        for block, position in positions.items():
            here = self.block == block
            if position >= 0:
                cells[here] = self.sheet[position].cells[self.row[here]]
                covered |= here
        self.covers[len(self.columns)] = covered
        self.origins.append([positions.get(block, -1) for block in range(self.n_blocks)])
        self.columns.append(Column.of(list(cells)))
        return len(self.columns) - 1

    def add_cells(self, cells: Texts, origin: int) -> int:
        """Add a column with this cell for each row of the sheet, made from the column at `origin`; return its place."""
        self.origins.append([origin] * self.n_blocks)
        self.columns.append(Column.of(list(cells[self.row])))
        return len(self.columns) - 1

    def add_texts(self, texts: list[str]) -> int:
        """Add a column that says the same for each form of a block; return its position."""
        self.origins.append([-1] * self.n_blocks)
        self.columns.append(Column.of([[*texts, ""][block] for block in self.block]))
        return len(self.columns) - 1
