"""A chart in a page: an Altair chart that asks nothing of the outside, in JupyterLab and in Voila."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from supervision_kit.chart_bundle import chart_script
from supervision_kit.charts.filled import is_same_drawing, words_of
from supervision_kit.words import say

N_REMEMBERED = 8  # drawings written out before that may be shown again


class ChartView(anywidget.AnyWidget):
    """A box that shows an Altair chart, drawn as SVG over the full width.

    While only the chart's named tables change, they are changed in place: nothing flickers, zoom and selection stay.

    Parameters
    ----------
    chart
        The Altair chart to begin with; nothing is shown until there is one.

    Attributes
    ----------
    picked
        What is selected with the chart's point selection named ``picked``: field → values, ``{}`` for nothing. Set it
        to select from Python.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    figure = traitlets.Dict().tag(sync=True)
    picked = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, chart: Any = None, **settings: Any) -> None:
        super().__init__(figure={"spec": {}, "tables": {}}, **settings)
        self._drawn: list[tuple[Any, dict[str, Any]]] = []
        self.add_class("sk-chart")
        if chart is not None:
            self.show(chart)

    @traitlets.default("words")
    def _said_in_the_page(self) -> dict[str, str]:
        return {
            "numbers": say("The numbers behind this picture"),
            "sorry": say(
                "This chart could not be drawn. Please reload the page; if that does not help, tell whoever "
                "looks after "
                "it."
            ),
        }

    @traitlets.default("_esm")
    def _script(self) -> str:
        return chart_script()

    def show(self, chart: Any) -> None:
        """Show this Altair chart instead, changing only the tables where the rest of it is as before."""
        spec, tables = self.write_out(chart)
        self.figure = {"spec": spec, "tables": tables}

    def write_out(self, chart: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a chart as it goes to the page: all but its tables, and these; the next like it takes no time."""
        spec = next((spec for drawn, spec in self._drawn if is_same_drawing(drawn, chart)), None)
        if spec is not None:
            return spec | words_of(chart), chart.datasets
        spec = chart.to_dict(validate=False)  # a third faster, and the charts are tested
        tables = spec.pop("datasets", {})
        # a rater or scale that is switched back to is not written out again, which takes a tenth of a second
        self._drawn = [*self._drawn[1 - N_REMEMBERED :], (chart, spec)]
        return spec, tables
