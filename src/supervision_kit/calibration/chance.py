"""What chance alone would give: the same line over ratings like the user's in which nothing happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.calibration.intervals import NOTHING, estimate_mean, estimate_share
from supervision_kit.calibration.rated_groups import RatedGroup, list_groups
from supervision_kit.detection import METHODS, Method, mark_sessions
from supervision_kit.detection.marking import find_method
from supervision_kit.detection.method import check_number
from supervision_kit.episodes import falls_among, find_episodes
from supervision_kit.errors import SettingError, UnknownNameError
from supervision_kit.repair import RepairRule, follow_repairs
from supervision_kit.tables import CHANCE, OUTCOMES
from supervision_kit.threads import tell_share

FEWEST_CASELOADS = 100  # so that 2.5 in 100 of them can be seen
ROWS_AT_ONCE = 400_000
TOLD = "repaired, of those that can be told"
# What is counted of each simulated caseload, and of what.
COUNTED = {
    "series with a mark": ("series", "% of series"),
    "sessions marked": ("sessions", "% of judged sessions"),
    "falls": ("caseloads", "per caseload"),
    **dict.fromkeys(OUTCOMES, ("falls", "% of falls")),
    TOLD: ("falls told", "% of falls whose outcome can be told"),
}


@dataclass(frozen=True)
class ChanceBenchmark:
    """What chance alone would give for a caseload.

    Attributes
    ----------
    table
        See :data:`supervision_kit.tables.CHANCE`.
    method, rule
        What judged and what followed.
    n_series
        Series of the caseload.
    n_caseloads
        Caseloads like it that were simulated.
    """

    table: pd.DataFrame
    method: str
    rule: RepairRule
    n_series: int
    n_caseloads: int

    def row(self, measure: str) -> pd.Series:
        """Return the row of one measure, such as ``"falls"``."""
        if measure not in COUNTED:
            raise UnknownNameError("measure", measure, COUNTED)
        return self.table[self.table["measure"] == measure].iloc[0]


def chance_benchmark(
    scores: pd.DataFrame,
    *,
    method: str | Method,
    rule: RepairRule = RepairRule(),
    n_series: int = 10_000,
    learn_from: pd.DataFrame | None = None,
    seed: int = 1,
) -> ChanceBenchmark:
    """Say what chance alone would give for this caseload, by the same method, settings and repair rule.

    Every alliance rating is replaced by a drawn one, many times over: from a model without ruptures that is learnt from
    the caseload for each scale and kind of rater (:func:`learn_prior`). Which cases there are, how many ratings each
    has and in which sessions, stays as it is. What comes out goes through the line that real ratings go through.

    Parameters
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`. Pass the ratings whose falls are counted, such as one scale by one
        rater: scales are drawn independently, so the ranges of several together are too narrow.
    method
        A key of :data:`METHODS`, or a method with settings.
    rule
        The repair rule.
    n_series
        About how many series to simulate, in whole caseloads, at least 100 of them.
    learn_from
        Ratings that hold those of `scores` and more, where the method was taught by more: one therapist's cases are
        judged by what all cases teach. ``None`` for `scores` itself.
    seed
        The same seed gives the same numbers.

    Returns
    -------
    ChanceBenchmark
        Simulated once for the same ratings and settings, and kept for as long as Python runs.

    Raises
    ------
    TableError
        The table breaks its contract.
    SettingError
        There is no alliance rating to learn from, or a setting that makes no sense.

    Notes
    -----
    A method that learns from a caseload learns here from the simulated ones together. Real ratings hold ruptures that
    the model leaves out as well as it can; what is left of them makes chance look a little larger than it is.
    """
    groups = list_groups(scores, learn_from=learn_from, owner="chance_benchmark")
    return simulate_chance(groups, method=method, rule=rule, n_series=n_series, seed=seed)


def simulate_chance(
    groups: Sequence[RatedGroup],
    *,
    method: str | Method,
    rule: RepairRule = RepairRule(),
    n_series: int = 10_000,
    seed: int = 1,
) -> ChanceBenchmark:
    """Say what chance alone would give for series of given sessions, drawn from given models.

    Parameters
    ----------
    groups
        The caseload: its series, and what to draw them from.
    method, rule, n_series, seed
        See :func:`chance_benchmark`.

    Returns
    -------
    ChanceBenchmark
        What chance gives.

    Raises
    ------
    SettingError
        A setting that makes no sense.
    UnknownNameError
        No method of that key.

    Examples
    --------
    >>> from supervision_kit.calibration.rated_groups import PlainNoise
    >>> noise = RatedGroup("noise", "total", "client", (tuple(range(1, 17)),), PlainNoise())
    >>> chance = simulate_chance([noise], method=METHODS["adjacent_drop"](sds=1, min_drop=0), n_series=1000)
    >>> bool(chance.row("series with a mark")["value"] > 98)
    True
    """
    check_number("chance_benchmark", "n_series", n_series, whole=True)
    if n_series < 1:
        raise SettingError("chance_benchmark: n_series must be 1 or more.")
    return _simulate(tuple(groups), find_method(method, known=METHODS), rule, int(n_series), seed)


@lru_cache(maxsize=16)
def _simulate(
    groups: tuple[RatedGroup, ...], method: Method, rule: RepairRule, n_series: int, seed: int
) -> ChanceBenchmark:
    n_in_caseload = sum(len(group.sessions) for group in groups)
    n_rows = sum(len(sessions) for group in groups for sessions in group.sessions)
    n_caseloads = max(FEWEST_CASELOADS, -(-n_series // n_in_caseload))
    at_once = max(1, ROWS_AT_ONCE // n_rows)
    rng = np.random.default_rng(seed)
    parts = []
    for first in range(0, n_caseloads, at_once):
        tell_share(first / n_caseloads)
        n = min(at_once, n_caseloads - first)
        drawn = pd.concat([_draw(group, k, n, rng) for k, group in enumerate(groups)], ignore_index=True)
        parts.append(_count(drawn, method, rule, n))
    counts = pd.concat(parts, ignore_index=True)
    return ChanceBenchmark(_summarise(counts), repr(method), rule, n_in_caseload, n_caseloads)


def _draw(group: RatedGroup, k: int, n_caseloads: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the ratings of one group in several caseloads; ``caseload`` says in which."""
    length = np.array([len(sessions) for sessions in group.sessions])
    x = group.model.draw(np.tile(length, n_caseloads), rng=rng)
    is_rated = np.arange(x.shape[1]) < np.tile(length, n_caseloads)[:, None]
    series = np.repeat(np.arange(len(x)), np.tile(length, n_caseloads))
    # all of a series' texts are the same length, so that they stand in order
    names = np.array([f"{k:03}-{i:09}" for i in range(len(x))], dtype=object)
    return pd.DataFrame(
        {
            "case_id": names[series],
            "rater": group.rater,
            "instrument": group.instrument,
            "scale": group.scale,
            "session": np.tile(np.concatenate(group.sessions), n_caseloads),
            "score": x[is_rated],
            "caseload": series // len(length),
        }
    )


def _count(drawn: pd.DataFrame, method: Method, rule: RepairRule, n_caseloads: int) -> pd.DataFrame:
    """Run the line over drawn ratings and count, for each caseload, what there is of everything in ``COUNTED``."""
    marks = mark_sessions(drawn, method=method)
    falls = falls_among(follow_repairs(find_episodes(marks), drawn, rule=rule, marks=marks))
    caseload_of = drawn.drop_duplicates("case_id").set_index("case_id")["caseload"]

    def per_caseload(case_ids: pd.Series) -> npt.NDArray[np.int64]:
        return np.bincount(caseload_of.loc[case_ids].to_numpy(dtype=np.int64), minlength=n_caseloads)

    marked = marks.loc[marks["is_rupture"].fillna(value=False), "case_id"]
    return pd.DataFrame(
        {
            "caseloads": 1,
            "series": per_caseload(drawn["case_id"].drop_duplicates()),
            "sessions": per_caseload(marks.loc[marks["is_rupture"].notna(), "case_id"]),
            "falls": per_caseload(falls["case_id"]),
            "falls told": per_caseload(falls.loc[falls["outcome"] != "undetermined", "case_id"]),
            "series with a mark": per_caseload(marked.drop_duplicates()),
            "sessions marked": per_caseload(marked),
            **{one: per_caseload(falls.loc[falls["outcome"] == one, "case_id"]) for one in OUTCOMES},
        }
    ).assign(**{TOLD: lambda counts: counts["repaired"]})


def _summarise(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the averages over caseloads, how exact they are, and the range over caseloads."""
    rows = []
    for measure, (of, unit) in COUNTED.items():
        hits, trials = counts[measure].to_numpy(), counts[of].to_numpy()
        if of == "caseloads":
            average, each = estimate_mean(hits, trials), hits
        else:
            average = estimate_share(hits, trials).times(100) if trials.any() else NOTHING
            each = 100 * hits[trials > 0] / trials[trials > 0]
        low, high = np.quantile(each, [0.025, 0.975], method="inverted_cdf") if len(each) else (np.nan, np.nan)
        rows.append((measure, unit, average.value, average.low, average.high, low, high))
    return CHANCE.check(pd.DataFrame(rows, columns=list(CHANCE.columns)))
