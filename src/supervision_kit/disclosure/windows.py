"""After which session to stop: so that enough cases look equally long, and as little as possible is left out."""

from __future__ import annotations

import numpy as np

from supervision_kit.disclosure.layout import Numbers


def choose_stops(
    n_sessions: Numbers, *, smallest: int, per_session: float = 1, per_case: float = np.inf
) -> tuple[Numbers, float]:
    """Return after which session each case of a group stops, 0 where it is left out, and what that costs.

    Cases of neighbouring length stop together, after the shortest of them; each such window holds `smallest` cases at
    least. Among all ways to do that, the one that leaves out least is taken.

    Parameters
    ----------
    n_sessions
        Of each case.
    per_session
        What a session left out costs.
    per_case
        What a case left out costs beside its sessions; only the shortest are ever left out.

    Returns
    -------
    stops, cost
        The cost is infinite where there are too few cases.

    Examples
    --------
    >>> import numpy as np
    >>> stops, cost = choose_stops(np.array([4, 12, 14, 12, 5, 12]), smallest=3)
    >>> stops.tolist(), cost
    ([4, 4, 12, 12, 4, 12], 11.0)
    """
    order = np.argsort(n_sessions, kind="stable")
    length = n_sessions[order]
    rank = np.arange(len(length)) - np.searchsorted(length, length)
    # of many cases of one length, some fill a shorter window up and the others have one of their own: 3 × k decide
    asked = np.flatnonzero(rank < 3 * smallest)
    stops, cost = _divide(length[asked], smallest, per_session, per_case)
    stop = np.zeros(len(length), dtype=np.int64)
    if np.isfinite(cost):
        last = np.searchsorted(length[asked], length, side="right") - 1
        stop[:] = stops[last]
        stop[asked] = stops
    of_case = np.zeros(len(length), dtype=np.int64)
    of_case[order] = stop
    return of_case, cost


def _divide(length: Numbers, smallest: int, per_session: float, per_case: float) -> tuple[Numbers, float]:
    """Divide sorted lengths into windows of `smallest` or more; see :func:`choose_stops`."""
    n = len(length)
    total = np.append(0, np.cumsum(length)).astype(np.float64)
    cost, until = np.append(np.full(n, np.inf), 0.0), np.zeros(n, dtype=np.int64)
    for start in range(n - smallest, -1, -1):
        ends = np.arange(start + smallest, min(start + 2 * smallest, n + 1))  # longer windows would fall in two
        lost = total[ends] - total[start] - length[start] * (ends - start)
        costs = per_session * lost + cost[ends]
        best = int(np.argmin(costs))
        cost[start], until[start] = costs[best], ends[best]
    left_out = np.append(0.0, per_session * total[1:] + per_case * np.arange(1, n + 1))
    start = int(np.argmin((left_out + cost)[:-1])) if n else 0
    least = float(left_out[start] + cost[start])
    stop = np.zeros(n, dtype=np.int64)
    while np.isfinite(least) and start < n:
        stop[start : until[start]] = length[start]
        start = int(until[start])
    return stop, least
