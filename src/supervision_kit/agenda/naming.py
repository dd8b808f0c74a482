"""What cases and therapists are called on a paper: as the clinic does, or by codes that say nothing of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from supervision_kit.words import say
from supervision_kit.workspace import Workspace


@dataclass(frozen=True)
class Names:
    """What each case is called, and the heading of each therapist's sheet."""

    cases: Mapping[str, str]
    sheets: Mapping[str, str]
    is_coded: bool


def name_as_kept(cases: Iterable[str], therapists: Iterable[str]) -> Names:
    """Call everybody as the workspace does."""
    sheets = {one: say("Supervisee {name}", name=one) if one else _nobody() for one in therapists}
    return Names({case: case for case in cases}, sheets, is_coded=False)


def draw_names(workspace: Workspace, cases: Iterable[str], therapists: Iterable[str]) -> Names:
    """Call cases by their pseudonyms, and therapists by letters that are drawn for this paper alone."""
    drawn = sorted(one for one in therapists if one)
    secrets.SystemRandom().shuffle(drawn)
    sheets = {one: say("Supervisee {name}", name=_letters(at)) for at, one in enumerate(drawn)}
    return Names(workspace.pseudonyms(list(cases)), sheets | {"": _nobody()}, is_coded=True)


def _nobody() -> str:
    return say("Cases without a therapist’s code")


def _letters(n: int) -> str:
    """Write 0, 1, …, 25, 26 as A, B, …, Z, AA."""
    before, last = divmod(n, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
