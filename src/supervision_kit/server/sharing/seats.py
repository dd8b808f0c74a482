"""Who has which pages open, and who gives up a place when there is none left: seats are shared out by fairness."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from supervision_kit.server.sharing.limits import Clock
from supervision_kit.server.sharing.sign_ins import FACILITATOR, Viewer

PAGES_EACH = 4
"""Pages that a viewer can have open: a further one ends the oldest."""

PAGES_A_SEAT = 2
"""Pages of all participants together, for each seat: beyond, whoever has most loses the oldest."""

CONNECTS_WITHIN = 30.0
"""Seconds after which a page that was sent and never came back keeps no seat."""

LINES_EACH = 3
"""Connections between a page and its kernel: one, and those that are lost and not known to be so yet."""

IDLE = 10 * 60.0
"""Seconds without a word from any page of a viewer's, after which somebody who finds no seat gets theirs."""


FAIR = 2
"""Seats that one place, an address mostly, may have more than the place of somebody who finds none."""


@dataclass(eq=False)
class OpenPage:
    """One page and its kernel."""

    viewer: Viewer
    place: str
    notebook: str
    heard: float
    n_lines: int = 0

    def is_seated(self, now: float) -> bool:
        """Tell whether it is in use: connected, or on its way."""
        return self.n_lines > 0 or now - self.heard < CONNECTS_WITHIN


@dataclass
class Seats:
    """The pages of all viewers.

    Parameters
    ----------
    most_viewers
        Participants who can have pages open at once. The facilitator always has a place.
    """

    most_viewers: int = 15
    clock: Clock = time.monotonic
    _pages: dict[str, OpenPage] = field(default_factory=dict)
    """By kernel, the oldest first."""

    _coming: list[OpenPage] = field(default_factory=list)

    def __getitem__(self, kernel_id: str) -> OpenPage:
        return self._pages[kernel_id]

    def __contains__(self, kernel_id: object) -> bool:
        return kernel_id in self._pages

    def __iter__(self) -> Iterator[str]:
        return iter([*self._pages])

    @contextmanager
    def expecting(self, viewer: Viewer, *, place: str, notebook: str) -> Iterator[OpenPage]:
        """Keep a seat for somebody whose page opens within."""
        page = OpenPage(viewer, place, notebook, heard=self.clock())
        self._coming.append(page)
        try:
            yield page
        finally:
            self._coming.remove(page)

    def take(self, kernel_id: str, page: OpenPage) -> list[str]:
        """Note a page whose kernel has started, and return those kernels that are to end for it."""
        page.heard = self.clock()
        self._pages[kernel_id] = page
        ending = self.of(page.viewer.id)[:-PAGES_EACH]
        left = [one for one, other in self._pages.items() if other.viewer.role != FACILITATOR and one not in ending]
        if len(left) > PAGES_A_SEAT * self.most_viewers:
            counts = Counter(self._pages[one].viewer.id for one in left)
            ((most, _),) = counts.most_common(1)
            ending.append(next(one for one in left if self._pages[one].viewer.id == most))
        return ending

    def free(self, kernel_id: str) -> OpenPage | None:
        """Forget a page."""
        return self._pages.pop(kernel_id, None)

    def of(self, viewer_id: str) -> list[str]:
        """Return the kernels of a viewer, the oldest first."""
        return [kernel for kernel, page in self._pages.items() if page.viewer.id == viewer_id]

    def has_line_free(self, kernel_id: str) -> bool:
        """Tell whether a page may connect to its kernel once more."""
        return kernel_id in self._pages and self._pages[kernel_id].n_lines < LINES_EACH

    @contextmanager
    def connected(self, kernel_id: str) -> Iterator[None]:
        """Count a line between a page and its kernel for as long as it holds."""
        page = self._pages[kernel_id]
        page.n_lines += 1
        try:
            yield
        finally:
            page.n_lines -= 1
            page.heard = self.clock()

    def hear(self, kernel_id: str) -> None:
        """Note that a page said something."""
        page = self._pages.get(kernel_id)
        if page is not None:
            page.heard = self.clock()

    def find(self, viewer: Viewer, *, place: str) -> list[str] | None:
        """Return whose pages have to end so that somebody can sit down; None where all sit rightly.

        Who has a page open sits already. Beyond that a seat is free; or somebody was idle for long; or one place has
        clearly more seats than the newcomer's: then whoever there was heard of longest ago stands up.
        """
        seated = self.seated()
        if viewer.role == FACILITATOR or viewer.id in seated or len(seated) < self.most_viewers:
            return []
        heard = {one: max(page.heard for page in pages) for one, pages in seated.items()}
        longest = min(heard, key=heard.__getitem__)
        if self.clock() - heard[longest] >= IDLE:
            return [longest]
        places = Counter(pages[-1].place for pages in seated.values())
        ((fullest, n),) = places.most_common(1)
        if n <= places[place] + FAIR:
            return None
        return [min((one for one in heard if seated[one][-1].place == fullest), key=heard.__getitem__)]

    def seated(self) -> dict[str, list[OpenPage]]:
        """Return the participants who sit, by their ids, each with the pages that count."""
        found: dict[str, list[OpenPage]] = {}
        now = self.clock()
        for page in (*self._pages.values(), *self._coming):
            if page.viewer.role != FACILITATOR and page.is_seated(now):
                found.setdefault(page.viewer.id, []).append(page)
        return found
