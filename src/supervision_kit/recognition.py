"""Falls in the client's ratings that the therapist's do not show: ruptures that may have gone unrecognised."""

from __future__ import annotations

import numpy as np
import pandas as pd

from supervision_kit.agreement.raters import THERAPIST_FORMS
from supervision_kit.detection.measuring import ROUNDING, median_of
from supervision_kit.episodes import smallest_fall
from supervision_kit.ordering import Ordering, count_cells
from supervision_kit.repair.line import RatingLine
from supervision_kit.tables import EPISODES, MARKS, SCORES, SERIES_KEY

# The kit's own choices.
LEVEL_RATINGS = 3  # ratings that the therapist's level before is the median of, as the client's is
AHEAD = 1  # a session ahead of the client's onset counts with the fall: therapists may notice first


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
    seen = _as_therapists_rated(falls, scores, ordering)
    if seen.empty:
        return is_unrecognised
    line = RatingLine.lay_out(scores, episodes=seen, ordering=ordering, rebases=rebases)
    since, onset, until = (line.place_after(seen[name]) for name in ("ahead", "before_onset", "nadir"))
    places = since[:, None] - np.arange(1, LEVEL_RATINGS + 1)
    before = median_of(np.where(places >= line.first[:, None], line.score[places], np.nan))[:, 0]
    can_tell = ~np.isnan(before) & (onset < until)
    floor = np.array([smallest_fall(*key) for key in zip(seen["instrument"], seen["scale"], strict=True)])
    shows = before - line.lowest(since, until) >= floor - ROUNDING
    if marks is not None:
        shows |= _is_marked(seen, marks)
    is_unrecognised.iloc[seen["row"].to_numpy()[can_tell]] = ~shows[can_tell]
    return is_unrecognised


def _as_therapists_rated(falls: pd.DataFrame, scores: pd.DataFrame, ordering: Ordering) -> pd.DataFrame:
    """Return the clients' falls that have one with the keys of the therapist's series in place of the client's."""
    is_rated = count_cells(scores["score"].notna(), ordering) > 0 if ordering.n_series else np.zeros(0, dtype=bool)
    series = scores[list(SERIES_KEY)].iloc[ordering.first_row[is_rated]]
    own = series[series["rater"] == "therapist"].copy()
    own["client_form"] = own["instrument"].replace(dict(THERAPIST_FORMS))
    clients = falls.assign(row=np.arange(len(falls)))[falls["rater"] == "client"]
    clients = clients.drop(columns="rater").rename(columns={"instrument": "client_form"})
    found = clients.merge(own, on=["case_id", "scale", "client_form"])
    found = found.drop_duplicates("row", ignore_index=True)
    return found.assign(ahead=found["onset"] - AHEAD - 1, before_onset=found["onset"] - 1)


def _is_marked(seen: pd.DataFrame, marks: pd.DataFrame) -> np.ndarray:
    """Tell for each fall whether a rating of the therapist's series is marked around it."""
    is_own = marks["is_rupture"].fillna(value=False) & marks["rater"].eq("therapist")
    marked = marks.loc[is_own, [*SERIES_KEY, "session"]]
    if marked.empty:
        return np.zeros(len(seen), dtype=bool)
    around = seen[[*SERIES_KEY, "row", "ahead", "nadir"]].merge(marked, on=list(SERIES_KEY))
    around = around[(around["session"] > around["ahead"]) & (around["session"] <= around["nadir"])]
    is_marked: np.ndarray = seen["row"].isin(around["row"]).to_numpy()
    return is_marked
