"""A chart as a picture, for paper."""

from __future__ import annotations

from typing import Any

SHARPNESS = 3  # dots per pixel: about 300 to the inch at the size that charts have on paper


def draw_picture(chart: Any) -> bytes:
    """Return a chart as PNG, drawn here, without a browser or the network.

    Parameters
    ----------
    chart
        A chart of this kit, of a width in px.
    """
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png(chart.to_dict(), scale=SHARPNESS)
    return drawn
