"""A publication laid beside the earlier ones of the same cases: a case is found again by its course of scores.

Codes are others each time, courses are not. Who has two publications finds each case of the one in the other, and then
knows of it what both show: how long it was each time, that it came later, whose it was where only one says so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from supervision_kit.disclosure.assembling import Published


@dataclass(frozen=True)
class Beside:
    """What is left of the groups.

    Attributes
    ----------
    n_publications
        Earlier publications of any of these cases, as far as their keys are kept.
    smallest
        How many cases the smallest group has, of those that all publications show alike.
    n_apart
        How many cases are in groups smaller than asked for.
    """

    n_publications: int
    smallest: int
    n_apart: int


def lay_beside(published: Published, earlier: pd.DataFrame, *, smallest: int) -> Beside:
    """Lay a publication beside earlier ones; see :meth:`supervision_kit.Workspace.published_before`."""
    truth = set(published.truth.values())
    earlier = earlier[earlier["case_id"].isin(truth)]
    shown: dict[str, dict[str, tuple[str, int]]] = {}
    for name, case, therapist, n_sessions in earlier.itertuples(index=False, name=None):
        shown.setdefault(case, {})[name] = (therapist, n_sessions)
    told = [
        (int(of_case), *sorted(shown.get(case, {}).items()))
        for case, of_case in zip(published.layout.cases, published.of_case, strict=True)
        if case in truth
    ]
    sizes = Counter(told)
    return Beside(
        n_publications=earlier["publication"].nunique(),
        smallest=min(sizes.values()),
        n_apart=sum(size for size in sizes.values() if size < smallest),
    )
