"""Files of many shapes → ratings, with every problem found and nothing lost.

A file is read in four steps, each a module that knows nothing of the next: *cells* (`files`, `texts`, `workbooks`), the
*layout* of those cells (`vocabulary`, `headings`, `layout`), *values* (`values`, `dates`, `units`), and the *tables*
(`shapes`, `merging`, `ratings`).
"""

from supervision_kit.records.problems import RULES
from supervision_kit.records.ratings import Ratings, read_ratings

__all__ = ["RULES", "Ratings", "read_ratings"]
