"""A drawing and what is in it, apart: one drawing can be filled again and again without Altair copying it.

Altair builds a layered chart anew whenever it is copied, a tenth of a second for the ones here, and its public ways to
set a property all copy. What a chart is made of stands in its ``_kwds``; only this module knows.
"""

from __future__ import annotations

from copy import copy
from typing import Any, TypeVar

import altair as alt

from supervision_kit.charts.sentences import Rows

Drawing = TypeVar("Drawing", bound=alt.SchemaBase)
WORDS = ("description", "usermeta")  # what is said of a picture and changes nothing that is drawn


def fill(drawing: Drawing, datasets: dict[str, Rows], **words: Any) -> Drawing:
    """Return a chart that shares all of the drawing but has these datasets and words; the drawing stays as it is."""
    chart = copy(drawing)
    object.__setattr__(chart, "_kwds", {**drawing._kwds, "datasets": datasets, **words})
    return chart


def is_same_drawing(one: alt.SchemaBase, other: alt.SchemaBase) -> bool:
    """Tell whether two charts come from one drawing and so differ in their datasets and words at most."""
    other_parts = dict.fromkeys(("datasets", *WORDS), 0)
    first, second = ({name: id(part) for name, part in chart._kwds.items()} | other_parts for chart in (one, other))
    return type(one) is type(other) and first == second


def words_of(chart: alt.SchemaBase) -> dict[str, Any]:
    """Return what is said of a picture beside its drawing and its data."""
    return {name: chart._kwds[name] for name in WORDS if chart._kwds.get(name, alt.Undefined) is not alt.Undefined}
