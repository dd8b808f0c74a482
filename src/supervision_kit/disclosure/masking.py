"""Scores made coarser or shifted by chance, so that who holds the originals cannot simply look them up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from supervision_kit.errors import SettingError
from supervision_kit.instruments import Scale, find_scale
from supervision_kit.words import say, say_number

Scores = npt.NDArray[np.float64]
MOST = 0.25  # of a scale's range: beyond, there is no course left to see; the kit's own choice
_DECIMALS = 6


def check_share(name: str, share: float | None) -> float | None:
    """Return how much to round or shift by, as a share of each scale's range; None for not at all."""
    if share is None:
        return None
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= MOST:
        raise SettingError(
            say(
                "{name} is a share of each scale's range: above 0, and {most} at most.",
                name=name,
                most=say_number(MOST),
            )
        )
    return float(share)


def count_steps(scale: Scale, share: float) -> int:
    """Return how many of a scale's steps a share of its range comes to, one at least."""
    return max(1, round(share * (scale.highest - scale.lowest) / scale.step))


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


def snap_scores(score: Scores, scale: Scale) -> Scores:
    """Return scores on the nearest of the scale's own steps."""
    snapped: Scores = np.round(scale.lowest + _steps(score, scale) * scale.step, _DECIMALS)
    return snapped


def jitter_scores(score: Scores, scale: Scale, share: float, chance: np.random.Generator) -> Scores:
    """Return scores shifted by chance: by whole steps, as often up as down, never beyond the ends of the scale.

    What would go beyond an end is turned back from it. Each shift, from none to the most, is as likely as any other.
    """
    most, last = count_steps(scale, share), round((scale.highest - scale.lowest) / scale.step)
    shifted = np.abs(_steps(score, scale) + chance.integers(-most, most, size=len(score), endpoint=True))
    shifted = last - np.abs(last - shifted)
    jittered: Scores = np.round(scale.lowest + shifted * scale.step, _DECIMALS)
    return jittered


def mask_scores(
    score: Scores,
    of_series: npt.NDArray[np.int64],
    series: tuple[tuple[str, str, str], ...],
    *,
    rounding: float | None,
    jitter: float | None,
    chance: np.random.Generator,
) -> Scores:
    """Return the scores of many series as they are published: shifted first, then rounded."""
    masked = score.copy()
    for number, (_, instrument, key) in enumerate(series):
        here = np.flatnonzero((of_series == number) & np.isfinite(score))
        scale = find_scale(instrument, key)
        assert scale is not None  # noqa: S101 - others are not laid out
        if jitter is not None:
            masked[here] = jitter_scores(masked[here], scale, jitter, chance)
        if rounding is not None:
            masked[here] = round_scores(masked[here], scale, rounding)
    return masked


def _steps(score: Scores, scale: Scale) -> Scores:
    steps: Scores = np.round((score - scale.lowest) / scale.step)
    return steps
