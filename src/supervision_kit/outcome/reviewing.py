"""Scores → changes: one row per case and outcome scale, from its first score to its last."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.errors import SettingError
from supervision_kit.instruments import INSTRUMENTS, Scale
from supervision_kit.ordering import Ordering, Positions
from supervision_kit.outcome.criteria import ChangeCriteria, Z, criteria_for
from supervision_kit.tables import CHANGES, SCORES, SERIES_KEY

NO_SCORE = "no score"
ONE_SCORE = "one score: nothing to compare it with"
NO_CRITERION = "no reliable change is published, and there are no norms to compute it from"
NO_LINE = "no line between the populations is known: improved cannot be told from recovered"

Criteria = Mapping[tuple[str, str], ChangeCriteria]
Columns = dict[str, np.ndarray]  # of equal length; a table costs more to build than the numbers in it


def review_outcome(scores: pd.DataFrame, *, criteria: Criteria | None = None) -> pd.DataFrame:
    """Say of each case and outcome scale how far it changed, whether reliably, and whether into the functional range.

    RC = change / S_diff, S_diff = √2 · SD · √(1 − r). A change is reliable from the published points on, else from
    1.96 · S_diff on. The class is *recovered* (reliably better, from the clinical side of the line to the functional
    one), *improved* (reliably better, but not that), *unchanged*, or *deteriorated* (reliably worse).

    Parameters
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`; what is not an outcome measure is passed over, and so is a scale that
        is made of items about risk alone, which is no level but a question to ask at once.
    criteria
        Other criteria by (instrument, scale), in place of the instrument's own.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.CHANGES`, sorted by its key. ``change`` and ``rci`` are towards better,
        whichever way the scale runs. ``effect_size`` is the change in standard deviations of the clinical norms (of
        the functional ones where there are no others), and its interval what measurement error alone leaves open.
        ``rci`` comes from norms even where the points are published, so the two can differ by a point. What cannot be
        judged is ``<NA>``, and ``note`` says why.

    Raises
    ------
    TableError
        The table breaks its contract.
    SettingError
        `criteria` name a scale that is no outcome scale.

    References
    ----------
    Jacobson & Truax (1991), https://doi.org/10.1037/0022-006X.59.1.12. Deviation: who begins on the functional side
    can improve but not recover.

    Examples
    --------
    >>> scores = pd.DataFrame({"case_id": "C1", "rater": "client", "instrument": "phq9", "scale": "total",
    ...                        "session": [1, 8], "score": [17, 8]})
    >>> review_outcome(scores)[["change", "outcome_class"]].to_dict("records")
    [{'change': 9.0, 'outcome_class': 'recovered'}]
    """
    return CHANGES.check(pd.DataFrame(change_since_first(*SCORES.check_in_order(scores), criteria=criteria or {})))


def change_since_first(
    scores: pd.DataFrame,
    ordering: Ordering,
    *,
    criteria: Criteria,
    chosen: Callable[[str, str, str], bool] = lambda *_: True,
) -> Columns:
    """Review a table of scores that has been checked; see :func:`review_outcome`.

    `chosen` says of a rater, an instrument and a scale whether such series are wanted.
    """
    known = outcome_scales()
    if strange := [f"{instrument} {scale}" for instrument, scale in criteria if (instrument, scale) not in known]:
        raise SettingError(f"review_outcome: {', '.join(strange)} in criteria is no outcome scale that is reviewed.")
    wanted = np.zeros(0, dtype=np.int64)
    if ordering.n_series:
        kind, kinds = ordering.kinds(scores, "rater", "instrument", "scale")
        is_wanted = [(one[1], one[2]) in known and chosen(*one) for one in kinds]
        wanted = np.flatnonzero(np.array(is_wanted)[kind])
    return _judge(_ends(scores, ordering, wanted), known, criteria)


def outcome_scales() -> dict[tuple[str, str], Scale]:
    """Return the scales of outcome measures that have a level: all but those made of items about risk alone."""
    return {
        (key, scale.key): scale
        for key, one in INSTRUMENTS.items()
        if one.kind == "outcome"
        for scale in one.scales.values()
        if not set(scale.items) <= set(one.risk_items)
    }


def _ends(scores: pd.DataFrame, ordering: Ordering, wanted: Positions) -> Columns:
    """Return the first and last score of the wanted series, sorted by their key; one without a score is kept."""
    keys = {name: scores[name].iloc[ordering.first_row[wanted]].to_numpy(dtype=object) for name in SERIES_KEY}
    ranks = [np.unique(texts.astype(str), return_inverse=True)[1] for texts in keys.values()]
    order = np.lexsort(ranks[::-1])
    wanted, ends = wanted[order], {name: texts[order] for name, texts in keys.items()}
    columns = {name: scores[name].to_numpy() for name in ("session", "score")}
    if ordering.rows is not None:
        columns = {name: values[ordering.rows] for name, values in columns.items()}
    scored = np.flatnonzero(~np.isnan(columns["score"]))
    start, stop = (
        np.searchsorted(scored, place[wanted]) for place in (ordering.start, ordering.start + ordering.length)
    )
    n = stop - start
    for name, place in (("first", start), ("last", stop - 1)):
        at = np.append(scored, 0)[np.where(n > 0, place, -1)]
        ends[name], ends[f"{name}_session"] = (
            np.where(n > 0, columns[of][at] if len(at) else np.nan, np.nan) for of in ("score", "session")
        )
    return ends | {"n_scores": n}


def _judge(ends: Columns, known: Mapping[tuple[str, str], Scale], criteria: Criteria) -> Columns:
    keys = list(zip(ends["instrument"], ends["scale"], strict=True))
    settled = {key: criteria.get(key) or criteria_for(known[key]) for key in dict.fromkeys(keys)}
    source = {key: one.source for key, one in settled.items()}
    points, error, sd, cutoff = (
        np.array([getattr(settled[key], name) for key in keys], dtype=np.float64)  # None becomes NaN
        for name in ("reliable_change", "error", "sd", "cutoff")
    )
    better = np.array([1.0 if known[key].better_is == "higher" else -1.0 for key in keys])
    # how far beyond the line a score must be to count as functional
    margin = np.array([ROUNDING if settled[key].cutoff_is == "clinical" else -ROUNDING for key in keys])
    n, first, last = (ends[name] for name in ("n_scores", "first", "last"))
    change = np.where(n > 1, (last - first) * better, np.nan) + 0.0  # no change is 0, not −0
    was, now = (np.where(np.isnan(cutoff), np.nan, better * (score - cutoff) > margin) for score in (first, last))
    side = np.full(len(keys), None, dtype=object)
    side[(now == 0) & (n > 0)], side[now == 1] = "clinical", "functional"
    reliable, outcome_class = _classify(change, points, was=was, now=now)
    is_open = (reliable == "improved") & np.isnan(cutoff)
    return {
        **ends,
        "change": change,
        "reliable_change": points,
        "rci": change / error,
        "reliable": reliable,
        "cutoff": cutoff,
        "side": side,
        "outcome_class": outcome_class,
        "effect_size": change / sd,
        "effect_low": (change - Z * error) / sd,
        "effect_high": (change + Z * error) / sd,
        "criteria": np.array([source[key] for key in keys], dtype=object),
        "note": np.select(
            [n == 0, n == 1, np.isnan(points), is_open], [NO_SCORE, ONE_SCORE, NO_CRITERION, NO_LINE], ""
        ),
    }


def _classify(
    change: np.ndarray, points: np.ndarray, *, was: np.ndarray, now: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what is said of each change, and its class; `was` and `now` are 1 on the functional side of the line."""
    reliable = np.full(len(change), None, dtype=object)
    is_better = change >= points - ROUNDING
    reliable[np.abs(change) < points] = "unchanged"
    reliable[is_better], reliable[change <= -points + ROUNDING] = "improved", "deteriorated"
    outcome_class = reliable.copy()
    outcome_class[is_better & np.isnan(now)] = None
    outcome_class[is_better & (was == 0) & (now == 1)] = "recovered"
    return reliable, outcome_class
