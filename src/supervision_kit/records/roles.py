"""What a column can hold: a field, the answers to an item, or the scores of a scale."""

from __future__ import annotations

from dataclasses import dataclass

MOST_ITEMS = 200


@dataclass(frozen=True)
class FieldRole:
    """A column of who, when or what; `rank` 0 is the plainest heading for it."""

    field: str
    rank: int = 0
    session: int | None = None


@dataclass(frozen=True)
class ItemRole:
    """A column of answers to one item; ``None`` is what the heading does not say.

    A heading that is `short` (``PHQ-2``) could name another questionnaire of the family instead.
    """

    instrument: str | None
    rater: str | None
    item: int
    short: bool = False
    session: int | None = None


@dataclass(frozen=True)
class ScoreRole:
    """A column of one scale's scores; `as_item` is the item that the heading could name instead (``phq9``)."""

    instrument: str | None
    rater: str | None
    scale: str
    statistic: str | None = None
    as_item: int | None = None
    session: int | None = None


Role = FieldRole | ItemRole | ScoreRole
