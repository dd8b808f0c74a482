"""Moments as a workspace keeps them: UTC, as text that sorts by time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd

from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.failures import told_if_damaged


def this_moment() -> datetime:
    """Return what the clock says."""
    return datetime.now(UTC)


def now() -> str:
    """Return this moment as it is kept."""
    return as_text(this_moment())


def ago(span: timedelta) -> str:
    """Return the moment a span before this one as it is kept."""
    return as_text(this_moment() - span)


def as_text(moment: datetime) -> str:
    """Return a moment as it is kept; one without a time zone is this machine's."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_moment(moment: date | str) -> str:
    """Return a moment or a day, or its text, as it is kept; a day begins at this machine's midnight.

    Raises
    ------
    WorkspaceError
        It is none.
    """
    try:
        read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return as_text(read if isinstance(read, datetime) else datetime.combine(read, time()))
    except (TypeError, ValueError):
        raise WorkspaceError(say("A moment is a day such as 2026-03-04, or one with its time.")) from None


def as_moments(texts: Iterable[str | None]) -> pd.Series:
    """Return moments as pandas times in UTC."""
    with told_if_damaged():
        moments = pd.to_datetime(pd.Series(list(texts), dtype=object), format="ISO8601", utc=True)
    return moments.astype("datetime64[us, UTC]")
