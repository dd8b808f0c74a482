"""Scores → marks: one row per session and method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING, n_scored, spread
from supervision_kit.detection.method import Method
from supervision_kit.errors import SettingError, UnknownNameError
from supervision_kit.instruments import Scale, find_scale, rates_alliance
from supervision_kit.series import Block, Matrix, iter_blocks
from supervision_kit.tables import MARKS, SCORES, SERIES_KEY

NO_SCORE = "no score"
NO_SPREAD = "no spread: all ratings are the same"
AT_CEILING = "at the ceiling: all ratings are the highest possible"


def find_method(method: str | Method, *, known: Mapping[str, type[Method]]) -> Method:
    """Return `method` itself, or the registered one of that key with its default settings."""
    if isinstance(method, Method):
        return method
    if not isinstance(method, str):
        raise SettingError(
            "mark_sessions: a method is a key such as 'control_chart', or one like ControlChart(sigmas=2)."
        )
    if method not in known:
        raise UnknownNameError("method", method, known)
    return known[method]()


def name_methods(methods: Iterable[Method]) -> dict[str, Method]:
    """Return the methods by the name they carry in tables: their key, with the settings where a key comes twice."""
    methods = list(dict.fromkeys(methods))
    times = Counter(method.key for method in methods)
    return {method.key if times[method.key] == 1 else repr(method): method for method in methods}


def judge_scores(scores: pd.DataFrame, *, methods: Mapping[str, Method]) -> pd.DataFrame:
    """Judge every session of every alliance series by each method; see :func:`supervision_kit.mark_sessions`."""
    checked = SCORES.check(scores)
    alliance = [key for key in checked["instrument"].unique() if rates_alliance(key)]
    ratings = checked.loc[checked["instrument"].isin(alliance), [*SERIES_KEY, "session", "score"]]
    ratings = ratings.reset_index(drop=True)
    if ratings.empty or not methods:
        return MARKS.empty()
    return MARKS.check(pd.concat([_judge(ratings, method, name) for name, method in methods.items()]))


def _judge(ratings: pd.DataFrame, method: Method, name: str) -> pd.DataFrame:
    """Judge each scale with the settings that belong to it; the marks come in the order of the ratings."""
    marks = {column: np.full(len(ratings), np.nan) for column in ("expected", "limit", "evidence", "is_rupture")}
    note = np.full(len(ratings), "", dtype=object)
    for _, of_scale in ratings.groupby(["instrument", "scale", "rater"]):
        rows = of_scale.index.to_numpy()
        scale = find_scale(of_scale["instrument"].iloc[0], of_scale["scale"].iloc[0])
        blocks = list(iter_blocks(of_scale))
        settled = method.for_scale(scale).learn_from(block.matrix(of_scale["score"]) for block in blocks)
        for block in blocks:
            x = block.matrix(of_scale["score"])
            judgement = settled.judge(x)
            for column, values in marks.items():
                values[rows[block.rows]] = block.cells(getattr(judgement, column))
            note[rows[block.rows]] = _notes(x, judgement.is_rupture, block, settled, scale)
    is_rupture = pd.array(marks.pop("is_rupture")).astype("boolean")
    return ratings.assign(method=name, note=note, is_rupture=is_rupture, **marks)


def _notes(x: Matrix, is_rupture: Matrix, block: Block, method: Method, scale: Scale | None) -> np.ndarray:
    """Say why each cell cannot be judged, from the plainest reason to the method's own."""
    n, unjudged = n_scored(x), np.isnan(block.cells(is_rupture))
    flat = np.where(spread(x) > ROUNDING, "", NO_SPREAD)
    if scale is not None:
        lowest = np.fmin.reduce(x, axis=1, keepdims=True, initial=np.nan)
        flat = np.where((flat != "") & (np.abs(lowest - scale.highest) <= ROUNDING), AT_CEILING, flat)
    too_few = [
        f"too few rated sessions: {k:.0f} of at least {method.fewest_sessions}" if k < method.fewest_sessions else ""
        for k in range(int(n.max()) + 1)
    ]
    per_series = np.asarray(too_few, dtype=object)[n.astype(int)[:, 0]]
    if method.blocker:
        per_series = np.full(len(per_series), method.blocker, dtype=object)
    per_series = np.where(per_series == "", flat[:, 0], per_series)
    per_series = np.where(per_series == "", method.unjudged, per_series)
    reason = np.where(np.isnan(block.cells(x)), NO_SCORE, per_series[block.series])
    return np.where(unjudged, reason, "")
