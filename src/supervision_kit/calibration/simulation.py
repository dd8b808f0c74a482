"""Caseloads like the user's, simulated without and with ruptures, and what a method says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from supervision_kit.calibration.planting import FEWEST_RATINGS, NEVER, SHAPES, draw_onsets, plant_ruptures
from supervision_kit.calibration.rated_groups import LatentModel
from supervision_kit.detection import Method

N_CASELOADS = 12  # a method that learns takes its time over each
# How many cases of a simulated caseload that a method learns from carry a rupture; the kit's own choice.
SHARE_WITH_RUPTURE = 0.2


@dataclass(frozen=True)
class Cell:
    """One kind of rupture: a key of ``SHAPES``, and its size in within-person standard deviations."""

    shape: str
    size: float


@dataclass(frozen=True)
class Series:
    """Simulated series of one kind in several caseloads: the first axis of each array is the caseload.

    ``x`` has the shape (n_caseloads, n_series, n_sessions); ``finds`` says in which sessions a mark finds the rupture;
    ``onset`` is a column, ``NEVER`` where there is no rupture.
    """

    x: npt.NDArray[np.float64]
    finds: npt.NDArray[np.bool_]
    onset: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Simulation:
    """Caseloads to learn from, and fresh series of the same people's kind to judge: steady, and by kind of rupture."""

    caseloads: npt.NDArray[np.float64]
    steady: Series
    with_rupture: dict[Cell, Series]


def draw_series(
    model: LatentModel, *, n_sessions: npt.NDArray[np.int64], cell: Cell | None, rng: np.random.Generator
) -> Series:
    """Draw series of the given lengths, (n_caseloads, n_series), each with the rupture of `cell` if there is one."""
    latent, within_sd = model.draw_latent(n_sessions.ravel(), rng=rng)
    onset = np.full(len(latent), NEVER)
    finds = np.zeros(latent.shape, dtype=bool)
    if cell is not None:
        onset = draw_onsets(n_sessions.ravel(), rng=rng)
        latent, finds = plant_ruptures(latent, within_sd=within_sd, onset=onset, shape=cell.shape, size=cell.size)
    shape = (*n_sessions.shape, latent.shape[1])
    return Series(model.put_on_form(latent).reshape(shape), finds.reshape(shape), onset.reshape(n_sessions.shape))


def simulate(
    model: LatentModel,
    *,
    lengths: npt.NDArray[np.int64],
    judged: npt.NDArray[np.int64] | None = None,
    sizes: Sequence[float],
    n_series: int,
    n_caseloads: int = N_CASELOADS,
    seed: int,
) -> Simulation:
    """Simulate caseloads of the given lengths, and fresh series to judge.

    Parameters
    ----------
    model
        What ratings are drawn from.
    lengths
        Ratings of each series of the caseload that methods learn from.
    judged
        Lengths that fresh series are drawn with; ``None`` for `lengths`.
    sizes
        Sizes of planted ruptures, in within-person standard deviations.
    n_series
        About how many fresh series are steady, and about how many have a rupture of each size.
    n_caseloads
        How many caseloads methods learn from.
    seed
        The same seed gives the same simulation.

    Returns
    -------
    Simulation
        Caseloads of exactly these lengths, in which one case in five carries a rupture of any kind;
        fresh series have lengths drawn from `judged`, those with a rupture from the ones that can carry it.
    """
    rng = np.random.default_rng(seed)
    cells = [Cell(shape, size) for size in sizes for shape in SHAPES]
    judged = lengths if judged is None else judged
    long_enough = judged[judged >= FEWEST_RATINGS]

    def draw_lengths(among: npt.NDArray[np.int64], n: float) -> npt.NDArray[np.int64]:
        return rng.choice(among, size=(n_caseloads, int(np.ceil(n / n_caseloads))))

    steady = draw_series(model, n_sessions=draw_lengths(judged, n_series), cell=None, rng=rng)
    with_rupture = {
        cell: draw_series(model, n_sessions=draw_lengths(long_enough, n_series / len(SHAPES)), cell=cell, rng=rng)
        for cell in cells
        if len(long_enough)
    }
    n_sessions = np.broadcast_to(lengths, (n_caseloads, len(lengths)))
    return Simulation(_mixed_caseloads(model, n_sessions, cells, rng), steady, with_rupture)


def simulate_steady(
    model: LatentModel,
    *,
    lengths: npt.NDArray[np.int64],
    judged: npt.NDArray[np.int64],
    n_caseloads: int = N_CASELOADS,
    seed: int,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return caseloads of the given lengths without ruptures to learn from, and for each of them series to judge."""
    rng = np.random.default_rng(seed)
    both = np.concatenate([lengths, judged])
    x = draw_series(model, n_sessions=np.broadcast_to(both, (n_caseloads, len(both))), cell=None, rng=rng).x
    return x[:, : len(lengths)], x[:, len(lengths) :]


def _mixed_caseloads(
    model: LatentModel, n_sessions: npt.NDArray[np.int64], cells: Sequence[Cell], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Draw caseloads in which some cases, chosen by chance, carry a rupture of a kind chosen by chance."""
    mixed = draw_series(model, n_sessions=n_sessions, cell=None, rng=rng).x
    kind = rng.integers(0, len(cells), size=n_sessions.shape)
    kind = np.where(rng.random(n_sessions.shape) < SHARE_WITH_RUPTURE, kind, NEVER)
    for k, cell in enumerate(cells):
        chosen = kind == k
        if chosen.any():
            drawn = draw_series(model, n_sessions=n_sessions[chosen][None], cell=cell, rng=rng).x[0]
            mixed[chosen, : drawn.shape[1]] = drawn
    return mixed


def learn(method: Method, caseloads: npt.NDArray[np.float64]) -> list[Method]:
    """Return the method as it comes out of learning from each caseload."""
    return [method.learn_from([x]) for x in caseloads]


def judge_each(methods: Sequence[Method], x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Judge the series of each caseload with its own method; see ``Judgement.is_rupture``.

    Caseloads whose methods are the same are judged at once: methods that do not learn take one pass.
    """
    is_rupture = np.full(x.shape, np.nan)
    rows: dict[Method, list[int]] = {}
    for row, method in enumerate(methods):
        rows.setdefault(method, []).append(row)
    for method, chosen in rows.items():
        judged = method.judge(x[chosen].reshape(-1, x.shape[-1])).is_rupture
        is_rupture[chosen] = judged.reshape(len(chosen), *x.shape[1:])
    return is_rupture
