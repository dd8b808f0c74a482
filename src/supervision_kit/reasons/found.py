"""A reason that holds for a case, before it is a row of a table."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """A reason that holds for a case.

    `session` is where the evidence is seen; `brought_at` the session whose form brought the reason up, None where no
    single form did. `rater`, `instrument` and `scale` name the series that shows it, None where none does.
    """

    case_id: str
    reason: str
    sentence: str
    session: int | None = None
    brought_at: int | None = None
    rater: str | None = None
    instrument: str | None = None
    scale: str | None = None
