"""What the ratings did since a decision, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from supervision_kit.instruments import INSTRUMENTS, name_scale, rates_alliance, say_scale
from supervision_kit.words import later, say, say_n, say_number

BEGAN_ANEW = "the line began anew since"  # in the note of a change

# How the changes of an alliance questionnaire are told; {changes} lists them, such as “bond up 0.8 to 4.0”.
MORE_THAN_USUAL = later("Over {sessions}, more than is usual for this client: {changes}.")
USUAL = later("Over {sessions}, within what is usual for this client: {changes}.")
CANNOT_SAY = later("Over {sessions}, with too few ratings before to say what is usual: {changes}.")
NOT_COMPARED = later("Over {sessions}, in which the line began anew, so that they are not compared: {changes}.")
UP, DOWN = later("{scale} up {points} to {now}"), later("{scale} down {points} to {now}")
UNCHANGED = later("{scale} unchanged at {now}")
BETTER = later("{scale} from {before} to {now} over {sessions}: reliably better.")
WORSE = later("{scale} from {before} to {now} over {sessions}: reliably worse.")
NOT_RELIABLE = later("{scale} from {before} to {now} over {sessions}: no reliable change.")
NO_CRITERION = later("{scale} from {before} to {now} over {sessions}: nobody has published what is reliable.")

ROUNDED_AWAY = 0.05  # points that are 0.0 when written with one digit


def tell_changes(changes: pd.DataFrame, *, session: Any, is_rated: bool) -> tuple[str, ...]:
    """Tell the changes since one decision, or why there are none to tell.

    Parameters
    ----------
    changes
        See :data:`supervision_kit.tables.DECISION_CHANGES`, of one decision.
    session
        The session of the decision, ``<NA>`` where it is not known.
    is_rated
        Whether the case has any rating at all.
    """
    if not is_rated:
        return (say("There are no ratings of this case."),)
    if pd.isna(session):
        return (say("It is not known after which session this was decided."),)
    is_alliance = changes["instrument"].map(rates_alliance).astype(bool)
    alliance, outcome = (changes[which].to_dict("records") for which in (is_alliance, ~is_alliance))
    return (*_tell_alliance(alliance, int(session)), *(_tell_outcome(row) for row in outcome if _is_rated_since(row)))


def _tell_alliance(rows: list[dict[Any, Any]], session: int) -> Iterator[str]:
    since = [row for row in rows if _is_rated_since(row)]
    if not rows:
        yield say(
            "The client’s alliance was not rated up to session {session}: nothing to compare with.", session=session
        )
    elif not since:
        yield say("No alliance rating by the client since session {session}.", session=session)
    told: dict[tuple[str, int], list[str]] = {}
    for row in since:
        told.setdefault((_kind(row), _n_sessions(row)), []).append(_change(row))
    for kind in (MORE_THAN_USUAL, USUAL, CANNOT_SAY, NOT_COMPARED):
        for (of_kind, n), listed in told.items():
            if of_kind == kind:
                yield say(kind, sessions=_sessions(n), changes=", ".join(listed))
    if since and since[0]["is_lowest"] and since[0]["change"] > 0:
        yield say(
            "The rating then was this client’s lowest so far: after such a one the next tends to be higher by itself."
        )


def _kind(row: Mapping[Any, Any]) -> str:
    if row["note"] == BEGAN_ANEW:
        return NOT_COMPARED
    if pd.isna(row["is_unusual"]):
        return CANNOT_SAY
    return MORE_THAN_USUAL if row["is_unusual"] else USUAL


def _change(row: Mapping[Any, Any]) -> str:
    """Return one change in words: "bond up 0.8 to 4.0"."""
    points = row["change"]
    text = UNCHANGED if abs(points) < ROUNDED_AWAY else UP if points > 0 else DOWN
    return say(
        text,
        scale=say_scale(row["instrument"], row["scale"]),
        points=say_number(abs(points), digits=1),
        now=say_number(row["now"], digits=1),
    )


def _tell_outcome(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["is_unusual"]):
        text = NO_CRITERION
    elif not row["is_unusual"]:
        text = NOT_RELIABLE
    else:
        text = BETTER if row["change"] > 0 else WORSE
    title = INSTRUMENTS[row["instrument"]].short_title
    return say(
        text,
        scale=title if row["scale"] == "total" else name_scale(row["instrument"], row["scale"]),
        before=say_number(row["before"]),
        now=say_number(row["now"]),
        sessions=_sessions(_n_sessions(row)),
    )


def _is_rated_since(row: Mapping[Any, Any]) -> bool:
    return bool(pd.notna(row["to_session"]))


def _n_sessions(row: Mapping[Any, Any]) -> int:
    return int(row["to_session"] - row["from_session"])


def _sessions(n: int) -> str:
    return say_n("{n} session", "{n} sessions", n)
