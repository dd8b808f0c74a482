"""What a case's falls say about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from supervision_kit.instruments import find_scale
from supervision_kit.reasons.found import Found
from supervision_kit.words import later, say, say_n, say_number

_OVER = ("unrepaired", "partly repaired")  # the window of the rule has closed without a repair
NOT_BACK = ("open", "partly", "early")
NO_RUPTURE, A_RUPTURE = "not a rupture", "rupture"


def fall_reasons(falls: pd.DataFrame) -> Iterator[Found]:
    """Give the reasons of each fall of the headline series.

    `falls` are followed episodes with the columns ``last_rated, last_score, half_way, starts_anew, was_down, is_down,
    n_rated_since, is_unrecognised, verdict`` and, where it is known, ``handover``: the session with which another
    therapist had just taken over.
    """
    for fall in _rows(falls):
        for reason, sentence, brought_at in _told(fall):
            yield _found(fall, reason, sentence, brought_at)


def therapist_fall_reasons(falls: pd.DataFrame) -> Iterator[Found]:
    """Give the falls of the therapist's ratings that have not come back, of cases that no client rated.

    `falls` are as in :func:`fall_reasons`, of the series that stands in for the client's.
    """
    for fall in _rows(falls):
        reason, sentence, brought_at = _how_it_went(fall)
        if fall["verdict"] != NO_RUPTURE and reason in (*NOT_BACK, "slipped"):
            yield _found(fall, "therapist_fell", sentence, brought_at)


def _rows(falls: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """Give the falls one by one, in a quarter of the time that pandas takes for few of them."""
    names = list(falls) if len(falls) else []
    for row in zip(*(falls[name].to_list() for name in names), strict=True):
        yield dict(zip(names, row, strict=True))


def _found(fall: Mapping[Any, Any], reason: str, sentence: str, brought_at: int | None) -> Found:
    about = {name: fall[name] for name in ("case_id", "rater", "instrument", "scale")}
    return Found(reason=reason, sentence=sentence, session=fall["onset"], brought_at=brought_at, **about)


def _told(fall: Mapping[Any, Any]) -> Iterator[tuple[str, str, int | None]]:
    """Give, for each reason, its sentence and the session whose form brought it up, None where no single one did."""
    onset = fall["onset"]
    if fall["verdict"] == NO_RUPTURE:
        yield "rejected", say("{fall}; the supervisor sees no rupture in it.", fall=_fall(fall)), onset
        return
    reason, sentence, brought_at = _how_it_went(fall)
    yield reason, sentence, brought_at
    if pd.notna(handover := fall.get("handover")):
        said = say("Another therapist took over with session {session}: it fell at the handover.", session=handover)
        yield "handover", said, onset
    if reason not in NOT_BACK:
        return
    if fall["is_unrecognised"] and fall["outcome"] != "repaired":
        said = say("The therapist's rating hardly changed around session {session}.", session=onset)
        yield "unrecognised", said, onset
    if reason == "open" and fall["outcome"] in _OVER:
        due = say("The sessions in which a repair was looked for are over: due for follow-up.")
        yield "due", due, None
    if fall["verdict"] == A_RUPTURE:
        yield "confirmed", say("The supervisor calls this fall a rupture."), onset


def _how_it_went(fall: Mapping[Any, Any]) -> tuple[str, str, int]:
    """Return the reason for one fall, its sentence, and the session whose form brought it up."""
    outcome, text = fall["outcome"], _fall(fall)
    if fall["is_down"]:
        return _down(fall, text)
    if outcome == "repaired":
        n = int(fall["sessions_to_repair"])
        back = say_n(
            "{fall} and came back after {n} session.", "{fall} and came back after {n} sessions.", n, fall=text
        )
        return "repaired", back, int(fall["repair_session"])
    if pd.notna(fall["back_session"]):
        at = int(fall["back_session"])
        if outcome == "undetermined":
            unseen = say(
                "{fall} and was back at session {session}; whether in time was not rated.", fall=text, session=at
            )
            return "late", unseen, at
        return "late", say("{fall} and was back only at session {session}.", fall=text, session=at), at
    return _not_back(fall, text)


def _not_back(fall: Mapping[Any, Any], text: str) -> tuple[str, str, int]:
    onset = fall["onset"]
    if pd.notna(fall["starts_anew"]) and fall["was_down"]:
        anew = say(
            "{fall} and had not come back when the limits started anew at session {session}.",
            fall=text,
            session=fall["starts_anew"],
        )
        return "anew", anew, onset
    if fall["outcome"] == "undetermined":
        return "early", say("{fall}; there are too few ratings since to say whether it came back.", fall=text), onset
    return "partly", say("{fall} and came back in part.", fall=text), onset


def _down(fall: Mapping[Any, Any], text: str) -> tuple[str, str, int]:
    onset, latest = fall["onset"], fall["last_rated"]
    if latest == onset:
        return "open", say("{fall}, the latest rating.", fall=text), onset
    if fall["outcome"] == "repaired":
        again = say_n(
            "{fall} and came back after {n} session. The latest rating, {score}, is again less than half way back "
            "(half way is {half}).",
            "{fall} and came back after {n} sessions. The latest rating, {score}, is again less than half way back "
            "(half way is {half}).",
            int(fall["sessions_to_repair"]),
            fall=text,
            score=say_number(fall["last_score"]),
            half=say_number(fall["half_way"]),
        )
        return "slipped", again, latest
    if pd.notna(fall["back_session"]):
        return "slipped", _slipped_late(fall, text), latest
    if fall["outcome"] == "partly repaired":
        return "open", say("{fall}, came back in part, and is down again at the latest rating.", fall=text), onset
    return "open", _still_down(fall, text), onset


def _still_down(fall: Mapping[Any, Any], text: str) -> str:
    """Say for how many sessions it has been down, and how many of them were rated where not all were."""
    n_sessions, n_rated = fall["last_rated"] - fall["onset"], fall["n_rated_since"]
    if n_rated < n_sessions:
        return say(
            "{fall} and has not come back after {n} sessions, {rated} of them rated.",
            fall=text,
            n=n_sessions,
            rated=n_rated,
        )
    return say_n(
        "{fall} and has not come back after {n} session.",
        "{fall} and has not come back after {n} sessions.",
        n_sessions,
        fall=text,
    )


def _slipped_late(fall: Mapping[Any, Any], text: str) -> str:
    return say(
        "{fall} and was back at session {session}. The latest rating, {score}, is again less than half way back "
        "(half way is {half}).",
        fall=text,
        session=int(fall["back_session"]),
        score=say_number(fall["last_score"]),
        half=say_number(fall["half_way"]),
    )


def _fall(fall: Mapping[Any, Any]) -> str:
    what, points = _subject(fall["rater"], fall["instrument"], fall["scale"]), say_number(fall["depth"], digits=1)
    onset, nadir = fall["onset"], fall["nadir"]
    if nadir == onset:
        return say("{what} fell {points} points at session {session}", what=what, points=points, session=onset)
    return say(
        "{what} fell at session {first}, by {points} points at its lowest (session {last})",
        what=what,
        points=points,
        first=onset,
        last=nadir,
    )


# What fell, by who rated it: the alliance as a whole, or one scale of it.
_WHOLE = {
    "client": later("Client-rated alliance"),
    "therapist": later("Therapist-rated alliance"),
    "observer": later("Observer-rated alliance"),
}
_SCALE = {
    "client": later("Client-rated {scale}"),
    "therapist": later("Therapist-rated {scale}"),
    "observer": later("Observer-rated {scale}"),
}


def _subject(rater: str, instrument: str, key: str) -> str:
    scale = find_scale(instrument, key)
    if scale is None or key == "total":
        return say(_WHOLE[rater])
    return say(_SCALE[rater], scale=say(scale.title))
