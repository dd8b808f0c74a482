"""The questions: each for one thing that may be seen, ``None`` where it is not."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from supervision_kit.instruments import find_scale
from supervision_kit.prompts.seen import Fall, Seen
from supervision_kit.reasons.course import NEAR_END
from supervision_kit.reasons.ratings import MISSING_SESSIONS
from supervision_kit.words import say, say_n, say_number, say_share


class Asked(NamedTuple):
    """A question, why it is asked, and the key of the finding behind it; the kit's own has none."""

    key: str
    question: str
    why: str
    finding: str = ""


def slipped(seen: Seen) -> Asked | None:
    """Ask about a fall that came back and slipped again."""
    fall = seen.fall
    if fall is None or not fall["is_down"] or not _came_back(fall):
        return None
    question = say("What was mended the first time, and what was left? What would mending it again ask of you?")
    why = say(
        "{fall} It had come back, and the latest rating, {score}, is again less than half way back.",
        fall=_fell(fall),
        score=say_number(fall["last_score"]),
    )
    return Asked("slipped", question, why)


def unrecognised(seen: Seen) -> Asked | None:
    """Ask about a fall that the therapist's ratings do not show."""
    fall = seen.fall
    if fall is None or not fall["is_unrecognised"]:
        return None
    question = say(
        "What was it like in the client's chair around session {session}, and what may have gone unsaid? "
        "What was your part?",
        session=fall["onset"],
    )
    why = say("{fall} The therapist's rating hardly moved.", fall=_fell(fall))
    return Asked("unrecognised", question, why, "recognition")


def trust_touched(seen: Seen) -> Asked | None:
    """Ask which side of trust was touched, where the bond fell most."""
    if seen.fall is None or seen.fell_most != "bond":
        return None
    question = say(
        "Which side of trust may have been touched around session {session}: care and respect, honesty, or being "
        "able to rely on what comes next?",
        session=seen.fall["onset"],
    )
    return Asked("trust", question, _lost_most(seen, seen.fall), "trust")


def agreement_touched(seen: Seen) -> Asked | None:
    """Ask what could be agreed anew, where goals or tasks fell most."""
    if seen.fall is None or seen.fell_most not in ("goal", "task"):
        return None
    if seen.fell_most == "goal":
        question = say(
            "What did the client hope for around session {session}, and when did you last ask? What could be agreed "
            "anew?",
            session=seen.fall["onset"],
        )
        return Asked("goals", question, _lost_most(seen, seen.fall), "goal_consensus")
    question = say(
        "How did you two decide what to do around session {session}, and how could the client have said no?",
        session=seen.fall["onset"],
    )
    return Asked("tasks", question, _lost_most(seen, seen.fall), "collaboration")


def moved_away(seen: Seen) -> Asked | None:
    """Ask what a withdrawal protects."""
    fall = seen.fall
    if fall is None or _type(fall) not in ("withdrawal", "mixed"):
        return None
    question = say("How did the client keep safe, and what might that have protected? How could you honour it?")
    why = say("A withdrawal is seen at session {session}.", session=_begins(fall))
    return Asked("withdrawal", question, why)


def moved_against(seen: Seen) -> Asked | None:
    """Ask what a confrontation stands up for."""
    fall = seen.fall
    if fall is None or _type(fall) != "confrontation":
        return None
    question = say("What was the client standing up for? What in it could you agree with, before anything else?")
    why = say("A confrontation is seen at session {session}.", session=_begins(fall))
    return Asked("confrontation", question, why, "consensus")


def not_back(seen: Seen) -> Asked | None:
    """Ask what was tried, where a fall has not come back."""
    fall = seen.fall
    if fall is None or not fall["is_down"] or _came_back(fall):
        return None
    since = int(fall["last_rated"] - fall["onset"])
    if not since:
        return None
    question = say(
        "What has been tried since session {session}, and how did the client take it? What of your own part could be "
        "named first?",
        session=fall["onset"],
    )
    why = say_n(
        "{fall} It has not come back after {n} session.",
        "{fall} It has not come back after {n} sessions.",
        since,
        fall=_fell(fall),
    )
    return Asked("not back", question, why, "consensus")


def here_and_now(seen: Seen) -> Asked | None:
    """Ask about speaking of it, where the bond fell and has not come back."""
    fall = seen.fall
    if fall is None or not fall["is_down"] or seen.lost.get("bond", 0) <= 0:
        return None
    question = say("What would it be like to say to the client what you notice between you, here and now?")
    why = say(
        "The bond fell by {share} of its range, and the latest rating is still down.",
        share=say_share(seen.lost["bond"]),
    )
    return Asked("here and now", question, why, "immediacy")


def silent(seen: Seen) -> Asked | None:
    """Ask about forms that stopped."""
    n = seen.n_silent
    if n < MISSING_SESSIONS:
        return None
    question = say("What may keep the client from filling in the form, and how could it be asked about without blame?")
    if seen.fall is None:
        why = say_n(
            "There is no rating by the client in the last {n} session.",
            "There is no rating by the client in the last {n} sessions.",
            n,
        )
        return Asked("silent", question, why, "drop_out")
    why = say_n(
        "{fall} There is no rating by the client in the last {n} session.",
        "{fall} There is no rating by the client in the last {n} sessions.",
        n,
        fall=_fell(seen.fall),
    )
    return Asked("silent", question, why, "drop_out")


def too_early(seen: Seen) -> Asked | None:
    """Ask whether a fall at the latest rating needs a word at all."""
    fall = seen.fall
    if fall is None or not fall["is_down"] or fall["last_rated"] != fall["onset"]:
        return None
    question = say("Does this ask for a word with the client now, or for watching? What would tell you?")
    why = say("{fall} It is the latest rating.", fall=_fell(fall))
    return Asked("early", question, why, "not_every_case")


def added_by_hand(seen: Seen) -> Asked | None:
    """Ask about a rupture that the ratings do not show."""
    fall = seen.fall
    if fall is None or fall["is_seen"]:
        return None
    question = say("What made you feel it, and what may have kept it out of the client's ratings?")
    why = say("A rupture is seen at session {session} that the ratings do not show.", session=_begins(fall))
    return Asked("by hand", question, why)


def flat(seen: Seen) -> Asked | None:
    """Ask about ratings that never vary."""
    n = seen.n_flat
    if not n:
        return None
    question = say("What would have to be so for the client to tell you, on this form or aloud, that something is off?")
    why = say("The last {n} ratings are all the same: they cannot tell how it is going.", n=say_number(n))
    return Asked("flat", question, why)


def another_therapist(seen: Seen) -> Asked | None:
    """Ask what a change of therapist meant."""
    at = seen.changed_at
    if at is None:
        return None
    question = say(
        "What does the client know of why the therapist changed, what was lost with the one before, and what helps to "
        "trust anew?"
    )
    return Asked("therapist", question, say("The therapist changed at session {session}.", session=at))


def ending(seen: Seen) -> Asked | None:
    """Ask about the ending."""
    n = seen.n_left
    if n is None or n > NEAR_END:
        return None
    question = say("What would the client want to have said, or heard, before you part?")
    if n <= 0:
        return Asked("ending", question, say("The planned number of sessions is reached."))
    why = say_n("{n} planned session is left.", "{n} planned sessions are left.", n)
    return Asked("ending", question, why)


def came_back(seen: Seen) -> Asked | None:
    """Ask what helped, where a fall came back."""
    fall = seen.fall
    if fall is None or fall["is_down"] or pd.isna(fall["back_session"]):
        return None
    question = say("What helped: what did you do, what did the client do, and what did you leave be?")
    why = say("{fall} It was back at session {session}.", fall=_fell(fall), session=int(fall["back_session"]))
    return Asked("came back", question, why, "repair_outcome")


def _came_back(fall: Fall) -> bool:
    """Tell whether it came back, in whole or in part, in time or later."""
    return fall["outcome"] in ("repaired", "partly repaired") or bool(pd.notna(fall["back_session"]))


def _fell(fall: Fall) -> str:
    if not fall["is_seen"]:
        return say("A rupture was seen at session {session}.", session=_begins(fall))
    points, onset = say_number(fall["depth"], digits=1), fall["onset"]
    return say("The client's rating fell {points} points at session {session}.", points=points, session=onset)


def _begins(fall: Fall) -> int:
    return int(fall["onset"] if pd.isna(fall["supervisor_onset"]) else fall["supervisor_onset"])


def _type(fall: Fall) -> str:
    return "" if pd.isna(fall["type"]) else str(fall["type"])


def _lost_most(seen: Seen, fall: Fall) -> str:
    """Say how far the two scales fell that fell most."""
    (first, share), (second, other), *_ = seen.lost.items()
    return say(
        "At session {session} the scale {scale} fell most, by {share} of its range; {other_scale} fell by {other}.",
        session=fall["onset"],
        scale=_scale(fall, first),
        share=say_share(share),
        other_scale=_scale(fall, second),
        other=say_share(max(other, 0.0)),
    )


def _scale(fall: Fall, key: str) -> str:
    scale = find_scale(fall["instrument"], key)
    return say(scale.title) if scale else key
