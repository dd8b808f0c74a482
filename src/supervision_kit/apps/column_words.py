"""What a column can be read as, in plain words instead of the ``columns=`` syntax."""

from __future__ import annotations

from collections.abc import Iterable

from supervision_kit.instruments import INSTRUMENTS, Instrument, say_scale
from supervision_kit.tables import RATERS
from supervision_kit.words import later, say
from supervision_kit.words.raters import say_rated_by

NOT_KNOWN, LEFT_ASIDE = "", "ignore"
FIELDS = {
    "case_id": later("case code"),
    "session": later("session number"),
    "date": later("date of the session"),
    "therapist_id": later("therapist code"),
    "rater": later("who rated"),
    "instrument": later("name of the questionnaire"),
    "item": later("number of the item"),
    "response": later("answer to the item"),
    "scale": later("name of the scale"),
    "score": later("score"),
}
"""Ours → in words, in the order of the choices."""


def say_column(ours: str) -> str:
    """Return in words what a column is read as: ``"srs:total:therapist"`` is “SRS total, rated by the therapist”."""
    if ours == NOT_KNOWN:
        return say("not recognised: not used")
    if ours == LEFT_ASIDE:
        return say("leave aside")
    if ":" not in ours:
        return say(FIELDS[ours]) if ours in FIELDS else ours
    named, what, *more = ours.split(":")
    title = INSTRUMENTS[named].short_title if named in INSTRUMENTS else ""
    what = say("item {number}", number=what) if what.isdecimal() else say_scale(named, what)
    return ", ".join([f"{title} {what}".strip(), *map(_say_more, more)])


def _say_more(part: str) -> str:
    if part in RATERS:
        return say_rated_by(part)
    return say({"sum": later("as a sum"), "item mean": later("as a mean of the items")}.get(part, part))


def list_choices(instruments: Iterable[str], current: str) -> list[tuple[str, str]]:
    """Return the choices for a column, words first: fields, then what the instruments ask; `current` is among them."""
    ours = [NOT_KNOWN, LEFT_ASIDE, *FIELDS]
    for key in instruments:
        ours += _parts(INSTRUMENTS[key])
    if current not in ours:
        ours.append(current)
    return [(say_column(each), each) for each in ours]


def _parts(instrument: Instrument) -> list[str]:
    items = [f"{instrument.key}:{item}" for item in range(1, instrument.n_items + 1)]
    scales = [f"{instrument.key}:{scale}" for scale in instrument.scales]
    by_rater = [f"{each}:{rater}" for rater in instrument.raters for each in [*scales, *items]]
    statistics = [f"{each}:{statistic}" for each in scales for statistic in ("sum", "item mean")]
    return [*items, *scales, *(by_rater if len(instrument.raters) > 1 else []), *statistics]
