"""The ratings that may be published, laid out as numbers: who, which series, which session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.disclosure.steps import find_rare, snap_scores
from supervision_kit.instruments import find_instrument, find_scale

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NOBODY = -1  # in the place of a therapist: none is known, there were several, or the code is left out


@dataclass(frozen=True)
class Layout:
    """Rows of scores, ordered by case and session.

    Attributes
    ----------
    table
        The rows themselves.
    cases, series, therapists
        What the numbers stand for; a series is rater, instrument and scale.
    case, of_series, session
        Of each row.
    therapist
        Of each case: its one therapist, or :data:`NOBODY`.
    n_several
        How many cases had more than one therapist.
    n_unknown, n_out_of_range, n_rare
        Rows of instruments or scales that the kit does not know, which are left out; scores outside their scale, which
        are taken out; scores that no form without gaps gives, which are moved to the nearest that one does.
    """

    table: pd.DataFrame
    cases: tuple[str, ...]
    series: tuple[tuple[str, str, str], ...]
    therapists: tuple[str, ...]
    case: Numbers
    of_series: Numbers
    session: Numbers
    therapist: Numbers
    n_several: int
    n_unknown: int
    n_out_of_range: int
    n_rare: int

    @property
    def forms(self) -> tuple[tuple[str, str], ...]:
        """The forms, rater and instrument, in order."""
        return tuple(sorted({(rater, instrument) for rater, instrument, _ in self.series}))

    def series_of(self, form: tuple[str, str]) -> Flags:
        """Tell for each series whether it belongs to a form."""
        return np.array([(rater, instrument) == form for rater, instrument, _ in self.series], dtype=bool)


def lay_out(scores: pd.DataFrame, cases: tuple[str, ...]) -> Layout:
    """Lay out the rows of these cases; of instruments and scales that the kit does not know nothing is taken."""
    table = scores[scores["case_id"].isin(cases)]
    series, kinds = _number(table, ["rater", "instrument", "scale"])
    scales = [find_scale(instrument, scale) for _, instrument, scale in kinds]
    known = np.array([scale is not None for scale in scales], dtype=bool)
    is_known = known[series]
    lowest = np.array([scale.lowest if scale else 0 for scale in scales])[series]
    highest = np.array([scale.highest if scale else 0 for scale in scales])[series]
    score = table["score"].to_numpy(dtype=np.float64)
    is_out = is_known & ((score < lowest) | (score > highest))
    score = np.where(is_out, np.nan, score)
    is_rare = np.zeros(len(score), dtype=bool)
    for at in np.flatnonzero(known):
        here, scale = np.flatnonzero(series == at), find_instrument(kinds[at][1]).scales[kinds[at][2]]
        rare = here[find_rare(score[here], scale)]
        score[rare], is_rare[rare] = snap_scores(score[rare], scale), True
    table = table.assign(score=score)[is_known]
    number = np.cumsum(known) - 1
    case, named = pd.factorize(table["case_id"], sort=True)
    order = np.lexsort((series[is_known], table["session"].to_numpy(), case))
    table = table.iloc[order].reset_index(drop=True)
    case = case[order].astype(np.int64)
    therapist, therapists, n_several = _one_therapist(table["therapist_id"], case, len(named))
    return Layout(
        table=table,
        cases=tuple(map(str, named)),
        series=tuple(kind for kind, is_so in zip(kinds, known, strict=True) if is_so),
        therapists=therapists,
        case=case,
        of_series=number[series[is_known][order]],
        session=table["session"].to_numpy(dtype=np.int64),
        therapist=therapist,
        n_several=n_several,
        n_unknown=int((~is_known).sum()),
        n_out_of_range=int(is_out.sum()),
        n_rare=int(is_rare.sum()),
    )


def _number(table: pd.DataFrame, columns: list[str]) -> tuple[Numbers, list[tuple[str, str, str]]]:
    """Return a number for each row by its three texts in these columns, and the texts that belong to each."""
    numbered = [pd.factorize(table[column], sort=True) for column in columns]
    code = np.zeros(len(table), dtype=np.int64)
    for number, names in numbered:
        code = code * max(len(names), 1) + number
    _, first, number_of = np.unique(code, return_index=True, return_inverse=True)
    kinds = [tuple(str(names[number[at]]) for number, names in numbered) for at in first]
    return number_of.astype(np.int64), [(one[0], one[1], one[2]) for one in kinds]


def _one_therapist(named: pd.Series, case: Numbers, n_cases: int) -> tuple[Numbers, tuple[str, ...], int]:
    """Return the therapist of each case that has one only."""
    number, names = pd.factorize(named, sort=True)
    is_named = number >= 0
    lowest = np.full(n_cases, len(names), dtype=np.int64)
    highest = np.full(n_cases, NOBODY, dtype=np.int64)
    np.minimum.at(lowest, case[is_named], number[is_named])
    np.maximum.at(highest, case[is_named], number[is_named])
    is_several = (highest > NOBODY) & (lowest != highest)
    return np.where(is_several, NOBODY, highest), tuple(map(str, names)), int(is_several.sum())
