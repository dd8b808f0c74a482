"""What tells whether a workspace is as it was: it changes with all that is written, and with what time makes old."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from supervision_kit.workspace.hours import ONE_SITTING
from supervision_kit.workspace.moments import ago
from supervision_kit.workspace.schema import audit, drafts, flags, supervisions
from supervision_kit.workspace.undoing import find_last


class Revision(NamedTuple):
    """Two that are equal show one and the same workspace to one user.

    Every change has its entry in the audit, where looks stand as well; but drafts are changed without one. What of a
    sitting counts, and what can be undone, is settled by the clock.
    """

    last_change: tuple[int, str] | None
    drafts: tuple[int, str | None]
    of_this_sitting: tuple[int, int]
    can_undo: int | None


def read_revision(connection: Connection, who: str) -> Revision:
    """Return how a workspace stands for a user."""
    since = ago(ONE_SITTING)
    typed = connection.execute(select(func.count(), func.max(drafts.c.at))).one()
    fresh = (
        connection.execute(select(func.count()).where(moment >= since)).scalar_one()
        for moment in (flags.c.at, supervisions.c.started_at)
    )
    change = select(audit.c.id, audit.c.at).where(audit.c.action != "read").order_by(audit.c.id.desc())
    changed, last = connection.execute(change.limit(1)).first(), find_last(connection, who)
    return Revision(
        None if changed is None else (changed.id, changed.at),
        (typed[0], typed[1]),
        (next(fresh), next(fresh)),
        None if last is None else last[0],
    )
