"""The alliance beside the outcome, case by case: a good alliance without change, change despite a low one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING, median_of
from supervision_kit.headline import take_headline
from supervision_kit.instruments import find_scale
from supervision_kit.ordering import Ordering
from supervision_kit.outcome.reviewing import Columns, Criteria, change_since_first, outcome_scales
from supervision_kit.tables import OUTCOME_RELATIONS, SCORES

# The kit's own choices.
LATEST_RATINGS = 3  # the alliance is the median of so many latest ratings
GOOD_SHARE = 0.75  # of the scale's range, where no line is published: 4 on item means of 1 to 5
LOW_SHARE = 0.5  # 3 on item means of 1 to 5
FEWEST_SESSIONS = 6  # from first to last form: before that, no change is no news

_KEPT = ("case_id", "first", "last", "change", "reliable", "side", "criteria")
_COLUMNS = {"outcome_instrument": "instrument", "outcome_scale": "scale"} | {name: name for name in _KEPT}
_OUTCOMES = {"deteriorated": "worse", "improved": "improved", "unchanged": "no change"}  # first one found stands
EARLY = f"fewer than {FEWEST_SESSIONS} sessions from first to last form: too early to speak of no change"
NO_ALLIANCE = "no alliance rating by the client on a known scale"
NO_OUTCOME = "no change on an outcome measure that can be judged"
WAS_WELL = "in the functional range at the last form"


def relate_outcome(scores: pd.DataFrame, *, criteria: Criteria | None = None) -> pd.DataFrame:
    """Put the alliance of each case beside its outcome.

    The alliance is the median of the last three ratings of the headline series: *good* from the instrument's published
    line on, *low* below it; where no line is published, good from 75 % of the scale's range on, low below 50 %, else
    *in between* (the kit's own choice). The outcome is that of the client's outcome measures, by their totals where
    they have one: *worse* where any got reliably worse, else *improved* where any improved, else *no change*, which is
    only said when first and last form are six sessions apart or more.

    Parameters
    ----------
    scores
        See :data:`supervision_kit.tables.SCORES`, alliance and outcome.
    criteria
        As in :func:`review_outcome`.

    Returns
    -------
    pandas.DataFrame
        See :data:`supervision_kit.tables.OUTCOME_RELATIONS`, one row per case, sorted by it. ``relation`` joins the two
        (*good alliance, no change*); ``<NA>`` where either cannot be judged, and ``note`` says why.

    Raises
    ------
    TableError
        The table breaks its contract.

    Notes
    -----
    One case's alliance and outcome side by side show no cause: a good alliance without change may be a therapy that
    holds, a wrong target, or a form filled in to please.
    """
    checked, ordering = SCORES.check_in_order(scores)
    headline = take_headline(checked, ordering)
    return OUTCOME_RELATIONS.check(pd.DataFrame(relate_series(checked, ordering, headline, criteria=criteria or {})))


def relate_series(scores: pd.DataFrame, ordering: Ordering, headline: pd.DataFrame, *, criteria: Criteria) -> Columns:
    """Relate a table of scores that has been checked, and the headline series of its cases."""
    cases = np.sort(scores["case_id"].iloc[ordering.first_row].unique().astype(object))
    related = (
        {"case_id": cases} | _pick(cases, _alliance(headline)) | _pick(cases, _outcome(scores, ordering, criteria))
    )
    level, reliable = related["alliance"], related["reliable"]
    is_unrated, is_unknown = (np.array([word is None for word in words], dtype=bool) for words in (level, reliable))
    is_same = reliable == "unchanged"
    is_early = is_same & (related["n_sessions"] < FEWEST_SESSIONS)
    cannot_tell = is_unrated | is_unknown | is_early
    related["relation"] = np.full(len(cases), None, dtype=object)
    for row in np.flatnonzero(~cannot_tell):
        related["relation"][row] = f"{level[row]} alliance, {_OUTCOMES[reliable[row]]}"
    related["note"] = np.select(
        [is_unrated, is_unknown, is_early, is_same & (related["side"] == "functional")],
        [NO_ALLIANCE, NO_OUTCOME, EARLY, WAS_WELL],
        default="",
    )
    return related


def _pick(cases: np.ndarray, columns: Columns) -> Columns:
    """Return the columns, which have a row for some of the cases, with one for each."""
    place = {case: row for row, case in enumerate(columns.pop("case_id"))}
    row = np.array([place.get(case, -1) for case in cases], dtype=int)  # −1: the row put behind, without values
    nothing = {name: np.array([np.nan if values.dtype.kind == "f" else None]) for name, values in columns.items()}
    return {name: np.append(values, nothing[name])[row] for name, values in columns.items()}


def _alliance(headline: pd.DataFrame) -> Columns:
    """Return the level of each case's alliance, and what it is called."""
    score = headline["score"].to_numpy()
    rated = np.flatnonzero(~np.isnan(score))
    case, instrument, scale = (
        headline[name].iloc[rated].to_numpy(dtype=object) for name in ("case_id", "instrument", "scale")
    )
    last = np.flatnonzero(np.append(case[1:] != case[:-1], True)[: len(case)])
    first = np.maximum(np.append(0, last[:-1] + 1)[: len(last)], last - LATEST_RATINGS + 1)
    places = last[:, None] - np.arange(LATEST_RATINGS)
    level = median_of(np.where(places >= first[:, None], score[rated][np.maximum(places, 0)], np.nan))[:, 0]
    words = list(map(_name_level, instrument[last], scale[last], level))
    return {
        "case_id": case[last],
        "alliance_instrument": instrument[last],
        "alliance_scale": scale[last],
        "alliance_level": level,
        "alliance": np.array(words, dtype=object),
    }


def _name_level(instrument: str, key: str, level: float) -> str | None:
    scale = find_scale(instrument, key)
    if scale is None:
        return None
    if scale.cutoff and scale.cutoff.marks == "below":
        return "low" if level < scale.cutoff.line - ROUNDING else "good"
    share = (level - scale.lowest) / (scale.highest - scale.lowest)
    if share >= GOOD_SHARE - ROUNDING:
        return "good"
    return "low" if share < LOW_SHARE - ROUNDING else "in between"


def _outcome(scores: pd.DataFrame, ordering: Ordering, criteria: Criteria) -> Columns:
    """Return, for each case with an outcome measure, the change on the scale that speaks for it."""
    totals = {instrument for instrument, scale in outcome_scales() if scale == "total"}

    def speaks(rater: str, instrument: str, scale: str) -> bool:
        return rater == "client" and (scale == "total" or instrument not in totals)

    changes = change_since_first(scores, ordering, criteria=criteria, chosen=speaks)
    rank = {word: place for place, word in enumerate(_OUTCOMES)}
    place = np.array([rank.get(word, len(rank)) for word in changes["reliable"]], dtype=int)
    order = np.lexsort((-changes["n_scores"], place))
    first = dict(zip(changes["case_id"][order[::-1]], order[::-1], strict=True))
    row = np.array(list(first.values()), dtype=int)
    n_sessions = changes["last_session"] - changes["first_session"]
    return {name: changes[old][row] for name, old in _COLUMNS.items()} | {"n_sessions": n_sessions[row]}
