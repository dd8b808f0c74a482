"""What a sheet is made of, and how large it is set, whatever the file that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias


@dataclass(frozen=True)
class Heading:
    """A heading: 1 for a sheet, 2 for a case, 3 within one; `aside` stands behind it, smaller."""

    text: str
    level: int
    aside: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `quiet` for what stands aside, `lead` for a word in bold that it begins with."""

    text: str
    is_quiet: bool = False
    lead: str = ""


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
    """Empty lines for a pen; `lines` of them, the first behind its `lead`."""

    lines: int
    lead: str = ""


@dataclass(frozen=True)
class Beside:
    """Two columns beneath a heading, kept on one page where they fit on one."""

    heading: Heading
    left: tuple[Block, ...]
    right: tuple[Block, ...]


Block: TypeAlias = Heading | Paragraph | Points | Picture | RoomToWrite | Beside


@dataclass(frozen=True, kw_only=True)
class Look:
    """How large a sheet is set, so that it takes one page.

    `text`, `quiet` and `headings` (by level) in points; `margin` of the page, and room for a line to write on (`pen`),
    in mm; height of a `line` in sizes, and the `gap` beneath a paragraph in lines; `stretch`, how wide letters are, in
    percent; `picture`, how wide a chart is, in cm. With `is_beside`, what a case shows stands beside what is said of
    it, on the `left` share of the page. `lines` are those to write on, `n_reasons` how many reasons of a case stand
    there at most; with more than `n_cases`, the look is not tried.
    """

    text: float = 10.5
    quiet: float = 9
    headings: tuple[float, float, float] = (18, 13, 10.5)
    margin: float = 20
    line: float = 1.35
    gap: float = 0.25
    pen: float = 8
    stretch: float = 100
    picture: float = 12
    is_beside: bool = False
    left: float = 0.44
    lines: int = 1
    n_reasons: int = 99
    n_cases: int = 99


# From roomy to tight; nothing is smaller than 8.5 points.
LOOKS = (
    Look(lines=2, n_cases=2),
    Look(n_cases=3),
    Look(is_beside=True, picture=8.2, margin=17, text=10, headings=(17, 12, 10)),
    Look(is_beside=True, picture=8.2, margin=15, text=9, headings=(15, 11, 9), line=1.25, gap=0.2, pen=7, stretch=95),
    Look(
        is_beside=True,
        picture=7.4,
        margin=13,
        text=8.5,
        quiet=8.5,
        headings=(13, 10, 8.5),
        line=1.2,
        gap=0.1,
        pen=6,
        stretch=87,
    ),
    Look(
        is_beside=True,
        picture=5.8,
        margin=10,
        text=8.5,
        quiet=8.5,
        headings=(12, 9.5, 8.5),
        line=1.14,
        gap=0.04,
        pen=4.6,
        stretch=83,
        left=0.43,
        n_reasons=2,
    ),
)
COLUMN_GAP = 6.0  # mm between the two columns


@dataclass(frozen=True)
class Sheet:
    """One supervisee's sheet, to be composed in a look; the second argument says whether it takes more than a page."""

    n_cases: int
    compose: Callable[[Look, bool], Sequence[Block]]


NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # a file does not say when it was made
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0  # mm
TEXT, QUIET, ACCENT = "1F2933", "566472", "005EA5"  # as on the pages; 14.8:1, 6.1:1 and 6.7:1 on white
