"""Groups that are too small: which forms or codes to leave out, so that they join others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from supervision_kit.disclosure.layout import NOBODY, Flags, Numbers


def merge_kinds(
    kinds: Flags, n_cases: Numbers, n_rows: npt.NDArray[np.float64], *, smallest: int, per_case: float
) -> Flags:
    """Return which series each kind of case keeps, so that no kind that is left has fewer than `smallest` cases.

    The smallest kind joins the one with which it shares most: both keep what both have. Where leaving its cases out
    costs less, they are left out.

    Parameters
    ----------
    kinds
        Kinds × series: what each kind has.
    n_cases
        How many cases are of each kind.
    n_rows
        Kinds × series: how many rows would be lost.
    per_case
        What a case left out costs, beside its rows.
    """
    groups = {number: kinds[number].copy() for number in range(len(kinds))}
    members = {number: [number] for number in groups}
    size = {number: int(n) for number, n in enumerate(n_cases)}
    rows = {number: n_rows[number].copy() for number in groups}
    kept = np.zeros_like(kinds)
    while groups:
        number = min(groups, key=lambda one: (size[one], rows[one].sum(), groups[one].tobytes()))
        if size[number] >= smallest:
            break
        others = [other for other in groups if other != number]
        left_out = rows[number].sum() + per_case * size[number]
        mine, partner, costs = groups.pop(number), None, left_out
        if others:
            theirs = np.array([groups[other] for other in others])
            lost = (np.array([rows[other] for other in others]) * (theirs & ~mine)).sum(axis=1)
            lost = lost + (rows[number] * (mine & ~theirs)).sum(axis=1)
            lost[~(theirs & mine).any(axis=1)] = np.inf
            best = int(np.argmin(lost))
            if lost[best] <= costs and np.isfinite(lost[best]):
                partner = others[best]
        if partner is not None:
            groups[partner] &= mine
            rows[partner] = (rows[partner] + rows[number]) * groups[partner]
            members[partner] += members[number]
            size[partner] += size[number]
            _join_equal(partner, groups, rows, members, size)
    for number, mask in groups.items():
        kept[members[number]] = mask
    return kept


def _join_equal(
    number: int,
    groups: dict[int, Flags],
    rows: dict[int, npt.NDArray[np.float64]],
    members: dict[int, list[int]],
    size: dict[int, int],
) -> None:
    """Join a group with another that has the same series by now."""
    for other in [one for one in groups if one != number and (groups[one] == groups[number]).all()]:
        del groups[other]
        rows[number] = rows[number] + rows[other]
        members[number] += members[other]
        size[number] += size[other]


def drop_small_codes(kind: Numbers, therapist: Numbers, *, smallest: int) -> Numbers:
    """Return the therapists of cases, with :data:`NOBODY` where fewer than `smallest` cases of a kind share one.

    The cases of a kind without a code are a group as well: where that is too small, the next smallest joins it.
    """
    kept = therapist.copy()
    pair, number, size = np.unique(np.column_stack([kind, therapist]), axis=0, return_inverse=True, return_counts=True)
    number = number.ravel()
    drops = (size < smallest) & (pair[:, 1] != NOBODY)
    is_nobody = pair[:, 1] == NOBODY
    for one in np.unique(pair[drops | (is_nobody & (size < smallest)), 0]):
        here = np.flatnonzero(pair[:, 0] == one)
        by_size = here[np.lexsort((pair[here, 1], size[here]))]
        without = int(size[here][is_nobody[here] | drops[here]].sum())
        for group in by_size[~(is_nobody | drops)[by_size]]:
            if without >= smallest:
                break
            drops[group] = True
            without += int(size[group])
    kept[drops[number]] = NOBODY
    return kept
