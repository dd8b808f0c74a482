"""How it went over time: a supervisee's earlier cases beside the later ones, a case counting once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.calibration.intervals import NOTHING, Estimate
from supervision_kit.headline import find_headline
from supervision_kit.instruments import name_scale
from supervision_kit.rebasing import read_rebases
from supervision_kit.supervisees.counting import cases_of, leave_out_handovers
from supervision_kit.supervisees.intervals import compare_means, compare_shares, mean_of, share_of
from supervision_kit.tables import CASELOAD, SCORES, TRENDS
from supervision_kit.words import say, say_number, say_share

# The kit's own choices.
FEWEST_IN_HALF = 5  # cases in each half, below which nothing is said of earlier and later
END_RATINGS = 3  # the change of the alliance is from the median of the first three ratings to that of the last three
CAME_BACK, CHANGE = "falls came back", "alliance change"
PARTS = ("earlier", "later", "difference")
_INTERVAL = {"difference": "value", "low": "low", "high": "high"}


def follow_supervisee(
    scores: pd.DataFrame,
    caseload: pd.DataFrame,
    *,
    therapist_id: str | None,
    reasons: pd.DataFrame | None = None,
    rebases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Hold one therapist's earlier cases beside the later ones.

    Cases are put in the order of their first form's date and parted in the middle; those without a date are left out.
    *Falls came back*: of the cases with a fall whose end is known, the share in which all came back in time; what is
    undetermined is left out. *Alliance change*: the mean, over cases, of the change from the median of the first three
    ratings to that of the last three, on the scale that most of the cases are read by, for cases with six ratings or
    more.

    Parameters
    ----------
    scores, caseload
        See :data:`supervision_kit.tables.SCORES` and :data:`supervision_kit.tables.CASELOAD`.
    therapist_id
        The therapist; ``None`` for the cases without a therapist's code.
    reasons
        See :data:`supervision_kit.tables.CASE_REASONS`. With it, cases that fell at a change of therapist are left out
        of *falls came back*.
    rebases
        Where cases start anew, see :data:`supervision_kit.tables.REBASES`: a case that does so between its first rating
        and its last is left out of *alliance change*.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.TRENDS`. Intervals and the difference are ``<NA>`` with fewer than five cases
        in either half.

    Raises
    ------
    UnknownNameError
        There is no such therapist.
    TableError
        A table breaks its contract.

    Notes
    -----
    A case counts once, however many ratings or falls it has: ratings of one case belong together, and intervals over
    ratings would be too narrow. Earlier and later cases differ in more than the therapist's experience; later ones may
    still be going on.

    References
    ----------
    Interval of a share: Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953; of a difference of shares:
    Newcombe (1998), method 10, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I; of
    a difference of means: Welch (1947), https://doi.org/10.1093/biomet/34.1-2.28
    """
    checked, cases = SCORES.check(scores), CASELOAD.check(caseload)
    own = cases_of(cases, therapist_id)
    begun = checked[checked["case_id"].isin(own["case_id"])].groupby("case_id")["date"].min().dropna()
    in_order = begun.reset_index().sort_values(["date", "case_id"])["case_id"]
    counted = leave_out_handovers(own, reasons).set_index("case_id")["outcome_class"]
    rows = [*_share_rows(counted.reindex(in_order))]
    rows += _change_rows(checked, in_order, read_rebases(rebases))
    return TRENDS.check(pd.DataFrame(rows, columns=list(TRENDS.columns)))


def _share_rows(outcome: pd.Series) -> Iterator[dict[str, Any]]:
    known = outcome[outcome.isin(["repaired", "partly repaired", "unrepaired"])].eq("repaired").to_numpy(dtype=bool)
    earlier, later = _halves(known)
    estimates = [share_of(earlier), share_of(later), compare_shares(earlier, later)]
    yield from _rows(CAME_BACK, estimates, (len(earlier), len(later)))


def _change_rows(
    scores: pd.DataFrame, in_order: pd.Series, starts: Mapping[str, list[int]]
) -> Iterator[dict[str, Any]]:
    headline = find_headline(scores[scores["case_id"].isin(in_order)]).dropna(subset="score")
    reach = headline.groupby("case_id")["session"].agg(["size", "min", "max"])
    is_long = {
        case: n >= 2 * END_RATINGS and not any(first < start <= last for start in starts.get(str(case), ()))
        for case, n, first, last in reach.itertuples(name=None)
    }
    long = headline[headline["case_id"].map(is_long).astype(bool)]
    kinds = long.drop_duplicates("case_id").groupby(["instrument", "scale"]).size()
    if kinds.empty:
        yield from _rows(CHANGE, [NOTHING] * len(PARTS), (0, 0))
        return
    kind: tuple[str, str] = kinds.index[int(kinds.to_numpy().argmax())]
    is_same = (long["instrument"] == kind[0]) & (long["scale"] == kind[1])
    same = long[is_same].groupby("case_id")["score"]
    change = same.apply(lambda score: score.iloc[-END_RATINGS:].median() - score.iloc[:END_RATINGS].median())
    earlier, later = _halves(change.reindex(in_order).dropna().to_numpy(dtype=float))
    estimates = [mean_of(earlier), mean_of(later), compare_means(earlier, later)]
    yield from _rows(CHANGE, estimates, (len(earlier), len(later)), kind=kind)


def _halves(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    middle = len(values) // 2
    return values[:middle], values[middle:]


def _rows(
    measure: str,
    estimates: list[Estimate],
    sizes: tuple[int, int],
    *,
    kind: tuple[str | None, str | None] = (None, None),
) -> Iterator[dict[str, Any]]:
    is_enough = min(sizes) >= FEWEST_IN_HALF
    for part, one, n in zip(PARTS, estimates, (*sizes, sum(sizes)), strict=True):
        shown = one if is_enough else Estimate(np.nan if part == PARTS[-1] else one.value, np.nan, np.nan)
        yield {
            "measure": measure,
            "part": part,
            "instrument": kind[0],
            "scale": kind[1],
            "n_cases": n,
            "value": shown.value,
            "low": shown.low,
            "high": shown.high,
        }


def describe_trend(trend: pd.DataFrame) -> tuple[str, ...]:
    """Say how a supervisee's earlier and later cases went, and how far the difference can be trusted.

    `trend` is :data:`supervision_kit.tables.TRENDS`.
    """
    checked = TRENDS.check(trend)
    said = []
    for measure, tell, tell_too_few in (
        (CAME_BACK, _tell_shares, _too_few_falls),
        (CHANGE, _tell_change, _too_few_long),
    ):
        earlier, later, difference = (
            checked[checked["measure"].eq(measure) & checked["part"].eq(part)].iloc[0].to_dict() for part in PARTS
        )
        if pd.isna(difference["value"]):
            said.append(tell_too_few(difference["n_cases"]))
            continue
        said += [tell(earlier, later, difference), _how_sure(difference)]
    return tuple(said)


def _tell_shares(earlier: Mapping[Any, Any], later: Mapping[Any, Any], difference: Mapping[Any, Any]) -> str:
    return say(
        "The falls came back in {a} of the {n_a} earlier cases and in {b} of the {n_b} later ones: a difference of "
        "{difference} (95 % interval {low} to {high}).",
        a=round(earlier["value"] * earlier["n_cases"]),
        n_a=earlier["n_cases"],
        b=round(later["value"] * later["n_cases"]),
        n_b=later["n_cases"],
        **{name: say_share(difference[key]) for name, key in _INTERVAL.items()},
    )


def _tell_change(earlier: Mapping[Any, Any], later: Mapping[Any, Any], difference: Mapping[Any, Any]) -> str:
    return say(
        "From first to last ratings the {scale} changed by {a} points on average in {n_a} earlier cases and by {b} in "
        "{n_b} later ones: a difference of {difference} (95 % interval {low} to {high}).",
        scale=name_scale(earlier["instrument"], earlier["scale"]),
        a=say_number(earlier["value"], digits=1),
        n_a=earlier["n_cases"],
        b=say_number(later["value"], digits=1),
        n_b=later["n_cases"],
        **{name: say_number(difference[key], digits=1) for name, key in _INTERVAL.items()},
    )


def _how_sure(difference: Mapping[Any, Any]) -> str:
    if pd.isna(difference["low"]):
        return say("All of them changed alike, so the numbers do not say how sure that is.")
    if difference["low"] <= 0 <= difference["high"]:
        return say("No difference at all would fit these numbers as well.")
    return say("Chance alone would seldom give that much; what else changed with the years, the numbers do not say.")


def _too_few_falls(n: int) -> str:
    return say(
        "Whether falls come back more often in later cases cannot be said yet: it takes {fewest} earlier and {fewest} "
        "later cases with a fall whose end is known. So far: {n}.",
        fewest=FEWEST_IN_HALF,
        n=n,
    )


def _too_few_long(n: int) -> str:
    return say(
        "Whether the alliance grows more in later cases cannot be said yet: it takes {fewest} earlier and {fewest} "
        "later cases with {ratings} ratings or more on one scale. So far: {n}.",
        fewest=FEWEST_IN_HALF,
        ratings=2 * END_RATINGS,
        n=n,
    )
