"""Headings that stand in two rows: ``WAI-SR`` or ``Session 1`` above several columns, what each of them is beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supervision_kit.errors import RecordsError
from supervision_kit.records.cells import Sheet, printable
from supervision_kit.records.folding import heading_key
from supervision_kit.records.headings import read_heading
from supervision_kit.records.roles import FieldRole, ItemRole, Role, ScoreRole
from supervision_kit.records.session_columns import read_session_heading
from supervision_kit.words import say

FEWEST_BENEATH = 2  # headings in the lower row
FEWEST_GAPS = 2  # columns without a heading of their own, beside a rated one


@dataclass(frozen=True)
class Header:
    """The headings of a sheet's columns, and the first and the last row (from 0) that they stand in."""

    top: int
    row: int
    headings: tuple[str, ...]


def role_of(heading: str, targets: Mapping[str, Role | None]) -> Role | None:
    """Return what the caller says of the heading or, where nothing, what its words say."""
    key = heading_key(heading)
    return targets[key] if key in targets else read_heading(heading)


def tidy(cell: str) -> str:
    """Return a heading in one line, as notes and messages have it."""
    return printable(" ".join(cell.split()))


def join_rows(sheet: Sheet, top: int, targets: Mapping[str, Role | None]) -> Header | None:
    """Return the headings of a row and the next together, where they say more than each of the rows; else ``None``.

    Raises
    ------
    RecordsError
        A rated heading stands over several columns, and what they are is not said beneath it.
    """
    if top < 0 or top + 1 >= sheet.n_rows:
        return None
    upper, lower = sheet.row(top), sheet.row(top + 1)
    if _could_be_joined(upper, lower):
        joined = _joined(upper, lower, targets)
        worth, *others = (_worth(row, targets) for row in (joined, upper, lower))
        has_case = worth[0] or not any(other[0] for other in others)
        if has_case and worth > max(others) and not _stands_beneath_a_field(upper, lower, joined, targets):
            whole = all(_role(both, targets) for both, below in zip(joined, lower, strict=True) if below)
            if whole or not _is_left_open(sheet, top, targets):
                return Header(top, top + 1, tuple(map(tidy, joined)))
    if _is_left_open(sheet, top, targets):
        raise RecordsError(
            say(
                "{file}: in row {row} a rated heading stands over several columns. The headings stand in two rows; put "
                "them in one, a heading above each column.",
                file=sheet.source,
                row=top + 1,
            )
        )
    return None


def _could_be_joined(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Return whether the upper row has gaps or repeats over the lower's cells, and is more than a title."""
    first = next((at for at, cell in enumerate(lower) if cell), -1)
    is_title = [at for at, cell in enumerate(upper) if cell] in ([first], [0])
    columns = zip(["", *upper], upper, lower, strict=False)
    gaps = any(below and (not above or above == before) for before, above, below in columns)
    return gaps and not is_title and sum(map(bool, lower)) >= FEWEST_BENEATH and _counts_items(lower)


def _counts_items(lower: Sequence[str]) -> bool:
    """Return whether the numbers of a row, if it has any, are counted from 1 once or several times."""
    numbers = [int(cell) for cell in lower if cell.isdecimal()]
    return all(number in (1, before + 1) for before, number in zip([0, *numbers], numbers, strict=False))


def _joined(upper: Sequence[str], lower: Sequence[str], targets: Mapping[str, Role | None]) -> list[str]:
    """Return for each column the heading above with the one beneath, or one of them where only that is known."""
    joined, over = [], ""
    for above, below in zip(upper, lower, strict=True):
        over = above or over
        both = f"{over} {below}".strip()
        known = next((each for each in (both, below) if below and _role(each, targets)), both)
        joined.append(known if below else above)
    return joined


def _role(heading: str, targets: Mapping[str, Role | None]) -> Role | None:
    return role_of(heading, targets) or read_session_heading(heading)


def _worth(row: Sequence[str], targets: Mapping[str, Role | None]) -> tuple[bool, int, int]:
    """Return whether a row has a case column, how many different columns are known, and how much is said of them."""
    roles = {role for cell in row if cell and (role := _role(cell, targets))}
    rated = [role for role in roles if isinstance(role, (ItemRole, ScoreRole))]
    said = sum(bool(each) for role in rated for each in (role.instrument, role.rater, role.session))
    has_case = any(isinstance(role, FieldRole) and role.field == "case_id" for role in roles)
    return has_case and bool(rated), len(roles), said


def _stands_beneath_a_field(
    upper: Sequence[str], lower: Sequence[str], joined: Sequence[str], targets: Mapping[str, Role | None]
) -> bool:
    """Return whether a cell stands beneath a heading that is whole, as the cells of data do."""
    return any(
        below
        and isinstance(_role(above, targets), FieldRole)
        and not isinstance(_role(both, targets), (ItemRole, ScoreRole))
        for above, below, both in zip(upper, lower, joined, strict=True)
    )


def _is_left_open(sheet: Sheet, row: int, targets: Mapping[str, Role | None]) -> bool:
    """Return whether a rated heading stands over several columns, of which only the first has it."""
    roles = [role_of(cell, targets) if cell else None for cell in sheet.row(row)]
    if not {"case_id", "session"} <= {role.field for role in roles if isinstance(role, FieldRole)}:
        return False
    rated, gaps, n_beneath = False, 0, int(sheet.filled[row + 1 :].sum())
    for at, cell in enumerate(sheet.row(row)):
        if cell:
            rated, gaps = isinstance(roles[at], (ItemRole, ScoreRole)), 0
        elif rated and 2 * (~sheet.columns[at].blank[row + 1 :]).sum() > n_beneath:
            gaps += 1
        if gaps >= FEWEST_GAPS:
            return True
    return False
