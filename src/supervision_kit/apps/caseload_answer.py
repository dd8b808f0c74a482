"""The answer of the page of the caseload, in a few short sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from supervision_kit.reasons import CAME_BACK, LEARN_FROM, NEEDS_A_WORD
from supervision_kit.words import say, say_day, say_n, say_number


def tell_news(since: datetime, n_forms: int) -> str:
    """Say how many forms came in since a moment."""
    day = say_day(since.astimezone().date())
    return say_n("Since {day}: {n} new rating.", "Since {day}: {n} new ratings.", n_forms, day=day)


def tell_cases(cases: pd.DataFrame, reasons: pd.DataFrame) -> Iterator[str]:
    """Say how many of these cases need a word, how many came back, and of how many nothing can be said."""
    n_word, n_down = int((cases["priority"] >= NEEDS_A_WORD).sum()), int((cases["open_ruptures"] > 0).sum())
    counts = {"some": say_number(n_word), "down": say_number(n_down)}
    if not n_word:
        yield say_n("Nothing stands out in {n} case.", "Nothing stands out in {n} cases.", len(cases))
    elif n_down:
        yield say_n(
            "{some} of {n} case may need a word: in {down} of them the client's rating is down by now.",
            "{some} of {n} cases may need a word: in {down} of them the client's rating is down by now.",
            len(cases),
            **counts,
        )
    else:
        yield say_n("{some} of {n} case may need a word.", "{some} of {n} cases may need a word.", len(cases), **counts)
    own = reasons[reasons["case_id"].isin(cases["case_id"])]
    n_back, n_learn = (own.loc[own["reason"].isin(keys), "case_id"].nunique() for keys in (CAME_BACK, LEARN_FROM))
    if n_back:
        yield say("In {n} a fall came back.", n=say_number(n_back))
    if n_learn:
        yield say_n("{n} is worth learning from.", "{n} are worth learning from.", n_learn)
    if n_unclear := int(cases["outcome_class"].isna().sum()):
        yield say_n("{n} cannot be judged from the ratings.", "{n} cannot be judged from the ratings.", n_unclear)
