"""Why a case may need a word: the reasons, their weights, and their sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.detection.method import ROUNDING, UNKNOWN_SCALE_MIN_DROP
from supervision_kit.instruments import INSTRUMENTS, find_scale

# The kit's own choices.
FLAT_FORMS = 4  # identical ratings in a row, at the top of the scale, that are worth a word
MISSING_SESSIONS = 2  # sessions in a row without the client's form that are worth a word


@dataclass(frozen=True)
class Reason:
    """Why a case may need a word, and how much that weighs in the order of the caseload."""

    weight: float
    meaning: str


# The weights are the kit's own choice and no estimate of risk: they only make an order that can be explained.
REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "open": Reason(5, "the client's rating fell and is still down at the latest rating"),
        "unnoticed": Reason(2, "the client's rating fell and the therapist's did not"),
        "unrepaired": Reason(3, "a fall was not made good in time"),
        "partly": Reason(2, "a fall was made good in part"),
        "early": Reason(2, "a fall that is too recent, or too little rated since, to say how it ended"),
        "below_line": Reason(2, "the latest total is below the instrument's published line"),
        "missing": Reason(2, "the client's alliance forms have stopped while other forms came in"),
        "top": Reason(1.5, "nothing but top marks: the ratings cannot tell how it is going"),
        "repaired": Reason(0.1, "a fall was made good: worth learning from"),
    }
)
NEEDS_A_WORD = 1.0  # the priority from which a case needs a word: any reason but repaired falls reaches it


def smallest_fall(instrument: str, key: str) -> float:
    """Return the fall, in scale points, below which nothing is called one on this scale."""
    scale = find_scale(instrument, key)
    return scale.min_drop if scale else UNKNOWN_SCALE_MIN_DROP


def falls_among(episodes: pd.DataFrame) -> pd.DataFrame:
    """Return the episodes that fell by at least the scale's smallest fall below the level before them."""
    floors = [smallest_fall(*key) for key in zip(episodes["instrument"], episodes["scale"], strict=True)]
    return episodes[episodes["depth"] >= pd.Series(floors, index=episodes.index, dtype=float) - ROUNDING].copy()


def episode_reasons(
    episodes: pd.DataFrame, scores: pd.DataFrame, last_rated: pd.Series
) -> Iterator[tuple[str, str, str]]:
    """Give (case_id, reason, sentence) for each fall of the headline series.

    `episodes` are followed episodes with the column ``is_open``; `last_rated` is each case's latest rated session.
    """
    for episode in episodes.to_dict("records"):
        case, outcome = episode["case_id"], episode["outcome"]
        subject, fall = _subject(episode["instrument"], episode["scale"]), _fall(episode)
        since = int(last_rated[case]) - episode["onset"]
        if episode["is_open"] and since == 0:
            yield case, "open", f"{subject} fell {_points(episode)} at the latest rating, session {episode['onset']}."
        elif episode["is_open"]:
            yield case, "open", f"{subject} {fall} and has not come back after {_count(since, 'session')}."
        elif outcome == "partly repaired":
            yield case, "partly", f"{subject} {fall} and came back in part."
        elif outcome == "unrepaired":
            yield case, "unrepaired", f"{subject} {fall} and stayed down until session {episode['end']}."
        elif outcome == "repaired":
            soon = _count(episode["sessions_to_repair"], "session")
            yield case, "repaired", f"{subject} {fall} and came back after {soon}."
        else:
            yield case, "early", f"{subject} {fall}; there are too few ratings since to say whether it came back."
        if outcome != "repaired" and _therapist_did_not_fall(episode, scores):
            yield case, "unnoticed", f"The therapist's rating did not fall at session {episode['onset']}."


def rating_reasons(headline: pd.DataFrame, last_session: pd.Series) -> Iterator[tuple[str, str, str]]:
    """Give (case_id, reason, sentence) for what the headline ratings show by themselves.

    `last_session` is each case's latest session with any form.
    """
    for (case, instrument, key), ratings in headline.groupby(["case_id", "instrument", "scale"]):
        rated = ratings.dropna(subset="score")
        if rated.empty:
            continue
        case_id, scale, latest = str(case), find_scale(str(instrument), str(key)), rated["score"].iloc[-1]
        silent = int(last_session.loc[case_id]) - int(rated["session"].iloc[-1])
        if silent >= MISSING_SESSIONS:
            yield case_id, "missing", f"No alliance rating from the client in the last {_count(silent, 'session')}."
        if scale is None:
            continue
        n_top = _n_last(rated["score"].to_numpy() >= scale.highest - ROUNDING)
        if n_top >= FLAT_FORMS:
            sentence = f"{n_top} forms in a row at the top of the scale: they cannot tell how it is going."
            yield case_id, "top", sentence
        if scale.cutoff and scale.cutoff.marks == "below" and latest < scale.cutoff.line - ROUNDING:
            name = f"{INSTRUMENTS[str(instrument)].short_title} {scale.title}"
            yield case_id, "below_line", f"The latest {name} is {latest:.1f}, below the line of {scale.cutoff.line:g}."


def _n_last(is_so: np.ndarray) -> int:
    """Return how many of the last values in a row are true."""
    breaks = np.flatnonzero(~is_so)
    return len(is_so) - (int(breaks[-1]) + 1 if len(breaks) else 0)


def _therapist_did_not_fall(episode: Mapping[Any, Any], scores: pd.DataFrame) -> bool:
    """Tell whether the therapist rated the onset, and no lower than before by what counts as a fall on this scale."""
    is_own = scores["rater"].eq("therapist") & scores["score"].notna()
    for column in ("case_id", "instrument", "scale"):
        is_own &= scores[column] == episode[column]
    own = scores[is_own].sort_values("session")
    at_onset = own.loc[own["session"] == episode["onset"], "score"]
    before = own.loc[own["session"] < episode["onset"], "score"]
    if at_onset.empty or before.empty:
        return False
    floor = smallest_fall(episode["instrument"], episode["scale"])
    return bool(before.iloc[-1] - at_onset.iloc[0] < floor - ROUNDING)


def _subject(instrument: str, key: str) -> str:
    scale = find_scale(instrument, key)
    return "Client-rated alliance" if scale is None or key == "total" else f"Client-rated {scale.title}"


def _fall(episode: Mapping[Any, Any]) -> str:
    if episode["nadir"] == episode["onset"]:
        return f"fell {_points(episode)} at session {episode['onset']}"
    return f"fell {_points(episode)} from session {episode['onset']} to session {episode['nadir']}"


def _points(episode: Mapping[Any, Any]) -> str:
    return f"{episode['depth']:.1f} points"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
