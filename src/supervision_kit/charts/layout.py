"""Where things stand in the trajectory: the bands of the one view, the flags of episodes, the labels at line ends.

The trajectory is one layered view rather than two charts below each other, because a concatenated chart cannot take the
width of its page. Each band of the view (caption, flags, alliance, "no form", what the
supervisor says, one per outcome measure) has a fixed
stretch of pixels from the top; the scale of a band has that stretch as its range. All bands share the one session axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LEFT = 30  # room for the labels of the y axes, the same in all bands
RIGHT = 76  # room for the words at line ends
CAPTION, BAND_TITLE, LANE, GAP = 64, 16, 13, 16
N_LANES = 3
OUTCOME_HEIGHT = 84
NO_FORM_ROW = 16
SAID_ROW = 18  # of what the supervisor says beneath the ratings: judgements, annotations
LETTER_WIDTH = 6.2  # at the small size, in the widest of the fonts
NARROW, WIDE = 258, 560  # px that sessions have on the narrowest page (380 px), and from which flags are set wide
LABEL_GAP = 13
FEWEST_SESSIONS = 6  # the axis reaches at least so far: a series of three keeps the look of a beginning
TITLE_WIDTH = 150  # of the alliance's axis title, which stands in the top lane


@dataclass(frozen=True)
class Panel:
    """A band with a y scale: from `top` to `bottom` px, the scale's `lowest` to `highest` points, a title above."""

    title: float
    top: float
    bottom: float
    lowest: float
    highest: float

    @property
    def points_per_px(self) -> float:
        """Scale points that one pixel stands for."""
        return (self.highest - self.lowest) / (self.bottom - self.top)


@dataclass(frozen=True)
class Bands:
    """The bands from top to bottom, in px; with rows for what the supervisor says, or without.

    A small chart has the alliance alone: no caption, no flags, no key, and "no form" close beneath.
    """

    height: int
    has_said: bool = False
    has_key: bool = True
    is_small: bool = False

    @property
    def title(self) -> float:
        """Top of the title of the alliance's axis."""
        return CAPTION

    @property
    def flags(self) -> float:
        """Top of the lanes for the flags of episodes."""
        return CAPTION

    @property
    def top(self) -> float:
        """Top of the alliance."""
        if self.is_small:
            return GAP / 2
        return self.flags + N_LANES * LANE + GAP / 2

    @property
    def bottom(self) -> float:
        """Bottom of the alliance."""
        return self.top + self.height

    @property
    def no_form(self) -> float:
        """Middle of the row that shows sessions without a form."""
        return self.bottom + (GAP / 2 if self.is_small else GAP)

    @property
    def judged(self) -> float:
        """Middle of the row of the supervisor's judgements."""
        return self.no_form + SAID_ROW

    @property
    def annotations(self) -> float:
        """Middle of the row of annotations."""
        return self.judged + SAID_ROW

    @property
    def rows_end(self) -> float:
        """Middle of the last row beneath the alliance."""
        return self.annotations if self.has_said else self.no_form

    def outcome_title(self, n: int) -> float:
        """Top of the title of the n-th outcome measure, from 0."""
        return self.rows_end + NO_FORM_ROW + n * (BAND_TITLE + OUTCOME_HEIGHT + GAP)

    def outcome_top(self, n: int) -> float:
        """Top of the n-th outcome measure, from 0."""
        return self.outcome_title(n) + BAND_TITLE + 8

    def outcome_bottom(self, n: int) -> float:
        """Bottom of the n-th outcome measure, from 0."""
        return self.outcome_top(n) + OUTCOME_HEIGHT

    def total(self, n_outcomes: int) -> int:
        """Height of the whole view."""
        last = self.outcome_bottom(n_outcomes - 1) if n_outcomes else self.rows_end
        return round(last + GAP / 2)


def spread_labels(levels: list[float], panel: Panel) -> list[float]:
    """Move labels apart, in scale points, until none stands upon another, and keep them inside the panel."""
    gap = LABEL_GAP * panel.points_per_px
    placed: dict[int, float] = {}
    floor = panel.lowest
    for index in sorted(range(len(levels)), key=levels.__getitem__):
        placed[index] = floor = max(levels[index], floor)
        floor += gap
    ceiling = panel.highest
    for index in sorted(placed, key=placed.__getitem__, reverse=True):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return [placed[index] for index in range(len(levels))]


def place_flags(onsets: list[int], words: list[str], last: int) -> list[dict[str, Any]]:
    """Give the flag at each onset a lane, once for narrow and once for wide pages, so that no word stands on another.

    Where the lanes do not suffice on a narrow page, flags that find no room go without their word there.
    """
    narrow, wide = (_lanes(onsets, words, px / last) for px in (NARROW, WIDE))
    return [
        {"narrow_lane": max(n, 0), "narrow_word": word if n >= 0 else "", "wide_lane": max(w, 0), "wide_word": word}
        for word, n, w in zip(words, narrow, wide, strict=True)
    ]


def _lanes(onsets: list[int], words: list[str], px_per_session: float) -> list[int]:
    ends = [0.0] * (N_LANES - 1) + [TITLE_WIDTH / px_per_session]
    placed = []
    for onset, word in zip(onsets, words, strict=True):
        lane = next((lane for lane, end in enumerate(ends) if end <= onset), -1)
        if lane >= 0:
            ends[lane] = onset + (len(word) * LETTER_WIDTH + 10) / px_per_session
        placed.append(lane)
    return placed
