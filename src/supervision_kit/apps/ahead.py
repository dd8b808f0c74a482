"""Pages that are made before anybody asks for them, in the process that kernels are forked from.

A fork finds the page that it would make, widgets and all, and takes it, if what it shows is still as it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import comm
import ipywidgets as ipw
from IPython.core.getipython import get_ipython
from ipywidgets.widgets import widget as living

from supervision_kit.apps.address import asked_for
from supervision_kit.apps.page import Page
from supervision_kit.apps.shown import Shown
from supervision_kit.environment import CONSULTATION, ROLE, VIEWER
from supervision_kit.workspace.looks import Look, enter_looks, looking_ahead, looks_ahead

MOST_KEPT = 16  # pages; each is some megabytes that all forks share

_READ_BY_PAGES = (
    "SUPERVISION_KIT_",
    "SERVER_SOFTWARE",
    "HTTP_ACCEPT_LANGUAGE",
    "LANG",
    "LC_",
    "TZ",
    "HOME",
    "XDG_",
    "LOGNAME",
    "USER",
    "LNAME",
)
"""What environment variables begin with that pages, and the audit that they make entries in, read."""

_READ_BY_SEATS = (ROLE, VIEWER, CONSULTATION)  # by the page of a consultation alone, which nobody else can take
_SETTLED_BY_THE_SERVER = "lang"  # of what an address asks for


@dataclass(frozen=True)
class Made:
    """A page that waits to be taken: with its widgets, and the looks at a workspace that it took to make it.

    Of a page that is one person's own there are its ratings alone.
    """

    page: Page | None
    shown: Shown
    looks: tuple[Look, ...]
    looks_at_ratings: tuple[Look, ...]
    widgets: dict[str, ipw.Widget]
    comms: dict[str, Any]


class Wish(NamedTuple):
    """What a page is made for: what it is about, under which circumstances, and what its address asks for."""

    about: tuple[Any, ...]
    asked: tuple[tuple[str, str], ...]


_made: dict[Wish, Made] = {}
_given: list[Made] = []


@contextmanager
def making_ahead() -> Iterator[None]:
    """Keep the pages that are opened within for the forks of this process; no look enters the audit meanwhile."""
    with looking_ahead():
        yield


def open_or_take(build: Callable[[Shown], Page], find: Callable[[], Shown], *, about: tuple[Any, ...]) -> ipw.Widget:
    """Return the page that `build` makes of what `find` finds: the one that waits for it, or one that is made now.

    `about` is all that the two depend on, beside the environment and what the page's address asks for.
    """
    wish = Wish((about, surroundings(os.environ), os.getcwd(), today()), asked_beside_language())  # noqa: PTH109
    looks = looks_ahead()
    if looks is not None:
        return _make(build, find, wish, looks)
    return _take(wish) or build(_take_ratings(wish) or find())


def surroundings(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what of an environment the pages depend on."""
    return tuple(
        sorted(
            (name, value)
            for name, value in environment.items()
            if name.startswith(_READ_BY_PAGES) and name not in _READ_BY_SEATS
        )
    )


def asked_beside_language() -> tuple[tuple[str, str], ...]:
    """Return what the page's address asks for; its language the server has settled."""
    return tuple(sorted((name, value) for name, value in asked_for().items() if name != _SETTLED_BY_THE_SERVER))


def today() -> date:
    """Return the day where this machine stands."""
    return datetime.now().astimezone().date()


def newest() -> Wish | None:
    """Return the wish that was made ahead last."""
    return next(reversed(_made), None)


def forget(wish: Wish) -> None:
    """Let go of what was made for a wish, if anything was; its widgets sign off as they end."""
    if made := _made.pop(wish, None):
        comm.get_comm_manager().comms.update(made.comms)


def still_waits(wish: Wish) -> bool:
    """Tell whether the page that was made for a wish can be taken still."""
    return wish in _made and wish.about[-1] == today() and _made[wish].shown.is_as_it_was()


def _widgets_alive() -> dict[str, ipw.Widget]:
    """Return all widgets of this process by their number, as ipywidgets itself keeps them; it has no other way in."""
    alive: dict[str, ipw.Widget] = living._instances  # noqa: SLF001
    return alive


def _make(build: Callable[[Shown], Page], find: Callable[[], Shown], wish: Wish, looks: list[Look]) -> Page:
    known, before = set(_widgets_alive()), len(looks)
    shown = find()
    read = len(looks)
    page = build(shown)
    page.prepare()
    if not shown.is_as_it_was():
        return page
    forget(wish)
    if page.is_for_anybody:
        widgets = {name: one for name, one in _widgets_alive().items() if name not in known}
        comms = comm.get_comm_manager().comms
        lines = {name: comms.pop(name) for name in widgets}
        _made[wish] = Made(page, shown, tuple(looks[before:]), tuple(looks[before:read]), widgets, lines)
        for name in widgets:  # no other page's kernel shall know of them
            del _widgets_alive()[name]
    else:
        _made[wish] = Made(None, shown, (), tuple(looks[before:read]), {}, {})
    for oldest in list(_made)[:-MOST_KEPT]:
        forget(oldest)
    return page


def _take(wish: Wish) -> Page | None:
    made = _give(lambda other: other == wish and _made[other].page is not None)
    if made is None:
        return None
    _widgets_alive().update(made.widgets)
    comm.get_comm_manager().comms.update(made.comms)
    kernel = getattr(get_ipython(), "kernel", None)
    for line in made.comms.values():
        line.kernel = kernel  # a widget says nothing to a browser before its line has a kernel
    enter_looks(made.looks)
    return made.page


def _take_ratings(wish: Wish) -> Shown | None:
    """Return the ratings of a page that asks for something else of them."""
    made = _give(lambda other: other.about == wish.about)
    if made is None:
        return None
    enter_looks(made.looks_at_ratings)
    return made.shown


def _give(suits: Callable[[Wish], bool]) -> Made | None:
    """Return what suits, if it is as it was, and give it to nobody again."""
    wish = next(filter(suits, _made), None)
    if wish is None or not _made[wish].shown.is_as_it_was():
        return None
    _given.append(_made.pop(wish))  # kept: to forget it would be to write to memory that is shared
    return _given[-1]
