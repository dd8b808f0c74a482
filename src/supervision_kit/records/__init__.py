"""Files of many shapes → ratings, with every problem found and nothing lost.

A file is read in four steps, each of which knows nothing of the next: its *cells*, the *layout* of those cells, the
*values* of each row, and the *tables*. docs/architecture.md says which modules take which step.
"""

from supervision_kit.records.columns import ColumnReading, SheetColumns, list_columns
from supervision_kit.records.mappings import ColumnMapping
from supervision_kit.records.progress import Progress
from supervision_kit.records.ratings import Ratings, read_ratings
from supervision_kit.records.rules import RULES

__all__ = [
    "RULES",
    "ColumnMapping",
    "ColumnReading",
    "Progress",
    "Ratings",
    "SheetColumns",
    "list_columns",
    "read_ratings",
]
