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
from supervision_kit.text_columns import texts_at
from supervision_kit.words import say, say_n, say_number

# The kit's own choices.
FLAT_FORMS = 4  # identical ratings in a row, at the top of the scale, that are worth a word
MISSING_SESSIONS = 2  # sessions in a row without the client's form that are worth a word
FEWEST_BEFORE = 3  # ratings before the latest, without which it is not called lower than ever


def form_reasons(cases: pd.DataFrame) -> Iterator[Found]:
    """Give the cases whose alliance forms are missing.

    `cases`, by their codes, have the ``last_session`` with any form, and the one with an alliance rating by the client
    (``last_rated``, 0 where there is none).
    """
    columns = (cases[name].to_list() for name in ("last_session", "last_rated"))
    for case, last, rated in zip(cases.index.to_list(), *columns, strict=True):
        if not rated:
            said = say("There is no alliance rating from the client so far.")
            yield Found(case, "no_forms", said, session=last)
        elif last - rated >= MISSING_SESSIONS:
            said = say_n(
                "No alliance rating from the client in the last {n} session.",
                "No alliance rating from the client in the last {n} sessions.",
                last - rated,
            )
            yield Found(case, "missing", said, session=rated, brought_at=rated + MISSING_SESSIONS)


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
                latest, where = int(sessions[-1]), ("client", instrument, key)
                said, is_low = (
                    _below(instrument, scale, scale.cutoff, ratings[-1]),
                    _is_new_low(ratings, instrument, key),
                )
                if is_low:
                    said = say("{below} Every rating before was higher.", below=said)
                    yield Found(case, "new_low", said, latest, latest, *where)
                else:
                    yield Found(case, "below_line", said, latest, int(sessions[-n_below]), *where)


def _is_new_low(ratings: np.ndarray, instrument: str, key: str) -> bool:
    """Tell whether the latest rating is below each of three or more before, and clearly below their middle."""
    before, latest = ratings[:-1], ratings[-1]
    return bool(
        len(before) >= FEWEST_BEFORE
        and latest < before.min() - ROUNDING
        and np.median(before) - latest >= smallest_fall(instrument, key) - ROUNDING
    )


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
    score = headline["score"].to_numpy()
    rated = np.flatnonzero(~np.isnan(score))
    case = headline["case_id"].to_numpy(dtype=object)[rated]
    starts = np.flatnonzero(np.append(True, case[1:] != case[:-1])[: len(case)])
    texts = (texts_at(headline[name], rated[starts]) for name in ("case_id", "instrument", "scale"))
    numbers = (headline[name].to_numpy()[rated] for name in ("score", "session"))
    parts = (np.split(values, starts[1:])[: len(starts)] for values in numbers)
    yield from zip(*texts, *parts, strict=True)


def outcome_reasons(relations: Mapping[str, np.ndarray]) -> Iterator[Found]:
    """Give the cases whose outcome needs a word, or does not go with the alliance.

    `relations` are the columns of :data:`supervision_kit.tables.OUTCOME_RELATIONS`.
    """
    for row in range(len(relations["case_id"])):
        one = {name: values[row] for name, values in relations.items()}
        if one["reliable"] is None or one["note"] == WAS_WELL:
            continue
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
