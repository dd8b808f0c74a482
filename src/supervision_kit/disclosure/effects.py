"""What rounding or jitter did to the picture: which marks are kept, how far scores moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.detection import mark_sessions
from supervision_kit.headline import find_headline
from supervision_kit.instruments import find_instrument
from supervision_kit.tables import SERIES_KEY


@dataclass(frozen=True)
class Effects:
    """How the published scores differ from those that they were made of.

    Attributes
    ----------
    n_marked, n_kept, n_new
        Marks of the headline ratings before, of these those that are there still, and those that were not there before;
        by the methods named.
    mean_shift, largest_shift
        In shares of each scale's range; the mean is signed.
    """

    methods: tuple[str, ...]
    n_marked: int
    n_kept: int
    n_new: int
    mean_shift: float
    largest_shift: float


def compare_pictures(before: pd.DataFrame, after: pd.DataFrame, methods: Sequence[str]) -> Effects:
    """Compare two tables of scores of the same rows in the same order, as methods mark them."""
    kinds = before[["instrument", "scale"]].drop_duplicates()
    spans = {}
    for instrument, key in kinds.itertuples(index=False, name=None):
        scale = find_instrument(instrument).scales[key]
        spans[instrument, key] = scale.highest - scale.lowest
    span = pd.MultiIndex.from_frame(before[["instrument", "scale"]]).map(spans).to_numpy(dtype=np.float64)
    shift = (after["score"].to_numpy() - before["score"].to_numpy()) / span
    shift = shift[np.isfinite(shift)]
    marked = [_find_marks(table, methods) for table in (before, after)]
    return Effects(
        methods=tuple(methods),
        n_marked=len(marked[0]),
        n_kept=len(marked[0].intersection(marked[1])),
        n_new=len(marked[1].difference(marked[0])),
        mean_shift=float(shift.mean()) if len(shift) else 0.0,
        largest_shift=float(np.abs(shift).max()) if len(shift) else 0.0,
    )


def _find_marks(scores: pd.DataFrame, methods: Sequence[str]) -> pd.MultiIndex:
    marks = mark_sessions(find_headline(scores), method=list(methods))
    marked = marks[marks["is_rupture"].fillna(False).astype(bool)]
    return pd.MultiIndex.from_frame(marked[[*SERIES_KEY, "session", "method"]])
