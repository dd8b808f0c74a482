"""A drawing and the data in it, apart: one drawing can be filled again and again without Altair copying it.

Altair builds a layered chart anew whenever it is copied, a tenth of a second for the ones here, and its public ways to
set a property all copy. What a chart is made of stands in its ``_kwds``; only this module knows.
"""

from __future__ import annotations

from copy import copy
from typing import TypeVar

import altair as alt

from supervision_kit.charts.sentences import Rows

Drawing = TypeVar("Drawing", bound=alt.SchemaBase)


def fill(drawing: Drawing, datasets: dict[str, Rows]) -> Drawing:
    """Return a chart that shares all of the drawing but has these datasets; the drawing stays as it is."""
    chart = copy(drawing)
    object.__setattr__(chart, "_kwds", {**drawing._kwds, "datasets": datasets})
    return chart


def is_same_drawing(one: alt.SchemaBase, other: alt.SchemaBase) -> bool:
    """Tell whether two charts come from one drawing and so differ in their datasets at most."""
    first, second = ({name: id(part) for name, part in chart._kwds.items()} for chart in (one, other))
    return type(one) is type(other) and {**first, "datasets": 0} == {**second, "datasets": 0}
