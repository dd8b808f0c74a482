"""How far each method can be trusted with this caseload: false alarms, what it finds, how late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.calibration.intervals import NOTHING, Estimate, estimate_mean, estimate_share
from supervision_kit.calibration.planting import NEVER, SIZES
from supervision_kit.calibration.rated_groups import RatedGroup, list_groups
from supervision_kit.calibration.simulation import Series, Simulation, judge_each, learn, simulate
from supervision_kit.detection import METHODS, Method
from supervision_kit.detection.marking import find_method, name_methods
from supervision_kit.errors import SettingError
from supervision_kit.records.progress import Progress, Report, say_nothing
from supervision_kit.tables import CALIBRATION
from supervision_kit.words import say

FALSE_ALARMS = "false alarms per 100 sessions"
FOUND = "share found"
DELAY = "sessions of delay"
NO_RUPTURE, ANY_SHAPE = "no rupture", "any"

Row = dict[str, object]


def calibrate(
    scores: pd.DataFrame,
    *,
    methods: Iterable[str | Method] | None = None,
    sizes: Sequence[float] = SIZES,
    n_series: int = 1000,
    learn_from: pd.DataFrame | None = None,
    seed: int = 1,
    progress: Report = say_nothing,
) -> pd.DataFrame:
    """Say how far each method can be trusted with this caseload, by simulation.

    For each scale and kind of rater, ratings are simulated that are like the caseload's own (:func:`learn_prior`: same
    lengths, same form with its steps and ends, same level, spread and carry-over) but hold no rupture; and others into
    which ruptures of known shape and size were planted. Every method judges them as it judges the caseload. Methods
    that learn from a caseload learn from simulated caseloads of the same lengths, in which one case in five carries a
    rupture.

    Parameters
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`; alliance scores in scale points. Case codes are not looked at.
    methods
        Keys or methods with settings; ``None`` takes every registered one as it comes.
    sizes
        Depths of the planted ruptures, in standard deviations within the person.
    n_series
        About how many series without a rupture, and about how many with one of each size. Four times as many halve the
        intervals.
    learn_from
        Ratings that hold those of `scores` and more, where the method was taught by more: one therapist's cases are
        judged by what all cases teach. ``None`` for `scores` itself.
    seed
        The same seed gives the same table.
    progress
        Told of each method that is done.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.CALIBRATION`: one row per figure, with a 95 % interval of what the simulation
        can say. ``value`` is ``<NA>`` where the method can judge nothing.

    Raises
    ------
    TableError
        The table breaks its contract.
    SettingError
        No alliance rating; a size or number of series that is not above 0.
    UnknownNameError
        No method of that key.

    Examples
    --------
    >>> from supervision_kit.simulate import simulate_caseload
    >>> scores = simulate_caseload(20).scores.query("instrument == 'srs'")
    >>> table = calibrate(scores, methods=["adjacent_drop"], n_series=100)
    >>> sorted(set(table["measure"]))
    ['false alarms per 100 sessions', 'sessions of delay', 'share found']
    """
    if n_series < 1 or not sizes or min(sizes) <= 0:
        raise SettingError("calibrate: n_series must be 1 or more, and sizes one or more numbers above 0.")
    named = name_methods(find_method(one, known=METHODS) for one in (METHODS if methods is None else methods))
    groups = list_groups(scores, learn_from=learn_from, owner="calibrate")
    rows: list[Row] = []
    for i, group in enumerate(groups):
        for k, (name, method) in enumerate(named.items(), start=1):
            like = _Like(group, tuple(sizes), n_series, seed)
            figures = _figures(group.settle(method), like)
            looks = "back" if method.is_prospective else "whole"
            rows += [{**group.key, "method": name, "looks": looks, **figure} for figure in figures]
            progress(
                Progress(i * len(named) + k, len(groups) * len(named), say("Trying {method}", method=say(method.title)))
            )
    return CALIBRATION.check(pd.DataFrame(rows))


@dataclass(frozen=True)
class _Like:
    """What is simulated, small enough to be remembered by."""

    group: RatedGroup
    sizes: tuple[float, ...]
    n_series: int
    seed: int


@lru_cache(maxsize=4)
def _simulation(like: _Like) -> Simulation:
    return simulate(
        like.group.model,
        lengths=np.array(like.group.learning_lengths),
        judged=np.array(like.group.lengths),
        sizes=like.sizes,
        n_series=like.n_series,
        seed=like.seed,
    )


@lru_cache(maxsize=256)
def _figures(method: Method, like: _Like) -> tuple[Row, ...]:
    """Return the figures of one method; remembered, since a page asks for them again and again."""
    return tuple(measure(method, _simulation(like)))


def measure(method: Method, simulation: Simulation) -> list[Row]:
    """Return what `method` makes of a simulation, one row per figure."""
    settled = learn(method, simulation.caseloads)
    judged = judge_each(settled, simulation.steady.x)
    hits, trials = (judged == 1).sum(axis=(1, 2)), (~np.isnan(judged)).sum(axis=(1, 2))
    rows = [_row(FALSE_ALARMS, NO_RUPTURE, 0.0, estimate_share(hits, trials).times(100), trials.sum())]
    can_judge = bool(trials.sum())
    of_size: dict[float, list[_Count]] = {}
    for cell, series in simulation.with_rupture.items():
        count = _count(judge_each(settled, series.x) == 1, series)
        of_size.setdefault(cell.size, []).append(count)
        rows += _rows([count], shape=cell.shape, size=cell.size, can_judge=can_judge)
    for size, counts in of_size.items():
        rows += _rows(counts, shape=ANY_SHAPE, size=size, can_judge=can_judge)
    return rows


class _Count(NamedTuple):
    """Per caseload: how many ruptures, how many of them found, and the ratings from onset to the first mark."""

    planted: npt.NDArray[np.int64]
    found: npt.NDArray[np.int64]
    delay: npt.NDArray[np.int64]


def _count(marked: npt.NDArray[np.bool_], series: Series) -> _Count:
    finds = marked & series.finds
    found = finds.any(axis=-1)
    delay = np.where(found, finds.argmax(axis=-1) - series.onset, 0)
    return _Count((series.onset != NEVER).sum(axis=1), found.sum(axis=1), delay.sum(axis=1))


def _rows(counts: Sequence[_Count], *, shape: str, size: float, can_judge: bool) -> list[Row]:
    planted, found, delay = (sum(parts) for parts in zip(*counts, strict=True))
    share = estimate_share(found, planted) if can_judge else NOTHING
    return [
        _row(FOUND, shape, size, share, planted.sum()),
        _row(DELAY, shape, size, estimate_mean(delay, found), found.sum()),
    ]


def _row(measure: str, shape: str, size: float, estimate: Estimate, n: int) -> Row:
    return {"measure": measure, "shape": shape, "size": size, **asdict(estimate), "n": int(n)}
