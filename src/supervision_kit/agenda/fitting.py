"""Which look a sheet is set in, so that one supervisee takes one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from supervision_kit.agenda.blocks import LOOKS, PAGE_HEIGHT, Beside, Block, Look, Sheet
from supervision_kit.agenda.pdf_file import Ruler

FLOWING: Final = 1, 2  # of LOOKS: the ones of a sheet that takes more than a page, without columns and with
ROOM_FOR_HEAD = 8.0  # mm, of the line that says whose sheet goes on


def fit_sheets(sheets: Iterable[Sheet], *, slack: float | None) -> Iterator[tuple[Look, Sequence[Block]]]:
    """Give each sheet's blocks with the first look in which they take one page; else with one in which they flow.

    Parameters
    ----------
    sheets
        As :func:`supervision_kit.agenda.sheets.compose_sheets` gives them.
    slack
        The share of a page that stays empty: 0 where the lines are ours, more where another program breaks them.
        None where there are no pages: all are roomy.
    """
    if slack is None:
        yield from ((LOOKS[0], sheet.compose(LOOKS[0], False)) for sheet in sheets)
        return
    ruler = Ruler()
    for sheet in sheets:
        yield next(_that_fit(sheet, ruler, slack), None) or _flowing(sheet, ruler)


def _that_fit(sheet: Sheet, ruler: Ruler, slack: float) -> Iterator[tuple[Look, Sequence[Block]]]:
    for look in (look for look in LOOKS if sheet.n_cases <= look.n_cases):
        blocks = sheet.compose(look, False)
        if ruler.measure(blocks, look) <= (PAGE_HEIGHT - 2 * look.margin) * (1 - slack):
            yield look, blocks


def _flowing(sheet: Sheet, ruler: Ruler) -> tuple[Look, Sequence[Block]]:
    """Return a sheet of more than a page, in columns if no case takes more than a page."""
    plain, columns = (LOOKS[n] for n in FLOWING)
    blocks = sheet.compose(columns, True)
    room = PAGE_HEIGHT - 2 * columns.margin - ROOM_FOR_HEAD
    if all(ruler.measure([block], columns) <= room for block in blocks if isinstance(block, Beside)):
        return columns, blocks
    return plain, sheet.compose(plain, True)
