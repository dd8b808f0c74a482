"""Charts of the kit's tables, drawn with Altair; they compute nothing about ruptures.

A chart keeps everything that belongs to one case in its top-level ``datasets`` and nothing of it in the rest of its
specification. A page that shows another case swaps the datasets in place; see ``docs/`` for how.
"""

from supervision_kit.charts.trajectory import trajectory

__all__ = ["trajectory"]
