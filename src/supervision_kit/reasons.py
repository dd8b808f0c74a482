"""Why a case may need a word: the reasons, their weights, and their sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.instruments import INSTRUMENTS, find_scale
from supervision_kit.outcome.relating import WAS_WELL

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
        "open": Reason(5, "the client's rating fell and is down at the latest rating"),
        "unrecognised": Reason(2, "such a fall, and the therapist's rating hardly changed"),
        "partly": Reason(2, "a fall that came back in part"),
        "early": Reason(2, "a fall that is too recent to say how it ended"),
        "below_line": Reason(2, "the latest total is below the instrument's published line"),
        "worse": Reason(3, "an outcome measure got reliably worse"),
        "no_change": Reason(1.5, "the alliance is rated well, and the outcome measures have not changed reliably"),
        "missing": Reason(2, "there is no alliance form from the client, or no longer, while other forms come in"),
        "top": Reason(1.5, "the last four forms or more are at the top of the scale: they cannot tell how it is going"),
        "late": Reason(0.2, "a fall that came back later than the rule allows, or unseen"),
        "repaired": Reason(0.1, "a fall that came back in time: worth learning from"),
        "change_despite": Reason(0.1, "reliably better, although the alliance is rated low: worth learning from"),
    }
)
NEEDS_A_WORD = 1.0  # the priority from which a case needs a word: every reason but the last three reaches it


def episode_reasons(falls: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Give (case_id, reason, sentence) for each fall of the headline series.

    `falls` are followed episodes with the columns ``last_rated, is_down, is_unrecognised`` that
    :func:`review_caseload` adds.
    """
    for fall in falls.to_dict("records"):
        case, outcome = fall["case_id"], fall["outcome"]
        key, end = _how_it_went(fall)
        yield case, key, f"{_subject(fall['instrument'], fall['scale'])} {_fall(fall)}{end}."
        if fall["is_unrecognised"] and outcome != "repaired" and key in ("open", "partly", "early"):
            yield case, "unrecognised", f"The therapist's rating hardly changed around session {fall['onset']}."


def _how_it_went(fall: Mapping[Any, Any]) -> tuple[str, str]:
    """Return the reason and the end of the sentence for one fall."""
    outcome = fall["outcome"]
    if fall["is_down"]:
        return "open", _still_down(fall)
    if outcome == "repaired":
        return "repaired", f" and came back after {counted(fall['sessions_to_repair'], 'session')}"
    if pd.isna(fall["back_session"]):
        too_few = "; there are too few ratings since to say whether it came back"
        return ("early", too_few) if outcome == "undetermined" else ("partly", " and came back in part")
    if outcome == "undetermined":
        return "late", f" and was back at session {fall['back_session']:.0f}; whether in time was not rated"
    return "late", f" and was back only at session {fall['back_session']:.0f}"


def _still_down(fall: Mapping[Any, Any]) -> str:
    since = fall["last_rated"] - fall["onset"]
    if since == 0:
        return ", the latest rating"
    if fall["outcome"] == "repaired":
        soon = counted(fall["sessions_to_repair"], "session")
        return f", came back after {soon}, and is down again at the latest rating"
    if fall["outcome"] == "partly repaired":
        return ", came back in part, and is down again at the latest rating"
    return f" and has not come back after {counted(since, 'session')}"


def rating_reasons(
    headline: pd.DataFrame, last_session: pd.Series, last_rated: pd.Series
) -> Iterator[tuple[str, str, str]]:
    """Give (case_id, reason, sentence) for what the ratings show by themselves.

    `last_session` is each case's latest session with any form, `last_rated` the latest with an alliance rating by the
    client, missing where there is none.
    """
    rated_to = last_rated.to_dict()
    for case, last in last_session.to_dict().items():
        if case not in rated_to:
            yield str(case), "missing", "There is no alliance rating from the client so far."
        elif (silent := int(last) - int(rated_to[case])) >= MISSING_SESSIONS:
            yield str(case), "missing", f"No alliance rating from the client in the last {counted(silent, 'session')}."
    for case, instrument, key, ratings in _ratings_by_case(headline):
        scale, latest = find_scale(instrument, key), ratings[-1]
        if scale is None:
            continue
        n_top = _n_last(np.abs(ratings - scale.highest) <= ROUNDING)
        if n_top >= FLAT_FORMS:
            sentence = f"{n_top} forms in a row at the top of the scale: they cannot tell how it is going."
            yield case, "top", sentence
        if scale.cutoff and scale.cutoff.marks == "below" and latest < scale.cutoff.line - ROUNDING:
            name = f"{INSTRUMENTS[instrument].short_title} {scale.title}"
            line, sure = f"{scale.cutoff.line:g}", scale.cutoff.provenance
            after = f" ({sure.short})" if sure.sureness == "unconfirmed" else ""
            yield case, "below_line", f"The latest {name} is {round(latest, 2):g}, below the line of {line}{after}."


def _ratings_by_case(headline: pd.DataFrame) -> Iterator[tuple[str, str, str, np.ndarray]]:
    """Give (case_id, instrument, scale, scores) for each case, whose rows stand together."""
    rated = headline[headline["score"].notna()]
    case, instrument, key = (rated[name].to_numpy(dtype=object) for name in ("case_id", "instrument", "scale"))
    starts = np.flatnonzero(np.append(True, case[1:] != case[:-1])[: len(case)])
    ratings = np.split(rated["score"].to_numpy(), starts[1:]) if len(starts) else []
    yield from zip(case[starts], instrument[starts], key[starts], ratings, strict=True)


def outcome_reasons(relations: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Give (case_id, reason, sentence) where the outcome needs a word, or does not go with the alliance.

    `relations` are :data:`supervision_kit.tables.OUTCOME_RELATIONS`.
    """
    told = relations[relations["reliable"].notna() & relations["note"].ne(WAS_WELL)]
    for one in told.to_dict("records"):
        instrument, key = one["outcome_instrument"], one["outcome_scale"]
        name = INSTRUMENTS[instrument].short_title if key == "total" else f"{INSTRUMENTS[instrument].short_title} {key}"
        went, criterion = f"from {one['first']:.4g} to {one['last']:.4g}", f"({one['criteria'].split('; ')[0]})"
        if one["reliable"] == "deteriorated":
            yield one["case_id"], "worse", f"The {name} went {went}, reliably worse {criterion}."
        elif one["relation"] == "good alliance, no change":
            sentence = f"The alliance is rated well, but the {name} went {went}: no reliable change {criterion}."
            yield one["case_id"], "no_change", sentence
        elif one["relation"] == "low alliance, improved":
            sentence = f"The {name} went {went}, reliably better {criterion}, although the alliance is rated low."
            yield one["case_id"], "change_despite", sentence


def _n_last(is_so: np.ndarray) -> int:
    """Return how many of the last values in a row are true."""
    breaks = np.flatnonzero(~is_so)
    return len(is_so) - (int(breaks[-1]) + 1 if len(breaks) else 0)


def _subject(instrument: str, key: str) -> str:
    scale = find_scale(instrument, key)
    return "Client-rated alliance" if scale is None or key == "total" else f"Client-rated {scale.title}"


def _fall(fall: Mapping[Any, Any]) -> str:
    points = f"fell {fall['depth']:.1f} points"
    if fall["nadir"] == fall["onset"]:
        return f"{points} at session {fall['onset']}"
    return f"{points} from session {fall['onset']} to session {fall['nadir']}"


def counted(n: int, noun: str) -> str:
    """Write a number with its noun, in the plural where it needs one."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
