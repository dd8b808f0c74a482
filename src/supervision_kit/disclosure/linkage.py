"""Two who try to find out who is who, and how many cases they get right on average.

*The holder of the originals* has every rating exactly as it was given, of all cases, published or not, and knows how
the publication was made. They look for the records that a published case can have come from.

*The colleague* has no record. They know of one person that the case is published, on which alliance questionnaire it
was rated, whose case it is, how many sessions it had to within :data:`SESSIONS_UNSURE`, and, to within
:data:`FALL_UNSURE` sessions, when the client's rating fell most from one session to the next; and how the publication
was made, which drawn code is which therapist's among it. They look for the published cases that this fits.

Where several fit, one is taken by lot: of three, it is the right one a third of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.disclosure.classes import count_sessions, find_forms, number_kinds, number_sessions
from supervision_kit.disclosure.layout import Layout, Numbers, lay_out
from supervision_kit.disclosure.masking import count_steps, round_scores, snap_scores
from supervision_kit.disclosure.since import exact_weeks
from supervision_kit.headline import find_headline
from supervision_kit.instruments import find_scale, rates_alliance
from supervision_kit.tables import SCORES

MOST_TRIED = 200  # cases that each of the two tries; more would not make the share surer than a few per cent
SESSIONS_UNSURE = 1
FALL_UNSURE = 2
_NO_FORM, _NO_SCORE = -1e9, -2e9  # in the place of a score
_SAME = 1e-5  # scores are published with six decimals

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Linkage:
    """What one of the two found out.

    Attributes
    ----------
    by_case
        Of each published case that was tried, by its new code: how many fit, 0 where the right one does not.
    """

    by_case: Mapping[str, int]

    @property
    def n_tried(self) -> int:
        """How many cases were tried."""
        return len(self.by_case)

    @property
    def expected(self) -> float:
        """How many of them are right on average."""
        return sum(1 / n for n in self.by_case.values() if n)

    @property
    def share(self) -> float:
        """The share of them that is right on average."""
        return self.expected / self.n_tried if self.n_tried else 0.0

    @property
    def n_alone(self) -> int:
        """How many are found for certain."""
        return sum(n == 1 for n in self.by_case.values())


def link_originals(
    published: pd.DataFrame,
    originals: pd.DataFrame,
    truth: Mapping[str, str],
    *,
    rounding: float | None = None,
    jitter: float | None = None,
) -> Linkage:
    """Say what the holder of the originals finds out; where weeks are published, by these as well.

    Parameters
    ----------
    published, originals
        See :data:`supervision_kit.tables.SCORES`.
    truth
        The case that each published one is.
    rounding, jitter
        How scores were rounded and shifted, as given to :func:`supervision_kit.deidentify`.
    """
    new, old = _lay_out_all(_with_days(published)), _lay_out_all(originals)
    tried = _choose(new.cases)
    kind, kinds = number_kinds(find_forms(new, np.ones(len(new.case), dtype=bool)))
    length = count_sessions(new, number_sessions(new, np.ones(len(new.case), dtype=bool)))
    number_of = {case: at for at, case in enumerate(old.cases)}
    found: dict[str, int] = {}
    for one in np.unique(kind[tried]):
        cases = tried[kind[tried] == one]
        series = [new.series[at] for at in np.flatnonzero(kinds[one])]
        longest = int(length[cases].max())
        theirs = [_matrix(new, series, at, longest) for at in range(len(series))]
        held = [_matrix(old, series, at, longest) for at in range(len(series))]
        slack = [_prepare(held[at], series[at], rounding, jitter) for at in range(len(series))]
        weeks, theirs_in_weeks = (_weeks_matrix(layout, series, longest) for layout in (new, old))
        for case in cases:
            fits = _fit_weeks(weeks[case], theirs_in_weeks)
            for mine, there, by in zip(theirs, held, slack, strict=True):
                until = int(length[case])
                fits = fits[(np.abs(there[fits, :until] - mine[case, :until]) <= by).all(axis=1)]
            code = new.cases[case]
            found[code] = len(fits) if number_of[truth[code]] in fits else 0
    return Linkage(found)


def link_roughly(published: pd.DataFrame, originals: pd.DataFrame, truth: Mapping[str, str]) -> Linkage:
    """Say what the colleague finds out; parameters as of :func:`link_originals`."""
    new, old = _lay_out_all(published), _lay_out_all(originals)
    seen, known = _describe(new, published), _describe(old, originals)
    group = np.unique(np.column_stack([seen.kind, seen.therapist]), axis=0, return_inverse=True)[1].ravel()
    windows = {one: np.unique(seen.n_sessions[group == one]) for one in np.unique(group)}
    number_of = {case: at for at, case in enumerate(old.cases)}
    found: dict[str, int] = {}
    for case in _choose(new.cases):
        code = new.cases[case]
        person = number_of[truth[code]]
        ends = {
            one: {_stop(stops, n) for n in _nearby(int(known.n_sessions[person]))} for one, stops in windows.items()
        }
        may_end = np.concatenate([[(one, end) for end in sorted(there)] for one, there in ends.items()])
        in_window = np.isin(group * _FAR + seen.n_sessions, may_end[:, 0] * _FAR + may_end[:, 1])
        asked = known.questionnaire[person]
        same_form = np.array([asked == "" or asked in each for each in seen.questionnaires], dtype=bool)
        fits = in_window & same_form[seen.kind] & (seen.therapist == seen.therapist[case])
        fall = known.fall[person]
        if fall > 0:
            fell_then = (seen.fall > 0) & (np.abs(seen.fall - fall) <= FALL_UNSURE)
            fits &= (seen.n_sessions < fall) | fell_then
        found[code] = int(fits.sum()) if fits[case] else 0
    return Linkage(found)


_FAR = 10_000_000  # more sessions than any case has


@dataclass(frozen=True)
class _Described:
    """Of each case: its forms, how many sessions, whose; its alliance questionnaire; at which session it fell most."""

    kind: Numbers
    questionnaires: list[set[str]]  # of each kind
    n_sessions: Numbers
    therapist: Numbers
    questionnaire: list[str]
    fall: Numbers  # 0 where there is none


def _describe(layout: Layout, scores: pd.DataFrame) -> _Described:
    every = np.ones(len(layout.case), dtype=bool)
    number = number_sessions(layout, every)
    kind, kinds = number_kinds(find_forms(layout, every))
    alliance = [
        {layout.series[at][1] for at in np.flatnonzero(one) if rates_alliance(layout.series[at][1])} for one in kinds
    ]
    headline = find_headline(scores)
    case = pd.Index(layout.cases).get_indexer(pd.Index(headline["case_id"]))
    questionnaire = np.full(len(layout.cases), "", dtype=object)
    questionnaire[case] = headline["instrument"].to_numpy(dtype=object)
    # the headline's sessions by the numbers that all forms of the case have
    sessions = pd.MultiIndex.from_arrays([layout.case, layout.session])
    first = ~sessions.duplicated()
    counted = number[first][sessions[first].get_indexer(pd.MultiIndex.from_arrays([case, headline["session"]]))]
    fall = np.zeros(len(layout.cases), dtype=np.int64)
    score = headline["score"].to_numpy()
    rated = np.flatnonzero(np.isfinite(score))
    drop = score[rated[:-1]] - score[rated[1:]]
    is_drop = (case[rated[1:]] == case[rated[:-1]]) & (drop > 0)
    after = rated[1:][is_drop]
    by_depth = after[np.lexsort((-counted[after], drop[is_drop]))]
    fall[case[by_depth]] = counted[by_depth]  # the deepest comes last, the first of those equally deep
    return _Described(kind, alliance, count_sessions(layout, number), layout.therapist, questionnaire.tolist(), fall)


def _lay_out_all(scores: pd.DataFrame) -> Layout:
    checked = SCORES.check(scores)
    return lay_out(checked, tuple(checked["case_id"].unique()))


def _choose(cases: tuple[str, ...]) -> Numbers:
    """Return the cases to try: all, or so many of them, which drawn codes put in a random order."""
    return np.arange(min(len(cases), MOST_TRIED))


def _matrix(layout: Layout, series: list[tuple[str, str, str]], at: int, longest: int) -> Scores:
    """Return the scores of one series, cases × sessions counted over those with any of `series`."""
    wanted = np.array([one in series for one in layout.series], dtype=bool)
    keeps = wanted[layout.of_series] if len(layout.series) else np.zeros(0, dtype=bool)
    number = number_sessions(layout, keeps)
    matrix = np.full((len(layout.cases), longest), _NO_FORM)
    if series[at] in layout.series:
        here = (layout.of_series == layout.series.index(series[at])) & (number > 0) & (number <= longest)
        score = layout.table["score"].to_numpy()[here]
        matrix[layout.case[here], number[here] - 1] = np.where(np.isnan(score), _NO_SCORE, score)
    return matrix


def _with_days(published: pd.DataFrame) -> pd.DataFrame:
    """Return published scores with weeks, where there are any, as days from one and the same first day."""
    if "weeks" not in published:
        return published
    weeks = published["weeks"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return published.assign(date=pd.Timestamp(0) + pd.to_timedelta(7 * weeks, unit="D"))


def _weeks_matrix(layout: Layout, series: list[tuple[str, str, str]], longest: int) -> Scores:
    """Return the weeks since the first session, cases × sessions as in :func:`_matrix`; NaN where not known."""
    wanted = np.array([one in series for one in layout.series], dtype=bool)
    number = number_sessions(layout, wanted[layout.of_series])
    weeks = exact_weeks(layout, number)
    matrix = np.full((len(layout.cases), longest), np.nan)
    here = (number > 0) & (number <= longest)
    matrix[layout.case[here], number[here] - 1] = weeks[here]
    return matrix


def _fit_weeks(weeks: Scores, held: Scores) -> Numbers:
    """Return which of the originals can have lasted so: to half of that by which the weeks were rounded."""
    told = np.flatnonzero(np.isfinite(weeks) & (weeks > 0))
    by = np.gcd.reduce(weeks[told].astype(np.int64)) if len(told) else 0
    off = np.abs(held[:, told] - weeks[told])
    return np.flatnonzero((off <= by / 2 + _SAME).all(axis=1))


def _prepare(held: Scores, series: tuple[str, str, str], rounding: float | None, jitter: float | None) -> float:
    """Treat the originals as the publication was treated, as far as that is known; return how far off they may be."""
    scale = find_scale(series[1], series[2])
    assert scale is not None  # noqa: S101 - others are not laid out
    is_score = held > _NO_FORM
    if jitter is not None:
        held[is_score] = snap_scores(held[is_score], scale)
        width = 0 if rounding is None else count_steps(scale, rounding) * scale.step / 2
        return count_steps(scale, jitter) * scale.step + width + _SAME
    if rounding is not None:
        held[is_score] = round_scores(held[is_score], scale, rounding)
    return _SAME


def _nearby(n_sessions: int) -> range:
    return range(max(n_sessions - SESSIONS_UNSURE, 1), n_sessions + SESSIONS_UNSURE + 1)


def _stop(stops: Numbers, n_sessions: int) -> int:
    """Return after which session a case of this length stops in a group, the shortest where none is short enough."""
    at = int(np.searchsorted(stops, n_sessions, side="right")) - 1
    return int(stops[max(at, 0)])
