"""The reasons for which a case may need a word, and what each weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from supervision_kit.detection.method import check_number
from supervision_kit.errors import SettingError, SupervisionKitError, UnknownNameError
from supervision_kit.words import later, say

HEAVIEST = 100.0  # a weight that puts a case before all others whatever else holds


@dataclass(frozen=True)
class Reason:
    """Why a case may need a word, and how much that weighs in the order of the caseload; `name` is its short form."""

    weight: float
    name: str
    meaning: str


# The weights are the kit's own choice and no estimate of risk: they only make an order that can be explained.
REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "open": Reason(5, later("still down"), later("the client's rating fell and is down at the latest rating")),
        "due": Reason(
            1,
            later("due for follow-up"),
            later("such a fall, and the sessions in which a repair was looked for are over"),
        ),
        "slipped": Reason(
            2,
            later("down again"),
            later("a fall that came back, and the latest rating is again less than half way back"),
        ),
        "unrecognised": Reason(2, later("unrecognised"), later("a fall that the therapist's rating hardly shows")),
        "new_fall": Reason(
            1, later("new fall"), later("a fall that came in since the last supervision, and has not come back")
        ),
        "confirmed": Reason(
            1, later("confirmed"), later("a fall that has not come back, which the supervisor calls a rupture")
        ),
        "by_hand": Reason(2, later("added by hand"), later("a rupture that the supervisor added")),
        "partly": Reason(1, later("back in part"), later("a fall that came back in part")),
        "early": Reason(2, later("too early"), later("a fall that is too recent to say how it ended")),
        "new_low": Reason(
            2,
            later("lower than ever, below the line"),
            later("the latest total is below the instrument's published line, and clearly lower than every one before"),
        ),
        "below_line": Reason(
            0.5,
            later("below the line"),
            later("the latest total is below the instrument's published line, as earlier ones may have been"),
        ),
        "handover": Reason(0.5, later("change of therapist"), later("a fall just when another therapist took over")),
        "therapist_fell": Reason(
            1,
            later("therapist's rating fell"),
            later("the client never rated, and the therapist's rating fell and has not come back"),
        ),
        "worse": Reason(3, later("outcome worse"), later("an outcome measure got reliably worse")),
        "no_change": Reason(
            1,
            later("good alliance, no change"),
            later("the alliance is rated well, and the outcome measures have not changed reliably"),
        ),
        "gap": Reason(
            1, later("rated apart"), later("client and therapist rate further apart than is usual in this caseload")
        ),
        "missing": Reason(
            2,
            later("forms missing"),
            later("the client's alliance forms no longer come, while other forms do"),
        ),
        "no_forms": Reason(1, later("no form so far"), later("the client has never filled in an alliance form")),
        "top": Reason(
            1,
            later("top marks only"),
            later("the last four forms or more are at the top of the scale: they cannot tell how it is going"),
        ),
        "near_end": Reason(
            1, later("near the end"), later("the planned number of sessions is nearly reached, or passed")
        ),
        "decision": Reason(2, later("decision open"), later("a decision is open, and sessions have gone by since")),
        "anew": Reason(
            0.5,
            later("not back at a new start"),
            later("a fall that had not come back when the limits started anew: nothing measures it by now"),
        ),
        "late": Reason(
            0.2, later("came back late"), later("a fall that came back later than the rule allows, or unseen")
        ),
        "repaired": Reason(0.1, later("came back"), later("a fall that came back in time: worth learning from")),
        "by_hand_back": Reason(
            0.1,
            later("added by hand, came back"),
            later("a rupture that the supervisor added and calls repaired: worth learning from"),
        ),
        "change_despite": Reason(
            0.1,
            later("change all the same"),
            later("reliably better, although the alliance is rated low: worth learning from"),
        ),
        "rejected": Reason(0.05, later("no rupture"), later("a fall in which the supervisor sees no rupture")),
        "new": Reason(0.02, later("new ratings"), later("ratings came in since the last supervision")),
    }
)
# The priority from which a case needs a word: a fall that has not come back, or what is new and clear, reaches it by
# itself; of what stands for weeks (below the line, top marks, rated apart, no change) only several together do.
NEEDS_A_WORD = 2.0
WORTH_ASKING = 0.5  # the priority from which it is a good time to ask about a case
DOWN = ("open", "slipped")
CAME_BACK = ("repaired", "late")
LEARN_FROM = ("repaired", "by_hand_back", "change_despite")


def weigh(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of every reason: those given, the kit's own for the others.

    Raises
    ------
    UnknownNameError
        There is no such reason.
    SettingError
        A weight that is no number from 0 to 100.
    """
    for key, value in weights.items():
        if key not in REASONS:
            raise UnknownNameError("reason", key, REASONS)
        check_number("weights", key, value, whole=False)
        if value is None or not 0 <= value <= HEAVIEST:
            raise SettingError(say("weights: {key} must be from 0 to {most}.", key=key, most=f"{HEAVIEST:g}"))
    return {key: float(weights.get(key, reason.weight)) for key, reason in REASONS.items()}


def known_weights(kept: Any) -> dict[str, float]:
    """Return of the weights that somebody kept those that still make sense."""
    known = {}
    for key, value in kept.items() if isinstance(kept, dict) else ():
        try:
            weigh({key: value})
        except SupervisionKitError:
            continue
        known[key] = float(value)
    return known


def counted(n: int, noun: str) -> str:
    """Write a number with its noun, in the plural where it needs one."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
