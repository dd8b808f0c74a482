"""Two who try to find out who is who, and how many cases they get right on average.

*The holder of the originals* has every rating exactly as it was given, of all cases, published or not, and knows how
the publication was made. They look for the records that a published case can have come from.

*The colleague* has no record. They know of one person that the case is published, on which alliance questionnaire it
was rated, whose case it is, how many sessions it had to within :data:`SESSIONS_UNSURE`, and, to within
:data:`FALL_UNSURE` sessions, when the client's rating fell most from one session to the next; and how the publication
was made, which drawn code is which therapist's among it. They look for the published cases that this fits.

Where several fit, one is taken by lot: of three, it is the right one a third of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from supervision_kit.disclosure.layout import Layout, Numbers, lay_out
from supervision_kit.tables import SCORES

MOST_TRIED = 200  # cases that each of the two tries; more would not make the share surer than a few per cent
SESSIONS_UNSURE = 1
FALL_UNSURE = 2


@dataclass(frozen=True)
class Linkage:
    """What one of the two found out.

    Attributes
    ----------
    by_case
        Of each published case that was tried, by its new code: how many fit, 0 where the right one does not.
    """

    by_case: Mapping[str, int]

    @property
    def n_tried(self) -> int:
        """How many cases were tried."""
        return len(self.by_case)

    @property
    def expected(self) -> float:
        """How many of them are right on average."""
        return sum(1 / n for n in self.by_case.values() if n)

    @property
    def share(self) -> float:
        """The share of them that is right on average."""
        return self.expected / self.n_tried if self.n_tried else 0.0

    @property
    def n_alone(self) -> int:
        """How many are found for certain."""
        return sum(n == 1 for n in self.by_case.values())


def lay_out_all(scores: pd.DataFrame) -> Layout:
    """Lay out every case of a table."""
    checked = SCORES.check(scores)
    return lay_out(checked, tuple(checked["case_id"].unique()))


def choose_cases(cases: tuple[str, ...]) -> Numbers:
    """Return the cases to try: all, or so many of them, which drawn codes put in a random order."""
    return np.arange(min(len(cases), MOST_TRIED))
