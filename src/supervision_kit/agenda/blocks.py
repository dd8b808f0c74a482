"""What a sheet is made of, whatever the file that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias


@dataclass(frozen=True)
class Heading:
    """A heading: 1 for a sheet, 2 for a case, 3 within one."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `quiet` for what stands aside."""

    text: str
    is_quiet: bool = False


@dataclass(frozen=True)
class Points:
    """A list; each point may have points of its own beneath."""

    points: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Picture:
    """A chart as PNG with what it shows in words, and how wide it is to be."""

    png: bytes
    words: str
    width: float  # cm


@dataclass(frozen=True)
class RoomToWrite:
    """Empty lines for a pen; `lines` of them."""

    lines: int


@dataclass(frozen=True)
class NewPage:
    """The end of a sheet."""


Block: TypeAlias = Heading | Paragraph | Points | Picture | RoomToWrite | NewPage

NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # a file does not say when it was made
TEXT, QUIET, ACCENT = "1F2933", "566472", "005EA5"  # as on the pages; 14.8:1, 6.1:1 and 6.7:1 on white
SIZES = {1: 18, 2: 13, 3: 10.5}  # of headings, in points
TEXT_SIZE, QUIET_SIZE = 10.5, 9
