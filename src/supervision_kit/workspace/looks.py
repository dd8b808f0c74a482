"""Looks that nobody has had yet: what is read ahead, for a page, enters the audit once somebody has asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from supervision_kit.workspace.opened import Opened


class Look(NamedTuple):
    """What was read of which cases of a workspace, by their numbers, and for which view."""

    workspace: Opened
    view: str
    about: frozenset[int]


def enter_looks(looks: Iterable[Look]) -> None:
    """Enter looks in the audit now, those at one workspace together."""
    of_each: dict[int, list[Look]] = {}
    for look in looks:
        of_each.setdefault(id(look.workspace), []).append(look)
    for those in of_each.values():
        those[0].workspace.enter_looks(those)


_ahead: ContextVar[list[Look] | None] = ContextVar("looks_ahead", default=None)


@contextmanager
def looking_ahead() -> Iterator[list[Look]]:
    """Give a list which gathers the looks that are had within; none of them enters the audit by itself."""
    looks: list[Look] = []
    before = _ahead.set(looks)
    try:
        yield looks
    finally:
        _ahead.reset(before)


def looks_ahead() -> list[Look] | None:
    """Return the list that gathers looks, or None where they enter the audit."""
    return _ahead.get()
