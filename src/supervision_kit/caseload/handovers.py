"""Falls at a change of therapist: they belong to the handover, and to nobody's way of working."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.tables import ANNOTATIONS, SCORES

FIRST_RATINGS = 2  # ratings with the new therapist of which one begins the fall; the kit's own choice
NOTED = "change of therapist"  # the kind of annotation that says so


def fell_at_handover(
    falls: pd.DataFrame, scores: pd.DataFrame, headline: pd.DataFrame, *, annotations: pd.DataFrame | None = None
) -> pd.Series:
    """Return for each fall the session with which another therapist had just taken over; ``<NA>`` where none had.

    A fall comes at a change of therapist where it begins with the first or second rating since, and was rated before.

    Parameters
    ----------
    falls
        Episodes of the headline series, see :data:`supervision_kit.tables.EPISODES`.
    scores, headline
        All scores, and those of the headline series, which rate the falls; checked ones.
    annotations
        What was noted along the course; see :data:`supervision_kit.tables.ANNOTATIONS`.
    """
    handovers = find_handovers(scores, annotations)
    found: list[int | None] = [None] * len(falls)
    if handovers:
        rated = headline.dropna(subset="score").groupby("case_id")["session"].agg(list)
        for place, (case, onset) in enumerate(zip(falls["case_id"], falls["onset"], strict=True)):
            before_and_at = [session for session in rated[case] if session <= onset]
            since = before_and_at[-1 - FIRST_RATINGS] if len(before_and_at) > FIRST_RATINGS else before_and_at[0]
            found[place] = max((one for one in handovers.get(case, ()) if since < one <= onset), default=None)
    return pd.Series(found, index=falls.index, dtype="Int64")


def find_handovers(scores: pd.DataFrame, annotations: pd.DataFrame | None = None) -> dict[str, set[int]]:
    """Return the sessions with which another therapist took over, by case; cases without a change are in no entry.

    By the ratings, another took over where a session names none of the therapists that the session before named.

    Examples
    --------
    >>> scores = pd.DataFrame({"case_id": "C1", "therapist_id": ["T1", "T1", "T2"], "rater": "client",
    ...     "instrument": "srs", "scale": "total", "session": [1, 2, 3], "score": [36.0, 37.0, 30.0]})
    >>> find_handovers(scores)
    {'C1': {3}}
    """
    found: dict[str, set[int]] = {}
    noted = ANNOTATIONS.empty() if annotations is None else annotations[annotations["kind"] == NOTED]
    for case, session in (*_by_ratings(scores), *zip(noted["case_id"], noted["session"], strict=True)):
        found.setdefault(str(case), set()).add(int(session))
    return found


def _by_ratings(scores: pd.DataFrame) -> Iterator[tuple[str, Any]]:
    """Give (case, session) of each change; only cases with several therapists are walked through."""
    if "therapist_id" not in scores:
        scores = SCORES.check(scores)
    code, case = (pd.factorize(scores[name])[0] for name in ("therapist_id", "case_id"))
    named = code >= 0
    pairs = np.unique(np.column_stack([case[named], code[named]]), axis=0)
    numbers, n_therapists = np.unique(pairs[:, 0], return_counts=True)
    if not (n_therapists > 1).any():
        return
    several = named & np.isin(case, numbers[n_therapists > 1])
    for one, rows in scores[several].groupby("case_id", sort=False):
        before: set[str] = set()
        for session, therapists in rows.groupby("session")["therapist_id"].agg(set).items():
            if before and before.isdisjoint(therapists):
                yield str(one), session
            before = therapists
