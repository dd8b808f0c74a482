"""The cases as the line leaves them: their headline ratings, and where their falls stand by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from supervision_kit.caseload.handovers import fell_at_handover
from supervision_kit.detection.measuring import ROUNDING, Flags
from supervision_kit.episodes import END_SHARE, falls_among
from supervision_kit.errors import TableError
from supervision_kit.headline import find_therapist_headline, rates_as, take_headline
from supervision_kit.ordering import Ordering, Positions, count_cells
from supervision_kit.rebasing import next_starts
from supervision_kit.recognition import compare_with_therapists
from supervision_kit.repair.line import RatingLine
from supervision_kit.tables import MARKS, REPAIRS, SCORES, SERIES_KEY
from supervision_kit.text_columns import texts_at

NO_FALL = "no fall marked"
_WORST_FIRST = ("unrepaired", "partly repaired", "undetermined", "repaired")
_DESCRIBED = ("therapist_id", "last_session", "n_sessions", "last_score", "last_rated")
FEWEST_SCORES = 3  # without marks to say so, fewer cannot be judged; the kit's own choice


@dataclass(frozen=True)
class Look:
    """What reasons and rows are made of, all from tables that were checked.

    `cases` has a row per case, by its code: therapist, sessions, latest score, class, open falls, and ``last_rated``,
    the latest session with an alliance rating by the client, 0 where there is none. `falls` are those of the headline
    series, with where each stands at the latest rating; `therapist_falls` likewise those of the therapist's ratings,
    of cases that no client rated.
    """

    scores: pd.DataFrame
    ordering: Ordering
    headline: pd.DataFrame
    cases: pd.DataFrame
    falls: pd.DataFrame
    therapist_falls: pd.DataFrame


def look_through(
    scores: pd.DataFrame,
    repairs: pd.DataFrame,
    marks: pd.DataFrame | None,
    rebases: pd.DataFrame | None,
    annotations: pd.DataFrame | None = None,
) -> Look:
    """Look through the tables of one run of the line.

    Raises
    ------
    TableError
        A table breaks its contract, or holds the judgements of several methods.
    """
    (checked, ordering), followed = SCORES.check_in_order(scores), REPAIRS.check(repairs)
    judged = None if marks is None else MARKS.check_in_order(marks)
    for name, table in (("repairs", followed), ("marks", judged[0] if judged else None)):
        _require_one_method(name, table)

    headline = take_headline(checked, ordering)
    own, fallen = _OwnSeries.of(headline), falls_among(followed)
    falls = place_falls(own.among(fallen), headline, rebases, own=own)
    falls["handover"] = fell_at_handover(falls, checked, headline, annotations=annotations)
    unrecognised = compare_with_therapists(falls, checked, ordering, marks=judged and judged[0], rebases=rebases)
    falls["is_unrecognised"] = unrecognised.fillna(value=False)
    judged_cases = _judgeable_cases(headline) if judged is None else _judged_cases(*judged, own)
    cases = _describe(checked, ordering, headline)
    cases["outcome_class"] = _classify(cases["case_id"], falls, judged_cases)
    is_down = Counter(falls.loc[falls["is_down"], "case_id"].to_list())
    cases["open_ruptures"] = [is_down[case] for case in cases["case_id"]]
    described = pd.DataFrame(cases).set_index("case_id").sort_index()
    unrated = described.index[described["last_rated"].eq(0)]
    by_therapists = _therapist_falls(checked, unrated, fallen, rebases) if len(unrated) else falls.head(0)
    return Look(checked, ordering, headline, described, falls, by_therapists)


def _therapist_falls(
    scores: pd.DataFrame, unrated: pd.Index, falls: pd.DataFrame, rebases: pd.DataFrame | None
) -> pd.DataFrame:
    """Place the falls of the therapist's ratings in those cases that no client rated."""
    ratings = find_therapist_headline(scores[scores["case_id"].isin(unrated)].reset_index(drop=True))
    own = _OwnSeries.of(ratings)
    return place_falls(own.among(falls), ratings, rebases, own=own).assign(is_unrecognised=False)


def _require_one_method(name: str, table: pd.DataFrame | None) -> None:
    methods = [] if table is None else sorted(table["method"].unique())
    if len(methods) > 1:
        raise TableError(f"caseload: {name} hold several methods ({', '.join(methods)}); pass one method's.")


class _OwnSeries(NamedTuple):
    """The headline series, one after the other as in their table, and the number of each by its key."""

    ordering: Ordering
    number: Mapping[tuple[str, ...], int]

    @classmethod
    def of(cls, headline: pd.DataFrame) -> _OwnSeries:
        """Find the series of a headline table, in which the rows of a case stand together."""
        case = headline["case_id"].to_numpy(dtype=object)
        starts = np.flatnonzero(np.append(True, case[1:] != case[:-1])[: len(case)])
        ordering = Ordering(np.diff(np.append(starts, len(case))), None, {})
        keys = zip(*(texts_at(headline[name], starts) for name in SERIES_KEY), strict=True)
        return cls(ordering, {key: number for number, key in enumerate(keys)})

    def among(self, falls: pd.DataFrame) -> pd.DataFrame:
        """Return the falls of these series."""
        return falls[np.array([key in self.number for key in _keys(falls)], dtype=bool)].reset_index(drop=True)

    def lay_out(self, headline: pd.DataFrame, falls: pd.DataFrame) -> RatingLine:
        """Lay the ratings of the headline table end to end, to follow falls of its series."""
        series = np.array([self.number[key] for key in _keys(falls)], dtype=np.int64)
        return RatingLine.along(headline, self.ordering, series=series)


def _keys(table: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    return zip(*(table[name].to_list() for name in SERIES_KEY), strict=True)


def place_falls(
    falls: pd.DataFrame, headline: pd.DataFrame, rebases: pd.DataFrame | None, *, own: _OwnSeries | None = None
) -> pd.DataFrame:
    """Add where each fall of these series stands by now: the latest rating, and whether it is down then.

    Where its case has started anew since (``starts_anew``), it stands where it stood at the last rating before that:
    ``was_down`` says how, and ``is_down`` is false, for by now it is measured by nothing.
    ``n_rated_since`` counts the ratings after its onset.
    """
    falls = falls.reset_index(drop=True)
    half_way = (falls["pre_level"] - END_SHARE * falls["depth"]).to_numpy()
    line = own.lay_out(headline, falls) if own else RatingLine.lay_out(headline, episodes=falls)
    if rebases is not None:
        line = line.between_starts(falls, rebases)
    placed = falls.assign(
        starts_anew=next_starts(falls, rebases),
        last_rated=line.session[line.stop - 1],
        n_rated_since=line.stop - line.place_after(falls["onset"]),
        last_score=line.score[line.stop - 1],
        half_way=half_way,
    )
    never_back = ~(line.highest(line.place_after(falls["nadir"]), line.stop) >= half_way - ROUNDING)
    was_down = (line.score[line.stop - 1] < half_way - ROUNDING) & (_is_latest(placed) | never_back)
    return placed.assign(was_down=was_down, is_down=was_down & placed["starts_anew"].isna().to_numpy())


def _is_latest(falls: pd.DataFrame) -> Flags:
    """Tell of each fall whether none of its case came later, up to the next new start."""
    anew = falls["starts_anew"].to_numpy(dtype=np.float64, na_value=np.inf).tolist()
    onsets, stretches = falls["onset"].to_list(), list(zip(falls["case_id"].to_list(), anew, strict=True))
    latest: dict[tuple[str, float], int] = {}
    for stretch, onset in zip(stretches, onsets, strict=True):
        latest[stretch] = max(onset, latest.get(stretch, onset))
    return np.array([latest[one] == onset for one, onset in zip(stretches, onsets, strict=True)], dtype=bool)


def _describe(scores: pd.DataFrame, ordering: Ordering, headline: pd.DataFrame) -> dict[str, Any]:
    """Return columns with what the ratings of each case are."""
    if not ordering.n_series:
        return {name: [] for name in ("case_id", *_DESCRIBED)}
    kind, names = ordering.kinds(scores, "case_id")
    case, session, n = ordering.of_rows(kind), scores["session"].to_numpy(), len(names)
    is_rated = ordering.of_rows(rates_as("client", scores, ordering)) & scores["score"].notna().to_numpy()
    numbers, place = np.unique(session[is_rated], return_inverse=True)
    rated = np.unique(case[is_rated] * len(numbers) + place)
    named = np.flatnonzero(scores["therapist_id"].notna())
    named = named[np.lexsort((session[named], case[named]))]
    latest = named[np.append(np.diff(case[named]) > 0, True)[: len(named)]]
    therapist = dict(zip(case[latest].tolist(), texts_at(scores["therapist_id"], latest), strict=True))
    score = headline["score"].to_numpy()
    scored = np.flatnonzero(~np.isnan(score))
    last_score = dict(zip(texts_at(headline["case_id"], scored), score[scored].tolist(), strict=True))
    return {
        "case_id": [name for (name,) in names],
        "therapist_id": [therapist.get(one) for one in range(n)],
        "last_session": _highest(session, case, n),
        "n_sessions": np.bincount(rated // max(len(numbers), 1), minlength=n).tolist(),
        "last_score": [last_score.get(name, np.nan) for (name,) in names],
        "last_rated": _highest(session[is_rated], case[is_rated], n),
    }


def _highest(values: Positions, of_case: Positions, n_cases: int) -> list[int]:
    """Return the highest of each case's values, 0 where it has none."""
    highest = np.zeros(n_cases, dtype=np.int64)
    np.maximum.at(highest, of_case, values)
    found: list[int] = highest.tolist()
    return found


def _judged_cases(marks: pd.DataFrame, ordering: Ordering, own: _OwnSeries) -> set[str]:
    """Return the cases of which a rating in one of their headline series could be judged."""
    if marks.empty:
        return set()
    is_judged = count_cells(marks["is_rupture"].notna(), ordering) > 0
    texts = (texts_at(marks[name], ordering.first_row[is_judged]) for name in SERIES_KEY)
    return {key[0] for key in zip(*texts, strict=True) if key in own.number}


def _judgeable_cases(headline: pd.DataFrame) -> set[str]:
    """Return the cases with scores enough to judge by, which are not all the same."""
    by_case = headline.groupby("case_id")["score"]
    is_judgeable = (by_case.count() >= FEWEST_SCORES) & (by_case.max() - by_case.min() > ROUNDING)
    return set(is_judgeable.index[is_judgeable])


def _classify(cases: Iterable[str], falls: pd.DataFrame, judged: set[str]) -> list[str | None]:
    worst: dict[str, str] = {}
    for case, outcome in zip(falls["case_id"].to_list(), falls["outcome"].to_list(), strict=True):
        worst[case] = min(worst.get(case, outcome), outcome, key=_WORST_FIRST.index)
    return [worst.get(case, NO_FALL if case in judged else None) for case in cases]
