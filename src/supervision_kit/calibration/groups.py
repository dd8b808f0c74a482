"""The caseload, one scale and one kind of rater at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.detection import Method, learn_prior
from supervision_kit.detection.personal.prior import LimitsPrior
from supervision_kit.errors import SettingError
from supervision_kit.instruments import find_scale, rates_alliance
from supervision_kit.series import Matrix, column_of, iter_blocks
from supervision_kit.tables import SCORES

GROUP = ("instrument", "scale", "rater")


@dataclass(frozen=True)
class Group:
    """All series of one scale by one kind of rater, and what rupture-free ratings like them look like."""

    instrument: str
    scale: str
    rater: str
    matrices: tuple[Matrix, ...]
    prior: LimitsPrior

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """The number of ratings of each series that has any."""
        n = np.concatenate([np.count_nonzero(~np.isnan(x), axis=1) for x in self.matrices])
        return n[n > 0]

    @property
    def key(self) -> dict[str, str]:
        """The group's columns in a table."""
        return {name: getattr(self, name) for name in GROUP}

    def settle(self, method: Method) -> Method:
        """Return the method with the settings that belong to the scale."""
        return method.for_scale(find_scale(self.instrument, self.scale))


def iter_groups(scores: pd.DataFrame, *, owner: str) -> Iterator[Group]:
    """Yield each group of alliance series that has a rating.

    Raises
    ------
    TableError
        The table breaks its contract.
    SettingError
        There is no alliance rating in it.
    """
    checked = SCORES.check(scores)
    rated = checked[checked["instrument"].map(rates_alliance).astype(bool) & checked["score"].notna()]
    if rated.empty:
        raise SettingError(f"{owner}: the scores hold no alliance rating; there is nothing to simulate after.")
    for (instrument, scale, rater), of_group in rated.groupby(list(GROUP)):
        in_order, ordering = SCORES.check_in_order(of_group.reset_index(drop=True))
        score = column_of(in_order["score"])
        matrices = tuple(block.matrix(score)[: block.n_series] for block in iter_blocks(ordering))
        yield Group(
            str(instrument),
            str(scale),
            str(rater),
            matrices,
            learn_prior(of_group, instrument=str(instrument), scale=str(scale), rater=str(rater)),
        )
