"""When a rupture counts as repaired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.detection.method import UNKNOWN_SCALE_MIN_DROP, check_number
from supervision_kit.errors import SettingError, TableError
from supervision_kit.instruments import find_scale
from supervision_kit.instruments.instrument import MIN_DROP_SHARE, TOLERANCE_SHARE
from supervision_kit.tables import MARKS, SERIES_KEY

Kind = Literal["level", "half", "limits"]
# The same share of the range that the floor on an unregistered scale supposes: 0.25 points on item means of 1 to 5.
UNKNOWN_SCALE_TOLERANCE = UNKNOWN_SCALE_MIN_DROP / MIN_DROP_SHARE * TOLERANCE_SHARE


@dataclass(frozen=True, kw_only=True)
class RepairRule:
    """When a rupture counts as repaired, and how soon that must be.

    Parameters
    ----------
    kind
        What *repaired* asks for: ``"level"``, back near the level before; ``"half"``, at least the share `partly` of
        the fall regained; ``"limits"``, two ratings in a row back inside the limit that the onset fell through.
    within
        Sessions after the onset in which the repair must come, by session number (onset 4, within 3: sessions 5 to 7).
    tolerance
        For ``"level"``: how near to the level before counts as back, in scale points; ``None`` takes 6.25 % of the
        scale's range (0.25 points on item means of 1 to 5).
    partly
        Share of the fall that must be regained for *partly repaired*.

    Notes
    -----
    ``"level"`` is after Stevens et al. (2007), who looked for a return to within 0.25 points in 3 to 5 sessions;
    parameters not confirmed. Whatever the tolerance, it also asks for at least the share `partly` of the fall, so that
    a shallow fall is not "repaired" where it stands. Which limit ``"limits"`` means, and that it stays where it was at
    the onset, is the kit's own choice.
    """

    kind: Kind = "level"
    within: int = 3
    tolerance: float | None = None
    partly: float = 0.5

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise SettingError(f"RepairRule: kind must be one of {', '.join(get_args(Kind))}.")
        for name in ("within", "tolerance", "partly"):
            check_number("RepairRule", name, getattr(self, name), whole=name == "within")
        if self.within is None or self.within < 1:
            raise SettingError("RepairRule: within must be 1 or more sessions.")
        if self.tolerance is not None and self.tolerance < 0:
            raise SettingError("RepairRule: tolerance must be 0 or more scale points, or None.")
        if self.partly is None or not 0 < self.partly <= 1:
            raise SettingError("RepairRule: partly must be a share above 0 and at most 1.")

    @property
    def in_a_row(self) -> int:
        """How many ratings in a row must be back."""
        return 2 if self.kind == "limits" else 1


def find_lines(episodes: pd.DataFrame, rule: RepairRule, marks: pd.DataFrame | None) -> npt.NDArray[np.float64]:
    """Return, for each episode, the score from which on a rating is back; NaN where there is none to come back to."""
    if rule.kind == "limits":
        return _limits_crossed(episodes, marks)
    depth = episodes["depth"].to_numpy()
    may_lack = (1 - rule.partly) * np.where(depth > ROUNDING, depth, np.nan)
    if rule.kind == "level":
        may_lack = np.minimum(may_lack, _tolerance(episodes, rule))
    return episodes["pre_level"].to_numpy() - may_lack


def _limits_crossed(episodes: pd.DataFrame, marks: pd.DataFrame | None) -> npt.NDArray[np.float64]:
    """Return the limit at each onset; NaN where the method gives none, or marked a rating that is inside of it."""
    if marks is None:
        raise SettingError("RepairRule(kind='limits') looks at the limits: pass marks= as well.")
    checked = MARKS.check(marks)
    key = [*SERIES_KEY, "method", "session"]
    marked = checked.loc[checked["is_rupture"].fillna(value=False), [*key, "score", "limit"]]
    onsets = episodes.rename(columns={"onset": "session"})[key].merge(marked, how="left", on=key)
    if onsets["score"].isna().any():
        raise TableError("follow_repairs: some episodes do not begin with a mark; pass the marks they were found in.")
    is_crossed = onsets["score"] <= onsets["limit"] + ROUNDING
    return onsets["limit"].where(is_crossed).to_numpy()


def _tolerance(episodes: pd.DataFrame, rule: RepairRule) -> npt.NDArray[np.float64] | float:
    """Return the tolerance of each episode's scale, in scale points."""
    if rule.tolerance is not None:
        return float(rule.tolerance)
    keys = list(zip(episodes["instrument"].to_list(), episodes["scale"].to_list(), strict=True))
    known = {key: find_scale(*key) for key in set(keys)}
    tolerance = {key: scale.tolerance if scale else UNKNOWN_SCALE_TOLERANCE for key, scale in known.items()}
    return np.array([tolerance[key] for key in keys], dtype=np.float64)
