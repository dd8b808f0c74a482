"""What the warmed process does before anybody asks: it runs each page once, over the sample and over what is served."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs

from supervision_kit.environment import CONSULTATION, FLEETING, ROLE, SAMPLE, WORKSPACE
from supervision_kit.server.pages import FIRST_PAGE, PAGES, find_folder

MOST_WANTED = 8
"""So many pages are kept ready: those that were asked for last."""

LONGEST = 3.0
"""Seconds; a page that takes longer is made once, and not again whenever its ratings change."""

imported: set[str] = set()
"""The names of what there is to share once it has settled: a fork that imports more has it for itself."""

Order = dict[str, Any]


def rehearse_pages() -> Iterator[str]:
    """Run each page's notebook over the sample, and close it again: what pages need is then imported."""
    folder = find_folder("notebooks")
    for page in sorted(PAGES, key=lambda page: page != FIRST_PAGE):
        if (folder / page.notebook).is_file():
            rehearse(folder / page.notebook)
            yield page.notebook


def rehearse(notebook: Path) -> None:
    """Run one notebook where it stands, with a workspace that goes when it is done."""
    with TemporaryDirectory(prefix="sk_rehearsal_", ignore_cleanup_errors=True) as place:
        kept, sample = (str(Path(place) / name) for name in ("demonstration.sqlite", "sample.sqlite"))
        os.environ.update({WORKSPACE: kept, SAMPLE: sample, FLEETING: "1"})
        with chdir(notebook.parent):
            _run(notebook)


def _run(notebook: Path) -> None:
    """Run the cells of a notebook, and close what they opened."""
    from supervision_kit.apps.page import close_pages, said_of_error

    def run_cells() -> None:
        scope: dict[str, Any] = {}
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), scope)  # noqa: S102 - a page of the kit's own

    said_of_error(run_cells)  # a page that stumbles stumbles again when it is asked for, and takes no other with it
    close_pages()


def settle() -> None:
    """Put everything that there is out of the garbage collector's sight: what it looks at is copied for each fork."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    imported.update(sys.modules)


class PagesAhead:
    """The pages that are kept ready over what is served: those expected, and those that were asked for last.

    Parameters
    ----------
    expected
        Orders of the pages that are likely to be asked for, the likeliest first.
    """

    def __init__(self, expected: Iterable[Order] = ()) -> None:
        self._wanted: dict[tuple[Any, ...], Order] = {}  # the latest last
        self._made: dict[tuple[Any, ...], Any] = {}
        self._taken: dict[tuple[Any, ...], float] = {}
        for order in reversed(list(expected)):
            self._want(order)

    def want(self, order: Order) -> None:
        """Take in that a page was asked for; one of a particular case, say, is made when it is asked for."""
        asked = parse_qs(order["env"].get("QUERY_STRING", ""))
        if not asked.keys() - {"lang"}:
            self._want(order)

    def _want(self, order: Order) -> None:
        from supervision_kit.apps.ahead import surroundings

        key = notebook_of(order), surroundings(order["env"])
        self._wanted.pop(key, None)
        self._wanted[key] = order
        for oldest in list(self._wanted)[:-MOST_WANTED]:
            del self._wanted[oldest]

    def make_next(self) -> bool:
        """Make one page that is not ready; return whether there was any."""
        for key in reversed(self._wanted):
            if self._is_to_make(key):
                start = time.monotonic()
                self._made[key] = make(self._wanted[key])
                self._taken[key] = time.monotonic() - start
                return True
        return False

    def _is_to_make(self, key: tuple[Any, ...]) -> bool:
        from supervision_kit.apps.ahead import still_waits

        if key not in self._made:
            return True
        wish = self._made[key]
        return wish is not None and self._taken[key] < LONGEST and not still_waits(wish)


def notebook_of(order: Order) -> Path:
    """Return the notebook of the page that is ordered."""
    return Path(order["cwd"]) / Path(order["env"].get("SCRIPT_NAME", "")).name


def make(order: Order) -> Any:
    """Make a page as this order's kernel would; return what it was made for, or None where it cannot be kept."""
    from supervision_kit.apps.ahead import making_ahead, newest

    notebook, before = notebook_of(order), newest()
    if not notebook.is_file():
        return None
    with _surrounded_by(order["env"]), chdir(notebook.parent), making_ahead():
        _run(notebook)
    return None if newest() == before else newest()


@contextmanager
def _surrounded_by(env: dict[str, str]) -> Iterator[None]:
    """Put an environment in place, but for whose page it is: a consultation is tried out in a folder that goes."""
    before = dict(os.environ)
    with TemporaryDirectory(prefix="sk_rehearsal_", ignore_cleanup_errors=True) as place:
        nobodys = {name: value for name, value in env.items() if name != ROLE}
        try:
            os.environ.clear()
            os.environ.update(nobodys | {CONSULTATION: str(Path(place) / "consultation.sqlite")})
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def expect_pages(folder: Path, env: dict[str, str], languages: Iterable[str], *, language_in: str) -> Iterator[Order]:
    """Return the orders of the pages in a folder, the one that visitors land on first, in each language."""
    pages = (
        FIRST_PAGE,
        *(page for page in PAGES[1:] if page != FIRST_PAGE),
    )  # what the first shows comes from a browser
    for language in languages:
        for page in pages:
            if (folder / page.notebook).is_file():
                told = {"SCRIPT_NAME": f"/voila/render/{page.notebook}", "QUERY_STRING": "", language_in: language}
                yield {"cwd": str(folder), "env": env | told}
