"""Changes of a caseload → shares and effect sizes with their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from supervision_kit.instruments import find_scale
from supervision_kit.outcome.effect_sizes import standardised_mean_change
from supervision_kit.tables import CHANGES, OUTCOME_SUMMARY

CLASSES = ("recovered", "improved", "unchanged", "deteriorated")
FEWEST_FOR_A_MEAN = 2


def summarise_outcome(changes: pd.DataFrame) -> pd.DataFrame:
    """Count the classes of a caseload and measure its change, scale by scale.

    Parameters
    ----------
    changes
        See :data:`supervision_kit.tables.CHANGES`.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.OUTCOME_SUMMARY`. A row for each class (its share of the cases that could be
        judged, with Wilson's interval), for *reliably improved* (recovered or improved, also where no line tells them
        apart), for *mean change* (scale points towards better, with Student's interval) and for *effect size* (the
        standardised mean change towards better, in standard deviations of this caseload's first scores). All
        intervals are 95 %, and take cases for independent of each other; ``<NA>`` where there are too few.

    Raises
    ------
    TableError
        The table breaks its contract.

    References
    ----------
    Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953; for the effect size see
    :func:`supervision_kit.outcome.standardised_mean_change`.
    """
    checked = CHANGES.check(changes)
    rows = [
        (*key, *measure)
        for key, ones in checked.groupby(["rater", "instrument", "scale"], sort=True)
        for measure in (*_shares(ones), _mean_change(ones), _effect_size(ones))
    ]
    return OUTCOME_SUMMARY.check(pd.DataFrame(rows, columns=list(OUTCOME_SUMMARY.columns)))


Measure = tuple[str, int, float, float, float]


def _shares(changes: pd.DataFrame) -> list[Measure]:
    judged = changes.dropna(subset="reliable")
    # without a line, recovered and improved cannot be told apart; the other two classes can
    is_open = judged["outcome_class"].isna().any()
    n_judged = {name: 0 if is_open and name in ("recovered", "improved") else len(judged) for name in CLASSES}
    shares = [_share(name, int((judged["outcome_class"] == name).sum()), n) for name, n in n_judged.items()]
    return [*shares, _share("reliably improved", int((judged["reliable"] == "improved").sum()), len(judged))]


def _share(measure: str, n: int, n_judged: int) -> Measure:
    if n_judged == 0:
        return measure, 0, np.nan, np.nan, np.nan
    from scipy.stats import binomtest  # heavy

    interval = binomtest(n, n_judged).proportion_ci(method="wilson")
    return measure, n_judged, n / n_judged, float(interval.low), float(interval.high)


def _mean_change(changes: pd.DataFrame) -> Measure:
    change = changes["change"].dropna().to_numpy()
    n = len(change)
    mean = float(change.mean()) if n else np.nan
    if n < FEWEST_FOR_A_MEAN:
        return "mean change", n, mean, np.nan, np.nan
    from scipy.stats import t  # heavy

    half = float(t.ppf(0.975, n - 1)) * float(change.std(ddof=1)) / np.sqrt(n)
    return "mean change", n, mean, mean - half, mean + half


def _effect_size(changes: pd.DataFrame) -> Measure:
    rated = changes.dropna(subset="change")
    scale = find_scale(*rated[["instrument", "scale"]].iloc[0]) if len(rated) else None
    sign = -1 if scale and scale.better_is == "lower" else 1
    effect = standardised_mean_change(sign * rated["first"], sign * rated["last"])
    if effect is None:
        return "effect size", len(rated), np.nan, np.nan, np.nan
    return "effect size", len(rated), effect.value, effect.low, effect.high
