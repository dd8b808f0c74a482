"""How ratings become fit to publish: the least that must be left out so that no case stands alone.

The steps, in their order: series that too few cases have are left out, with a case here and there; then therapists'
codes of too few cases; then sessions at the end, so that enough cases are equally long. What one step leaves out may
undo another (a form that first came in at a session now left out), so they are taken again until every class is large
enough. This is done for several *beginnings* (all of it; without codes; without one of the forms; with one alone), and
the one that leaves out least is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from supervision_kit.disclosure.classes import (
    Draft,
    count_sessions,
    find_classes,
    find_forms,
    number_kinds,
    number_sessions,
)
from supervision_kit.disclosure.layout import NOBODY, Flags, Layout
from supervision_kit.disclosure.merging import drop_small_codes, merge_kinds
from supervision_kit.disclosure.windows import choose_stops
from supervision_kit.errors import DisclosureError
from supervision_kit.words import say, say_number, say_share

# The kit's own choices.
SMALLEST = {"inside": 5, "outside": 10}  # who a publication is for → how many cases a group has at least
MOST_LEFT_OUT = 0.1  # share of the cases that may be left out so that the others keep more
WORTH_OF_CODES = 0.1  # leaving out every therapist's code weighs as much as this share of the ratings


@dataclass(frozen=True)
class Beginning:
    """From where to leave out: with therapists' codes or without, and which series."""

    with_codes: bool
    series: Flags


@dataclass(frozen=True)
class Generalised:
    """What may be published, and what that cost as a share of what there is (cases and codes weighed in)."""

    draft: Draft
    cost: float


def generalise(layout: Layout, *, smallest: int, with_codes: bool = True) -> Generalised:
    """Return what may be published: every class has `smallest` cases or more.

    Raises
    ------
    DisclosureError
        That cannot be had without leaving out more than :data:`MOST_LEFT_OUT` of the cases.
    """
    best: Generalised | None = None
    for at_least, beginning in _beginnings(layout, with_codes=with_codes):
        if best is not None and at_least >= best.cost:
            break  # those that follow begin with less still
        for may_leave_out in (True, False):
            draft = _settle(layout, beginning, smallest=smallest, may_leave_out=may_leave_out)
            cost = _weigh(layout, draft, with_codes=with_codes)
            if np.isfinite(cost):
                best = Generalised(draft, cost) if best is None or cost < best.cost else best
                break
    if best is None:
        raise DisclosureError(
            say(
                "The cases differ too much for groups of {n} with the same questionnaires, raters and number of "
                "sessions, and no more than {share} of the cases are left out for that. Nothing was published. Publish "
                "more cases, or those that are alike, or of each the client's overall rating alone.",
                n=say_number(smallest),
                share=say_share(MOST_LEFT_OUT),
            ),
            column="rater, instrument, session",
            advice="alike",
        )
    return best


def _beginnings(layout: Layout, *, with_codes: bool) -> Iterator[tuple[float, Beginning]]:
    """Give the beginnings with what each costs already, the cheapest first."""
    n_rows = np.bincount(layout.of_series, minlength=len(layout.series))
    every = np.ones(len(layout.series), dtype=bool)
    of_form = [layout.series_of(form) for form in layout.forms]
    sets = [every, *(~one for one in of_form), *of_form]
    sets = [one for at, one in enumerate(sets) if one.any() and not any((one == before).all() for before in sets[:at])]
    has_codes = with_codes and bool((layout.therapist != NOBODY).any())
    codes = (True, False) if has_codes else (False,)
    found = [
        (
            float(n_rows[~one].sum() / max(n_rows.sum(), 1)) + (WORTH_OF_CODES if has_codes and not coded else 0),
            Beginning(coded, one),
        )
        for one in sets
        for coded in codes
    ]
    yield from sorted(found, key=lambda one: one[0])


def _settle(layout: Layout, beginning: Beginning, *, smallest: int, may_leave_out: bool) -> Draft:
    """Leave out, step by step, until every class is large enough."""
    therapist = layout.therapist if beginning.with_codes else np.full_like(layout.therapist, NOBODY)
    draft = Draft(beginning.series[layout.of_series], therapist)
    rows_of_a_case = len(layout.case) / max(len(layout.cases), 1)
    per_case = rows_of_a_case if may_leave_out else np.inf
    while draft.keeps.any():
        draft = _leave_out_series(layout, draft, smallest=smallest, per_case=per_case)
        draft = _leave_out_codes(layout, draft, smallest=smallest)
        draft = _leave_out_sessions(layout, draft, smallest=smallest, per_case=per_case)
        of_case, size = find_classes(layout, draft)
        if not len(size) or size.min() >= smallest:
            return Draft(draft.keeps, np.where(of_case >= 0, draft.therapist, NOBODY))
    return draft


def _leave_out_series(layout: Layout, draft: Draft, *, smallest: int, per_case: float) -> Draft:
    has = find_forms(layout, draft.keeps)
    there = has.any(axis=1)
    kind = np.full(len(has), -1, dtype=np.int64)
    kind[there], kinds = number_kinds(has[there])
    n_rows = np.zeros(kinds.shape)
    rows = np.flatnonzero(draft.keeps)
    np.add.at(n_rows, (kind[layout.case[rows]], layout.of_series[rows]), 1)
    n_cases = np.bincount(kind[there], minlength=len(kinds))
    kept = merge_kinds(kinds, n_cases, n_rows, smallest=smallest, per_case=per_case)
    keeps = draft.keeps.copy()
    keeps[rows] = kept[kind[layout.case[rows]], layout.of_series[rows]]
    return Draft(keeps, draft.therapist)


def _leave_out_codes(layout: Layout, draft: Draft, *, smallest: int) -> Draft:
    has = find_forms(layout, draft.keeps)
    there = has.any(axis=1)
    therapist = draft.therapist.copy()
    if there.any():
        kind, _ = number_kinds(has[there])
        therapist[there] = drop_small_codes(kind, therapist[there], smallest=smallest)
    return Draft(draft.keeps, therapist)


def _leave_out_sessions(layout: Layout, draft: Draft, *, smallest: int, per_case: float) -> Draft:
    number = number_sessions(layout, draft.keeps)
    n_sessions = count_sessions(layout, number)
    has = find_forms(layout, draft.keeps)
    there = np.flatnonzero(n_sessions)
    if not len(there):
        return draft
    kind, kinds = number_kinds(has[there])
    alike = kind * (len(layout.therapists) + 1) + draft.therapist[there] + 1
    stop = np.zeros(len(layout.cases), dtype=np.int64)
    order = np.argsort(alike, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(alike[order])) + 1):
        per_session = float(kinds[kind[group[0]]].sum())
        stops, _ = choose_stops(n_sessions[there[group]], smallest=smallest, per_session=per_session, per_case=per_case)
        stop[there[group]] = stops
    return Draft(draft.keeps & (number <= stop[layout.case]), draft.therapist)


def _weigh(layout: Layout, draft: Draft, *, with_codes: bool) -> float:
    """Return what a draft leaves out, as a share; infinite where it leaves out too many cases."""
    n_cases = len(layout.cases)
    there = np.zeros(n_cases, dtype=bool)
    there[layout.case[draft.keeps]] = True
    left_out = int(n_cases - there.sum())
    if not there.any() or left_out > MOST_LEFT_OUT * n_cases:
        return float("inf")
    coded = layout.therapist != NOBODY
    lost_codes = float((draft.therapist[coded] == NOBODY).mean()) if with_codes and coded.any() else 0.0
    return 1 - float(draft.keeps.mean()) + left_out / n_cases + WORTH_OF_CODES * lost_codes
