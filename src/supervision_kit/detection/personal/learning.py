"""All series of a scale → hyper-parameters for each session, learnt from no later one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from supervision_kit.detection.personal.fitting import fit_in_turn
from supervision_kit.detection.personal.form import Form
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.detection.personal.sample import take_sample
from supervision_kit.series import Matrix

# The first column that has a fit, counted from 1; the next ones come after twice as many.
FIRST_FIT = 4
# Later columns say little more, and few series get there; growth has ended well before.
LAST_FIT, LAST_LEARNT = 32, 40
# So many ratings of a kind, at most, are remembered with what they taught: a supervisor's caseload has some hundred.
REMEMBERED = 2**14

# From which column on hyper-parameters hold.
InTurn = tuple[tuple[int, LimitsPrior], ...]


def learn_in_turn(matrices: Iterable[Matrix], form: Form) -> InTurn:
    """Return from which column on which hyper-parameters hold.

    Those that hold from a column on are learnt from the columns up to it, of all series; only the growth of a later
    session is learnt up to that session. Columns without any rating do not count.
    """
    matrices = [x for x in matrices if x.size]
    if sum(x.size for x in matrices) > REMEMBERED:
        return _learn_in_turn(matrices, form)
    return _learn_from_few(tuple((x.shape, x.tobytes()) for x in matrices), form)


@lru_cache(maxsize=64)
def _learn_from_few(series: tuple[tuple[tuple[int, ...], bytes], ...], form: Form) -> InTurn:
    return _learn_in_turn([np.frombuffer(raw).reshape(shape) for shape, raw in series], form)


def _learn_in_turn(matrices: Sequence[Matrix], form: Form) -> InTurn:
    columns = _rated_columns(matrices)[:LAST_LEARNT]
    lasts = [FIRST_FIT]
    while lasts[-1] < LAST_FIT:
        lasts.append(2 * lasts[-1])
    samples = tuple(
        take_sample(matrices, columns[: after - 1], n_fitted=n)
        for n, after in pairwise([*lasts, LAST_LEARNT + 1])
        if n <= len(columns)
    )
    starts = [int(columns[sample.n_fitted - 1]) for sample in samples]
    return tuple(zip(starts, fit_in_turn(samples, form), strict=True))


def learn_at_once(matrices: Iterable[Matrix], form: Form) -> LimitsPrior:
    """Return the hyper-parameters of all series, by all of their first sessions at once."""
    matrices = list(matrices)
    columns = _rated_columns(matrices)[:LAST_LEARNT]
    return fit_in_turn((take_sample(matrices, columns, n_fitted=min(len(columns), LAST_FIT)),), form)[0]


def _rated_columns(matrices: Sequence[Matrix]) -> npt.NDArray[np.int64]:
    """Return the columns in which any series has a rating."""
    rated = [np.flatnonzero(~np.isnan(x).all(axis=0)) for x in matrices]
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *rated]))
