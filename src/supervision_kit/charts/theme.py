"""What the charts look like: colours by meaning, sizes and fonts; given to each chart, never set for all of Altair.

Contrast is against white, by the formula of WCAG 2.2 (relative luminance): at least 3:1 for a mark that carries
meaning, 4.5:1 for text. A colour never speaks alone: a shape, a dash or a word stands beside it. There is no red and no
green. Orange is too light for text, so the words beside orange marks are in ``RUPTURE_TEXT``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from supervision_kit.words import later, number_signs, say_share

PAPER = "#FFFFFF"

RATING = "#0072C6"  # 5.0:1, the rating that the chart is about
SECOND = "#566472"  # 6.1:1, the other rater
RUPTURE = "#E46C0A"  # 3.3:1, a marked session, an episode that has not come back
UNJUDGED = "#7F7F7F"  # 4.0:1, cannot be judged, no form
USUAL = "#7F7F7F"  # 4.0:1, what a method expects, and its limit
OUTCOME = "#3D4C5A"  # 8.8:1, distress or functioning
REPAIR = "#0072C6"  # 5.0:1, an episode that came back

TEXT = "#1F2933"  # 14.8:1
QUIET_TEXT = "#566472"  # 6.1:1
RATING_TEXT = "#005EA5"  # 6.7:1
RUPTURE_TEXT = "#9C4A05"  # 6.2:1

MARK_COLOURS = (RATING, SECOND, RUPTURE, UNJUDGED, USUAL, OUTCOME, REPAIR)
TEXT_COLOURS = (TEXT, QUIET_TEXT, RATING_TEXT, RUPTURE_TEXT)

GRID = "#E8ECF0"  # helps the eye and carries no meaning
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif'
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 16, 12, 11

MARKED, NOT_MARKED, NOT_JUDGED = later("marked (R)"), later("not marked"), later("cannot be judged")
STATES = (MARKED, NOT_MARKED, NOT_JUDGED)
STATE_SHAPES = ("triangle-down", "circle", "circle")
STATE_FILLS = (RUPTURE, RATING, PAPER)
STATE_STROKES = (RUPTURE, RATING, UNJUDGED)

LATE = later("came back late")  # back near the level before, but not in time for the rule
OUTCOME_WORDS = MappingProxyType(
    {
        "repaired": later("repaired"),
        "partly repaired": later("partly repaired"),
        LATE: LATE,
        "unrepaired": later("not repaired"),
        "undetermined": later("cannot tell"),
    }
)
OUTCOME_COLOURS = (REPAIR, REPAIR, REPAIR, RUPTURE, UNJUDGED)
OUTCOME_FILL_OPACITY = (0.16, 0.07, 0.0, 0.14, 0.0)
OUTCOME_SHAPES = ("circle", "diamond", "circle", "square", "cross")
OUTCOME_SIGN_FILLS = (REPAIR, PAPER, PAPER, RUPTURE, PAPER)
OUTCOME_DASHES = ((1, 0), (6, 3), (2, 3), (1, 0), (2, 3))


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration that every chart of the kit carries with it.

    Axes, keys and written marks are not for screen readers, whom Vega would tell of them in English: the description,
    the marks with a description of their own, and the table of numbers say what there is.
    """
    axis = {
        "labelColor": QUIET_TEXT,
        "labelFontSize": SMALL_SIZE,
        "titleColor": TEXT,
        "titleFontSize": SMALL_SIZE,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "aria": False,
    }
    return {
        "locale": {"number": number_locale()},
        "font": FONT,
        "background": PAPER,
        "padding": {"left": 4, "right": 4, "top": 6, "bottom": 4},
        "view": {"stroke": None},
        "axis": axis,
        "legend": {
            "labelColor": TEXT,
            "labelFontSize": SMALL_SIZE,
            "symbolSize": 90,
            "symbolStrokeWidth": 1.6,
            "aria": False,
        },
        "text": {"color": TEXT, "fontSize": SMALL_SIZE, "aria": False},
    }


def number_locale() -> dict[str, Any]:
    """Return how Vega writes numbers in the language of the page."""
    return {
        "decimal": number_signs()[0],
        "thousands": number_signs()[1],
        "grouping": [3],
        "currency": ["", ""],
        "percent": say_share(0.1).removeprefix("10"),
    }
