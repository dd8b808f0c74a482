"""Every address that a shared server answers at; there are no others, whatever Voila and Jupyter bring along."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from supervision_kit.server.dashboard import LAB_EXTENSIONS
from supervision_kit.server.pages import PAGES

SHARED_PAGES = tuple(page.notebook for page in PAGES if page.notebook != "1_load_ratings.ipynb")
"""By their notebooks, which are the kit's own: nothing in a bundle is run, and nothing can be loaded into one."""

KERNEL_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_FILE = r"[\w@.~-]+(?:/[\w@.~-]+)*"  # no %, no backslash, nothing empty; `..` is refused ahead of this


@dataclass(frozen=True)
class Route:
    """One kind of address."""

    name: str
    """What the log calls it."""

    pattern: re.Pattern[str]
    """Of the path below the server's base; a group ``kernel`` holds a kernel's id, ``page`` a page's notebook."""

    methods: frozenset[str]
    is_open: bool = False
    """Whether strangers may ask for it."""

    is_page: bool = False
    """Whether it is a page: a stranger who asks for it is shown to the sign-in."""

    leads: bool = False
    """Whether it is the facilitator's alone."""

    is_goodbye: bool = False
    """Whether it ends something of one's own, which is always possible."""


def _route(name: str, pattern: str, *methods: str, **more: Any) -> Route:
    return Route(name, re.compile(pattern, re.ASCII), frozenset(methods), **more)


def list_routes() -> tuple[Route, ...]:
    """Return all there are."""
    notebooks, packages = ("|".join(map(re.escape, names)) for names in (SHARED_PAGES, LAB_EXTENSIONS))
    return (
        _route("/", "", "GET", is_page=True),
        _route("/sign-in", "sign-in", "GET", "POST", is_open=True),
        _route("/sign-out", "sign-out", "POST"),
        _route("/people", "people", "GET", "POST", is_page=True, leads=True),
        _route("/PAGE", rf"voila/render/(?P<page>{notebooks})", "GET", is_page=True),
        _route("/KERNEL", rf"api/kernels/(?P<kernel>{KERNEL_ID})", "GET"),
        _route("/KERNEL/channels", rf"api/kernels/(?P<kernel>{KERNEL_ID})/channels", "GET"),
        _route("/KERNEL/goodbye", rf"voila/api/shutdown/(?P<kernel>{KERNEL_ID})", "POST", is_goodbye=True),
        _route("/CHART", r"supervision_kit/[\w.-]+", "GET"),
        _route("/STATIC", rf"voila/static/{_FILE}", "GET"),
        _route("/TEMPLATE", rf"voila/templates/(?:base|lab|supervision_kit)/static/{_FILE}", "GET"),
        _route("/EXTENSION", rf"voila/labextensions/(?:{packages})/static/{_FILE}", "GET"),
    )


def find_route(path: str, base: str, known: Iterable[Route]) -> Route | None:
    """Return the route that a path belongs to; None if there is none."""
    if not path.startswith(base):
        return None
    below = path[len(base) :]
    if ".." in below.split("/"):
        return None
    return next((route for route in known if route.pattern.fullmatch(below)), None)
