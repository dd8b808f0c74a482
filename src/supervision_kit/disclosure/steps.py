"""Scores on the steps of their scale: what a form can give, and what is made of it where that is not to be seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from supervision_kit.instruments import Scale

Scores = npt.NDArray[np.float64]
_DECIMALS = 6
_SAME = 1e-9


def count_steps(scale: Scale, share: float) -> int:
    """Return how many of a scale's steps a share of its range comes to, one at least."""
    return max(1, round(share * (scale.highest - scale.lowest) / scale.step))


def snap_scores(score: Scores, scale: Scale) -> Scores:
    """Return scores on the nearest of the scale's own steps."""
    snapped: Scores = np.round(scale.lowest + _steps(score, scale) * scale.step, _DECIMALS)
    return snapped


def find_rare(score: Scores, scale: Scale) -> npt.NDArray[np.bool_]:
    """Tell which scores no form without gaps gives, neither exactly nor as rounded as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from supervision_kit.instruments import INSTRUMENTS
    >>> find_rare(np.array([49 / 12, 4.08, 4.1, 3.141592, 42 / 11]), INSTRUMENTS["wai_sr"].scales["total"]).tolist()
    [False, False, False, True, True]
    """
    off = np.abs(score - snap_scores(score, scale))
    is_usual = off <= 10.0**-_DECIMALS
    for decimals in range(_DECIMALS + 1):
        is_so_rounded = np.abs(score - score.round(decimals)) < _SAME
        is_usual |= is_so_rounded & (off <= 0.5 * 10.0**-decimals + _SAME)
    return np.isfinite(score) & ~is_usual


def round_scores(score: Scores, scale: Scale, share: float) -> Scores:
    """Return scores on a coarser grid: every so many steps of the scale, within its range.

    Examples
    --------
    >>> import numpy as np
    >>> from supervision_kit.instruments import INSTRUMENTS
    >>> round_scores(np.array([0.0, 4.0, 12.0, 27.0]), INSTRUMENTS["phq9"].scales["total"], 0.2).tolist()
    [0.0, 5.0, 10.0, 25.0]
    """
    width = count_steps(scale, share) * scale.step
    on_grid: Scores = scale.lowest + np.floor((score - scale.lowest) / width + 0.5) * width
    return np.minimum(on_grid, scale.highest).round(_DECIMALS)


def shift_scores(score: Scores, scale: Scale, shifts: npt.NDArray[np.int64]) -> Scores:
    """Return scores shifted by so many of the scale's steps; what would go beyond an end is turned back from it."""
    last = round((scale.highest - scale.lowest) / scale.step)
    shifted = last - np.abs(last - np.abs(_steps(score, scale) + shifts))
    moved: Scores = np.round(scale.lowest + shifted * scale.step, _DECIMALS)
    return moved


def _steps(score: Scores, scale: Scale) -> Scores:
    steps: Scores = np.round((score - scale.lowest) / scale.step)
    return steps
