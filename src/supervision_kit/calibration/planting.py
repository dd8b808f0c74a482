"""Ruptures with a known onset, shape and size, taken away from rupture-free ratings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from supervision_kit.errors import UnknownNameError
from supervision_kit.series import Matrix

# The share of the full depth that is missing at onset, the rating after, and so on; the last share stays to the end.
# These shapes and the window are the kit's own choice.
SHAPES: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "sudden, short": (1, 1 / 2, 0),
        "sudden, lasting": (1,),
        "gradual, short": (1 / 3, 2 / 3, 1, 0),
        "gradual, lasting": (0.2, 0.4, 0.6, 0.8, 1),
    }
)
SIZES = (1.5, 2.0, 3.0)
WINDOW = 5
NEVER = -1
RATINGS_BEFORE, RATINGS_AFTER = 3, 2
FEWEST_RATINGS = RATINGS_BEFORE + 1 + RATINGS_AFTER


def draw_onsets(n_sessions: npt.NDArray[np.int64], *, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw for each series the column where its rupture begins.

    Any column is as likely as another that leaves three ratings before and two after it, so that there is something
    to compare with and something to see.

    Parameters
    ----------
    n_sessions
        Ratings of each series.
    rng
        Where chance comes from.

    Returns
    -------
    numpy.ndarray
        Columns counted from 0; ``NEVER`` where a series is too short (below six ratings).
    """
    last = n_sessions - RATINGS_AFTER
    onset = rng.integers(RATINGS_BEFORE, np.maximum(last, RATINGS_BEFORE + 1))
    return np.where(last > RATINGS_BEFORE, onset, NEVER)


def plant_ruptures(
    latent: Matrix,
    *,
    within_sd: npt.NDArray[np.float64],
    onset: npt.NDArray[np.int64],
    shape: str,
    size: float,
) -> tuple[Matrix, npt.NDArray[np.bool_]]:
    """Take a rupture away from each series that has an onset.

    Parameters
    ----------
    latent
        Ratings before rounding and ceiling, (n_series, n_sessions), in scale points. Not changed.
    within_sd
        Each person's own standard deviation, in scale points.
    onset
        Column where the rupture begins, counted from 0; ``NEVER`` for none.
    shape
        A key of :data:`SHAPES`.
    size
        Full depth in within-person standard deviations.

    Returns
    -------
    tuple
        The ratings with the rupture, and where a mark finds it: while something is missing, within the first five
        ratings from the onset.

    Raises
    ------
    UnknownNameError
        No such shape.

    Examples
    --------
    >>> rating = np.full((1, 6), 4.0)
    >>> plant_ruptures(rating, within_sd=np.array([0.5]), onset=np.array([2]), shape="sudden, short", size=2)[0]
    array([[4. , 4. , 3. , 3.5, 4. , 4. ]])
    """
    if shape not in SHAPES:
        raise UnknownNameError("shape of a rupture", shape, SHAPES)
    shares = np.asarray(SHAPES[shape])
    since = np.arange(latent.shape[1]) - onset[:, None]
    during = (since >= 0) & (onset[:, None] != NEVER)
    missing = np.where(during, shares[np.clip(since, 0, len(shares) - 1)], 0.0)
    return latent - size * within_sd[:, None] * missing, (missing > 0) & (since < WINDOW)
