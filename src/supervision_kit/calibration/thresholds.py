"""At each threshold: how many marks this caseload would get, and about how many of them by chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.calibration.rated_groups import RatedGroup, list_groups
from supervision_kit.calibration.simulation import judge_each, learn, simulate_steady
from supervision_kit.detection import METHODS, Method, mark_sessions
from supervision_kit.detection.marking import find_method
from supervision_kit.tables import SERIES_KEY, THRESHOLDS

N_THRESHOLDS = 11
COPIES = 8  # caseloads judged with what was learnt from one


def threshold_curve(
    scores: pd.DataFrame,
    *,
    method: str | Method,
    thresholds: Iterable[float] | None = None,
    learn_from: pd.DataFrame | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """Say at each threshold how many marks this caseload would get, and about how many by chance alone.

    Chance is what the method marks in simulated caseloads of the same lengths and form without any rupture
    (:func:`learn_prior`). Marks beyond that number are likelier to mean something; which ones, nobody can say.

    Parameters
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`; alliance scores in scale points.
    method
        A key, or a method with settings.
    thresholds
        Values of the method's own threshold (``Method.threshold``: sigmas, rate, points, …); ``None`` takes eleven
        from half to double the one that is set or belongs to the scale.
    learn_from
        Ratings that hold those of `scores` and more, where the method was taught by more: one therapist's cases are
        judged by what all cases teach. ``None`` for `scores` itself.
    seed
        The same seed gives the same table.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.THRESHOLDS`: for each scale and rater, one row per threshold. ``low`` and
        ``high`` hold the number by chance in 95 of 100 simulated caseloads (of 96).

    Raises
    ------
    TableError
        The table breaks its contract.
    SettingError
        No alliance rating, or a threshold that the method does not allow.
    UnknownNameError
        No method of that key.

    Examples
    --------
    >>> from supervision_kit.simulate import simulate_caseload
    >>> scores = simulate_caseload(20).scores.query("instrument == 'srs'")
    >>> curve = threshold_curve(scores, method="adjacent_drop", thresholds=[1, 2])
    >>> curve["n_marks"].is_monotonic_decreasing
    True
    """
    chosen = find_method(method, known=METHODS)
    given = None if thresholds is None else tuple(float(value) for value in thresholds)
    rows = []
    for group in list_groups(scores, learn_from=learn_from, owner="threshold_curve"):
        values = _usual_thresholds(chosen, group) if given is None else given
        counted = _marks_by_chance(group.settle(chosen), values, group, seed)
        judged = scores if learn_from is None else learn_from
        judged = judged[(judged[list(group.key)] == list(group.key.values())).all(axis=1)]
        for value, (by_chance, low, high) in zip(values, counted, strict=True):
            marks = mark_sessions(judged, method=_at(chosen, value))
            is_rupture = marks.merge(scores[[*SERIES_KEY, "session"]])["is_rupture"]
            rows.append(
                {
                    **group.key,
                    "threshold": value,
                    "n_judged": int(is_rupture.notna().sum()),
                    "n_marks": int(is_rupture.sum()),
                    "n_by_chance": by_chance,
                    "low": low,
                    "high": high,
                }
            )
    return THRESHOLDS.check(pd.DataFrame(rows))


@lru_cache(maxsize=64)
def _marks_by_chance(
    method: Method, thresholds: tuple[float, ...], group: RatedGroup, seed: int
) -> tuple[tuple[float, float, float], ...]:
    """Return the mean number of marks in rupture-free caseloads at each threshold, and between which 95 of 100 lie."""
    caseloads, copies = simulate_steady(
        group.model,
        lengths=np.array(group.learning_lengths),
        judged=np.tile(group.lengths, COPIES),
        seed=seed,
    )
    learnt = learn(method, caseloads)
    return tuple(_n_marks([_at(one, value) for one in learnt], copies) for value in thresholds)


def _n_marks(methods: list[Method], copies: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    judged = judge_each(methods, copies)
    if np.isnan(judged).all():
        return (np.nan, np.nan, np.nan)
    n_marks = (judged == 1).sum(axis=2).reshape(len(methods), COPIES, -1).sum(axis=2)
    low, high = np.quantile(n_marks, 0.025, method="lower"), np.quantile(n_marks, 0.975, method="higher")
    return float(n_marks.mean()), float(low), float(high)


def _at(method: Method, value: float | None) -> Method:
    """Return the method with its threshold set to `value`; what it has learnt stays."""
    return replace(method, **{method.threshold: value})


def _usual_thresholds(method: Method, group: RatedGroup) -> tuple[float, ...]:
    """Return thresholds around the one that is set; where that is 0, from 0 to double what the scale would say."""
    value = getattr(group.settle(method), method.threshold)
    if value:
        values = np.geomspace(value / 2, value * 2, N_THRESHOLDS)
    else:
        of_scale = getattr(group.settle(_at(method, None)), method.threshold)
        values = np.linspace(0, 2 * of_scale, N_THRESHOLDS)
    return tuple(values.round(6).tolist())
