"""Falls in the client's ratings that the therapist's do not show: ruptures that may have gone unrecognised."""

from __future__ import annotations

import numpy as np
import pandas as pd

from supervision_kit.agreement.raters import THERAPIST_FORMS
from supervision_kit.detection.measuring import ROUNDING, median_of
from supervision_kit.episodes import smallest_falls
from supervision_kit.ordering import Ordering, count_cells
from supervision_kit.repair.line import RatingLine
from supervision_kit.tables import EPISODES, MARKS, SCORES
from supervision_kit.text_columns import texts_at

# The kit's own choices.
LEVEL_RATINGS = 3  # ratings that the therapist's level before is the median of, as the client's is
AHEAD = 1  # a session ahead of the client's onset counts with the fall: therapists may notice first

Form = tuple[str, str, str]
_FORM = ("case_id", "instrument", "scale")


def find_unrecognised(
    falls: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    marks: pd.DataFrame | None = None,
    rebases: pd.DataFrame | None = None,
) -> pd.Series:
    """Tell for each fall of a client's rating whether the therapist's rating shows nothing of it.

    The therapist's series is the one of the same scale on the same form; WAI-S and WAI-ST are one form for two. The
    fall counts from one session ahead of its onset to its nadir; the therapist's level before is the median of the last
    three ratings ahead of that.

    Parameters
    ----------
    falls
        Episodes, followed or not; see :data:`supervision_kit.tables.EPISODES`.
    scores
        All scores; see :data:`supervision_kit.tables.SCORES`.
    marks
        The marks of one method, of all raters. With them, a therapist's rating that is marked around the fall shows it,
        whatever its depth.
    rebases
        Where cases start anew, see :data:`supervision_kit.tables.REBASES`: what a therapist rated on the other side of
        a new start plays no part.

    Returns
    -------
    pandas.Series
        Booleans in the order of `falls` and with their index: true where the therapist's ratings neither fell by the
        scale's smallest fall nor are marked; ``<NA>`` where they cannot tell (it is not the client's fall, no rating of
        the therapist before the fall, or none from the onset to the nadir).

    Raises
    ------
    TableError
        A table breaks its contract.

    References
    ----------
    That ruptures which therapists recognise go with better next sessions: Chen et al. (2018), Psychotherapy Research,
    https://doi.org/10.1080/10503307.2016.1227104. How to see it in two series of ratings is the kit's own rule.

    Examples
    --------
    >>> from supervision_kit import find_episodes, mark_sessions
    >>> scores = pd.DataFrame({"case_id": "C1", "rater": ["client"] * 5 + ["therapist"] * 5, "instrument": "wai_sr",
    ...                        "scale": "total", "session": [1, 2, 3, 4, 5] * 2,
    ...                        "score": [4.2, 4.3, 4.2, 3.1, 3.2, 4.0, 4.0, 4.1, 4.0, 4.0]})
    >>> falls = find_episodes(mark_sessions(scores, method="adjacent_drop").query("rater == 'client'"))
    >>> find_unrecognised(falls, scores).to_list()
    [True]
    """
    judged = None if marks is None else MARKS.check(marks)
    told = compare_with_therapists(EPISODES.check(falls), *SCORES.check_in_order(scores), marks=judged, rebases=rebases)
    return told.set_axis(falls.index)


def compare_with_therapists(
    falls: pd.DataFrame,
    scores: pd.DataFrame,
    ordering: Ordering,
    *,
    marks: pd.DataFrame | None,
    rebases: pd.DataFrame | None = None,
) -> pd.Series:
    """Do what :func:`find_unrecognised` does, with tables that are checked already."""
    is_unrecognised = pd.Series(pd.NA, index=falls.index, dtype="boolean")
    own = _therapists_series(scores, ordering)
    forms = zip(*(falls[name].to_list() for name in ("rater", *_FORM)), strict=True)
    series = np.array([own.get(tuple(form), -1) if rater == "client" else -1 for rater, *form in forms], dtype=np.int64)
    row = np.flatnonzero(series >= 0)
    if not len(row):
        return is_unrecognised
    series, seen = series[row], falls.iloc[row]
    line = RatingLine.along(scores, ordering, series=series)
    if rebases is not None:
        line = line.between_starts(seen, rebases)
    onset, nadir = seen["onset"].to_numpy(), seen["nadir"].to_numpy()
    since, from_onset, until = (line.place_after(session) for session in (onset - AHEAD - 1, onset - 1, nadir))
    places = since[:, None] - np.arange(1, LEVEL_RATINGS + 1)
    before = median_of(np.where(places >= line.first[:, None], line.score[places], np.nan))[:, 0]
    can_tell = ~np.isnan(before) & (from_onset < until)
    shows = before - line.lowest(since, until) >= smallest_falls(seen) - ROUNDING
    if marks is not None:
        marked = _marked_by_therapists(marks)
        own_forms = zip(*(texts_at(scores[name], ordering.first_row[series]) for name in _FORM), strict=True)
        around = zip(own_forms, onset - AHEAD, nadir, strict=True)
        shows |= [any(first <= one <= last for one in marked.get(form, ())) for form, first, last in around]
    is_unrecognised.iloc[row[can_tell]] = ~shows[can_tell]
    return is_unrecognised


def _therapists_series(scores: pd.DataFrame, ordering: Ordering) -> dict[Form, int]:
    """Return the number of the therapist's series, where it holds a score, by the client's form it belongs to."""
    if not ordering.n_series:
        return {}
    kind, raters = ordering.kinds(scores, "rater")
    is_therapist = np.array([rater == "therapist" for (rater,) in raters])[kind]
    number = np.flatnonzero(is_therapist & (count_cells(scores["score"].notna(), ordering) > 0))
    texts = (texts_at(scores[name], ordering.first_row[number]) for name in _FORM)
    own: dict[Form, int] = {}
    for one, case, instrument, scale in zip(number.tolist(), *texts, strict=True):
        own.setdefault((case, THERAPIST_FORMS.get(instrument, instrument), scale), one)
    return own


def _marked_by_therapists(marks: pd.DataFrame) -> dict[Form, list[int]]:
    """Return the marked sessions of each therapist's series."""
    marked = np.flatnonzero(marks["is_rupture"].to_numpy(dtype=bool, na_value=False))
    texts = (texts_at(marks[name], marked) for name in ("rater", *_FORM))
    session_of = marks["session"].to_numpy()[marked].tolist()
    found: dict[Form, list[int]] = {}
    for rater, case, instrument, scale, session in zip(*texts, session_of, strict=True):
        if rater == "therapist":
            found.setdefault((case, instrument, scale), []).append(session)
    return found
