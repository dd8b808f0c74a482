"""Moments as a workspace keeps them: UTC, as text that sorts by time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pandas as pd


def now() -> str:
    """Return this moment."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def as_moments(texts: Iterable[str | None]) -> pd.Series:
    """Return moments as pandas times in UTC."""
    return pd.to_datetime(pd.Series(list(texts), dtype=object), format="ISO8601", utc=True).astype(
        "datetime64[us, UTC]"
    )
