"""Falls at a change of therapist: they belong to the handover, and to nobody's way of working."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from supervision_kit.tables import SCORES
from supervision_kit.text_columns import TEXT, arrow_of, number_texts, texts_at

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
    sessions = _rated_sessions(headline, {case for case in falls["case_id"].to_list() if case in handovers})
    for place, (case, onset) in enumerate(zip(falls["case_id"].to_list(), falls["onset"].to_list(), strict=True)):
        if case in handovers:
            before_and_at = [session for session in sessions[case] if session <= onset]
            since = before_and_at[-1 - FIRST_RATINGS] if len(before_and_at) > FIRST_RATINGS else before_and_at[0]
            found[place] = max((one for one in handovers[case] if since < one <= onset), default=None)
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
    for case, session in (*_by_ratings(scores), *_noted(annotations)):
        found.setdefault(str(case), set()).add(int(session))
    return found


def _noted(annotations: pd.DataFrame | None) -> Iterator[tuple[str, int]]:
    if annotations is not None:
        noted = annotations[annotations["kind"] == NOTED]
        yield from zip(noted["case_id"], noted["session"], strict=True)


def _rated_sessions(headline: pd.DataFrame, cases: set[str]) -> dict[str, list[int]]:
    """Return the rated sessions of these cases, in order."""
    sessions: dict[str, list[int]] = {case: [] for case in cases}
    rated = np.flatnonzero(~np.isnan(headline["score"].to_numpy())) if cases else np.zeros(0, dtype=np.int64)
    at = headline["session"].to_numpy()[rated].tolist()
    for case, session in zip(texts_at(headline["case_id"], rated), at, strict=True):
        if case in sessions:
            sessions[case].append(session)
    return sessions


def _by_ratings(scores: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Give (case_id, session) of each change; only cases with several therapists are walked through."""
    if "therapist_id" not in scores or scores["therapist_id"].dtype != TEXT or scores["case_id"].dtype != TEXT:
        scores = SCORES.check(scores)
    therapist = arrow_of(scores["therapist_id"])
    named = np.flatnonzero(~np.asarray(therapist.is_null()))
    case, code = number_texts(arrow_of(scores["case_id"]).take(named)), number_texts(therapist.take(named))
    pairs = np.unique(case * (int(code.max(initial=0)) + 1) + code)
    n_therapists = np.bincount(pairs // (int(code.max(initial=0)) + 1), minlength=1)
    several = np.flatnonzero(n_therapists[case] > 1)
    session = scores["session"].to_numpy()[named]
    seen: dict[tuple[int, int], set[int]] = {}
    for one in several[np.lexsort((session[several], case[several]))].tolist():
        seen.setdefault((int(case[one]), int(session[one])), set()).add(int(code[one]))
    name_of = dict(zip(case[several].tolist(), texts_at(scores["case_id"], named[several]), strict=True))
    for before, now in pairwise(seen):
        if before[0] == now[0] and seen[before].isdisjoint(seen[now]):
            yield name_of[now[0]], now[1]
