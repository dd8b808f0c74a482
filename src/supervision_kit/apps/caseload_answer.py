"""The cases by what is said of them, and the answer of the page of the caseload in a few short sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import pandas as pd

from supervision_kit.reasons import NEEDS_A_WORD, WORTH_ASKING
from supervision_kit.words import say, say_day, say_n, say_number

GROUPS = ("needs_word", "to_ask", "came_back", "unclear", "quiet", "aside")


def group_cases(cases: pd.DataFrame, aside: Collection[str], *, came_back: Collection[str]) -> dict[str, pd.DataFrame]:
    """Part the cases of a caseload table by what is said of them; each stands in one of :data:`GROUPS`.

    `came_back` are those with a fall that came back, by their reasons.
    """
    outcome, needs_word = cases["outcome_class"], cases["priority"] >= NEEDS_A_WORD
    is_aside = cases["case_id"].isin(list(aside))
    is_to_ask = ~needs_word & (cases["priority"] >= WORTH_ASKING)
    rest = ~needs_word & ~is_to_ask & ~is_aside
    is_back = outcome.notna() & cases["case_id"].isin(list(came_back))
    is_in = {
        "needs_word": needs_word & ~is_aside,
        "to_ask": is_to_ask & ~is_aside,
        "came_back": rest & is_back,
        "unclear": rest & outcome.isna(),
        "quiet": rest & outcome.notna() & ~is_back,
        "aside": is_aside,
    }
    return {name: cases[is_in[name]] for name in GROUPS}


def tell_news(since: datetime, n_forms: int) -> str:
    """Say how many forms came in since a moment."""
    day = say_day(since.astimezone().date())
    return say_n("Since {day}: {n} new rating.", "Since {day}: {n} new ratings.", n_forms, day=day)


def tell_cases(groups: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Say how many cases need a word, how many came back, and of how many nothing can be said."""
    n = {name: len(cases) for name, cases in groups.items()}
    n_all, n_down = sum(n[name] for name in GROUPS[:-1]), int((groups["needs_word"]["open_ruptures"] > 0).sum())
    counts = {"some": say_number(n["needs_word"]), "down": say_number(n_down)}
    if not n["needs_word"]:
        yield _tell_none(n_all, n["to_ask"])
    elif n_down == n["needs_word"] == 1:
        yield say_n(
            "{some} of {n} case may need a word: the client's rating is down by now.",
            "{some} of {n} cases may need a word: the client's rating is down by now.",
            n_all,
            **counts,
        )
    elif n_down == n["needs_word"]:
        yield say_n(
            "{some} of {n} case may need a word: in each of them the client's rating is down by now.",
            "{some} of {n} cases may need a word: in each of them the client's rating is down by now.",
            n_all,
            **counts,
        )
    elif n_down:
        yield say_n(
            "{some} of {n} case may need a word: in {down} of them the client's rating is down by now.",
            "{some} of {n} cases may need a word: in {down} of them the client's rating is down by now.",
            n_all,
            **counts,
        )
    else:
        yield say_n("{some} of {n} case may need a word.", "{some} of {n} cases may need a word.", n_all, **counts)
    if n["to_ask"]:
        yield say_n(
            "{n} is worth asking about when there is time.",
            "{n} are worth asking about when there is time.",
            n["to_ask"],
        )
    if n["came_back"]:
        yield say("In {n} it fell and came back: worth learning from.", n=say_number(n["came_back"]))
    if n["unclear"]:
        yield say_n("{n} cannot be judged from the ratings.", "{n} cannot be judged from the ratings.", n["unclear"])


def _tell_none(n_cases: int, n_to_ask: int) -> str:
    if n_to_ask:
        return say_n(
            "By its ratings {n} case needs no word.", "By their ratings none of {n} cases needs a word.", n_cases
        )
    return say_n("Nothing stands out in {n} case.", "Nothing stands out in {n} cases.", n_cases)
