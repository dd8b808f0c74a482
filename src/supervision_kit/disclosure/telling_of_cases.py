"""How many cases, in words that tell no more than they may."""

from __future__ import annotations

from supervision_kit.disclosure.account import Account
from supervision_kit.words import say, say_n, say_number


def say_cases(n_cases: int) -> str:
    """Return how many cases: "7 cases"."""
    return say_n("{n} case", "{n} cases", n_cases)


def say_few(n_cases: int, account: Account) -> str:
    """Return how many cases; where they are fewer than a group, that a number could give away: "fewer than 5 cases"."""
    if 0 < n_cases < account.smallest:
        return say("fewer than {n} cases", n=say_number(account.smallest))
    return say_cases(n_cases)
