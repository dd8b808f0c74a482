"""What the ratings of a case say by themselves, beside its falls: forms, top marks, lines, outcome, the two raters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.episodes import smallest_fall
from supervision_kit.instruments import INSTRUMENTS, find_scale
from supervision_kit.instruments.instrument import CutoffLine, Scale
from supervision_kit.outcome.relating import WAS_WELL
from supervision_kit.reasons.found import Found
from supervision_kit.words import say, say_n, say_number

# The kit's own choices.
FLAT_FORMS = 4  # identical ratings in a row, at the top of the scale, that are worth a word
MISSING_SESSIONS = 2  # sessions in a row without the client's form that are worth a word


def form_reasons(last_session: pd.Series, last_rated: pd.Series) -> Iterator[Found]:
    """Give the cases whose alliance forms are missing.

    `last_session` is each case's latest session with any form, `last_rated` the latest with an alliance rating by the
    client, missing where there is none.
    """
    rated_to = last_rated.to_dict()
    for case, last in last_session.to_dict().items():
        if case not in rated_to:
            said = say("There is no alliance rating from the client so far.")
            yield Found(str(case), "missing", said, session=int(last))
        elif (silent := int(last) - int(rated_to[case])) >= MISSING_SESSIONS:
            said = say_n(
                "No alliance rating from the client in the last {n} session.",
                "No alliance rating from the client in the last {n} sessions.",
                silent,
            )
            since = int(rated_to[case]) + MISSING_SESSIONS
            yield Found(str(case), "missing", said, session=int(rated_to[case]), since=since)


def level_reasons(headline: pd.DataFrame) -> Iterator[Found]:
    """Give the cases that rate at the top of the scale, or below an instrument's published line."""
    for case, instrument, key, ratings, sessions in _ratings_by_case(headline):
        scale = find_scale(instrument, key)
        if scale is None:
            continue
        n_top = _n_last(np.abs(ratings - scale.highest) <= ROUNDING)
        if n_top >= FLAT_FORMS:
            said = say("{n} forms in a row at the top of the scale: they cannot tell how it is going.", n=n_top)
            first, since = int(sessions[-n_top]), int(sessions[-n_top + FLAT_FORMS - 1])
            yield Found(case, "top", said, first, since, "client", instrument, key)
        if scale.cutoff and scale.cutoff.marks == "below":
            n_below = _n_last(ratings < scale.cutoff.line - ROUNDING)
            if n_below:
                said, since = _below(instrument, scale, scale.cutoff, ratings[-1]), int(sessions[-n_below])
                yield Found(case, "below_line", said, int(sessions[-1]), since, "client", instrument, key)


def _below(instrument: str, scale: Scale, cutoff: CutoffLine, latest: float) -> str:
    name = f"{INSTRUMENTS[instrument].short_title} {say(scale.title)}"
    line, sure = say_number(cutoff.line), cutoff.provenance
    if sure.sureness == "unconfirmed":
        return say(
            "The latest {scale} is {score}, below the line of {line} ({sure}).",
            scale=name,
            score=say_number(latest),
            line=line,
            sure=say(sure.short),
        )
    return say(
        "The latest {scale} is {score}, below the line of {line}.", scale=name, score=say_number(latest), line=line
    )


def _ratings_by_case(headline: pd.DataFrame) -> Iterator[tuple[str, str, str, np.ndarray, np.ndarray]]:
    """Give (case_id, instrument, scale, scores, sessions) for each case, whose rows stand together."""
    rated = headline[headline["score"].notna()]
    case, instrument, key = (rated[name].to_numpy(dtype=object) for name in ("case_id", "instrument", "scale"))
    starts = np.flatnonzero(np.append(True, case[1:] != case[:-1])[: len(case)])
    parts = [np.split(rated[name].to_numpy(), starts[1:]) if len(starts) else [] for name in ("score", "session")]
    yield from zip(case[starts], instrument[starts], key[starts], *parts, strict=True)


def outcome_reasons(relations: pd.DataFrame) -> Iterator[Found]:
    """Give the cases whose outcome needs a word, or does not go with the alliance.

    `relations` are :data:`supervision_kit.tables.OUTCOME_RELATIONS`.
    """
    told = relations[relations["reliable"].notna() & relations["note"].ne(WAS_WELL)]
    for one in told.to_dict("records"):
        instrument, key = one["outcome_instrument"], one["outcome_scale"]
        title, criterion = INSTRUMENTS[instrument].short_title, one["criteria"].split("; ")[0]
        went = {
            "measure": title if key == "total" else f"{title} {key}",
            "first": say_number(one["first"]),
            "last": say_number(one["last"]),
            "criterion": say(criterion),
        }
        if one["reliable"] == "deteriorated":
            reason = "worse"
            said = say("The {measure} went from {first} to {last}, reliably worse ({criterion}).", **went)
        elif one["relation"] == "good alliance, no change":
            reason = "no_change"
            said = say(
                "The alliance is rated well, but the {measure} went from {first} to {last}: no reliable change "
                "({criterion}).",
                **went,
            )
        elif one["relation"] == "low alliance, improved":
            reason = "change_despite"
            said = say(
                "The {measure} went from {first} to {last}, reliably better ({criterion}), although the alliance is "
                "rated low.",
                **went,
            )
        else:
            continue
        yield Found(one["case_id"], reason, said, rater="client", instrument=instrument, scale=key)


def gap_reasons(congruence: pd.DataFrame, headline: pd.DataFrame) -> Iterator[Found]:
    """Give the cases whose two raters lie further apart than is usual here.

    `congruence` is :data:`supervision_kit.tables.CONGRUENCE`. What is usual is the mean of the shrunken discrepancies
    on the same scale. A case is told where the 95 % interval of its own leaves that out, and where it lies at least the
    scale's smallest fall away from it (the kit's own choice).
    """
    key = ["case_id", "instrument", "scale"]
    latest = headline.dropna(subset="score").groupby(key, sort=False)["session"].last().rename("latest").reset_index()
    told = congruence.dropna(subset="discrepancy_shrunken").merge(latest, on=key)
    told["usual"] = told.groupby(["instrument", "scale"])["discrepancy_shrunken"].transform("mean")
    for one in told.to_dict("records"):
        own, usual = one["discrepancy_shrunken"], one["usual"]
        if one["discrepancy_shrunken_low"] <= usual <= one["discrepancy_shrunken_high"]:
            continue
        if abs(own - usual) < smallest_fall(one["instrument"], one["scale"]) - ROUNDING:
            continue
        where = {"session": int(one["latest"]), "rater": "therapist", "instrument": one["instrument"]}
        yield Found(one["case_id"], "gap", _gap(one), scale=one["scale"], **where)


def _gap(one: Mapping[Any, Any]) -> str:
    own, usual = one["discrepancy_shrunken"], one["usual"]
    measured = {
        "own": say_number(own, digits=1),
        "low": say_number(one["discrepancy_shrunken_low"], digits=1),
        "high": say_number(one["discrepancy_shrunken_high"], digits=1),
        "usual": say_number(usual, digits=1),
        "n": int(one["n_shared"]),
    }
    if own > usual:
        return say(
            "The therapist's ratings lie higher beside the client's than is usual in this caseload: therapist minus "
            "client is about {own} points ({low} to {high}) over {n} sessions that both rated; {usual} is usual.",
            **measured,
        )
    return say(
        "The therapist's ratings lie lower beside the client's than is usual in this caseload: therapist minus client "
        "is about {own} points ({low} to {high}) over {n} sessions that both rated; {usual} is usual.",
        **measured,
    )


def _n_last(is_so: np.ndarray) -> int:
    """Return how many of the last values in a row are true."""
    breaks = np.flatnonzero(~is_so)
    return len(is_so) - (int(breaks[-1]) + 1 if len(breaks) else 0)
