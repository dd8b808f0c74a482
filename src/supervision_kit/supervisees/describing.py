"""A supervisee's cases together, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from supervision_kit.reasons import REASONS
from supervision_kit.supervisees.counting import FALLS, HANDOVER, cases_of, count_supervisees
from supervision_kit.tables import CASE_REASONS, CASELOAD
from supervision_kit.words import say, say_list, say_n, say_number

FEWEST_CASES = 5  # fewer are told one by one, and make no pattern; the kit's own choice
SHARED = 2  # cases from which on a reason is one that they share
# What is no pattern in how therapies go, or is counted by itself.
_NO_PATTERN = (
    *FALLS,
    *("due", "new", "new_fall", "confirmed", "rejected", "decision", "near_end", "missing", "no_forms", "top"),
    HANDOVER,
)


def describe_supervisee(caseload: pd.DataFrame, reasons: pd.DataFrame, *, therapist_id: str | None) -> tuple[str, ...]:
    """Say what the cases of one therapist show together: counts, and what several of them share.

    Parameters
    ----------
    caseload, reasons
        See :data:`supervision_kit.tables.CASELOAD` and :data:`supervision_kit.tables.CASE_REASONS`.
    therapist_id
        The therapist; ``None`` for the cases without a therapist's code.

    Returns
    -------
    tuple of str
        Sentences. With fewer than five cases, counts alone, and that they make no pattern. Nobody is held beside
        anybody else.

    Raises
    ------
    UnknownNameError
        There is no such therapist.
    TableError
        A table breaks its contract.

    References
    ----------
    Patterns across a caseload as a use of client data in supervision: Swift et al. (2015), Psychotherapy 52(2),
    https://doi.org/10.1037/a0037659
    """
    cases = cases_of(CASELOAD.check(caseload), therapist_id)
    own, (one,) = cases["case_id"], count_supervisees(cases, reasons).to_dict("records")
    said = [*_how_many(one), *_falls(one), *_forms(one)]
    if one["n_cases"] < FEWEST_CASES:
        few = say("These are counts: fewer than {n} cases make no pattern. Take them one by one.", n=FEWEST_CASES)
        return (*said, few)
    return (*said, *_shared(CASE_REASONS.check(reasons), set(own), one["n_cases"]))


def _how_many(one: Mapping[Any, Any]) -> Iterator[str]:
    yield say_n(
        "{n} case; of {judged} the ratings can be judged.",
        "{n} cases; of {judged} the ratings can be judged.",
        one["n_cases"],
        judged=say_number(one["n_judged"]),
    )


def _falls(one: Mapping[Any, Any]) -> Iterator[str]:
    if one["n_falls"]:
        yield _own_falls(one)
    elif not one["n_handover"]:
        yield say("No fall is marked in them. That does not mean that there was no rupture.")
    if one["n_handover"]:
        yield say(
            "At a change of therapist the client's rating fell {times}: that is not counted as anybody's.",
            times=say_n("once", "{n} times", one["n_handover"]),
        )


def _own_falls(one: Mapping[Any, Any]) -> str:
    ends = [
        text
        for n, text in (
            (one["n_back"], say("{n} came back", n=one["n_back"])),
            (one["n_partly"], say("{n} came back in part", n=one["n_partly"])),
            (one["n_down"], say_n("{n} is down by now", "{n} are down by now", one["n_down"])),
            (one["n_anew"], say("{n} had not come back when the limits started anew", n=one["n_anew"])),
            (one["n_early"], say_n("{n} is too recent to say", "{n} are too recent to say", one["n_early"])),
        )
        if n
    ]
    return say_n(
        "The client's rating fell {times}, in {n} case: {ends}.",
        "The client's rating fell {times}, in {n} cases: {ends}.",
        one["n_fell"],
        times=say_n("once", "{n} times", one["n_falls"]),
        ends=say_list(ends),
    )


def _forms(one: Mapping[Any, Any]) -> Iterator[str]:
    if one["n_missing"]:
        yield say_n(
            "In {n} case the client's forms are missing, or no longer come.",
            "In {n} cases the client's forms are missing, or no longer come.",
            one["n_missing"],
        )
    if one["n_top"]:
        yield say_n(
            "In {n} case the last forms are all at the top of the scale, and cannot tell how it is going.",
            "In {n} cases the last forms are all at the top of the scale, and cannot tell how it is going.",
            one["n_top"],
        )


def _shared(reasons: pd.DataFrame, cases: set[str], n_cases: int) -> Iterator[str]:
    """Say what else several cases have in common, in the order in which the reasons are named."""
    own = reasons[reasons["case_id"].isin(cases)]
    n_of = own.groupby("reason")["case_id"].nunique()
    for key, reason in REASONS.items():
        n = int(n_of.get(key, 0))
        if key not in _NO_PATTERN and n >= SHARED:
            yield say("In {n} of {cases} cases: {what}.", n=n, cases=n_cases, what=say(reason.meaning))
