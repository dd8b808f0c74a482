"""Who looks alike: the classes of published cases with the same forms, therapist and number of sessions.

A case's *quasi-identifiers* (Sweeney 2002, doi:10.1142/S0218488502001648) are what a colleague may know of it without
any record: which questionnaires it has from whom, whose case it is, how many sessions there are. Sessions in which no
form came in are closed up, so that a gap is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supervision_kit.disclosure.layout import Flags, Layout, Numbers


@dataclass
class Draft:
    """What would be published as things stand: it only ever gets less.

    Attributes
    ----------
    keeps
        Of each row, whether it is published.
    therapist
        Of each case; see :class:`Layout`.
    """

    keeps: Flags
    therapist: Numbers


def number_sessions(layout: Layout, keeps: Flags) -> Numbers:
    """Return for each row which session of its case it is, counted over those with any form; 0 where not kept."""
    rows = np.flatnonzero(keeps)
    number = np.zeros(len(keeps), dtype=np.int64)
    if not len(rows):
        return number
    case, session = layout.case[rows], layout.session[rows]
    is_new_case = np.append(True, case[1:] != case[:-1])
    is_new = is_new_case | np.append(True, session[1:] != session[:-1])
    counted = np.cumsum(is_new)
    starts = np.flatnonzero(is_new_case)
    before = np.repeat(counted[starts] - 1, np.diff(np.append(starts, len(rows))))
    number[rows] = counted - before
    return number


def count_sessions(layout: Layout, number: Numbers) -> Numbers:
    """Return the number of sessions of each case; 0 where nothing of it is kept."""
    n_sessions = np.zeros(len(layout.cases), dtype=np.int64)
    np.maximum.at(n_sessions, layout.case, number)
    return n_sessions


def find_forms(layout: Layout, keeps: Flags) -> Flags:
    """Return which series each case has: cases × series."""
    has = np.zeros((len(layout.cases), len(layout.series)), dtype=bool)
    has[layout.case[keeps], layout.of_series[keeps]] = True
    return has


def number_kinds(has: Flags) -> tuple[Numbers, Flags]:
    """Return a number for each case by the series it has, and the series of each number."""
    if not has.size:
        return np.zeros(len(has), dtype=np.int64), has[:1]
    packed = np.ascontiguousarray(np.packbits(has, axis=1))
    as_one = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, number = np.unique(as_one, return_index=True, return_inverse=True)
    return number.astype(np.int64), has[first]


def find_classes(layout: Layout, draft: Draft) -> tuple[Numbers, Numbers]:
    """Return the class of each case, −1 where it is not published, and how many cases each class has."""
    n_sessions = count_sessions(layout, number_sessions(layout, draft.keeps))
    kind, _ = number_kinds(find_forms(layout, draft.keeps))
    there = n_sessions > 0
    known_by = np.column_stack([kind, draft.therapist, n_sessions])[there]
    _, number, size = np.unique(known_by, axis=0, return_inverse=True, return_counts=True)
    of_case = np.full(len(layout.cases), -1, dtype=np.int64)
    of_case[there] = number.ravel()
    return of_case, size.astype(np.int64)
