"""What the holder of the originals finds out: see :mod:`supervision_kit.disclosure.linkage`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from supervision_kit.disclosure.classes import count_sessions, find_forms, number_kinds, number_sessions
from supervision_kit.disclosure.layout import Layout, Numbers
from supervision_kit.disclosure.linkage import Linkage, choose_cases, lay_out_all
from supervision_kit.disclosure.since import exact_weeks
from supervision_kit.disclosure.steps import Scores, count_steps, round_scores, snap_scores
from supervision_kit.instruments import find_instrument

_NO_FORM, _NO_SCORE = -1e9, -2e9  # in the place of a score
_SAME = 1e-5  # scores are published with six decimals


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
    new, old = lay_out_all(_with_days(published)), lay_out_all(originals)
    tried = choose_cases(new.cases)
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


def _prepare(held: Scores, series: tuple[str, str, str], rounding: float | None, jitter: float | None) -> float:
    """Treat the originals as the publication was treated, as far as that is known; return how far off they may be."""
    scale = find_instrument(series[1]).scales[series[2]]
    is_score = held > _NO_FORM
    if jitter is not None:
        held[is_score] = snap_scores(held[is_score], scale)
        width = 0 if rounding is None else count_steps(scale, rounding) * scale.step / 2
        return count_steps(scale, jitter) * scale.step + width + _SAME
    if rounding is not None:
        held[is_score] = round_scores(held[is_score], scale, rounding)
    return _SAME


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
